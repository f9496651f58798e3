//! All connectors in one program: each is a command, and some commands are about all of them.

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::FromArgMatches as _;
use connector_cli::{
    answer_a_shell, file_schema, matches_of, named_by_its_first_word, prepare, print_error,
    print_failure, print_file_schema, word,
};
use connector_core::{Connector, Error};
use vendor_connectors::cli::{Cli, Command, PROGRAM, command};
use vendor_connectors::{connectors, demo, psql};

fn main() -> ExitCode {
    named_by_its_first_word(&connectors::ALL);
    if let Some(connector) = called_as_a_connector() {
        answer_a_shell(|| connector_cli::command(connector), env::args_os().skip(1));
        // Its words, in help and in errors, are those of the connector's own program.
        let command = connector_cli::command(connector);
        let matches = matches_of(command, env::args_os().skip(1), &[connector]);
        return connector_cli::run(connector, &matches);
    }
    answer_a_shell(command, env::args_os());
    let matches = matches_of(command(), env::args_os(), &connectors::ALL);
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
        if let (Command::All(command), Some(error)) = (&cli.command, error.downcast_ref())
            && command.is_json()
        {
            print_failure(error);
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

fn run(asked: &Command) -> Result<ExitCode> {
    let all = &connectors::ALL;
    let status = match asked {
        Command::Init(args) => connector_cli::init_several(all, args)?,
        Command::All(command) => command.run(all)?,
        Command::Demo(args) => {
            prepare(None)?;
            return demo::run(args, "vendor-connectors psql", "vendor-connectors");
        }
        Command::Schema => print_file_schema(&file_schema(all)?)?,
        Command::Completions(args) => args.run(PROGRAM)?,
        Command::Man(args) => args.run(command())?,
        Command::Psql(args) => {
            prepare(args.config.as_deref())?;
            return psql::run(args);
        }
    };
    Ok(ExitCode::from(status))
}
