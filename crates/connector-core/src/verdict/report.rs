//! What a run did: the data, which programs read as JSON and people as text.

mod text;
mod together;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Verdict;
use crate::error::ErrorKind;
use crate::walk::Ending;
use crate::words::Invocation;

pub use text::Look;
pub use text::{aligned, drift_said, hanging, met_by_all, shortened, wrapped};
pub use together::{alike, plans_together, problems_together, table_together, together, told_once};

/// What a run did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// The connection, which is also the schema of the tables.
    pub connection: String,
    /// The connector.
    pub connector: &'static str,
    /// The run's number; rows carry it as `_run_id`.
    pub run_id: i64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// For how long in all the vendor wanted rests, in milliseconds, as far as one process did the
    /// run.
    pub rests_ms: u64,
    /// The interrupted run that it went on with.
    pub continues: Option<i64>,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
    /// The worst verdict of its resources.
    pub verdict: Verdict,
    /// Its resources, in the order of the declaration.
    pub resources: Vec<ResourceReport>,
    /// What a change of the lists of columns did to the rows that were there, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chosen: Vec<String>,
    /// How commands about the connection are called.
    #[serde(skip)]
    pub invocation: Invocation,
    /// The statements that make or alter tables, where it was a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ddl: Option<Vec<String>>,
}

/// What a run did for one resource.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResourceReport {
    /// The resource, as the document names it.
    pub resource: &'static str,
    /// Its table.
    pub table: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// Rows that the vendor sent.
    #[serde(rename = "rows_read")]
    pub rows: u64,
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that differed, or came back after a deletion.
    pub updated: u64,
    /// Rows that were the same and were not written.
    pub unchanged: u64,
    /// Rows that got a `_deleted_at`.
    pub deleted: u64,
    /// Versions of rows that were closed, and are in the history now.
    pub versions: u64,
    /// Rows that have no place in the table.
    pub quarantined: u64,
    /// Requests sent, repetitions included.
    pub requests: u64,
    /// Requests that were repetitions.
    pub retries: u64,
    /// Answers 429: the vendor wanted to be asked more slowly.
    pub throttled: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Milliseconds of waiting for the rate limit and before repetitions.
    pub waited_ms: u64,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// How it is known to be whole, or not.
    pub evidence: Evidence,
    /// Fields on which the model and the vendor disagree.
    pub drift: Vec<DriftReport>,
    /// The kind of what went wrong, by which a program decides what to do.
    pub kind: Option<ErrorKind>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// What to do about it.
    pub next: Option<String>,
    /// For how long the vendor wants to be left alone, in milliseconds, if it said so.
    pub rest_ms: Option<u64>,
    /// What would change, where it was a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What a sync would change in one table, beyond the numbers of rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// Updated rows that come back after a deletion.
    pub undeleted: u64,
    /// In how many updated rows each column changes.
    pub fields: BTreeMap<String, u64>,
    /// Some of the rows, by their keys.
    pub sample: Vec<Change>,
}

/// What would happen to one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// `insert`, `update`, `undelete` or `delete`.
    pub action: String,
    /// The values of the key's columns.
    pub key: Vec<String>,
}

impl Changes {
    /// Adds those of another commit, and keeps so many rows.
    pub(crate) fn add(&mut self, other: Self, rows: usize) {
        self.undeleted += other.undeleted;
        for (field, count) in other.fields {
            *self.fields.entry(field).or_default() += count;
        }
        for change in other.sample {
            if self.sample.len() < rows && !self.sample.contains(&change) {
                self.sample.push(change);
            }
        }
    }
}

/// How it is known that a listing was read to its end.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Evidence {
    /// Listings: one, or one for each parent row.
    pub partitions: u64,
    /// Listings that were read whole in the interrupted run that this one goes on with.
    pub known: u64,
    /// Rows that an earlier run had read of listings that this one read to their end.
    pub resumed: u64,
    /// Listings that the vendor does not have, asked twice, though their parent's row is known.
    pub vanished: u64,
    /// Those of them that were missing in an earlier run too.
    pub vanished_again: u64,
    /// Whether the run has listed all rows that its listings belong to.
    pub parents_listed: bool,
    /// Pages read.
    pub pages: u64,
    /// Requests for pages that were not there: asked for ahead where no total says how far they go.
    pub unused_requests: u64,
    /// How the walks ended.
    pub endings: BTreeMap<Ending, u64>,
    /// The rows that the vendor says there are, where it does.
    pub total: Option<u64>,
    /// Whether the vendor changed its total during a walk.
    pub total_moved: bool,
    /// Rows with different keys in the listings that were read whole.
    pub distinct: u64,
    /// The most often that one listing was read, because it changed meanwhile.
    pub passes: u32,
    /// Rows whose key came before in the same batch.
    pub repeats: u64,
    /// Rows that are older at the vendor than an earlier run had read them, as after a backup was restored.
    pub went_back: u64,
    /// Rows that differ from another one with the same key, which stands in for one that the vendor did not send.
    pub collisions: u64,
    /// Rows that came, and were left out by `--since` and `--until`.
    pub left_out: u64,
    /// What keeps the resource from being complete.
    pub problems: Vec<String>,
}

impl Evidence {
    /// Adds that of another part, but for its problems.
    pub(crate) fn absorb(&mut self, other: &Self) {
        self.partitions += other.partitions;
        self.known += other.known;
        self.resumed += other.resumed;
        self.vanished += other.vanished;
        self.vanished_again += other.vanished_again;
        self.pages += other.pages;
        for (ending, listings) in &other.endings {
            *self.endings.entry(*ending).or_default() += listings;
        }
        if let Some(total) = other.total {
            self.total = Some(self.total.unwrap_or(0) + total);
        }
        self.total_moved |= other.total_moved;
        self.distinct += other.distinct;
        self.passes = self.passes.max(other.passes);
        self.repeats += other.repeats;
        self.went_back += other.went_back;
        self.collisions += other.collisions;
        self.left_out += other.left_out;
    }
}

/// One disagreement between a model and the vendor's answers.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DriftReport {
    /// The field's name in the JSON.
    pub field: String,
    /// `unknown`, `misfit`, `missing` or `repeated`.
    pub kind: &'static str,
    /// The JSON type that came.
    pub json_type: &'static str,
    /// What a value looks like, without the value.
    pub shape: String,
    /// The number of rows that show it.
    pub rows: u64,
    /// Whether an earlier run saw it too.
    pub known: bool,
    /// The line of the model that would take the values up.
    pub adopt: Option<String>,
}

impl Evidence {
    /// Which listings are missing, in words.
    pub fn missing(&self) -> Option<String> {
        let Self { vanished, vanished_again, parents_listed, .. } = *self;
        let (are, rows) = match (vanished, parents_listed) {
            (0, _) => return None,
            (1, true) => ("is", "though the row that it belongs to is listed"),
            (1, false) => ("is", "and the row that it belongs to may not be either"),
            (_, true) => ("are", "though the rows that they belong to are listed"),
            (_, false) => ("are", "and the rows that they belong to may not be either"),
        };
        let listings = self.partitions + self.known;
        let again = match vanished_again {
            0 => String::new(),
            again if again == vanished => "; it is as in an earlier run".to_owned(),
            again => format!("; {again} of them as in an earlier run"),
        };
        Some(format!("{vanished} of {listings} listings {are} not there, {rows}{again}"))
    }
}

impl ResourceReport {
    /// What kept it from being complete, in one sentence: the first where there are several.
    pub fn why(&self) -> Option<&str> {
        self.error.as_deref().or_else(|| self.evidence.problems.first().map(String::as_str))
    }
}

impl Report {
    /// The exit status: 0 only if every resource is complete.
    pub fn exit_status(&self) -> u8 {
        u8::from(self.verdict != Verdict::Complete)
    }
}
