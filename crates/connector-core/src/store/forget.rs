//! Forgetting: a connection with all that is known of it, or the records of old runs.
//!
//! Tables of the schema `sync` tell by their columns whose rows they hold, so one that a later
//! version adds is not left behind.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::database::Database;
use super::sql::ident;
use super::{Lock, lock, migrate};
use crate::error::{Error, Result};
use crate::stop::Stop;

/// What would go, or went.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Forgotten {
    /// The tables and views of the connection's schema.
    pub tables: Vec<Held>,
    /// The tables of the schema `sync`, with the rows that are about it.
    pub records: Vec<Held>,
}

/// A table, and what it holds.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Held {
    /// The table, with its schema.
    pub table: String,
    /// The number of rows; nothing for a view.
    pub rows: Option<i64>,
}

impl Held {
    fn new(table: String, rows: impl Into<Option<i64>>) -> Self {
        Self { table, rows: rows.into() }
    }
}

impl Forgotten {
    /// Whether there is nothing to forget.
    pub fn is_nothing(&self) -> bool {
        self.tables.is_empty() && self.records.iter().all(|held| held.rows == Some(0))
    }
}

/// The tables of `sync` that hold rows of connections, those first that others are referred
/// to by, and whether a row names its connection or only its run.
const TABLES: &str = "select c.relname::text, bool_or(a.attname = 'connection') from pg_class c \
    join pg_attribute a on a.attrelid = c.oid and a.attname in ('connection', 'run_id') and not a.attisdropped \
    where c.relnamespace = to_regnamespace('sync') and c.relkind = 'r' group by c.oid, c.relname \
    order by not exists (select from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), \
    bool_or(a.attname = 'connection'), c.relname = 'runs', c.relname = 'connections', c.relname";

/// The rows of one of them that are about a connection.
fn of_connection(table: &str, by_name: bool) -> String {
    let by = if by_name {
        "connection = $1"
    } else {
        "run_id in (select run_id from sync.runs where connection = $1)"
    };
    format!("sync.{} where {by}", ident(table))
}

/// Records of runs that ended before `$1` (and began, if they never ended), but for those that
/// say what is known now: the newest run of a connection, the last complete one of each resource, and
/// of runs those in which a listing was last read whole, as it is due again some time after that.
const OLD_RESOURCES: &str = "sync.resources r where coalesce(r.finished_at, r.started_at) < $1 \
    and ($2::text[] is null or r.connection = any($2)) \
    and r.run_id <> (select max(n.run_id) from sync.resources n where n.connection = r.connection and n.resource = r.resource) \
    and not exists (select from sync.last_complete c where c.run_id = r.run_id and c.resource = r.resource and c.connection = r.connection)";
const OLD_RUNS: &str = "sync.runs r where coalesce(r.finished_at, r.started_at) < $1 \
    and ($2::text[] is null or r.connection = any($2)) \
    and r.run_id <> (select max(n.run_id) from sync.runs n where n.connection = r.connection) \
    and not exists (select from sync.resources k where k.run_id = r.run_id) \
    and not exists (select from sync.state s where s.connection = r.connection and s.whole_run_id = r.run_id)";
const OLD_RETURNS: &str = "sync.returns r where ($2::text[] is null or r.connection = any($2)) \
    and not exists (select from sync.runs n where n.run_id = r.run_id and coalesce(n.finished_at, n.started_at) >= $1)";

impl Database {
    /// What is there of a connection.
    pub async fn known_of(&self, connection: &str) -> Result<Forgotten> {
        let mut session = self.session().await?;
        known_of(&mut session, connection).await
    }

    /// The connections that something is known of.
    pub async fn connections(&self) -> Result<Vec<String>> {
        let mut session = self.session().await?;
        if !migrate::is_there(&mut session, "sync.connections").await.map_err(failed)? {
            return Ok(Vec::new());
        }
        sqlx::query_scalar("select connection from sync.connections order by 1")
            .fetch_all(&mut session)
            .await
            .map_err(failed)
    }

    /// Forgets a connection: its schema, and its rows in all tables of `sync`, in one
    /// transaction. Its lock is held meanwhile, so that no run writes.
    pub async fn forget(&self, connection: &str) -> Result<Forgotten> {
        let (held, _) = lock(self, connection, (false, None), &Stop::new())
            .await
            .map_err(Error::before_start)?;
        let forgotten = self.forget_locked(connection).await;
        Lock(Some(held)).give_back().await;
        forgotten
    }

    async fn forget_locked(&self, connection: &str) -> Result<Forgotten> {
        let mut session = self.session().await?;
        let mut transaction = session.begin().await.map_err(failed)?;
        let known = known_of(&mut transaction, connection).await?;
        for (table, by_name) in tables(&mut transaction).await? {
            let delete = format!("delete from {}", of_connection(&table, by_name));
            sqlx::query(AssertSqlSafe(delete))
                .bind(connection)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        if !known.is_nothing() {
            let drop = format!("drop schema if exists {} cascade", ident(connection));
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(known)
    }

    /// The records of runs that are older than that: of some connections, or of all.
    pub async fn old_records(
        &self,
        before: DateTime<Utc>,
        connections: Option<&[String]>,
    ) -> Result<Forgotten> {
        let Some(mut session) = self.records().await? else {
            return Ok(Forgotten { tables: Vec::new(), records: Vec::new() });
        };
        // All is done and taken back: which runs are left depends on which records go.
        let mut transaction = session.begin().await.map_err(failed)?;
        let old = forget_old(&mut transaction, before, connections).await?;
        transaction.rollback().await.map_err(failed)?;
        Ok(old)
    }

    /// Forgets them, but for what says how things are now.
    pub async fn forget_records(
        &self,
        before: DateTime<Utc>,
        connections: Option<&[String]>,
    ) -> Result<Forgotten> {
        let Some(mut session) = self.records().await? else {
            return Ok(Forgotten { tables: Vec::new(), records: Vec::new() });
        };
        let mut transaction = session.begin().await.map_err(failed)?;
        let old = forget_old(&mut transaction, before, connections).await?;
        sqlx::query(
            "update sync.connections set forgotten_until = greatest(forgotten_until, $1) \
             where $2::text[] is null or connection = any($2)",
        )
        .bind(before)
        .bind(connections)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(old)
    }
}

async fn forget_old(
    session: &mut PgConnection,
    before: DateTime<Utc>,
    connections: Option<&[String]>,
) -> Result<Forgotten> {
    let mut records = Vec::new();
    for (name, old) in [("resources", OLD_RESOURCES), ("runs", OLD_RUNS), ("returns", OLD_RETURNS)]
    {
        let done = sqlx::query(AssertSqlSafe(format!("delete from {old}")))
            .bind(before)
            .bind(connections)
            .execute(&mut *session)
            .await
            .map_err(failed)?;
        let rows = i64::try_from(done.rows_affected()).unwrap_or(i64::MAX);
        records.push(Held::new(format!("sync.{name}"), rows));
    }
    Ok(Forgotten { tables: Vec::new(), records })
}

/// Whether runs of such a connection are known.
async fn is_connection(session: &mut PgConnection, connection: &str) -> Result<bool> {
    if !migrate::is_there(&mut *session, "sync.connections").await.map_err(failed)? {
        return Ok(false);
    }
    sqlx::query_scalar(
        "select exists (select from sync.connections where connection = $1) \
         or exists (select from sync.runs where connection = $1)",
    )
    .bind(connection)
    .fetch_one(session)
    .await
    .map_err(failed)
}

async fn tables(session: &mut PgConnection) -> Result<Vec<(String, bool)>> {
    sqlx::query_as(TABLES).fetch_all(session).await.map_err(failed)
}

async fn known_of(session: &mut PgConnection, connection: &str) -> Result<Forgotten> {
    let (mut of_schema, mut records) = (Vec::new(), Vec::new());
    // A schema of that name that no run ever used is somebody else's.
    if !is_connection(&mut *session, connection).await? {
        return Ok(Forgotten { tables: of_schema, records });
    }
    let relations: Vec<(String, bool)> = sqlx::query_as(
        "select c.relname::text, c.relkind in ('r', 'p') from pg_class c \
         where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p', 'v', 'm', 'f') \
         and c.relname <> '_migrations' order by c.relkind <> 'r', c.relname",
    )
    .bind(ident(connection))
    .fetch_all(&mut *session)
    .await
    .map_err(failed)?;
    for (name, is_table) in relations {
        let mut rows = None;
        if is_table {
            let count = format!("select count(*) from {}.{}", ident(connection), ident(&name));
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .fetch_one(&mut *session)
                .await
                .map_err(failed)?;
            rows = Some(count);
        }
        of_schema.push(Held::new(format!("{connection}.{name}"), rows));
    }
    for (table, by_name) in tables(&mut *session).await? {
        let count = format!("select count(*) from {}", of_connection(&table, by_name));
        let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
            .bind(connection)
            .fetch_one(&mut *session)
            .await
            .map_err(failed)?;
        records.push(Held::new(format!("sync.{table}"), count));
    }
    Ok(Forgotten { tables: of_schema, records })
}

fn failed(error: sqlx::Error) -> Error {
    Error::storage("forgetting", error)
}
