//! A Postgres that lives in a directory, with nothing to install: for a first try, a laptop, a test.
//!
//! It runs inside this process and has **one connection at a time**: a second
//! client waits until the first has closed, so a pool on it holds one
//! connection and keeps it (each new connection starts Postgres anew).
//!
//! ```no_run
//! # fn main() -> Result<(), embedded_postgres::Error> {
//! let server = embedded_postgres::start(".connectors".as_ref())?;
//! println!("{}", server.url()); // for sqlx
//! server.shutdown()
//! # }
//! ```
//!
//! - Committed rows survive the end of the process, also `abort()` and SIGKILL;
//!   what was not committed is gone. They need not survive a power failure: the
//!   engine never flushes to the disk, and has no setting that would.
//! - Nothing runs in the background: no checkpoint while a connection is open, no
//!   autovacuum, no statistics. Who writes much runs `CHECKPOINT` now and then,
//!   or the log grows without bound, and `VACUUM ANALYZE` at the end.
//! - One process at a time has the directory; another fails at once.
//! - Clients come through a socket that only this user can reach.
//! - The engine unpacks its code into the user's cache directory
//!   (`$XDG_CACHE_HOME`, else `~/.cache`); see [`ensure_cache`].

#[cfg(not(unix))]
compile_error!("the embedded database needs Unix sockets; leave it out and set DATABASE_URL");

mod error;
mod files;

use std::env;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use pglite_oxide::{Pglite, PglitePaths, PgliteProxy, preload_runtime_module};
use tempfile::TempDir;
use url::Url;

pub use error::Error;
use files::at;

/// Long enough for the checkpoint that a closing connection makes.
const SHUTDOWN: Duration = Duration::from_secs(20);

/// A running database. Dropping it lets an open connection end by itself.
#[derive(Debug)]
pub struct Server {
    dir: PathBuf,
    url: String,
    socket: PathBuf,
    stop: Arc<AtomicBool>,
    /// Speaks when the thread has released the directory.
    thread: Receiver<Result<(), Error>>,
    _socket_dir: Option<TempDir>,
}

/// Starts the database of a directory and creates it if there is none.
///
/// Blocks until Postgres has opened its files, about a second. Async code
/// calls it in `spawn_blocking`; it is safe on an async thread, only slow.
pub fn start(dir: &Path) -> Result<Server, Error> {
    let dir = files::create(dir)?;
    let lock = files::lock(&dir)?;
    let cache = files::cache()?;
    files::install(&dir)?;
    let (listener, socket, socket_dir) = listen(&dir)?;
    let url = url(&socket);

    let stop = Arc::new(AtomicBool::new(false));
    let (done, thread) = mpsc::channel();
    let serve = Serve {
        dir: dir.clone(),
        cache: cache.clone(),
        socket: socket.clone(),
        stop: Arc::clone(&stop),
    };
    // A plain thread, because the engine blocks on an async runtime of its own.
    thread::Builder::new()
        .name("embedded-postgres".to_owned())
        .spawn(move || serve.run(&listener, lock, &done))
        .map_err(at(&dir))?;
    match thread.recv() {
        Ok(opened) => opened?,
        Err(gone) => return Err(Error::Engine { cache, source: gone.into() }),
    }
    Ok(Server { dir, url, socket, stop, thread, _socket_dir: socket_dir })
}

impl Server {
    /// The address of the database for sqlx, `postgresql:///postgres?host=…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops the database and releases the directory. Close the clients first.
    ///
    /// Blocks while the last connection is closing, but not for ever: with a
    /// client that stays it gives up with [`Error::StillConnected`].
    pub fn shutdown(self) -> Result<(), Error> {
        self.shutdown_within(SHUTDOWN)
    }

    fn shutdown_within(self, limit: Duration) -> Result<(), Error> {
        self.stop();
        match self.thread.recv_timeout(limit) {
            Err(RecvTimeoutError::Timeout) => Err(Error::StillConnected { dir: self.dir.clone() }),
            _ => Ok(()),
        }
    }

    fn stop(&self) {
        // Only once: the next socket of that name belongs to the next server.
        if !self.stop.swap(true, Ordering::SeqCst) {
            // Wakes the thread if it waits for a client; it is gone if this fails.
            let _ = UnixStream::connect(&self.socket);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Sees to it that the engine has a place for its cache; a program calls it first in `main`.
///
/// A container may run without a home directory that can be written. There, this
/// function starts the same program again in place of this process, with
/// `XDG_CACHE_HOME` below `dir`. Elsewhere it does nothing. It comes before
/// anything that must not happen twice.
pub fn ensure_cache(dir: &Path) -> Result<(), Error> {
    let Err(unusable) = files::cache() else { return Ok(()) };
    let dir = &files::create(dir)?;
    let cache = dir.join("cache");
    if env::var_os("XDG_CACHE_HOME").is_some_and(|set| set == cache) {
        return Err(unusable);
    }
    let program = env::current_exe().map_err(at(dir))?;
    let mut again = Command::new(&program);
    again.args(env::args_os().skip(1)).env("XDG_CACHE_HOME", cache);
    if matches!(unusable, Error::NoHome) {
        // Without a home directory the engine does not look at the other variable.
        again.env("HOME", dir);
    }
    Err(at(&program)(again.exec()))
}

/// Opens the socket: in the directory, or in a private temporary one where that path is too long.
fn listen(dir: &Path) -> Result<(UnixListener, PathBuf, Option<TempDir>), Error> {
    const NAME: &str = ".s.PGSQL.5432";
    let socket = files::root(dir).join(NAME);
    // The lock is ours, so a socket that is there is left from a killed process.
    let _ = fs::remove_file(&socket);
    match UnixListener::bind(&socket) {
        Err(error) if error.kind() == ErrorKind::InvalidInput => {
            let temporary = tempfile::tempdir().map_err(at(&env::temp_dir()))?;
            let socket = temporary.path().join(NAME);
            let listener = UnixListener::bind(&socket).map_err(at(&socket))?;
            Ok((listener, socket, Some(temporary)))
        }
        bound => Ok((bound.map_err(at(&socket))?, socket, None)),
    }
}

/// All of the address is spelled out, so that no `PG…` variable fills a gap.
fn url(socket: &Path) -> String {
    let host = socket.parent().unwrap_or(socket).to_string_lossy();
    let parameters =
        [("host", host.as_ref()), ("port", "5432"), ("user", "postgres"), ("sslmode", "disable")];
    Url::parse_with_params("postgresql:///postgres", parameters)
        .expect("the address is a constant, and parameters are escaped")
        .into()
}

/// What the thread of a server knows.
struct Serve {
    dir: PathBuf,
    cache: PathBuf,
    socket: PathBuf,
    stop: Arc<AtomicBool>,
}

impl Serve {
    /// Says when the database is ready, and again when the directory is free.
    fn run(&self, listener: &UnixListener, lock: File, done: &Sender<Result<(), Error>>) {
        let opened = self.open();
        if opened.is_ok() {
            let _ = done.send(Ok(()));
            self.serve(listener);
        }
        let _ = fs::remove_file(&self.socket);
        drop(lock);
        let _ = done.send(opened);
    }

    fn serve(&self, listener: &UnixListener) {
        let proxy = PgliteProxy::new(files::root(&self.dir));
        while !self.stop.load(Ordering::SeqCst) {
            // A client that breaks off must not take the database with it.
            if let Err(error) = proxy.accept_unix_once(listener) {
                tracing::debug!(error = format!("{error:#}"), "a connection broke off");
                // Without a free file descriptor the next try fails just as fast.
                thread::sleep(Duration::from_millis(10));
            }
        }
    }

    /// Opens the database once, so that a bad one is an error here and not at the first query.
    fn open(&self) -> Result<(), Error> {
        let root = files::root(&self.dir);
        preload_runtime_module(&PglitePaths::with_root(&root))
            .map_err(|error| Error::Engine { cache: self.cache.clone(), source: error.into() })?;
        Pglite::builder()
            .path(&root)
            .database("postgres")
            .open()
            .and_then(|mut database| database.close())
            .map_err(|error| Error::Damaged { dir: self.dir.clone(), source: error.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;

    #[test]
    fn a_shutdown_with_an_open_connection_is_an_error_and_not_a_hang() {
        let temporary = tempfile::tempdir().unwrap();
        let server = start(temporary.path()).unwrap();
        let mut client = UnixStream::connect(&server.socket).unwrap();
        client.write_all(b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0").unwrap();
        client.read_exact(&mut [0]).unwrap();
        let error = server.shutdown_within(Duration::from_millis(1)).unwrap_err();
        assert!(matches!(error, Error::StillConnected { .. }), "{error}");
        assert!(matches!(start(temporary.path()), Err(Error::InUse { .. })));
    }
}
