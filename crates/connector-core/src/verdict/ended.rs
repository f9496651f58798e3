//! How one walk came to its end, and what follows from it for its listing.

use crate::error::{Error, ErrorKind};
use crate::walk::{Ending, Partition};

/// How a walk ended that did not fail.
pub(crate) struct WalkEnd {
    pub(crate) ending: Ending,
    pub(crate) total: Option<u64>,
    pub(crate) total_moved: bool,
    /// The last row, by which a listing that only grows is recognized.
    pub(crate) tail: Option<u64>,
    /// The number of different rows without which the listing is not whole.
    pub(crate) expect: Option<u64>,
    /// The run in which the walk began.
    pub(crate) first_run: i64,
    /// The rows that were set aside.
    pub(crate) rejected: u64,
    /// Those of them that an earlier run had set aside.
    pub(crate) rejected_before: u64,
    /// The highest value of the cursor column.
    pub(crate) cursor: Option<i64>,
    /// Whether it went through the whole listing, and not through a range of it.
    pub(crate) whole: bool,
    /// Whether a row that did not come is gone, and did not just move or fall out of reach.
    pub(crate) absence_proves: bool,
    /// The rows that came of a listing that is a window, and how many were asked for.
    pub(crate) window: Option<(u64, u64)>,
    /// Whether a person chose the range, so that it says nothing about how far the data reaches.
    pub(crate) backfill: bool,
    /// The rows that an earlier run had read of it.
    pub(crate) resumed: u64,
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
    /// The same, where the others may only have moved: they are counted, and stay.
    pub(crate) compares: bool,
    /// The rows that came of a listing that is a window, and how many were asked for.
    pub(crate) window: Option<(u64, u64)>,
    /// Whether a person chose the time that it is of.
    pub(crate) backfill: bool,
    /// The number of different rows without which the listing is not whole.
    pub(crate) expect: Option<u64>,
    /// The highest value of the cursor column.
    pub(crate) cursor: Option<i64>,
    /// The last row.
    pub(crate) tail: Option<u64>,
    /// Whether the vendor has no such listing, though it lists the row of the parent.
    pub(crate) missing: bool,
    /// Whether the run asks for it no more, see [`is_over`].
    pub(crate) over: bool,
}

impl EndedWalk {
    /// A walk that proves nothing, and has to be begun anew.
    pub(crate) fn given_up(partition: Partition) -> Self {
        Self {
            partition,
            first_run: 0,
            whole: false,
            deletes: false,
            compares: false,
            window: None,
            backfill: false,
            expect: None,
            cursor: None,
            tail: None,
            missing: false,
            over: true,
        }
    }

    /// A listing that is not there although its parent's row is listed.
    pub(crate) fn missing(partition: Partition) -> Self {
        Self { missing: true, ..Self::given_up(partition) }
    }
}

/// Whether a run asks for a listing no more that ended so: what went wrong, if anything, was
/// about it alone, and not about all that the run asks for.
pub(crate) fn is_over(error: Option<&Error>) -> bool {
    error.is_none_or(|error| {
        matches!(
            error.kind(),
            ErrorKind::Unavailable
                | ErrorKind::Rejected
                | ErrorKind::Forbidden
                | ErrorKind::NotFound
                | ErrorKind::Contract
        )
    })
}
