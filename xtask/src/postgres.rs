//! A Postgres for the tests: the one that is given, or a throw-away one.

use std::env;
use std::io::{self, Write as _};

use anyhow::{Context as _, Result, ensure};
use connector_core::block_on;
use connector_testkit::Server;
use sqlx::{Connection as _, PgConnection};

/// The variable that names a server to test with.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";
/// The oldest server that the connectors work with.
const OLDEST: i32 = 14;

/// A server whose role may create databases.
pub(crate) struct Postgres {
    pub(crate) url: String,
    _server: Option<Server>,
}

impl Postgres {
    /// The server of `TEST_DATABASE_URL`, else a throw-away one of the newest Postgres on this machine.
    pub(crate) fn start() -> Result<Self> {
        let given = env::var(VARIABLE).ok().filter(|url| !url.is_empty());
        let (url, server, origin) = if let Some(url) = given {
            (url, None, VARIABLE.to_owned())
        } else {
            let server = Server::start()?;
            let origin = format!("a throw-away one of {}", server.programs());
            (server.url().to_owned(), Some(server), origin)
        };
        let version = block_on(version(&url))??;
        // Where stderr is closed, there is nobody to tell.
        let _ = writeln!(io::stderr(), "The tests use Postgres {version}, {origin}");
        Ok(Self { url, _server: server })
    }
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
        number >= OLDEST,
        "{VARIABLE} names a Postgres {version}, which is too old: at least {OLDEST} is needed"
    );
    ensure!(may_create, "the role in {VARIABLE} may not create databases; `alter role … createdb`");
    Ok(version)
}
