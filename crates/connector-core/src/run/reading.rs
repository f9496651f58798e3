//! The thread that reads: all that walks ask of vendors, and what they make of the answers.
//!
//! To hand an answer from a thread to another takes as long as to make something of it, where it
//! is small. So all of reading is on one thread, whatever the number of runs and of walks, and rows
//! are handed once, to whoever writes them.

use std::sync::LazyLock;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::task::JoinSet;

/// Begins to read, on the thread that does nothing else; it ends when what is returned is dropped.
pub(super) fn spawn<F>(reading: F) -> JoinSet<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    static READER: LazyLock<Option<Handle>> = LazyLock::new(begin);
    let mut tasks = JoinSet::new();
    match &*READER {
        Some(reader) => tasks.spawn_on(reading, reader),
        // Without a thread of its own, it is done where everything else is.
        None => tasks.spawn(reading),
    };
    tasks
}

fn begin() -> Option<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build().ok()?;
    let handle = runtime.handle().clone();
    let read = move || runtime.block_on(std::future::pending::<()>());
    thread::Builder::new().name("reader".to_owned()).spawn(read).ok()?;
    Some(handle)
}
