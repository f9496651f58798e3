//! What a page came to: tuples, keys, and what was noticed on the way.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use foldhash::HashSet;

use super::drift::{Drift, DriftSeen};
use crate::foreign::Foreign;
use crate::pieces::Pieces;

/// How much of a row is kept that has no place in the table.
const MAX_RAW_BYTES: usize = 64 << 10;

/// The most rows without a place that are kept of one page; the others are counted.
pub(crate) const MAX_REJECTED: usize = 10_000;

/// Why a row has no place in its table, in words.
pub(super) type Reason = String;

/// A row that has no place in the table, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    /// What is wrong with it.
    pub(crate) reason: Reason,
    /// The row as the vendor sent it.
    pub(crate) raw: String,
}

/// Rows in the binary form of `copy`, with what was noticed on the way.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    /// The tuples, one after another.
    pub(crate) tuples: Pieces,
    /// A hash of each tuple's key.
    pub(crate) keys: Vec<u64>,
    /// A hash of the rows, if none of them came to have a key.
    pub(super) without_keys: Option<u64>,
    /// Rows that have no place in the table, as far as they are kept.
    pub(crate) rejected: Vec<Rejected>,
    /// The number of those that are not kept.
    pub(crate) more_rejected: u64,
    /// Disagreements, with the number of rows that show them.
    pub(crate) drift: BTreeMap<Drift, DriftSeen>,
    /// The highest value of the cursor column, in Postgres's microseconds.
    pub(crate) cursor: Option<i64>,
    /// Rows whose key stands in for one that the vendor did not send.
    pub(crate) made_keys: u64,
    /// Rows whose cursor is outside of the bounds of the run.
    pub(crate) outside: u64,
}

impl Encoded {
    /// The number of rows that have no place in the table.
    pub(crate) fn rejects(&self) -> u64 {
        self.rejected.len() as u64 + self.more_rejected
    }

    /// The number of rows whose key came before.
    pub(crate) fn repeats(&self) -> u64 {
        let different: HashSet<u64> = self.keys.iter().copied().collect();
        (self.keys.len() - different.len()) as u64
    }

    /// The page with the names of fields as they may be shown: a vendor may use data, or the key, as a name.
    pub(crate) fn with_field_names_redacted(mut self) -> Self {
        let drift = std::mem::take(&mut self.drift).into_iter();
        let told: Vec<(Drift, DriftSeen)> = drift
            .map(|((field, kind, json_type), seen)| {
                let (field, shape) =
                    (Foreign(&field).to_string(), Foreign(&seen.shape).to_string());
                ((field, kind, json_type), DriftSeen { shape, ..seen })
            })
            .collect();
        DriftSeen::add_all(&mut self.drift, told.iter().map(|(drift, seen)| (drift, seen)));
        self
    }

    /// A hash of the keys, whatever their order, if there are any.
    pub(crate) fn key_set(&self) -> Option<u64> {
        self.keys.iter().copied().reduce(u64::wrapping_add)
    }

    /// The same, or what stands for rows none of which came to have a key.
    pub(crate) fn key_set_or_rows(&self) -> Option<u64> {
        self.key_set().or(self.without_keys)
    }
}

/// Which values of the cursor column a run asks for, in Postgres's microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The lowest.
    pub(crate) since: Option<i64>,
    /// The first that is too high.
    pub(crate) until: Option<i64>,
}

impl Bounds {
    pub(super) fn contain(&self, cursor: i64) -> bool {
        self.since.is_none_or(|since| cursor >= since)
            && self.until.is_none_or(|until| cursor < until)
    }

    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }
}

/// A row's text, of a length that can be looked at.
pub(crate) fn shortened(mut raw: String) -> String {
    if raw.len() > MAX_RAW_BYTES {
        let whole = raw.len();
        raw.truncate(raw.floor_char_boundary(MAX_RAW_BYTES));
        let _ = write!(raw, "… ({whole} bytes in all)");
    }
    raw
}
