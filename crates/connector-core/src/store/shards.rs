//! The parts of a resource: each is read by one worker at a time, wherever that runs.
//!
//! A part has the listings of a range of the parent's rows. Whoever begins with it raises its
//! epoch, and each commit checks that the epoch is its own: a worker that was taken for dead
//! and wakes up writes nothing. What came of a part so far is committed with its rows, so that
//! whoever goes on with it knows all of it.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgTransaction};

use super::failure::is_locked;
use super::part::{Prepared, Shard, parts};
use super::table::Table;
use crate::error::{Error, ErrorKind, Result};
use crate::verdict::{Tally, is_over};
use crate::walk::Bookmark;

/// The most unfinished walks of one resource that a run goes on with.
const MAX_OPEN_WALKS: i64 = 1_000;

/// The listings of a resource, which are divided into parts.
pub(crate) enum Listings<'a> {
    /// So many that settings name.
    Named(u64),
    /// Those of a parent's rows; of the changed ones only, where a child is named that was read for
    /// the others.
    Rows { child: Option<&'a str> },
}

/// How a resource is to be divided into parts.
pub(crate) struct Division<'a> {
    pub(crate) listings: Listings<'a>,
    pub(crate) prepared: Prepared,
    /// Whether only a part of its rows is asked for.
    pub(crate) ranged: bool,
    /// Walks that earlier runs did not end are gone on with if they are not older than this.
    /// What is known of all others is forgotten, together with what they have seen: a walk
    /// that went on without the one would mark rows deleted, or without the other miss some.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Whether everything is to be read anew. Then, of listings that are asked for in another
    /// way, and of an empty table nothing is known at all, but that they were missing.
    pub(crate) anew: bool,
}

/// A part for whoever reads it from now on, and the walks in it that were begun and did not end.
pub(crate) type Claimed = (Shard, HashMap<String, Bookmark>);

impl Table<'_> {
    /// Divides the resource into parts for so many workers, and forgets what earlier runs left
    /// that is not gone on with. Done once in a run, however often it is asked for; says how many
    /// parts there are.
    pub(crate) async fn prepare(&self, what: &Division<'_>, workers: u64) -> Result<u64> {
        self.store
            .patiently(|| async move {
                let failed = |error| self.failed("dividing the listings", error);
                let mut session = self.store.session().await?;
                let mut transaction = session.begin().await.map_err(failed)?;
                self.check_fence(&mut transaction).await?;
                let parts = self.prepare_in(&mut transaction, what, workers).await;
                let parts = parts.map_err(failed)?;
                transaction.commit().await.map_err(failed)?;
                Ok(parts)
            })
            .await
    }

    /// Takes the resource as one part, for who reads all of it alone: nothing if it was read.
    pub(crate) async fn take(&self, what: &Division<'_>, owner: &str) -> Result<Option<Claimed>> {
        self.store
            .patiently(|| async move {
                let failed = |error| self.failed("beginning with a resource", error);
                let mut session = self.store.session().await?;
                let mut transaction = session.begin().await.map_err(failed)?;
                self.check_fence(&mut transaction).await?;
                self.prepare_in(&mut transaction, what, 1).await.map_err(failed)?;
                let claimed = self.claim_in(&mut transaction, 1, (owner, None), false).await;
                let claimed = claimed.map_err(failed)?;
                transaction.commit().await.map_err(failed)?;
                Ok(claimed)
            })
            .await
    }

    async fn prepare_in(
        &self,
        transaction: &mut PgTransaction<'_>,
        what: &Division<'_>,
        workers: u64,
    ) -> sqlx::Result<u64> {
        self.store.begin_resource_in(transaction, self.resource.name, what.ranged).await?;
        let known: Option<Option<Json<Prepared>>> = sqlx::query_scalar(
            "select prepared from sync.resources where run_id = $1 and resource = $2 for update",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .fetch_optional(&mut **transaction)
        .await?;
        if known.flatten().is_some() {
            let parts: i64 = sqlx::query_scalar(
                "select count(*) from sync.shards where run_id = $1 and resource = $2",
            )
            .bind(self.store.run_id)
            .bind(self.resource.name)
            .fetch_one(&mut **transaction)
            .await?;
            return Ok(parts.unsigned_abs());
        }
        self.forget_unknown(transaction, what.since, what.anew).await?;
        let fresh: bool = sqlx::query_scalar(AssertSqlSafe(self.statements.is_empty.as_str()))
            .fetch_one(&mut **transaction)
            .await?;
        // A parameter in the place of the parent says which listings there are, whatever
        // became of its rows.
        let by_parent = matches!(what.listings, Listings::Rows { .. });
        let parts = self.divide(transaction, &what.listings, workers).await?;
        sqlx::query("update sync.resources set prepared = $3 where run_id = $1 and resource = $2")
            .bind(self.store.run_id)
            .bind(self.resource.name)
            .bind(Json(Prepared { fresh, by_parent, ..what.prepared }))
            .execute(&mut **transaction)
            .await?;
        Ok(parts)
    }

    /// Forgets what earlier runs left of listings that is not gone on with.
    async fn forget_unknown(
        &self,
        transaction: &mut PgTransaction<'_>,
        since: Option<DateTime<Utc>>,
        anew: bool,
    ) -> sqlx::Result<()> {
        let (schema, resource) = (&self.store.schema, self.resource.name);
        let forget = format!(
            "with unknown as (select connection, resource, partition, missing_run_id from sync.state \
             where connection = $1 and resource = $2 and ($3 or asked <> all($4) or not exists (select from {}))), \
             forgotten as (delete from sync.state s using unknown u where u.missing_run_id is null \
             and s.connection = u.connection and s.resource = u.resource and s.partition = u.partition) \
             update sync.state s set position = null, cursor_reached = null, tail = null, whole_run_id = null, unnoted = false \
             from unknown u where u.missing_run_id is not null \
             and s.connection = u.connection and s.resource = u.resource and s.partition = u.partition",
            self.statements.table
        );
        sqlx::query(AssertSqlSafe(forget))
            .bind(schema)
            .bind(resource)
            .bind(anew)
            .bind(self.request.stored().as_slice())
            .execute(&mut **transaction)
            .await?;
        let rows: Vec<(String, serde_json::Value, bool)> = sqlx::query_as(
            "select partition, position, unnoted from sync.state \
             where connection = $1 and resource = $2 and position is not null and updated_at >= $3 limit $4",
        )
        .bind(schema)
        .bind(resource)
        .bind(since.unwrap_or(DateTime::<Utc>::MAX_UTC))
        .bind(MAX_OPEN_WALKS)
        .fetch_all(&mut **transaction)
        .await?;
        let are_noted = rows.iter().all(|(_, _, unnoted)| !unnoted);
        // Another version of the program may have written it in another way.
        let open = rows.into_iter().filter_map(|(partition, place, _)| {
            serde_json::from_value::<Bookmark>(place).ok().map(|_| partition)
        });
        let open: Vec<String> = open.collect();
        for forget in [
            "update sync.state set position = null, unnoted = false \
             where connection = $1 and resource = $2 and position is not null and not partition = any($3)",
            "delete from sync.seen where connection = $1 and resource = $2 and not partition = any($3)",
        ] {
            sqlx::query(forget)
                .bind(schema)
                .bind(resource)
                .bind(&open)
                .execute(&mut **transaction)
                .await?;
        }
        if !are_noted {
            self.note_all(transaction, (None, None)).await?;
        }
        // What is not read again stays as it was found.
        sqlx::query(
            "delete from sync.gone g where connection = $1 and resource = $2 and not exists (select from sync.state s \
             where s.connection = $1 and s.resource = $2 and s.partition = g.partition and s.position is null and s.whole_run_id >= $3)",
        )
        .bind(schema)
        .bind(resource)
        .bind(self.store.continues.unwrap_or(self.store.run_id))
        .execute(&mut **transaction)
        .await
        .map(drop)
    }

    /// Writes the parts down, and returns how many they are.
    async fn divide(
        &self,
        transaction: &mut PgTransaction<'_>,
        listings: &Listings<'_>,
        workers: u64,
    ) -> sqlx::Result<u64> {
        let (child, parents) = match (listings, &self.statements.parents) {
            (Listings::Rows { child }, Some(parents)) => (child, parents),
            (Listings::Rows { .. }, None) => return Ok(0),
            (Listings::Named(listings), _) => {
                let parts = if workers > 1 { *listings } else { 1 };
                return self.divide_named(transaction, *listings, parts).await.map(|()| parts);
            }
        };
        let listings: i64 = sqlx::query_scalar(AssertSqlSafe(parents.count()))
            .bind(&self.store.schema)
            .bind(child)
            .fetch_one(&mut **transaction)
            .await?;
        let listings = listings.unsigned_abs();
        let parts = if workers > 1 {
            let (requests, of): (i64, i64) = sqlx::query_as(
                "select requests, greatest((evidence ->> 'partitions')::bigint, 1) from sync.resources \
                 where connection = $1 and resource = $2 and verdict = 'complete' and evidence is not null \
                 order by run_id desc limit 1",
            )
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .fetch_optional(&mut **transaction)
            .await?
            .unwrap_or((1, 1));
            parts(listings, requests.unsigned_abs().div_ceil(of.unsigned_abs()), workers)
        } else {
            1
        };
        if parts <= 1 {
            return self.divide_named(transaction, listings, 1).await.map(|()| 1);
        }
        let done = sqlx::query(AssertSqlSafe(parents.divide()))
            .bind(&self.store.schema)
            .bind(child)
            .bind(self.store.run_id)
            .bind(self.resource.name)
            .bind(i32::try_from(parts).unwrap_or(i32::MAX))
            .execute(&mut **transaction)
            .await?;
        Ok(done.rows_affected())
    }

    /// Parts that have their listings by number alone.
    async fn divide_named(
        &self,
        transaction: &mut PgTransaction<'_>,
        listings: u64,
        parts: u64,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "insert into sync.shards (run_id, connection, resource, shard, before, listings) \
             select $1, $2, $3, part, (part - 1) * ($4::bigint / $5), $4::bigint / $5 from generate_series(1, $5) part",
        )
        .bind(self.store.run_id)
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(listings.cast_signed())
        .bind(parts.cast_signed())
        .execute(&mut **transaction)
        .await
        .map(drop)
    }

    /// Begins with a part: from now on nobody else may write what is of it. Nothing if all of it
    /// was read, or, `only_if_free`, somebody reads it, or keeps it locked for longer than is waited.
    pub(crate) async fn claim(
        &self,
        number: i32,
        (owner, lease): (&str, Option<Duration>),
        only_if_free: bool,
    ) -> Result<Option<Claimed>> {
        self.store
            .patiently(|| async move {
                let failed = |error| self.failed("beginning with a part", error);
                let mut session = self.store.session().await?;
                let mut transaction = session.begin().await.map_err(failed)?;
                self.check_fence(&mut transaction).await?;
                let claimed = self.claim_in(&mut transaction, number, (owner, lease), only_if_free);
                let claimed = match claimed.await {
                    // Whoever keeps it locked has it for now: there may be others to read.
                    Err(error) if only_if_free && is_locked(&error) => return Ok(None),
                    claimed => claimed.map_err(failed)?,
                };
                transaction.commit().await.map_err(failed)?;
                Ok(claimed)
            })
            .await
    }

    async fn claim_in(
        &self,
        transaction: &mut PgTransaction<'_>,
        number: i32,
        (owner, lease): (&str, Option<Duration>),
        only_if_free: bool,
    ) -> sqlx::Result<Option<Claimed>> {
        type Row = (
            i32,
            Option<String>,
            Option<String>,
            i64,
            i64,
            i64,
            Option<Json<Tally>>,
            Json<Prepared>,
        );
        let row: Option<Row> = sqlx::query_as(
            "update sync.shards s set epoch = epoch + 1, owner = $4, lease_until = clock_timestamp() + $5, \
             started_at = coalesce(s.started_at, $6), updated_at = coalesce(s.updated_at, $6) \
             from sync.resources r where s.run_id = $1 and s.resource = $2 and s.shard = $3 and s.state = 'open' \
             and (not $7 or s.lease_until is null or s.lease_until < clock_timestamp()) and r.run_id = s.run_id and r.resource = s.resource and r.prepared is not null \
             returning s.epoch, s.after, s.upto, s.before, s.listings, s.commits, s.tally, r.prepared",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .bind(number)
        .bind(owner)
        .bind(lease.and_then(|lease| PgInterval::try_from(lease).ok()))
        .bind(self.store.now())
        .bind(only_if_free)
        .fetch_optional(&mut **transaction)
        .await?;
        let Some((epoch, after, upto, before, listings, commits, tally, Json(prepared))) = row
        else {
            return Ok(None);
        };
        if epoch > 1 {
            // Whoever began with it may have had an empty table before it.
            self.note_all(transaction, (after.as_deref(), upto.as_deref())).await?;
        }
        let open = format!(
            "select partition, position from sync.state where connection = $1 and resource = $2 \
             and position is not null and $3::bigint is not null and {}",
            self.statements.within
        );
        let open: Vec<(String, serde_json::Value)> = sqlx::query_as(AssertSqlSafe(open))
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(self.store.run_id)
            .bind(&after)
            .bind(&upto)
            .fetch_all(&mut **transaction)
            .await?;
        let open = open.into_iter().filter_map(|(partition, place)| {
            Some((partition, serde_json::from_value(place).ok()?))
        });
        let new = || Tally::new(self.store.sample, prepared.parents_listed);
        let tally = tally.map_or_else(new, |Json(tally)| tally.gone_on_with());
        let shard = Shard {
            number,
            epoch,
            fresh: prepared.fresh,
            after,
            upto,
            before: before.unsigned_abs(),
            listings: listings.unsigned_abs(),
            commits: commits.unsigned_abs(),
            tally,
            lease,
        };
        Ok(Some((shard, open.collect())))
    }

    /// Fails if another worker has begun with the part, or the resource was settled without it:
    /// then this one has no right to write any more. Says what its newest commit was.
    ///
    /// From here to the end of the transaction the part is locked.
    pub(super) async fn check_epoch<T>(
        &self,
        transaction: &mut PgTransaction<'_>,
    ) -> Result<Option<T>>
    where
        T: for<'a> Deserialize<'a> + Send + Unpin + 'static,
    {
        let found: Option<(i32, String, Option<Json<T>>)> = sqlx::query_as(
            "select epoch, state, last_commit from sync.shards \
             where run_id = $1 and resource = $2 and shard = $3 for update",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .bind(self.shard.number)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(|error| self.failed("looking for the last commit", error))?;
        match found {
            Some((epoch, state, last)) if epoch == self.shard.epoch && state == "open" => {
                Ok(last.map(|Json(last)| last))
            }
            _ => Err(self.taken_over()),
        }
    }

    fn taken_over(&self) -> Error {
        let (number, name) = (self.shard.number, self.resource.name);
        let what = format!(
            "part {number} of `{name}` was taken over, so this worker may not write it any more"
        );
        Error::new(ErrorKind::Stopped, what).next("nothing is to do: another worker reads it")
    }

    /// Keeps the part a while longer, as somebody works at it.
    pub(crate) async fn renew(&self) -> Result<()> {
        let kept = self
            .store
            .patiently(|| async move {
                sqlx::query(
                    "update sync.shards set lease_until = clock_timestamp() + $5 \
                     where run_id = $1 and resource = $2 and shard = $3 and epoch = $4 and state = 'open'",
                )
                .bind(self.store.run_id)
                .bind(self.resource.name)
                .bind(self.shard.number)
                .bind(self.shard.epoch)
                .bind(self.shard.lease())
                .execute(&mut *self.store.session().await?)
                .await
                .map_err(|error| self.failed("keeping a part", error))
            })
            .await?;
        if kept.rows_affected() == 1 { Ok(()) } else { Err(self.taken_over()) }
    }

    /// Ends a part: what came of it is known, and nobody reads it any more, unless what went
    /// wrong is about more than its listings.
    pub(crate) async fn close(&self, tally: &Tally) -> Result<()> {
        self.store
            .patiently(|| async move {
                let closed = self.close_in(&mut *self.store.session().await?, tally).await;
                closed.map_err(|error| self.failed("ending a part", error))
            })
            .await
    }

    pub(super) async fn close_in(
        &self,
        session: &mut PgConnection,
        tally: &Tally,
    ) -> sqlx::Result<()> {
        let closed = is_over(tally.error.as_ref());
        let error = tally.error.as_ref().map(ToString::to_string);
        sqlx::query(
            "update sync.shards set state = case when $5 then 'closed' else state end, tally = $6, error = $7, \
             requests = $8, rows_read = $9, lease_until = case when $5 then lease_until end, updated_at = $10 \
             where run_id = $1 and resource = $2 and shard = $3 and epoch = $4 and state = 'open'",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .bind(self.shard.number)
        .bind(self.shard.epoch)
        .bind(closed)
        .bind(Json(tally))
        .bind(error)
        .bind(tally.cost.requests.cast_signed())
        .bind(tally.rows().cast_signed())
        .bind(self.store.now())
        .execute(session)
        .await
        .map(drop)
    }
}
