//! What it costs to be driven by a server: long, and run by hand, as `docs/scaling.md` says.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use connector_cli::now;
use connector_testkit::Content;
use serde_json::Value;

use crate::play::{ID, NAME, Play, Worker};

/// How often it is looked whether all is done.
const LOOK: Duration = Duration::from_millis(500);

/// A number that a variable may make smaller, to see whether everything works.
fn scaled(number: u64) -> u64 {
    let share = std::env::var("SCALE").ok().and_then(|share| share.parse::<u64>().ok());
    (number / share.unwrap_or(1)).max(1)
}

/// The seconds of a processor that a process has used, and the most memory that it had, in MiB.
fn usage(process: u32) -> (f64, u64) {
    let of =
        |file: &str| fs::read_to_string(Path::new("/proc").join(process.to_string()).join(file));
    let stat = of("stat").unwrap();
    // Behind the name, which may have anything in it: the state, and eleven more fields.
    let fields = stat.rsplit_once(") ").unwrap().1;
    let ticks = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u32>().unwrap());
    let status = of("status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024;
    (f64::from(ticks.sum::<u32>()) / 100.0, peak)
}

fn of_workers(workers: &[Worker]) -> (f64, u64) {
    let each = workers.iter().map(|worker| usage(worker.process()));
    each.fold((0.0, 0), |(cpu, most), (more, peak)| (cpu + more, most.max(peak)))
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes, and is a measurement"]
async fn five_hundred_connections_are_synced_by_their_schedules() {
    const ROWS: u64 = 20;
    let connections = scaled(500);
    let content = Content::generated(7, |_| ROWS);
    let play = Play::of(&webhook_apps_connector::CONNECTOR, content).await;
    let names: Vec<String> = (0..connections).map(|number| format!("c{number}")).collect();
    play.set_connections(&names, "only_resources = [\"applications\"]\n");
    let workers = [play.worker_of(1, &[]).await, play.worker_of(2, &[]).await];
    // All of them at one minute, which is far enough away for all schedules to be made.
    let at = now() + TimeDelta::seconds(60 + i64::try_from(connections / 8).unwrap());
    let at = at + TimeDelta::seconds(60 - i64::from(at.second()));
    let cron = format!("{} {} * * *", at.minute(), at.hour());
    for name in &names {
        let output = play.run(&["schedule", name, "--cron", &cron]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let before = (of_workers(&workers).0, usage(play.engine.process()).0);
    let ended = loop {
        tokio::time::sleep(LOOK).await;
        let query = "WorkflowType='sync' and ExecutionStatus!='Running'";
        let count = play.engine.ask_json(&["workflow", "count", "--query", query]);
        if count["count"].as_str() == Some(connections.to_string().as_str()) {
            let limit = connections.to_string();
            break play.engine.ask_json(&["workflow", "list", "--query", query, "--limit", &limit]);
        }
    };
    let ended = ended.as_array().unwrap();
    let complete = |one: &&Value| one["status"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED";
    assert_eq!(ended.iter().filter(complete).count() as u64, connections);
    let begun = ended.iter().map(|one| time(&one["startTime"])).min().unwrap();
    let done = ended.iter().map(|one| time(&one["closeTime"])).max().unwrap();
    let runs =
        play.database.value("select count(*)::text from sync.runs where verdict = 'complete'");
    assert_eq!(runs.await, connections.to_string());
    let ((cpu, peak), engine) = (of_workers(&workers), usage(play.engine.process()));
    #[expect(clippy::cast_precision_loss, reason = "it is a small number")]
    let each = |seconds: f64| seconds * 1000.0 / connections as f64;
    println!(
        "{connections} connections with {ROWS} rows each, by two workers: {:.1} s, {:.0} ms each; CPU of the workers \
         {:.0} ms each, of the server {:.0}; memory {peak} MiB a worker, {} MiB the server; its file {} MiB",
        (done - begun).as_seconds_f64(),
        each((done - begun).as_seconds_f64()),
        each(cpu - before.0),
        each(engine.0 - before.1),
        engine.1,
        play.engine.kept() >> 20,
    );
    drop(workers);
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it takes minutes, and is a measurement"]
async fn a_million_parents_are_read_by_four_workers() {
    let parents = scaled(1_000_000);
    let rows = move |name: &str| if name == "applications" { parents } else { 1 };
    let content = Content::generated(7, rows);
    let play = Play::of(&webhook_apps_connector::CONNECTOR, content).await;
    let only = "only_resources = [\"applications\", \"endpoints\"]\n";
    play.set_connections(&[NAME.to_owned()], only);
    let mut workers = Vec::new();
    for number in 1..=4 {
        workers.push(play.worker_of(number, &["--parts-at-once", "1"]).await);
    }
    for run in ["first load", "unchanged"] {
        let (before, asked) = (of_workers(&workers).0, play.vendor.asked());
        let of_server = usage(play.engine.process()).0;
        let (begun, since) = (Instant::now(), now());
        play.start(&["--workers", "4"]);
        let goes_on = |status: &str| status.ends_with("RUNNING") || status.ends_with("AS_NEW");
        while goes_on(&play.engine.status(ID)) {
            tokio::time::sleep(LOOK).await;
        }
        let took = begun.elapsed().as_secs_f64();
        assert_eq!(play.engine.status(ID), "WORKFLOW_EXECUTION_STATUS_COMPLETED");
        let there = format!("select count(*)::text from {NAME}.endpoints");
        assert_eq!(play.database.value(&there).await, parents.to_string());
        let (mut events, mut bytes, mut histories) = (0, 0, 0);
        let query = format!("WorkflowId='{ID}' and StartTime >= '{}'", since.to_rfc3339());
        for one in
            play.engine.ask_json(&["workflow", "list", "--query", &query]).as_array().unwrap()
        {
            let number = |name: &str| one[name].as_str().unwrap_or("0").parse::<u64>().unwrap();
            histories += 1;
            events += number("historyLength");
            bytes += number("historySizeBytes");
        }
        let mut records = 0;
        let tables = "select table_name::text as name from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'";
        for table in play.database.rows(tables).await {
            let count =
                format!("select count(*)::text from sync.{}", table["name"].as_str().unwrap());
            records += play.database.value(&count).await.parse::<u64>().unwrap();
        }
        let (cpu, peak) = of_workers(&workers);
        println!(
            "{parents} parents with one row each, by four workers, {run}: {took:.1} s; CPU of the workers {:.1} s, of the \
             server {:.1}; memory {peak} MiB a worker at the most; {} requests; {records} rows in sync.*; {histories} \
             histories of {events} events in all, {} KiB; the server's file {} MiB",
            cpu - before,
            usage(play.engine.process()).0 - of_server,
            play.vendor.asked() - asked,
            bytes >> 10,
            play.engine.kept() >> 20,
        );
    }
    drop(workers);
    play.end().await;
}
