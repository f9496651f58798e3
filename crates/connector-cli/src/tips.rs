//! What somebody may have meant who typed a name where none is taken.

use std::ffi::OsString;
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command};
use connector_spec::Connector;

use crate::settings::File;

/// Reads a command line, or ends the program with what is wrong in it: of a name that stands
/// alone, the option that takes it.
pub fn matches_of(
    command: Command,
    words: impl IntoIterator<Item = OsString>,
    connectors: &[&'static Connector],
) -> ArgMatches {
    command.try_get_matches_from(words).unwrap_or_else(|mut error| {
        if let Some(tip) = tip(&error, connectors) {
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
        }
        error.exit()
    })
}

fn tip(error: &clap::Error, connectors: &[&'static Connector]) -> Option<String> {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidArg) else { return None };
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    // What is wrong in the file is for another command to say.
    let file = File::read(None::<&Path>).unwrap_or_default();
    let is_word = |connector: &&Connector| crate::word(connector.name) == crate::word(name);
    let option = if file.has(name) {
        "connection"
    } else if connectors.iter().any(|connector| connector.resource(name).is_some()) {
        "resource"
    } else if connectors.len() > 1 && connectors.iter().any(is_word) {
        "connector"
    } else {
        return None;
    };
    Some(format!("`{name}` is a {option}: --{option} {name}"))
}
