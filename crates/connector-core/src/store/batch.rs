//! Rows on their way into a table, and what became of them.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashSet;

use super::order;
use crate::budget::Reservation;
use crate::pieces::{Pieces, Place};
use crate::read::{Drift, DriftSeen, Encoded, MAX_REJECTED, Rejected};
use crate::verdict::EndedWalk;
use crate::walk::{Bookmark, Partition};

/// Rows, and everything that has to be committed with them.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The tuples.
    pub(super) tuples: Pieces,
    /// Where they are in the order of their keys, if that is known already.
    sorted: Vec<Place>,
    pub(super) keys: HashSet<u64>,
    /// The number of rows that the vendor sent.
    pub(crate) rows: u64,
    /// The number of those that the run's bounds leave out.
    pub(crate) left_out: u64,
    pub(super) staged: u64,
    /// The number of rows whose key stands in for one that the vendor did not send.
    pub(super) made_keys: u64,
    /// Rows that have no place in the table, each with its page's number, as far as they are kept.
    pub(super) rejected: Vec<(Partition, u64, Rejected)>,
    /// The number of those that are not kept.
    pub(super) more_rejected: u64,
    pub(super) drift: BTreeMap<Drift, DriftSeen>,
    /// Where each unfinished walk is, by partition.
    pub(super) positions: BTreeMap<String, (Partition, Bookmark)>,
    /// The walks that came to their end with this batch.
    pub(super) ended: Vec<EndedWalk>,
    /// The listings that failed, and are not asked for again.
    pub(super) over: BTreeSet<String>,
    /// The memory that its large rows take.
    large: Vec<Arc<Reservation>>,
    /// Where the tuples come from: the listing, the page's number, and how many.
    pages: Vec<(Arc<Partition>, u64, usize)>,
    /// The number of rows that were taken out again, as the server refuses them, by listing.
    pub(super) refused: HashMap<String, u64>,
}

impl Batch {
    /// An empty batch that takes this one's memory over: the heap of a long run stays as it is.
    pub(crate) fn emptied(self) -> Self {
        let Self { mut tuples, mut keys, .. } = self;
        tuples.clear();
        keys.clear();
        Self { tuples, keys, ..Self::default() }
    }

    /// The memory that the batch holds.
    pub(crate) fn bytes(&self) -> usize {
        self.tuples.held() + self.rejected.iter().map(|(_, _, row)| row.raw.len()).sum::<usize>()
    }

    /// Holds the memory of large rows until they are committed.
    pub(crate) fn hold(&mut self, large: Option<Arc<Reservation>>) {
        self.large.extend(large);
    }

    /// Whether others may wait for the memory that it holds.
    pub(crate) fn is_large(&self) -> bool {
        !self.large.is_empty()
    }

    /// The number of rows and of ended walks, each of which takes memory.
    pub(crate) fn items(&self) -> u64 {
        self.rows + (self.ended.len() + self.over.len()) as u64
    }

    /// Whether there is nothing to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0 && self.ended.is_empty() && self.positions.is_empty() && self.over.is_empty()
    }

    /// Adds a page, after which its walk is at `bookmark`.
    pub(crate) fn add(
        &mut self,
        partition: &Arc<Partition>,
        page: Encoded,
        number: u64,
        bookmark: Bookmark,
    ) {
        self.pages.push((Arc::clone(partition), number, page.keys.len()));
        self.rows += page.keys.len() as u64 + page.rejects() + page.outside;
        self.left_out += page.outside;
        self.staged += page.keys.len() as u64;
        self.made_keys += page.made_keys;
        self.tuples.append(page.tuples);
        self.keys.extend(page.keys);
        let room = MAX_REJECTED.saturating_sub(self.rejected.len());
        self.more_rejected += page.more_rejected + page.rejected.len().saturating_sub(room) as u64;
        let kept = page.rejected.into_iter().take(room);
        self.rejected.extend(kept.map(|row| (Partition::clone(partition), number, row)));
        DriftSeen::add_all(&mut self.drift, &page.drift);
        self.positions.insert(partition.id(), (Partition::clone(partition), bookmark));
    }

    /// Why rows have no place in the table, each with its page, as far as they are kept.
    pub(crate) fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        self.rejected.iter().map(|(_, page, row)| (row.reason.as_str(), *page))
    }

    /// Whether there is a walk of which pages are here, and more is to come.
    pub(crate) fn is_amid_a_walk(&self) -> bool {
        !self.positions.is_empty()
    }

    /// The number of rows that came of a walk that is not at its end, or `None` if it is no such walk.
    pub(crate) fn unfinished_rows(&self, partition: &Partition) -> Option<u64> {
        self.positions.contains_key(&partition.id()).then(|| {
            let of_it = self.pages.iter().filter(|(of, ..)| **of == *partition);
            of_it.map(|(_, _, rows)| *rows as u64).sum()
        })
    }

    /// Whether one of its walks began before that run.
    pub(super) fn began_before(&self, run_id: i64) -> bool {
        let open = self.positions.values().map(|(_, bookmark)| bookmark.first_run);
        open.chain(self.ended.iter().map(|walk| walk.first_run)).any(|first| first < run_id)
    }

    /// Adds that a walk came to its end.
    pub(crate) fn end(&mut self, walk: EndedWalk) {
        self.positions.remove(&walk.partition.id());
        self.ended.push(walk);
    }

    /// Adds that a walk failed, and is left where it is.
    pub(crate) fn fail(&mut self, partition: &Partition) {
        self.over.insert(partition.id());
    }

    /// The tuples of some of its rows, as a batch of nothing else.
    pub(super) fn part(&self, places: Range<usize>) -> Self {
        let mut part = Self { staged: places.len() as u64, ..Self::default() };
        for tuple in self.tuples.items().skip(places.start).take(places.len()) {
            part.tuples.push(&tuple);
        }
        part
    }

    /// Puts the tuples in the order of their keys, for whoever sends them later.
    pub(super) fn sort(&mut self, key: &[usize]) {
        self.sorted = order::by_key(&self.tuples, key);
    }

    /// Where the tuples are, in the order of their keys.
    pub(super) fn sorted(&self, key: &[usize]) -> Cow<'_, [Place]> {
        if self.sorted.len() == self.tuples.count() {
            Cow::Borrowed(&self.sorted)
        } else {
            Cow::Owned(order::by_key(&self.tuples, key))
        }
    }

    /// The number of rows with different keys.
    pub(super) fn distinct(&self) -> u64 {
        // Which key is whose is not kept; rows that are refused hardly ever come twice.
        (self.keys.len() as u64).saturating_sub(self.refused.values().sum())
    }

    /// The number of rows whose key came before.
    pub(super) fn repeats(&self) -> u64 {
        self.staged.saturating_sub(self.distinct())
    }

    /// Takes rows out again for which there is a reason, by their places and tuples, and sets
    /// them aside as if they had had no place from the start.
    pub(super) fn set_aside(&mut self, mut why: impl FnMut(usize, &[u8]) -> Option<Rejected>) {
        let tuples = std::mem::take(&mut self.tuples);
        self.sorted.clear();
        let pages = std::mem::take(&mut self.pages);
        let mut items = tuples.items().enumerate();
        for (partition, number, rows) in pages {
            let mut kept = 0;
            for (place, tuple) in items.by_ref().take(rows) {
                let Some(row) = why(place, &tuple) else {
                    self.tuples.push(&tuple);
                    kept += 1;
                    continue;
                };
                self.staged -= 1;
                *self.refused.entry(partition.id()).or_default() += 1;
                self.miss(&partition.id(), 1);
                if self.rejected.len() < MAX_REJECTED {
                    self.rejected.push((Partition::clone(&partition), number, row));
                } else {
                    self.more_rejected += 1;
                }
            }
            self.pages.push((partition, number, kept));
        }
    }

    /// Takes note that so many rows of a listing were set aside that its walk does not know of:
    /// it proves nothing then, and they have to be asked for again.
    pub(super) fn miss(&mut self, partition: &str, rows: u64) {
        if let Some((_, bookmark)) = self.positions.get_mut(partition) {
            bookmark.rejected += rows;
        }
        for walk in self.ended.iter_mut().filter(|walk| walk.partition.id() == partition) {
            (walk.deletes, walk.compares) = (false, false);
            (walk.expect, walk.cursor, walk.tail) = (None, None, None);
        }
    }

    /// The rows that were set aside.
    pub(crate) fn rejected(&self) -> u64 {
        self.rejected.len() as u64 + self.more_rejected
    }

    /// The disagreements that the batch shows.
    pub(crate) fn drift(&self) -> &BTreeMap<Drift, DriftSeen> {
        &self.drift
    }
}
