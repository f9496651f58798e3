//! What `--json` prints: a schema for each command, and its members as tables.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use connector_cli::{FORMAT, file_schema, schemas};
use serde_json::Value;
use vendor_connectors::connectors;

/// The schemas, each as the text of a file in `docs/schemas/`.
pub(super) fn files() -> Result<Vec<(String, String)>> {
    let file = |(command, schema)| {
        let text = serde_json::to_string_pretty(&schema).context("a schema is JSON")?;
        Ok((format!("docs/schemas/{command}.json"), text + "\n"))
    };
    let settings = file_schema(&connectors::ALL)?;
    let settings = Ok(("docs/schemas/connectors.toml.json".to_owned(), settings));
    schemas().into_iter().map(file).chain([settings]).collect()
}

/// The members of each document, and of what stands in them, as Markdown.
pub(super) fn members() -> String {
    let mut text = format!("The version of the format is {FORMAT}.\n\n");
    let mut told: Vec<String> = Vec::new();
    for (command, schema) in schemas() {
        let schema = schema.to_value();
        let of = match command {
            "error" => "A command that came to nothing".to_owned(),
            command => format!("`{command} --json`"),
        };
        let _ = write!(
            text,
            "### {of}\n\nThe schema is [schemas/{command}.json](schemas/{command}.json).\n\n{}",
            table(&schema)
        );
        for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
            if definition["properties"].is_object() && !told.contains(name) {
                told.push(name.clone());
                let about = definition["description"].as_str().unwrap_or_default();
                let _ = write!(text, "#### {name}\n\n{about}\n\n{}", table(definition));
            }
        }
    }
    text.trim_end().to_owned() + "\n"
}

fn table(schema: &Value) -> String {
    let mut text = "| member | type | meaning |\n|---|---|---|\n".to_owned();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let meaning = member["description"].as_str().unwrap_or_default();
        let kind = kind(member);
        let _ = writeln!(
            text,
            "| `{name}` | {kind} | {} |",
            meaning.replace('|', "\\|").replace('\n', " ")
        );
    }
    text.push('\n');
    text
}

/// A type in words.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap_or_default();
        return match name {
            "ErrorKind" | "Verdict" | "Outcome" | "RowChange" => "text".to_owned(),
            name => format!("[{name}](#{})", name.to_lowercase()),
        };
    }
    let several = schema["anyOf"].as_array().or(schema["oneOf"].as_array());
    if let Some(several) = several {
        let kinds: Vec<String> = several.iter().map(kind).collect();
        return kinds.join(" or ");
    }
    if schema["format"] == "date-time" {
        let or_null = schema["type"].is_array();
        return if or_null { "time or null" } else { "time" }.to_owned();
    }
    let word = |one: &str| match one {
        "array" => format!("list of {}", kind_of_items(schema)),
        "object" => format!("object of {}", kind(&schema["additionalProperties"])),
        "integer" | "number" => "number".to_owned(),
        "string" => "text".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        other => other.to_owned(),
    };
    match &schema["type"] {
        Value::String(one) => word(one),
        Value::Array(all) => {
            let words: Vec<String> = all.iter().filter_map(Value::as_str).map(word).collect();
            words.join(" or ")
        }
        _ => "any".to_owned(),
    }
}

fn kind_of_items(schema: &Value) -> String {
    match kind(&schema["items"]) {
        kind if kind == "text" => "texts".to_owned(),
        kind if kind == "number" => "numbers".to_owned(),
        kind => kind,
    }
}
