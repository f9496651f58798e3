//! One table of one run.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::PgTransaction;

use super::Store;
use super::history::History;
use super::part::Shard;
use super::sql::{Beside, Statements};
use crate::error::{Error, ErrorKind, Result};
use crate::verdict::Tolerance;
use crate::walk::RequestHash;
use connector_spec::{Paging, Resource};

/// One table, and how batches come into it.
pub(crate) struct Table<'a> {
    pub(super) store: &'a Store,
    pub(super) resource: &'static Resource,
    pub(super) statements: Arc<Statements>,
    /// Tells the listings from those that the table may have held before.
    pub(super) request: RequestHash,
    /// The part of it that this worker reads.
    pub(super) shard: Shard,
    /// Where the table's rows are from.
    origin: AtomicU8,
    /// How many rows may be marked deleted at once.
    pub(super) fuse: Tolerance,
    /// The history beside it, if it has one.
    pub(super) history: Option<History>,
    /// Whether a key came again in another batch, so that each row has to be looked up.
    pub(super) repeats: AtomicBool,
    /// The rows that the server refused in this run's walks, by listing.
    refused: Mutex<HashMap<String, u64>>,
    /// Whether rows that were written are not there.
    pub(super) swallowed: AtomicBool,
    /// The rows that this run's commits have inserted.
    pub(super) inserted: AtomicU64,
    /// The listings of this run with rows that differ and have one key, as hashes of their names.
    collided: Mutex<BTreeSet<u64>>,
}

/// Where the rows of a table are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Origin {
    /// This run inserted every row, in its first pass, so `sync.seen` need not know their keys.
    ThisRun,
    /// Some are from before.
    Before,
}

impl<'a> Table<'a> {
    /// The table of a resource, with the statements that are its own, for listings that are
    /// asked for in that way, and a limit for rows that are marked deleted at once.
    pub(crate) fn new(
        store: &'a Store,
        resource: &'static Resource,
        statements: Arc<Statements>,
        request: RequestHash,
        fuse: Tolerance,
    ) -> Self {
        Self {
            store,
            resource,
            statements,
            request,
            shard: Shard::default(),
            origin: AtomicU8::new(Origin::Before as u8),
            fuse,
            history: store.histories.get(resource.name).copied(),
            repeats: AtomicBool::new(false),
            refused: Mutex::default(),
            swallowed: AtomicBool::new(false),
            inserted: AtomicU64::new(0),
            collided: Mutex::default(),
        }
    }

    /// The same table for whoever reads a part of it.
    pub(crate) fn reading(self, shard: Shard, swallowed: bool) -> Self {
        let origin = if shard.is_first_to_write() { Origin::ThisRun } else { Origin::Before };
        self.set_origin(origin);
        self.swallowed.store(swallowed, Relaxed);
        Self { shard, ..self }
    }

    /// What it is the table of, and the statements that are its own.
    pub(crate) fn of(&self) -> (&'static Resource, &Arc<Statements>) {
        (self.resource, &self.statements)
    }

    /// Where the table's rows are from.
    pub(super) fn origin(&self) -> Origin {
        match self.origin.load(Relaxed) {
            known if known == Origin::ThisRun as u8 => Origin::ThisRun,
            _ => Origin::Before,
        }
    }

    pub(super) fn set_origin(&self, origin: Origin) {
        self.origin.store(origin as u8, Relaxed);
    }

    /// The listings of this run with rows that differ and have one key, as hashes of their names.
    pub(super) fn collided(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.collided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rows that the server refused in this run's walks, by listing.
    pub(super) fn refused(&self) -> MutexGuard<'_, HashMap<String, u64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the newest commit of the part that is read.
    pub(crate) fn commits(&self) -> u64 {
        self.shard.commits
    }

    /// Whether its listings are windows onto the newest rows.
    pub(crate) fn has_windows(&self) -> bool {
        matches!(self.resource.paging, Paging::Window { .. })
    }

    /// Fails if the table is not as it was made, or somebody else's code would run in it.
    pub(crate) fn check(&self) -> Result<()> {
        let misfits = &self.store.misfits;
        misfits.check_table(self.resource.table)?;
        misfits.check_table(&Beside::of(self.resource.table).history)
    }

    pub(super) fn failed(&self, doing: &str, error: sqlx::Error) -> Error {
        Error::storage(doing, error).at("table", &self.statements.table)
    }

    /// Fails if a newer run of the connection began: then this one has no right to write any more.
    ///
    /// It also marks the transaction as one that writes, by which [`frozen`](super::frozen) finds it.
    pub(super) async fn check_fence(&self, transaction: &mut PgTransaction<'_>) -> Result<()> {
        let newest: Option<(i64, bool)> = sqlx::query_as(
            "select run_id, $2 and pg_try_advisory_xact_lock_shared(hashtextextended('vendor-connectors writes ' || $1, 0::bigint)) \
             from sync.connections where connection = $1 for share",
        )
        .bind(&self.store.schema)
        // A rehearsal is one transaction, which waits for the vendor again and again.
        .bind(self.store.sample.is_none())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(|error| self.failed("checking for a newer run", error))?;
        if newest.is_some_and(|(newest, _)| newest == self.store.run_id) {
            return Ok(());
        }
        let what = format!(
            "a newer run of `{}` began, so run {} may not write any more",
            self.store.schema, self.store.run_id
        );
        Err(Error::new(ErrorKind::Stopped, what)
            .next("nothing is to do: the newer run brings everything"))
    }
}
