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

/// All connectors of this program, if it has several: then a connector's own name has to come
/// first where the program starts itself.
static ONE_OF_MANY: OnceLock<&'static [&'static Connector]> = OnceLock::new();

/// Says that this program is these connectors', and is the one whose own name comes first.
pub fn named_by_its_first_word(connectors: &'static [&'static Connector]) {
    // A second one would be the same.
    let _ = ONE_OF_MANY.set(connectors);
}

/// All connectors of this program, if it has several.
pub(crate) fn connectors_of_all() -> Option<&'static [&'static Connector]> {
    ONE_OF_MANY.get().copied()
}

/// What comes first where this program starts itself again for a connector.
pub(crate) fn first_word(connector: &Connector) -> Option<String> {
    ONE_OF_MANY.get().map(|_| binary_of(connector.name))
}

/// The program of all connectors, if this is it.
pub(crate) fn program_of_all() -> Option<&'static str> {
    PROGRAM.get().copied()
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

/// The program that has the connector's commands.
pub(crate) fn program(connector: &Connector) -> String {
    PROGRAM.get().map_or_else(|| binary_of(connector.name), |program| (*program).to_owned())
}

/// A connector's name as a word of a command line.
pub fn word(connector: &str) -> String {
    connector.replace('_', "-")
}
