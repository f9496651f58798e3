//! Whether a database is fit for a sync. Reads only, and takes no lock.

use sqlx::{PgConnection, Row as _};

use super::database::Database;
use super::misfits::Misfits;
use super::session_limits::SessionLimits;
use super::sql::Beside;
use super::{Holder, OLDEST_SERVER, holder, migrate};
use crate::error::{Error, Result};
use connector_spec::{Connector, Resource};

pub use migrate::State;

/// What a database and its user are like.
#[derive(Debug)]
pub struct Inspection {
    /// The server's version, such as `15.8`.
    pub version: String,
    /// Whether that is too old.
    pub too_old: bool,
    /// How it stores texts: every text fits into UTF8 alone.
    pub encoding: String,
    /// Whether nothing can be written here.
    pub read_only: bool,
    /// The name of the database.
    pub database: String,
    /// The user that the session is of.
    pub user: String,
    /// Whether the user may create schemas.
    pub may_create: bool,
    /// Whether the user may create temporary tables, into which rows are copied first.
    pub may_stage: bool,
    /// The run tables' schema, and that of the connection.
    pub schemas: Vec<Schema>,
    /// The connector that the connection's schema belongs to, if one does.
    pub owner: Option<String>,
    /// Whose rows are in it, if that is known.
    pub scope: Option<String>,
    /// What is not as its migrations made it, in the tables of the connection.
    pub altered: Option<Error>,
    /// How many histories the next sync makes.
    pub new_histories: i64,
    /// Who keeps the lock of the connection, if it is held.
    pub holder: Option<Holder>,
    /// How many sessions the user may have.
    pub sessions: SessionLimits,
}

/// A schema that a sync writes to.
#[derive(Debug)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub exists: bool,
    /// Whether the user may use it and create tables in it.
    pub may_use: bool,
    /// Tables that the user may not read and write.
    pub unwritable: i64,
    /// Tables that have to be altered and are another user's.
    pub foreign: i64,
    /// How its tables stand to this program.
    pub state: State,
    /// A table of this name is there, and no sync made it.
    pub taken: Option<String>,
}

impl Database {
    /// Looks at the database with the eyes of a sync of these resources into that schema, some of
    /// which have a history.
    pub async fn inspect(
        &self,
        schema: &str,
        connector: &Connector,
        resources: &[&Resource],
        with_history: &[&Resource],
    ) -> Result<Inspection> {
        let mut session = self.session().await?;
        let session = &mut session;
        let row = sqlx::query(
            "select current_setting('server_version') as version, \
             current_setting('server_version_num')::int / 10000 as major, \
             current_setting('server_encoding') as encoding, \
             current_setting('transaction_read_only')::bool as read_only, \
             current_database()::text as database, current_user::text as who, \
             has_database_privilege(current_database(), 'CREATE') as may_create, \
             has_database_privilege(current_database(), 'TEMP') as may_stage",
        )
        .fetch_one(&mut *session)
        .await
        .map_err(connecting)?;
        let version: String = row.try_get("version").map_err(failed)?;
        let major: i32 = row.try_get("major").map_err(failed)?;
        let tables: Vec<&str> = connector.resources.iter().map(|resource| resource.table).collect();
        let run_tables = inspect_schema(session, "sync", migrate::SYNC, &["runs"]).await?;
        let own = inspect_schema(session, schema, connector.migrations, &tables).await?;
        // Columns are looked at once the tables are up to date, and owners always.
        let resources = resources.iter().copied().filter(|_| own.state == State::Current);
        let altered = Misfits::of(session, schema, resources, &[]).await?.check_all().err();
        let known: Option<(String, Option<String>)> = if run_tables.state == State::Absent
            || !run_tables.may_use
        {
            None
        } else {
            // The column may not be there yet.
            sqlx::query_as(
                    "select connector, to_jsonb(c) ->> 'scope' from sync.connections c where connection = $1",
                )
                .bind(schema)
                .fetch_optional(&mut *session)
                .await
                .map_err(failed)?
        };
        let (owner, scope) = known.map_or((None, None), |(owner, scope)| (Some(owner), scope));
        let histories = with_history.iter().map(|resource| Beside::of(resource.table).history);
        let new_histories = sqlx::query_scalar(
            "select count(*) from unnest($2::text[]) h (name) where not exists ( \
             select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = h.name)",
        )
        .bind(schema)
        .bind(histories.collect::<Vec<_>>())
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        let holder = holder(session, schema).await?;
        Ok(Inspection {
            // Some builds add their own name.
            version: version.split_whitespace().next().unwrap_or_default().to_owned(),
            too_old: major < OLDEST_SERVER,
            encoding: row.try_get("encoding").map_err(failed)?,
            read_only: row.try_get("read_only").map_err(failed)?,
            database: row.try_get("database").map_err(failed)?,
            user: row.try_get("who").map_err(failed)?,
            may_create: row.try_get("may_create").map_err(failed)?,
            may_stage: row.try_get("may_stage").map_err(failed)?,
            schemas: vec![run_tables, own],
            owner,
            scope,
            altered,
            new_histories,
            holder,
            sessions: SessionLimits::of(session).await?,
        })
    }
}

async fn inspect_schema(
    session: &mut PgConnection,
    name: &str,
    migrations: &[connector_spec::Migration],
    tables: &[&str],
) -> Result<Schema> {
    let row = sqlx::query(
        "select coalesce(has_schema_privilege(n.oid, 'USAGE') and has_schema_privilege(n.oid, 'CREATE'), false) as may_use, \
         n.oid is not null as exists, \
         (select count(*) from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p') \
          and not (has_table_privilege(c.oid, 'SELECT') and has_table_privilege(c.oid, 'INSERT') \
          and has_table_privilege(c.oid, 'UPDATE') and has_table_privilege(c.oid, 'DELETE'))) as unwritable, \
         (select count(*) from pg_class c where c.relnamespace = n.oid and c.relkind in ('r', 'p') \
          and not pg_has_role(c.relowner, 'USAGE')) as strangers, \
         (select min(c.relname)::text from pg_class c where c.relnamespace = n.oid and c.relname = any($2)) as taken \
         from (select 1) one left join pg_namespace n on n.nspname = $1",
    )
    .bind(name)
    .bind(tables)
    .fetch_one(&mut *session)
    .await
    .map_err(failed)?;
    let exists: bool = row.try_get("exists").map_err(failed)?;
    let may_use: bool = row.try_get("may_use").map_err(failed)?;
    let state = if exists && may_use {
        migrate::state(session, name, migrations).await?
    } else {
        State::Absent
    };
    let foreign: i64 = row.try_get("strangers").map_err(failed)?;
    let taken: Option<String> = row.try_get("taken").map_err(failed)?;
    Ok(Schema {
        name: name.to_owned(),
        exists,
        may_use,
        unwritable: row.try_get("unwritable").map_err(failed)?,
        foreign: if matches!(state, State::Behind(_)) { foreign } else { 0 },
        taken: taken.filter(|_| exists && may_use && state == State::Absent),
        state,
    })
}

fn connecting(error: sqlx::Error) -> Error {
    Error::storage("connecting", error)
}

fn failed(error: sqlx::Error) -> Error {
    Error::storage("looking at its rights and tables", error)
}
