//! `plan`: what a sync would do.

use super::sync::{What, to_its_end};
use super::{Log, now, print, to_json};
use crate::progress::Progress;
use connector_core::error::Result;
use connector_core::verdict::Look;
use connector_spec::Connector;

/// Show what a sync would do: the statements for the tables, and the rows that would change
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Show what would happen to so many rows of each resource, by their keys
    #[arg(long, value_name = "N", default_value_t = 0)]
    sample: usize,
    /// Print the plan as one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) log: Log,
}

pub(super) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let report = to_its_end(connector, &args.what.flags(), progress, async |connection| {
        connector_core::run::plan(connection, now(), args.sample).await
    })?;
    print(&if args.json { to_json(&report)? } else { report.to_plan(Look::of_stdout()) })?;
    Ok(report.exit_status())
}
