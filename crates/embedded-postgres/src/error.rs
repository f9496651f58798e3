//! What can go wrong: each variant says what happened, where, and what to do next.
//!
//! The cause is in [`source`](std::error::Error::source), not in the message.

use std::path::PathBuf;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the embedded database could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process, or another [`Server`](crate::Server) of this one, holds the directory.
    #[error(
        "the embedded database in {} is in use{}; wait until that is over, or take another directory or DATABASE_URL",
        dir.display(),
        pid.map(|pid| format!(" by process {pid}")).unwrap_or_default()
    )]
    InUse {
        /// The directory that was asked for.
        dir: PathBuf,
        /// The process that holds it, if it has said so.
        pid: Option<u32>,
    },

    /// The files are there, and Postgres does not open them.
    #[error(
        "the embedded database in {} is damaged or of another version; move that directory away and sync again",
        dir.display()
    )]
    Damaged {
        /// The directory that was asked for.
        dir: PathBuf,
        /// What Postgres said.
        source: Cause,
    },

    /// The engine did not load; this is not about the rows.
    #[error(
        "the embedded database engine does not load; delete {} (a cache) and try again, or set DATABASE_URL",
        cache.display()
    )]
    Engine {
        /// Where the engine unpacks its code.
        cache: PathBuf,
        /// What the engine said.
        source: Cause,
    },

    /// There is nowhere to look for the cache of the engine; see [`ensure_cache`](crate::ensure_cache).
    #[error(
        "the embedded database finds no home directory; set HOME to a directory that can be written"
    )]
    NoHome,

    /// The cache of the engine cannot be written; see [`ensure_cache`](crate::ensure_cache).
    #[error(
        "the embedded database cannot write its cache in {}; set XDG_CACHE_HOME (on macOS: HOME) to a directory that can be written",
        dir.display()
    )]
    Cache {
        /// Where the cache should be.
        dir: PathBuf,
        /// Why it cannot be there.
        source: std::io::Error,
    },

    /// A file or directory of the database could not be read or written.
    #[error("the embedded database cannot use {}; check its permissions and the free space", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// [`Server::shutdown`](crate::Server::shutdown) waited in vain for the last connection to close.
    #[error(
        "the embedded database in {} still has an open connection; close the pool before the shutdown (committed rows are kept)",
        dir.display()
    )]
    StillConnected {
        /// The directory that was asked for.
        dir: PathBuf,
    },
}
