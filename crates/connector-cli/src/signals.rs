//! Ctrl-C and SIGTERM: the first asks to stop, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, mpsc};
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tracing::warn;

use super::tell;
use crate::progress::Progress;
use connector_core::stop::Stop;

/// How long the last words may take: nobody may read what the program writes.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Asks runs to stop at the first Ctrl-C or SIGTERM, and ends the program at the second.
///
/// They are heard by a thread that does nothing else, so whatever the others do, and
/// whether or not anybody reads what is written, the second one is heard.
pub fn stop_on_signals(stop: &Stop, progress: &Progress) {
    let (stop, progress) = (stop.clone(), progress.clone());
    let (ready, is_ready) = mpsc::channel::<()>();
    let hear = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        if let Ok(runtime) = runtime {
            runtime.block_on(listen(&stop, &progress, ready));
        }
    };
    // Without such a thread, a signal ends the program as it ends any other.
    if thread::Builder::new().name("signals".to_owned()).spawn(hear).is_ok() {
        // It ends as soon as it listens, or cannot.
        let _ = is_ready.recv();
    }
}

/// Whether questions are asked, so that nothing was written of what they are about.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Whether something was written that was asked for before.
static WROTE: AtomicBool = AtomicBool::new(false);

/// Lets Ctrl-C end a program that asks questions: it says that nothing was written, and a list's
/// cursor is back.
pub(crate) struct Questions;

impl Questions {
    /// Notes that what was asked for is written.
    pub(crate) fn wrote() {
        WROTE.store(true, Ordering::SeqCst);
    }

    /// Lets the thread that hears of a Ctrl-C end the program, where a question broke off by it too.
    pub(crate) fn wait_for_ctrl_c() {
        const HEARD: Duration = Duration::from_secs(2);
        thread::sleep(HEARD);
    }

    /// What is written of questions that are not answered to their end.
    pub(crate) fn nothing() -> &'static str {
        if WROTE.load(Ordering::SeqCst) {
            "nothing more was written"
        } else {
            "nothing was written"
        }
    }

    pub(crate) fn begin() -> Self {
        static HEARD: Once = Once::new();
        ASKING.store(true, Ordering::SeqCst);
        HEARD.call_once(|| {
            let (ready, is_ready) = mpsc::channel::<()>();
            let hear = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
                if let Ok(runtime) = runtime {
                    runtime.block_on(end_on_ctrl_c(ready));
                }
            };
            if thread::Builder::new().name("signals".to_owned()).spawn(hear).is_ok() {
                let _ = is_ready.recv();
            }
        });
        Self
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        ASKING.store(false, Ordering::SeqCst);
    }
}

async fn end_on_ctrl_c(ready: mpsc::Sender<()>) {
    let Ok(mut interrupt) = signal(SignalKind::interrupt()) else { return };
    drop(ready);
    interrupt.recv().await;
    let _ = console::Term::stderr().show_cursor();
    let asking = ASKING.load(Ordering::SeqCst);
    let wrote = if asking { format!("; {}", Questions::nothing()) } else { String::new() };
    tell(&format!("\nCtrl-C: stopped{wrote}"));
    std::process::exit(2);
}

async fn listen(stop: &Stop, progress: &Progress, ready: mpsc::Sender<()>) {
    let both = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    let (Ok(mut interrupt), Ok(mut terminate)) = both else { return };
    drop(ready);
    let mut again = false;
    loop {
        let name = tokio::select! {
            _ = interrupt.recv() => "Ctrl-C",
            _ = terminate.recv() => "SIGTERM",
        };
        if again {
            // Everything that counts is committed, or rolled back by the server.
            let progress = progress.clone();
            let (said, is_said) = mpsc::channel::<()>();
            thread::spawn(move || {
                progress.clear();
                tell(&format!("{name}: stopped at once; what was committed stays"));
                drop(said);
            });
            let _ = is_said.recv_timeout(LAST_WORDS);
            std::process::exit(1);
        }
        again = true;
        stop.ask(name);
        thread::spawn(move || {
            warn!(
                "{name}: stopping, as soon as what is under way is done; once more stops at once"
            );
        });
    }
}
