//! The cache of `PyAirbyte`, after one read and another one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use connector_spec::{Connector, METADATA, SqlType};
use serde_json::{Value, json};

use crate::stage::{Row, Stage, keyed, program};

/// What is different between two connectors.
struct Edited {
    /// A listing, the field of its key, a new key, and a field that is a text.
    listing: &'static str,
    key: &'static str,
    new: Value,
    field: &'static str,
    /// How the paths of a listing end that cannot be read any more.
    broken: &'static str,
}

/// Reads once more, and returns what the cache holds.
fn read(stage: &Stage) -> Value {
    let asked = json!({
        "name": format!("source-{}", stage.connector.name.replace('_', "-")),
        "program": stage.own("source"),
        "config": stage.settings(),
        "cache": stage.path("cache"),
        "result": stage.path("result.json"),
    });
    let mut command = stage.command(&program("airbyte", "python"));
    command.args(["-c", include_str!("cache.py")]);
    let mut python = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{said:?}");
    serde_json::from_slice(&fs::read(stage.path("result.json")).unwrap()).unwrap()
}

/// The tables of the cache, in the form of ours.
fn tables(stage: &Stage, told: &Value) -> BTreeMap<String, BTreeMap<String, Row>> {
    let of = |table: &str| told["tables"][table].as_array().cloned().unwrap_or_default();
    let resources = stage.connector.resources.iter();
    resources.map(|it| (it.table.to_owned(), keyed(it, &of(it.table)))).collect()
}

/// The type that `PyAirbyte` has for one of ours.
fn duckdb(sql_type: SqlType) -> &'static str {
    match sql_type {
        SqlType::Text => "VARCHAR",
        SqlType::BigInt => "BIGINT",
        SqlType::Double => "DECIMAL(38,9)",
        SqlType::Boolean => "BOOLEAN",
        SqlType::Timestamptz => "TIMESTAMP",
        SqlType::Jsonb => "JSON",
    }
}

async fn pyairbyte(connector: &'static Connector, edited: Edited) {
    let mut stage = Stage::set(connector).await;
    let first = read(&stage);
    assert_eq!(first["error"], Value::Null, "{first}");
    let ours = stage.tables().await;
    assert_eq!(tables(&stage, &first), ours);
    let rows: usize = ours.values().map(BTreeMap::len).sum();
    assert_eq!(first["processed"], json!(rows));
    for resource in connector.resources {
        let types = &first["types"][resource.table];
        for column in resource.table_columns() {
            assert_eq!(types[column.name], duckdb(column.sql_type), "{}", column.name);
        }
        for name in METADATA {
            assert!(types[name].is_string(), "{name}");
        }
    }
    stage.tell("streams", &connector.resources.len());
    stage.tell("rows of the first read", &rows);
    // One row changed, one is new, one is gone: these three come, and nothing else.
    stage.edit(edited.listing, edited.key, &edited.new, edited.field);
    let second = read(&stage);
    assert_eq!((&second["error"], &second["processed"]), (&Value::Null, &json!(3)), "{second}");
    let ours = stage.tables().await;
    assert_eq!(tables(&stage, &second), ours);
    let deleted = ours[edited.listing].values().filter(|row| row["_deleted_at"] != "null").count();
    assert_eq!(deleted, 1);
    stage.tell("rows of the second read, of which one is deleted", &3);
    // What is not proved whole fails the read, and the cache has nothing of it.
    stage.edit(edited.listing, edited.key, &json!("none"), edited.field);
    stage.break_listing(edited.broken);
    let third = read(&stage);
    assert!(third["error"].is_string(), "{third}");
    assert_eq!(tables(&stage, &third)[edited.listing], ours[edited.listing]);
    stage.tell("a read with a listing that is not whole", &third["error"].as_str().unwrap());
    stage.tell("MB at most, of PyAirbyte with the source", &third["peak_mb"].as_u64().unwrap());
    stage.end(&format!("PyAirbyte, source-{}", connector.name.replace('_', "-"))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_of_pyairbyte_is_as_the_tables_of_accounts() {
    let edited = Edited {
        listing: "users",
        key: "id",
        new: json!(999_999),
        field: "name",
        broken: "/users",
    };
    pyairbyte(&accounts_connector::CONNECTOR, edited).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_of_pyairbyte_is_as_the_tables_of_webhook_apps() {
    let edited = Edited {
        listing: "event_types",
        key: "uuid",
        new: json!("new"),
        field: "description",
        broken: "/event-type",
    };
    pyairbyte(&webhook_apps_connector::CONNECTOR, edited).await;
}
