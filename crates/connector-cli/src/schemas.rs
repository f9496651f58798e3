//! The JSON Schemas of what `--json` prints, made from the types that are printed.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::json::{Document, Failed};
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
