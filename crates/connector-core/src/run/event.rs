//! What walks tell the loader.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::budget::Reservation;
use crate::error::Result;
use crate::read::Encoded;
use crate::verdict::WalkEnd;
use crate::walk::{Bookmark, Partition};

/// What a walk sends to the loader.
pub(super) enum Event {
    /// A page or a part of one, its number, and where the walk is after it.
    Page {
        partition: Arc<Partition>,
        page: Box<Encoded>,
        number: u64,
        bookmark: Bookmark,
        /// Room in memory, given back with the page.
        room: OwnedSemaphorePermit,
        /// The same of one that is large, given back when it is committed.
        large: Option<Arc<Reservation>>,
    },
    /// The listing moved, and what was seen of it so far proves nothing; whether all of that
    /// was seen in this run.
    Again { partition: Arc<Partition>, in_this_run: bool },
    /// The listing was read whole in the run that this one goes on with.
    Known,
    /// The walk ended, one way or the other.
    End { partition: Arc<Partition>, pages: u64, passes: u32, end: Result<WalkEnd> },
}
