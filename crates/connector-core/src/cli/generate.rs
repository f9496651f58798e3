//! Completions and manual pages, made from the definitions of the commands.

use clap::Command;
use clap_complete::Shell;

use super::print;
use crate::error::{Error, Result};

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// The command whose page to print [default: the program's own]
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

pub(super) fn completions(mut command: Command, args: &Completions) -> Result<u8> {
    let name = command.get_name().to_owned();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut text);
    print(String::from_utf8_lossy(&text).trim_end())?;
    Ok(0)
}

pub(super) fn man(mut command: Command, args: &Man) -> Result<u8> {
    // This gives the commands their full names.
    command.build();
    let page = match &args.command {
        None => command,
        Some(name) => {
            let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let unknown = || {
                Error::settings(format!("there is no command `{name}`"))
                    .next(format!("there are: {}", known.join(", ")))
            };
            let binary = command.get_name().to_owned();
            let found = command.find_subcommand(name).ok_or_else(unknown)?.clone();
            found.name(format!("{binary}-{name}"))
        }
    };
    let mut text = Vec::new();
    let failed = |error| Error::settings("the page cannot be written").because(error);
    clap_mangen::Man::new(page).render(&mut text).map_err(|error: std::io::Error| failed(error))?;
    print(String::from_utf8_lossy(&text).trim_end())?;
    Ok(0)
}
