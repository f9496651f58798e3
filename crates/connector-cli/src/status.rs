//! `status`: how each resource came out last, and how fresh its rows are.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::ago::ago;
use super::{Which, block_on, duration, now, print, print_error, to_json};
use crate::settings::{File, Flags, Place};
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::Foreign;
use connector_core::store::{
    ConnectionStatus, HistoryStatus, Interrupted, PartsStatus, ResourceStatus, RunStatus,
};
use connector_core::verdict::{Look, aligned, grouped};
use connector_core::words::count;
use connector_spec::{Connector, Paging, Resource};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    how: How,
}

/// What is looked at, and how it is shown.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// Exit with 1 if a resource was not complete within this time, or is not in its last run; as in 26h
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_age: Option<Duration>,
    /// Leave out the numbers of rows, which take long to count in large tables
    #[arg(long)]
    no_counts: bool,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// What is known of a connection, and what is wrong with it.
#[derive(Debug, Serialize)]
struct Known {
    connection: String,
    schema: String,
    #[serde(flatten)]
    status: ConnectionStatus,
    /// Resources that are older than they may be, or not complete.
    stale: Vec<String>,
    /// Resources of which runs read only what is new, and when all of each is read again.
    whole_walks: Vec<WholeWalk>,
    /// What to type to sync it.
    #[serde(skip)]
    sync: String,
}

/// A resource of which runs read only what is new.
#[derive(Debug, Serialize)]
struct WholeWalk {
    resource: &'static str,
    /// When all of it was last read.
    last: Option<DateTime<Utc>>,
    /// When it will be again; nothing if that is turned off.
    due: Option<DateTime<Utc>>,
}

impl WholeWalk {
    /// Those of a place; of a window, no walk has all.
    fn of(place: &Place, status: &ConnectionStatus, now: DateTime<Utc>) -> Vec<Self> {
        let reads_part = |resource: &&&'static Resource| {
            let is_window = matches!(resource.paging, Paging::Window { .. });
            (resource.filter.is_some() || resource.append_only.is_some()) && !is_window
        };
        let walk = |resource: &&'static Resource| {
            let known = status.resources.iter().find(|known| known.resource == resource.name)?;
            known.run_id?;
            let last = known.whole_at;
            let every = place.settings.of(resource.name).full_refresh_every;
            let due = every.map(|every| {
                last.and_then(|last| last.checked_add_signed(every)).unwrap_or(now).max(now)
            });
            Some(Self { resource: resource.name, last, due })
        };
        place.resources.iter().filter(reads_part).filter_map(walk).collect()
    }

    fn said(&self, now: DateTime<Utc>) -> String {
        let last = match self.last {
            Some(last) => format!("all of it was last read {} ago", ago(last, now)),
            None => "all of it was never read".to_owned(),
        };
        let due = match self.due {
            Some(due) if due <= now => "the next run does it".to_owned(),
            Some(due) => format!("the next time is in {}", ago(now, due)),
            None => "no run does it by itself, so rows that the vendor deletes stay".to_owned(),
        };
        format!("  {}: {last}; {due}", self.resource)
    }
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    let (file, each) = args.which.each(connector)?;
    let each: Vec<_> = each.into_iter().map(|flags| (connector, flags)).collect();
    show(&file, &each, &args.how)
}

/// Shows these connections of a file, and returns the exit status.
pub(super) fn show(file: &File, each: &[(&'static Connector, Flags)], how: &How) -> Result<u8> {
    let now = now();
    let max_age = how.max_age.map(|age| TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX));
    let (mut known, mut failures) = (Vec::new(), Vec::new());
    block_on(async {
        for (connector, flags) in each {
            let known_of = async {
                let place = Place::resolve(connector, file, flags)?;
                let status = read(connector, &place, !how.no_counts).await?;
                let stale = max_age.map(|age| stale(&status, age, now)).unwrap_or_default();
                let whole_walks = WholeWalk::of(&place, &status, now);
                let Place { name, schema, sync, .. } = place;
                Ok(Known { connection: name, schema, status, stale, whole_walks, sync })
            };
            match known_of.await {
                Ok(one) => known.push(one),
                Err(error) => failures.push(error),
            }
        }
    })?;
    failures.iter().for_each(print_error);
    if how.json {
        print(&to_json(&serde_json::json!({ "connections": known }))?)?;
    } else {
        let texts: Vec<String> = known.iter().map(|known| text(known, now)).collect();
        if !texts.is_empty() {
            print(&texts.join("\n\n"))?;
        }
    }
    Ok(match (known.is_empty(), failures.is_empty()) {
        (true, false) => failures.iter().map(Error::exit_status).max().unwrap_or(2),
        (_, true) => u8::from(known.iter().any(|known| !known.stale.is_empty())),
        (false, false) => 1,
    })
}

async fn read(connector: &Connector, place: &Place, counting: bool) -> Result<ConnectionStatus> {
    let never = || place.never_synced(connector);
    let Some(database) = place.database().await? else { return Err(never()) };
    let status = database.status(&place.schema, &place.resources, counting).await;
    database.close().await;
    // Nothing is tried here that could leave something undone.
    let status = status.map_err(Error::before_start)?.ok_or_else(never)?;
    if status.run.connector == connector.name {
        return Ok(status);
    }
    let what = format!(
        "the schema `{}` belongs to the connector `{}`",
        place.schema,
        Foreign(&status.run.connector)
    );
    Err(Error::new(ErrorKind::Settings, what).next("name another schema with --schema"))
}

/// The resources without a complete run within that time, or with a newest run that is not complete.
fn stale(status: &ConnectionStatus, max_age: TimeDelta, now: DateTime<Utc>) -> Vec<String> {
    let bad = |resource: &&ResourceStatus| {
        let fresh = resource.complete_at.is_some_and(|at| now - at <= max_age);
        // A resource that is being read is judged by the run before.
        let whole = resource.verdict.as_deref() == Some("complete")
            || (resource.finished_at.is_none() && status.run.running);
        !fresh || !whole
    };
    status.resources.iter().filter(bad).map(|resource| resource.resource.to_owned()).collect()
}

fn text(known: &Known, now: DateTime<Utc>) -> String {
    let Known { connection, status, .. } = known;
    let mut text = vec![headline(connection, &status.run, now), String::new()];
    // The columns that a narrow terminal can do without go first where the number is highest.
    let mut header = vec![("resource", 0), ("last run", 3), ("complete", 0)];
    let counted = status.resources.iter().any(|resource| resource.rows.is_some());
    if counted {
        header.extend([("rows", 1), ("deleted", 2)]);
    }
    let cursors = status.resources.iter().any(|resource| resource.cursor.is_some());
    if cursors {
        header.push(("data until", 4));
    }
    header.push(("verdict", 0));
    let since = |then: Option<DateTime<Utc>>| match then {
        Some(then) => format!("{} ago", ago(then, now)),
        None => "never".to_owned(),
    };
    let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
    let rows = status.resources.iter().map(|resource| {
        let mut row = vec![
            resource.resource.to_owned(),
            since(resource.started_at),
            since(resource.complete_at),
        ];
        if counted {
            row.extend([number(resource.rows), number(resource.deleted)]);
        }
        if cursors {
            let day = |at: DateTime<Utc>| at.format("%Y-%m-%d").to_string();
            row.push(resource.cursor.map_or("-".to_owned(), day));
        }
        row.push(verdict(resource, &status.run).to_owned());
        row
    });
    text.extend(aligned(&header, rows.collect(), Look::of_stdout()));
    let is_over = status.run.finished_at.is_some();
    let several = status.parts.iter().filter(|parts| !is_over && parts.closed < parts.parts);
    text.extend(several.flat_map(|parts| workers(parts, now)));
    text.extend(notes(known, now));
    text.join("\n")
}

/// The verdict, or what there is in its place.
fn verdict<'a>(resource: &'a ResourceStatus, run: &RunStatus) -> &'a str {
    match (&resource.verdict, resource.finished_at) {
        (None, _) => "-",
        (Some(_), None) if run.running && resource.run_id == Some(run.run_id) => "running",
        (Some(_), None) => "broken off",
        (Some(verdict), Some(_)) => verdict,
    }
}

/// What is known of former versions, in lines that resources with the same share.
fn histories(resources: &[ResourceStatus], now: DateTime<Utc>) -> Vec<String> {
    let of = |resource: &ResourceStatus| {
        let HistoryStatus { since, until, .. } = resource.history.as_ref()?;
        let since = ago(*since, now);
        Some(match until {
            None => format!("history since {since} ago"),
            Some(until) => format!(
                "history was turned off {} ago; what is known of the time from {since} ago until then stays",
                ago(*until, now)
            ),
        })
    };
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for resource in resources {
        let Some(what) = of(resource) else { continue };
        let versions = resource.history.as_ref().and_then(|history| history.versions);
        let name = match versions {
            Some(versions) => {
                format!("{} ({})", resource.resource, count(versions, "version", "versions"))
            }
            None => resource.resource.to_owned(),
        };
        match said.iter_mut().find(|(other, _)| *other == what) {
            Some((_, names)) => names.push(name),
            None => said.push((what, vec![name])),
        }
    }
    said.into_iter().map(|(what, names)| format!("  {}: {what}", names.join(", "))).collect()
}

fn headline(connection: &str, run: &RunStatus, now: DateTime<Utc>) -> String {
    let began = ago(run.started_at, now);
    let RunStatus { run_id, preset, .. } = run;
    let how = match (run.finished_at, run.running) {
        (None, true) => format!("is running, for {began}"),
        (None, false) => format!("broke off; it began {began} ago"),
        (Some(_), _) if run.interrupted => format!("was stopped, {began} ago: {}", run.verdict),
        (Some(_), _) if run.verdict == "failed" => format!("failed, {began} ago"),
        (Some(_), _) => format!("was {}, {began} ago", run.verdict),
    };
    format!("{connection}: run {run_id} (preset {preset}) {how}")
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
    Known { status, stale, whole_walks, sync, .. }: &Known,
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
        if let Some(at) = &resource.interrupted {
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
            notes.push(format!("  {name}: rows without a place, in sync.quarantine: {rows}"));
        }
        if resource.drift > 0 {
            let fields = resource.drift;
            notes.push(format!("  {name}: fields unlike the model, in sync.drift: {fields}"));
        }
    }
    notes.extend(whole_walks.iter().map(|walk| walk.said(now)));
    notes.extend(histories(&status.resources, now));
    if !stale.is_empty() {
        notes.push(format!("  too old, or not complete: {}", stale.join(", ")));
    }
    let incomplete = status.run.verdict != "complete" && !status.run.running;
    // Where a resource says what is to be done, another run alone would end in the same way.
    let told = status.resources.iter().any(|resource| resource.next.is_some());
    if !told && (incomplete || !stale.is_empty()) {
        notes.push(format!("    next: run `{sync}`"));
    }
    if !notes.is_empty() {
        notes.insert(0, String::new());
    }
    notes
}
