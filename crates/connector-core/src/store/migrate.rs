//! Tables, brought up to date: forward only, and safe when two runs start at once.

use std::borrow::Cow;
use std::collections::HashMap;

use sqlx::migrate::{MigrateError, Migration as Step, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgExecutor, SqlSafeStr as _};

use super::Store;
use super::misfits::Misfits;
use super::sql::ident;
use crate::error::{Error, ErrorKind, Result};
use connector_spec::{Connector, Migration, Resource};

/// The run tables, shared by all connections of a database.
pub(super) const SYNC: &[Migration] = &[
    Migration {
        version: 1,
        name: "tables",
        sql: include_str!("../../../../migrations/sync/0001_tables.sql"),
    },
    Migration {
        version: 2,
        name: "walks",
        sql: include_str!("../../../../migrations/sync/0002_walks.sql"),
    },
    Migration {
        version: 3,
        name: "next",
        sql: include_str!("../../../../migrations/sync/0003_next.sql"),
    },
    Migration {
        version: 4,
        name: "bounds",
        sql: include_str!("../../../../migrations/sync/0004_bounds.sql"),
    },
    Migration {
        version: 5,
        name: "unnoted",
        sql: include_str!("../../../../migrations/sync/0005_unnoted.sql"),
    },
    Migration {
        version: 6,
        name: "missing",
        sql: include_str!("../../../../migrations/sync/0006_missing.sql"),
    },
    Migration {
        version: 7,
        name: "fingerprint_keys",
        sql: include_str!("../../../../migrations/sync/0007_fingerprint_keys.sql"),
    },
    Migration {
        version: 8,
        name: "drift",
        sql: include_str!("../../../../migrations/sync/0008_drift.sql"),
    },
    Migration {
        version: 9,
        name: "owner",
        sql: include_str!("../../../../migrations/sync/0009_owner.sql"),
    },
    Migration {
        version: 10,
        name: "gaps",
        sql: include_str!("../../../../migrations/sync/0010_gaps.sql"),
    },
    Migration {
        version: 11,
        name: "missing_since",
        sql: include_str!("../../../../migrations/sync/0011_missing_since.sql"),
    },
    Migration {
        version: 12,
        name: "history",
        sql: include_str!("../../../../migrations/sync/0012_history.sql"),
    },
    Migration {
        version: 13,
        name: "shards",
        sql: include_str!("../../../../migrations/sync/0013_shards.sql"),
    },
    Migration {
        version: 14,
        name: "columns",
        sql: include_str!("../../../../migrations/sync/0014_columns.sql"),
    },
    Migration {
        version: 15,
        name: "changes",
        sql: include_str!("../../../../migrations/sync/0015_changes.sql"),
    },
    Migration {
        version: 16,
        name: "secrets",
        sql: include_str!("../../../../migrations/sync/0016_secrets.sql"),
    },
    Migration {
        version: 17,
        name: "status_page",
        sql: include_str!("../../../../migrations/sync/0017_status_page.sql"),
    },
    Migration {
        version: 18,
        name: "jobs",
        sql: include_str!("../../../../migrations/sync/0018_jobs.sql"),
    },
    Migration {
        version: 19,
        name: "status",
        sql: include_str!("../../../../migrations/sync/0019_status.sql"),
    },
    Migration {
        version: 20,
        name: "room",
        sql: include_str!("../../../../migrations/sync/0020_room.sql"),
    },
];

/// Makes whoever changes tables wait for each other, until their transactions end.
pub(super) const MIGRATIONS_LOCK: &str =
    "select pg_advisory_xact_lock(hashtextextended('vendor-connectors migrations', 0))";

/// Lets a transaction end without waiting for the disk. The next one that is waited for is behind it
/// in the log, so that nothing is there without it; until then, what it makes would be made again.
pub(super) const NOT_WAITED_FOR: &str = "set local synchronous_commit to off";

/// Brings the run tables and a connection's tables up to date.
pub(crate) async fn up(store: &Store, schema: &str, connector: &Connector) -> Result<()> {
    run(store, "sync", SYNC, &[]).await?;
    run(store, schema, connector.migrations, connector.resources).await
}

/// Fails if the tables are not up to date, for whoever takes part in a run that another began.
pub(crate) async fn check_current(
    store: &Store,
    schema: &str,
    connector: &Connector,
) -> Result<()> {
    let mut session = store.session().await?;
    for (schema, migrations) in [("sync", SYNC), (schema, connector.migrations)] {
        if state(&mut session, schema, migrations).await? != State::Current {
            let what = "the tables are not those of this program";
            return Err(Error::settings(what)
                .at("schema", schema)
                .next("let all workers have the same version, and begin another run"));
        }
    }
    Ok(())
}

/// The statements that [`up`] would run, as one could run them by hand.
pub(crate) async fn pending(
    store: &Store,
    schema: &str,
    migrations: &[Migration],
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for (schema, migrations) in [("sync", SYNC), (schema, migrations)] {
        let applied = applied(store, schema).await?;
        let mut missing = migrations
            .iter()
            .filter(|step| !applied.as_ref().is_some_and(|applied| applied.contains(&step.version)))
            .peekable();
        if applied.is_none() {
            statements.push(format!("create schema if not exists {};", ident(schema)));
        }
        if missing.peek().is_some() {
            statements.push(format!("set search_path to {};", ident(schema)));
        }
        statements.extend(missing.map(|step| step.sql.trim_end().to_owned()));
    }
    Ok(statements)
}

/// Whether there is a table of that qualified name.
pub(super) async fn is_there(
    database: impl PgExecutor<'_>,
    table: &str,
) -> std::result::Result<bool, sqlx::Error> {
    let query = sqlx::query_scalar("select to_regclass($1) is not null");
    query.bind(table).fetch_one(database).await
}

/// The migrations that ran in a schema; none if none ever did.
async fn applied(store: &Store, schema: &str) -> Result<Option<Vec<i64>>> {
    let failed = |error| Error::storage("looking at the tables", error).at("schema", schema);
    let table = format!("{}._migrations", ident(schema));
    let mut session = store.session().await?;
    if !is_there(&mut *session, &table).await.map_err(failed)? {
        return Ok(None);
    }
    let query = format!("select version from {table}");
    sqlx::query_scalar(AssertSqlSafe(query))
        .fetch_all(&mut *session)
        .await
        .map(Some)
        .map_err(failed)
}

/// Runs what is missing in one schema, in one transaction, and forgets in it what is known of
/// listings whose tables got new columns: those are filled by a walk through all rows, also
/// where a vendor is asked for changes only, or where the walk before was interrupted.
///
/// The lock belongs to the transaction and not to the session, so that it also
/// holds behind a proxy that gives each transaction another session.
async fn run(
    store: &Store,
    schema: &str,
    migrations: &[Migration],
    resources: &[Resource],
) -> Result<()> {
    let doing = "bringing the tables up to date";
    let failed = |error| Error::storage(doing, error).at("schema", schema);
    let mut session = store.session().await?;
    // The lock is for all connections, and a rehearsal holds it to its end.
    if state(&mut session, schema, migrations).await? == State::Current {
        return Ok(());
    }
    let exists = "select exists (select from pg_namespace where nspname = $1)";
    let is_there: bool =
        sqlx::query_scalar(exists).bind(schema).fetch_one(&mut *session).await.map_err(failed)?;
    if is_there {
        // What is made in a schema stands beside what others have put there.
        Misfits::of(&mut session, schema, [], &[]).await?.check_all()?;
    }
    let mut transaction = session.begin().await.map_err(failed)?;
    for begin in [NOT_WAITED_FOR, MIGRATIONS_LOCK] {
        sqlx::query(begin).execute(&mut *transaction).await.map_err(failed)?;
    }
    // Another run may have made it meanwhile.
    let is_there: bool = sqlx::query_scalar(exists)
        .bind(schema)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    if !is_there {
        sqlx::raw_sql(AssertSqlSafe(format!("create schema {}", ident(schema))))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    let before = columns(&mut transaction, schema).await.map_err(failed)?;
    // Migrations name no schema: theirs is the connection's. `pg_catalog`, which is not named,
    // comes before it, and what is temporary last.
    sqlx::raw_sql(AssertSqlSafe(format!("set local search_path to {}, pg_temp", ident(schema))))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let mut migrator = Migrator::with_migrations(steps(migrations));
    migrator.set_locking(false);
    migrator.dangerous_set_table_name(format!("{}._migrations", ident(schema)));
    migrator
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| refused(error, schema))?;
    let after = columns(&mut transaction, schema).await.map_err(failed)?;
    let is_wider = |table: &str| before.get(table).is_some_and(|columns| *columns < after[table]);
    let wider: Vec<&str> = resources
        .iter()
        .filter(|resource| is_wider(resource.table))
        .map(|resource| resource.name)
        .collect();
    for forget in [
        "delete from sync.state where connection = $1 and resource = any($2)",
        "delete from sync.seen where connection = $1 and resource = any($2)",
    ] {
        sqlx::query(forget)
            .bind(schema)
            .bind(&wider)
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    // A rehearsal's transaction goes on, and `local` would be all of it.
    sqlx::raw_sql("set local search_path to pg_catalog, pg_temp")
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

/// The number of columns of each table in a schema.
async fn columns(session: &mut PgConnection, schema: &str) -> sqlx::Result<HashMap<String, i64>> {
    let query = "select c.relname, count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid \
                 where c.relnamespace = to_regnamespace($1) and c.relkind in ('r', 'p') \
                 and a.attnum > 0 and not a.attisdropped group by c.relname";
    let rows: Vec<(String, i64)> =
        sqlx::query_as(query).bind(ident(schema)).fetch_all(session).await?;
    Ok(rows.into_iter().collect())
}

fn steps(migrations: &[Migration]) -> Vec<Step> {
    let step = |step: &Migration| {
        Step::new(
            step.version,
            Cow::Borrowed(step.name),
            MigrationType::Simple,
            AssertSqlSafe(step.sql).into_sql_str(),
            false,
        )
    };
    migrations.iter().map(step).collect()
}

/// How the tables of a schema stand to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There are none.
    Absent,
    /// So many migrations would run.
    Behind(usize),
    /// They are up to date.
    Current,
    /// They have a migration that this program does not know.
    Newer(i64),
    /// They have a migration whose text is another one here.
    Changed(i64),
}

/// How the tables of a schema stand to this program. Reads only.
pub(super) async fn state(
    session: &mut PgConnection,
    schema: &str,
    migrations: &[Migration],
) -> Result<State> {
    let failed = |error| Error::storage("looking at the tables", error).at("schema", schema);
    let table = format!("{}._migrations", ident(schema));
    if !is_there(&mut *session, &table).await.map_err(failed)? {
        return Ok(State::Absent);
    }
    let query = format!("select version, checksum from {table} order by version");
    let ran: Vec<(i64, Vec<u8>)> =
        sqlx::query_as(AssertSqlSafe(query)).fetch_all(session).await.map_err(failed)?;
    let known = steps(migrations);
    for (version, checksum) in &ran {
        match known.iter().find(|step| step.version == *version) {
            None => return Ok(State::Newer(*version)),
            Some(step) if *step.checksum != **checksum => return Ok(State::Changed(*version)),
            Some(_) => {}
        }
    }
    Ok(match known.len() - ran.len() {
        0 => State::Current,
        missing => State::Behind(missing),
    })
}

fn refused(error: MigrateError, schema: &str) -> Error {
    let error = match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            Error::storage("bringing the tables up to date", error)
        }
        MigrateError::VersionMissing(version) => Error::new(
            ErrorKind::Storage,
            format!(
                "the tables are newer than this program, which does not know migration {version}"
            ),
        )
        .next("install the newer version of the program"),
        MigrateError::VersionMismatch(version) => Error::new(
            ErrorKind::Storage,
            format!("migration {version} ran here with another text than this program's"),
        )
        .next("install the version of the program that made the tables, or a later one"),
        error => {
            Error::new(ErrorKind::Storage, "the tables cannot be brought up to date").because(error)
        }
    };
    error.at("schema", schema)
}
