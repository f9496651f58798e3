//! What is recorded with the rows of a commit: walks, cursors, counters, drift, the quarantine.

use std::sync::atomic::Ordering::Relaxed;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgTransaction;
use sqlx::types::Json;

use super::Store;
use super::batch::Batch;
use super::sql::BY_HASH;
use super::table::{Origin, Table};
use crate::error::{Error, Result};
use crate::verdict::{Came, Counts, Tally};

/// The most rows of one resource that are kept in the quarantine.
const MAX_QUARANTINE: i64 = 10_000;

/// The most disagreements of one resource that are kept: a vendor with data for names has endless ones.
const MAX_DRIFT: i64 = 1_000;

/// The newest commit of a part of a resource.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct MadeCommit {
    pub(super) number: u64,
    pub(super) counts: Counts,
}

impl Table<'_> {
    /// Records positions, cursors, counters, and what was set aside.
    pub(super) async fn record(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        made: &MadeCommit,
        before: &Tally,
    ) -> Result<()> {
        let failed = |error| self.failed("recording the walk", error);
        let counts = &made.counts;
        let Store { schema, run_id, started_at, .. } = self.store;
        let now = started_at;
        self.record_walks(transaction, batch, counts).await.map_err(failed)?;
        self.record_rejected(transaction, batch).await.map_err(failed)?;
        if !batch.drift.is_empty() {
            let fields: Vec<&str> =
                batch.drift.keys().map(|(field, _, _)| field.as_str()).collect();
            let kinds: Vec<&str> = batch.drift.keys().map(|(_, kind, _)| kind.name()).collect();
            let types: Vec<&str> = batch.drift.keys().map(|(_, _, json_type)| *json_type).collect();
            let shapes: Vec<&str> = batch.drift.values().map(|seen| seen.shape.as_str()).collect();
            sqlx::query(
                // A run writes once that it saw what is known, and not with each of its batches.
                "with d as (select * from unnest($5::text[], $6::text[], $7::text[], $8::text[]) as d (field, kind, json_type, shape)), \
                 again as (update sync.drift k set last_run_id = $3, last_seen_at = $4 from d \
                 where k.connection = $1 and k.resource = $2 and k.last_run_id is distinct from $3 \
                 and k.field = d.field and k.kind = d.kind and k.json_type = d.json_type) \
                 insert into sync.drift (connection, resource, field, kind, json_type, first_run_id, first_seen_at, last_run_id, last_seen_at, shape) \
                 select $1, $2, field, kind, json_type, $3, $4, $3, $4, shape from d \
                 where not exists (select from sync.drift k where k.connection = $1 and k.resource = $2 \
                 and k.field = d.field and k.kind = d.kind and k.json_type = d.json_type) \
                 limit greatest($9 - (select count(*) from sync.drift where connection = $1 and resource = $2), 0) \
                 on conflict do nothing",
            )
            .bind(schema)
            .bind(self.resource.name)
            .bind(run_id)
            .bind(now)
            .bind(&fields)
            .bind(&kinds)
            .bind(&types)
            .bind(&shapes)
            .bind(MAX_DRIFT)
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        }
        let mut tally = before.clone();
        let came = Came {
            rows: batch.rows,
            left_out: batch.left_out,
            drift: &batch.drift,
            set_aside: batch.reasons().collect(),
        };
        tally.add(&came, counts.clone());
        sqlx::query(
            "update sync.shards set commits = $4, last_commit = $5, tally = $6, requests = $7, rows_read = $8, updated_at = $9, \
             lease_until = clock_timestamp() + $10 where run_id = $1 and resource = $2 and shard = $3",
        )
        .bind(run_id)
        .bind(self.resource.name)
        .bind(self.shard.number)
        .bind(made.number.cast_signed())
        .bind(Json(made))
        .bind(Json(&tally))
        .bind(tally.cost.requests.cast_signed())
        .bind(tally.rows().cast_signed())
        .bind(self.store.now())
        .bind(self.shard.lease())
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed)
    }

    /// Records where walks are, and how far those that ended came.
    async fn record_walks(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &Counts,
    ) -> sqlx::Result<()> {
        let Store { schema, run_id, started_at, .. } = self.store;
        let mut ids: Vec<String> = batch.positions.keys().cloned().collect();
        let mut places: Vec<Option<serde_json::Value>> =
            batch.positions.values().map(|(_, place)| serde_json::to_value(place).ok()).collect();
        // A token that `jsonb` cannot hold is not kept: such a walk begins anew.
        for place in &mut places {
            place.take_if(|place| place.to_string().contains("\\u0000"));
        }
        // Nor is that of a walk that lacks a row: another run would not know of it.
        for (id, place) in ids.iter().zip(&mut places) {
            place.take_if(|_| counts.short_ids.contains(id));
        }
        let (mut cursors, mut tails) = (vec![None; ids.len()], vec![None; ids.len()]);
        let (mut whole, mut missing) = (vec![false; ids.len()], Vec::new());
        // A walk that failed is where it was, and yet nobody asks for its listing again in this run.
        let is_over = |id: &String| batch.over.contains(id);
        let mut over: Vec<bool> = ids.iter().map(is_over).collect();
        // Whose rows a trigger took away is not known.
        let swallowed = counts.swallowed > 0 || self.swallowed.load(Relaxed);
        for walk in &batch.ended {
            let id = walk.partition.id();
            // A listing that is not whole does not say how far the data reaches.
            let proved = !counts.short_ids.contains(&id) && !swallowed;
            let cursor = walk.cursor.filter(|_| proved).and_then(time);
            cursors.push(cursor.map(|reached| reached.min(*started_at)));
            tails.push(walk.tail.filter(|_| proved).map(u64::cast_signed));
            // What the next run would not look into again, it would not tell of either.
            let compared = walk.compares && counts.strays == 0;
            whole.push((walk.deletes || compared) && proved);
            missing.extend(walk.missing.then(|| id.clone()));
            places.push(None);
            over.push(walk.over);
            ids.push(id);
        }
        self.record_failed(transaction, batch, &ids).await?;
        if ids.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into sync.state (connection, resource, partition, run_id, position, cursor_reached, tail, whole_run_id, updated_at, asked, unnoted, missing_run_id, gap_run_id, ended_run_id) \
             select $1, $2, partition, $3, position, cursor_reached, tail, case when whole then $3 end, $4, $10, $11 and position is not null, case when partition = any($12) then $3 end, case when partition = any($13) then $3 end, case when ended then $3 end \
             from unnest($5::text[], $6::jsonb[], $7::timestamptz[], $8::bigint[], $9::boolean[], $14::boolean[]) as w (partition, position, cursor_reached, tail, whole, ended) \
             on conflict (connection, resource, partition) do update set \
             run_id = excluded.run_id, asked = excluded.asked, unnoted = excluded.unnoted, position = excluded.position, updated_at = excluded.updated_at, tail = excluded.tail, missing_run_id = case when excluded.missing_run_id is not null then coalesce(state.missing_run_id, excluded.missing_run_id) end, \
             whole_run_id = coalesce(excluded.whole_run_id, state.whole_run_id), \
             gap_run_id = coalesce(excluded.gap_run_id, state.gap_run_id), ended_run_id = coalesce(excluded.ended_run_id, state.ended_run_id), \
             cursor_reached = greatest(state.cursor_reached, excluded.cursor_reached)",
        )
        .bind(schema)
        .bind(self.resource.name)
        .bind(run_id)
        .bind(self.store.now())
        .bind(&ids)
        .bind(&places)
        .bind(&cursors)
        .bind(&tails)
        .bind(&whole)
        .bind(self.request.now.cast_signed())
        .bind(self.origin() == Origin::ThisRun)
        .bind(&missing)
        .bind(&counts.gap_ids)
        .bind(&over)
        .execute(&mut **transaction)
        .await?;
        let ended = &ids[batch.positions.len()..];
        if !ended.is_empty() {
            // Those of its earlier passes too.
            let earlier = ended.iter().filter(|_| self.resource.version.is_some());
            let ended: Vec<String> =
                earlier.map(|id| format!("{id} ")).chain(ended.iter().cloned()).collect();
            sqlx::query("delete from sync.seen where connection = $1 and resource = $2 and partition = any($3)")
                .bind(schema)
                .bind(self.resource.name)
                .bind(&ended)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Records listings that failed, and of which nothing else is to be recorded.
    async fn record_failed(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        recorded: &[String],
    ) -> sqlx::Result<()> {
        let failed: Vec<&String> = batch.over.iter().filter(|id| !recorded.contains(id)).collect();
        if failed.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into sync.state (connection, resource, partition, run_id, updated_at, asked, ended_run_id) \
             select $1, $2, partition, $3, $4, $5, $3 from unnest($6::text[]) as f (partition) \
             on conflict (connection, resource, partition) do update set ended_run_id = excluded.ended_run_id",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(self.store.run_id)
        .bind(self.store.now())
        .bind(self.request.now.cast_signed())
        .bind(&failed)
        .execute(&mut **transaction)
        .await
        .map(drop)
    }

    /// Keeps the rows that have no place, and takes away those that whole listings no longer hold.
    async fn record_rejected(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
    ) -> sqlx::Result<()> {
        let Store { schema, run_id, started_at, .. } = self.store;
        let (mut partitions, mut pages) = (Vec::new(), Vec::new());
        let (mut reasons, mut raws) = (Vec::new(), Vec::new());
        for (partition, page, row) in &batch.rejected {
            partitions.push(partition.id());
            pages.push(i64::try_from(*page).unwrap_or(i64::MAX));
            reasons.push(row.reason.as_str());
            raws.push(row.raw.replace('\0', "\\u0000"));
        }
        let (mut whole, mut since) = (Vec::new(), Vec::new());
        for walk in batch.ended.iter().filter(|walk| walk.whole) {
            whole.push(walk.partition.id());
            since.push(walk.first_run);
        }
        // Those that are known stay; then the others make room for the new ones.
        if !raws.is_empty() {
            sqlx::raw_sql(BY_HASH).execute(&mut **transaction).await?;
            sqlx::query(
                "update sync.quarantine q set run_id = $3, page = r.page, reason = r.reason, seen_at = $4 \
                 from unnest($5::text[], $6::bigint[], $7::text[], $8::text[]) as r (partition, page, reason, raw) \
                 where q.connection = $1 and q.resource = $2 and q.partition = r.partition and q.raw_hash = hashtextextended(r.raw, 0)",
            )
            .bind(schema)
            .bind(self.resource.name)
            .bind(run_id)
            .bind(started_at)
            .bind(&partitions)
            .bind(&pages)
            .bind(&reasons)
            .bind(&raws)
            .execute(&mut **transaction)
            .await?;
        }
        if !whole.is_empty() {
            sqlx::query(
                "delete from sync.quarantine q using unnest($3::text[], $4::bigint[]) as w (partition, since) \
                 where q.connection = $1 and q.resource = $2 and q.partition = w.partition and q.run_id < w.since",
            )
            .bind(schema)
            .bind(self.resource.name)
            .bind(&whole)
            .bind(&since)
            .execute(&mut **transaction)
            .await?;
        }
        if !raws.is_empty() {
            sqlx::query(
                "insert into sync.quarantine (connection, resource, partition, run_id, page, reason, raw, seen_at) \
                 select distinct on (partition, hashtextextended(raw, 0)) $1, $2, partition, $3, page, reason, raw, $4 \
                 from unnest($5::text[], $6::bigint[], $7::text[], $8::text[]) as r (partition, page, reason, raw) \
                 where not exists (select from sync.quarantine q where q.connection = $1 and q.resource = $2 \
                 and q.partition = r.partition and q.raw_hash = hashtextextended(r.raw, 0)) \
                 limit greatest($9 - (select count(*) from sync.quarantine where connection = $1 and resource = $2), 0)",
            )
            .bind(schema)
            .bind(self.resource.name)
            .bind(run_id)
            .bind(started_at)
            .bind(&partitions)
            .bind(&pages)
            .bind(&reasons)
            .bind(&raws)
            .bind(MAX_QUARANTINE)
            .execute(&mut **transaction)
            .await?;
        }
        Ok(())
    }
}

impl Store {
    /// The disagreements of a resource that a run before this one, and before those that it
    /// goes on with, saw too.
    pub(crate) async fn known_drift(
        &self,
        resource: &str,
    ) -> Result<Vec<(String, String, String)>> {
        let first = self.continues.unwrap_or(self.run_id);
        self.patiently(|| async move {
            sqlx::query_as(
                "select field, kind, json_type from sync.drift \
                 where connection = $1 and resource = $2 and first_run_id < $3",
            )
            .bind(&self.schema)
            .bind(resource)
            .bind(first)
            .fetch_all(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking for what is known of fields", error))
        })
        .await
    }
}

/// The time of Postgres's microseconds.
pub(super) fn time(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros.checked_add(946_684_800_000_000)?)
}
