//! A Postgres for tests and measurements: the one that is given, or a throw-away one.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use connector_cli::block_on;
use connector_core::OLDEST_SERVER;
use connector_testkit::Server;
use sqlx::{Connection as _, PgConnection};

use crate::variable;

/// The variable that names a server to test with.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";

/// A server whose role may create databases.
pub(crate) struct Postgres {
    pub(crate) url: String,
    server: Option<Server>,
}

impl Postgres {
    /// The server of `TEST_DATABASE_URL`, else a throw-away one of the newest Postgres on this machine.
    pub(crate) fn start() -> Result<Self> {
        Self::with("The tests use", given(), Server::start)
    }

    /// A throw-away one of the programs in a folder, whatever is given.
    pub(crate) fn start_of(programs: &Path) -> Result<Self> {
        Self::with("The tests use", None, || Server::start_of(programs))
    }

    /// The same, but a throw-away one is on disk, and waits for it as servers do by default.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::with("The benchmark uses", given(), Server::start_durable)
    }

    /// Its `psql`.
    pub(crate) fn psql(&self) -> PathBuf {
        let own = self.server.as_ref().map(|server| Path::new(server.programs()).join("psql"));
        own.filter(|psql| psql.exists()).unwrap_or_else(|| "psql".into())
    }

    fn with(
        who: &str,
        given: Option<String>,
        throw_away: impl FnOnce() -> Result<Server>,
    ) -> Result<Self> {
        let (url, server, origin) = if let Some(url) = given {
            (url, None, VARIABLE.to_owned())
        } else {
            let server = throw_away()?;
            let origin = format!("a throw-away one of {}", server.programs());
            (server.url().to_owned(), Some(server), origin)
        };
        let version = block_on(version(&url))??;
        // Where stderr is closed, there is nobody to tell.
        let _ = writeln!(io::stderr(), "{who} Postgres {version}, {origin}");
        Ok(Self { url, server })
    }
}

/// The address of the server that is given.
fn given() -> Option<String> {
    variable(VARIABLE)
}

/// The server's version, if it is one to test with.
async fn version(url: &str) -> Result<String> {
    let connection = PgConnection::connect(url).await;
    let mut connection = connection.with_context(|| {
        format!("the Postgres of {VARIABLE} does not answer; unset it for a throw-away one")
    })?;
    let (number, version, may_create): (i32, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int / 10000, current_setting('server_version'), \
         rolsuper or rolcreatedb from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    ensure!(
        number >= OLDEST_SERVER,
        "{VARIABLE} names a Postgres {version}, which is too old: at least {OLDEST_SERVER} is needed"
    );
    ensure!(may_create, "the role in {VARIABLE} may not create databases; `alter role … createdb`");
    Ok(version)
}
