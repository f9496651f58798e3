//! Runs of several connections: done side by side, and told in one place.

use schemars::JsonSchema;
use serde::Serialize;

use super::json::print_json;
use super::progress::Progress;
use super::{block_on, now, print, print_errors, stop_on_signals, tell_problems};
use connector_core::error::{Error, Result};
use connector_core::run::Connection;
use connector_core::verdict::{Look, Report, problems_together, table_together, together};

/// What runs came to.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reports {
    pub(super) runs: Vec<Report>,
}

/// What came of several connections: the reports, the errors of others, and the exit status.
pub(super) fn sorted(outcomes: Vec<Result<Report>>) -> (Reports, Vec<Error>, u8) {
    let (mut tried, mut status) = (false, 0);
    let (mut runs, mut errors) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(report) => {
                tried = true;
                status = status.max(report.exit_status());
                runs.push(report);
            }
            Err(error) => {
                tried |= error.exit_status() == 1;
                status = 1;
                errors.push(error);
            }
        }
    }
    (Reports { runs }, errors, if tried { status } else { 2 })
}

/// Prints what came of several connections in one table, and returns the exit status.
pub(super) fn tell_together(
    outcomes: Vec<Result<Report>>,
    (json, quiet): (bool, bool),
    progress: &Progress,
) -> Result<u8> {
    // What is printed above lines that are still drawn would leave the last of them there.
    progress.clear();
    let (reports, errors, status) = sorted(outcomes);
    let look = Look::of_stdout();
    if json {
        print_json(&reports, &errors)?;
        return Ok(status);
    }
    print_errors(&errors);
    let runs = &reports.runs;
    match (&runs[..], quiet) {
        ([], _) => {}
        (_, false) => print(&together(runs, errors.len(), look))?,
        (_, true) if status == 0 => {}
        (_, true) => {
            tell_problems(&problems_together(runs).join("\n"));
            print(&table_together(runs, errors.len(), look))?;
        }
    }
    Ok(status)
}

/// Prints what came of several connections one after the other, errors first, and returns the
/// exit status.
pub fn tell_all(outcomes: Vec<Result<Report>>, json: bool) -> Result<u8> {
    let (reports, errors, status) = sorted(outcomes);
    if json {
        print_json(&reports, &errors)?;
        return Ok(status);
    }
    print_errors(&errors);
    for report in &reports.runs {
        print(&report.to_text_as(Look::of_stdout()))?;
        print("")?;
    }
    Ok(status)
}

/// Syncs connections that stop together and are shown together.
pub fn sync_together(
    connections: Vec<Connection>,
    progress: &Progress,
) -> Result<Vec<Result<Report>>> {
    let Some(stop) = connections.first().map(Connection::stop) else { return Ok(Vec::new()) };
    let several = connections.len() > 1;
    let together = |connection: Connection| {
        let progress =
            if several { progress.of_connection(&connection.name) } else { progress.clone() };
        connection.stopped_by(&stop).shown_by(progress)
    };
    let connections: Vec<Connection> = connections.into_iter().map(together).collect();
    progress.expect_in_all(connections.iter().map(|one| one.selected().count()).sum());
    let outcomes = block_on(async {
        stop_on_signals(&stop, progress);
        connector_core::sync_all(&connections, now()).await
    })?;
    let named = |(connection, outcome): (&Connection, Result<Report>)| {
        outcome
            .map_err(|error| if several { error.at("connection", &connection.name) } else { error })
    };
    Ok(connections.iter().zip(outcomes).map(named).collect())
}
