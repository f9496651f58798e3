//! `status`: how each resource came out last, and how fresh its rows are.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::ago::ago;
use super::chosen::{Chosen, OfConnector};
use super::json::print_json;
use super::known::{ConnectionKnown, history, outcome, resting};
use super::page::{Page, Seen};
use super::serve::serve;
use super::{duration, now, print, print_errors};
use super::{prometheus, whole_file};
use connector_core::error::{Error, Result};
use connector_core::store::{
    ConnectionStatus, Interrupted, PartsStatus, ResourceStatus, RunStatus,
};
use connector_core::verdict::{Look, aligned, met_by_all, told_once, wrapped};
use connector_core::words::{count, number, span};
use connector_spec::Connector;

pub(super) type Args = OfConnector<How>;

/// What is looked at, and how it is shown.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Exit with 1 if a resource was not complete within this time, or is not in its last run; as in 26h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_age: Option<Duration>,
    /// Leave out the numbers of rows, which take long to count in large tables
    #[arg(long)]
    no_counts: bool,
    /// Print nothing if all is complete, and with --max-age young enough
    #[arg(short, long, conflicts_with_all = ["json", "html", "prometheus", "serve"])]
    quiet: bool,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
    /// Write a page that a browser shows, with the last runs of each resource; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    html: Option<PathBuf>,
    /// Write metrics for the textfile collector of Prometheus; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    prometheus: Option<PathBuf>,
    /// Show the page in a browser, fresh at each look, until Ctrl-C; elsewhere than on this machine, with a token
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:8484", conflicts_with_all = ["json", "html", "prometheus"])]
    serve: Option<SocketAddr>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct All {
    connections: Vec<ConnectionKnown>,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    show(args.which.choose(connector)?, &args.how)
}

/// Shows these connections, and returns the exit status.
pub(super) fn show(mut chosen: Chosen, how: &How) -> Result<u8> {
    let now = now();
    let max_age = how.max_age.map(|age| TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX));
    if let Some(address) = how.serve {
        return serve(chosen, address, !how.no_counts, max_age);
    }
    if how.html.is_some() || how.prometheus.is_some() {
        return write(chosen, how, max_age);
    }
    let (connections, failures) = chosen.read(&async |connector, place, database| {
        let known = (connector, place, database);
        ConnectionKnown::read(known, !how.no_counts, max_age, now).await
    })?;
    let all = All { connections };
    let is_well = failures.is_empty() && all.connections.iter().all(ConnectionKnown::is_well);
    if how.quiet && is_well {
        return Ok(0);
    }
    if how.json {
        print_json(&all, &failures)?;
    } else {
        print_errors(&failures);
        match &all.connections[..] {
            [] => {}
            [known] => print(&text(known, now, Look::of_stdout()))?,
            several => print(&together(several, now, Look::of_stdout()))?,
        }
    }
    Ok(exit_status(&all.connections.iter().collect::<Vec<_>>(), &failures))
}

fn exit_status(known: &[&ConnectionKnown], failures: &[Error]) -> u8 {
    match (known.is_empty(), failures.is_empty()) {
        (true, false) => failures.iter().map(Error::exit_status).max().unwrap_or(2),
        (_, true) => u8::from(known.iter().any(|known| !known.stale.is_empty())),
        (false, false) => 1,
    }
}

/// Writes these connections into files, and returns the exit status.
fn write(mut chosen: Chosen, how: &How, max_age: Option<TimeDelta>) -> Result<u8> {
    let now = now();
    let (seen, failures) = chosen.read(&async |connector, place, database| {
        Seen::read((connector, place, database), !how.no_counts, max_age, now).await
    })?;
    print_errors(&failures);
    let known: Vec<&ConnectionKnown> = seen.iter().map(|seen| &seen.known).collect();
    let status = exit_status(&known, &failures);
    if let Some(file) = &how.prometheus {
        let with_age = max_age.is_some();
        whole_file::write(file, &prometheus::text(&seen, failures.len(), with_age, now)?)?;
    }
    if let Some(file) = &how.html {
        let failures: Vec<&Error> = failures.iter().collect();
        let page = Page::of(seen, &failures, max_age, now);
        whole_file::write(file, &page.html())?;
        if !whole_file::is_stdout(file) {
            print(&format!("{}: {}", file.display(), page.sentence()))?;
        }
    }
    Ok(status)
}

fn text(known: &ConnectionKnown, now: DateTime<Utc>, look: Look) -> String {
    let ConnectionKnown { connection, status, .. } = known;
    let mut text = vec![wrapped(&headline(connection, &status.run, now), look)];
    text.extend(rest([known], now).map(|(_, rest)| wrapped(&format!("  {rest}"), look)));
    text.push(String::new());
    // The columns that a narrow terminal can do without go first where the number is highest.
    let mut header = vec![("resource", 0), ("last run", 3), ("complete", 0)];
    let is_counted = status.resources.iter().any(|resource| resource.rows.is_some());
    if is_counted {
        header.extend([("rows", 1), ("deleted", 2)]);
    }
    header.extend([("new", 5), ("changed", 5)]);
    let cursors = status.resources.iter().any(|resource| resource.cursor.is_some());
    if cursors {
        header.push(("data until", 4));
    }
    header.push(("verdict", 0));
    let since = |then| since(then, now);
    let rows = status.resources.iter().map(|resource| {
        let mut row = vec![
            resource.resource.to_owned(),
            since(resource.finished_at.or(resource.started_at)),
            since(resource.complete_at),
        ];
        if is_counted {
            row.extend([counted(resource.rows), counted(resource.deleted)]);
        }
        row.extend([resource.inserted, resource.updated].map(|it| counted(told(resource, it))));
        if cursors {
            let day = |at: DateTime<Utc>| at.format("%Y-%m-%d").to_string();
            row.push(resource.cursor.map_or("-".to_owned(), day));
        }
        row.push(known.verdict_of(resource).to_owned());
        row
    });
    text.extend(aligned(&header, rows.collect(), look));
    let is_over = status.run.finished_at.is_some();
    let several = status.parts.iter().filter(|parts| !is_over && parts.closed < parts.parts);
    text.extend(several.flat_map(|parts| workers(parts, now)));
    let notes = [notes(known), facts(known, now)].concat();
    if !notes.is_empty() {
        text.push(String::new());
        text.push(wrapped(&notes.join("\n"), look));
    }
    text.join("\n")
}

/// That a vendor wants a rest, and which of these connections, which have runs that go on, may be
/// waiting for it.
fn rest<'a>(
    known: impl IntoIterator<Item = &'a ConnectionKnown>,
    now: DateTime<Utc>,
) -> Option<(String, String)> {
    let resting = known.into_iter().filter(|known| known.status.rest_until.is_some());
    let resting: Vec<&ConnectionKnown> = resting.collect();
    let until = resting.iter().filter_map(|known| known.status.rest_until).max()?;
    let names: Vec<&str> = resting.iter().map(|known| known.connection.as_str()).collect();
    Some((names.join(", "), format!("a {}", self::resting(until, now))))
}

fn since(then: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    then.map_or("never".to_owned(), |then| format!("{} ago", ago(then, now)))
}

/// A number of the newest run that tried it, which tells none before it ends with it.
fn told(resource: &ResourceStatus, number: i64) -> Option<i64> {
    let was_tried = resource.verdict.as_deref() != Some("skipped");
    (was_tried && resource.finished_at.is_some()).then_some(number)
}

fn counted(rows: Option<i64>) -> String {
    rows.map_or("-".to_owned(), number)
}

/// Several connections: what needs somebody, and one table with a line for each, and for each
/// of their resources that is not complete. The worst come first.
fn together(several: &[ConnectionKnown], now: DateTime<Utc>, look: Look) -> String {
    const HEADER: [(&str, u8); 8] = [
        ("connection", 0),
        ("last run", 3),
        ("complete", 0),
        ("rows", 1),
        ("deleted", 2),
        ("new", 4),
        ("changed", 4),
        ("verdict", 0),
    ];
    let mut several: Vec<&ConnectionKnown> = several.iter().collect();
    several.sort_by_key(|known| (std::cmp::Reverse(known.badness()), &known.connection));
    let rest = rest(several.iter().copied(), now);
    let rest = rest.map(|(names, rest)| wrapped(&format!("{names}: {rest}"), look));
    let mut lines: Vec<String> = rest.into_iter().collect();
    let said = several.iter().map(|known| (known.connection.as_str(), notes(known)));
    for (names, notes) in told_once(said) {
        let one = several.iter().find(|known| [known.connection.as_str()] == names[..]);
        let head = match one {
            Some(known) => headline(&known.connection, &known.status.run, now),
            // When the run of each of them was, the table has.
            None => format!("{}:", names.join(", ")),
        };
        lines.extend([head, notes.join("\n")].map(|said| wrapped(&said, look)));
    }
    lines.extend((!lines.is_empty()).then(String::new));
    let mut rows = Vec::new();
    for known in &several {
        let ConnectionStatus { run, resources, .. } = &known.status;
        let sum = |of: &dyn Fn(&ResourceStatus) -> Option<i64>| {
            let all: Vec<i64> = resources.iter().filter_map(of).collect();
            (!all.is_empty()).then(|| all.iter().sum())
        };
        let of_run = |one: &ResourceStatus| one.run_id == Some(run.run_id);
        // The rows are as old as the oldest of them.
        let oldest = resources.iter().map(|resource| resource.complete_at).min().flatten();
        rows.push(vec![
            known.connection.clone(),
            since(Some(run.finished_at.unwrap_or(run.started_at)), now),
            since(oldest, now),
            counted(sum(&|one| one.rows)),
            counted(sum(&|one| one.deleted)),
            counted(sum(&|one| told(one, one.inserted).filter(|_| of_run(one)))),
            counted(sum(&|one| told(one, one.updated).filter(|_| of_run(one)))),
            known.verdict().to_owned(),
        ]);
        // What was not tried is named above, with the reason.
        let skipped = |one: &&ResourceStatus| one.verdict.as_deref() == Some("skipped");
        let needs = |one: &&ResourceStatus| known.needs_somebody(one) && !skipped(one);
        for one in resources.iter().filter(needs) {
            rows.push(vec![
                format!("  {}", one.resource),
                since(one.finished_at.or(one.started_at), now),
                since(one.complete_at, now),
                counted(one.rows),
                counted(one.deleted),
                counted(told(one, one.inserted)),
                counted(told(one, one.updated)),
                known.verdict_of(one).to_owned(),
            ]);
        }
    }
    lines.extend(aligned(&HEADER, rows, look));
    // What nobody has to do anything about comes last.
    let facts = several.iter().map(|known| (known.connection.as_str(), of_several(known, now)));
    let facts = told_once(facts)
        .into_iter()
        .flat_map(|(names, facts)| [format!("{}:", names.join(", "))].into_iter().chain(facts));
    let facts: Vec<String> = facts.collect();
    if !facts.is_empty() {
        lines.push(String::new());
        lines.push(wrapped(&facts.join("\n"), look));
    }
    lines.join("\n")
}

/// What is known of former versions, in lines that resources with the same share.
fn histories(resources: &[ResourceStatus], now: DateTime<Utc>) -> Vec<String> {
    // Names of those that have former versions, and how many have none.
    let mut said: Vec<(String, Vec<String>, usize)> = Vec::new();
    for resource in resources {
        let Some(of) = &resource.history else { continue };
        let what = history(of, now);
        let at = said.iter().position(|(other, ..)| *other == what).unwrap_or_else(|| {
            said.push((what, Vec::new(), 0));
            said.len() - 1
        });
        let (_, names, empty) = &mut said[at];
        match of.versions {
            Some(0) => *empty += 1,
            Some(versions) => {
                let versions = count(versions, "version", "versions");
                names.push(format!("{} ({versions})", resource.resource));
            }
            None => names.push(resource.resource.to_owned()),
        }
    }
    let line = |(what, mut names, empty): (String, Vec<String>, usize)| {
        if empty > 0 {
            names.push(format!(
                "nothing replaced in {}",
                count(empty as u64, "resource", "resources")
            ));
        }
        format!("  {what}: {}", names.join(", "))
    };
    said.into_iter().map(line).collect()
}

fn headline(connection: &str, run: &RunStatus, now: DateTime<Utc>) -> String {
    let RunStatus { run_id, preset, .. } = run;
    format!("{connection}: run {run_id} (preset {preset}) {}", outcome(run, now))
}

/// How far workers are with the parts of a resource, and who waits for what.
fn workers(parts: &PartsStatus, now: DateTime<Utc>) -> Vec<String> {
    let PartsStatus { resource, parts: all, closed, begun, .. } = parts;
    let mut lines =
        vec![format!("  {resource}: {closed} of {} read", count(*all, "part", "parts"))];
    for part in begun {
        let who = match (part.held, part.worker.as_str()) {
            (true, worker) => format!("is read by worker {worker}"),
            (false, worker) => format!("waits for a worker; worker {worker} left it"),
        };
        let since = part
            .updated_at
            .map_or(String::new(), |at| format!(", last commit {} ago", ago(at, now)));
        let again = match part.attempts {
            1 => String::new(),
            attempts => format!(", begun {attempts} times"),
        };
        lines.push(format!("    part {} {who}{since}{again}", part.part));
        lines.extend(part.error.iter().map(|error| format!("      {error}")));
    }
    lines
}

/// What is as it should be, and worth knowing.
fn facts(known: &ConnectionKnown, now: DateTime<Utc>) -> Vec<String> {
    let walks = known.whole_walks.iter();
    let walks = walks.map(|walk| format!("  {}: {}", walk.resource, walk.said(now)));
    walks.chain(of_several(known, now)).collect()
}

/// The same beside other connections: when all of each resource is read again, each tells by itself.
fn of_several(known: &ConnectionKnown, now: DateTime<Utc>) -> Vec<String> {
    let left_out = (!known.left_out.is_empty()).then(|| {
        let names = known.left_out.join(", ");
        format!("  left out by `only_resources`; the rows of earlier runs stay: {names}")
    });
    left_out.into_iter().chain(histories(&known.status.resources, now)).collect()
}

/// Which resources are too old, and which are not complete, however old they are.
fn too_old(known: &ConnectionKnown) -> Vec<String> {
    let ConnectionKnown { status, stale, max_age, .. } = known;
    let resources: Vec<&ResourceStatus> = status
        .resources
        .iter()
        .filter(|one| stale.iter().any(|name| name == one.resource))
        .collect();
    let list = |of: &dyn Fn(&ResourceStatus) -> bool| -> Option<String> {
        let names: Vec<&str> =
            resources.iter().filter(|one| of(one)).map(|one| one.resource).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let is_old = |one: &ResourceStatus| known.verdict_of(one) == "too old";
    let age = max_age.and_then(|age| age.to_std().ok()).map(span).unwrap_or_default();
    let old = list(&is_old).map(|names| format!("  last complete longer ago than {age}: {names}"));
    let never = list(&|one| one.run_id.is_none()).map(|names| format!("  never synced: {names}"));
    // What has an error was told with it.
    let bad = list(&|one| one.run_id.is_some() && one.error.is_none() && !is_old(one))
        .map(|names| format!("  not complete in the last run: {names}"));
    [bad, old, never].into_iter().flatten().collect()
}

/// How far a walk had come that did not end.
fn interruption(resource: &ResourceStatus, at: &Interrupted) -> String {
    let Interrupted { listings, rows, next } = at;
    let rows = count(rows, "row", "rows");
    // The report of the last run counts its own alone.
    let is_more = resource.finished_at.is_some() && at.rows > resource.rows_read;
    let earlier = if is_more { ", with those of earlier runs" } else { "" };
    let listings = match listings {
        1 => String::new(),
        listings => format!(" in {} listings", number(listings)),
    };
    format!("interrupted after {rows}{listings}{earlier}, before {next}")
}

/// Why a resource is not complete, with the run that gave the reason if it is not the newest one.
fn reason(resource: &ResourceStatus, run: &RunStatus) -> Option<String> {
    let error = resource.error.as_deref()?;
    Some(match resource.run_id {
        Some(other) if other != run.run_id => format!("run {other}: {error}"),
        _ => error.to_owned(),
    })
}

/// What a resource met, and what to do about it.
fn met<'a>(
    resource: &'a ResourceStatus,
    run: &RunStatus,
) -> (&'a str, Vec<String>, Option<&'a str>) {
    // A run that goes on has walks that did not end yet.
    let interrupted = resource.interrupted.as_ref().filter(|_| !run.running);
    let interrupted = interrupted.map(|at| interruption(resource, at));
    let what = reason(resource, run).into_iter().chain(interrupted);
    (resource.resource, what.collect(), resource.next.as_deref())
}

/// What a person should know, and what to type next.
fn notes(known: &ConnectionKnown) -> Vec<String> {
    let ConnectionKnown { status, stale, invocation, .. } = known;
    let (skipped, tried): (Vec<_>, Vec<_>) = status
        .resources
        .iter()
        .partition(|resource| resource.verdict.as_deref() == Some("skipped"));
    let failed = tried.iter().all(|one| one.verdict.as_deref() == Some("failed"));
    let tried = tried.into_iter().map(|one| met(one, &status.run)).collect();
    let skipped = skipped.into_iter().map(|one| met(one, &status.run)).collect();
    let mut notes = met_by_all((tried, failed), skipped);
    for resource in &status.resources {
        let name = resource.resource;
        if resource.quarantined > 0 && resource.error.is_none() {
            let are = count(resource.quarantined, "row is", "rows are");
            let tolerated = match resource.verdict.as_deref() {
                Some("complete") => ", which is tolerated",
                _ => "",
            };
            let see = invocation.of("quarantine");
            notes.push(format!("  {name}: {are} set aside{tolerated}; see `{see}`"));
        }
        if resource.drift > 0 {
            let fields = count(resource.drift, "field is", "fields are");
            notes.push(format!(
                "  {name}: {fields} unlike the model; see `{}`",
                invocation.of("drift")
            ));
        }
    }
    notes.extend(too_old(known));
    let incomplete = status.run.verdict != "complete" && !status.run.running;
    // Where a resource says what is to be done, another run alone would end in the same way.
    let told = status.resources.iter().any(|resource| resource.next.is_some());
    if !told && !status.run.running && (incomplete || !stale.is_empty()) {
        notes.push(format!("    next: run `{}`", invocation.of("sync")));
    }
    notes
}
