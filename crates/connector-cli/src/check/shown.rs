//! How it is shown what was found.

use std::fmt::Write as _;

use comfy_table::{Cell, Color, ContentArrangement, Table};

use super::super::{lines, table};
use super::database::LOCK;
use super::vendor::VENDOR;
use super::{Check, Checked, Outcome};
use connector_core::verdict::{Look, alike, wrapped};

/// One connection: its settings, and all that was tried.
pub(super) fn text(checked: &Checked, look: Look) -> String {
    let mut settings = table(&["setting", "value", "set by"]);
    settings.set_content_arrangement(ContentArrangement::Dynamic);
    for setting in &checked.settings {
        settings.add_row([&setting.name, &setting.value, &setting.by.to_string()]);
    }
    format!(
        "{}:\n\n{}\n\n{}\n\n{}",
        checked.connection,
        lines(&settings),
        lines(&found(&checked.checks, look)),
        wrapped(&sum(&checked.connection, checked.sum()), look)
    )
}

/// Checks as a table.
fn found<'a>(checks: impl IntoIterator<Item = &'a Check>, look: Look) -> Table {
    let mut table = table(&["check", "", "found"]);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let mut checks = checks.into_iter().peekable();
    while let Some(check) = checks.next() {
        let (word, colour) = match check.outcome {
            Outcome::Ok => ("ok", Color::Green),
            Outcome::Warning => ("warning", Color::Yellow),
            Outcome::Failed => ("failed", Color::Red),
            Outcome::Skipped => ("-", Color::Reset),
        };
        let word = if look.colours { Cell::new(word).fg(colour) } else { Cell::new(word) };
        table.add_row([Cell::new(&check.name), word, Cell::new(&check.what)]);
        // What is to be done about several, one below the other, is said below the last of them.
        let is_last = checks.peek().is_none_or(|other| other.next != check.next);
        if let Some(next) = check.next.as_ref().filter(|_| is_last) {
            table.add_row(["", "", &format!("next: {next}")]);
        }
    }
    table
}

/// Several connections: what is wrong, and a line for each, the worst first.
pub(super) fn together(several: &[Checked], look: Look) -> String {
    let mut several: Vec<&Checked> = several.iter().collect();
    several.sort_by_key(|checked| (std::cmp::Reverse(checked.failed()), &checked.connection));
    let mut text = String::new();
    let wrong = several.iter().map(|checked| (checked.connection.as_str(), checked.wrong()));
    let said = |checks: &Vec<&Check>| -> Vec<String> {
        checks
            .iter()
            .map(|Check { name, what, next, .. }| format!("{name} {what} {next:?}"))
            .collect()
    };
    for (names, wrong) in alike(wrong.filter(|(_, wrong)| !wrong.is_empty()), said) {
        let head = wrapped(&format!("{}:", names.join(", ")), look);
        let _ = write!(text, "{head}\n\n{}\n\n", lines(&found(wrong, look)));
    }
    let sums = several.iter().map(|checked| (checked.connection.as_str(), checked.sum()));
    // What to type for one connection is said of that one.
    let sums = alike(sums, |(what, _)| vec![what.clone()])
        .into_iter()
        .map(|(names, (what, _))| wrapped(&sum(&names.join(", "), (what, None)), look));
    text + &sums.collect::<Vec<_>>().join("\n")
}

impl Checked {
    fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.outcome == Outcome::Failed).count()
    }

    /// What failed, or is to be looked at.
    fn wrong(&self) -> Vec<&Check> {
        let is_wrong = |check: &&Check| matches!(check.outcome, Outcome::Failed | Outcome::Warning);
        self.checks.iter().filter(is_wrong).collect()
    }

    /// Whether it is ready, and the command that is next then.
    fn sum(&self) -> (String, Option<String>) {
        let warns = |name: &str| {
            self.checks.iter().any(|check| check.name == name && check.outcome == Outcome::Warning)
        };
        match self.failed() {
            0 if warns(VENDOR) => ("nothing failed, and the vendor was not asked".to_owned(), None),
            0 if warns(LOCK) => {
                let next = format!("`{}` waits for it", self.invocation.of("sync --wait"));
                ("ready when its lock is free".to_owned(), Some(next))
            }
            0 => ("ready".to_owned(), Some(format!("run `{}`", self.invocation.of("sync")))),
            1 => ("1 thing failed".to_owned(), None),
            failed => (format!("{failed} things failed"), None),
        }
    }
}

/// The same in a line.
fn sum(names: &str, (what, next): (String, Option<String>)) -> String {
    let next = next.map_or(String::new(), |next| format!("; {next}"));
    format!("{names}: {what}{next}")
}
