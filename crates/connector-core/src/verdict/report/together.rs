//! What several connections came to: one table for all, what needs somebody first.

use super::text::{Look, SET_ASIDE, Sum, aligned, without_nothing, wrapped};
use super::{Report, ResourceReport};
use crate::verdict::Verdict;
use crate::words::{count, number, took};

/// What runs came to: the problems, a table with a line for each connection and for each of its
/// resources that is not complete, and a sum. The worst come first.
pub fn together(reports: &[Report], look: Look) -> String {
    let reports = worst_first(reports);
    let mut lines = chosen(&reports);
    lines.extend(problems(&reports, look));
    lines.extend((!lines.is_empty()).then(String::new));
    lines.push(table(&reports, look));
    lines.join("\n")
}

/// The problems of runs alone; none if all are complete.
pub fn problems_together(reports: &[Report]) -> Vec<String> {
    let reports = worst_first(reports);
    let wrong: Vec<&Report> =
        reports.into_iter().filter(|report| report.verdict != Verdict::Complete).collect();
    problems(&wrong, Look::default())
}

/// The table alone.
pub fn table_together(reports: &[Report], look: Look) -> String {
    table(&worst_first(reports), look)
}

/// What syncs would do, for people; the reports are those of rehearsals.
pub fn plans_together(reports: &[Report], look: Look) -> String {
    const HEADER: [(&str, u8); 9] = [
        ("connection", 0),
        ("statements", 2),
        ("rows", 1),
        ("insert", 0),
        ("update", 0),
        ("undelete", 3),
        ("delete", 0),
        (SET_ASIDE, 2),
        ("verdict", 0),
    ];
    let reports = worst_first(reports);
    let mut lines = chosen(&reports);
    lines.extend(problems(&reports, look));
    lines.extend((!lines.is_empty()).then(String::new));
    let cells = |resources: &[&ResourceReport]| {
        let sum = |of: fn(&ResourceReport) -> u64| resources.iter().map(|one| of(one)).sum::<u64>();
        let back =
            |one: &ResourceReport| one.changes.as_ref().map_or(0, |changes| changes.undeleted);
        let undeleted: u64 = resources.iter().map(|one| back(one)).sum();
        let updated = sum(|one| one.updated) - undeleted;
        [
            sum(|one| one.rows),
            sum(|one| one.inserted),
            updated,
            undeleted,
            sum(|one| one.deleted),
            sum(|one| one.quarantined),
        ]
        .map(number)
    };
    let mut rows = Vec::new();
    for report in &reports {
        let all: Vec<&ResourceReport> = report.resources.iter().collect();
        let statements = report.ddl.as_ref().map_or(0, Vec::len);
        let first = [report.connection.clone(), number(statements)].into_iter();
        rows.push(first.chain(cells(&all)).chain([report.ended().to_owned()]).collect());
        for one in incomplete(report) {
            let first = [format!("  {}", one.resource), String::new()].into_iter();
            rows.push(first.chain(cells(&[one])).chain([one.verdict.to_string()]).collect());
        }
    }
    lines.extend(aligned(&HEADER, rows, look));
    let Sum { written, requests, elapsed_ms, .. } = Sum::of(reports);
    lines.push(String::new());
    let sum = format!(
        "syncs would write {}; nothing was written now, {}, {}; `plan --connection NAME` shows statements and columns",
        count(written, "row", "rows"),
        count(requests, "request", "requests"),
        took(elapsed_ms)
    );
    lines.push(wrapped(&sum, look));
    lines.join("\n")
}

fn worst_first(reports: &[Report]) -> Vec<&Report> {
    let mut reports: Vec<&Report> = reports.iter().collect();
    reports.sort_by_key(|report| (std::cmp::Reverse(report.verdict), &report.connection));
    reports
}

fn incomplete(report: &Report) -> impl Iterator<Item = &ResourceReport> {
    report.resources.iter().filter(|one| one.verdict != Verdict::Complete)
}

/// What is left out of, and veiled in rows that are there, by connection.
fn chosen(reports: &[&Report]) -> Vec<String> {
    let mut lines = Vec::new();
    for report in reports.iter().filter(|report| !report.chosen.is_empty()) {
        lines.push(format!("{}:", report.connection));
        lines.extend(report.chosen.iter().map(|what| format!("  {what}")));
    }
    lines
}

fn problems(reports: &[&Report], look: Look) -> Vec<String> {
    let mut lines = Vec::new();
    for report in reports {
        let problems = report.problems();
        if !problems.is_empty() {
            lines.push(format!("{}:", report.connection));
            lines.push(wrapped(&problems.join("\n"), look));
        }
    }
    lines
}

fn table(reports: &[&Report], look: Look) -> String {
    const HEADER: [(&str, u8); 10] = [
        ("connection", 0),
        ("rows", 1),
        ("inserted", 0),
        ("updated", 0),
        ("unchanged", 2),
        ("deleted", 0),
        (SET_ASIDE, 3),
        ("requests", 4),
        ("time", 3),
        ("verdict", 0),
    ];
    let cells = |resources: &[&ResourceReport], elapsed_ms: u64| {
        let sum = |of: fn(&ResourceReport) -> u64| {
            number(resources.iter().map(|one| of(one)).sum::<u64>())
        };
        [
            sum(|one| one.rows),
            sum(|one| one.inserted),
            sum(|one| one.updated),
            sum(|one| one.unchanged),
            sum(|one| one.deleted),
            sum(|one| one.quarantined),
            sum(|one| one.requests),
            took(elapsed_ms),
        ]
    };
    let mut rows = Vec::new();
    for report in reports {
        let all: Vec<&ResourceReport> = report.resources.iter().collect();
        let of_run = cells(&all, report.elapsed_ms);
        let row = [report.connection.clone()].into_iter().chain(of_run);
        rows.push(row.chain([report.ended().to_owned()]).collect());
        for one in incomplete(report) {
            let row = [format!("  {}", one.resource)].into_iter();
            let row = row.chain(cells(&[one], one.elapsed_ms));
            rows.push(row.chain([one.verdict.to_string()]).collect());
        }
    }
    let (header, rows) = without_nothing(&HEADER, rows);
    let mut lines = aligned(&header, rows, look);
    lines.push(String::new());
    let complete = reports.iter().filter(|report| report.verdict == Verdict::Complete).count();
    let how = match reports.len() - complete {
        0 => "all complete".to_owned(),
        _ => format!("{complete} complete"),
    };
    let connections = count(reports.len(), "connection", "connections");
    let sum = Sum::of(reports.iter().copied());
    lines.push(wrapped(&format!("{connections}, {how}: {sum}"), look));
    lines.join("\n")
}
