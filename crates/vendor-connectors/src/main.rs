//! All connectors in one program: each is a command, and some commands are about all of them.

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use connector_cli::{
    CheckAll, InitSeveral, StatusAll, SyncAll, called_as_part_of, prepare, print_error, word,
};
use connector_core::{Connector, Error};
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
    /// Set connections up, one after another, by questions on a terminal
    Init(InitSeveral),
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
    if let Some(connector) = called_as_a_connector() {
        // Its words, in help and in errors, are those of the connector's own program.
        let matches = connector_cli::command(connector).get_matches_from(env::args_os().skip(1));
        return connector_cli::run(connector, &matches);
    }
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

/// The connector whose program this is started as. A small program beside this one has the
/// connector's name, and starts it with that name in front of what it was told itself.
fn called_as_a_connector() -> Option<&'static Connector> {
    let name = env::args_os().nth(1)?;
    connectors::ALL.into_iter().find(|connector| *connector.binary() == *name)
}

fn run(command: &Command) -> Result<ExitCode> {
    let all = &connectors::ALL;
    let status = match command {
        Command::Init(args) => connector_cli::init_several(all, args)?,
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
