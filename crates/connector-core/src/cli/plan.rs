//! `plan`: what a sync would do.

use super::sync::What;
use super::{LogFormat, block_on, now, print, stop_on_signals, to_json};
use crate::error::Result;
use crate::progress::Progress;
use crate::report::Look;
use crate::resource::Connector;
use crate::settings::{Connection, File};

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
    /// Write no log and no progress, but errors; the report goes to stdout all the same
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// How log lines are written; progress is shown on a terminal only, and not among JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
}

pub(super) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let flags = args.what.flags();
    let connection = Connection::resolve(connector, &File::read(flags.config.as_deref())?, &flags)?;
    let connection = connection.shown_by(progress);
    let report = block_on(async {
        stop_on_signals(&connection.stop());
        crate::sync::plan(&connection, now(), args.sample).await
    });
    progress.clear();
    let report = report??;
    print(&if args.json { to_json(&report)? } else { report.to_plan(Look::of_stdout()) })?;
    Ok(report.exit_status())
}
