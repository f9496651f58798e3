//! The JSON Schema of `connectors.toml`, by which editors complete and check it.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform as _};
use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

use super::connectors_toml::File;
use connector_spec::{Connector, Param, Values};

/// The name of the file that has it, beside the one that it is about.
pub(crate) const SCHEMA_FILE: &str = ".connectors.schema.json";

/// The schema of a file with connections of these connectors, or of others too.
pub(crate) fn of(connectors: &[&'static Connector], others: bool) -> Schema {
    // Editors know this draft longest.
    let mut schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<File>();
    RecursiveTransform(without_null).transform(&mut schema);
    let section = schema.pointer_mut("/definitions/Section").and_then(Value::as_object_mut);
    if let Some(section) = section {
        if !others {
            let names: Vec<&str> = connectors.iter().map(|connector| connector.name).collect();
            if let Some(connector) = section["properties"]["connector"].as_object_mut() {
                connector.insert("enum".to_owned(), json!(names));
            }
        }
        let all = connectors.iter().map(|connector| of_connector(connector));
        section.insert("allOf".to_owned(), all.collect());
    }
    schema
}

/// TOML has no null.
fn without_null(schema: &mut Schema) {
    let is_null = |one: &Value| *one == json!("null") || *one == json!({"type": "null"});
    for list in ["type", "anyOf"] {
        let Some(Value::Array(several)) = schema.get_mut(list) else { continue };
        several.retain(|one| !is_null(one));
        let [only] = &mut several[..] else { continue };
        let only = only.take();
        match (list, only) {
            ("anyOf", Value::Object(only)) => {
                schema.remove(list);
                schema.ensure_object().extend(only);
            }
            (_, only) => {
                schema.insert(list.to_owned(), only);
            }
        }
    }
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
}

/// What holds for the connections of one connector.
fn of_connector(connector: &Connector) -> Value {
    let resources: Vec<&str> = connector.resources.iter().map(|resource| resource.name).collect();
    let params: Map<String, Value> =
        connector.params.iter().map(|one| (one.name.to_owned(), param(one))).collect();
    // A list of names, or sections by name: each says something of the one alone.
    let names = json!({"items": {"enum": resources}, "propertyNames": {"enum": resources}});
    json_schema!({
        "if": {"properties": {"connector": {"const": connector.name}}, "required": ["connector"]},
        "then": {
            "properties": {
                "only_resources": names,
                "resources": names,
                "history": names,
                "params": {"properties": params, "additionalProperties": false},
            },
            "additionalProperties": true,
        },
    })
    .to_value()
}

fn param(param: &Param) -> Value {
    let values = match param.values {
        Values::Text => json!({}),
        Values::Number => json!({"type": ["integer", "string"]}),
        Values::Flag => json!({"enum": [true, false, "true", "false"]}),
        Values::OneOf(values) => json!({"enum": values}),
    };
    json!({"description": param.doc, "anyOf": [values, {"type": "array", "items": values}]})
}
