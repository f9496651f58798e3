//! `quarantine`: the rows that have no place in their tables, and why.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::ago::ago;
use super::chosen::{Chosen, OfConnector, tell};
use super::now;
use connector_core::error::Result;
use connector_core::run::AllSettings;
use connector_core::store::{QuarantinedReason, ResourceQuarantine};
use connector_core::verdict::{Look, Tolerance, wrapped};
use connector_core::words::{Invocation, count, number};
use connector_spec::Connector;

pub(super) type Args = OfConnector<How>;

/// What is told of the rows, and how.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Show the rows too, the newest so many of each resource
    #[arg(long, value_name = "N", default_value_t = 0, default_missing_value = "5", num_args = 0..=1)]
    rows: u32,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConnectionQuarantine {
    connection: String,
    schema: String,
    resources: Vec<ResourceQuarantine>,
    #[serde(skip)]
    settings: AllSettings,
    #[serde(skip)]
    invocation: Invocation,
    /// What the file of connections is called.
    #[serde(skip)]
    file: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct All {
    connections: Vec<ConnectionQuarantine>,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    show(args.which.choose(connector)?, &args.how)
}

/// Shows the rows of these connections, and returns the exit status: 1 if there is one.
pub(super) fn show(mut chosen: Chosen, how: &How) -> Result<u8> {
    let (connections, errors) = chosen.read(&async |connector, place, database| {
        let names: Vec<&str> = place.resources.iter().map(|resource| resource.name).collect();
        let kept = database.quarantine(&place.schema, &names, i64::from(how.rows)).await?;
        let resources = kept.ok_or_else(|| place.never_synced(connector))?;
        let (connection, schema) = (place.name.clone(), place.schema.clone());
        Ok(ConnectionQuarantine {
            connection,
            schema,
            resources,
            settings: place.settings.clone(),
            invocation: place.invocation.clone(),
            file: place.file.clone(),
        })
    })?;
    let all = All { connections };
    let (now, look) = (now(), Look::of_stdout());
    let texts = all.connections.iter().map(|known| wrapped(&text(known, now), look));
    tell(&all, &errors, how.json, texts)
}

fn text(known: &ConnectionQuarantine, now: DateTime<Utc>) -> String {
    if known.resources.is_empty() {
        return format!("{}: no row is set aside", known.connection);
    }
    let rows: i64 = known.resources.iter().map(|resource| resource.quarantined).sum();
    let are = count(rows, "row is", "rows are");
    let (too_many, others): (Vec<_>, Vec<_>) = known.resources.iter().partition(|resource| {
        let tolerated = known.settings.of(&resource.resource).quarantine;
        matches!(resource.weight(tolerated), Some((_, true)))
    });
    let is_tolerated = |resource: &ResourceQuarantine| resource.weight(Tolerance::ALL).is_some();
    let all_tolerated = too_many.is_empty() && others.iter().all(|one| is_tolerated(one));
    let which = if all_tolerated { ", which is tolerated" } else { "" };
    let mut lines = vec![format!("{}: {are} set aside{which}", known.connection)];
    for resource in &known.resources {
        for reason in &resource.reasons {
            lines.push(format!("  {}: {}", resource.resource, sentence(reason, now)));
        }
        for row in &resource.rows {
            let page = row.page.map_or(String::new(), |page| format!(", page {page}"));
            lines.push(format!("    row {}{page}: {}", row.id, row.raw));
        }
    }
    if !all_tolerated {
        let tolerated = others.iter().filter(|one| is_tolerated(one));
        let names: Vec<&str> = tolerated.map(|one| one.resource.as_str()).collect();
        if !names.is_empty() {
            lines.push(format!("  tolerated: those of {}", names.join(", ")));
        }
        lines.push(format!("    next: {}", advice(known, &too_many)));
    }
    lines.join("\n")
}

/// What to do about rows of these resources, of which there are more than are tolerated; or, if
/// there are none, about rows that an earlier run set aside.
fn advice(known: &ConnectionQuarantine, too_many: &[&ResourceQuarantine]) -> String {
    let AllSettings { all, .. } = &known.settings;
    if too_many.is_empty() {
        let sync = known.invocation.of("sync");
        return format!("run `{sync}`; a whole listing without them takes them away");
    }
    // A number of rows is the one from which on it is wrong, so that one more tolerates these.
    let mut sections: BTreeMap<String, u64> = BTreeMap::new();
    let mut is_set = false;
    for resource in too_many {
        let tolerated = known.settings.of(&resource.resource).quarantine;
        is_set |= tolerated != Tolerance::default();
        // A line for all resources would tolerate rows where there are none now.
        let for_all = too_many.len() > 1 || all.quarantine != Tolerance::default();
        let section = if tolerated == all.quarantine && for_all {
            format!("[connections.{}]", known.connection)
        } else {
            format!("[connections.{}.resources.{}]", known.connection, resource.resource)
        };
        let rows = resource.weight(tolerated).map_or(0, |(rows, _)| rows.saturating_add(1));
        let from = sections.entry(section).or_default();
        *from = rows.max(*from);
    }
    let lines = sections
        .iter()
        .map(|(section, rows)| format!("`quarantine = {{ rows = {rows} }}` below `{section}`"));
    let lines = lines.collect::<Vec<_>>().join(" and ");
    let now = if is_set { "; the limit that is set there now is exceeded" } else { "" };
    format!(
        "mend the rows at the vendor, and a whole listing without them takes them away; or tolerate so many, by {lines} in {}{now}",
        known.file
    )
}

/// One reason in a sentence: how many rows, where, why, and whether it happens still.
fn sentence(reason: &QuarantinedReason, now: DateTime<Utc>) -> String {
    let QuarantinedReason { quarantined, page, run_id, seen_at, still, reason } = reason;
    let at = match (quarantined, page) {
        (1, Some(page)) => format!("1 row on page {page}"),
        (1, None) => "1 row".to_owned(),
        (rows, Some(page)) => format!("{} rows, one of them on page {page}", number(rows)),
        (rows, None) => format!("{} rows", number(rows)),
    };
    let when = if *still { "in the newest run" } else { "and not since" };
    format!("{at}: {reason} (run {run_id}, {} ago, {when})", ago(*seen_at, now))
}
