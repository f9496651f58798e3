//! All connectors in one program: each is a command, and some commands are about all of them.

use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use connector_cli::{CheckAll, StatusAll, SyncAll, called_as_part_of, prepare, print_error, word};
use connector_core::Error;
use vendor_connectors::{connectors, demo, psql};

const PROGRAM: &str = "vendor-connectors";

#[derive(Parser)]
#[command(
    name = PROGRAM,
    about = "Syncs the data of vendors' APIs into Postgres",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// Commands that are about all connectors.
#[derive(Subcommand)]
#[expect(clippy::doc_markdown, reason = "a help text is shown as it is written")]
enum Command {
    /// Sync all connections of connectors.toml side by side
    Sync(SyncAll),
    /// Show the last run, verdict, freshness and rows of each resource of all connections
    Status(StatusAll),
    /// Try all that syncs of all connections need, and say what to do; nothing is written
    Check(CheckAll),
    /// Sync from simulated vendors with invented rows, to see what it is like
    Demo(demo::Args),
    /// Look into the embedded Postgres, or into the database of DATABASE_URL
    Psql(psql::Args),
}

fn main() -> ExitCode {
    called_as_part_of(PROGRAM);
    let of_vendors = connectors::ALL.map(|connector| {
        let command = connector_cli::command(connector).about(connector.doc);
        command.name(word(connector.name)).bin_name(format!("{PROGRAM} {}", word(connector.name)))
    });
    let all = Cli::command().version(connector_cli::version()).subcommands(of_vendors);
    let matches = all.get_matches();
    if let Some((name, matches)) = matches.subcommand()
        && let Some(connector) = connectors::ALL.iter().find(|known| word(known.name) == name)
    {
        return connector_cli::run(connector, matches);
    }
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    run(&cli.command).unwrap_or_else(|error| {
        match error.downcast_ref() {
            Some(error) => print_error(error),
            None => print_error(&Error::settings(format!("{error:#}"))),
        }
        let status = error.downcast_ref().map_or(2, Error::exit_status);
        ExitCode::from(status)
    })
}

fn run(command: &Command) -> Result<ExitCode> {
    let all = &connectors::ALL;
    let status = match command {
        Command::Sync(args) => connector_cli::sync_all(all, args)?,
        Command::Status(args) => connector_cli::status_all(all, args)?,
        Command::Check(args) => connector_cli::check_all(all, args)?,
        Command::Demo(args) => {
            prepare(None)?;
            return demo::run(args, "vendor-connectors psql");
        }
        Command::Psql(args) => {
            prepare(None)?;
            return psql::run(args);
        }
    };
    Ok(ExitCode::from(status))
}
