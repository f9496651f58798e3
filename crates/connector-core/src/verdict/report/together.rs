//! What several connections came to: one table for all, what needs somebody first.

use super::text::{Look, SET_ASIDE, Sum, aligned, done, planned, without_nothing, wrapped};
use super::{Report, ResourceReport};
use crate::verdict::Verdict;
use crate::words::{count, number, took};

/// What runs came to: the problems, a table with a line for each connection and for each of its
/// resources that is not complete, and a sum, which counts so many others that did not begin. The
/// worst come first.
pub fn together(reports: &[Report], others: usize, look: Look) -> String {
    let reports = worst_first(reports);
    let mut lines = said(&reports, look);
    lines.extend((!lines.is_empty()).then(String::new));
    lines.push(table(&reports, others, look));
    lines.join("\n")
}

/// The problems of runs alone; none if all are complete. Of those that are, it is said where the
/// time went, as nothing else tells it.
pub fn problems_together(reports: &[Report]) -> Vec<String> {
    let reports = worst_first(reports);
    if reports.iter().all(|report| report.verdict == Verdict::Complete) {
        return Vec::new();
    }
    let said = |report: &Report| match report.verdict {
        Verdict::Complete => report.rests().into_iter().collect(),
        _ => report.problems(),
    };
    by_what_is_said(reports.into_iter().map(|report| (report, said(report))))
}

/// The table alone, with the sum.
pub fn table_together(reports: &[Report], others: usize, look: Look) -> String {
    table(&worst_first(reports), others, look)
}

/// What syncs would do, for people; the reports are those of rehearsals, and so many others came to
/// nothing.
pub fn plans_together(reports: &[Report], others: usize, look: Look) -> String {
    const HEADER: [(&str, u8); 9] = [
        ("connection", 0),
        ("statements", 3),
        ("read", 1),
        ("insert", 0),
        ("update", 0),
        ("undelete", 4),
        ("delete", 0),
        (SET_ASIDE, 2),
        ("verdict", 0),
    ];
    let reports = worst_first(reports);
    let mut lines = said(&reports, look);
    lines.extend((!lines.is_empty()).then(String::new));
    let mut rows = Vec::new();
    for report in &reports {
        let all: Vec<&ResourceReport> = report.resources.iter().collect();
        let statements = report.ddl.as_ref().map_or(0, Vec::len);
        let first = [report.connection.clone(), number(statements)].into_iter();
        rows.push(first.chain(planned(&all)).chain([report.ended().to_owned()]).collect());
        for one in incomplete(report) {
            let first = [format!("  {}", one.resource), String::new()].into_iter();
            rows.push(first.chain(planned(&[one])).chain([one.verdict.to_string()]).collect());
        }
    }
    let (header, rows) = without_nothing(&HEADER, rows);
    lines.extend(aligned(&header, rows, look));
    let sum = Sum::of(reports);
    let Sum { requests, elapsed_ms, .. } = sum;
    lines.push(String::new());
    let others = match others {
        0 => String::new(),
        others => format!(", and {} no plan", count(others, "connection has", "connections have")),
    };
    let sum = format!(
        "syncs would write {}{others}; nothing was written now, {}, {}; `plan --connection NAME` shows statements and columns",
        sum.planned(),
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

/// Those that have a line of their own. What was not tried has no numbers, and is named above the
/// table, with the reason.
fn incomplete(report: &Report) -> impl Iterator<Item = &ResourceReport> {
    let told = |one: &&ResourceReport| !matches!(one.verdict, Verdict::Complete | Verdict::Skipped);
    report.resources.iter().filter(told)
}

/// What a person should know, by connection: first what is left out of rows that were there, and
/// veiled in them.
fn said(reports: &[&Report], look: Look) -> Vec<String> {
    let said = reports.iter().map(|report| {
        let chosen = report.chosen.iter().map(|what| format!("  {what}"));
        (*report, chosen.chain(report.problems()).collect())
    });
    by_what_is_said(said).iter().map(|line| wrapped(line, look)).collect()
}

/// Lines below the names of the connections that they are about.
fn by_what_is_said<'a>(reports: impl Iterator<Item = (&'a Report, Vec<String>)>) -> Vec<String> {
    let said = reports.map(|(report, lines)| (report.connection.as_str(), lines));
    let below = |(names, lines): (Vec<&str>, Vec<String>)| {
        [format!("{}:", names.join(", "))].into_iter().chain(lines)
    };
    told_once(said).into_iter().flat_map(below).collect()
}

/// What is said of connections, by their names: what is the same for many, such as one key that is
/// wrong, once, with the commands that are for the first of them.
pub fn told_once<'a>(
    said: impl Iterator<Item = (&'a str, Vec<String>)>,
) -> Vec<(Vec<&'a str>, Vec<String>)> {
    let said = said.filter(|(_, lines)| !lines.is_empty());
    let mut told = alike(said, Clone::clone);
    for (names, lines) in &mut told {
        let is_named = |line: &String| of_any(names[0], line) != *line;
        if names.len() > 1 && lines.iter().any(is_named) {
            lines.push(format!(
                "    (the commands are those of `{}`; what these share is mended once)",
                names[0]
            ));
        }
    }
    told
}

/// Connections of which the same is said but for their names, each time with what the first has.
pub fn alike<'a, T>(
    all: impl Iterator<Item = (&'a str, T)>,
    said: impl Fn(&T) -> Vec<String>,
) -> Vec<(Vec<&'a str>, T)> {
    let mut found: Vec<(Vec<&str>, T, Vec<String>)> = Vec::new();
    for (name, one) in all {
        let said: Vec<String> = said(&one).iter().map(|line| of_any(name, line)).collect();
        match found.iter_mut().find(|(.., other)| *other == said) {
            Some((names, ..)) => names.push(name),
            None => found.push((vec![name], one, said)),
        }
    }
    found.into_iter().map(|(names, one, _)| (names, one)).collect()
}

/// A line as it is said of any connection, without the name of this one where it is called by it.
fn of_any(name: &str, line: &str) -> String {
    let called = line.replace(&format!("--connection {name}"), "--connection …");
    called.replace(&format!("[connections.{name}]"), "[connections.…]")
}

fn table(reports: &[&Report], others: usize, look: Look) -> String {
    const HEADER: [(&str, u8); 10] = [
        ("connection", 0),
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
    let mut rows = Vec::new();
    for report in reports {
        let all: Vec<&ResourceReport> = report.resources.iter().collect();
        let row = [report.connection.clone()].into_iter().chain(done(&all));
        rows.push(row.chain([took(report.elapsed_ms), report.ended().to_owned()]).collect());
        for one in incomplete(report) {
            let row = [format!("  {}", one.resource)].into_iter().chain(one.cells());
            rows.push(row.chain([one.verdict.to_string()]).collect());
        }
    }
    let (header, rows) = without_nothing(&HEADER, rows);
    let mut lines = aligned(&header, rows, look);
    lines.push(String::new());
    let complete = reports.iter().filter(|report| report.verdict == Verdict::Complete).count();
    let how = match (reports.len() - complete, others) {
        (0, 0) => "all complete".to_owned(),
        (_, 0) => format!("{complete} complete"),
        _ => format!("{complete} complete, {others} did not begin"),
    };
    let connections = count(reports.len() + others, "connection", "connections");
    let sum = Sum::of(reports.iter().copied());
    lines.push(wrapped(&format!("{connections}, {how}: {sum}"), look));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::{DriftReport, Evidence};
    use super::*;
    use crate::words::Invocation;

    fn read(resource: &'static str, verdict: Verdict, quarantined: u64) -> ResourceReport {
        let drift = DriftReport {
            field: "colour".to_owned(),
            kind: "unknown",
            json_type: "string",
            shape: "string".to_owned(),
            rows: 1,
            known: false,
            adopt: None,
        };
        ResourceReport {
            resource,
            table: resource,
            verdict,
            rows: 43_800,
            inserted: 1_240,
            updated: 12,
            unchanged: 42_547,
            deleted: 0,
            versions: 0,
            quarantined,
            requests: 439,
            retries: 0,
            throttled: 0,
            bytes: 0,
            waited_ms: 0,
            elapsed_ms: 12_300,
            evidence: Evidence::default(),
            drift: if quarantined > 0 { vec![drift] } else { Vec::new() },
            kind: None,
            error: None,
            next: None,
            rest_ms: None,
            changes: None,
        }
    }

    fn report(connection: &str, resources: Vec<ResourceReport>, chosen: &[&str]) -> Report {
        Report {
            connection: connection.to_owned(),
            connector: "accounts",
            run_id: 7,
            started_at: DateTime::UNIX_EPOCH,
            elapsed_ms: 12_300,
            rests_ms: 0,
            continues: None,
            interrupted: false,
            verdict: resources.iter().map(|one| one.verdict).max().unwrap_or(Verdict::Complete),
            resources,
            chosen: chosen.iter().map(|what| (*what).to_owned()).collect(),
            invocation: Invocation::new("vendor-connectors accounts", "--connection us"),
            ddl: None,
        }
    }

    #[test]
    fn a_mail_says_for_how_long_vendors_wanted_rests() {
        let mut rested = report("eu", vec![read("users", Verdict::Complete, 0)], &[]);
        rested.rests_ms = 1_200_400;
        let mut failed = report("us", vec![read("users", Verdict::Failed, 0)], &[]);
        failed.rests_ms = 59_000;
        let said = problems_together(&[rested.clone(), failed.clone()]);
        assert_eq!(said, ["eu:", "  the vendor asked for rests of 20m in all"]);
        failed.rests_ms = 7_200_000;
        let said = problems_together(&[failed]);
        assert_eq!(said, ["us:", "  the vendor asked for rests of 2h in all"]);
        assert!(problems_together(&[rested]).is_empty(), "where all is well, there is no mail");
    }

    #[test]
    fn what_is_the_same_for_many_connections_is_told_once() {
        let refused = |connection: &str| {
            let users = ResourceReport {
                error: Some("the vendor answered 401".to_owned()),
                next: Some(format!("run `init --connection {connection}`")),
                ..read("users", Verdict::Failed, 0)
            };
            report(connection, vec![users], &[])
        };
        let other = report("us", vec![read("labels", Verdict::Incomplete, 3)], &[]);
        let all = [refused("asia"), refused("eu"), other, refused("africa")];
        let said = problems_together(&all);
        assert!(said.contains(&"africa, asia, eu:".to_owned()), "{said:#?}");
        let times = said.iter().filter(|line| line.contains("the vendor answered 401")).count();
        assert_eq!(times, 1, "{said:#?}");
        assert!(said.iter().any(|line| line.contains("`init --connection africa`")), "{said:#?}");
        assert!(
            said.contains(
                &"    (the commands are those of `africa`; what these share is mended once)"
                    .to_owned()
            ),
            "{said:#?}"
        );
        let text = together(&all, 0, narrow(80));
        assert!(text.starts_with("africa, asia, eu:\n"), "{text}");
        assert_eq!(text.matches("the vendor answered 401").count(), 1, "{text}");
    }

    fn narrow(columns: u16) -> Look {
        Look { columns: Some(columns), colours: false }
    }

    #[test]
    fn a_connection_is_named_once_and_no_word_is_cut() {
        let chosen = "`accounts`: from now on left out: `email`, `name`, `phone`; applied to 40 rows that were there";
        let us = report("us", vec![read("labels", Verdict::Complete, 1)], &[chosen]);
        let text = together(&[us], 0, narrow(80));
        assert_eq!(text.lines().filter(|line| *line == "us:").count(), 1, "{text}");
        assert!(text.lines().all(|line| line.len() <= 80), "{text}");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn a_column_of_rows_that_are_set_aside_outlasts_others() {
        let us = report("us", vec![read("labels", Verdict::Incomplete, 3)], &[]);
        let header = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        for columns in [72, 80] {
            for table in [
                us.to_table(narrow(columns)),
                table_together(std::slice::from_ref(&us), 0, narrow(columns)),
            ] {
                assert!(header(&table).contains(" set aside "), "{table}");
            }
        }
    }

    #[test]
    fn what_was_not_tried_has_no_numbers() {
        let skipped = |resource| ResourceReport {
            rows: 0,
            inserted: 0,
            updated: 0,
            unchanged: 0,
            requests: 0,
            elapsed_ms: 4,
            ..read(resource, Verdict::Skipped, 0)
        };
        let failed = ResourceReport { requests: 1, ..skipped("users") };
        let failed = ResourceReport { verdict: Verdict::Failed, elapsed_ms: 300, ..failed };
        let us = report("us", vec![failed, skipped("labels"), skipped("campaigns")], &[]);
        let eu = report("eu", vec![skipped("labels")], &[]);
        let all = [us, eu];
        let mut shown = vec![all[0].to_table(Look::default()), all[0].to_plan(Look::default())];
        shown.extend([60, 80, 120].map(|columns| table_together(&all, 0, narrow(columns))));
        shown.push(plans_together(&all, 1, narrow(80)));
        insta::assert_snapshot!(shown.join("\n\n"));
    }

    #[test]
    fn not_all_are_complete_where_some_did_not_begin() {
        let runs =
            ["eu", "us"].map(|name| report(name, vec![read("labels", Verdict::Complete, 0)], &[]));
        let sum = |others| table_together(&runs, others, Look::default());
        assert!(sum(0).contains("\n2 connections, all complete: "), "{}", sum(0));
        assert!(sum(1).contains("\n3 connections, 2 complete, 1 did not begin: "), "{}", sum(1));
    }
}
