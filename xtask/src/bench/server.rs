//! The server: a database for each sequence, and what a step did to it.

use std::time::Duration;

use anyhow::{Context as _, Result};
use connector_cli::block_on;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Row as _, raw_sql};

use super::process::{children, cpu_seconds, parent};

/// The name of the one database that there is at a time.
const DATABASE: &str = "connectors_bench";
/// The schema of the tables, whoever makes them.
pub(crate) const SCHEMA: &str = "bench";

pub(crate) struct Server {
    url: String,
    /// The address of the database.
    pub(crate) database: String,
    /// Its first process, if that is one of this machine.
    postmaster: Option<u32>,
}

/// What the server has counted so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counters {
    pub(crate) wal_bytes: i64,
    /// Versions of rows that were left behind in the synced tables.
    pub(crate) dead: i64,
    /// The same in all others, as those in which runs are recorded.
    pub(crate) dead_elsewhere: i64,
    pub(crate) transactions: i64,
    pub(crate) cpu_seconds: f64,
}

impl Server {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let (before, query) = url.split_once('?').map_or((url, None), |(url, q)| (url, Some(q)));
        let (server, _) = before.rsplit_once('/').context("the address names a database")?;
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        let pid: i32 = block_on(async {
            let mut connection = PgConnection::connect(url).await?;
            let pid = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection);
            let here = pid.await;
            // While the session is open, its process tells which one started it.
            let postmaster = here.map(|pid: i32| parent(pid.cast_unsigned()).unwrap_or_default());
            connection.close().await?;
            postmaster.map(u32::cast_signed)
        })??;
        Ok(Self {
            url: url.to_owned(),
            database: format!("{server}/{DATABASE}{query}"),
            postmaster: Some(pid.cast_unsigned()).filter(|pid| *pid > 1),
        })
    }

    /// Makes the database anew.
    pub(crate) fn new_database(&self) -> Result<()> {
        self.drop_database()?;
        run(&self.url, &format!("create database {DATABASE}"))
    }

    pub(crate) fn drop_database(&self) -> Result<()> {
        run(&self.url, &format!("drop database if exists {DATABASE} with (force)"))
    }

    /// Runs statements in the database.
    pub(crate) fn execute(&self, sql: &str) -> Result<()> {
        run(&self.database, sql)
    }

    /// The texts that a query in the database returns.
    pub(crate) fn texts(&self, query: &str) -> Result<Vec<String>> {
        texts(&self.database, query)
    }

    /// The texts that a query returns which is not about the database.
    pub(crate) fn of_server(&self, query: &str) -> Result<Vec<String>> {
        texts(&self.url, query)
    }

    /// Levels the field: what was written before a step is not written during it.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        self.execute("checkpoint")
    }

    /// What was counted so far, once all others have left the database.
    pub(crate) fn counters(&self, tables: &[&str]) -> Result<Counters> {
        block_on(async {
            let options: PgConnectOptions = self.database.parse()?;
            let mut connection = PgConnection::connect_with(&options).await?;
            let others = "select count(*) from pg_stat_activity where datname = current_database() \
                          and pid <> pg_backend_pid() and backend_type = 'client backend'";
            while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut connection).await? > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            let row = sqlx::query(
                "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, \
                 coalesce(sum(n_tup_upd + n_tup_del) filter (where synced), 0)::bigint, \
                 coalesce(sum(n_tup_upd + n_tup_del) filter (where not synced), 0)::bigint, \
                 (select xact_commit from pg_stat_database where datname = current_database()) \
                 from (select *, schemaname = $1 and relname = any($2::text[]) as synced \
                 from pg_stat_user_tables) as t",
            )
            .bind(SCHEMA)
            .bind(tables)
            .fetch_one(&mut connection)
            .await?;
            connection.close().await?;
            Ok(Counters {
                wal_bytes: row.get(0),
                dead: row.get(1),
                dead_elsewhere: row.get(2),
                transactions: row.get(3),
                // A session's time is its process's until that has ended, and then the first one's.
                cpu_seconds: self.postmaster.map_or(0.0, |postmaster| {
                    let sessions = children(postmaster).into_iter().map(cpu_seconds);
                    cpu_seconds(postmaster) + sessions.sum::<f64>()
                }),
            })
        })?
    }
}

fn run(url: &str, sql: &str) -> Result<()> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        connection.execute(raw_sql(AssertSqlSafe(sql))).await?;
        Ok(connection.close().await?)
    })?
}

fn texts(url: &str, query: &str) -> Result<Vec<String>> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let texts = sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok(texts)
    })?
}
