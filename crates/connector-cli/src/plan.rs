//! `plan`: what a sync would do.

use super::chosen::Chosen;
use super::json::print_json;
use super::log_options::Log;
use super::sync::{What, to_its_end};
use super::together::{Reports, sorted};
use super::{now, print, print_errors, print_problems};
use crate::progress::Progress;
use connector_core::error::Result;
use connector_core::verdict::{Look, Report, plans_together};
use connector_spec::Connector;

/// Show what a sync would do: the statements for the tables, and the rows that would change
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    pub(super) how: How,
}

/// What is told of it.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// Show what would happen to so many rows of each resource, by their keys
    #[arg(long, value_name = "N", default_value_t = 0)]
    sample: usize,
    /// Print the plan as one JSON document
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) log: Log,
}

pub(super) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let Args { what, how } = args;
    let chosen = what.choose(connector)?;
    if chosen.each.len() > 1 {
        return tell_several(several(chosen, &how, progress), &how);
    }
    let report = to_its_end(&chosen, progress, async |connection| {
        connector_core::run::plan(connection, now(), how.sample).await
    })?;
    if how.json {
        print_json(&Reports { runs: vec![report.clone()] }, &[])?;
    } else if how.log.quiet {
        print_problems(&report)?;
    } else {
        print(&report.to_plan(Look::of_stdout()))?;
    }
    Ok(report.exit_status())
}

/// Rehearses syncs one after the other: the tables that one would make, another may wait for.
pub(super) fn several(chosen: Chosen, how: &How, progress: &Progress) -> Vec<Result<Report>> {
    let Chosen { file, each, wrong } = chosen;
    let mut outcomes: Vec<Result<Report>> = wrong.into_iter().map(Err).collect();
    let several = each.len() > 1;
    let mut one = Chosen { file, each: Vec::new(), wrong: Vec::new() };
    for (connector, flags) in each {
        let name = flags.connection.clone().unwrap_or_else(|| connector.name.to_owned());
        let progress = progress.of_connection(&name);
        one.each = vec![(connector, flags)];
        let outcome = to_its_end(&one, &progress, async |connection| {
            connector_core::run::plan(connection, now(), how.sample).await
        });
        outcomes.push(
            outcome.map_err(|error| if several { error.at("connection", name) } else { error }),
        );
    }
    outcomes
}

/// Prints what syncs would do in one table, and returns the exit status.
pub(super) fn tell_several(outcomes: Vec<Result<Report>>, how: &How) -> Result<u8> {
    let (reports, errors, status) = sorted(outcomes);
    if how.json {
        print_json(&reports, &errors)?;
    } else {
        print_errors(&errors);
        if how.log.quiet {
            reports.runs.iter().try_for_each(print_problems)?;
            return Ok(status);
        }
        match &reports.runs[..] {
            [] => {}
            [one] if errors.is_empty() => print(&one.to_plan(Look::of_stdout()))?,
            several => print(&plans_together(several, errors.len(), Look::of_stdout()))?,
        }
    }
    Ok(status)
}
