//! Where rows go: a server, or the database that needs none.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Once};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tracing::{info, warn};
use url::{Url, form_urlencoded};

use super::run_session::RunSlots;
use super::session::{Kept, Sessions};
use crate::error::{Error, Result};
use crate::foreign::keep_secret;

/// A database, which several connections of a program can share.
#[derive(Debug)]
pub struct Database {
    pub(super) sessions: Sessions,
    pub(super) runs: Arc<RunSlots>,
    pub(super) options: PgConnectOptions,
    /// The session that reads the run tables, between two looks.
    pub(super) kept: Kept,
    /// The private server, if it is one of that.
    server: Option<embedded_postgres::Server>,
}

impl Database {
    /// A server, by its address. Nothing is sent yet.
    pub fn server(url: &str) -> Result<Self> {
        let options = options(url)?;
        let sessions = Sessions::new(&options);
        Ok(Self { sessions, runs: Arc::default(), options, kept: Kept::default(), server: None })
    }

    /// The embedded Postgres in a directory, by the programs of a folder or those that are found.
    pub async fn embedded(directory: &Path, programs: Option<PathBuf>) -> Result<Self> {
        static SAID: Once = Once::new();
        let path = directory.to_owned();
        let start = move || embedded_postgres::start(&path, programs.as_deref());
        let server = tokio::task::spawn_blocking(start)
            .await
            .map_err(|error| {
                Error::settings("the embedded Postgres does not start").because(error)
            })?
            .map_err(|error| {
                let what = format!("DATABASE_URL is not set, and {error}");
                Error::settings(what).next(error.next()).because(error)
            })?;
        // Of several connections too.
        SAID.call_once(|| {
            info!(
                "DATABASE_URL is not set: rows go to the embedded Postgres in {}/",
                directory.display()
            );
        });
        let database = Self::server(&server.url())?;
        Ok(Self { server: Some(server), ..database })
    }

    /// How the way to it is encrypted.
    pub fn encryption(&self) -> Encryption {
        Encryption::of(&self.options)
    }

    /// A session of its own, which says at once why it cannot be had; the pool would try for a while.
    pub(super) async fn session(&self) -> Result<PgConnection> {
        self.sessions.own().await
    }

    /// The same database for a rehearsal: one session, all of which is one transaction that is
    /// never committed.
    #[must_use]
    pub fn rehearsing(mut self) -> Self {
        self.sessions = Sessions::rehearsing(&self.options);
        self
    }

    /// Ends all sessions; what was committed stays, whatever happens here.
    pub async fn close(self) {
        self.kept.close().await;
        self.sessions.close().await;
        let Some(server) = self.server else { return };
        match tokio::task::spawn_blocking(|| server.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!("{error}; {}", error.next()),
            Err(error) => warn!("the embedded Postgres was not stopped: {error}"),
        }
    }
}

/// Whether a text begins as the address of a server does.
pub fn is_address(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn options(url: &str) -> Result<PgConnectOptions> {
    let not_understood = || {
        Error::settings("DATABASE_URL is not understood")
            .next("write it as postgres://user:password@host:port/database")
    };
    if !is_address(url) {
        return Err(not_understood());
    }
    let options =
        PgConnectOptions::from_str(url).map_err(|error| not_understood().because(error))?;
    keep_password(url, &options);
    let options = if says_how_to_encrypt(url) || is_this_machine(&options) {
        options
    } else {
        options.ssl_mode(PgSslMode::VerifyFull)
    };
    // Poolers refuse start-up parameters that they do not know; the server's own default is as good.
    Ok(options.application_name(super::APPLICATION).extra_float_digits(None))
}

/// Whether a person chose how the way to the server is encrypted, in its address or, as for
/// all of Postgres's programs, in `PGSSLMODE`.
fn says_how_to_encrypt(url: &str) -> bool {
    let in_query = Url::parse(url).is_ok_and(|url| {
        url.query_pairs().any(|(name, _)| matches!(&*name, "sslmode" | "ssl-mode"))
    });
    in_query || crate::environment::environment("PGSSLMODE").is_some()
}

/// The host and the port of a server, and the name of the database: what tells one from another.
/// A socket, and the embedded Postgres, are this machine's.
pub(crate) fn place(url: Option<&SecretString>) -> (String, String) {
    let Some(options) = url.and_then(|url| options(url.expose_secret()).ok()) else {
        return ("localhost:5432".to_owned(), "postgres".to_owned());
    };
    let is_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    let host = if is_socket { "localhost" } else { options.get_host() };
    let database = options.get_database().unwrap_or(options.get_username());
    (format!("{host}:{}", options.get_port()), database.to_owned())
}

/// Whether nobody else is on the way to the server.
fn is_this_machine(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let number = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || number.is_ok_and(|number| number.is_loopback())
}

/// How the way to a server is encrypted that is on another machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// It is this machine.
    Local,
    /// It is encrypted, and the server proves who it is.
    Verified,
    /// It may be encrypted, and nobody knows who answers.
    Unverified(&'static str),
}

impl Encryption {
    fn of(options: &PgConnectOptions) -> Self {
        if is_this_machine(options) {
            return Self::Local;
        }
        match options.get_ssl_mode() {
            PgSslMode::VerifyFull => Self::Verified,
            PgSslMode::VerifyCa => Self::Unverified("verify-ca"),
            PgSslMode::Require => Self::Unverified("require"),
            PgSslMode::Prefer => Self::Unverified("prefer"),
            PgSslMode::Allow => Self::Unverified("allow"),
            PgSslMode::Disable => Self::Unverified("disable"),
        }
    }
}

/// Takes note of the password in an address, which a server may echo. One that stands in a name
/// beside it tells nobody more than that, and names have to be shown.
fn keep_password(url: &str, options: &PgConnectOptions) {
    let Ok(url) = Url::parse(url) else { return };
    let in_query = url.query_pairs().filter(|(name, _)| name == "password");
    let written = url.password().map(|password| password.replace('+', "%2B"));
    let written = written.iter().flat_map(|password| form_urlencoded::parse(password.as_bytes()));
    let written = written.map(|(password, _)| password);
    let set = crate::environment::environment("PGPASSWORD");
    let set = set.iter().map(|password| password.expose_secret().into());
    let names = [options.get_username(), options.get_host(), options.get_database().unwrap_or("")];
    for password in written.chain(in_query.map(|(_, password)| password)).chain(set) {
        if !names.iter().any(|name| name.contains(&*password)) {
            keep_secret(&password);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_elsewhere_has_to_prove_who_it_is_unless_the_address_says_otherwise() {
        for (url, way) in [
            ("postgres://me:secret@db.example.com/data", Encryption::Verified),
            ("postgres://me:secret@10.0.0.7:5433/data?application_name=x", Encryption::Verified),
            ("postgres://me:secret@db/data", Encryption::Verified),
            ("postgres://me:secret@localhost.example.com/data", Encryption::Verified),
            ("postgres://me:secret@db/data?sslmode=require", Encryption::Unverified("require")),
            ("postgres://me:secret@db/data?ssl-mode=disable", Encryption::Unverified("disable")),
            ("postgres://me:secret@db/data?sslmode=verify-full", Encryption::Verified),
            ("postgres://me:secret@localhost/data", Encryption::Local),
            ("postgres://me:secret@127.1.2.3/data", Encryption::Local),
            ("postgres://me:secret@[::1]:5433/data", Encryption::Local),
            ("postgres://me@%2Fvar%2Frun%2Fpostgresql/data", Encryption::Local),
            ("postgres:///data?host=/var/run/postgresql", Encryption::Local),
            ("postgres://me:secret@localhost/data?host=db.example.com", Encryption::Verified),
        ] {
            assert_eq!(Encryption::of(&options(url).unwrap()), way, "{url}");
        }
    }
}
