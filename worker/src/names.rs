//! What the server gets and keeps: names and numbers.

use std::fmt::Write as _;
use std::time::Duration;

use connector_core::ErrorKind;
use connector_core::words::{count, number};
use connector_core::{Report, ResourceReport, Verdict};
use serde::{Deserialize, Serialize};

use crate::order::Order;

/// The most parts that are with the server at the same time, whatever is asked for: with more than
/// 2,000 activities under way, it takes no decision of a workflow any more.
pub const LARGEST_WINDOW: u64 = 500;

/// How many pieces a workflow does before its history is begun anew.
const PIECES: u64 = 5_000;

/// How many workers parts are made for, where nobody says.
pub const WORKERS: u64 = 8;

/// The most parts that are with the server at the same time, where nobody says.
pub const WINDOW: u64 = 100;

/// How long nothing may be heard of a piece, where nobody says: longer than a vendor may be silent
/// within an answer.
pub const SILENCE: Duration = Duration::from_mins(2);

/// What a workflow is to do. A person may write it too: all but the connection has a default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sync {
    /// The connection, as `connectors.toml` on the workers calls it.
    pub connection: String,
    /// How many workers there are.
    #[serde(default = "workers")]
    pub workers: u64,
    /// The most parts that are with the server at the same time.
    #[serde(default = "window")]
    pub window: u64,
    /// For how many seconds nothing may be heard of a piece, until another worker does it.
    #[serde(default = "silence_s")]
    pub silence_s: u64,
    /// How many pieces are done before the history is begun anew.
    #[serde(default = "pieces")]
    pub pieces: u64,
    /// What the workflow before this one has done, if that is gone on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Order>,
}

fn workers() -> u64 {
    WORKERS
}

fn window() -> u64 {
    WINDOW
}

fn silence_s() -> u64 {
    SILENCE.as_secs()
}

fn pieces() -> u64 {
    PIECES
}

impl Sync {
    /// All of a connection, with what holds where nobody says anything.
    pub fn of(connection: impl Into<String>) -> Self {
        Self {
            connection: connection.into(),
            workers: workers(),
            window: window(),
            silence_s: silence_s(),
            pieces: pieces(),
            carried: None,
        }
    }

    /// The name of its workflow, of which one at a time goes on.
    pub fn id(&self) -> String {
        format!("sync/{}", self.connection)
    }
}

/// The name of a connection's schedule.
pub fn schedule_of(connection: &str) -> String {
    format!("schedule/{connection}")
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfRun {
    /// The connection.
    pub connection: String,
    /// The number of the run.
    pub run: i64,
    /// Whether it was to stop before its end, so that the next one goes on with it.
    #[serde(default)]
    pub stopped: bool,
}

/// A resource of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfResource {
    /// The connection.
    pub connection: String,
    /// The number of the run.
    pub run: i64,
    /// The resource.
    pub resource: String,
    /// How many workers there are.
    pub workers: u64,
}

/// A part of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfPart {
    /// The connection.
    pub connection: String,
    /// The number of the run.
    pub run: i64,
    /// The resource.
    pub resource: String,
    /// The part, from 1.
    pub part: i32,
}

/// What is heard of a part while it is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Rows that came.
    pub rows: u64,
    /// Requests that were made.
    pub requests: u64,
}

/// A run that began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Its number.
    pub run: i64,
    /// Its resources, each with the one that it comes after.
    pub resources: Vec<(String, Option<String>)>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// Its number.
    pub run: i64,
    /// The worst verdict of its resources.
    pub verdict: String,
    /// Its resources.
    pub resources: Vec<ResourceCame>,
}

/// What came of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceCame {
    /// Its name.
    pub resource: String,
    /// How it came out.
    pub verdict: String,
    /// Rows that the vendor sent.
    pub rows_read: u64,
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that differed.
    pub updated: u64,
    /// Rows that were the same.
    pub unchanged: u64,
    /// Rows that are gone.
    pub deleted: u64,
    /// Rows that have no place in the table.
    pub quarantined: u64,
    /// Requests that were made.
    pub requests: u64,
    /// The kind of what went wrong.
    pub kind: Option<ErrorKind>,
    /// What keeps it from being complete, in words that are not of this run alone.
    pub why: Option<String>,
}

impl From<connector_core::run::Begun> for Begun {
    fn from(begun: connector_core::run::Begun) -> Self {
        let each = begun.resources.into_iter();
        let each = each.map(|step| (step.resource.to_owned(), step.after.map(str::to_owned)));
        Self { run: begun.run, resources: each.collect() }
    }
}

impl From<&Report> for Came {
    fn from(report: &Report) -> Self {
        Self {
            run: report.run_id,
            verdict: report.verdict.name().to_owned(),
            resources: report.resources.iter().map(ResourceCame::from).collect(),
        }
    }
}

impl From<&ResourceReport> for ResourceCame {
    fn from(report: &ResourceReport) -> Self {
        Self {
            resource: report.resource.to_owned(),
            verdict: report.verdict.name().to_owned(),
            rows_read: report.rows,
            inserted: report.inserted,
            updated: report.updated,
            unchanged: report.unchanged,
            deleted: report.deleted,
            quarantined: report.quarantined,
            requests: report.requests,
            kind: report.kind,
            why: why(report),
        }
    }
}

/// What keeps a resource from being complete. The report's own words may name a listing by the key
/// of a row, and an address, or say what the vendor said.
fn why(report: &ResourceReport) -> Option<String> {
    match report.verdict {
        Verdict::Complete => None,
        Verdict::Skipped => Some("not tried".to_owned()),
        _ => Some(match report.kind {
            Some(kind) => meaning(kind).to_owned(),
            None if report.quarantined > 0 => {
                let rows = count(report.quarantined, "row has", "rows have");
                format!("{rows} no place in the table")
            }
            None => report
                .evidence
                .missing()
                .unwrap_or_else(|| "it is not proved to be whole".to_owned()),
        }),
    }
}

/// What a kind of failure means.
pub fn meaning(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Settings => "the settings are not right",
        ErrorKind::Auth => "the key was refused",
        ErrorKind::Unreachable => "the vendor cannot be reached",
        ErrorKind::Busy => "the vendor wants a rest",
        ErrorKind::Locked => "another run of the connection is writing",
        ErrorKind::Unavailable => "the vendor kept failing",
        ErrorKind::Rejected => "the vendor refuses a request",
        ErrorKind::Forbidden => "the vendor refuses the key a request",
        ErrorKind::NotFound => "the vendor does not have what was asked for",
        ErrorKind::Contract => "an answer is not what the declaration says",
        ErrorKind::Storage => "the database failed",
        ErrorKind::Stopped => "it was stopped",
        ErrorKind::Output => "what was found out could not be written",
        _ => "it failed",
    }
}

impl Came {
    /// Whether all of it is complete.
    pub fn is_complete(&self) -> bool {
        self.verdict == Verdict::Complete.name()
    }

    /// What is wrong, in words: for whoever looks at a workflow that failed.
    pub fn to_problems(&self, connection: &str) -> String {
        let mut said = format!("{connection}: {} (run {})", self.verdict, self.run);
        for resource in &self.resources {
            if let Some(why) = &resource.why {
                // A text takes whatever is written to it.
                let _ = write!(said, "; {}: {why}", resource.resource);
            }
        }
        said + "; next: read the whole report with `vendor-connectors status`, where the settings are"
    }

    /// What came of it, in lines for people.
    pub fn to_text(&self, connection: &str) -> String {
        let mut said = String::new();
        for one in &self.resources {
            let written = one.inserted + one.updated;
            let _ = write!(
                said,
                "{}: {} read, {} written, {} deleted, {}",
                one.resource,
                count(one.rows_read, "row", "rows"),
                number(written),
                number(one.deleted),
                one.verdict,
            );
            if let Some(why) = &one.why {
                let _ = write!(said, ": {why}");
            }
            said.push('\n');
        }
        let _ = write!(said, "\n{connection}: {} (run {})", self.verdict, self.run);
        said
    }
}
