//! What went wrong, where, and what to do about it.
//!
//! No text here holds a secret, a response or a row's value: what a library
//! reports is reduced to the parts that cannot contain one, and what somebody
//! else wrote comes as [`Foreign`] text. An error is one line, whatever it is made of.

use std::error::Error as StdError;
use std::fmt;

use crate::foreign::{Cause, Foreign, escaped};

/// What the caller should do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Fix the settings; nothing was tried.
    Settings,
    /// Fix the key; every request to this vendor will fail.
    Auth,
    /// Check the address and the network: the vendor cannot be reached at all.
    Unreachable,
    /// Run again later: the vendor wants a rest, from all requests alike.
    Busy,
    /// Run again later: the vendor kept failing after every repetition.
    Unavailable,
    /// Ask for something else: the vendor refuses this request.
    Rejected,
    /// The vendor does not have what was asked for.
    NotFound,
    /// Fix the declaration or choose another preset: the response is not what it says.
    Contract,
    /// Fix the database; nothing was lost.
    Storage,
    /// Run again: the run was asked to stop.
    Stopped,
    /// Look at the place where stdout goes: what was done stays, but could not be told.
    Output,
}

/// A failure, in words for the person who has to act on it.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    place: Vec<(&'static str, String)>,
    next: Option<String>,
    source: Option<Cause>,
    tried: bool,
    passes: bool,
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of that kind.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: escaped(&what.into()).into_owned(),
            place: Vec::new(),
            next: None,
            source: None,
            tried: kind != ErrorKind::Settings,
            passes: false,
        }
    }

    /// A failure of the settings.
    pub fn settings(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Settings, what)
    }

    /// Adds where it happened; the outermost place comes last.
    #[must_use]
    pub fn at(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.place.push((name, escaped(&value.to_string()).into_owned()));
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(escaped(&next.into()).into_owned());
        self
    }

    /// Keeps the words of the cause for programs, as foreign text may be shown; it is not
    /// among those of this error.
    #[must_use]
    pub fn because(mut self, source: impl fmt::Display) -> Self {
        self.source = Some(Cause::of(&source));
        self
    }

    /// Says that nothing was tried yet when it failed.
    #[must_use]
    pub(crate) fn before_start(mut self) -> Self {
        self.tried = false;
        self
    }

    /// The exit status of a command that ends with this failure: 2 if nothing was tried, else 1.
    pub fn exit_status(&self) -> u8 {
        if self.tried { 1 } else { 2 }
    }

    /// What the caller should do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do next, in words.
    pub fn advice(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// Whether the same may work in a moment: a session was lost, a server is
    /// restarting, or two transactions were in each other's way.
    pub(crate) fn passes(&self) -> bool {
        self.passes
    }

    /// A failure of the database `doing` something, without any value that it quotes.
    #[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
    pub(crate) fn storage(doing: &str, source: sqlx::Error) -> Self {
        let what = format!("the database failed while {doing}: {}", database_reason(&source));
        let error =
            Self { passes: database_passes(&source), ..Self::new(ErrorKind::Storage, what) };
        let error = match database_advice(&source) {
            Some(next) => error.next(next),
            None => error,
        };
        error.because(database_reason(&source))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (position, (name, value)) in self.place.iter().rev().enumerate() {
            write!(f, "{}{name} `{value}`", if position == 0 { " (" } else { ", " })?;
        }
        if self.place.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// What to do about a table that is not what the migrations made.
pub(crate) const CHANGED_BY_HAND: &str = "a table was changed by hand: undo that, or rename its schema and run `sync --full-refresh`, which makes new tables";

/// The reason without the values that Postgres quotes in messages and details.
fn database_reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            // Classes whose messages name objects and settings, and never a value.
            let speaks_of_objects =
                ["08", "0A", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58"];
            let about = if speaks_of_objects.iter().any(|class| code.starts_with(class)) {
                Foreign(error.message()).to_string()
            } else {
                match (error.table(), error.constraint()) {
                    (Some(table), Some(constraint)) => {
                        let (table, constraint) = (Foreign(table), Foreign(constraint));
                        format!("`{constraint}` of table `{table}` is violated")
                    }
                    (Some(table), None) => format!("table `{}` refuses the rows", Foreign(table)),
                    _ => "the statement is refused".to_owned(),
                }
            };
            format!("{about} (SQLSTATE {})", Foreign(&code))
        }
        sqlx::Error::Io(error) => Foreign(&error.to_string()).to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {}", Foreign(&error.to_string())),
        sqlx::Error::PoolTimedOut => "no connection became free in time".to_owned(),
        sqlx::Error::PoolClosed => "the connections are closed".to_owned(),
        sqlx::Error::ColumnNotFound(column) => format!("there is no column `{}`", Foreign(column)),
        sqlx::Error::Configuration(_) => "the address of the database is not understood".to_owned(),
        sqlx::Error::Protocol(_) => "the connection is out of step with the server".to_owned(),
        _ => "an answer of the server is not understood".to_owned(),
    }
}

/// Whether a failure of the database is one that passes by itself.
fn database_passes(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            // Lost connections, transactions in each other's way, and a server that stops or starts.
            code.starts_with("08") || code.starts_with("40") || code.starts_with("57P")
        }),
        _ => false,
    }
}

fn database_advice(error: &sqlx::Error) -> Option<&'static str> {
    let code = match error {
        sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            return Some("check that the server runs, and the host and port in DATABASE_URL");
        }
        sqlx::Error::Io(_) => {
            return Some(
                "check that the server runs and that the host and port in DATABASE_URL are right; in a password, @ is written as %40, / as %2F, and so on",
            );
        }
        sqlx::Error::Tls(_) => {
            return Some(
                "check sslmode and sslrootcert in DATABASE_URL, and the certificate of the server",
            );
        }
        sqlx::Error::Configuration(_) => {
            return Some("write DATABASE_URL as postgres://user:password@host:port/database");
        }
        sqlx::Error::Database(error) => error.code()?,
        _ => return None,
    };
    match &*code {
        "28P01" | "28000" => Some("check the user and the password in DATABASE_URL"),
        "3D000" => Some("create the database, or name another one in DATABASE_URL"),
        "42501" => {
            Some("grant the user the right to create schemas and tables, or ask its owner to")
        }
        "42P01" | "42703" | "42804" => Some(CHANGED_BY_HAND),
        "42P07" => Some(
            "a table of that name is there, and no sync made it: name another schema with --schema, or move the table away",
        ),
        "53100" => Some("free space on the disk of the database and run again; nothing was lost"),
        "53300" => {
            Some("the server has no connection left: run again later, or raise max_connections")
        }
        "53200" => Some(
            "the server has not enough memory: run again later, or with a smaller `batch_rows`",
        ),
        "57014" => Some(
            "a statement_timeout ended it: raise that for the user (alter role … set statement_timeout), or set a smaller `batch_rows`",
        ),
        "55P03" => Some(
            "somebody held a lock for longer than lock_timeout (30 s, unless you set one): find out who in pg_locks, and run again",
        ),
        "25006" => {
            Some("the server is read-only, as a standby is: name the primary in DATABASE_URL")
        }
        "26000" | "42P05" => Some(
            "a proxy gives each transaction another session: let DATABASE_URL name the server itself, or a pool of sessions",
        ),
        "57P03" => Some("the server is starting or stopping: run again in a moment"),
        _ => None,
    }
}
