//! One batch into one table: rows, positions, counters, in one transaction.
//!
//! Into a table that was empty rows go straight, and into others by a stage that is merged. A stage
//! is its session's own, so the rows of the next batch come into one while a batch is merged.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgTransaction};
use tokio::time::timeout;

use super::batch::Batch;
use super::fill::{MAX_BOUND, New, fill};
use super::notes::MadeCommit;
use super::refused::ROUNDS;
use super::sql::{BY_HASH, Merge};
use super::table::{Origin, Table};
use super::turn::Turn;
use crate::error::{Remedy, Result};
use crate::verdict::{Counts, EndedWalk, Tally};

/// For what looks up a batch's keys in a table, however large that is.
pub(super) const BY_INDEX: &str = "set local enable_nestloop = on; set local enable_mergejoin = off; set local enable_hashjoin = off";

/// What a merge did: the rows that it inserted, updated and took back to an older version, and
/// those of them that are written; the versions that it closed, and should have; and the end of
/// the newest version that is no longer kept.
type Merged = (i64, i64, i64, i64, i64, i64, Option<DateTime<Utc>>);

impl Table<'_> {
    /// Commits a batch when it is its turn, once, however often it takes: it is the resource's
    /// commit of that number. Rows that the server refuses are set aside in it.
    pub(crate) async fn commit(
        &self,
        batch: &mut Batch,
        number: u64,
        turn: &mut Turn,
    ) -> Result<Counts> {
        if !turn.has_come() {
            batch.sort(&self.statements.key);
        }
        let ahead = tokio::select! {
            made = self.commit_ahead(batch, number, turn) => made,
            // That it is away is found out anew, and said.
            _ = self.store.patience.silence() => None,
        };
        let counts = match ahead {
            Some(counts) => counts,
            None => self.commit_in_rounds(batch, number, turn.come().await).await?,
        };
        let mut refused = self.refused();
        for (partition, rows) in &batch.refused {
            *refused.entry(partition.clone()).or_default() += rows;
        }
        drop(refused);
        self.swallowed.fetch_or(counts.swallowed > 0, Relaxed);
        self.inserted.fetch_add(counts.inserted, Relaxed);
        if !counts.collided.is_empty() {
            self.collided().extend(&counts.collided);
        }
        Ok(counts)
    }

    /// Brings a batch's rows into a stage while the commit before it is made, and commits them when
    /// it is their turn. Nothing if there is no use in it, or it did not work, for whatever reason:
    /// then it is made as any commit is.
    async fn commit_ahead(&self, batch: &Batch, number: u64, turn: &mut Turn) -> Option<Counts> {
        // Others may need what this holds while it waits, and the one before it too.
        const PATIENCE: Duration = Duration::from_secs(5);
        if turn.has_come() || !self.stages(batch) || batch.tuples.len() <= MAX_BOUND {
            return None;
        }
        let mut session = tokio::select! {
            biased;
            _ = turn.come() => return None,
            session = self.store.patience.sessions.spare() => session?,
        };
        let mut transaction = session.begin().await.ok()?;
        let mut counts = counts_of(batch);
        self.stage(&mut transaction, batch, &mut counts).await.ok()?;
        let tally = timeout(PATIENCE, turn.come()).await.ok()?;
        // Where rows were refused meanwhile, this batch is to know of it first.
        if !self.refused().is_empty() {
            return None;
        }
        self.make(transaction, batch, (number, tally), Some(counts)).await.ok()?
    }

    /// Commits a batch, without the rows that the server refuses.
    ///
    /// `tally` is what came of the part so far, without this batch; it is kept with it.
    async fn commit_in_rounds(
        &self,
        batch: &mut Batch,
        number: u64,
        tally: &Tally,
    ) -> Result<Counts> {
        for (partition, rows) in self.refused().iter() {
            batch.miss(partition, *rows);
        }
        let mut rounds = 0;
        loop {
            let shared: &Batch = batch;
            let committed = self.store.patiently(|| self.commit_whole(shared, number, tally)).await;
            match committed {
                Err(error) if error.remedy() == Remedy::LeaveOut && rounds < ROUNDS => {
                    let refused = self.store.patiently(|| self.find_refused(shared)).await?;
                    if refused.is_empty() {
                        return Err(error);
                    }
                    self.set_aside(batch, refused);
                    rounds += 1;
                }
                committed => return committed,
            }
        }
    }

    async fn commit_whole(&self, batch: &Batch, number: u64, tally: &Tally) -> Result<Counts> {
        loop {
            let mut session = self.store.session().await?;
            let begun = session.begin().await;
            let transaction = begun.map_err(|error| self.failed("beginning a commit", error))?;
            if let Some(counts) = self.make(transaction, batch, (number, tally), None).await? {
                return Ok(counts);
            }
        }
    }

    /// Whether a batch may be prepared while the one before it is committed. A rehearsal is one
    /// transaction.
    pub(crate) fn prepares(&self) -> bool {
        self.store.sample.is_none()
    }

    /// Whether a batch comes into the table by a stage.
    fn stages(&self, batch: &Batch) -> bool {
        let are_new = batch.repeats() == 0 && !self.repeats.load(Relaxed);
        self.origin() != Origin::ThisRun || !are_new || self.store.sample.is_some()
    }

    /// Commits a batch in a transaction, in whose stage its rows are already if it is said what came
    /// of that. Nothing if it is to be tried in another way.
    async fn make(
        &self,
        mut transaction: PgTransaction<'_>,
        batch: &Batch,
        (number, tally): (u64, &Tally),
        staged: Option<Counts>,
    ) -> Result<Option<Counts>> {
        if let Some(counts) = self.made(&mut transaction, number).await? {
            return Ok(Some(counts));
        }
        let is_fresh = self.origin() == Origin::ThisRun;
        let is_staged = staged.is_some();
        let mut counts = staged.unwrap_or_else(|| counts_of(batch));
        if !is_staged && !self.stages(batch) {
            self.look_for_gaps(&mut transaction, batch, true, &mut counts).await?;
            let Some(inserted) = self.insert(&mut transaction, batch).await? else {
                return Ok(None);
            };
            counts.inserted = inserted;
            counts.swallowed = batch.staged.saturating_sub(inserted);
        } else {
            if !is_staged {
                self.stage(&mut transaction, batch, &mut counts).await?;
            }
            if batch.made_keys > 0 && (number > 1 || batch.began_before(self.store.run_id)) {
                self.find_collisions(&mut transaction, &mut counts, Some(is_fresh)).await?;
            }
            self.look_for_gaps(&mut transaction, batch, is_fresh, &mut counts).await?;
            if let Some(rows) = self.store.sample {
                counts.changes = self.foresee(&mut transaction, batch, rows).await?;
            }
            self.merge(&mut transaction, batch, &mut counts).await?;
        }
        if !is_fresh {
            self.note_seen(&mut transaction, batch).await?;
            self.count_strays(&mut transaction, batch, &mut counts).await?;
        }
        self.find_gone(&mut transaction, batch, &mut counts).await?;
        if self.store.sample.is_some() {
            self.end_rehearsal(&mut transaction).await?;
        }
        counts.missing_again = self.missing_again(&mut transaction, batch).await?;
        let made = MadeCommit { number, counts };
        self.record(&mut transaction, batch, &made, tally).await?;
        transaction.commit().await.map_err(|error| self.failed("committing", error))?;
        Ok(Some(made.counts))
    }

    /// What the commit of that number did, if it was made and only its answer was lost.
    ///
    /// Whoever is still making it holds the lock that this waits for. Fails as
    /// [`check_fence`](Self::check_fence) and [`check_epoch`](Self::check_epoch) do.
    async fn made(
        &self,
        transaction: &mut PgTransaction<'_>,
        number: u64,
    ) -> Result<Option<Counts>> {
        self.check_fence(transaction).await?;
        let made: Option<MadeCommit> = self.check_epoch(transaction).await?;
        Ok(made.filter(|made| made.number == number).map(|made| made.counts))
    }

    async fn stage(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        if batch.staged == 0 && batch.ended.is_empty() {
            return Ok(());
        }
        self.make_stage(transaction).await?;
        if batch.staged == 0 {
            return Ok(());
        }
        self.fill_stage(transaction, batch, counts).await
    }

    /// Makes the stage, which is there until the transaction ends.
    pub(super) async fn make_stage(&self, transaction: &mut PgTransaction<'_>) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(self.statements.stage.as_str()))
            .execute(&mut **transaction)
            .await
            .map(drop)
            .map_err(|error| self.failed("making the stage", error))
    }

    /// Brings a batch's rows into the stage, the newest of equal keys alone if some came twice.
    pub(super) async fn fill_stage(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        fill(transaction, &self.statements, batch, None)
            .await
            .map_err(|error| self.failed("copying rows", error))?;
        if counts.repeats > 0 {
            if batch.made_keys > 0 {
                self.find_collisions(transaction, counts, None).await?;
            }
            sqlx::query(AssertSqlSafe(self.statements.deduplicate.as_str()))
                .execute(&mut **transaction)
                .await
                .map_err(|error| self.failed("choosing the newest rows", error))?;
        }
        Ok(())
    }

    /// Counts rows that differ and have one key, which stands in for what the vendor did not
    /// send: in the stage, or, where that has no repeats any more, beside what the same walks
    /// have brought before into a table that `is_fresh` or not.
    async fn find_collisions(
        &self,
        transaction: &mut PgTransaction<'_>,
        counts: &mut Counts,
        is_fresh: Option<bool>,
    ) -> Result<()> {
        let failed = |error| self.failed("comparing rows with the same key", error);
        let collisions = &self.statements.collisions;
        let query = match is_fresh {
            None => sqlx::query_as(AssertSqlSafe(collisions.staged.as_str())),
            Some(is_fresh) => sqlx::query_as(AssertSqlSafe(collisions.merged.as_str()))
                .bind(self.store.run_id)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(is_fresh),
        };
        let (rows, listings): (i64, Vec<String>) =
            query.fetch_one(&mut **transaction).await.map_err(failed)?;
        counts.collisions += rows.unsigned_abs();
        counts.collided.extend(listings.iter().map(|id| hash(id)));
        Ok(())
    }

    /// The listings of a batch that lack a row because another one has its key.
    fn lacking(&self, batch: &Batch, counts: &Counts) -> Vec<String> {
        let known = self.collided();
        let ended = batch.ended.iter().map(|walk| walk.partition.id());
        let ids = ended.chain(batch.positions.keys().cloned());
        ids.filter(|id| known.contains(&hash(id)) || counts.collided.contains(&hash(id))).collect()
    }

    pub(super) async fn merge(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        if batch.staged == 0 {
            return Ok(());
        }
        let distinct = batch.distinct();
        let range = self
            .prepare_merge(transaction, batch)
            .await
            .map_err(|error| self.failed("preparing the merge", error))?;
        let Merge { by_index, nearby } = &self.statements.merge;
        let merge = if range.is_some() { nearby } else { by_index };
        let mut query = sqlx::query_as(AssertSqlSafe(merge.as_str()))
            .bind(self.store.run_id)
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(self.store.started_at);
        if let Some(history) = &self.history {
            query = query.bind(history.until).bind(history.versions());
        }
        if let Some((first, end)) = range {
            query = query.bind(first).bind(end);
        }
        let merged: Merged = query
            .fetch_one(&mut **transaction)
            .await
            .map_err(|error| self.failed("merging rows", error))?;
        let (inserted, updated, went_back, written, closed, replaced, dropped_until) = merged;
        self.note_gone(transaction, dropped_until)
            .await
            .map_err(|error| self.failed("taking old versions away", error))?;
        counts.inserted = inserted.unsigned_abs();
        counts.updated = updated.unsigned_abs();
        counts.went_back = went_back.unsigned_abs();
        // A trigger that returns nothing takes a row away, and Postgres says nothing of it.
        counts.swallowed = (inserted + updated - written + replaced - closed).unsigned_abs();
        counts.versions = closed.unsigned_abs();
        counts.unchanged = distinct.saturating_sub(counts.inserted + counts.updated);
        Ok(())
    }

    /// Prepares how the merge finds the table's rows: by index, as what a batch costs must not
    /// grow with the table; but where they are near each other, to read that range through takes
    /// less than half the time. Returns the range.
    async fn prepare_merge(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
    ) -> sqlx::Result<Option<(String, String)>> {
        let range = if batch.tuples.len() > MAX_BOUND {
            sqlx::query_as(AssertSqlSafe(self.statements.nearby.as_str()))
                .fetch_optional(&mut **transaction)
                .await?
        } else {
            None
        };
        let join = if range.is_some() { &self.statements.by_hash } else { BY_INDEX };
        sqlx::raw_sql(AssertSqlSafe(join)).execute(&mut **transaction).await?;
        Ok(range)
    }

    /// Inserts rows whose keys should all be new, without looking, and returns how many
    /// came into the table; nothing if a key was not new, which ends the transaction.
    async fn insert(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
    ) -> Result<Option<u64>> {
        if batch.staged == 0 {
            return Ok(Some(0));
        }
        let new = New { run_id: self.store.run_id, at: self.store.started_at };
        match fill(transaction, &self.statements, batch, Some(new)).await {
            Ok(inserted) => Ok(Some(inserted)),
            Err(error) if is_repeat(&error) => {
                self.repeats.store(true, Relaxed);
                Ok(None)
            }
            Err(error) => Err(self.failed("inserting rows", error)),
        }
    }

    /// Keeps the keys of the walks that go on after this batch.
    async fn note_seen(&self, transaction: &mut PgTransaction<'_>, batch: &Batch) -> Result<()> {
        if batch.staged == 0 {
            return Ok(());
        }
        for (id, (partition, _)) in &batch.positions {
            sqlx::query(AssertSqlSafe(self.statements.note_seen.as_str()))
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(id)
                .bind(self.store.run_id)
                .bind(&partition.values)
                .execute(&mut **transaction)
                .await
                .map_err(|error| self.failed("noting the keys of a walk", error))?;
        }
        Ok(())
    }

    /// Counts the rows that complete walks did not see where that is no sign that they are gone.
    async fn count_strays(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        let failed = |error| self.failed("counting rows that did not come", error);
        let walks: Vec<&EndedWalk> = batch.ended.iter().filter(|walk| walk.compares).collect();
        if walks.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql(BY_HASH).execute(&mut **transaction).await.map_err(failed)?;
        let live: u64 = self.live(transaction, &walks).await.map_err(failed)?.values().sum();
        let seen = self.seen(transaction, &walks).await.map_err(failed)?;
        counts.distinct += seen;
        counts.strays = live.saturating_sub(seen);
        Ok(())
    }

    /// Notes the rows that complete walks did not see, and counts those that they did.
    async fn find_gone(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        let failed = |error| self.failed("looking for deleted rows", error);
        // A listing that lacks a row proves nothing.
        counts.short_ids = self.lacking(batch, counts);
        let proves =
            |walk: &&EndedWalk| walk.deletes && !counts.short_ids.contains(&walk.partition.id());
        let walks: Vec<&EndedWalk> = batch.ended.iter().filter(proves).collect();
        if walks.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql(BY_HASH).execute(&mut **transaction).await.map_err(failed)?;
        let is_fresh = self.origin() == Origin::ThisRun;
        let live = if is_fresh && self.resource.partition_columns().next().is_none() {
            // All that there is was counted when it came.
            BTreeMap::from([(String::new(), self.inserted.load(Relaxed) + counts.inserted)])
        } else {
            self.live(transaction, &walks).await.map_err(failed)?
        };
        let mut gone = BTreeMap::new();
        // To look for the rows that were not seen costs more than to count those that were.
        if !is_fresh
            && self.seen(transaction, &walks).await.map_err(failed)? != live.values().sum::<u64>()
        {
            gone = self.note_unseen(transaction, &walks).await.map_err(failed)?;
        }
        let mut short = Vec::new();
        for walk in &walks {
            let (id, value) = (walk.partition.id(), walk.partition.values.concat());
            let gone = gone.get(&id).copied().unwrap_or(0);
            let rows = live.get(&value).copied().unwrap_or(0).saturating_sub(gone);
            counts.distinct += rows;
            let expect = walk.expect.unwrap_or(0);
            if rows < expect {
                counts.short.push(format!("only {rows} different rows came of {expect}"));
                short.push(id);
            }
        }
        if gone.keys().any(|id| short.contains(id)) {
            sqlx::query("delete from sync.gone where connection = $1 and resource = $2 and partition = any($3)")
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(&short)
                .execute(&mut **transaction)
                .await
                .map_err(failed)?;
        }
        counts.short_ids.extend(short);
        Ok(())
    }

    /// How many of the missing listings were so in an earlier run, or in those that this one
    /// does not go on with.
    async fn missing_again(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
    ) -> Result<u64> {
        let missing = batch.ended.iter().filter(|walk| walk.missing);
        let ids: Vec<String> = missing.map(|walk| walk.partition.id()).collect();
        if ids.is_empty() {
            return Ok(0);
        }
        let again: i64 = sqlx::query_scalar(
            "select count(*) from sync.state where connection = $1 and resource = $2 \
             and partition = any($3) and missing_run_id < $4",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(&ids)
        .bind(self.store.continues.unwrap_or(self.store.run_id))
        .fetch_one(&mut **transaction)
        .await
        .map_err(|error| self.failed("looking for listings that were missing before", error))?;
        Ok(again.unsigned_abs())
    }

    /// Notes what none of these walks has seen, and returns how many rows that are, by partition.
    async fn note_unseen(
        &self,
        transaction: &mut PgTransaction<'_>,
        walks: &[&EndedWalk],
    ) -> sqlx::Result<BTreeMap<String, u64>> {
        let ids: Vec<String> = walks.iter().map(|walk| walk.partition.id()).collect();
        let rows: Vec<(String, i64)> =
            sqlx::query_as(AssertSqlSafe(self.statements.note_gone.as_str()))
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(&ids)
                .bind(values(walks))
                .bind(self.store.run_id)
                .fetch_all(&mut **transaction)
                .await?;
        Ok(rows.into_iter().map(|(id, rows)| (id, rows.unsigned_abs())).collect())
    }

    /// The number of different keys that these walks have seen.
    async fn seen(
        &self,
        transaction: &mut PgTransaction<'_>,
        walks: &[&EndedWalk],
    ) -> sqlx::Result<u64> {
        let ids: Vec<String> = walks.iter().map(|walk| walk.partition.id()).collect();
        let keys: i64 = sqlx::query_scalar(AssertSqlSafe(self.statements.count_seen.as_str()))
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(&ids)
            .bind(values(walks))
            .fetch_one(&mut **transaction)
            .await?;
        Ok(keys.unsigned_abs())
    }

    /// The number of rows that are not deleted, by the value of the partition's column.
    async fn live(
        &self,
        transaction: &mut PgTransaction<'_>,
        walks: &[&EndedWalk],
    ) -> sqlx::Result<BTreeMap<String, u64>> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as(AssertSqlSafe(self.statements.count_live.as_str()))
                .bind(values(walks))
                .fetch_all(&mut **transaction)
                .await?;
        Ok(rows.into_iter().map(|(value, rows)| (value, rows.unsigned_abs())).collect())
    }
}

/// What is known of a batch before it is committed.
fn counts_of(batch: &Batch) -> Counts {
    Counts { quarantined: batch.rejected(), repeats: batch.repeats(), ..Counts::default() }
}

/// What tells a listing from others.
fn hash(id: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(id.as_bytes())
}

/// Whether a row's key is there already.
fn is_repeat(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The values of the partitions' columns.
fn values(walks: &[&EndedWalk]) -> Vec<String> {
    walks.iter().flat_map(|walk| walk.partition.values.iter().cloned()).collect()
}
