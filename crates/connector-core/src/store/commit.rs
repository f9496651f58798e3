//! One batch into one table: stage, merge, positions, counters, in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection, PgTransaction};

use super::sql::Statements;
use super::{Store, patiently};
use crate::bookmark::Bookmark;
use crate::decode::{Drift, DriftSeen, Encoded, Rejected};
use crate::error::{Error, ErrorKind, Result};
use crate::partition::Partition;
use crate::report::{Change, Changes};
use crate::resource::Resource;

/// How many bytes go to the server in one message of `copy`.
const COPY_CHUNK: usize = 64 << 10;

/// The most unfinished walks of one resource that a run goes on with.
const MAX_OPEN_WALKS: i64 = 1_000;

/// The most rows of one resource that are kept in the quarantine, as far as a batch can tell.
const MAX_QUARANTINE: i64 = 10_000;

/// Rows, and everything that has to be committed with them.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    tuples: Vec<u8>,
    keys: HashSet<u64>,
    /// The number of rows that the vendor sent.
    pub(crate) rows: u64,
    staged: u64,
    /// Rows that have no place in the table, each with its page's number.
    rejected: Vec<(Partition, u64, Rejected)>,
    drift: BTreeMap<Drift, DriftSeen>,
    /// Where each unfinished walk is, by partition.
    positions: BTreeMap<String, (Partition, Bookmark)>,
    /// The walks that came to their end with this batch.
    ended: Vec<EndedWalk>,
    /// Whether all of the resource's listings were read, so that rows whose parent is gone can go too.
    pub(crate) is_last: bool,
}

/// A walk that came to its end.
#[derive(Debug)]
pub(crate) struct EndedWalk {
    pub(crate) partition: Partition,
    /// The run in which it began.
    pub(crate) first_run: i64,
    /// Whether it went through the whole listing.
    pub(crate) whole: bool,
    /// Whether all of its rows have their place, so that the others can be marked deleted.
    pub(crate) deletes: bool,
    /// The number of different rows without which the listing is not whole.
    pub(crate) expect: Option<u64>,
    /// The highest value of the cursor column.
    pub(crate) cursor: Option<i64>,
    /// The last row.
    pub(crate) tail: Option<u64>,
}

impl EndedWalk {
    /// A walk that proves nothing, and has to be begun anew.
    pub(crate) fn given_up(partition: Partition) -> Self {
        Self {
            partition,
            first_run: 0,
            whole: false,
            deletes: false,
            expect: None,
            cursor: None,
            tail: None,
        }
    }
}

/// What a commit did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) deleted: u64,
    pub(crate) quarantined: u64,
    /// Rows whose key came before in the same batch.
    pub(crate) repeats: u64,
    /// Rows that would have been marked deleted, had the fuse not stopped it.
    pub(crate) fused: u64,
    /// Rows with different keys in the listings that ended.
    pub(crate) distinct: u64,
    /// Listings of fewer different rows than the vendor says they have, in words.
    pub(crate) short: Vec<String>,
    /// The same listings, by the names of their partitions.
    short_ids: Vec<String>,
    /// What changes, where it is a rehearsal.
    #[serde(skip)]
    pub(crate) changes: Changes,
}

/// The newest commit of a resource.
#[derive(Debug, Serialize, Deserialize)]
struct MadeCommit {
    number: u64,
    counts: Counts,
}

impl Batch {
    /// The memory that the batch holds.
    pub(crate) fn bytes(&self) -> usize {
        self.tuples.len() + self.rejected.iter().map(|(_, _, row)| row.raw.len()).sum::<usize>()
    }

    /// Whether there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0 && self.ended.is_empty() && self.positions.is_empty() && !self.is_last
    }

    /// Adds a page, after which its walk is at `bookmark`.
    pub(crate) fn add(
        &mut self,
        partition: &Partition,
        page: Encoded,
        number: u64,
        bookmark: Bookmark,
    ) {
        self.rows += (page.keys.len() + page.rejected.len()) as u64 + page.outside;
        self.staged += page.keys.len() as u64;
        self.tuples.extend_from_slice(&page.tuples);
        self.keys.extend(page.keys);
        self.rejected.extend(page.rejected.into_iter().map(|row| (partition.clone(), number, row)));
        DriftSeen::add_all(&mut self.drift, &page.drift);
        self.positions.insert(partition.id(), (partition.clone(), bookmark));
    }

    /// Adds that a walk came to its end.
    pub(crate) fn end(&mut self, walk: EndedWalk) {
        self.positions.remove(&walk.partition.id());
        self.ended.push(walk);
    }

    /// The rows that were set aside.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.len() as u64
    }

    /// The disagreements that the batch shows.
    pub(crate) fn drift(&self) -> &BTreeMap<Drift, DriftSeen> {
        &self.drift
    }

    /// Empties the batch, and keeps its memory for the next one.
    pub(crate) fn clear(&mut self) {
        let (mut tuples, mut keys) =
            (std::mem::take(&mut self.tuples), std::mem::take(&mut self.keys));
        tuples.clear();
        keys.clear();
        *self = Self { tuples, keys, ..Self::default() };
    }
}

/// One table, and how batches come into it.
pub(crate) struct Table<'a> {
    store: &'a Store,
    resource: &'static Resource,
    statements: Statements,
    /// Whether the table's rows are all from this run's first pass, one of [`UNKNOWN`], [`FRESH`] and [`OLDER`].
    origin: AtomicU8,
}

/// It has to be looked up.
const UNKNOWN: u8 = 0;
/// They are: a row of another batch is a new one, and every row was seen.
const FRESH: u8 = 1;
/// Some are from before.
const OLDER: u8 = 2;

impl<'a> Table<'a> {
    /// The table of a resource; `parent` is the resource whose rows it is asked for.
    pub(crate) fn new(
        store: &'a Store,
        resource: &'static Resource,
        parent: Option<&Resource>,
    ) -> Self {
        let statements = Statements::new(&store.schema, resource, parent);
        Self { store, resource, statements, origin: AtomicU8::new(UNKNOWN) }
    }

    /// The number of rows that a positional listing is known to have, and the last of them.
    pub(crate) async fn known_rows(&self, partition: &Partition) -> Result<Option<(u64, u64)>> {
        patiently(|| async move {
        let failed = |error| self.failed("counting rows", error);
        let Some(statement) = &self.statements.count_positions else { return Ok(None) };
        let tail: Option<Option<i64>> = sqlx::query_scalar(
            "select tail from sync.state where connection = $1 and resource = $2 and partition = $3 and position is null",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(partition.id())
        .fetch_optional(&self.store.pool)
        .await
        .map_err(failed)?;
        let Some(tail) = tail.flatten() else { return Ok(None) };
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(statement.as_str()))
            .bind(&partition.values)
            .fetch_one(&self.store.pool)
            .await
            .map_err(failed)?;
        Ok(Some((rows.unsigned_abs(), tail.cast_unsigned())))
        }).await
    }

    /// Whether a listing has rows that are not deleted.
    pub(crate) async fn has_rows(&self, partition: &Partition) -> Result<bool> {
        patiently(|| async move {
            let exists = format!("select exists ({})", self.statements.count_live);
            sqlx::query_scalar(AssertSqlSafe(exists))
                .bind(&partition.values)
                .fetch_one(&self.store.pool)
                .await
                .map_err(|error| self.failed("looking for rows", error))
        })
        .await
    }

    /// How far the cursor reached in a complete walk.
    pub(crate) async fn cursor_reached(
        &self,
        partition: &Partition,
    ) -> Result<Option<DateTime<Utc>>> {
        patiently(|| async move {
        let reached: Option<Option<DateTime<Utc>>> = sqlx::query_scalar(
            "select cursor_reached from sync.state where connection = $1 and resource = $2 and partition = $3",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(partition.id())
        .fetch_optional(&self.store.pool)
        .await
        .map_err(|error| self.failed("reading the cursor", error))?;
        Ok(reached.flatten())
        }).await
    }

    /// Whether rows of this table belong to rows of another, and go with them.
    pub(crate) fn has_orphans(&self) -> bool {
        self.statements.mark_orphans.is_some()
    }

    /// The walks that earlier runs did not end and that are young enough to go on
    /// with; what all others have seen is forgotten.
    pub(crate) async fn open_walks(
        &self,
        since: Option<DateTime<Utc>>,
    ) -> Result<HashMap<String, Bookmark>> {
        patiently(|| async move {
        let failed = |error| self.failed("looking for unfinished walks", error);
        let rows: Vec<(String, serde_json::Value)> = sqlx::query_as(
            "select partition, position from sync.state \
             where connection = $1 and resource = $2 and position is not null and updated_at >= $3 limit $4",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(since.unwrap_or(DateTime::<Utc>::MAX_UTC))
        .bind(MAX_OPEN_WALKS)
        .fetch_all(&self.store.pool)
        .await
        .map_err(failed)?;
        // Another version of the program may have written it in another way.
        let open: HashMap<String, Bookmark> = rows
            .into_iter()
            .filter_map(|(partition, place)| Some((partition, serde_json::from_value(place).ok()?)))
            .collect();
        let kept: Vec<&str> = open.keys().map(String::as_str).collect();
        let mut transaction = self.store.pool.begin().await.map_err(failed)?;
        self.check_fence(&mut transaction).await?;
        sqlx::query(
            "delete from sync.seen where connection = $1 and resource = $2 and not partition = any($3)",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(&kept)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(open)
        }).await
    }

    /// Those of these listings that were read whole in the run that this one goes on with.
    pub(crate) async fn known(&self, partitions: &[String]) -> Result<Vec<String>> {
        patiently(|| async move {
            let Some(since) = self.store.continues else { return Ok(Vec::new()) };
            sqlx::query_scalar(
                "select partition from sync.state where connection = $1 and resource = $2 \
             and partition = any($3) and position is null and whole_run_id >= $4",
            )
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(partitions)
            .bind(since)
            .fetch_all(&self.store.pool)
            .await
            .map_err(|error| self.failed("looking for what was read before", error))
        })
        .await
    }

    /// Forgets where a walk is and what it has seen, because it begins again.
    pub(crate) async fn forget_walk(&self, partition: &Partition) -> Result<()> {
        // What its first pass brought may be gone in the second one.
        self.origin.store(OLDER, Relaxed);
        patiently(|| async move {
        let failed = |error| self.failed("beginning a walk again", error);
        let mut transaction = self.store.pool.begin().await.map_err(failed)?;
        self.check_fence(&mut transaction).await?;
        for forget in [
            "delete from sync.seen where connection = $1 and resource = $2 and partition = $3",
            "update sync.state set position = null where connection = $1 and resource = $2 and partition = $3",
        ] {
            sqlx::query(forget)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(partition.id())
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)
        }).await
    }

    /// Commits a batch, once, however often it takes: it is the resource's commit of that number.
    pub(crate) async fn commit(&self, batch: &Batch, number: u64) -> Result<Counts> {
        patiently(|| self.try_commit(batch, number)).await
    }

    async fn try_commit(&self, batch: &Batch, number: u64) -> Result<Counts> {
        let mut transaction = self
            .store
            .pool
            .begin()
            .await
            .map_err(|error| self.failed("beginning a commit", error))?;
        if let Some(counts) = self.made(&mut transaction, number).await? {
            return Ok(counts);
        }
        let mut counts = Counts {
            quarantined: batch.rejected(),
            repeats: batch.staged - batch.keys.len() as u64,
            ..Counts::default()
        };
        self.stage(&mut transaction, batch, counts.repeats > 0).await?;
        if let Some(rows) = self.store.sample {
            counts.changes = self.foresee(&mut transaction, batch, rows).await?;
        }
        self.merge(&mut transaction, batch, &mut counts).await?;
        self.note_seen(&mut transaction, batch).await?;
        self.mark_deleted(&mut transaction, batch, &mut counts).await?;
        if batch.is_last {
            counts.deleted += self.mark_orphans(&mut transaction).await?;
        }
        if let Some(rows) = self.store.sample {
            self.end_rehearsal(&mut transaction, rows, &mut counts).await?;
        }
        let made = MadeCommit { number, counts };
        self.record(&mut transaction, batch, &made).await?;
        transaction.commit().await.map_err(|error| self.failed("committing", error))?;
        Ok(made.counts)
    }

    /// What the merge will do with the staged rows.
    async fn foresee(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        rows: i64,
    ) -> Result<Changes> {
        let failed = |error| self.failed("looking at what changes", error);
        if batch.staged == 0 {
            return Ok(Changes::default());
        }
        let foresee = &self.statements.foresee;
        let (undeleted, counts): (i64, Vec<i64>) =
            sqlx::query_as(AssertSqlSafe(foresee.count.as_str()))
                .fetch_one(&mut **transaction)
                .await
                .map_err(failed)?;
        let sample: Vec<(String, Vec<String>)> =
            sqlx::query_as(AssertSqlSafe(foresee.sample.as_str()))
                .bind(rows)
                .fetch_all(&mut **transaction)
                .await
                .map_err(failed)?;
        let fields = foresee.fields.iter().cloned().zip(counts.into_iter().map(i64::unsigned_abs));
        Ok(Changes {
            undeleted: undeleted.unsigned_abs(),
            fields: fields.filter(|(_, count)| *count > 0).collect(),
            sample: sample.into_iter().map(|(action, key)| Change { action, key }).collect(),
        })
    }

    /// Looks at what was marked deleted, and takes the stage away, which is there
    /// until its transaction ends: that of a rehearsal lasts as long as the run.
    async fn end_rehearsal(
        &self,
        transaction: &mut PgTransaction<'_>,
        rows: i64,
        counts: &mut Counts,
    ) -> Result<()> {
        let failed = |error| self.failed("looking at what changes", error);
        if counts.deleted > 0 {
            let deleted: Vec<Vec<String>> =
                sqlx::query_scalar(AssertSqlSafe(self.statements.foresee_deleted.as_str()))
                    .bind(self.store.started_at)
                    .bind(rows)
                    .fetch_all(&mut **transaction)
                    .await
                    .map_err(failed)?;
            let deleted = deleted.into_iter();
            counts
                .changes
                .sample
                .extend(deleted.map(|key| Change { action: "delete".to_owned(), key }));
        }
        sqlx::raw_sql("set local client_min_messages = warning; drop table if exists pg_temp.stage")
            .execute(&mut **transaction)
            .await
            .map(drop)
            .map_err(failed)
    }

    /// What the commit of that number did, if it was made and only its answer was lost.
    ///
    /// Whoever is still making it holds the lock that this waits for. Fails as
    /// [`check_fence`](Self::check_fence) does.
    async fn made(
        &self,
        transaction: &mut PgTransaction<'_>,
        number: u64,
    ) -> Result<Option<Counts>> {
        self.check_fence(transaction).await?;
        let made: Option<Json<MadeCommit>> = sqlx::query_scalar(
            "select last_commit from sync.resources where run_id = $1 and resource = $2 for update",
        )
        .bind(self.store.run_id)
        .bind(self.resource.name)
        .fetch_one(&mut **transaction)
        .await
        .map_err(|error| self.failed("looking for the last commit", error))?;
        Ok(made.filter(|made| made.number == number).map(|Json(made)| made.counts))
    }

    /// Marks rows that belong to a deleted row of the parent.
    async fn mark_orphans(&self, transaction: &mut PgTransaction<'_>) -> Result<u64> {
        let Some(statement) = &self.statements.mark_orphans else { return Ok(0) };
        let done = sqlx::query(AssertSqlSafe(statement.as_str()))
            .bind(self.store.started_at)
            .execute(&mut **transaction)
            .await
            .map_err(|error| self.failed("marking the rows of deleted parents", error))?;
        Ok(done.rows_affected())
    }

    fn failed(&self, doing: &str, error: sqlx::Error) -> Error {
        Error::storage(doing, error).at("table", &self.statements.table)
    }

    /// Fails if a newer run of the connection began: then this one has no right to write any more.
    async fn check_fence(&self, transaction: &mut PgTransaction<'_>) -> Result<()> {
        let newest: Option<i64> = sqlx::query_scalar(
            "select run_id from sync.connections where connection = $1 for share",
        )
        .bind(&self.store.schema)
        .fetch_optional(&mut **transaction)
        .await
        .map_err(|error| self.failed("checking for a newer run", error))?;
        if newest == Some(self.store.run_id) {
            return Ok(());
        }
        let what = format!(
            "a newer run of `{}` began, so run {} may not write any more",
            self.store.schema, self.store.run_id
        );
        Err(Error::new(ErrorKind::Stopped, what)
            .next("nothing is to do: the newer run brings everything"))
    }

    async fn stage(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        repeats: bool,
    ) -> Result<()> {
        if batch.staged == 0 && batch.ended.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql(AssertSqlSafe(self.statements.stage.as_str()))
            .execute(&mut **transaction)
            .await
            .map_err(|error| self.failed("making the stage", error))?;
        if batch.staged == 0 {
            return Ok(());
        }
        copy(transaction, &self.statements.copy, &batch.tuples)
            .await
            .map_err(|error| self.failed("copying rows", error))?;
        if repeats {
            sqlx::query(AssertSqlSafe(self.statements.deduplicate.as_str()))
                .execute(&mut **transaction)
                .await
                .map_err(|error| self.failed("choosing the newest rows", error))?;
        }
        Ok(())
    }

    async fn merge(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        if batch.staged == 0 {
            return Ok(());
        }
        let distinct = batch.keys.len() as u64;
        // By index: what a batch costs must not grow with the table that it comes into.
        sqlx::raw_sql("set local enable_hashjoin = off; set local enable_mergejoin = off")
            .execute(&mut **transaction)
            .await
            .map_err(|error| self.failed("preparing the merge", error))?;
        if self.is_fresh(transaction).await? && self.insert(transaction).await? {
            counts.inserted = distinct;
            return Ok(());
        }
        let (inserted, updated): (i64, i64) =
            sqlx::query_as(AssertSqlSafe(self.statements.merge.as_str()))
                .bind(self.store.run_id)
                .bind(self.store.started_at)
                .fetch_one(&mut **transaction)
                .await
                .map_err(|error| self.failed("merging rows", error))?;
        counts.inserted = inserted.unsigned_abs();
        counts.updated = updated.unsigned_abs();
        counts.unchanged = distinct.saturating_sub(counts.inserted + counts.updated);
        Ok(())
    }

    /// Whether all rows of the table came in this run.
    async fn is_fresh(&self, transaction: &mut PgTransaction<'_>) -> Result<bool> {
        if self.origin.load(Relaxed) == UNKNOWN {
            let empty: bool = sqlx::query_scalar(AssertSqlSafe(self.statements.is_empty.as_str()))
                .fetch_one(&mut **transaction)
                .await
                .map_err(|error| self.failed("looking for rows", error))?;
            self.origin.store(if empty { FRESH } else { OLDER }, Relaxed);
        }
        Ok(self.origin.load(Relaxed) == FRESH)
    }

    /// Inserts rows whose keys should all be new, without looking; false if one was not.
    async fn insert(&self, transaction: &mut PgTransaction<'_>) -> Result<bool> {
        let failed = |error| self.failed("inserting rows", error);
        sqlx::raw_sql("savepoint before_rows").execute(&mut **transaction).await.map_err(failed)?;
        let done = sqlx::query(AssertSqlSafe(self.statements.insert.as_str()))
            .bind(self.store.run_id)
            .bind(self.store.started_at)
            .execute(&mut **transaction)
            .await;
        let repeated = |error: &sqlx::Error| {
            error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
        };
        match done {
            Ok(_) => Ok(true),
            Err(error) if repeated(&error) => {
                self.origin.store(OLDER, Relaxed);
                sqlx::raw_sql("rollback to savepoint before_rows")
                    .execute(&mut **transaction)
                    .await
                    .map_err(failed)?;
                Ok(false)
            }
            Err(error) => Err(failed(error)),
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

    /// Marks the rows that complete walks did not see.
    async fn mark_deleted(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        counts: &mut Counts,
    ) -> Result<()> {
        let failed = |error| self.failed("marking deleted rows", error);
        let mut walks: Vec<&EndedWalk> = batch.ended.iter().filter(|walk| walk.deletes).collect();
        if walks.is_empty() {
            return Ok(());
        }
        sqlx::raw_sql("set local enable_hashjoin = on; savepoint before_deletes")
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        let mut live = self.live(transaction, &walks).await.map_err(failed)?;
        let mut gone = 0;
        // To look for the rows that were not seen costs more than to count those that were.
        if self.origin.load(Relaxed) != FRESH
            && self.seen(transaction, &walks).await.map_err(failed)? != live.values().sum::<u64>()
        {
            gone = self.mark(transaction, &walks).await.map_err(failed)?;
            live = self.live(transaction, &walks).await.map_err(failed)?;
        }
        let of = |walk: &EndedWalk| live.get(&walk.partition.values.concat()).copied().unwrap_or(0);
        counts.distinct = live.values().sum();
        let fused = self.store.fuse.is_exceeded(gone, gone + counts.distinct);
        for walk in &walks {
            let (rows, expect) = (of(walk), walk.expect.unwrap_or(0));
            if rows < expect {
                counts.short.push(format!("only {rows} different rows came of {expect}"));
                counts.short_ids.push(walk.partition.id());
            }
        }
        if !fused && counts.short.is_empty() {
            counts.deleted = gone;
            return Ok(());
        }
        sqlx::raw_sql("rollback to savepoint before_deletes")
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        if fused {
            counts.fused = gone;
        } else {
            walks.retain(|walk| !counts.short_ids.contains(&walk.partition.id()));
            counts.deleted = self.mark(transaction, &walks).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Marks what none of these walks has seen, and returns how many rows that are.
    async fn mark(
        &self,
        transaction: &mut PgTransaction<'_>,
        walks: &[&EndedWalk],
    ) -> sqlx::Result<u64> {
        // A resource without partitions has all of its rows in whatever walk there is.
        if walks.is_empty() {
            return Ok(0);
        }
        let ids: Vec<String> = walks.iter().map(|walk| walk.partition.id()).collect();
        sqlx::query(AssertSqlSafe(self.statements.mark_deleted.as_str()))
            .bind(self.store.started_at)
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(&ids)
            .bind(values(walks))
            .execute(&mut **transaction)
            .await
            .map(|done| done.rows_affected())
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

    /// Records positions, cursors, counters, and what was set aside.
    async fn record(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        made: &MadeCommit,
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
                "insert into sync.drift (connection, resource, field, kind, json_type, first_run_id, first_seen_at, shape) \
                 select $1, $2, field, kind, json_type, $3, $4, shape \
                 from unnest($5::text[], $6::text[], $7::text[], $8::text[]) as d (field, kind, json_type, shape) \
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
            .execute(&mut **transaction)
            .await
            .map_err(failed)?;
        }
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        sqlx::query(
            "update sync.resources set rows_read = rows_read + $3, inserted = inserted + $4, updated = updated + $5, \
             unchanged = unchanged + $6, deleted = deleted + $7, quarantined = quarantined + $8, updated_at = $9, last_commit = $10 \
             where run_id = $1 and resource = $2",
        )
        .bind(run_id)
        .bind(self.resource.name)
        .bind(count(batch.rows))
        .bind(count(counts.inserted))
        .bind(count(counts.updated))
        .bind(count(counts.unchanged))
        .bind(count(counts.deleted))
        .bind(count(counts.quarantined))
        .bind(self.store.now())
        .bind(Json(made))
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
        let (mut cursors, mut tails) = (vec![None; ids.len()], vec![None; ids.len()]);
        let mut whole = vec![false; ids.len()];
        for walk in &batch.ended {
            let id = walk.partition.id();
            // A listing that is not whole does not say how far the data reaches.
            let proved = !counts.short_ids.contains(&id);
            let cursor = walk.cursor.filter(|_| proved).and_then(time);
            cursors.push(cursor.map(|reached| reached.min(*started_at)));
            tails.push(walk.tail.filter(|_| proved).map(u64::cast_signed));
            whole.push(walk.deletes && proved);
            places.push(None);
            ids.push(id);
        }
        if ids.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "insert into sync.state (connection, resource, partition, run_id, position, cursor_reached, tail, whole_run_id, updated_at) \
             select $1, $2, partition, $3, position, cursor_reached, tail, case when whole then $3 end, $4 \
             from unnest($5::text[], $6::jsonb[], $7::timestamptz[], $8::bigint[], $9::boolean[]) as w (partition, position, cursor_reached, tail, whole) \
             on conflict (connection, resource, partition) do update set \
             run_id = excluded.run_id, position = excluded.position, updated_at = excluded.updated_at, tail = excluded.tail, \
             whole_run_id = coalesce(excluded.whole_run_id, state.whole_run_id), \
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
        .execute(&mut **transaction)
        .await?;
        let ended = &ids[batch.positions.len()..];
        if !ended.is_empty() {
            sqlx::query("delete from sync.seen where connection = $1 and resource = $2 and partition = any($3)")
                .bind(schema)
                .bind(self.resource.name)
                .bind(ended)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    /// Keeps the rows that have no place, and takes away those that whole listings no longer hold.
    async fn record_rejected(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
    ) -> sqlx::Result<()> {
        let Store { schema, run_id, started_at, .. } = self.store;
        if !batch.rejected.is_empty() {
            let mut partitions = Vec::new();
            let mut pages = Vec::new();
            let mut reasons = Vec::new();
            let mut raws = Vec::new();
            for (partition, page, row) in &batch.rejected {
                partitions.push(partition.id());
                pages.push(i64::try_from(*page).unwrap_or(i64::MAX));
                reasons.push(row.reason.as_str());
                raws.push(row.raw.replace('\0', "\\u0000"));
            }
            sqlx::query(
                "insert into sync.quarantine (connection, resource, partition, run_id, page, reason, raw, seen_at) \
                 select distinct on (partition, hashtextextended(raw, 0)) $1, $2, partition, $3, page, reason, raw, $4 \
                 from unnest($5::text[], $6::bigint[], $7::text[], $8::text[]) as q (partition, page, reason, raw) \
                 where (select count(*) from sync.quarantine where connection = $1 and resource = $2) < $9 \
                 on conflict (connection, resource, partition, raw_hash) do update set \
                 run_id = excluded.run_id, page = excluded.page, reason = excluded.reason, seen_at = excluded.seen_at",
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
        let (mut whole, mut since) = (Vec::new(), Vec::new());
        for walk in batch.ended.iter().filter(|walk| walk.whole) {
            whole.push(walk.partition.id());
            since.push(walk.first_run);
        }
        if whole.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "delete from sync.quarantine q using unnest($3::text[], $4::bigint[]) as w (partition, since) \
             where q.connection = $1 and q.resource = $2 and q.partition = w.partition and q.run_id < w.since",
        )
        .bind(schema)
        .bind(self.resource.name)
        .bind(&whole)
        .bind(&since)
        .execute(&mut **transaction)
        .await
        .map(drop)
    }
}

/// The values of the partitions' columns.
fn values(walks: &[&EndedWalk]) -> Vec<String> {
    walks.iter().flat_map(|walk| walk.partition.values.iter().cloned()).collect()
}

/// Sends tuples to `copy` in its binary form.
async fn copy(connection: &mut PgConnection, statement: &str, tuples: &[u8]) -> sqlx::Result<()> {
    const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(HEADER).await?;
    for chunk in tuples.chunks(COPY_CHUNK) {
        copy.send(chunk).await?;
    }
    copy.send(&TRAILER[..]).await?;
    copy.finish().await.map(drop)
}

/// The time of Postgres's microseconds.
fn time(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros.checked_add(946_684_800_000_000)?)
}
