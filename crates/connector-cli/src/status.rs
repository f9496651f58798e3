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
use super::known::{ConnectionKnown, history, outcome};
use super::page::{Page, Seen};
use super::serve::serve;
use super::{duration, now, print, print_error};
use super::{prometheus, whole_file};
use connector_core::error::{Error, Result};
use connector_core::store::{
    ConnectionStatus, Interrupted, PartsStatus, ResourceStatus, RunStatus,
};
use connector_core::verdict::{Look, aligned, grouped, wrapped};
use connector_core::words::count;
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
    if how.json {
        print_json(&all, &failures)?;
    } else {
        failures.iter().for_each(print_error);
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
    failures.iter().for_each(print_error);
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
    let mut text = vec![headline(connection, &status.run, now), String::new()];
    // The columns that a narrow terminal can do without go first where the number is highest.
    let mut header = vec![("resource", 0), ("last run", 3), ("complete", 0)];
    let counted = status.resources.iter().any(|resource| resource.rows.is_some());
    if counted {
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
            since(resource.started_at),
            since(resource.complete_at),
        ];
        if counted {
            row.extend([number(resource.rows), number(resource.deleted)]);
        }
        row.extend([resource.inserted.to_string(), resource.updated.to_string()]);
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
    let notes = notes(known, now);
    if !notes.is_empty() {
        text.push(String::new());
        text.push(wrapped(&notes.join("\n"), look));
    }
    text.join("\n")
}

fn since(then: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    then.map_or("never".to_owned(), |then| format!("{} ago", ago(then, now)))
}

fn number(number: Option<i64>) -> String {
    number.map_or("-".to_owned(), |number| number.to_string())
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
    let mut lines = Vec::new();
    for known in &several {
        let notes = notes(known, now);
        if !notes.is_empty() {
            lines.push(headline(&known.connection, &known.status.run, now));
            lines.push(wrapped(&notes.join("\n"), look));
        }
    }
    lines.extend((!lines.is_empty()).then(String::new));
    let mut rows = Vec::new();
    for known in &several {
        let ConnectionStatus { run, resources, .. } = &known.status;
        let sum = |of: &dyn Fn(&ResourceStatus) -> Option<i64>| {
            let all: Vec<i64> = resources.iter().filter_map(of).collect();
            (!all.is_empty()).then(|| all.iter().sum())
        };
        // The rows are as old as the oldest of them.
        let oldest = resources.iter().map(|resource| resource.complete_at).min().flatten();
        rows.push(vec![
            known.connection.clone(),
            since(Some(run.started_at), now),
            since(oldest, now),
            number(sum(&|one| one.rows)),
            number(sum(&|one| one.deleted)),
            number(sum(&|one| (one.run_id == Some(run.run_id)).then_some(one.inserted))),
            number(sum(&|one| (one.run_id == Some(run.run_id)).then_some(one.updated))),
            known.verdict().to_owned(),
        ]);
        for one in resources.iter().filter(|one| known.needs_somebody(one)) {
            rows.push(vec![
                format!("  {}", one.resource),
                since(one.started_at, now),
                since(one.complete_at, now),
                number(one.rows),
                number(one.deleted),
                one.inserted.to_string(),
                one.updated.to_string(),
                known.verdict_of(one).to_owned(),
            ]);
        }
    }
    lines.extend(aligned(&HEADER, rows, look));
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

/// What a person should know, and what to type next.
fn notes(
    ConnectionKnown { status, stale, whole_walks, invocation, .. }: &ConnectionKnown,
    now: DateTime<Utc>,
) -> Vec<String> {
    let (skipped, tried): (Vec<_>, Vec<_>) = status
        .resources
        .iter()
        .partition(|resource| resource.verdict.as_deref() == Some("skipped"));
    let mut notes = grouped(tried.into_iter().chain(skipped).map(|resource| {
        let error = resource.error.clone().into_iter().collect();
        (resource.resource, error, resource.next.as_deref())
    }));
    for resource in &status.resources {
        let name = resource.resource;
        // A run that goes on has walks that did not end yet.
        if let Some(at) = resource.interrupted.as_ref().filter(|_| !status.run.running) {
            let listings = match at.listings {
                1 => String::new(),
                listings => format!(" in {listings} listings"),
            };
            let Interrupted { rows, next, .. } = at;
            let rows = count(rows, "row", "rows");
            notes.push(format!("  {name}: interrupted after {rows}{listings}, before {next}"));
        }
        if resource.quarantined > 0 && resource.error.is_none() {
            let rows = resource.quarantined;
            let are = if rows == 1 { "1 row is" } else { &format!("{rows} rows are") };
            notes.push(format!("  {name}: {are} set aside; see `{}`", invocation.of("quarantine")));
        }
        if resource.drift > 0 {
            let fields = count(resource.drift, "field is", "fields are");
            notes.push(format!(
                "  {name}: {fields} unlike the model; see `{}`",
                invocation.of("drift")
            ));
        }
    }
    notes.extend(whole_walks.iter().map(|walk| format!("  {}: {}", walk.resource, walk.said(now))));
    notes.extend(histories(&status.resources, now));
    if !stale.is_empty() {
        notes.push(format!("  too old, or not complete: {}", stale.join(", ")));
    }
    let incomplete = status.run.verdict != "complete" && !status.run.running;
    // Where a resource says what is to be done, another run alone would end in the same way.
    let told = status.resources.iter().any(|resource| resource.next.is_some());
    if !told && (incomplete || !stale.is_empty()) {
        notes.push(format!("    next: run `{}`", invocation.of("sync")));
    }
    notes
}
