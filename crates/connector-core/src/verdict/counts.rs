//! What a commit did.

use serde::{Deserialize, Serialize};

use super::Changes;

/// What came of the rows that no listing has any more.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Those that were marked deleted.
    pub(crate) deleted: u64,
    /// Those that would have been, had the fuse not stopped it.
    pub(crate) fused: u64,
    /// What the parts of the resource lack, in words.
    pub(crate) problems: Vec<String>,
    /// What changes, where it is a rehearsal.
    pub(crate) changes: Changes,
}

/// What a commit did.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) inserted: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) quarantined: u64,
    /// Versions of rows that were closed, and are in the history now.
    #[serde(default)]
    pub(crate) versions: u64,
    /// Updated rows that went back to an older version.
    pub(crate) went_back: u64,
    /// Rows whose key came before in the same batch.
    pub(crate) repeats: u64,
    /// Rows that did not come, of listings in which rows move.
    #[serde(default)]
    pub(crate) strays: u64,
    /// Windows behind which rows may be missing, in words.
    #[serde(default)]
    pub(crate) gaps: Vec<String>,
    /// The same listings, by the names of their partitions.
    #[serde(skip)]
    pub(crate) gap_ids: Vec<String>,
    /// Rows with different keys in the listings that ended.
    pub(crate) distinct: u64,
    /// Rows that differ from another one of the listing with the same key, which was made.
    pub(crate) collisions: u64,
    /// The listings that they came in, as hashes of the names of their partitions: this is kept
    /// where others read of runs, and a name has the key of a parent's row.
    pub(crate) collided: Vec<u64>,
    /// Listings that are missing, and were so in an earlier run.
    pub(crate) missing_again: u64,
    /// Rows that were written and are not there, as a trigger took them away.
    #[serde(default)]
    pub(crate) swallowed: u64,
    /// Listings of fewer different rows than the vendor says they have, in words.
    pub(crate) short: Vec<String>,
    /// The same listings, by the names of their partitions.
    #[serde(skip)]
    pub(crate) short_ids: Vec<String>,
    /// What changes, where it is a rehearsal.
    #[serde(skip)]
    pub(crate) changes: Changes,
}
