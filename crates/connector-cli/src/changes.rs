//! `changes`: which rows are new, changed, back and gone since a time or a run.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::ago::ago;
use super::chosen::{Chosen, OfConnector};
use super::json::print_json;
use super::known::came_out;
use super::{now, print, print_errors, since, tell};
use connector_core::error::{Error, Result};
use connector_core::store::{
    ConnectionChanges, FieldChange, ResourceChanges, RowChange, Shown, Since,
};
use connector_core::verdict::{Look, Verdict, aligned, wrapped};
use connector_core::words::{count, number};
use connector_spec::Connector;

pub(super) type Args = OfConnector<How>;

/// What is told of changes, and how.
#[derive(Debug, clap::Args)]
pub struct How {
    /// What all runs after this run changed, or all that went on after this time or so long ago: as in 41, 2024-01-31, 2024-01-31T12:00:00Z or 14h [default: what the newest run changed]
    #[arg(long, value_name = "TIME|RUN", value_parser = since)]
    since: Option<Since>,
    /// Show the keys of rows too
    #[arg(long)]
    keys: bool,
    /// Show the keys, and of rows that changed which fields, from what to what; where a history is kept
    #[arg(long)]
    fields: bool,
    /// At most this many rows of each kind of change and resource [default: 20, and all as CSV]
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
    /// Print the rows as comma-separated values, all of them unless --limit says otherwise
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

/// What changed of a connection.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConnectionChanged {
    connection: String,
    schema: String,
    #[serde(flatten)]
    changes: ConnectionChanges,
    /// What the file of connections is called.
    #[serde(skip)]
    file: String,
    /// The columns of each resource's key.
    #[serde(skip)]
    keys: Vec<Vec<&'static str>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct All {
    connections: Vec<ConnectionChanged>,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    show(args.which.choose(connector)?, &args.how)
}

/// Shows what changed of these connections, and returns the exit status.
pub(super) fn show(mut chosen: Chosen, how: &How) -> Result<u8> {
    let wanted = how.since.unwrap_or(Since::NewestRun);
    if matches!(wanted, Since::Time(time) if time > now()) {
        return Err(Error::settings("--since is a time that is still to come").next(
            "name one that is over, in UTC, as in 2024-01-31T12:00:00Z, or how long ago, as in 14h",
        ));
    }
    let rows = match (how.keys || how.fields, how.csv) {
        (false, false) => 0,
        (true, false) => how.limit.map_or(20, i64::from),
        (_, true) => how.limit.map_or(i64::MAX, i64::from),
    };
    let (mut connections, errors) = chosen.read(&async |connector, place, database| {
        let shown = Shown { rows, fields: how.fields };
        let changes = database.changes(&place.schema, &place.resources, wanted, shown).await?;
        let changes = changes.ok_or_else(|| place.never_synced(connector))?;
        let keys = place.resources.iter().map(|resource| resource.key_columns().collect());
        let keys = keys.collect();
        Ok(ConnectionChanged {
            connection: place.name.clone(),
            schema: place.schema.clone(),
            changes,
            file: place.file.clone(),
            keys,
        })
    })?;
    if how.json {
        print_json(&All { connections }, &errors)?;
        return Ok(status(&errors));
    }
    print_errors(&errors);
    if how.csv {
        for known in &connections {
            for line in caveats(known, now()) {
                tell(&format!("{}: {line}", known.connection));
            }
        }
        print(csv(&connections)?.trim_end())?;
    } else if !connections.is_empty() {
        connections.sort_by_key(|known| known.changes.first_run_id.is_none());
        print(&text(&connections, how, now(), Look::of_stdout()))?;
    }
    Ok(status(&errors))
}

fn status(errors: &[Error]) -> u8 {
    errors.iter().map(Error::exit_status).max().unwrap_or(0)
}

/// How many rows changed, in the order in which they are shown.
fn counts(changes: &ResourceChanges) -> [(i64, RowChange, &'static str); 4] {
    [
        (changes.inserted, RowChange::Inserted, "new"),
        (changes.updated, RowChange::Updated, "changed"),
        (changes.returned, RowChange::Returned, "back"),
        (changes.deleted, RowChange::Deleted, "gone"),
    ]
}

fn text(all: &[ConnectionChanged], how: &How, now: DateTime<Utc>, look: Look) -> String {
    let several = all.len() > 1;
    let mut lines: Vec<String> = all.iter().map(|known| headline(known, now)).collect();
    let name = |known: &ConnectionChanged, changes: &ResourceChanges| {
        if several {
            format!("{}.{}", known.connection, changes.resource)
        } else {
            changes.resource.to_owned()
        }
    };
    let changed = || {
        all.iter().flat_map(|known| {
            let resources = known.changes.resources.iter().zip(&known.keys);
            resources.map(move |(changes, keys)| (known, changes, keys))
        })
    };
    let changed = || changed().filter(|(_, changes, _)| counts(changes).iter().any(|it| it.0 > 0));
    let rows: Vec<Vec<String>> = changed()
        .map(|(known, changes, _)| {
            let numbers = counts(changes).map(|(rows, ..)| number(rows));
            [name(known, changes)].into_iter().chain(numbers).chain([String::new()]).collect()
        })
        .collect();
    if !rows.is_empty() {
        const HEADER: [(&str, u8); 6] =
            [("resource", 0), ("new", 0), ("changed", 0), ("back", 0), ("gone", 0), ("", 0)];
        lines.push(String::new());
        lines.extend(aligned(&HEADER, rows, look));
    }
    if how.keys || how.fields {
        for (known, changes, keys) in changed() {
            lines.push(String::new());
            lines.push(format!("{} ({}):", name(known, changes), keys.join(", ")));
            for (rows, change, word) in counts(changes).into_iter().filter(|it| it.0 > 0) {
                let shown: Vec<&str> =
                    changes.rows.iter().filter(|row| row.change == change).map(|_| word).collect();
                for row in changes.rows.iter().filter(|row| row.change == change) {
                    lines.push(format!("  {word:<8} {}", row.key.join("  ")));
                    if row.fields.as_ref().is_some_and(BTreeMap::is_empty) {
                        lines.push(format!("           {AS_BEFORE}"));
                    }
                    for (field, FieldChange { from, to }) in row.fields.iter().flatten() {
                        let (from, to) = (short(from), short(to));
                        lines.push(format!("           {field}: {from} → {to}"));
                    }
                }
                let more = rows - i64::try_from(shown.len()).unwrap_or(rows);
                if more > 0 {
                    lines.push(format!("  {word:<8} and {} more", number(more)));
                }
            }
        }
    }
    let without = changed().find(|(_, changes, _)| !changes.history).filter(|_| how.fields);
    if let Some((ConnectionChanged { file, .. }, ..)) = without {
        lines.push(String::new());
        lines.push(format!("where no history is kept, it is not known how rows were; `history = true` in {file} keeps one from then on"));
    }
    wrapped(&lines.join("\n"), look)
}

/// Of a row that changed, and no field of which differs.
const AS_BEFORE: &str = "no field differs now: it changed and changed back, or only `exclude` or `fingerprint` changed it";

/// A value in a line.
fn short(value: &serde_json::Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn headline(known: &ConnectionChanged, now: DateTime<Utc>) -> String {
    let ConnectionChanged { connection, changes, .. } = known;
    let (Some(first), Some(last)) = (changes.first_run_id, changes.last_run_id) else {
        return format!("{connection}: no run since then");
    };
    let runs =
        if first == last { format!("run {last}") } else { format!("runs {first} to {last}") };
    let began = changes.since.map_or(String::new(), |at| format!(", from {} ago", ago(at, now)));
    let written = changes.resources.iter().filter(|of| counts(of).iter().any(|it| it.0 > 0));
    let tables = match written.count() {
        0 => "nothing changed".to_owned(),
        tables => format!("changes in {}", count(tables, "table", "tables")),
    };
    let mut lines = vec![format!("{connection}: {tables} ({runs}{began})")];
    lines.extend(caveats(known, now).into_iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// What may have changed besides.
fn caveats(
    ConnectionChanged { changes, .. }: &ConnectionChanged,
    now: DateTime<Utc>,
) -> Vec<String> {
    let mut lines = Vec::new();
    if changes.first_run_id.is_none() {
        return lines;
    }
    lines.extend(changes.forgotten_until.map(|until| {
        format!(
            "records of runs that ended before {} ago were forgotten: what they did is told by the times of rows, and as far as these go back",
            ago(until, now)
        )
    }));
    let unread: Vec<String> = changes
        .resources
        .iter()
        .filter(|of| of.verdict.is_some())
        .map(|of| {
            let goes_on = changes.running && of.run_id == changes.last_run_id;
            (of.resource, came_out(of.verdict.as_deref(), of.finished_at.is_some(), goes_on))
        })
        .filter(|(_, verdict)| *verdict != Verdict::Complete.name())
        .map(|(resource, verdict)| format!("{resource} ({verdict})"))
        .collect();
    if !unread.is_empty() {
        lines.push(format!(
            "not proved whole, so that more may have changed: {}",
            unread.join(", ")
        ));
    }
    lines
}

/// The rows as comma-separated values, with a header.
fn csv(all: &[ConnectionChanged]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| Error::settings("the rows cannot be written").because(error);
    writer
        .write_record([
            "connection",
            "resource",
            "table",
            "change",
            "key_columns",
            "key",
            "at",
            "field",
            "from",
            "to",
        ])
        .map_err(failed)?;
    for known in all {
        for (changes, keys) in known.changes.resources.iter().zip(&known.keys) {
            for row in &changes.rows {
                let record = [
                    known.connection.clone(),
                    changes.resource.to_owned(),
                    format!("{}.{}", known.schema, changes.table),
                    row.change.name().to_owned(),
                    keys.join(" "),
                    row.key.join(" "),
                    row.at.to_rfc3339(),
                ];
                // A row has a line for each field that changed, and one if none is told.
                let fields = row.fields.iter().flatten();
                let mut fields: Vec<[String; 3]> = fields
                    .map(|(name, field)| {
                        [name.clone(), field.from.to_string(), field.to.to_string()]
                    })
                    .collect();
                if fields.is_empty() {
                    fields.push(<[String; 3]>::default());
                }
                for field in &fields {
                    writer.write_record(record.iter().chain(field)).map_err(failed)?;
                }
            }
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::settings("the rows cannot be written").because(error.error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
