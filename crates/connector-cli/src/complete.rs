//! What a shell completes: the names of connections, resources, parameters and presets.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use clap::Command;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Shells};

use super::print;
use crate::settings::File;
use connector_core::error::{Error, Result};
use connector_spec::Connector;

/// Names, each with what it is.
type Names = Vec<(String, &'static str)>;

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";

/// The shells that can ask.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Shell {
    /// Bash.
    Bash,
    /// Elvish.
    Elvish,
    /// Fish.
    Fish,
    /// `PowerShell`.
    Powershell,
    /// Zsh.
    Zsh,
}

/// Answers a shell that asks what could stand next behind these arguments, the first of which
/// is the program, and ends then; does nothing otherwise.
pub fn answer_a_shell(command: impl Fn() -> Command, arguments: impl Iterator<Item = OsString>) {
    let folder = std::env::current_dir().ok();
    match CompleteEnv::with_factory(command).try_complete(arguments, folder.as_deref()) {
        Ok(false) => {}
        Ok(true) => std::process::exit(0),
        Err(error) => error.exit(),
    }
}

/// Prints what makes a shell ask a program of that name.
pub(super) fn print_completions(program: &str, shell: Shell) -> Result<u8> {
    let name = match shell {
        Shell::Bash => "bash",
        Shell::Elvish => "elvish",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
        Shell::Zsh => "zsh",
    };
    let failed = || Error::settings(format!("there are no completions for {name}"));
    let shells = Shells::builtins();
    let shell = shells.completer(name).ok_or_else(failed)?;
    let mut text = Vec::new();
    shell
        .write_registration(VARIABLE, program, program, program, &mut text)
        .map_err(|error| failed().because(error))?;
    print(String::from_utf8_lossy(&text).trim_end())?;
    Ok(0)
}

/// The same commands, whose names are completed: of one connector, or of all of these.
pub fn with_names(command: Command, connectors: &[&'static Connector]) -> Command {
    let connectors: Arc<[&'static Connector]> = connectors.into();
    command.mut_subcommands(|command| {
        command.mut_args(|arg| {
            let connectors = Arc::clone(&connectors);
            let names: Option<fn(&[&'static Connector]) -> Names> = match arg.get_id().as_str() {
                "connection" | "connections" | "name" => Some(connections),
                "connectors" => Some(of_connectors),
                "resource" | "resources" => Some(resources),
                "params" => Some(params),
                "preset" => Some(presets),
                _ => None,
            };
            match names {
                Some(names) => arg.add(ArgValueCandidates::new(move || {
                    let candidate = |(name, help): (String, &'static str)| {
                        let help = (!help.is_empty()).then(|| help.into());
                        CompletionCandidate::new(name).help(help)
                    };
                    // Several connectors may have a name in common.
                    let mut names = names(&connectors);
                    names.sort();
                    names.dedup_by(|one, other| one.0 == other.0);
                    names.into_iter().map(candidate).collect::<Vec<_>>()
                })),
                None => arg,
            }
        })
    })
}

/// Those of the file where the shell is; one that cannot be read has none.
fn connections(connectors: &[&'static Connector]) -> Names {
    let Ok(file) = File::read(None::<&Path>) else { return Vec::new() };
    let known = |name: &str| connectors.iter().find(|connector| connector.name == name);
    let named = file
        .connections()
        .filter_map(|(name, connector)| Some((name.to_owned(), known(connector)?.doc)));
    named.collect()
}

fn of_connectors(connectors: &[&'static Connector]) -> Names {
    connectors.iter().map(|connector| (connector.name.to_owned(), connector.doc)).collect()
}

fn resources(connectors: &[&'static Connector]) -> Names {
    let all = connectors.iter().flat_map(|connector| connector.resources);
    all.map(|resource| (resource.name.to_owned(), resource.doc)).collect()
}

fn params(connectors: &[&'static Connector]) -> Names {
    let all = connectors.iter().flat_map(|connector| connector.params);
    all.map(|param| (format!("{}=", param.name), param.doc)).collect()
}

fn presets(connectors: &[&'static Connector]) -> Names {
    let all = connectors.iter().flat_map(|connector| connector.preset_names());
    all.map(|name| (name.to_owned(), "")).collect()
}
