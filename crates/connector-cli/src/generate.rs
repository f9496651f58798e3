//! Completions, manual pages and a reference, made from the definitions of the commands.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Arg, Command};

use super::complete::{Shell, print_completions};
use super::print;
use connector_core::error::{Error, Result};
use connector_spec::Connector;

/// Which shell is to ask.
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Which manual pages are wanted, and where.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// The command whose page to print [default: the program's own]
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Option<String>,
    /// Write the pages of all commands into this folder instead, as in ~/.local/share/man/man1
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Completions {
    /// Prints what makes the shell ask this program what could stand next.
    pub fn run(&self, program: &str) -> Result<u8> {
        print_completions(program, self.shell)
    }
}

impl Man {
    /// Prints the page of a command of this program, or writes those of all.
    pub fn run(&self, mut program: Command) -> Result<u8> {
        let failed = |error| Error::settings("the page cannot be written").because(error);
        if let Some(folder) = &self.dir {
            std::fs::create_dir_all(folder)
                .and_then(|()| write_pages(program, folder))
                .map_err(|error| failed(error).at("folder", folder.display()))?;
            return Ok(0);
        }
        // This gives the commands their full names.
        program.build();
        let page = match &self.command {
            None => program,
            Some(name) => {
                let shown = program.get_subcommands().filter(|command| !command.is_hide_set());
                let known: Vec<&str> = shown.map(Command::get_name).collect();
                let unknown = || {
                    Error::settings(format!("there is no command `{name}`"))
                        .next(format!("there are: {}", known.join(", ")))
                };
                let binary = program.get_name().to_owned();
                let found = program.find_subcommand(name).ok_or_else(unknown)?.clone();
                found.name(format!("{binary}-{name}"))
            }
        };
        let mut text = Vec::new();
        clap_mangen::Man::new(page).render(&mut text).map_err(failed)?;
        print(String::from_utf8_lossy(&text).trim_end())?;
        Ok(0)
    }
}

/// Writes the manual pages of a program and of all its commands into a folder.
pub fn write_pages(program: Command, folder: &Path) -> std::io::Result<()> {
    fn write(command: Command, folder: &Path) -> std::io::Result<()> {
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            write(inner.clone(), folder)?;
        }
        // A page has no space in its name, and a command of a command has one.
        let name = command.get_display_name().unwrap_or(command.get_name()).replace(' ', "-");
        clap_mangen::Man::new(command.display_name(name)).generate_to(folder).map(drop)
    }
    let mut program = program.disable_help_subcommand(true);
    program.build();
    write(program, folder)
}

/// The commands of a connector and their options as Markdown.
pub fn commands_as_markdown(connector: &'static Connector) -> String {
    as_markdown(&super::command(connector), |_| true)
}

/// Commands of a definition and their options as Markdown: those that are shown, and wanted by name.
pub fn as_markdown(definition: &Command, wanted: impl Fn(&str) -> bool) -> String {
    let mut text = String::new();
    // The definition has those last that were changed after it was made.
    let shown = definition
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && wanted(command.get_name()));
    let mut commands: Vec<&Command> = shown.collect();
    commands.sort_by_key(|command| command.get_display_order());
    for command in commands {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        let _ = write!(text, "### `{}`\n\n{about}.\n", command.get_name());
        let mut header = "\n| option | meaning | default |\n|---|---|---|\n";
        for arg in command.get_arguments() {
            let _ = writeln!(text, "{header}{}", option(arg));
            header = "";
        }
        text.push('\n');
    }
    text
}

/// A line of the table of options.
fn option(arg: &Arg) -> String {
    let takes_values = arg.get_action().takes_values();
    let value = match arg.get_value_names() {
        Some([name]) if takes_values => name.as_str(),
        _ => "",
    };
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let names: Vec<String> = short.into_iter().chain(long).collect();
    let name = [&names.join(", "), value].map(str::to_owned).join(" ");
    let values = arg.get_possible_values();
    let values: Vec<&str> =
        values.iter().filter(|_| takes_values).map(PossibleValue::get_name).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    // A default that is no value stands at the end of the meaning, in words.
    let in_words = help.strip_suffix(']').and_then(|help| help.split_once(" [default: "));
    let value = arg.get_default_values().first().filter(|_| takes_values);
    let value = value.map(|value| format!("`{}`", value.display())).unwrap_or_default();
    let (meaning, default) = in_words.unwrap_or((&help, &value));
    let meaning = match values.join("`, `") {
        none if none.is_empty() => meaning.to_owned(),
        values => format!("{meaning}: `{values}`"),
    };
    format!("| `{}` | {meaning} | {default} |", name.trim()).replace("NAME|FILE", "NAME\\|FILE")
}
