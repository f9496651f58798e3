//! What to type for a connector's commands, wherever its command line is part of.

use std::sync::OnceLock;

use connector_spec::{Connector, binary_of};

/// The program whose first word is the connector, if this is one.
static PROGRAM: OnceLock<&'static str> = OnceLock::new();

/// Says that the connectors are commands of this program, from the start to its end.
pub fn called_as_part_of(program: &'static str) {
    // A second one would be the same.
    let _ = PROGRAM.set(program);
}

/// The program of all connectors, if this is it.
pub(crate) fn program_of_all() -> Option<&'static str> {
    PROGRAM.get().copied()
}

/// The program, and the words in front of a command of the connector.
pub(crate) fn words(connector: &Connector) -> Vec<String> {
    match PROGRAM.get() {
        Some(program) => vec![(*program).to_owned(), word(connector.name)],
        None => vec![binary_of(connector.name)],
    }
}

/// What to type in front of a command of the connector.
pub(crate) fn binary(connector: &Connector) -> String {
    binary_named(connector.name)
}

/// The same, by the connector's name.
pub(crate) fn binary_named(connector: &str) -> String {
    match PROGRAM.get() {
        Some(program) => format!("{program} {}", word(connector)),
        None => binary_of(connector),
    }
}

/// A connector's name as a word of a command line.
pub fn word(connector: &str) -> String {
    connector.replace('_', "-")
}
