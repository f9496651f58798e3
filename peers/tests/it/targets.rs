//! Targets of Singer, after one read and another one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use accounts_connector::CONNECTOR;
use serde_json::{Value, json};

use crate::stage::{Row, Stage, keyed, program};

/// Reads by the tap into a target, with the state of the read before, and returns the numbers of rows that were sent.
fn carry(stage: &Stage, target: &Path) -> usize {
    let mut tap = stage.command(&stage.own("tap"));
    tap.args(["--config", "config.json"]);
    let before = fs::read_to_string(stage.path("state.json")).unwrap_or_default();
    if let Some(state) = before.lines().last() {
        fs::write(stage.path("last.json"), state).unwrap();
        tap.args(["--state", "last.json"]);
    }
    let sent = tap.stderr(Stdio::inherit()).output().unwrap();
    assert!(sent.status.success());
    fs::write(stage.path("sent.jsonl"), &sent.stdout).unwrap();
    let mut target = stage.command(target);
    target.args(["--config", "target.json"]);
    target.stdin(fs::File::open(stage.path("sent.jsonl")).unwrap());
    target.stdout(fs::File::create(stage.path("state.json")).unwrap());
    let taken = target.output().unwrap();
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let sent = String::from_utf8(sent.stdout).unwrap();
    sent.lines().filter(|line| line.starts_with("{\"type\":\"RECORD\"")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_target_jsonl_are_as_the_tables() {
    let mut stage = Stage::set(&CONNECTOR).await;
    let target = program("target-jsonl", "target-jsonl");
    stage.write("target.json", &json!({"destination_path": "lines", "do_timestamp_file": false}));
    // It only adds, so that the last line of a key is the row.
    let lines = |stage: &Stage| -> BTreeMap<String, BTreeMap<String, Row>> {
        let of = |table: &str| {
            let text = fs::read_to_string(stage.path(&format!("lines/{table}.jsonl"))).unwrap();
            text.lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .collect::<Vec<_>>()
        };
        let newest = |it: &'static connector_spec::Resource| {
            let rows = of(it.table).into_iter().flat_map(|row| keyed(it, &[row]));
            (it.table.to_owned(), rows.collect())
        };
        CONNECTOR.resources.iter().map(newest).collect()
    };
    let first = carry(&stage, &target);
    assert_eq!(lines(&stage), stage.tables().await);
    stage.edit("users", "id", &json!(999_999), "name");
    assert_eq!(carry(&stage, &target), 3);
    let theirs = lines(&stage);
    assert_eq!(theirs, stage.tables().await);
    assert_eq!(theirs["users"].values().filter(|row| row["_deleted_at"] != "null").count(), 1);
    stage.tell("rows of the first read", &first);
    stage.tell("rows of the second read, of which one is deleted", &3);
    stage.end("target-jsonl, tap-accounts").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_of_target_postgres_are_as_ours() {
    let mut stage = Stage::set(&CONNECTOR).await;
    let target = program("target-postgres", "target-postgres");
    let (_, place) =
        stage.database.url().split_once("://").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let url = format!("postgresql+psycopg://{place}");
    stage.write("target.json", &json!({"sqlalchemy_url": url, "default_target_schema": "carried"}));
    let first = carry(&stage, &target);
    assert_eq!(carried(&stage).await, stage.tables().await);
    stage.edit("users", "id", &json!(999_999), "name");
    assert_eq!(carry(&stage, &target), 3);
    let theirs = carried(&stage).await;
    assert_eq!(theirs, stage.tables().await);
    assert_eq!(theirs["users"].values().filter(|row| row["_deleted_at"] != "null").count(), 1);
    stage.tell("rows of the first read", &first);
    stage.tell("rows of the second read, of which one is deleted", &3);
    // Without a state all rows come again, and what the target has besides is marked there.
    stage
        .database
        .execute("insert into carried.users (id, _sdc_table_version) values (-1, 1)")
        .await;
    fs::remove_file(stage.path("state.json")).unwrap();
    assert_eq!(carry(&stage, &target), first + 1);
    let stray = "select id from carried.users where _sdc_deleted_at is not null";
    assert_eq!(stage.database.value(stray).await, "-1");
    stage.end("target-postgres, tap-accounts").await;
}

/// The rows of the target's tables.
pub(crate) async fn carried(stage: &Stage) -> BTreeMap<String, BTreeMap<String, Row>> {
    let mut tables = BTreeMap::new();
    for resource in CONNECTOR.resources {
        let query = format!("select row_to_json(t) as row from carried.{} t", resource.table);
        let rows = stage.database.rows(&query).await;
        let rows: Vec<Value> = rows.into_iter().map(|mut row| row["row"].take()).collect();
        tables.insert(resource.table.to_owned(), keyed(resource, &rows));
    }
    tables
}
