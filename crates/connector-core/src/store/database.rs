//! Where rows go: a server, or the database that needs none.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use sqlx::Connection as _;
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tracing::{info, warn};
use url::{Url, form_urlencoded};

use crate::error::{Error, Result};
use crate::foreign::keep_secret;

/// How long somebody waits for the only session of a rehearsal, however long a commit takes.
const LONG: Duration = Duration::from_mins(10);

/// A database, which several connections of a program can share.
#[derive(Debug)]
pub(crate) struct Database {
    pub(super) pool: PgPool,
    pub(super) options: PgConnectOptions,
    /// The private server, if it is one of that.
    server: Option<embedded_postgres::Server>,
}

impl Database {
    /// A server, by its address. Nothing is sent yet.
    pub(crate) fn server(url: &str) -> Result<Self> {
        let options = options(url)?;
        Ok(Self { pool: pool(&options, 8, Duration::from_secs(20)), options, server: None })
    }

    /// The embedded Postgres in a directory, by the programs of a folder or those that are found.
    pub(crate) async fn embedded(directory: &Path, programs: Option<PathBuf>) -> Result<Self> {
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
        info!(
            "DATABASE_URL is not set: rows go to the embedded Postgres in {}/",
            directory.display()
        );
        let database = Self::server(&server.url())?;
        Ok(Self { server: Some(server), ..database })
    }

    /// A session of its own, which says at once why it cannot be had; the pool would try for a while.
    pub(super) async fn session(&self) -> Result<PgConnection> {
        connect(&self.options).await
    }

    /// The same database for a rehearsal: one session, all of which is one transaction that is
    /// never committed.
    pub(crate) fn rehearsing(mut self) -> Self {
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(LONG);
        let pool = pool.idle_timeout(None).max_lifetime(None).after_connect(|session, _| {
            Box::pin(async move {
                begin_session(session).await?;
                let transaction = session.begin().await?;
                // Forgotten, it is neither committed nor rolled back, and each transaction
                // after it is a savepoint in it. It ends with the session.
                std::mem::forget(transaction);
                Ok(())
            })
        });
        self.pool = pool.connect_lazy_with(self.options.clone());
        self
    }

    /// Ends all sessions; what was committed stays, whatever happens here.
    pub(crate) async fn close(self) {
        self.pool.close().await;
        let Some(server) = self.server else { return };
        match tokio::task::spawn_blocking(|| server.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!("{error}; {}", error.next()),
            Err(error) => warn!("the embedded Postgres was not stopped: {error}"),
        }
    }
}

/// A new session; where there is none, the error says with which server.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    PgConnection::connect_with(options).await.map_err(|error| {
        // A host that has no address may be what stands behind an @ in a password.
        let has_address =
            !matches!(&error, sqlx::Error::Io(error) if error.raw_os_error().is_none());
        let error = Error::storage("connecting", error);
        let server = format!("{}:{}", options.get_host(), options.get_port());
        if has_address { error.at("server", server) } else { error }
    })
}

/// Whether a text begins as the address of a server does.
pub(crate) fn is_address(url: &str) -> bool {
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
    Ok(options.application_name("vendor-connectors"))
}

/// Takes note of the password in an address, which a server may echo. One that is the name
/// beside it tells nobody more than that, and names have to be shown.
fn keep_password(url: &str, options: &PgConnectOptions) {
    let Ok(url) = Url::parse(url) else { return };
    let in_query = url.query_pairs().filter(|(name, _)| name == "password");
    let written = url.password().map(|password| password.replace('+', "%2B"));
    let written = written.iter().flat_map(|password| form_urlencoded::parse(password.as_bytes()));
    let written = written.map(|(password, _)| password);
    let set = crate::settings::environment("PGPASSWORD");
    let set = set.iter().map(|password| password.expose_secret().into());
    let names = [options.get_username(), options.get_host(), options.get_database().unwrap_or("")];
    for password in written.chain(in_query.map(|(_, password)| password)).chain(set) {
        if !names.contains(&&*password) {
            keep_secret(&password);
        }
    }
}

/// What each session of a pool begins with: whoever waits for a lock for longer than that
/// is told so, unless the user or the database has a limit of its own.
async fn begin_session(session: &mut PgConnection) -> sqlx::Result<()> {
    let limit = "do $$ begin if current_setting('lock_timeout') = '0' then \
                 perform set_config('lock_timeout', '30s', false); end if; end $$";
    sqlx::raw_sql(limit).execute(session).await.map(drop)
}

fn pool(options: &PgConnectOptions, sessions: u32, patience: Duration) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(sessions).acquire_timeout(patience);
    let pool = pool.after_connect(|session, _| Box::pin(begin_session(session)));
    pool.idle_timeout(None).max_lifetime(None).connect_lazy_with(options.clone())
}
