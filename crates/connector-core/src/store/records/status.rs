//! How a connection's newest run came out, and how fresh its rows are.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{failed, shown};
use crate::error::Result;
use crate::foreign::escaped;
use crate::store::budgets::rest_until;
use crate::store::database::Database;
use crate::store::sql::{Beside, ident};
use crate::store::{holder, migrate};
use crate::verdict::Evidence;
use crate::walk::{Bookmark, Position};
use connector_spec::Resource;

/// What is known of a connection.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConnectionStatus {
    /// Its newest run.
    pub run: RunStatus,
    /// The resources that were asked for, in the order of the declaration.
    pub resources: Vec<ResourceStatus>,
    /// The parts of the newest run's resources that have several, or that workers read.
    pub parts: Vec<PartsStatus>,
    /// Until when a vendor that is asked from this database wants a rest, if one does while the run
    /// goes on.
    pub rest_until: Option<DateTime<Utc>>,
}

/// How far the parts of a resource are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PartsStatus {
    /// The resource.
    pub resource: String,
    /// How many parts it has.
    pub parts: i64,
    /// Those that were read to their end.
    pub closed: i64,
    /// The rows that came so far.
    pub rows: i64,
    /// Those that are read now, or were begun and are not read to their end.
    pub begun: Vec<PartStatus>,
}

/// A part that was begun.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PartStatus {
    /// Its number.
    pub part: i32,
    /// Who began with it last.
    pub worker: String,
    /// How often somebody began with it.
    pub attempts: i32,
    /// Whether it is that worker's still; if not, it waits for another one.
    pub held: bool,
    /// When its newest commit was made.
    pub updated_at: Option<DateTime<Utc>>,
    /// What went wrong when it was read last.
    pub error: Option<String>,
}

/// A connection's newest run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunStatus {
    /// Its number.
    pub run_id: i64,
    /// The connector.
    pub connector: String,
    /// The preset that it used.
    pub preset: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Nothing while it runs, and if it was killed.
    pub finished_at: Option<DateTime<Utc>>,
    /// The worst verdict of its resources.
    pub verdict: String,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
    /// Whether it is going on now.
    pub running: bool,
}

/// What is known of a resource.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourceStatus {
    /// Its name.
    pub resource: &'static str,
    /// Its table.
    pub table: &'static str,
    /// The newest run that tried it, if one did.
    pub run_id: Option<i64>,
    /// How that run came out for it.
    pub verdict: Option<String>,
    /// When that run began with it.
    pub started_at: Option<DateTime<Utc>>,
    /// When that run ended with it.
    pub finished_at: Option<DateTime<Utc>>,
    /// When the newest complete run of it began: the rows are at least as new.
    pub complete_at: Option<DateTime<Utc>>,
    /// Rows that the vendor sent in the newest run that tried it.
    pub rows_read: i64,
    /// Rows that were new in the newest run that tried it.
    pub inserted: i64,
    /// Rows that differed in it, or came back after a deletion.
    pub updated: i64,
    /// Rows of the table that are not deleted; nothing if they were not counted.
    pub rows: Option<i64>,
    /// Rows of the table that are.
    pub deleted: Option<i64>,
    /// Rows in `sync.quarantine`.
    pub quarantined: i64,
    /// Fields in `sync.drift` that disagreed still when all rows were last read.
    pub drift: i64,
    /// How far the data reaches.
    pub cursor: Option<DateTime<Utc>>,
    /// When its listings were last proved whole, all of them; by runs that began then at the latest.
    pub whole_at: Option<DateTime<Utc>>,
    /// The history beside the table, if it has one.
    pub history: Option<HistoryStatus>,
    /// Where unfinished walks are.
    pub interrupted: Option<Interrupted>,
    /// How the newest run of it knows that it is whole, or not; nothing while it runs.
    pub evidence: Option<Evidence>,
    /// What kept the newest run of it from being complete.
    pub error: Option<String>,
    /// What to do about that.
    pub next: Option<String>,
}

/// The history of a table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HistoryStatus {
    /// From when on it is known how the rows were.
    pub since: DateTime<Utc>,
    /// Until when; nothing as long as it is on.
    pub until: Option<DateTime<Utc>>,
    /// How many versions were closed; nothing if they were not counted.
    pub versions: Option<i64>,
}

/// Where the unfinished walks of a resource are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Interrupted {
    /// The number of listings that were not read to their end.
    pub listings: i64,
    /// The rows before the next page, in all of them.
    pub rows: i64,
    /// The next page of the first of them, in words; tokens are not shown.
    pub next: String,
}

/// The newest record of a resource.
struct Latest {
    resource: String,
    run_id: i64,
    verdict: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    rows_read: i64,
    inserted: i64,
    updated: i64,
    evidence: Option<Evidence>,
    error: Option<String>,
    next: Option<String>,
}

/// How far the listings of a resource were read.
struct Reached {
    resource: String,
    cursor: Option<DateTime<Utc>>,
    whole_at: Option<DateTime<Utc>>,
    listings: i64,
    rows: i64,
    bookmark: Option<serde_json::Value>,
}

impl Database {
    /// What the run tables say of the connection with that schema, or `None` if it never synced.
    pub async fn status(
        &self,
        schema: &str,
        resources: &[&'static Resource],
        counting: bool,
    ) -> Result<Option<ConnectionStatus>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        let run = sqlx::query(
            "select run_id, connector, preset, started_at, finished_at, verdict, interrupted, \
             coalesce(lease_until > clock_timestamp(), false) as leased from sync.runs \
             where connection = $1 order by run_id desc limit 1",
        )
        .bind(schema)
        .try_map(|row: PgRow| {
            let leased: bool = row.try_get("leased")?;
            let run = RunStatus {
                run_id: row.try_get("run_id")?,
                connector: shown(&row, "connector")?.unwrap_or_default(),
                preset: shown(&row, "preset")?.unwrap_or_default(),
                started_at: row.try_get("started_at")?,
                finished_at: row.try_get("finished_at")?,
                verdict: shown(&row, "verdict")?.unwrap_or_default(),
                interrupted: row.try_get("interrupted")?,
                running: false,
            };
            Ok((run, leased))
        })
        .fetch_optional(&mut *session)
        .await
        .map_err(failed)?;
        let Some((mut run, leased)) = run else { return Ok(None) };
        if run.finished_at.is_none() {
            run.running = leased || holder(&mut session, schema).await?.is_some();
        }
        let resources = statuses(&mut session, schema, resources, counting).await?;
        let parts = parts(&mut session, run.run_id).await?;
        let rest_until =
            if run.running { rest_until(&mut session).await.map_err(failed)? } else { None };
        Ok(Some(ConnectionStatus { run, resources, parts, rest_until }))
    }
}

/// The newest record of each resource.
async fn latest(session: &mut PgConnection, schema: &str) -> Result<Vec<Latest>> {
    sqlx::query(
        "select distinct on (resource) resource, run_id, verdict, started_at, finished_at, rows_read, inserted, updated, evidence, \
         case when verdict <> 'complete' then coalesce(error, evidence #>> '{problems,0}') end as error, next from sync.resources where connection = $1 order by resource, run_id desc",
    )
    .bind(schema)
    .try_map(|row: PgRow| {
        Ok(Latest {
            resource: row.try_get("resource")?,
            run_id: row.try_get("run_id")?,
            verdict: row.try_get("verdict")?,
            started_at: row.try_get("started_at")?,
            finished_at: row.try_get("finished_at")?,
            rows_read: row.try_get("rows_read")?,
            inserted: row.try_get("inserted")?,
            updated: row.try_get("updated")?,
            evidence: evidence(&row)?,
            error: shown(&row, "error")?,
            next: shown(&row, "next")?,
        })
    })
    .fetch_all(session)
    .await
    .map_err(failed)
}

async fn statuses(
    session: &mut PgConnection,
    schema: &str,
    resources: &[&'static Resource],
    counting: bool,
) -> Result<Vec<ResourceStatus>> {
    let latest = latest(session, schema).await?;
    let complete: Vec<(String, DateTime<Utc>)> =
        sqlx::query_as("select resource, started_at from sync.last_complete where connection = $1")
            .bind(schema)
            .fetch_all(&mut *session)
            .await
            .map_err(failed)?;
    let reached = sqlx::query(
        "select resource, max(cursor_reached) as cursor, count(position) as listings, \
         (select case when bool_and(r.run_id is not null) then min(r.started_at) end from sync.state w \
         left join sync.runs r on r.run_id = w.whole_run_id where w.connection = $1 and w.resource = state.resource) as whole_at, \
         coalesce(sum((position -> 'place' ->> 'received')::bigint), 0)::bigint as rows, \
         (array_agg(position order by partition) filter (where position is not null))[1] as bookmark \
         from sync.state where connection = $1 group by resource",
    )
    .bind(schema)
    .try_map(|row: PgRow| {
        Ok(Reached {
            resource: row.try_get("resource")?,
            cursor: row.try_get("cursor")?,
            whole_at: row.try_get("whole_at")?,
            listings: row.try_get("listings")?,
            rows: row.try_get("rows")?,
            bookmark: row.try_get("bookmark")?,
        })
    })
    .fetch_all(&mut *session)
    .await
    .map_err(failed)?;
    let quarantined = counts(session, "quarantine", schema).await?;
    let drift = drift(session, schema).await?;
    let of = |counts: &[(String, i64)], name: &str| {
        counts.iter().find(|(resource, _)| resource == name).map_or(0, |(_, count)| *count)
    };
    let histories: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(
        "select distinct on (resource) resource, since, until from sync.history where connection = $1 order by resource, since desc",
    )
    .bind(schema)
    .fetch_all(&mut *session)
    .await
    .map_err(failed)?;
    let mut statuses = Vec::new();
    for resource in resources {
        let name = resource.name;
        let latest = latest.iter().find(|latest| latest.resource == name);
        let reached = reached.iter().find(|reached| reached.resource == name);
        let rows = if counting { rows(session, schema, resource.table).await? } else { None };
        let mut history =
            histories.iter().find(|(other, ..)| other == name).map(|(_, since, until)| {
                HistoryStatus { since: *since, until: *until, versions: None }
            });
        if let Some(history) = history.as_mut().filter(|_| counting) {
            let table = Beside::of(resource.table).history;
            history.versions = rows_of(session, schema, &table).await?;
        }
        statuses.push(ResourceStatus {
            resource: name,
            table: resource.table,
            run_id: latest.map(|latest| latest.run_id),
            verdict: latest.map(|latest| latest.verdict.clone()),
            started_at: latest.map(|latest| latest.started_at),
            finished_at: latest.and_then(|latest| latest.finished_at),
            complete_at: complete.iter().find(|(other, _)| other == name).map(|(_, at)| *at),
            rows_read: latest.map_or(0, |latest| latest.rows_read),
            inserted: latest.map_or(0, |latest| latest.inserted),
            updated: latest.map_or(0, |latest| latest.updated),
            rows: rows.map(|(live, _)| live),
            deleted: rows.map(|(_, deleted)| deleted),
            quarantined: of(&quarantined, name),
            drift: of(&drift, name),
            cursor: reached.and_then(|reached| reached.cursor),
            whole_at: reached.and_then(|reached| reached.whole_at),
            history,
            interrupted: reached.filter(|reached| reached.listings > 0).map(interrupted),
            evidence: latest.and_then(|latest| latest.evidence.clone()),
            error: latest.and_then(|latest| latest.error.clone()),
            next: latest.and_then(|latest| latest.next.clone()),
        });
    }
    Ok(statuses)
}

/// How a run knows that a listing was read to its end, as far as this version understands it.
fn evidence(row: &PgRow) -> sqlx::Result<Option<Evidence>> {
    let told: Option<serde_json::Value> = row.try_get("evidence")?;
    let evidence = told.and_then(|told| serde_json::from_value::<Evidence>(told).ok());
    Ok(evidence.map(|evidence| {
        let problems = evidence.problems.iter().map(|problem| escaped(problem).into_owned());
        Evidence { problems: problems.collect(), ..evidence }
    }))
}

/// How far the parts are of the resources of a run, where there are several or workers read them.
async fn parts(session: &mut PgConnection, run_id: i64) -> Result<Vec<PartsStatus>> {
    let begun = sqlx::query(
        "select resource, shard, coalesce(owner, '') as owner, epoch, coalesce(lease_until > clock_timestamp(), false) as held, \
         updated_at, error from sync.shards where run_id = $1 and state <> 'closed' and epoch > 0 order by resource, shard limit 100",
    )
    .bind(run_id)
    .try_map(|row: PgRow| {
        let part = PartStatus {
            part: row.try_get("shard")?,
            worker: shown(&row, "owner")?.unwrap_or_default(),
            attempts: row.try_get("epoch")?,
            held: row.try_get("held")?,
            updated_at: row.try_get("updated_at")?,
            error: shown(&row, "error")?,
        };
        Ok((row.try_get::<String, _>("resource")?, part))
    })
    .fetch_all(&mut *session)
    .await
    .map_err(failed)?;
    let all: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "select resource, count(*), count(*) filter (where state = 'closed'), coalesce(sum(rows_read), 0)::bigint \
         from sync.shards where run_id = $1 group by resource having count(*) > 1 or max(owner) <> '' order by min(started_at), resource",
    )
    .bind(run_id)
    .fetch_all(session)
    .await
    .map_err(failed)?;
    let mut begun = begun;
    let of = |(resource, parts, closed, rows): (String, i64, i64, i64)| {
        let own = begun.extract_if(.., |(of, _)| *of == resource).map(|(_, part)| part).collect();
        PartsStatus { resource, parts, closed, rows, begun: own }
    };
    Ok(all.into_iter().map(of).collect())
}

/// The number of fields of each resource that disagreed with the model when its rows were
/// last read through: what was mended since is not among them.
async fn drift(session: &mut PgConnection, schema: &str) -> Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "select resource, count(*) from sync.drift d where connection = $1 and last_run_id >= coalesce( \
         (select max(run_id) from sync.resources r where r.connection = d.connection and r.resource = d.resource and r.verdict = 'complete'), 0) \
         group by 1",
    )
    .bind(schema)
    .fetch_all(session)
    .await
    .map_err(failed)
}

/// The number of rows of each resource in one of the run tables.
async fn counts(
    session: &mut PgConnection,
    table: &'static str,
    schema: &str,
) -> Result<Vec<(String, i64)>> {
    let query =
        format!("select resource, count(*) from sync.{table} where connection = $1 group by 1");
    sqlx::query_as(AssertSqlSafe(query)).bind(schema).fetch_all(session).await.map_err(failed)
}

/// The rows of a table that are not deleted, and that are; nothing if there is no table.
async fn rows(session: &mut PgConnection, schema: &str, table: &str) -> Result<Option<(i64, i64)>> {
    let table = format!("{}.{}", ident(schema), ident(table));
    if !migrate::is_there(&mut *session, &table).await.map_err(failed)? {
        return Ok(None);
    }
    let query = format!("select count(*) - count(_deleted_at), count(_deleted_at) from {table}");
    sqlx::query_as(AssertSqlSafe(query)).fetch_one(session).await.map(Some).map_err(failed)
}

/// The rows of a table that is there.
async fn rows_of(session: &mut PgConnection, schema: &str, table: &str) -> Result<Option<i64>> {
    let table = format!("{}.{}", ident(schema), ident(table));
    if !migrate::is_there(&mut *session, &table).await.map_err(failed)? {
        return Ok(None);
    }
    let query = format!("select count(*) from {table}");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(session).await.map(Some).map_err(failed)
}

fn interrupted(reached: &Reached) -> Interrupted {
    let bookmark = reached.bookmark.clone().map(serde_json::from_value::<Bookmark>);
    let next = match bookmark.and_then(std::result::Result::ok).map(|mark| mark.place.position) {
        Some(Position::Start) => "the first page".to_owned(),
        Some(Position::Offset(offset)) => format!("offset {offset}"),
        Some(Position::Page(page)) => format!("page {page}"),
        Some(Position::Token(_)) => "the page of a token".to_owned(),
        Some(Position::Url(_)) => "the page of a link".to_owned(),
        Some(Position::NothingLeftOut { .. }) | None => {
            "a page that this program does not know".to_owned()
        }
    };
    Interrupted { listings: reached.listings, rows: reached.rows, next }
}
