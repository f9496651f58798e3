//! Where an unfinished walk is, kept from one run to the next.

use serde::{Deserialize, Serialize};

use crate::walk::Place;

/// An unfinished walk: where it is, and what has to be known of it at its end.
///
/// It is committed with the rows before it, so that a walk can go on from it and
/// none of its rows is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bookmark {
    /// The next page.
    pub(crate) place: Place,
    /// What was asked for; a walk does not go on with another question.
    pub(crate) asked: u64,
    /// The run in which the walk began.
    pub(crate) first_run: i64,
    /// The rows that were set aside.
    pub(crate) rejected: u64,
    /// Rows whose key came before in the same page.
    pub(crate) repeats: u64,
    /// The highest value of the cursor column, in Postgres's microseconds.
    pub(crate) cursor: Option<i64>,
}

/// The hash of a question, and the one that version 0.1.0 of the programs had for it: what
/// they left is taken up too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestHash {
    /// This program's, which is stored from now on.
    pub(crate) now: u64,
    /// That of version 0.1.0.
    pub(crate) before: u64,
}

impl RequestHash {
    /// Whether a stored hash is one of this question.
    pub(crate) fn is(self, stored: u64) -> bool {
        stored == self.now || stored == self.before
    }

    /// Both, as they are stored.
    pub(crate) fn stored(self) -> [i64; 2] {
        [self.now, self.before].map(u64::cast_signed)
    }
}
