//! What can go wrong: each variant says what happened and where, and [`Error::next`] what to do.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded Postgres could not be started or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no programs of a Postgres that can be used.
    #[error("there is no Postgres 14 or newer on this machine{}", list(.refused))]
    NoPrograms {
        /// Programs that were found, each with the reason why they are not run.
        refused: Vec<String>,
    },

    /// The cluster was made by another major version than those that are installed.
    #[error(
        "the database in {} was made by Postgres {made_by}, and this machine has {}",
        dir.display(),
        if .here.is_empty() { "none".to_owned() } else { format!("only {}", .here) }
    )]
    OtherVersion {
        /// The directory of the cluster.
        dir: PathBuf,
        /// The major version that made it.
        made_by: u32,
        /// The major versions that are installed, with commas between them.
        here: String,
    },

    /// A directory is not this user's alone.
    #[error("{} {why}", path.display())]
    NotPrivate {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to do about it.
        next: String,
    },

    /// Root has nobody to run the server as.
    #[error("Postgres does not run as root, and there is neither a user `postgres` nor `nobody`")]
    NoAccount,

    /// A program of Postgres failed.
    #[error("the database in {} does not {what}: {said}", dir.display())]
    Program {
        /// The directory of the cluster.
        dir: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the program and the end of the server's log say.
        said: String,
    },

    /// A file or directory could not be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// What to do next.
    pub fn next(&self) -> String {
        match self {
            Self::NoPrograms { refused } => {
                let other = if refused.is_empty() {
                    ""
                } else {
                    ", or have those where everybody may read them and nobody else may write, as below /opt"
                };
                format!(
                    "export DATABASE_URL=postgres://user:password@host:port/database, or install \
                     Postgres (Debian: apt-get install postgresql, macOS: brew install postgresql){other}"
                )
            }
            Self::OtherVersion { dir, made_by, .. } => format!(
                "install Postgres {made_by} beside it (Debian: postgresql-{made_by}; POSTGRES_BIN names a \
                 folder of programs), or move {} away and sync again; `pg_upgrade` brings its rows along",
                dir.display()
            ),
            Self::NotPrivate { next, .. } => next.clone(),
            Self::NoAccount => {
                "add a user `postgres`, or export DATABASE_URL=postgres://user:password@host:port/database"
                    .to_owned()
            }
            Self::Program { dir, .. } => format!(
                "free space on the disk or mend what is said there; if the files are damaged, move {} away and sync again",
                dir.display()
            ),
            Self::Io { .. } => "check its permissions and the free space".to_owned(),
        }
    }
}

fn list(refused: &[String]) -> String {
    if refused.is_empty() {
        return String::new();
    }
    format!(" that may be run ({})", refused.join("; "))
}

/// Turns the failure of a file operation into an [`Error`] that names the file.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}
