//! The verdict: what is proved of a listing, of a resource, and of a run.
//!
//! A walk ends (`ended`), commits count what they did (`counts`), and the tally of a
//! resource (`tally`) weighs both against what may be missing (`tolerance`). What comes
//! of it is the report, with its evidence. Nothing here waits for anybody.

mod counts;
mod ended;
mod missing;
mod report;
mod tally;
mod tolerance;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use counts::{Counts, Settled};
pub(crate) use ended::{EndedWalk, WalkEnd, is_over};
pub use report::{
    Change, Changes, DriftReport, Evidence, Look, Report, ResourceReport, aligned, alike,
    drift_said, hanging, met_by_all, plans_together, problems_together, shortened, table_together,
    together, told_once, wrapped,
};
pub(crate) use tally::{Came, Tally};
pub use tolerance::Tolerance;
pub(crate) use tolerance::Tolerated;

/// How a resource, or a run, came out. A later one is worse.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is proved that the listing was read to its end.
    Complete,
    /// It was not tried, because something before it failed.
    Skipped,
    /// What was read is there, but it is not proved to be all.
    Incomplete,
    /// It could not be read.
    Failed,
}

impl Verdict {
    /// The verdict of that name; what is no name proves nothing.
    pub(crate) fn of(name: &str) -> Self {
        let all = [Self::Complete, Self::Skipped, Self::Failed];
        all.into_iter().find(|verdict| verdict.name() == name).unwrap_or(Self::Incomplete)
    }

    /// The word in `sync.resources`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Skipped => "skipped",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
