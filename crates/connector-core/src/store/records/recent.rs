//! The last runs of each resource, and how far those are that are being read.

use chrono::{DateTime, Utc};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{failed, shown};
use crate::error::Result;
use crate::store::database::Database;

/// What the last runs of a connection were like, resource by resource.
#[derive(Clone, Debug, Default)]
pub struct Recent {
    /// The resources that a run ever tried, of those that were asked for.
    pub resources: Vec<ResourceRuns>,
    /// Those that are being read now.
    pub going: Vec<Going>,
}

/// The last runs of a resource.
#[derive(Clone, Debug)]
pub struct ResourceRuns {
    /// The resource.
    pub resource: String,
    /// Its runs, the oldest first.
    pub runs: Vec<ResourceRun>,
}

/// What a run was like for a resource.
#[derive(Clone, Debug)]
pub struct ResourceRun {
    /// The run.
    pub run_id: i64,
    /// When it began with the resource.
    pub started_at: DateTime<Utc>,
    /// When it ended with it; nothing while it runs, and if it was killed.
    pub finished_at: Option<DateTime<Utc>>,
    /// How it came out.
    pub verdict: String,
    /// Rows that the vendor sent.
    pub rows_read: i64,
    /// Rows that were new.
    pub inserted: i64,
    /// Rows that differed, or came back after a deletion.
    pub updated: i64,
    /// Rows that got a `_deleted_at`.
    pub deleted: i64,
    /// Requests sent, repetitions included.
    pub requests: i64,
    /// Requests that were repetitions.
    pub retries: i64,
    /// Answers 429.
    pub throttled: i64,
    /// Milliseconds of waiting for the rate limit and before repetitions.
    pub waited_ms: i64,
}

/// How far a resource is that is being read.
#[derive(Clone, Debug)]
pub struct Going {
    /// The resource.
    pub resource: String,
    /// Rows that the vendor sent, as far as they are committed.
    pub rows: i64,
    /// Requests sent by then.
    pub requests: i64,
    /// When its newest commit was made.
    pub updated_at: Option<DateTime<Utc>>,
}

impl Database {
    /// The last runs of each of these resources of the connection with that schema, so many of
    /// each, or `None` if there are no run tables.
    pub async fn recent(
        &self,
        schema: &str,
        resources: &[&str],
        most: i64,
    ) -> Result<Option<Recent>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        let runs = sqlx::query(
            "select r.* from unnest($2::text[]) with ordinality n (resource, place), \
             lateral (select * from sync.resources where connection = $1 and resource = n.resource order by run_id desc limit $3) r \
             order by n.place, r.run_id",
        )
        .bind(schema)
        .bind(resources)
        .bind(most)
        .try_map(|row: PgRow| {
            let run = ResourceRun {
                run_id: row.try_get("run_id")?,
                started_at: row.try_get("started_at")?,
                finished_at: row.try_get("finished_at")?,
                verdict: shown(&row, "verdict")?.unwrap_or_default(),
                rows_read: row.try_get("rows_read")?,
                inserted: row.try_get("inserted")?,
                updated: row.try_get("updated")?,
                deleted: row.try_get("deleted")?,
                requests: row.try_get("requests")?,
                retries: row.try_get("retries")?,
                throttled: row.try_get("throttled")?,
                waited_ms: row.try_get("waited_ms")?,
            };
            Ok((row.try_get::<String, _>("resource")?, run))
        })
        .fetch_all(&mut *session)
        .await
        .map_err(failed)?;
        let mut recent = Recent::default();
        for (resource, run) in runs {
            match recent.resources.last_mut() {
                Some(last) if last.resource == resource => last.runs.push(run),
                _ => recent.resources.push(ResourceRuns { resource, runs: vec![run] }),
            }
        }
        recent.going = sqlx::query(
            "select r.resource, coalesce(sum(s.rows_read), 0)::bigint as rows, coalesce(sum(s.requests), 0)::bigint as requests, \
             max(s.updated_at) as updated_at from sync.resources r \
             left join sync.shards s on s.run_id = r.run_id and s.resource = r.resource \
             where r.run_id = (select max(run_id) from sync.runs where connection = $1) and r.finished_at is null \
             and r.resource = any($2) group by r.resource order by array_position($2, r.resource)",
        )
        .bind(schema)
        .bind(resources)
        .try_map(|row: PgRow| {
            Ok(Going {
                resource: row.try_get("resource")?,
                rows: row.try_get("rows")?,
                requests: row.try_get("requests")?,
                updated_at: row.try_get("updated_at")?,
            })
        })
        .fetch_all(&mut *session)
        .await
        .map_err(failed)?;
        Ok(Some(recent))
    }
}
