//! Runs that go well.

use std::fs;
use std::path::Path;
use std::time::Instant;

use connector_testkit::Database;
use serde_json::{Value, json};

use crate::play::{ID, NAME, Play, Worker};

/// A value of a row that no number and no name is.
fn a_value(play: &Play, resource: &'static str, field: &str) -> String {
    let value = play.vendor.items(resource)[0][field].clone();
    let text = value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned();
    assert!(text.len() > 3, "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_runs_by_a_server_are_those_of_syncs_by_one_process() {
    let play = Play::nested(30).await;
    let alone = Database::create().await;
    let workers = [play.worker(1).await, play.worker(2).await];
    play.sync(&[]).await;
    play.sync_alone(&alone).await;
    assert_eq!(play.tables(&play.database).await, play.tables(&alone).await);
    play.nothing_is_kept_of(&[&a_value(&play, "applications", "name")]);

    // Rows change, come and go.
    play.vendor.edit("applications", |rows| {
        rows[0]["name"] = json!("another name");
        rows.remove(3);
    });
    play.sync(&["--workers", "2", "--window", "3"]).await;
    play.sync_alone(&alone).await;
    let tables = play.tables(&play.database).await;
    assert_eq!(tables, play.tables(&alone).await);
    let gone = |row: &&Value| row["is_deleted"] == json!(true);
    assert!(tables.values().flatten().any(|row| gone(&row)));
    assert_eq!(play.newest_run().await["verdict"], "complete");

    // Each line says what it is about.
    let log: String = workers.iter().map(Worker::log).collect();
    assert!(log.contains(&format!("{NAME}, run 1, applications, part 1: read")), "{log}");
    drop(workers);
    alone.drop().await;
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_run_is_told_in_numbers() {
    let play = Play::nested(6).await;
    let _worker = play.worker(1).await;
    let output = play.run(&["start", NAME, "--wait"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("applications: 6 rows read, 6 written, 0 deleted, complete"), "{told}");
    assert!(told.ends_with(&format!("{NAME}: complete (run 1)\n")), "{told}");
    let history = play.engine.history(ID);
    let last = history["events"].as_array().unwrap().last().unwrap();
    let result = &last["workflowExecutionCompletedEventAttributes"]["result"]["payloads"][0];
    assert_eq!(result["verdict"], "complete", "{last}");
    assert_eq!(result["resources"][0]["rows_read"], 6, "{last}");
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_gets_long_is_begun_anew_and_the_run_goes_on() {
    let play = Play::nested(12).await;
    let _worker = play.worker(1).await;
    let input = json!({"connection": NAME, "pieces": 3}).to_string();
    let queue = ["--task-queue", "vendor-connectors", "--type", "sync"];
    let start = ["workflow", "start", "--workflow-id", ID, "--input", &input];
    play.engine.ask(&[&start[..], &queue[..]].concat());
    let first = play.engine.end_of(ID).await;
    assert_eq!(first, "WORKFLOW_EXECUTION_STATUS_COMPLETED", "{}", play.engine.history(ID));
    let query = format!("WorkflowId = \"{ID}\"");
    let all = play.engine.ask_json(&["workflow", "list", "--query", &query]);
    assert!(all.as_array().unwrap().len() > 3, "{all}");
    play.one_run_left_what_one_process_leaves().await;
}

/// It is noted for the result of `cargo xtask peers`.
#[tokio::test(flavor = "multi_thread")]
async fn eight_workers_share_a_run_and_a_part_costs_less_than_half_a_second() {
    let play = Play::nested(200).await;
    let mut workers = Vec::new();
    for number in 1..=8 {
        workers.push(play.worker(number).await);
    }
    let begun = Instant::now();
    play.sync(&["--workers", "16"]).await;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let history = play.engine.history(ID);
    let events = history["events"].as_array().unwrap().iter();
    let scheduled = events.filter_map(|event| event.get("activityTaskScheduledEventAttributes"));
    let pieces: Vec<&str> =
        scheduled.filter_map(|one| one["activityType"]["name"].as_str()).collect();
    let parts = pieces.iter().filter(|name| **name == "shard").count();
    assert!(parts > 100, "{pieces:?}");
    let (each, all) = (took / f64::from(u32::try_from(parts).unwrap()), history.to_string().len());
    assert!(each < 500.0, "{each} ms");
    let idle = workers.iter().filter(|worker| !worker.log().contains(": read")).count();
    assert_eq!(idle, 0);
    eprintln!("{each:.1} ms for each of {parts} parts, {} bytes of history", all / parts);
    if let Ok(folder) = std::env::var("PEERS_RESULTS") {
        let told = [
            ("parts of a run", parts.to_string()),
            ("ms for each, by eight workers", format!("{each:.0}")),
            ("bytes of the history for each", (all / parts).to_string()),
        ];
        fs::write(Path::new(&folder).join("Temporal"), json!(told).to_string()).unwrap();
    }
    play.end().await;
}
