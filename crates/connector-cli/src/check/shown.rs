//! How it is shown what was found.

use std::fmt::Write as _;

use comfy_table::{Cell, Color, ContentArrangement, Table};

use super::super::{lines, table};
use super::database::LOCK;
use super::vendor::VENDOR;
use super::{Check, Checked, Outcome};
use connector_core::verdict::{Look, wrapped};

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
        wrapped(&checked.sum(), look)
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
    for checked in &several {
        let wrong = |check: &&Check| matches!(check.outcome, Outcome::Failed | Outcome::Warning);
        let mut wrong = checked.checks.iter().filter(wrong).peekable();
        if wrong.peek().is_some() {
            let _ = write!(text, "{}:\n\n{}\n\n", checked.connection, lines(&found(wrong, look)));
        }
    }
    let sums: Vec<String> = several.iter().map(|checked| checked.sum()).collect();
    text + &wrapped(&sums.join("\n"), look)
}

impl Checked {
    fn failed(&self) -> usize {
        self.checks.iter().filter(|check| check.outcome == Outcome::Failed).count()
    }

    /// Whether it is ready, in a line.
    fn sum(&self) -> String {
        let warns = |name: &str| {
            self.checks.iter().any(|check| check.name == name && check.outcome == Outcome::Warning)
        };
        match self.failed() {
            0 if warns(VENDOR) => {
                format!("{}: nothing failed, and the vendor was not asked", self.connection)
            }
            0 if warns(LOCK) => format!(
                "{}: ready when its lock is free; `{}` waits for it",
                self.connection,
                self.invocation.of("sync --wait")
            ),
            0 => format!("{}: ready; run `{}`", self.connection, self.invocation.of("sync")),
            1 => format!("{}: 1 thing failed", self.connection),
            failed => format!("{}: {failed} things failed", self.connection),
        }
    }
}
