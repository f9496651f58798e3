//! Which rows are new, changed, back and gone since a time or a run.
//!
//! Rows have the time at which the run began that wrote them, so what is asked for is turned
//! into runs first: all that went on after the time. A table that none of them wrote to is
//! not read at all.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::failed;
use crate::error::{Error, Result};
use crate::store::database::Database;
use crate::store::sql::{Beside, ident, qualified};
use crate::store::{holder, migrate};
use connector_spec::Resource;

/// From where on changes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Those of the newest run.
    NewestRun,
    /// Those of all runs after that one.
    Run(i64),
    /// Those of all runs that went on after that time.
    Time(DateTime<Utc>),
}

/// What changed of a connection's rows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConnectionChanges {
    /// The first of the runs whose changes these are; nothing if there was none.
    pub first_run_id: Option<i64>,
    /// The newest of them.
    pub last_run_id: Option<i64>,
    /// When the first of them began, or the time that was asked for, if that is earlier.
    pub since: Option<DateTime<Utc>>,
    /// Whether the newest of them is going on now.
    pub running: bool,
    /// Records of runs that ended before this time were forgotten, and of what was asked for some
    /// may be among them; nothing if all records are there.
    pub forgotten_until: Option<DateTime<Utc>>,
    /// The resources that were asked for, in the order of the declaration.
    pub resources: Vec<ResourceChanges>,
}

/// What changed of a resource's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResourceChanges {
    /// The resource.
    pub resource: &'static str,
    /// Its table.
    pub table: &'static str,
    /// Rows that are there for the first time.
    pub inserted: i64,
    /// Rows whose values changed, and that were there all the time.
    pub updated: i64,
    /// Rows that were gone and are back.
    pub returned: i64,
    /// Rows that are gone, those among them that came meanwhile.
    pub deleted: i64,
    /// The newest of the runs that read it, or tried to; nothing if none did.
    pub run_id: Option<i64>,
    /// The verdict of that run. What is not `complete` may have changed more.
    pub verdict: Option<String>,
    /// When that run ended with it; nothing while it reads it, and if it was killed.
    pub finished_at: Option<DateTime<Utc>>,
    /// Whether it is known of each row how it was before: the table has had a history since then.
    pub history: bool,
    /// The rows, as many as were asked for.
    pub rows: Vec<ChangedRow>,
}

/// One row that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangedRow {
    /// How.
    pub change: RowChange,
    /// The values of the key's columns.
    pub key: Vec<String>,
    /// When the run began that saw it last.
    pub at: DateTime<Utc>,
    /// By column, what the row was before, and is now: none of a row that is as it was, as it
    /// changed and changed back, or lost what is left out. Nothing if that was not asked for, or is
    /// not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, FieldChange>>,
}

/// What a field was, and is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// Its value before.
    pub from: serde_json::Value,
    /// Its value now.
    pub to: serde_json::Value,
}

/// What is told of each resource besides numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// The most rows of each kind of change.
    pub rows: i64,
    /// Whether their fields are told, from what to what.
    pub fields: bool,
}

/// How a row changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    /// It is there for the first time.
    Inserted,
    /// A value of it changed.
    Updated,
    /// It was gone and is back.
    Returned,
    /// It is gone.
    Deleted,
}

impl RowChange {
    /// The word of JSON, and of the columns of `sync.resources`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inserted => "inserted",
            Self::Updated => "updated",
            Self::Returned => "returned",
            Self::Deleted => "deleted",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "inserted" => Self::Inserted,
            "returned" => Self::Returned,
            "deleted" => Self::Deleted,
            _ => Self::Updated,
        }
    }
}

/// The runs whose changes are asked for.
struct Runs {
    first: Option<i64>,
    last: Option<i64>,
    /// When the first of them began, or the time that was asked for, if that is earlier.
    since: DateTime<Utc>,
    /// The resources that they wrote to; nothing if their records are not all there.
    written: Option<HashSet<String>>,
    /// Records of runs that ended before this time are not there, if some may be missing.
    forgotten: Option<DateTime<Utc>>,
    /// The run behind which they come, if one was named.
    behind: Option<i64>,
    /// Of a newest run without an end, whether a lease says that it goes on.
    going: Option<bool>,
}

impl Runs {
    /// The first run that may have written what is asked for: where records are missing, the
    /// times of the rows alone tell.
    fn lowest(&self) -> Option<i64> {
        match self.forgotten {
            Some(_) => Some(self.behind.map_or(0, |run| run + 1)),
            None => self.first,
        }
    }
}

impl Database {
    /// What changed of the connection with that schema, or `None` if it never synced. Fails if the
    /// record of a run that is named was forgotten.
    pub async fn changes(
        &self,
        schema: &str,
        resources: &[&'static Resource],
        since: Since,
        shown: Shown,
    ) -> Result<Option<ConnectionChanges>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        let Some(runs) = runs(&mut session, schema, since).await? else { return Ok(None) };
        let tried = tried(&mut session, schema, &runs).await?;
        let mut all = Vec::new();
        for resource in resources {
            let tried = tried.iter().find(|tried| tried.resource == resource.name);
            let mut changes = ResourceChanges {
                resource: resource.name,
                table: resource.table,
                inserted: 0,
                updated: 0,
                returned: 0,
                deleted: 0,
                run_id: tried.map(|tried| tried.run_id),
                verdict: tried.map(|tried| tried.verdict.clone()),
                finished_at: tried.and_then(|tried| tried.finished_at),
                history: has_history(&mut session, schema, resource, &runs).await?,
                rows: Vec::new(),
            };
            let written = runs.written.as_ref();
            if runs.first.is_some() && written.is_none_or(|names| names.contains(resource.name)) {
                count(&mut session, schema, resource, &runs, &mut changes).await?;
                let some = changes.inserted + changes.updated + changes.returned + changes.deleted;
                if shown.rows > 0 && some > 0 {
                    let shown = Shown { fields: shown.fields && changes.history, ..shown };
                    changes.rows = list(&mut session, schema, resource, &runs, shown).await?;
                }
            }
            all.push(changes);
        }
        Ok(Some(ConnectionChanges {
            first_run_id: runs.first,
            last_run_id: runs.last,
            since: runs.first.map(|_| runs.since),
            running: match runs.going {
                Some(leased) => leased || holder(&mut session, schema).await?.is_some(),
                None => false,
            },
            forgotten_until: runs.forgotten,
            resources: all,
        }))
    }
}

/// How the newest run that tried a resource came out for it.
struct Tried {
    resource: String,
    run_id: i64,
    verdict: String,
    finished_at: Option<DateTime<Utc>>,
}

/// How each resource came out of the newest of these runs that tried it.
async fn tried(session: &mut PgConnection, schema: &str, runs: &Runs) -> Result<Vec<Tried>> {
    sqlx::query(
        "select distinct on (resource) resource, run_id, verdict, finished_at from sync.resources \
         where connection = $1 and run_id between $2 and $3 order by resource, run_id desc",
    )
    .bind(schema)
    .bind(runs.first)
    .bind(runs.last)
    .try_map(|row: PgRow| {
        Ok(Tried {
            resource: row.try_get("resource")?,
            run_id: row.try_get("run_id")?,
            verdict: row.try_get("verdict")?,
            finished_at: row.try_get("finished_at")?,
        })
    })
    .fetch_all(session)
    .await
    .map_err(failed)
}

/// The runs that went on after a time, or come after a run; `None` if there never was one.
async fn runs(session: &mut PgConnection, schema: &str, since: Since) -> Result<Option<Runs>> {
    let (run, time) = match since {
        Since::NewestRun => (None, None),
        Since::Run(run) => (Some(run), None),
        Since::Time(time) => (None, Some(time)),
    };
    // The newest run is the one behind all others.
    let found = sqlx::query(
        "with known as (select * from sync.runs where connection = $1), \
         wanted as (select * from known where case when $2::bigint is not null then run_id > $2 \
         when $3::timestamptz is not null then coalesce(finished_at, 'infinity') > $3 \
         else run_id = (select max(run_id) from known) end) \
         select (select count(*) from known) as known, min(run_id) as first, max(run_id) as last, min(started_at) as since, \
         (select forgotten_until from sync.connections where connection = $1) as forgotten, \
         (select min(started_at) from known) as began, (select min(run_id) from known) as oldest, \
         (select started_at + case when connection = $1 then interval '1 microsecond' else interval '0' end \
         from sync.runs where run_id = $2) as behind, (select max(run_id) from sync.runs) as newest, \
         (select case when finished_at is null then coalesce(lease_until > clock_timestamp(), false) end from wanted order by run_id desc limit 1) as going \
         from wanted",
    )
    .bind(schema)
    .bind(run)
    .bind(time)
    .fetch_one(&mut *session)
    .await
    .map_err(failed)?;
    let known: i64 = found.try_get("known").map_err(failed)?;
    if known == 0 {
        return Ok(None);
    }
    let first: Option<i64> = found.try_get("first").map_err(failed)?;
    let oldest: Option<i64> = found.try_get("oldest").map_err(failed)?;
    let began: Option<DateTime<Utc>> = found.try_get("since").map_err(failed)?;
    let forgotten: Option<DateTime<Utc>> = found.try_get("forgotten").map_err(failed)?;
    // What wrote before the oldest record is known by the times of the rows alone.
    let earliest: Option<DateTime<Utc>> = found.try_get("began").map_err(failed)?;
    let is_before_all = run.zip(oldest).is_some_and(|(run, oldest)| run + 1 < oldest);
    let all_recorded = match (time.or(began), forgotten) {
        // The record of the newest run is never forgotten.
        _ if since == Since::NewestRun => true,
        (_, None) => true,
        (Some(since), Some(forgotten)) => since >= forgotten && !is_before_all,
        (None, Some(_)) => run.is_none() || first.is_none(),
    };
    let newest: Option<i64> = found.try_get("newest").map_err(failed)?;
    if let Some((run, newest)) = run.zip(newest).filter(|(run, newest)| run > newest) {
        let what = format!("there is no run {run}");
        return Err(Error::settings(what).next(format!("the newest one is {newest}")));
    }
    // The run that was named may be another connection's, as all of them are counted together; what
    // is begun with one command has one time.
    let behind: Option<DateTime<Utc>> = found.try_get("behind").map_err(failed)?;
    if let (false, Some(run), None) = (all_recorded, run, behind) {
        let what = format!("the record of run {run} was forgotten, and when it was is not known");
        let next = "name a time, as in --since 14h, or a run that `sync.runs` has still";
        return Err(Error::settings(what).next(next));
    }
    // What runs behind it did whose records are gone has a later time.
    let behind = behind.filter(|_| !all_recorded);
    let since = [time, began, behind].into_iter().flatten().min();
    let since = since.or(earliest).unwrap_or_default();
    let written = match first {
        Some(first) if all_recorded => {
            let names: Vec<String> = sqlx::query_scalar(
                "select distinct resource from sync.resources where connection = $1 and run_id >= $2 \
                 and (inserted + updated + deleted > 0 or finished_at is null)",
            )
            .bind(schema)
            .bind(first)
            .fetch_all(session)
            .await
            .map_err(failed)?;
            Some(names.into_iter().collect())
        }
        _ => None,
    };
    let last = found.try_get("last").map_err(failed)?;
    let forgotten = forgotten.filter(|_| first.is_some() && !all_recorded);
    let going = found.try_get("going").map_err(failed)?;
    Ok(Some(Runs { first, last, since, written, forgotten, behind: run, going }))
}

/// How a row `t` changed; nothing if it did not. Binds connection, resource, the first run that
/// may have changed it, the time, and the first run of which there is a record.
///
/// Runs stamp a deletion with their time and not with their number, as a row that is gone has
/// the number of the run that wrote it last. What came back is in `sync.returns`, which has
/// each key once, with its newest return.
fn change(resource: &Resource) -> String {
    let key = resource.key_columns().map(|key| format!("t.{}::text", ident(key)));
    format!(
        "case when t._deleted_at is not null then case when t._deleted_at >= $4 then 'deleted' end \
         when t._run_id < $3 or t._last_changed_at < $4 then null \
         when t._first_seen_at >= $4 then 'inserted' \
         when exists (select from sync.returns r where r.connection = $1 and r.resource = $2 \
         and (r.run_id >= $5 or r.run_id = t._run_id) and r.key = array[{}]) then 'returned' else 'updated' end",
        key.collect::<Vec<_>>().join(", ")
    )
}

/// What keeps most rows of a large table from being looked at twice.
const MAY_BE: &str = "(t._last_changed_at >= $4 or t._deleted_at >= $4)";

async fn count(
    session: &mut PgConnection,
    schema: &str,
    resource: &Resource,
    runs: &Runs,
    changes: &mut ResourceChanges,
) -> Result<()> {
    let table = qualified(schema, resource.table);
    if !migrate::is_there(&mut *session, &table).await.map_err(failed)? {
        return Ok(());
    }
    let query = format!(
        "select {} as change, count(*) from {table} t where {MAY_BE} group by 1",
        change(resource)
    );
    let counted: Vec<(Option<String>, i64)> = sqlx::query_as(AssertSqlSafe(query))
        .bind(schema)
        .bind(resource.name)
        .bind(runs.lowest())
        .bind(runs.since)
        .bind(runs.first)
        .fetch_all(session)
        .await
        .map_err(failed)?;
    for (change, rows) in counted {
        match change.as_deref().map(RowChange::of) {
            Some(RowChange::Inserted) => changes.inserted = rows,
            Some(RowChange::Updated) => changes.updated = rows,
            Some(RowChange::Returned) => changes.returned = rows,
            Some(RowChange::Deleted) => changes.deleted = rows,
            None => {}
        }
    }
    Ok(())
}

/// Whether the table has had a history since before the first of the runs.
async fn has_history(
    session: &mut PgConnection,
    schema: &str,
    resource: &Resource,
    runs: &Runs,
) -> Result<bool> {
    let history = qualified(schema, &Beside::of(resource.table).history);
    sqlx::query_scalar(
        "select to_regclass($4) is not null and exists (select from sync.history where connection = $1 \
         and resource = $2 and since <= $3 and until is null)",
    )
    .bind(schema)
    .bind(resource.name)
    .bind(runs.since)
    .bind(history)
    .fetch_one(session)
    .await
    .map_err(failed)
}

/// The columns in which a row `t` differs from the version that it had before the first run, as
/// an object, which is empty if it is as it was; nothing for a row that had none. Both are read as JSON, so that columns of all
/// types are compared alike.
fn fields(schema: &str, resource: &Resource) -> String {
    let history = qualified(schema, &Beside::of(resource.table).history);
    let same = resource.key_columns().map(|key| format!("h.{0} = t.{0}", ident(key)));
    let object = |alias: &str| {
        let columns = resource.table_columns().map(|column| column.name).chain(["_extra"]);
        let all = columns.map(|name| {
            let name = ident(name);
            format!("({}, to_jsonb({alias}.{name}))", name.replace('"', "'"))
        });
        format!("(values {})", all.collect::<Vec<_>>().join(", "))
    };
    format!(
        "(select (select coalesce(jsonb_object_agg(w.name, jsonb_build_object('from', w.value, 'to', n.value)), '{{}}') \
         from {} w (name, value) join {} n (name, value) on n.name = w.name where w.value is distinct from n.value) \
         from {history} h where {} and h._valid_from < $4 and h._valid_to >= $4 order by h._valid_from desc limit 1)",
        object("h"),
        object("t"),
        same.collect::<Vec<_>>().join(" and "),
    )
}

async fn list(
    session: &mut PgConnection,
    schema: &str,
    resource: &Resource,
    runs: &Runs,
    shown: Shown,
) -> Result<Vec<ChangedRow>> {
    let table = qualified(schema, resource.table);
    let fields = if shown.fields { fields(schema, resource) } else { "null::jsonb".to_owned() };
    let keys: Vec<String> = resource.key_columns().map(|key| format!("t.{}", ident(key))).collect();
    let texts: Vec<String> = keys.iter().map(|key| format!("{key}::text")).collect();
    // So many of each kind, as what is gone would be lost behind many that are new; and what they
    // were before is looked up for those alone.
    let query = format!(
        "select t._change as change, array[{}] as key, coalesce(t._deleted_at, t._last_changed_at) as at, \
         case when t._deleted_at is null then {fields} end as fields \
         from (select *, row_number() over (partition by t._change order by {}) as _place \
         from (select t.*, {} as _change from {table} t where {MAY_BE}) t where t._change is not null) t \
         where t._place <= $6 \
         order by array_position(array['inserted', 'updated', 'returned', 'deleted'], t._change), t._place",
        texts.join(", "),
        keys.join(", "),
        change(resource),
    );
    sqlx::query(AssertSqlSafe(query))
        .bind(schema)
        .bind(resource.name)
        .bind(runs.lowest())
        .bind(runs.since)
        .bind(runs.first)
        .bind(shown.rows)
        .try_map(|row: PgRow| {
            let change: String = row.try_get("change")?;
            let key: Vec<Option<String>> = row.try_get("key")?;
            Ok(ChangedRow {
                change: RowChange::of(&change),
                key: key.into_iter().map(Option::unwrap_or_default).collect(),
                at: row.try_get("at")?,
                fields: fields_of(&row)?,
            })
        })
        .fetch_all(session)
        .await
        .map_err(failed)
}

fn fields_of(row: &PgRow) -> sqlx::Result<Option<BTreeMap<String, FieldChange>>> {
    let fields: Option<Json<BTreeMap<String, FieldChange>>> = row.try_get("fields")?;
    Ok(fields.map(|Json(fields)| fields))
}
