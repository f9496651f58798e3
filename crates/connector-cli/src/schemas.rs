//! JSON Schemas: of what `--json` prints, and of the file that holds connections; made from the
//! types that are printed and read.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use crate::settings::schema_of_file;
use connector_core::error::{Error, ErrorKind, Result};
use connector_spec::Connector;

use super::called::connectors_of_all;
use super::json::{Document, Failed};
use super::print;
use super::{changes, check, drift, forget, quarantine, resources, status, together};

/// The JSON Schema of what each command prints with `--json`, by the command's name; `error` is
/// the document of a command that came to nothing.
pub fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("sync", of::<Document<'_, together::Reports>>()),
        ("plan", of::<Document<'_, together::Reports>>()),
        ("status", of::<Document<'_, status::All>>()),
        ("check", of::<Document<'_, check::All>>()),
        ("changes", of::<Document<'_, changes::All>>()),
        ("quarantine", of::<Document<'_, quarantine::All>>()),
        ("drift", of::<Document<'_, drift::All>>()),
        ("forget", of::<Document<'_, forget::Told<'_>>>()),
        ("resources", of::<Document<'_, resources::Declared>>()),
        ("error", of::<Document<'_, Failed>>()),
    ]
}

/// The schema of what is written of a type: a member that may be left out need not be there.
fn of<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>()
}

/// The schema of `connectors.toml` for a connector's program, as a text: with all connectors, if the
/// program has several.
pub(super) fn of_file(connector: &'static Connector) -> Result<String> {
    match connectors_of_all() {
        Some(all) => file_schema(all),
        None => as_text(&schema_of_file(&[connector], true)),
    }
}

/// The schema of a `connectors.toml` with connections of these connectors and no others, as a text.
pub fn file_schema(connectors: &[&'static Connector]) -> Result<String> {
    as_text(&schema_of_file(connectors, false))
}

fn as_text(schema: &Schema) -> Result<String> {
    let text = serde_json::to_string_pretty(schema).map_err(|error| {
        Error::new(ErrorKind::Output, "the schema cannot be written").because(error)
    })?;
    Ok(text + "\n")
}

/// Prints the schema of `connectors.toml`.
pub fn print_file_schema(text: &str) -> Result<u8> {
    print(text.trim_end())?;
    Ok(0)
}
