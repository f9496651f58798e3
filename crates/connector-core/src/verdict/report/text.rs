//! A report as text for people: tables that fit into their terminal, and what went wrong.

use std::fmt;
use std::time::Duration;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::{Report, ResourceReport};
use crate::verdict::Verdict;
use crate::words::{count, number, span, took};

/// The rows that have no place in the table: a column that is shown where there are any.
pub(super) const SET_ASIDE: &str = "set aside";

/// What stands in the place of a number where there is none.
const NO_NUMBER: &str = "-";

/// The most new fields that a report names for one resource.
const MOST_FIELDS: usize = 5;

impl Report {
    /// The report as a table for people, problems first.
    pub fn to_text(&self) -> String {
        self.to_text_as(Look::default())
    }

    /// The same, as a terminal shows it.
    pub fn to_text_as(&self, look: Look) -> String {
        let chosen = self.chosen.iter().map(|what| format!("  {what}"));
        let first: Vec<String> = chosen.chain(self.problems()).collect();
        let table = self.to_table(look);
        if first.is_empty() {
            table
        } else {
            format!("{}\n\n{table}", wrapped(&first.join("\n"), look))
        }
    }

    /// What keeps resources from being complete, and what to do, without the table.
    pub fn to_problems(&self) -> String {
        let verdict = format!("{}: {} (run {})", self.connection, self.ended(), self.run_id);
        self.problems().into_iter().chain([verdict]).collect::<Vec<_>>().join("\n")
    }

    /// The table alone, as a terminal shows it.
    pub fn to_table(&self, look: Look) -> String {
        // The columns that a narrow terminal can do without go first where the number is highest.
        const HEADER: [(&str, u8); 10] = [
            ("resource", 0),
            ("read", 1),
            ("inserted", 0),
            ("updated", 0),
            ("unchanged", 3),
            ("deleted", 0),
            (SET_ASIDE, 2),
            ("requests", 5),
            ("time", 4),
            ("verdict", 0),
        ];
        let rows = self.resources.iter().map(|resource| {
            let first = [resource.resource.to_owned()].into_iter().chain(resource.cells());
            first.chain([resource.verdict.to_string()]).collect()
        });
        let (header, rows) = without_nothing(&HEADER, rows.collect());
        let mut lines = aligned(&header, rows, look);
        lines.push(String::new());
        let sum = format!(
            "{}: {}, {} (run {})",
            self.connection,
            look.verdict(self.ended()),
            Sum::of([self]),
            self.run_id
        );
        lines.push(wrapped(&sum, look));
        lines.join("\n")
    }

    /// What a sync would do, for people; the report is that of a rehearsal.
    pub fn to_plan(&self, look: Look) -> String {
        const HEADER: [(&str, u8); 8] = [
            ("resource", 0),
            ("read", 1),
            ("insert", 0),
            ("update", 0),
            ("undelete", 3),
            ("delete", 0),
            (SET_ASIDE, 2),
            ("verdict", 0),
        ];
        let mut lines: Vec<String> = Vec::new();
        let ddl = self.ddl.as_deref().unwrap_or_default();
        if !ddl.is_empty() {
            lines.push("-- A sync brings the tables up to date by these statements:\n".to_owned());
            lines.extend(ddl.iter().cloned());
            lines.push(String::new());
        }
        if !self.chosen.is_empty() {
            lines.extend(self.chosen.iter().map(|what| wrapped(&format!("  {what}"), look)));
            lines.push(String::new());
        }
        let rows = self.resources.iter().map(|resource| {
            let first = [resource.resource.to_owned()].into_iter().chain(planned(&[resource]));
            first.chain([resource.verdict.to_string()]).collect()
        });
        let problems = self.problems();
        if !problems.is_empty() {
            lines.push(wrapped(&problems.join("\n"), look));
            lines.push(String::new());
        }
        lines.extend(aligned(&HEADER, rows.collect(), look));
        for resource in &self.resources {
            let Some(changes) = &resource.changes else { continue };
            let mut fields: Vec<(&String, &u64)> = changes.fields.iter().collect();
            fields.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let most: Vec<String> = fields
                .iter()
                .take(5)
                .map(|(field, count)| format!("{field} ({})", number(count)))
                .collect();
            if !most.is_empty() {
                let most = format!("  {}: changes most in {}", resource.resource, most.join(", "));
                lines.push(wrapped(&most, look));
            } else if !changes.sample.is_empty() {
                lines.push(format!("  {}:", resource.resource));
            }
            for change in &changes.sample {
                lines.push(format!("    {} {}", change.action, change.key.join(" ")));
            }
        }
        lines.push(String::new());
        let sum = Sum::of([self]);
        let Sum { requests, elapsed_ms, .. } = sum;
        let sum = format!(
            "{}: {}, a sync would write {}; nothing was written now, {}, {}",
            self.connection,
            look.verdict(self.ended()),
            sum.planned(),
            count(requests, "request", "requests"),
            took(elapsed_ms),
        );
        lines.push(wrapped(&sum, look));
        lines.join("\n")
    }

    /// What keeps resources from being complete, and what to do; then what is worth knowing.
    pub(super) fn problems(&self) -> Vec<String> {
        let (skipped, tried): (Vec<_>, Vec<_>) =
            self.resources.iter().partition(|resource| resource.verdict == Verdict::Skipped);
        let failed = tried.iter().all(|resource| resource.verdict == Verdict::Failed);
        let tried = tried.into_iter().map(ResourceReport::met).collect();
        let skipped = skipped.into_iter().map(ResourceReport::met).collect();
        let mut lines = met_by_all((tried, failed), skipped);
        let drift_is_told = lines.len();
        for ResourceReport { resource, drift, .. } in &self.resources {
            let (known, new): (Vec<_>, Vec<_>) = drift.iter().partition(|drift| drift.known);
            for drift in new.iter().take(MOST_FIELDS) {
                let said = drift_said(&drift.field, drift.kind, drift.json_type, &drift.shape);
                lines.push(format!("  {resource}: {said}"));
            }
            if let Some(more) = new.len().checked_sub(MOST_FIELDS).filter(|more| *more > 0) {
                let fields = count(more, "more field is", "more fields are");
                lines.push(format!(
                    "  {resource}: {fields} unlike the model; see `{}`",
                    self.invocation.of("drift")
                ));
            }
            // What is the same in each run was said by the first one.
            if !known.is_empty() {
                let fields = count(known.len(), "field is", "fields are");
                lines.push(format!(
                    "  {resource}: {fields} unlike the model as before; see `{}`",
                    self.invocation.of("drift")
                ));
            }
        }
        let drift = self.invocation.of("drift");
        if lines.len() > drift_is_told
            && !lines[drift_is_told..].iter().any(|line| line.contains(&drift))
        {
            lines.push(format!("    next: see `{drift}`, which says what may be done about it"));
        }
        for ResourceReport { resource, quarantined, verdict, evidence, .. } in &self.resources {
            // Where more than is tolerated are set aside, that was said as what keeps it from being complete.
            if *quarantined > 0 && *verdict == Verdict::Complete {
                let are = count(*quarantined, "row is", "rows are");
                lines.push(format!(
                    "  {resource}: {are} set aside, which is tolerated; see `{}`",
                    self.invocation.of("quarantine")
                ));
            }
            if evidence.left_out > 0 {
                let rows = count(evidence.left_out, "row", "rows");
                lines.push(format!("  {resource}: left out by --since and --until: {rows}"));
            }
        }
        lines.extend(self.rests());
        lines.extend(self.continued());
        lines
    }

    /// For how long in all the vendor wanted rests, where that is why a run took so long.
    pub(super) fn rests(&self) -> Option<String> {
        const WORTH_SAYING_MS: u64 = 60_000;
        let rests = span(Duration::from_secs(self.rests_ms / 1_000));
        (self.rests_ms > WORTH_SAYING_MS)
            .then(|| format!("  the vendor asked for rests of {rests} in all"))
    }

    /// What earlier runs had read, without which a run that goes on looks like one that lost rows.
    fn continued(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let (known, read): (Vec<_>, Vec<_>) = self
            .resources
            .iter()
            .partition(|resource| resource.evidence.known > 0 && resource.evidence.partitions == 0);
        if !known.is_empty() {
            let names: Vec<&str> = known.iter().map(|resource| resource.resource).collect();
            let first = self.continues.map_or(String::new(), |run| format!(", from run {run} on"));
            lines.push(format!(
                "  complete in the interrupted runs before this one{first}: {}",
                names.join(", ")
            ));
        }
        for ResourceReport { resource, evidence, .. } in read {
            if evidence.known > 0 {
                let known = count(evidence.known, "listing", "listings");
                lines.push(format!("  {resource}: read before the interruption: {known}"));
            }
            if evidence.resumed > 0 {
                let rows = count(evidence.resumed, "row", "rows");
                lines.push(format!(
                    "  {resource}: continued after {rows} that an earlier run had read"
                ));
            }
        }
        lines
    }

    /// How it ended, in a word.
    pub(super) fn ended(&self) -> &'static str {
        // Who stopped it knows that it is not complete, and it did not fail by that.
        if self.interrupted && matches!(self.verdict, Verdict::Incomplete | Verdict::Skipped) {
            "stopped"
        } else {
            self.verdict.name()
        }
    }
}

/// What runs came to together.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) written: u64,
    pub(super) requests: u64,
    pub(super) elapsed_ms: u64,
    /// Whether rows that were there were rewritten beside them, as was told.
    pub(super) rewrote: bool,
}

impl Sum {
    /// The sum of these, which ran side by side.
    pub(super) fn of<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Self {
        let mut sum = Self::default();
        for report in reports {
            for one in &report.resources {
                sum.rows += one.rows;
                sum.written += one.inserted + one.updated + one.deleted;
                sum.requests += one.requests;
            }
            sum.elapsed_ms = sum.elapsed_ms.max(report.elapsed_ms);
            sum.rewrote |= !report.chosen.is_empty();
        }
        sum
    }
}

impl Sum {
    /// What would be written, where these are plans.
    pub(super) fn planned(&self) -> String {
        let besides = if self.rewrote { " besides" } else { "" };
        format!("{}{besides}", count(self.written, "row", "rows"))
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = match self.written {
            0 if self.rewrote => "nothing else written".to_owned(),
            0 => "nothing written".to_owned(),
            rows => format!("{} written", count(rows, "row", "rows")),
        };
        let rows = count(self.rows, "row", "rows");
        let requests = count(self.requests, "request", "requests");
        write!(f, "{rows} read, {written}, {requests}, {}", took(self.elapsed_ms))
    }
}

/// What resources met, what to do about it, and their names.
type Met<'a> = (Vec<String>, Option<&'a str>, Vec<&'a str>);

/// What a resource met, and what to do about it.
type OfOne<'a> = (&'a str, Vec<String>, Option<&'a str>);

/// The same in lines, of those that were tried, and of those that were not. Where all that were tried
/// failed by the same, and no other was tried for it, it is the connection's: which came first is chance.
pub fn met_by_all<'a>(
    (tried, failed): (Vec<OfOne<'a>>, bool),
    skipped: Vec<OfOne<'a>>,
) -> Vec<String> {
    let is_one = |all: &[OfOne<'_>]| {
        let same = |(_, what, next): &OfOne<'_>| (what, next) == (&all[0].1, &all[0].2);
        all.first().is_some_and(|(_, what, _)| !what.is_empty()) && all.iter().all(same)
    };
    let others = if skipped.is_empty() { tried.len() > 1 } else { is_one(&skipped) };
    if failed && others && is_one(&tried) {
        let (_, what, next) = tried[0].clone();
        return grouped(std::iter::once(("all", what, next)));
    }
    grouped(tried.into_iter().chain(skipped))
}

/// What resources met, and what to do about it, in lines: those that met the same share them.
fn grouped<'a>(
    resources: impl Iterator<Item = (&'a str, Vec<String>, Option<&'a str>)>,
) -> Vec<String> {
    let mut met: Vec<Met<'_>> = Vec::new();
    for (name, what, next) in resources {
        match met.iter_mut().find(|(other, advice, _)| (other, *advice) == (&what, next)) {
            Some((.., names)) => names.push(name),
            None => met.push((what, next, vec![name])),
        }
    }
    let mut lines = Vec::new();
    // What is to be done is said once, below everything that it is for.
    while let Some(first) = met.iter().map(|(_, next, _)| *next).next() {
        let (these, others) = met.into_iter().partition(|(_, next, _)| *next == first);
        met = others;
        for (what, _, names) in these {
            let names = names.join(", ");
            lines.extend(what.iter().map(|what| format!("  {names}: {what}")));
        }
        lines.extend(first.map(|next| format!("    next: {next}")));
    }
    lines
}

/// The numbers of resources together, in cells; no numbers where none was tried.
fn sums<const N: usize>(
    resources: &[&ResourceReport],
    of: [fn(&ResourceReport) -> u64; N],
) -> [String; N] {
    if resources.iter().all(|one| one.was_skipped()) {
        return std::array::from_fn(|_| NO_NUMBER.to_owned());
    }
    of.map(|of| number(resources.iter().map(|one| of(one)).sum::<u64>()))
}

/// What a run did with resources, in cells.
pub(super) fn done(resources: &[&ResourceReport]) -> [String; 7] {
    sums(
        resources,
        [
            |one| one.rows,
            |one| one.inserted,
            |one| one.updated,
            |one| one.unchanged,
            |one| one.deleted,
            |one| one.quarantined,
            |one| one.requests,
        ],
    )
}

/// What a sync would do with resources, in cells.
pub(super) fn planned(resources: &[&ResourceReport]) -> [String; 6] {
    sums(
        resources,
        [
            |one| one.rows,
            |one| one.inserted,
            |one| one.updated - one.undeleted(),
            ResourceReport::undeleted,
            |one| one.deleted,
            |one| one.quarantined,
        ],
    )
}

impl ResourceReport {
    /// What was done, in cells, with how long it took.
    pub(super) fn cells(&self) -> impl Iterator<Item = String> {
        let took = if self.was_skipped() { NO_NUMBER.to_owned() } else { took(self.elapsed_ms) };
        done(&[self]).into_iter().chain([took])
    }

    /// Whether it was not tried, so that its numbers tell nothing: that is not the same as no rows.
    fn was_skipped(&self) -> bool {
        self.verdict == Verdict::Skipped
    }

    fn undeleted(&self) -> u64 {
        self.changes.as_ref().map_or(0, |changes| changes.undeleted)
    }

    fn met(&self) -> OfOne<'_> {
        (self.resource, self.problems(), self.next.as_deref())
    }

    /// What a person should know, in words.
    fn problems(&self) -> Vec<String> {
        let evidence = &self.evidence;
        let mut what = Vec::new();
        what.extend(evidence.missing().filter(|said| !evidence.problems.contains(said)));
        if evidence.passes > 1 {
            what.push(format!(
                "changed while it was read, so it was read up to {} times",
                evidence.passes
            ));
        }
        if evidence.went_back > 0 {
            let are = if evidence.went_back == 1 {
                "is older at the vendor than it was"
            } else {
                "are older at the vendor than they were"
            };
            let rows = count(evidence.went_back, "row", "rows");
            what.push(format!(
                "{rows} {are} here, as if a backup had been restored; here is what the vendor has now"
            ));
        }
        what.extend(self.error.iter().chain(&evidence.problems).cloned());
        what
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
    pub fn verdict(self, verdict: &str) -> String {
        if !self.colours {
            return verdict.to_owned();
        }
        let styled = console::style(verdict).force_styling(true);
        match verdict {
            "complete" => styled.green(),
            "skipped" => styled.dim(),
            "incomplete" | "stopped" | "broken off" | "too old" => styled.yellow(),
            "failed" => styled.red(),
            _ => styled,
        }
        .to_string()
    }
}

/// A table whose first column is a name, whose last one is a verdict, and whose others are numbers.
pub fn aligned(header: &[(&str, u8)], mut rows: Vec<Vec<String>>, look: Look) -> Vec<String> {
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
        // What is of the same use goes together: one of two numbers would pass for both.
        let gone = header[spare].1;
        for row in &mut rows {
            let mut of_use = header.iter().map(|(_, use_)| *use_ != gone);
            row.retain(|_| of_use.next().unwrap_or(true));
        }
        header.retain(|(_, use_)| *use_ != gone);
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

/// A text whose lines end between words, and go on below their own beginning.
pub fn wrapped(text: &str, look: Look) -> String {
    let Some(columns) = look.columns else { return text.to_owned() };
    let lines = text.lines().map(|line| {
        let indent = line.len() - line.trim_start().len() + 2;
        hanging(line, columns, indent)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A table without the column of rows that are set aside, where there are none.
pub(super) fn without_nothing(
    header: &[(&'static str, u8)],
    mut rows: Vec<Vec<String>>,
) -> (Vec<(&'static str, u8)>, Vec<Vec<String>>) {
    let mut header = header.to_vec();
    if let Some(at) = header.iter().position(|(name, _)| *name == SET_ASIDE)
        && rows.iter().all(|row| row[at] == "0" || row[at] == NO_NUMBER)
    {
        header.remove(at);
        for row in &mut rows {
            row.remove(at);
        }
    }
    (header, rows)
}

/// A line in so many columns: it ends between words, and goes on so far from the left.
pub fn hanging(line: &str, columns: u16, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(columns.into())
        .subsequent_indent(&indent)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let room = usize::from(columns).saturating_sub(indent.len());
    textwrap::fill(&kept_together(line, room), options).replace(NO_BREAK, " ")
}

/// A space at which no line ends.
const NO_BREAK: char = '\u{a0}';

/// A line in which what stands in backquotes is one word, if it fits into so many columns: it is
/// there to be copied.
fn kept_together(line: &str, room: usize) -> String {
    let mut parts: Vec<String> = line.split('`').map(str::to_owned).collect();
    let pairs = (parts.len() - 1) / 2;
    for quoted in parts.iter_mut().skip(1).step_by(2).take(pairs) {
        if quoted.chars().count() + 2 <= room {
            *quoted = quoted.replace(' ', &NO_BREAK.to_string());
        }
    }
    parts.join("`")
}

/// A disagreement between a model and what came, in words, which name a field and quote no value.
pub fn drift_said(field: &str, kind: &str, json_type: &str, shape: &str) -> String {
    let shape = match shape {
        "" => String::new(),
        shape if shape == json_type => String::new(),
        shape => format!(", as in {shape}"),
    };
    match kind {
        "missing" => format!("`{field}` is promised, and not sent; its column is null"),
        "misfit" => {
            format!("`{field}` does not fit its column ({json_type}{shape}); kept in _extra")
        }
        "repeated" => format!("`{field}` came more than once in a row; kept in _extra"),
        _ => format!("`{field}` is new ({json_type}{shape}); kept in _extra"),
    }
}

/// A name in so many columns.
pub fn shortened(name: &str, columns: usize) -> String {
    if name.chars().count() <= columns {
        return name.to_owned();
    }
    let kept: String = name.chars().take(columns.saturating_sub(1)).collect();
    format!("{kept}…")
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

    #[test]
    fn a_line_of_the_log_goes_on_below_its_message_and_no_word_is_cut() {
        let line =
            "ERROR eu: `campaigns`: 0 rows in 1 request, failed: the vendor answered 403 Forbidden";
        assert_eq!(
            hanging(line, 50, 6),
            "ERROR eu: `campaigns`: 0 rows in 1 request,\n      failed: the vendor answered 403 Forbidden"
        );
        // What colours a word has no width.
        let painted = line.replace("ERROR", "\u{1b}[31mERROR\u{1b}[0m");
        assert!(hanging(&painted, 50, 6).contains("1 request,\n      failed:"), "{painted:?}");
    }

    #[test]
    fn a_command_that_fits_into_a_line_is_in_one() {
        let look = Look { columns: Some(44), colours: false };
        let text =
            "  eu: 2 rows are set aside; see `vendor-connectors accounts quarantine`, or wait";
        assert_eq!(
            wrapped(text, look),
            "  eu: 2 rows are set aside; see\n    `vendor-connectors accounts quarantine`,\n    or wait"
        );
        let long = "see `vendor-connectors accounts quarantine --connection europe --rows 5`";
        assert!(wrapped(long, look).lines().all(|line| line.len() <= 44));
    }

    #[test]
    fn a_problem_goes_on_between_words_and_below_itself() {
        let text = "  campaigns: the vendor answered 403 Forbidden: \"no\" (page `1`)\n    next: `--allow-deletes`";
        let look = Look { columns: Some(34), colours: false };
        assert_eq!(
            wrapped(text, look),
            "  campaigns: the vendor answered\n    403 Forbidden: \"no\" (page `1`)\n    next: `--allow-deletes`"
        );
        assert_eq!(wrapped(text, Look::default()), text);
    }
}
