//! Pages into batches, batches into commits, and the sum of it all.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Fuse, FusedFuture as _};
use tokio::sync::mpsc;

use super::walker::{Event, WalkEnd};
use super::{Tolerated, missing};
use crate::budget::Load;
use crate::decode::{Drift, DriftSeen};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Traffic;
use crate::partition::Partition;
use crate::report::{Changes, DriftReport, Evidence, ResourceReport};
use crate::resource::{KeyFallback, Resource};
use crate::store::{Batch, Counts, EndedWalk, Table, Verdict};
use crate::words::count;

/// The size at which the first batch is committed, so that the database has soon something to do; each is twice the one before it.
const FIRST_BATCH_BYTES: usize = 512 << 10;
/// The age at which a batch is committed, however small it is.
const BATCH_AGE: Duration = Duration::from_secs(30);
/// The most problems that a report lists for one resource.
const MAX_PROBLEMS: usize = 10;

/// Gathers pages into a batch while the one before it is committed.
pub(super) async fn load(
    table: &Table<'_>,
    mut events: mpsc::Receiver<Event>,
    (batch_rows, load): (u64, Load),
    by_parent: bool,
    tally: &mut Tally,
) -> Result<()> {
    let mut commits = Commits { table, running: Fuse::terminated(), spare: Batch::default() };
    let mut batch = Batch::default();
    let mut oldest: Option<Instant> = None;
    loop {
        let age = oldest.map_or(BATCH_AGE, |oldest| BATCH_AGE.saturating_sub(oldest.elapsed()));
        // A window comes with its end, because only before its rows are in the table can one see
        // whether it reaches those that are.
        let is_held = table.has_windows() && batch.is_amid_a_walk();
        let is_full = !is_held
            && (batch.bytes() >= tally.batch_bytes(load.batch())
                || batch.is_large()
                || batch.items() >= batch_rows.max(1));
        let is_due = !is_held && (is_full || age.is_zero());
        if is_due && commits.running.is_terminated() {
            commits.begin(&mut batch, tally);
            oldest = None;
            continue;
        }
        let event = tokio::select! {
            done = &mut commits.running => {
                commits.spare = tally.add(done?);
                continue;
            }
            event = events.recv(), if !is_full => event,
            () = tokio::time::sleep(age), if !is_held && commits.running.is_terminated() => continue,
        };
        match event {
            Some(Event::Page { partition, page, number, bookmark, room, large }) => {
                oldest.get_or_insert_with(Instant::now);
                batch.hold(large);
                batch.add(&partition, *page, number, bookmark);
                drop(room);
            }
            Some(Event::Again { partition, in_this_run }) => {
                // What the pass has seen is committed, and then forgotten: the next one sees for itself.
                commits.finish(&mut batch, tally).await?;
                table.forget_walk(&partition, in_this_run).await?;
                oldest = None;
            }
            Some(Event::Known) => tally.evidence.known += 1,
            Some(Event::End { partition, pages, passes, end }) => {
                // A window that broke off may not reach what is known, with the rows that came of it.
                let came = table.has_windows().then(|| batch.unfinished_rows(&partition)).flatten();
                let broken = came.map(|_| EndedWalk::given_up(Partition::clone(&partition)));
                let walk = tally.end(Arc::unwrap_or_clone(partition), pages, passes, end);
                if let Some(mut walk) = walk.or(broken) {
                    walk.window = walk.window.or(came.map(|rows| (rows, 0)));
                    batch.end(walk);
                }
            }
            None => break,
        }
    }
    batch.is_last = by_parent && table.has_orphans();
    commits.finish(&mut batch, tally).await
}

/// The commits of a resource, one after the other.
struct Commits<'a> {
    table: &'a Table<'a>,
    /// The one that is on its way.
    running: Fuse<BoxFuture<'a, Result<(Batch, Counts)>>>,
    /// An empty batch, to be filled next.
    spare: Batch,
}

impl Commits<'_> {
    /// Begins to commit what was gathered; none may be on its way.
    fn begin(&mut self, batch: &mut Batch, tally: &mut Tally) {
        if batch.is_empty() {
            return;
        }
        tally.commits += 1;
        let (table, number) = (self.table, tally.commits);
        let mut batch = std::mem::replace(batch, std::mem::take(&mut self.spare));
        let commit = async move {
            let counts = table.commit(&mut batch, number).await?;
            Ok((batch, counts))
        };
        self.running = commit.boxed().fuse();
    }

    /// Commits everything that was gathered.
    async fn finish(&mut self, batch: &mut Batch, tally: &mut Tally) -> Result<()> {
        self.wait(tally).await?;
        self.begin(batch, tally);
        self.wait(tally).await
    }

    async fn wait(&mut self, tally: &mut Tally) -> Result<()> {
        if self.running.is_terminated() {
            return Ok(());
        }
        self.spare = tally.add((&mut self.running).await?);
        Ok(())
    }
}

/// What a resource's walks and commits came to.
#[derive(Default)]
pub(super) struct Tally {
    commits: u64,
    rows: u64,
    pub(super) counts: Counts,
    evidence: Evidence,
    more_problems: u64,
    /// What to do about the problems.
    advice: Option<&'static str>,
    drift: BTreeMap<Drift, DriftSeen>,
    /// What changes, where it is a rehearsal, and how many rows of that are shown.
    changes: Option<Changes>,
    sample: usize,
    /// Rows that were set aside before this run, of listings that it went on with.
    carried: u64,
    /// Rows that are no longer listed, and too many to be marked deleted.
    fused: u64,
    /// Rows that did not come, of listings in which rows move.
    strays: u64,
    /// Windows behind which rows may be missing.
    gaps: u64,
    /// Rows that were written and are not in the table.
    swallowed: u64,
    /// Why the first of the vanished listings is not there.
    vanished: Option<Error>,
    pub(super) error: Option<Error>,
}

impl Tally {
    /// Nothing yet, of a run that shows so many rows if it is a rehearsal, and of a resource
    /// whose parent's rows it has listed or not.
    pub(super) fn new(sample: Option<i64>, parents_listed: bool) -> Self {
        Self {
            evidence: Evidence { parents_listed, ..Evidence::default() },
            changes: sample.map(|_| Changes::default()),
            sample: sample.and_then(|rows| usize::try_from(rows).ok()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The size at which the next batch is committed.
    fn batch_bytes(&self, most: usize) -> usize {
        most.min(FIRST_BATCH_BYTES << self.commits.min(8))
    }

    /// Adds what a commit did, and returns its batch, emptied.
    fn add(&mut self, (batch, counts): (Batch, Counts)) -> Batch {
        self.rows += batch.rows;
        self.counts.inserted += counts.inserted;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
        self.counts.deleted += counts.deleted;
        self.counts.quarantined += counts.quarantined;
        self.evidence.repeats += counts.repeats;
        self.evidence.left_out += batch.left_out;
        self.evidence.distinct += counts.distinct;
        if let Some(changes) = &mut self.changes {
            changes.add(counts.changes, self.sample);
        }
        self.fused += counts.fused;
        self.swallowed += counts.swallowed;
        self.evidence.vanished_again += counts.missing_again;
        self.evidence.went_back += counts.went_back;
        self.evidence.collisions += counts.collisions;
        self.strays += counts.strays;
        for gap in counts.gaps {
            self.gaps += 1;
            self.problem(gap);
        }
        for short in counts.short {
            self.problem(short);
            self.advice.get_or_insert(
                "run again; if it stays so, the vendor repeats rows, or its total counts others",
            );
        }
        DriftSeen::add_all(&mut self.drift, batch.drift());
        batch.emptied()
    }

    /// Takes note of a walk's end, and returns what has to be committed of it.
    fn end(
        &mut self,
        partition: Partition,
        pages: u64,
        passes: u32,
        end: Result<WalkEnd>,
    ) -> Option<EndedWalk> {
        self.evidence.partitions += 1;
        self.evidence.pages += pages;
        self.evidence.passes = self.evidence.passes.max(passes);
        let error = match end {
            Ok(end) => {
                *self.evidence.endings.entry(end.ending.name()).or_default() += 1;
                self.evidence.total_moved |= end.total_moved;
                self.evidence.resumed += end.resumed;
                self.carried += end.rejected_before;
                if let Some(total) = end.total {
                    self.evidence.total = Some(self.evidence.total.unwrap_or(0) + total);
                }
                // A row that was set aside has to be asked for again.
                let good = end.rejected == 0;
                let compares = end.whole && good && !end.backfill;
                return Some(EndedWalk {
                    partition,
                    first_run: end.first_run,
                    whole: end.whole,
                    deletes: compares && end.absence_proves,
                    compares: compares && !end.absence_proves,
                    window: end.window,
                    backfill: end.backfill,
                    expect: end.expect.filter(|_| good),
                    cursor: end.cursor.filter(|_| good && !end.backfill),
                    tail: end.tail.filter(|_| good),
                    missing: false,
                });
            }
            Err(error) => error,
        };
        let kind = error.kind();
        // The parent's row may be gone too; a listing that was there a page ago is another matter.
        if kind == ErrorKind::NotFound && partition.is_of_a_parent() && pages == 0 {
            self.evidence.vanished += 1;
            self.vanished.get_or_insert(error);
            return self.evidence.parents_listed.then(|| EndedWalk::missing(partition));
        }
        self.fail(error);
        // A walk that is stuck would be stuck there again.
        (kind == ErrorKind::Contract).then(|| EndedWalk::given_up(partition))
    }

    /// Whether anything disagreed with the model.
    pub(super) fn has_drift(&self) -> bool {
        !self.drift.is_empty()
    }

    /// Takes note of what an earlier run said of fields.
    pub(super) fn know_drift(&mut self, known: &[(String, String, String)]) {
        for ((field, kind, json_type), seen) in &mut self.drift {
            seen.known = known.iter().any(|(of, by, with)| {
                (of.as_str(), by.as_str(), with.as_str()) == (&**field, kind.name(), &**json_type)
            });
        }
    }

    pub(super) fn problem(&mut self, problem: String) {
        if self.evidence.problems.len() < MAX_PROBLEMS {
            self.evidence.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// Keeps the error that says most: the first, unless a later one stops everything.
    pub(super) fn fail(&mut self, error: Error) {
        let stops = |error: &Error| {
            matches!(
                error.kind(),
                ErrorKind::Settings
                    | ErrorKind::Auth
                    | ErrorKind::Busy
                    | ErrorKind::Unreachable
                    | ErrorKind::Storage
            )
        };
        match &self.error {
            // What was not tried any more is a consequence, and no news.
            Some(_) if error.kind() == ErrorKind::Stopped => {}
            Some(first) if first.kind() == ErrorKind::Stopped => self.error = Some(error),
            Some(first) if stops(first) || !stops(&error) => self.problem(error.to_string()),
            _ => {
                if let Some(first) = self.error.replace(error) {
                    self.problem(first.to_string());
                }
            }
        }
    }

    pub(super) fn report(
        mut self,
        resource: &'static Resource,
        traffic: &Traffic,
        elapsed_ms: u64,
        tolerated: Tolerated,
    ) -> ResourceReport {
        if self.swallowed > 0 {
            let rows = count(self.swallowed, "row", "rows");
            self.problem(format!("{rows} of those that were written are not in the table"));
            self.advice.get_or_insert(
                "a trigger of the table takes rows away (`return null`): let it return the row, or take the trigger away",
            );
        }
        if self.fused > 0 {
            self.problem(format!(
                "{} rows are no longer listed, too many at once to be marked deleted",
                self.fused
            ));
            self.advice.get_or_insert("if they are gone indeed, run once with --allow-deletes");
        }
        if self.gaps > 0 {
            self.advice.get_or_insert(match resource.filter {
                Some(_) => "they are out of reach now: raise the limit in the preset's `paging`, sync more often, or ask for the time with --since and --until",
                None => "they are out of reach now: raise the limit in the preset's `paging`, or sync more often",
            });
        }
        if self.strays > 0 {
            self.problem(format!(
                "rows that are known and did not come: {}; they stay, because the places of rows move where some are left out",
                self.strays
            ));
            self.advice.get_or_insert(
                "if they are from a run with other parameters, or gone indeed, empty the table and run again",
            );
        }
        let quarantined = self.counts.quarantined + self.carried;
        if tolerated.quarantine.is_exceeded(quarantined, self.rows) {
            self.problem(format!(
                "rows without a place in the table, kept in sync.quarantine: {quarantined}"
            ));
            self.advice.get_or_insert(
                "look at `reason` and `raw` there; they are taken away when a whole listing comes without them",
            );
        }
        if self.evidence.collisions > 0 {
            self.problem(collided(resource, self.evidence.collisions));
            self.advice.get_or_insert(
                "name columns that tell them apart as `key_fallback` in a preset: the vendor sends no key",
            );
        }
        if let Some((problem, advice)) = missing::problem(&self.evidence, tolerated.missing) {
            self.problem(problem);
            self.advice.get_or_insert(advice);
        }
        // One parent may be deleted at any time, and all of them hardly at once.
        if self.evidence.vanished > 0
            && self.evidence.vanished == self.evidence.partitions
            && self.evidence.known == 0
            && let Some(error) = self.vanished.take()
        {
            self.fail(error);
        }
        if self.more_problems > 0 {
            self.evidence.problems.push(format!("and {} more", self.more_problems));
        }
        let untried = traffic.requests.load(Relaxed) == 0;
        let verdict = match &self.error {
            // Another resource met what keeps this one from being tried.
            Some(error) if error.kind() == ErrorKind::Stopped && untried => Verdict::Skipped,
            Some(_) if self.rows > 0 => Verdict::Incomplete,
            Some(_) => Verdict::Failed,
            None if !self.evidence.problems.is_empty() => Verdict::Incomplete,
            None => Verdict::Complete,
        };
        let drift = self.drift.into_iter().map(|((field, kind, json_type), seen)| DriftReport {
            adopt: seen.adoption(&field, kind),
            field,
            kind: kind.name(),
            json_type,
            shape: seen.shape,
            rows: seen.rows,
            known: seen.known,
        });
        ResourceReport {
            resource: resource.name,
            table: resource.table,
            verdict,
            rows: self.rows,
            inserted: self.counts.inserted,
            updated: self.counts.updated,
            unchanged: self.counts.unchanged,
            deleted: self.counts.deleted,
            quarantined: self.counts.quarantined,
            requests: traffic.requests.load(Relaxed),
            retries: traffic.retries.load(Relaxed),
            bytes: traffic.bytes.load(Relaxed),
            waited_ms: traffic.waited_ms.load(Relaxed),
            elapsed_ms,
            evidence: self.evidence,
            drift: drift.collect(),
            error: self.error.as_ref().map(Error::to_string),
            next: match &self.error {
                Some(error) => error.advice().map(str::to_owned),
                None => self.advice.map(str::to_owned),
            },
            changes: self.changes,
        }
    }
}

/// Rows that have one key and differ, in words.
fn collided(resource: &Resource, rows: u64) -> String {
    let made = match resource.key_fallback {
        KeyFallback::Columns(columns) => format!("made from {}", columns.join(", ")),
        KeyFallback::None | KeyFallback::Singleton => "the same for all".to_owned(),
    };
    let rows = count(rows, "row differs from another", "rows differ from others");
    format!("{rows} with the same key, which is {made}; only the newest is in the table")
}
