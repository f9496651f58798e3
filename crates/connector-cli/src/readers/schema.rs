//! The JSON Schemas of tables, by what their columns hold.

use connector_core::store::{columns_of, type_of};
use connector_spec::{Connector, Param, Resource, SqlType, Values};
use serde_json::{Map, Value, json};

/// The schema of a row with these columns. A key is never null, and any other column may be.
pub(super) fn of_rows(resource: &Resource, columns: &[&str]) -> Value {
    let is_key = |name: &str| resource.key_columns().any(|key| key == name);
    let properties = columns_of(resource).into_iter().filter(|name| columns.contains(name));
    let properties: Map<String, Value> = properties
        .map(|name| (name.to_owned(), of_column(type_of(resource, name), is_key(name))))
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": properties,
    })
}

fn of_column(sql_type: SqlType, is_key: bool) -> Value {
    let types = |name: &str| if is_key { json!([name]) } else { json!(["null", name]) };
    match sql_type {
        SqlType::Text => json!({"type": types("string")}),
        SqlType::BigInt => json!({"type": types("integer")}),
        SqlType::Double => json!({"type": types("number")}),
        SqlType::Boolean => json!({"type": types("boolean")}),
        SqlType::Timestamptz => json!({
            "type": types("string"),
            "format": "date-time",
            "airbyte_type": "timestamp_with_timezone",
        }),
        // It holds whatever the vendor sends; both protocols call that an object.
        SqlType::Jsonb => json!({
            "type": ["null", "object", "array", "string", "number", "boolean"],
            "airbyte_type": "object",
        }),
    }
}

/// The schema of the settings: what a section of `connectors.toml` has, and the connection's name.
pub(super) fn of_settings(connector: &'static Connector) -> Value {
    let presets: Vec<&str> = connector.preset_names().collect();
    let params: Map<String, Value> = connector
        .params
        .iter()
        .map(|param| (param.name.to_owned(), of_param(connector, param)))
        .collect();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": connector.name.replace('_', " "),
        "type": "object",
        "required": ["base_url", "api_key"],
        // What else a section of connectors.toml has.
        "additionalProperties": true,
        "properties": {
            "base_url": {
                "type": "string",
                "title": "Base URL",
                "description": "Where the API is",
                "examples": [connector.base_url],
                "order": 0,
            },
            "api_key": {
                "type": "string",
                "title": "Key",
                "description": "The key; `env:NAME` and `file:PATH` say where it is",
                "airbyte_secret": true,
                "order": 1,
            },
            "preset": {
                "type": "string",
                "title": "Preset",
                "description": format!("Which API it is: {}, or the path of a file", presets.join(", ")),
                "default": "documented",
                "order": 2,
            },
            "database_url": {
                "type": "string",
                "title": "Postgres",
                "description": "Where rows go before they are sent, as postgres://user:password@host:port/database; without it, an embedded Postgres in .connectors/. It has to stay: what changed is known by it",
                "airbyte_secret": true,
                "order": 3,
            },
            "connection": {
                "type": "string",
                "title": "Connection",
                "description": "The connection's name, which is also the schema of its tables",
                "pattern": "^[a-z][a-z0-9_]*$",
                "default": connector.name,
                "order": 4,
            },
            "params": {
                "type": "object",
                "title": "Parameters",
                "description": "The connector's own parameters",
                "properties": params,
                "order": 5,
            },
        },
    })
}

/// The schema of one of the connector's own parameters.
fn of_param(connector: &Connector, param: &Param) -> Value {
    let mut schema = match param.values {
        Values::Text => json!({"type": "string"}),
        Values::Number => json!({"type": "integer", "minimum": 0}),
        Values::Flag => json!({"type": "boolean"}),
        Values::OneOf(values) => json!({"type": "string", "enum": values}),
    };
    let mut partitions = connector.resources.iter().flat_map(Resource::partition_columns);
    if partitions.any(|column| column.name == param.name) {
        schema = json!({"type": "array", "items": schema});
    }
    schema["description"] = json!(param.doc);
    schema
}
