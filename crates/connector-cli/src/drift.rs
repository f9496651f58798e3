//! `drift`: where the models and what came disagree, and where the values are.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::ago::ago;
use super::chosen::{Chosen, OfConnector, tell};
use super::now;
use connector_core::error::Result;
use connector_core::store::DriftRecord;
use connector_core::verdict::{Look, drift_said, wrapped};
use connector_core::words::count;
use connector_spec::Connector;

pub(super) type Args = OfConnector<How>;

/// What is told of disagreements, and how.
#[derive(Debug, clap::Args)]
pub struct How {
    /// Show those too that were mended since
    #[arg(long)]
    mended: bool,
    /// Print one JSON document, with all of them
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConnectionDrift {
    connection: String,
    schema: String,
    drift: Vec<DriftRecord>,
    /// Which of them are about fields that a person leaves out.
    #[serde(skip)]
    left_out: Vec<bool>,
    /// What the file of connections is called.
    #[serde(skip)]
    file: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct All {
    connections: Vec<ConnectionDrift>,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    show(args.which.choose(connector)?, &args.how)
}

/// Shows the disagreements of these connections, and returns the exit status.
pub(super) fn show(mut chosen: Chosen, how: &How) -> Result<u8> {
    let (connections, errors) = chosen.read(&async |connector, place, database| {
        let names: Vec<&str> = place.resources.iter().map(|resource| resource.name).collect();
        let drift = database.drift(&place.schema, &names).await?;
        let drift = drift.ok_or_else(|| place.never_synced(connector))?;
        let is_left_out = |record: &DriftRecord| {
            let resource = place.resources.iter().find(|one| one.name == record.resource);
            let column = resource.and_then(|resource| {
                resource.table_columns().find(|column| column.wire == record.field)
            });
            let name = column.map_or_else(
                || format!("_extra.{}", record.field),
                |column| column.name.to_owned(),
            );
            place.settings.of(&record.resource).choice.exclude.contains(&name)
        };
        let left_out = drift.iter().map(is_left_out).collect();
        Ok(ConnectionDrift {
            connection: place.name.clone(),
            schema: place.schema.clone(),
            drift,
            left_out,
            file: place.file.clone(),
        })
    })?;
    let all = All { connections };
    let (now, look) = (now(), Look::of_stdout());
    let texts = all.connections.iter().map(|known| wrapped(&text(known, how, now), look));
    tell(&all, &errors, how.json, texts)
}

fn text(
    ConnectionDrift { connection, drift, left_out, file, .. }: &ConnectionDrift,
    how: &How,
    now: DateTime<Utc>,
) -> String {
    // What is left out comes no more, and nothing was mended by that.
    let (left_out, others): (Vec<_>, Vec<_>) =
        drift.iter().zip(left_out).partition(|(record, left_out)| **left_out && !record.still);
    let (still, mended): (Vec<_>, Vec<_>) =
        others.into_iter().map(|(record, _)| record).partition(|record| record.still);
    let fields = match still.len() {
        0 => "all fields are as the models have them".to_owned(),
        fields => format!("{} unlike the models", count(fields, "field is", "fields are")),
    };
    let were = match mended.len() {
        0 => String::new(),
        fields if still.is_empty() => {
            format!(
                "; {}",
                count(fields, "was not, and has been mended", "were not, and have been mended")
            )
        }
        fields => format!(
            "; {}",
            count(fields, "more was, and has been mended", "more were, and have been mended")
        ),
    };
    let without = match left_out.len() {
        0 => String::new(),
        fields => format!(
            "; {}",
            count(fields, "field is left out by `exclude`", "fields are left out by `exclude`")
        ),
    };
    let mut lines = vec![format!("{connection}: {fields}{were}{without}")];
    let adopted = still.iter().find(|record| record.adopt.is_some()).map(|record| &record.field);
    for record in still {
        lines.push(format!("  {}: {}", record.resource, sentence(record, now)));
        if record.adopt.is_some() {
            lines.push(format!("    in SQL: _extra -> '{}'", record.field.replace('\'', "''")));
        }
    }
    if let Some(field) = adopted {
        lines.push(format!("    next: read them from _extra as shown; a newer version of the program may have columns for them, so upgrade, or report the fields to its makers; what is not to be kept is left out by its name, as in `exclude = [\"_extra.{field}\"]` below `[connections.{connection}]` in {file}"));
    }
    if how.mended {
        let mended = mended.into_iter();
        lines.extend(
            mended
                .map(|record| format!("  {}: mended: {}", record.resource, sentence(record, now))),
        );
    }
    lines.join("\n")
}

/// One disagreement in a sentence: which field, what it is, where its values are, and since when.
fn sentence(record: &DriftRecord, now: DateTime<Utc>) -> String {
    let DriftRecord { field, kind, json_type, shape, .. } = record;
    let what = drift_said(field, kind, json_type, shape.as_deref().unwrap_or_default());
    let first =
        format!("since run {}, {} ago", record.first_run_id, ago(record.first_seen_at, now));
    let last = match (record.last_run_id, record.last_seen_at) {
        (Some(run), Some(at)) if run != record.first_run_id => {
            format!(", last in run {run}, {} ago", ago(at, now))
        }
        _ => String::new(),
    };
    format!("{what} ({first}{last})")
}
