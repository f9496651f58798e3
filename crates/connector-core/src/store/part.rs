//! A part of a resource: which of its listings, and whose it is. Pure.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sqlx::postgres::types::PgInterval;

use crate::verdict::{Tally, Verdict};

/// How many requests a part of a resource should take: about ten seconds of a vendor that
/// answers ten at a time in a tenth of a second.
const REQUESTS: u64 = 1_000;

/// How many parts each worker should find, so that one that is slower than others delays nobody.
const PARTS_EACH: u64 = 4;

/// The most parts of one resource.
const MOST_PARTS: u64 = 5_000;

/// A part of a resource, for the worker that reads it.
#[derive(Clone, Default)]
pub(crate) struct Shard {
    pub(crate) number: i32,
    /// How often a worker began with it, this one included.
    pub(super) epoch: i32,
    /// Whether the table was empty when the resource was divided.
    pub(super) fresh: bool,
    /// The range of the parent's keys.
    pub(crate) after: Option<String>,
    pub(crate) upto: Option<String>,
    /// The number of listings in the parts before it, and in it.
    pub(crate) before: u64,
    pub(crate) listings: u64,
    /// The number of its newest commit.
    pub(crate) commits: u64,
    /// What came of it so far.
    pub(crate) tally: Tally,
    /// How long it is this worker's after each commit, where others may take it.
    pub(super) lease: Option<Duration>,
}

/// What all workers have to know of a resource.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Prepared {
    /// Whether its table was empty.
    pub(super) fresh: bool,
    /// Whether its listings are those of a parent's rows, and go with them.
    pub(super) by_parent: bool,
    /// Whether the run has listed all rows that its listings belong to.
    pub(crate) parents_listed: bool,
    /// Whether some of these may be missing, as the parent is not complete.
    pub(crate) parent_incomplete: bool,
}

impl Prepared {
    /// What the parent of a resource came to, if it has one, says of its listings: whether the
    /// run has listed all rows of it.
    pub(crate) fn by(parent: Option<Verdict>, lists_parents: bool) -> Self {
        Self {
            fresh: false,
            by_parent: false,
            parents_listed: parent == Some(Verdict::Complete) && lists_parents,
            parent_incomplete: parent == Some(Verdict::Incomplete),
        }
    }
}

impl Shard {
    /// Whether all rows that the table gets are of this run, and of parts that nobody had before.
    pub(super) fn is_first_to_write(&self) -> bool {
        self.fresh && self.epoch == 1 && self.commits == 0
    }

    /// Whether another worker had begun with it in this run.
    pub(crate) fn was_begun(&self) -> bool {
        self.epoch > 1
    }

    pub(super) fn lease(&self) -> Option<PgInterval> {
        self.lease.and_then(|lease| PgInterval::try_from(lease).ok())
    }
}

/// How many parts so many listings make, each of which takes so many requests.
pub(super) fn parts(listings: u64, requests_each: u64, workers: u64) -> u64 {
    let by_requests = listings.saturating_mul(requests_each.max(1)).div_ceil(REQUESTS);
    by_requests.max(workers * PARTS_EACH).min(listings).clamp(1, MOST_PARTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_many_as_their_requests_need_and_each_worker_finds_some() {
        for (listings, requests_each, workers, expected) in [
            (0, 1, 8, 1),
            (3, 1, 8, 3),
            (5_000, 1, 8, 32),
            (5_000, 20, 8, 100),
            (1_000_000, 1, 4, 1_000),
            (1_000_000, 0, 4, 1_000),
            (100_000_000, 1, 4, 5_000),
        ] {
            assert_eq!(parts(listings, requests_each, workers), expected, "{listings}");
        }
    }
}
