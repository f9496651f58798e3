//! Settings: what a person set, where it came from, and whether it makes sense.
//!
//! The only reader of the environment and of files. A flag counts more than a
//! variable, and a variable more than the file. A secret is never a flag, and
//! leaves this module as a type that does not print.

mod address;
mod connection;
mod embedded;
mod env_file;
mod explain;
mod file;
mod files;
mod layers;
mod params;
mod place;
mod variables;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use address::check_address;
pub use connection::Connection;
pub(crate) use embedded::check_embedded;
pub use embedded::{EMBEDDED_DIRECTORY, database_url, embedded_programs};
pub(crate) use env_file::{Draft, env_file, file_of, load};
pub(crate) use explain::{Explained, explain};
pub(crate) use file::line_of;
pub use file::{CONFIG_FILE, File};
pub(crate) use files::{read_text, reason};
pub(crate) use params::Params;
pub(crate) use place::{Place, check_resources};
pub(crate) use variables::{colour_is_welcome, environment, first_set, prefix};
pub(crate) use write::{NewConnection, check_name, write_file};

/// What flags say; each counts more than the environment and the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file that holds connections.
    pub config: Option<PathBuf>,
    /// The connection's section in that file.
    pub connection: Option<String>,
    /// The schema of the tables.
    pub schema: Option<String>,
    /// The resources to sync; none means all.
    pub resources: Vec<String>,
    /// The preset: `documented`, one of the connector's, or a file.
    pub preset: Option<String>,
    /// The lowest value of the cursor.
    pub since: Option<DateTime<Utc>>,
    /// The first value of the cursor that is too high.
    pub until: Option<DateTime<Utc>>,
    /// Whether what earlier runs reached is ignored.
    pub full_refresh: bool,
    /// Whether any number of rows may be marked deleted.
    pub allow_deletes: bool,
    /// Whether to wait until another run has ended.
    pub wait: bool,
    /// The most requests that the run makes.
    pub max_requests: Option<u64>,
    /// The longest that the run goes on.
    pub max_duration: Option<Duration>,
    /// Values of the connector's parameters, each as `name=value`.
    pub params: Vec<String>,
    /// Whether only the children of rows that the run changed are asked for.
    pub changed_parents_only: bool,
}

/// Which part of the cursor's values a run asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// The lowest, for a backfill.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The first that is too high, for a backfill.
    pub(crate) until: Option<DateTime<Utc>>,
    /// How far behind the reached value a run begins, where the vendor filters.
    pub(crate) lookback: TimeDelta,
    /// Whether what earlier runs reached is ignored.
    pub(crate) full_refresh: bool,
    /// Whether only the children of rows that the run changed are asked for.
    pub(crate) changed_parents_only: bool,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            since: None,
            until: None,
            lookback: TimeDelta::days(1),
            full_refresh: false,
            changed_parents_only: false,
        }
    }
}

/// How many rows may be affected by something before it counts as wrong: either
/// a number that is small in itself, or a share that is small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tolerance {
    /// The number of rows from which on it may be wrong.
    pub(crate) rows: u64,
    /// The share of all rows beyond which it is wrong.
    pub(crate) share: f64,
}

impl Tolerance {
    /// The deletions that a run believes: fewer than 5 rows, or up to 30 %.
    pub(crate) const DELETES: Self = Self { rows: 5, share: 0.30 };

    /// The listings that may be missing though their parents are listed: one, or up to 5 %.
    pub(crate) const MISSING: Self = Self { rows: 2, share: 0.05 };

    /// Any number of rows.
    pub(crate) const ALL: Self = Self { rows: u64::MAX, share: 1.0 };

    /// Whether so many rows of so many are too many.
    pub(crate) fn is_exceeded(&self, rows: u64, of: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of rows needs no more digits than a double has"
        )]
        let share = rows as f64 / of.max(1) as f64;
        rows > 0 && rows >= self.rows && share > self.share
    }
}

/// Advice that names what was meant, or everything there is.
pub(crate) fn nearest(unknown: &str, known: &[&str]) -> String {
    let closest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match closest {
        Some((similarity, name)) if similarity > 0.8 => {
            format!("did you mean `{name}`? there are: {}", known.join(", "))
        }
        _ => format!("there are: {}", known.join(", ")),
    }
}
