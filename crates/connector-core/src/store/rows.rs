//! The rows of a connection's tables, as a run left them, for whoever carries them on.
//!
//! All of them are read in one snapshot, which is taken when the run has ended and before
//! another one can have begun. What it holds was written by that run and those before it, which
//! write nothing any more: so the number of the run is all that has to be remembered to find
//! what changed since, and nothing is missed or told twice, whoever writes meanwhile.

use chrono::{DateTime, Utc};
use connector_spec::{METADATA, Resource, SqlType};
use futures_util::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use xxhash_rust::xxh3::xxh3_64;

use super::choose::Choices;
use super::database::Database;
use super::session::Session;
use super::sql::{ident, qualified};
use crate::error::{Error, ErrorKind, Result};

/// The tables of a connection, in one snapshot.
pub struct Snapshot {
    session: Session,
    schema: String,
    /// The run that left them so, when it began, and since when the tables are filled.
    run_id: i64,
    run_began: DateTime<Utc>,
    tables_since: DateTime<Utc>,
    choices: Choices,
    secrets_kept: bool,
}

/// How far somebody has read a table, as it is kept where the rows went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The run that had left the table so.
    pub run_id: i64,
    /// When that began.
    run_began: DateTime<Utc>,
    /// When the connection was used for the first time: another one's runs have numbers too.
    tables_since: DateTime<Utc>,
    /// Tells the columns that were read, and what was left out of them and veiled in them, from
    /// others.
    form: String,
}

/// Which rows of a table are to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All, those that are deleted among them.
    All,
    /// Those that changed since, those that are deleted among them.
    Since(Mark),
}

/// Everything that makes the same row another one, besides its values.
#[derive(Serialize)]
struct Form<'a> {
    version: u32,
    columns: Vec<(&'a str, &'a str)>,
    exclude: &'a [String],
    fingerprint: &'a [String],
    secrets_kept: bool,
}

/// What a connection's record has: the newest run, since when it is used, when that run began,
/// what is chosen, and whether secrets are kept.
type Found = (i64, DateTime<Utc>, DateTime<Utc>, Option<Json<Choices>>, Option<bool>);

impl Database {
    /// A snapshot of a connection's tables, which that run has just left.
    pub(crate) async fn snapshot(&self, schema: &str, run_id: i64) -> Result<Snapshot> {
        let mut session = self.sessions.session().await.map_err(failed)?;
        // A time is written in the zone of the session, and a number with all of its digits.
        let begin = "begin isolation level repeatable read, read only; \
                     set local timezone = 'UTC'; set local extra_float_digits = 1";
        sqlx::raw_sql(begin).execute(&mut *session).await.map_err(failed)?;
        let (newest, tables_since, run_began, choices, secrets_kept): Found = sqlx::query_as(
            "select c.run_id, c.created_at, r.started_at, c.columns, c.secrets_kept \
             from sync.connections c join sync.runs r on r.run_id = $2 where c.connection = $1",
        )
        .bind(schema)
        .bind(run_id)
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        if newest != run_id {
            // Its lock was lost, and what the other one has written of a listing may be a part.
            let what =
                format!("run {newest} of `{schema}` began before run {run_id} could be read");
            return Err(Error::new(ErrorKind::Storage, what).next("run again"));
        }
        Ok(Snapshot {
            session,
            schema: schema.to_owned(),
            run_id,
            run_began,
            tables_since,
            choices: choices.map(|Json(choices)| choices).unwrap_or_default(),
            secrets_kept: secrets_kept.unwrap_or_default(),
        })
    }
}

impl Snapshot {
    /// The run that left the tables so.
    pub fn run_id(&self) -> i64 {
        self.run_id
    }

    /// How far a table is read with all of its rows in these columns.
    pub fn mark(&self, resource: &Resource, columns: &[&str]) -> Mark {
        let choice = self.choices.get(resource.name).cloned().unwrap_or_default();
        let types = resource.table_columns().map(|column| (column.name, column.sql_type.name()));
        let form = Form {
            version: 1,
            columns: types.filter(|(name, _)| columns.contains(name)).collect(),
            exclude: &choice.exclude,
            fingerprint: &choice.fingerprint,
            secrets_kept: self.secrets_kept,
        };
        let form = serde_json::to_vec(&form).expect("names and flags are JSON");
        Mark {
            run_id: self.run_id,
            run_began: self.run_began,
            tables_since: self.tables_since,
            form: format!("{:016x}", xxh3_64(&form)),
        }
    }

    /// Which rows somebody lacks who has read a table as far as `from`, and is to have read it as
    /// far as `to`. Fails if these are not the tables that were read.
    pub async fn wanted(&mut self, from: Option<Mark>, to: &Mark) -> Result<Wanted> {
        let Some(from) = from else { return Ok(Wanted::All) };
        if from.tables_since != to.tables_since {
            return Err(other_tables(
                &self.schema,
                "are other ones than those that were read before",
            ));
        }
        // Numbers of runs go back where a backup was restored.
        let began: Option<DateTime<Utc>> = sqlx::query_scalar(
            "select started_at from sync.runs where run_id = $1 and connection = $2",
        )
        .bind(from.run_id)
        .bind(&self.schema)
        .fetch_optional(&mut *self.session)
        .await
        .map_err(failed)?;
        if from.run_id >= to.run_id || began.is_some_and(|began| began != from.run_began) {
            let what = format!(
                "have gone back behind run {}, as after a backup was restored",
                from.run_id
            );
            return Err(other_tables(&self.schema, &what));
        }
        // What a change of columns or choices did to rows shows in no row.
        Ok(if from.form == to.form { Wanted::Since(from) } else { Wanted::All })
    }

    /// Reads these rows of a table, and gives each of them on as a JSON object of these columns.
    /// Returns their number.
    pub async fn read(
        &mut self,
        resource: &Resource,
        columns: &[&str],
        wanted: &Wanted,
        mut each: impl FnMut(&str) -> Result<()>,
    ) -> Result<u64> {
        let query = select(&self.schema, resource, columns, wanted);
        let (run, began) = match wanted {
            Wanted::All => (None, None),
            Wanted::Since(mark) => (Some(mark.run_id), Some(mark.run_began)),
        };
        let session: &mut PgConnection = &mut self.session;
        let mut rows = sqlx::query_scalar::<_, String>(AssertSqlSafe(query))
            .bind(&self.schema)
            .bind(run)
            .bind(began)
            .persistent(false)
            .fetch(session);
        let failed = |error| Error::storage("reading rows", error).at("table", resource.table);
        let mut number = 0;
        while let Some(row) = rows.try_next().await.map_err(failed)? {
            each(&row)?;
            number += 1;
        }
        Ok(number)
    }
}

/// The columns of a resource's table, those of the engine among them.
pub fn columns_of(resource: &Resource) -> Vec<&'static str> {
    resource.table_columns().map(|column| column.name).chain(METADATA).collect()
}

/// The type of one of them.
pub fn type_of(resource: &Resource, column: &str) -> SqlType {
    match column {
        "_run_id" => SqlType::BigInt,
        "_extra" => SqlType::Jsonb,
        _ if METADATA.contains(&column) => SqlType::Timestamptz,
        _ => resource
            .table_columns()
            .find(|known| known.name == column)
            .map_or(SqlType::Text, |known| known.sql_type),
    }
}

/// The statement for these rows. Binds the connection, the run that was read before, and when it
/// began.
///
/// A row has the number of the run that wrote it last. One that is marked deleted keeps it, and
/// has the time at which the run began that marked it, whatever clock that was by: so it is
/// looked up which runs began at such a time. Where the record of that run was forgotten, the
/// time itself has to tell whether it came later.
fn select(schema: &str, resource: &Resource, columns: &[&str], wanted: &Wanted) -> String {
    let names: Vec<String> = columns.iter().map(|name| format!("t.{}", ident(name))).collect();
    let changed = match wanted {
        Wanted::All => "($1::text, $2::bigint, $3::timestamptz) is not distinct from ($1, $2, $3)",
        Wanted::Since(_) => {
            "t._run_id > $2 or t._deleted_at in (select r.started_at from sync.runs r where r.connection = $1 and r.run_id > $2) \
             or (t._deleted_at >= $3 and t._deleted_at not in (select r.started_at from sync.runs r where r.connection = $1 and r.run_id <= $2)) \
             or (t._deleted_at is not null and not exists (select from sync.runs r where r.connection = $1 and r.run_id = $2))"
        }
    };
    format!(
        "select row_to_json(r.*)::text from (select {} from {} t where {changed}) r",
        names.join(", "),
        qualified(schema, resource.table)
    )
}

/// That what was read before is not of these tables.
fn other_tables(schema: &str, how: &str) -> Error {
    Error::settings(format!("the tables of `{schema}` {how}"))
        .next("name the database that was read before; or begin anew without a state, and empty what was filled with it")
}

fn failed(error: sqlx::Error) -> Error {
    Error::storage("looking at the tables", error)
}
