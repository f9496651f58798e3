//! Pages into batches, and batches into commits.

use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Fuse, FusedFuture as _};
use tokio::sync::mpsc;
use tracing::{Instrument as _, debug};

use super::event::Event;
use super::spans::{self, note_error};
use crate::ask::{Cost, millis, signed};
use crate::budget::Load;
use crate::error::Result;
use crate::store::{Batch, Before, Table, Turn};
use crate::verdict::{Came, Counts, EndedWalk, Tally, is_over};
use crate::walk::Partition;

/// The first batch is small so that Postgres starts early; each next one is twice as large.
const FIRST_BATCH_BYTES: usize = 512 << 10;
/// The age at which a batch is committed, however small it is.
const BATCH_AGE: Duration = Duration::from_secs(30);

/// Gathers pages into a batch while the one before it is committed.
pub(super) async fn load(
    table: &Table<'_>,
    mut events: mpsc::Receiver<Event>,
    (batch_rows, load): (u64, Load),
    spent: impl Fn() -> Cost,
    tally: &mut Tally,
) -> Result<()> {
    let mut commits = Commits {
        table,
        begun: table.commits(),
        first: table.commits(),
        running: Fuse::terminated(),
        next: None,
        spare: Batch::default(),
    };
    let mut batch = Batch::default();
    let mut oldest: Option<Instant> = None;
    loop {
        let age = oldest.map_or(BATCH_AGE, |oldest| BATCH_AGE.saturating_sub(oldest.elapsed()));
        // A window comes with its end, because only before its rows are in the table can one see
        // whether it reaches those that are.
        let is_held = table.has_windows() && batch.is_amid_a_walk();
        let is_full = !is_held
            && (batch.bytes() >= commits.batch_bytes(load.batch())
                || batch.is_large()
                || batch.items() >= batch_rows.max(1));
        let is_due = !is_held && (is_full || age.is_zero());
        if is_due && (commits.is_idle() || is_full && commits.can_prepare()) {
            tally.cost = spent();
            commits.begin(&mut batch, tally);
            oldest = None;
            continue;
        }
        let event = tokio::select! {
            done = commits.done(), if !commits.is_idle() => {
                commits.add(tally, done?);
                continue;
            }
            event = events.recv(), if !is_full => event,
            () = tokio::time::sleep(age), if !is_held && commits.is_idle() => continue,
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
                tally.cost = spent();
                commits.finish(&mut batch, tally).await?;
                table.forget_walk(&partition, in_this_run).await?;
                oldest = None;
            }
            Some(Event::Known) => tally.know(),
            Some(Event::End { partition, pages, passes, end }) => {
                // A window that broke off may not reach what is known, with the rows that came of it.
                let came = table.has_windows().then(|| batch.unfinished_rows(&partition)).flatten();
                let broken = came.map(|_| EndedWalk::given_up(Partition::clone(&partition)));
                let over = is_over(end.as_ref().err());
                let walk = tally.end(Partition::clone(&partition), pages, passes, end);
                if let Some(mut walk) = walk.or(broken) {
                    walk.window = walk.window.or(came.map(|rows| (rows, 0)));
                    walk.over = over;
                    batch.end(walk);
                } else if over {
                    batch.fail(&partition);
                }
            }
            None => break,
        }
    }
    tally.cost = spent();
    commits.finish(&mut batch, tally).await
}

/// A commit that is on its way.
type Running<'a> = Fuse<BoxFuture<'a, Result<(Batch, Counts)>>>;

/// The commits of a resource, one after the other.
struct Commits<'a> {
    table: &'a Table<'a>,
    /// How many were begun, and how many were made before.
    begun: u64,
    first: u64,
    /// The one that is made.
    running: Running<'a>,
    /// The one that is prepared meanwhile, what it is told when it is its turn, and what came of
    /// the part before it, but for the one that is made.
    next: Option<(Running<'a>, Before, Tally)>,
    /// An empty batch, to be filled next.
    spare: Batch,
}

impl<'a> Commits<'a> {
    /// The size at which the next batch is committed.
    fn batch_bytes(&self, most: usize) -> usize {
        most.min(FIRST_BATCH_BYTES << (self.begun - self.first).min(8))
    }

    /// Whether none is on its way.
    fn is_idle(&self) -> bool {
        self.running.is_terminated()
    }

    /// Whether one more may be begun while one is made.
    fn can_prepare(&self) -> bool {
        self.next.is_none() && self.table.prepares()
    }

    /// Begins to commit what was gathered, with what it came to, or to prepare that while another
    /// one is made.
    fn begin(&mut self, batch: &mut Batch, tally: &Tally) {
        if batch.is_empty() {
            return;
        }
        self.begun += 1;
        let batch = std::mem::replace(batch, std::mem::take(&mut self.spare));
        if self.is_idle() {
            self.running = self.commit(batch, Turn::now(tally.clone()));
        } else {
            let (before, turn) = Turn::after();
            self.next = Some((self.commit(batch, turn), before, tally.clone()));
        }
    }

    fn commit(&self, mut batch: Batch, mut turn: Turn) -> Running<'a> {
        let (table, number) = (self.table, self.begun);
        let span = spans::of_commit(number, batch.rows, batch.bytes());
        let noted = span.clone();
        let commit = async move {
            let committed = table.commit(&mut batch, number, &mut turn).await;
            match &committed {
                Ok(Counts { inserted, updated, unchanged, quarantined, .. }) => {
                    noted.record("inserted", signed(*inserted));
                    noted.record("updated", signed(*updated));
                    noted.record("unchanged", signed(*unchanged));
                    noted.record("quarantined", signed(*quarantined));
                    let elapsed_ms = millis(turn.elapsed());
                    debug!(
                        number,
                        rows = batch.rows,
                        inserted,
                        updated,
                        unchanged,
                        elapsed_ms,
                        "committed"
                    );
                }
                Err(error) => note_error(&noted, error),
            }
            Ok((batch, committed?))
        };
        commit.instrument(span).boxed().fuse()
    }

    /// Waits for the one that is made.
    async fn done(&mut self) -> Result<(Batch, Counts)> {
        match &mut self.next {
            // The next one waits for its turn, and is never done before.
            Some((next, ..)) => tokio::select! {
                done = &mut self.running => done,
                done = next => done,
            },
            None => (&mut self.running).await,
        }
    }

    /// Adds what a commit did, and lets the next one be made.
    fn add(&mut self, tally: &mut Tally, (batch, counts): (Batch, Counts)) {
        let came = Came {
            rows: batch.rows,
            left_out: batch.left_out,
            drift: batch.drift(),
            set_aside: batch.reasons().collect(),
        };
        if let Some((next, before, mut known)) = self.next.take() {
            known.add(&came, counts.clone());
            before.made(known);
            self.running = next;
        }
        tally.add(&came, counts);
        self.spare = batch.emptied();
    }

    /// Commits everything that was gathered.
    async fn finish(&mut self, batch: &mut Batch, tally: &mut Tally) -> Result<()> {
        self.wait(tally).await?;
        self.begin(batch, tally);
        self.wait(tally).await
    }

    async fn wait(&mut self, tally: &mut Tally) -> Result<()> {
        while !self.is_idle() {
            let done = self.done().await?;
            self.add(tally, done);
        }
        Ok(())
    }
}
