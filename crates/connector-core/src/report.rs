//! What a run did, for people and for programs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};
use serde::Serialize;

use crate::paging::Ending;
use crate::store::Verdict;

/// What a run did.
#[derive(Clone, Debug, Serialize)]
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
    /// The interrupted run that it went on with.
    pub continues: Option<i64>,
    /// Whether it was asked to stop before its end.
    pub interrupted: bool,
    /// The worst verdict of its resources.
    pub verdict: Verdict,
    /// Its resources, in the order of the declaration.
    pub resources: Vec<ResourceReport>,
    /// The statements that make or alter tables, where it was a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ddl: Option<Vec<String>>,
}

/// What a run did for one resource.
#[derive(Clone, Debug, Serialize)]
pub struct ResourceReport {
    /// The resource, as the document names it.
    pub resource: &'static str,
    /// Its table.
    pub table: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// Rows that the vendor sent.
    pub rows: u64,
    /// Rows that were new.
    pub inserted: u64,
    /// Rows that differed, or came back after a deletion.
    pub updated: u64,
    /// Rows that were the same and were not written.
    pub unchanged: u64,
    /// Rows that got a `_deleted_at`.
    pub deleted: u64,
    /// Rows that have no place in the table.
    pub quarantined: u64,
    /// Requests sent, repetitions included.
    pub requests: u64,
    /// Requests that were repetitions.
    pub retries: u64,
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
    /// What went wrong, in words.
    pub error: Option<String>,
    /// What to do about it.
    pub next: Option<String>,
    /// What would change, where it was a rehearsal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// What a sync would change in one table, beyond the numbers of rows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Updated rows that come back after a deletion.
    pub undeleted: u64,
    /// In how many updated rows each column changes.
    pub fields: BTreeMap<String, u64>,
    /// Some of the rows, by their keys.
    pub sample: Vec<Change>,
}

/// What would happen to one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Default, Serialize)]
pub struct Evidence {
    /// Listings: one, or one for each parent row.
    pub partitions: u64,
    /// Listings that were read whole in the interrupted run that this one goes on with.
    pub known: u64,
    /// Listings whose parent row vanished at the vendor meanwhile.
    pub vanished: u64,
    /// Pages read.
    pub pages: u64,
    /// How the walks ended.
    pub endings: BTreeMap<&'static str, u64>,
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
    /// What keeps the resource from being complete.
    pub problems: Vec<String>,
}

/// One disagreement between a model and the vendor's answers.
#[derive(Clone, Debug, Serialize)]
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
    /// The line of the model that would take the values up.
    pub adopt: Option<String>,
}

impl Ending {
    /// The word in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SinglePage => "single_page",
            Self::TotalReached => "total_reached",
            Self::Done => "done",
            Self::NoNextPage => "no_next_page",
            Self::LastRow => "last_row",
            Self::EmptyPage => "empty_page",
            Self::OffsetIgnored => "offset_ignored",
        }
    }
}

impl Report {
    /// The exit status: 0 only if every resource is complete.
    pub fn exit_status(&self) -> u8 {
        u8::from(self.verdict != Verdict::Complete)
    }

    /// The report as a table for people, problems first.
    pub fn to_text(&self) -> String {
        self.to_text_as(Look::default())
    }

    /// The same, as a terminal shows it.
    pub fn to_text_as(&self, look: Look) -> String {
        // The columns that a narrow terminal can do without go first where the number is highest.
        const HEADER: [(&str, u8); 9] = [
            ("resource", 0),
            ("rows", 1),
            ("inserted", 0),
            ("updated", 0),
            ("unchanged", 3),
            ("deleted", 0),
            ("requests", 4),
            ("time", 2),
            ("verdict", 0),
        ];
        let rows = self.resources.iter().map(|resource| {
            [
                resource.resource.to_owned(),
                resource.rows.to_string(),
                resource.inserted.to_string(),
                resource.updated.to_string(),
                resource.unchanged.to_string(),
                resource.deleted.to_string(),
                resource.requests.to_string(),
                seconds(resource.elapsed_ms),
                resource.verdict.to_string(),
            ]
        });
        let mut lines = self.problems();
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(aligned(&HEADER, rows.map(Vec::from).collect(), look));
        lines.push(String::new());
        let written: u64 = self
            .resources
            .iter()
            .map(|resource| resource.inserted + resource.updated + resource.deleted)
            .sum();
        let rows: u64 = self.resources.iter().map(|resource| resource.rows).sum();
        let what = if written == 0 {
            "nothing written".to_owned()
        } else {
            format!("{written} rows written")
        };
        lines.push(format!(
            "{}: {}, {rows} rows read, {what}, {} (run {})",
            self.connection,
            look.verdict(self.verdict.name()),
            seconds(self.elapsed_ms),
            self.run_id
        ));
        lines.join("\n")
    }

    /// What keeps resources from being complete, and what to do; then what is worth knowing.
    fn problems(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for resource in
            self.resources.iter().filter(|resource| resource.verdict != Verdict::Skipped)
        {
            let evidence = &resource.evidence;
            if evidence.vanished > 0 && evidence.vanished < evidence.partitions {
                lines.push(format!(
                    "  {}: {} of {} listings are gone, as the rows that they belong to were deleted meanwhile",
                    resource.resource, evidence.vanished, evidence.partitions
                ));
            }
            if evidence.passes > 1 {
                lines.push(format!(
                    "  {}: changed while it was read, so it was read up to {} times",
                    resource.resource, evidence.passes
                ));
            }
            for problem in resource.error.iter().chain(&resource.evidence.problems) {
                lines.push(format!("  {}: {problem}", resource.resource));
            }
            if let Some(next) = &resource.next {
                lines.push(format!("    next: {next}"));
            }
        }
        let mut skipped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for resource in
            self.resources.iter().filter(|resource| resource.verdict == Verdict::Skipped)
        {
            skipped
                .entry(resource.error.as_deref().unwrap_or_default())
                .or_default()
                .push(resource.resource);
        }
        lines.extend(
            skipped.iter().map(|(reason, names)| format!("  {}: {reason}", names.join(", "))),
        );
        for resource in self.resources.iter().filter(|resource| !resource.drift.is_empty()) {
            let fields: Vec<String> = resource
                .drift
                .iter()
                .map(|drift| format!("`{}` ({}, {})", drift.field, drift.kind, drift.json_type))
                .collect();
            lines.push(format!("  {}: kept in _extra: {}", resource.resource, fields.join(", ")));
        }
        lines
    }
}

impl Report {
    /// What a sync would do, for people; the report is that of a rehearsal.
    pub fn to_plan(&self, look: Look) -> String {
        const HEADER: [(&str, u8); 8] = [
            ("resource", 0),
            ("rows", 1),
            ("insert", 0),
            ("update", 0),
            ("undelete", 0),
            ("delete", 0),
            ("quarantine", 0),
            ("verdict", 0),
        ];
        let mut lines: Vec<String> = Vec::new();
        let ddl = self.ddl.as_deref().unwrap_or_default();
        if !ddl.is_empty() {
            lines.push("-- A sync brings the tables up to date by these statements:\n".to_owned());
            lines.extend(ddl.iter().cloned());
            lines.push(String::new());
        }
        let rows = self.resources.iter().map(|resource| {
            let undeleted = resource.changes.as_ref().map_or(0, |changes| changes.undeleted);
            [
                resource.resource.to_owned(),
                resource.rows.to_string(),
                resource.inserted.to_string(),
                (resource.updated - undeleted).to_string(),
                undeleted.to_string(),
                resource.deleted.to_string(),
                resource.quarantined.to_string(),
                resource.verdict.to_string(),
            ]
        });
        lines.extend(aligned(&HEADER, rows.map(Vec::from).collect(), look));
        for resource in &self.resources {
            let Some(changes) = &resource.changes else { continue };
            let mut fields: Vec<(&String, &u64)> = changes.fields.iter().collect();
            fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let most: Vec<String> =
                fields.iter().take(5).map(|(field, count)| format!("{field} ({count})")).collect();
            if !most.is_empty() {
                lines.push(format!("  {}: changes most in {}", resource.resource, most.join(", ")));
            } else if !changes.sample.is_empty() {
                lines.push(format!("  {}:", resource.resource));
            }
            for change in &changes.sample {
                lines.push(format!("    {} {}", change.action, change.key.join(" ")));
            }
        }
        lines.extend(self.problems());
        let written: u64 = self
            .resources
            .iter()
            .map(|resource| resource.inserted + resource.updated + resource.deleted)
            .sum();
        lines.push(String::new());
        lines.push(format!(
            "{}: {}, a sync would write {written} rows; nothing was written now, {}",
            self.connection,
            look.verdict(self.verdict.name()),
            seconds(self.elapsed_ms),
        ));
        lines.join("\n")
    }
}

/// What a table has to fit into.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// The columns of the terminal, if it is one.
    pub columns: Option<u16>,
    /// Whether it shows colours.
    pub colours: bool,
}

impl Look {
    /// That of stdout.
    pub fn of_stdout() -> Self {
        let terminal = console::Term::stdout();
        Self {
            columns: terminal.size_checked().map(|(_, columns)| columns),
            colours: console::colors_enabled(),
        }
    }

    /// A verdict in its colour.
    fn verdict(self, verdict: &str) -> String {
        if !self.colours {
            return verdict.to_owned();
        }
        let styled = console::style(verdict).force_styling(true);
        match verdict {
            "complete" => styled.green(),
            "skipped" => styled.dim(),
            "incomplete" => styled.yellow(),
            _ => styled.red(),
        }
        .to_string()
    }
}

/// A table whose first column is a name, whose last one is a verdict, and whose others are numbers.
fn aligned(header: &[(&str, u8)], mut rows: Vec<Vec<String>>, look: Look) -> Vec<String> {
    let mut header = header.to_vec();
    let limit = look.columns.map_or(usize::MAX, usize::from);
    let widest = |at: usize, header: &[(&str, u8)], rows: &[Vec<String>]| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([header[at].0.len()]).max().unwrap_or_default() + 2
    };
    loop {
        let width: usize = (0..header.len()).map(|at| widest(at, &header, &rows)).sum();
        if width <= limit {
            break;
        }
        let spare = (0..header.len()).max_by_key(|at| header[*at].1).unwrap_or_default();
        if header[spare].1 == 0 {
            let name = widest(0, &header, &rows).saturating_sub(2 + width - limit).max(12);
            for row in &mut rows {
                row[0] = shortened(&row[0], name);
            }
            break;
        }
        header.remove(spare);
        for row in &mut rows {
            row.remove(spare);
        }
    }
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(header.iter().map(|(name, _)| *name));
    for at in 1..header.len() - 1 {
        if let Some(column) = table.column_mut(at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for row in &rows {
        table.add_row(row);
    }
    let text = table.to_string();
    let verdicts = rows.iter().filter_map(|row| row.last());
    let verdicts = std::iter::once(None).chain(verdicts.map(Some)).chain(std::iter::repeat(None));
    text.lines()
        .zip(verdicts)
        .map(|(line, verdict)| {
            let line = line.trim_end();
            match verdict.and_then(|verdict| Some((verdict, line.strip_suffix(verdict.as_str())?)))
            {
                Some((verdict, start)) => format!("{start}{}", look.verdict(verdict)),
                None => line.to_owned(),
            }
        })
        .collect()
}

/// A name in so many columns.
fn shortened(name: &str, columns: usize) -> String {
    if name.chars().count() <= columns {
        return name.to_owned();
    }
    let kept: String = name.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Milliseconds as seconds, with two digits.
fn seconds(ms: u64) -> String {
    format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_fits_into_its_terminal_and_keeps_what_counts() {
        let row = |name: &str, verdict: &str| {
            vec![name.to_owned(), "1234567".to_owned(), "12".to_owned(), verdict.to_owned()]
        };
        let header = [("resource", 0), ("rows", 2), ("inserted", 0), ("verdict", 0)];
        let rows = || {
            vec![row("item_collection_website_content_crawler", "complete"), row("users", "failed")]
        };
        let at = |columns| aligned(&header, rows(), Look { columns, colours: false }).join("\n");
        insta::assert_snapshot!([None, Some(62), Some(40)].map(at).join("\n\n"));
        let painted = aligned(&header, rows(), Look { columns: None, colours: true }).join("\n");
        assert!(painted.contains("\u{1b}[32mcomplete\u{1b}[0m"), "{painted:?}");
        assert!(painted.ends_with("\u{1b}[31mfailed\u{1b}[0m"), "{painted:?}");
    }
}
