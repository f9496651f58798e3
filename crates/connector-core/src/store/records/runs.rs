//! The runs that there were.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{failed, shown};
use crate::error::Result;
use crate::store::database::Database;

/// A run, and what it came to over all of its resources.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunRecord {
    /// Its number.
    pub run_id: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; nothing while it runs, and if it was killed.
    pub finished_at: Option<DateTime<Utc>>,
    /// The worst verdict of its resources.
    pub verdict: String,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
    /// The number of resources that it tried.
    pub resources: i64,
    /// Those of them that are complete.
    pub complete: i64,
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
    /// Milliseconds of waiting for the rate limit and before repetitions.
    pub waited_ms: i64,
}

impl Database {
    /// The newest runs of the connection with that schema, so many of them, or `None` if there
    /// are no run tables.
    pub async fn runs(&self, schema: &str, most: i64) -> Result<Option<Vec<RunRecord>>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        sqlx::query(
            "select n.run_id, n.started_at, n.finished_at, n.verdict, n.interrupted, s.* from \
             (select * from sync.runs where connection = $1 order by run_id desc limit $2) n, \
             lateral (select count(*) as resources, count(*) filter (where verdict = 'complete') as complete, \
             coalesce(sum(rows_read), 0)::bigint as rows_read, coalesce(sum(inserted), 0)::bigint as inserted, \
             coalesce(sum(updated), 0)::bigint as updated, coalesce(sum(deleted), 0)::bigint as deleted, \
             coalesce(sum(requests), 0)::bigint as requests, coalesce(sum(retries), 0)::bigint as retries, \
             coalesce(sum(waited_ms), 0)::bigint as waited_ms from sync.resources where run_id = n.run_id) s \
             order by n.run_id desc",
        )
        .bind(schema)
        .bind(most)
        .try_map(|row: PgRow| {
            Ok(RunRecord {
                run_id: row.try_get("run_id")?,
                started_at: row.try_get("started_at")?,
                finished_at: row.try_get("finished_at")?,
                verdict: shown(&row, "verdict")?.unwrap_or_default(),
                interrupted: row.try_get("interrupted")?,
                resources: row.try_get("resources")?,
                complete: row.try_get("complete")?,
                rows_read: row.try_get("rows_read")?,
                inserted: row.try_get("inserted")?,
                updated: row.try_get("updated")?,
                deleted: row.try_get("deleted")?,
                requests: row.try_get("requests")?,
                retries: row.try_get("retries")?,
                waited_ms: row.try_get("waited_ms")?,
            })
        })
        .fetch_all(&mut *session)
        .await
        .map(Some)
        .map_err(failed)
    }
}
