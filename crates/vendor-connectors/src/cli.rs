//! The command line: a command for each connector, and those that are about all of them.

use clap::{CommandFactory as _, Parser, Subcommand};
use connector_cli::{
    AllCommand, Completions, InitSeveral, Man, called_as_part_of, with_names, word,
};

use crate::{connectors, demo, psql};

/// The program's name.
pub const PROGRAM: &str = "vendor-connectors";

/// The command line.
#[derive(Parser)]
#[command(
    name = PROGRAM,
    about = "Syncs the data of vendors' APIs into Postgres"
)]
pub struct Cli {
    /// What is to be done
    #[command(subcommand)]
    pub command: Command,
}

/// Commands that are about all connectors.
#[derive(Subcommand)]
#[expect(clippy::doc_markdown, reason = "a help text is shown as it is written")]
pub enum Command {
    /// Set connections up, one after another, by questions on a terminal
    Init(InitSeveral),
    /// What is about all connections, or some of them
    #[command(flatten)]
    All(AllCommand),
    /// Sync from simulated vendors with invented rows, to see what it is like
    Demo(demo::Args),
    /// Look into the database: that of DATABASE_URL or connectors.toml, or the embedded Postgres
    Psql(psql::Args),
    /// Print the JSON Schema of connectors.toml, by which editors complete and check it
    #[command(
        after_help = "`init` writes it to .connectors.schema.json, and names that in the first line of a new connectors.toml"
    )]
    Schema,
    /// Print what makes a shell complete commands, options and names: source it when the shell starts
    #[command(
        after_help = "In ~/.bashrc: source <(vendor-connectors completions bash)\nIn ~/.zshrc:  source <(vendor-connectors completions zsh)"
    )]
    Completions(Completions),
    /// Print a manual page, for `man -l -`, or write those of all commands into a folder
    Man(Man),
}

/// The commands of the program, with those of each connector.
pub fn command() -> clap::Command {
    // What connectors tell people to type begins with this program.
    called_as_part_of(PROGRAM);
    let of_vendors = connectors::ALL.map(|connector| {
        let command = connector_cli::command(connector).about(connector.doc);
        let name = word(connector.name);
        let full = format!("{PROGRAM} {name}");
        command.name(name).bin_name(full.clone()).display_name(full)
    });
    let mut own = with_names(Cli::command(), &connectors::ALL);
    // What writes is about no connection that nobody names.
    for writes in ["sync", "plan"] {
        own = own.mut_subcommand(writes, |command| {
            command.mut_arg("all", |all| all.help("All connections in the file, of all connectors"))
        });
    }
    own.version(connector_cli::version()).subcommands(of_vendors)
}
