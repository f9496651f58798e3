//! How much may be missing or wrong before it counts.

/// How many rows may be affected by something before it counts as wrong: either
/// a number that is small in itself, or a share that is small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// The number of rows from which on it may be wrong.
    pub rows: u64,
    /// The share of all rows beyond which it is wrong.
    pub share: f64,
}

impl Tolerance {
    /// The deletions that a run believes: fewer than 5 rows, or up to 30 %.
    pub const DELETES: Self = Self { rows: 5, share: 0.30 };

    /// The listings that may be missing though their parents are listed: one, or up to 5 %.
    pub const MISSING: Self = Self { rows: 2, share: 0.05 };

    /// Any number of rows.
    pub const ALL: Self = Self { rows: u64::MAX, share: 1.0 };

    /// Whether so many rows of so many are too many.
    pub fn is_exceeded(&self, rows: u64, of: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of rows needs no more digits than a double has"
        )]
        let share = rows as f64 / of.max(1) as f64;
        rows > 0 && rows >= self.rows && share > self.share
    }
}

/// What a resource may lack and be complete.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tolerated {
    /// Rows that were set aside.
    pub(crate) quarantine: Tolerance,
    /// Listings that are missing, where a person has set it.
    pub(crate) missing: Option<Tolerance>,
}
