//! A failure of the database: what it means, and what to do, without a value that it quotes.
//!
//! All knowledge of SQLSTATEs is here. Postgres quotes values in messages of some
//! classes, in details and in contexts; what is shown is what cannot hold one.

use std::io;

use sqlx::postgres::PgDatabaseError;

use super::sql::{ident, qualified};
use crate::error::{Error, ErrorKind, Remedy};
use crate::foreign::Foreign;

/// What to do about a table that is not what the migrations made.
pub(super) const CHANGED_BY_HAND: &str = "a table was changed by hand: undo that, or rename its schema and run `sync --full-refresh`, which makes new tables";

/// What to do where no session is left.
const MORE_SESSIONS: &str = "end sessions that nobody needs, or allow more (alter role … connection limit, alter database … connection limit, max_connections, a pooler's size): a run needs 2, and uses up to 9";

/// What to do where the server alone knows more.
const LOOK_INTO_THE_LOG: &str = "the server's log has its full words; nothing that was committed is lost, and the same command goes on from there";

/// Classes whose messages name objects, settings and limits, and never a value.
const CLASSES_WITHOUT_VALUES: [&str; 15] =
    ["08", "0A", "25", "26", "28", "2B", "3D", "3F", "40", "42", "53", "54", "55", "57", "58"];

impl Error {
    /// A failure of the database `doing` something, without any value that it quotes.
    #[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
    pub(crate) fn storage(doing: &str, source: sqlx::Error) -> Self {
        let reason = reason(&source);
        let what = format!("the database failed while {doing}: {reason}");
        let error = Self::new(ErrorKind::Storage, what).helped_by(remedy(&source));
        let error = match advice(&source) {
            Some(next) => error.next(next),
            None => error,
        };
        error.because(reason)
    }
}

/// The reason without the values that Postgres quotes in messages and details.
pub(super) fn reason(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => {
            let code = error.code().unwrap_or_default();
            format!("{} (SQLSTATE {})", refusal(error.as_ref(), &code), Foreign(&code))
        }
        sqlx::Error::Io(error) => Foreign(&error.to_string()).to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {}", Foreign(&error.to_string())),
        sqlx::Error::PoolTimedOut => "no session could be had in time".to_owned(),
        sqlx::Error::PoolClosed => "the sessions are closed".to_owned(),
        sqlx::Error::ColumnNotFound(column) => format!("there is no column `{}`", Foreign(column)),
        sqlx::Error::Configuration(_) => "the address of the database is not understood".to_owned(),
        sqlx::Error::Protocol(_) => "the connection is out of step with the server".to_owned(),
        _ => "an answer of the server is not understood".to_owned(),
    }
}

/// What the server refuses: in its own words where they hold no value, else by the names of
/// the objects that they are about.
fn refusal(error: &dyn sqlx::error::DatabaseError, code: &str) -> String {
    if CLASSES_WITHOUT_VALUES.iter().any(|class| code.starts_with(class)) {
        return Foreign(error.message()).to_string();
    }
    let details = error.try_downcast_ref::<PgDatabaseError>();
    let column = details.and_then(PgDatabaseError::column);
    match (error.table(), column, error.constraint()) {
        (Some(table), Some(column), None) if code == "23502" => {
            format!("column `{}` of table `{}` takes no null", Foreign(column), Foreign(table))
        }
        (Some(table), _, Some(constraint)) => {
            format!("`{}` of table `{}` is violated", Foreign(constraint), Foreign(table))
        }
        (Some(table), ..) => format!("table `{}` refuses the rows", Foreign(table)),
        _ => match function(error) {
            Some(function) => format!("the function `{}` refuses the statement", Foreign(function)),
            None => "the statement is refused".to_owned(),
        },
    }
}

/// The function of a trigger, rule or event trigger that raised an error; the rest of the
/// context may quote a statement with its values.
fn function(error: &dyn sqlx::error::DatabaseError) -> Option<&str> {
    let context = error.try_downcast_ref::<PgDatabaseError>()?.r#where()?;
    let named = context.lines().find_map(|line| line.strip_prefix("PL/pgSQL function "))?;
    Some(named.split(" line ").next().unwrap_or(named))
}

/// What may help against a failure of the database.
fn remedy(error: &sqlx::Error) -> Remedy {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => Remedy::Wait,
        sqlx::Error::Database(error) => match error.code().unwrap_or_default().as_ref() {
            "08P01" if error.message().contains("startup parameter") => Remedy::None,
            // Sessions of others end; this one ended, as its process was silent for too long.
            "53300" | "25P03" | "25P04" => Remedy::Wait,
            // Lost sessions, and a server that stops or starts.
            code if code.starts_with("08") || code.starts_with("57P") => Remedy::Wait,
            code if code.starts_with("40") => Remedy::Again,
            // A value that does not fit, a constraint, a limit, or what the server did not foresee.
            code if ["22", "23", "54", "XX", "P0001"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                Remedy::LeaveOut
            }
            _ => Remedy::None,
        },
        _ => Remedy::None,
    }
}

/// Whether somebody kept something locked for longer than is waited for a lock.
pub(super) fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("55P03")
}

/// Whether the server, or what stands before it, has no session left for this user.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Io(error) = error {
        return error.kind() == io::ErrorKind::QuotaExceeded;
    }
    error.as_database_error().is_some_and(|error| {
        let message = error.message();
        error.code().as_deref() == Some("53300")
            // Poolers have a code for everything that they refuse.
            || (error.code().as_deref() == Some("08P01")
                && ["no more connections", "too many", "max_client_conn"]
                    .iter()
                    .any(|words| message.contains(words)))
    })
}

/// What to do about a failure of the database.
fn advice(error: &sqlx::Error) -> Option<String> {
    let next = match error {
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::QuotaExceeded => MORE_SESSIONS,
        sqlx::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "check that the server runs, and the host and port in DATABASE_URL, or in the setting `database_url`"
        }
        sqlx::Error::Io(_) => {
            "check that the server runs and that the host and port in DATABASE_URL, or in the setting `database_url`, are right; in a password, @ is written as %40, / as %2F, and so on"
        }
        sqlx::Error::Tls(error) => return Some(about_tls(&error.to_string())),
        sqlx::Error::Configuration(_) => {
            "write DATABASE_URL as postgres://user:password@host:port/database"
        }
        sqlx::Error::PoolTimedOut => {
            "check that the server runs, and how many sessions the user and the database may have"
        }
        sqlx::Error::Database(error) => return Some(about(error.as_ref())),
        _ => return None,
    };
    Some(next.to_owned())
}

/// What to do about a certificate, or a server without one.
fn about_tls(said: &str) -> String {
    if said.contains("does not support TLS") {
        return "let the server offer TLS; or, where nobody else is on the way to it, write sslmode=disable in DATABASE_URL: ?sslmode=disable at its end".to_owned();
    }
    "name the authority that signed the server's certificate with sslrootcert=FILE in DATABASE_URL; or write sslmode=require there, which encrypts, and trusts whoever answers".to_owned()
}

/// What to do about an error of the server.
fn about(error: &dyn sqlx::error::DatabaseError) -> String {
    let code = error.code().unwrap_or_default();
    let details = error.try_downcast_ref::<PgDatabaseError>();
    let table = details.and_then(|details| {
        Some(match details.schema() {
            Some(schema) => Foreign(&qualified(schema, details.table()?)).to_string(),
            None => Foreign(&ident(details.table()?)).to_string(),
        })
    });
    if let Some(table) = table {
        let column = details.and_then(PgDatabaseError::column);
        match (&*code, column, error.constraint()) {
            ("23502", Some(column), _) => {
                let column = ident(column);
                let column = Foreign(&column);
                return format!(
                    "run: alter table {table} alter column {column} drop not null; or, if the column is yours, give it a default"
                );
            }
            ("23503" | "23505" | "23514" | "23P01", _, Some(constraint)) => {
                return format!(
                    "no sync made `{}`: take it away (alter table {table} drop constraint, or drop index), or keep it in a view or a table of your own",
                    Foreign(constraint)
                );
            }
            _ => {}
        }
    }
    let next = match &*code {
        "28P01" | "28000" => {
            "check the user and the password in DATABASE_URL, or in the setting `database_url`"
        }
        "2BP01" => {
            "a view, or something else that no sync made, needs what goes away: drop that, run again, and make it anew"
        }
        "3D000" => {
            "create the database, or name another one in DATABASE_URL, or in the setting `database_url`"
        }
        "42501" if error.message().contains("row-level security") => {
            "row security is on for the table: let its owner switch it off for this user (alter table … no force row level security, or alter role … bypassrls)"
        }
        "42501" => {
            "let its owner grant the user usage and create on the schema, and select, insert, update and delete on its tables"
        }
        "42P01" | "42703" | "42804" | "42P10" | "428C9" => CHANGED_BY_HAND,
        "42P07" => {
            "a table of that name is there, and no sync made it: name another schema with --schema, or move the table away"
        }
        "53100" => "free space on the disk of the database and run again; nothing was lost",
        "53300" => MORE_SESSIONS,
        "53200" => {
            "the server has not enough memory: run again later, or with a smaller `batch_rows`"
        }
        "57014" => {
            "a statement_timeout ended it: raise that for the user (alter role … set statement_timeout), or set a smaller `batch_rows`"
        }
        "55P03" => {
            "somebody held a lock for longer than lock_timeout (30 s, unless you set one): find out who in pg_locks, and run again"
        }
        "25006" => "the server is read-only, as a standby is: name the primary in DATABASE_URL",
        "26000" | "42P05" => {
            "a proxy gives each transaction another session: let DATABASE_URL name the server itself, or a pool of sessions"
        }
        "57P03" => "the server is starting or stopping: run again in a moment",
        "08P01" if error.message().contains("startup parameter") => {
            "a pooler refuses a parameter: name it in the pooler's `ignore_startup_parameters`, or let DATABASE_URL name the server itself"
        }
        _ => {
            return match function(error) {
                Some(function) => format!(
                    "look at the function `{}`, which a trigger, rule or event trigger calls: let it allow what the sync writes, or take it away",
                    Foreign(function)
                ),
                None => LOOK_INTO_THE_LOG.to_owned(),
            };
        }
    };
    next.to_owned()
}
