//! The rows that have no place in their tables, and why.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{failed, shown};
use crate::error::Result;
use crate::foreign::escaped;
use crate::store::database::Database;
use crate::verdict::Tolerance;

/// The rows of a resource that are set aside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResourceQuarantine {
    /// The resource.
    pub resource: String,
    /// How many are kept.
    pub quarantined: i64,
    /// Why, the most frequent reason first.
    pub reasons: Vec<QuarantinedReason>,
    /// The newest of them, as many as were asked for.
    pub rows: Vec<QuarantinedRow>,
    /// What the newest run that read the resource counted.
    #[serde(skip)]
    pub newest: NewestCount,
}

/// What a run counted of a resource.
#[derive(Clone, Copy, Debug, Default)]
pub struct NewestCount {
    /// Rows that the vendor sent.
    pub rows_read: i64,
    /// Rows that were set aside.
    pub quarantined: i64,
}

impl ResourceQuarantine {
    /// How many rows weigh in the newest run, and whether that is more than is tolerated;
    /// nothing if none does.
    pub fn weight(&self, tolerated: Tolerance) -> Option<(u64, bool)> {
        let kept: i64 = self.reasons.iter().filter(|it| it.still).map(|it| it.quarantined).sum();
        // More may have come than are kept.
        let rows = kept.max(self.newest.quarantined).unsigned_abs();
        let read = self.newest.rows_read.unsigned_abs();
        (rows > 0).then(|| (rows, tolerated.is_exceeded(rows, read)))
    }
}

/// Why rows are set aside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuarantinedReason {
    /// The reason.
    pub reason: String,
    /// The number of rows.
    pub quarantined: i64,
    /// The page of the newest of them; nothing if an older version kept it.
    pub page: Option<i64>,
    /// The run that set one of them aside last.
    pub run_id: i64,
    /// When that run began.
    pub seen_at: DateTime<Utc>,
    /// Whether that is the newest run that read the resource.
    pub still: bool,
}

/// A row that is set aside.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QuarantinedRow {
    /// Its number in `sync.quarantine`.
    pub id: i64,
    /// Why.
    pub reason: String,
    /// The listing that it came in: a list of the parent's keys.
    pub partition: String,
    /// The page of the walk that it came in.
    pub page: Option<i64>,
    /// The run that set it aside last.
    pub run_id: i64,
    /// When that run began.
    pub seen_at: DateTime<Utc>,
    /// The row as the vendor sent it, its secrets as fingerprints; nothing if rows were not asked for.
    pub raw: String,
}

impl Database {
    /// The rows without a place of the connection with that schema, with so many of each
    /// resource, or `None` if there are no run tables.
    pub async fn quarantine(
        &self,
        schema: &str,
        resources: &[&str],
        rows: i64,
    ) -> Result<Option<Vec<ResourceQuarantine>>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        let reasons = sqlx::query(
            "select q.resource, q.reason, count(*) as rows, max(q.run_id) as run_id, max(q.seen_at) as seen_at, \
             (array_agg(q.page order by q.run_id desc, q.page))[1] as page, \
             max(q.run_id) >= coalesce((select max(r.run_id) from sync.resources r where r.connection = $1 \
             and r.resource = q.resource and r.rows_read > 0), 0) as still, \
             n.rows_read, n.quarantined \
             from sync.quarantine q left join lateral (select r.rows_read, r.quarantined from sync.resources r \
             where r.connection = $1 and r.resource = q.resource and r.rows_read > 0 order by r.run_id desc limit 1) n on true \
             where q.connection = $1 and q.resource = any($2) \
             group by q.resource, q.reason, n.rows_read, n.quarantined order by q.resource, rows desc, q.reason",
        )
        .bind(schema)
        .bind(resources)
        .try_map(|row: PgRow| {
            let reason = QuarantinedReason {
                reason: shown(&row, "reason")?.unwrap_or_default(),
                quarantined: row.try_get("rows")?,
                page: row.try_get("page")?,
                run_id: row.try_get("run_id")?,
                seen_at: row.try_get("seen_at")?,
                still: row.try_get("still")?,
            };
            let newest = NewestCount {
                rows_read: row.try_get::<Option<i64>, _>("rows_read")?.unwrap_or_default(),
                quarantined: row.try_get::<Option<i64>, _>("quarantined")?.unwrap_or_default(),
            };
            Ok((row.try_get::<String, _>("resource")?, reason, newest))
        })
        .fetch_all(&mut *session)
        .await
        .map_err(failed)?;
        let mut all: Vec<ResourceQuarantine> = Vec::new();
        for (resource, reason, newest) in reasons {
            match all.last_mut() {
                Some(last) if last.resource == resource => {
                    last.quarantined += reason.quarantined;
                    last.reasons.push(reason);
                }
                _ => all.push(ResourceQuarantine {
                    quarantined: reason.quarantined,
                    reasons: vec![reason],
                    rows: Vec::new(),
                    resource,
                    newest,
                }),
            }
        }
        for one in all.iter_mut().filter(|_| rows > 0) {
            one.rows = sqlx::query(
                "select id, reason, partition, page, run_id, seen_at, raw from sync.quarantine \
                 where connection = $1 and resource = $2 order by seen_at desc, id limit $3",
            )
            .bind(schema)
            .bind(&one.resource)
            .bind(rows)
            .try_map(|row: PgRow| {
                Ok(QuarantinedRow {
                    id: row.try_get("id")?,
                    reason: shown(&row, "reason")?.unwrap_or_default(),
                    partition: shown(&row, "partition")?.unwrap_or_default(),
                    page: row.try_get("page")?,
                    run_id: row.try_get("run_id")?,
                    seen_at: row.try_get("seen_at")?,
                    raw: escaped(&row.try_get::<String, _>("raw")?).into_owned(),
                })
            })
            .fetch_all(&mut *session)
            .await
            .map_err(failed)?;
        }
        all.sort_by_key(|one| resources.iter().position(|name| *name == one.resource));
        Ok(Some(all))
    }
}
