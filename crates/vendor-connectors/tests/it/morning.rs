//! A night of three connections, and the morning after: what each command tells, to people
//! and to programs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use connector_core::{Connector, DOCUMENTED};
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;
use vendor_connectors::connectors;

use crate::{folder, program};

/// Three connections, two of them of one connector, each with a vendor.
struct Night {
    folder: TempDir,
    database: Database,
    vendors: Vec<(&'static str, Vendor)>,
}

#[derive(Debug)]
struct Said {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Night {
    async fn begin() -> Self {
        let folder = folder();
        let mut file = String::new();
        let mut vendors = Vec::new();
        for (name, connector) in [("eu", "accounts"), ("us", "accounts"), ("hooks", "webhook_apps")]
        {
            let connector: &Connector = connectors::find(connector).unwrap();
            let connector = connector.with_preset(DOCUMENTED).unwrap();
            let vendor = Vendor::start(connector, Content::generated(3, |_| 8)).unwrap();
            let _ = write!(
                file,
                "[connections.{name}]\nconnector = \"{}\"\nbase_url = \"{}\"\napi_key = \"{}\"\nrequests_per_second = 1000\n\n",
                connector.name,
                vendor.base_url(),
                vendor.key()
            );
            vendors.push((name, vendor));
        }
        fs::write(folder.path().join("connectors.toml"), file).unwrap();
        Self { folder, database: Database::create().await, vendors }
    }

    fn vendor(&self, name: &str) -> &Vendor {
        &self.vendors.iter().find(|(other, _)| *other == name).unwrap().1
    }

    fn run(&self, words: &str) -> Said {
        let words: Vec<&str> = words.split_whitespace().collect();
        let mut command = program(self.folder.path(), &words);
        let output = command.env("DATABASE_URL", self.database.url()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Said {
            status: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// What a command prints for programs, which its schema describes whole.
    fn json(&self, words: &str) -> Value {
        let said = self.run(&format!("{words} --json"));
        let document: Value =
            serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{error}: {said:?}"));
        let command = words.split(' ').find(|word| !is_connector(word)).unwrap();
        let is_error = document.as_object().unwrap().len() == 2;
        check(if is_error { "error" } else { command }, &document);
        document
    }

    async fn end(self) {
        self.vendors.into_iter().for_each(|(_, vendor)| vendor.finish_unexplained());
        self.database.drop().await;
    }
}

fn is_connector(word: &str) -> bool {
    connectors::ALL.iter().any(|connector| connector_cli::word(connector.name) == word)
}

/// Checks a document against its schema, which has to know each of its members.
fn check(command: &str, document: &Value) {
    let schemas = connector_cli::schemas();
    let (_, schema) = schemas.into_iter().find(|(name, _)| *name == command).unwrap();
    let mut schema = schema.to_value();
    close(&mut schema);
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema.json", schema).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    if let Err(wrong) = schemas.validate(document, index) {
        panic!("`{command} --json`: {wrong:#}\n{document:#}");
    }
}

/// Lets an object have no members but those that are described.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.contains_key("properties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn connection<'a>(document: &'a Value, name: &str) -> &'a Value {
    let all = document["connections"].as_array().unwrap();
    all.iter().find(|one| one["connection"] == name).unwrap()
}

fn resource<'a>(of: &'a Value, name: &str) -> &'a Value {
    let all = of["resources"].as_array().unwrap();
    all.iter().find(|one| one["resource"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "a night and its morning are one story")]
async fn the_morning_after_tells_what_changed_what_is_wrong_and_what_to_do() {
    let night = Night::begin().await;
    assert_eq!(night.json("plan --all")["runs"].as_array().unwrap().len(), 3);
    let planned = night.run("plan --all").stderr;
    assert!(planned.contains("INFO us: `labels`: 8 rows"), "{planned}");
    let first = night.run("sync --all --quiet");
    assert_eq!((first.status, first.stdout.as_str()), (Some(0), ""), "{first:?}");
    assert_eq!(first.stderr, "");

    // In the second night, one fails, one has a new field and a row without a key, and one rests.
    let is_bad = std::sync::Arc::new(AtomicBool::new(true));
    let bad = std::sync::Arc::clone(&is_bad);
    night.vendor("eu").on(move |request, answer| {
        let refused = request.path.ends_with("/campaigns") && bad.load(Relaxed);
        if refused { Answer::json(403, r#"{"message": "not yours"}"#) } else { answer }
    });
    night.vendor("us").edit("labels", |labels| {
        labels[0]["colour"] = json!("red");
        labels.push(json!({"name": "nobody's"}));
        labels.remove(2);
    });
    let rested = AtomicBool::new(false);
    night.vendor("hooks").on(move |_, answer| {
        if rested.swap(true, Relaxed) {
            answer
        } else {
            Answer::json(429, "{}").header("Retry-After", "2")
        }
    });
    let second = night.run("sync --all");
    assert_eq!(second.status, Some(1), "{second:?}");
    let before = |earlier: &str, later: &str| {
        let at =
            |text: &str| second.stdout.find(text).unwrap_or_else(|| panic!("{text}: {second:?}"));
        assert!(at(earlier) < at(later), "{earlier} before {later}: {second:?}");
    };
    before("eu:\n", " connection ");
    before("us:\n", " connection ");
    before("  campaigns: the vendor answered 403", " connection ");
    before("  labels: 1 row on page 1 is set aside: its key `id` is missing", " connection ");
    before(" connection ", " eu ");
    before(" eu ", " hooks ");
    assert!(second.stdout.contains("3 connections, 1 complete: "), "{second:?}");
    assert!(second.stderr.contains("INFO hooks: asking again in 2s"), "{second:?}");
    let said = "ERROR eu: `campaigns`: 0 rows in 1 request, failed: the vendor answered 403";
    assert!(second.stderr.contains(said), "{second:?}");

    // The morning.
    let status = night.run("status --all --max-age 1h");
    assert_eq!(status.status, Some(1), "{status:?}");
    for part in [
        "eu: run",
        "campaigns: the vendor answered 403",
        "us: run",
        " drift --connection us`",
        "    next: `vendor-connectors accounts quarantine --connection us` shows it;",
        "  labels",
    ] {
        assert!(status.stdout.contains(part), "no `{part}`: {}", status.stdout);
    }
    let told = night.json("status --all");
    assert_eq!(resource(connection(&told, "eu"), "campaigns")["verdict"], "failed");
    let us = resource(connection(&told, "us"), "labels");
    assert_eq!(
        (&us["inserted"], &us["updated"], &us["quarantined"]),
        (&json!(0), &json!(1), &json!(1))
    );
    assert!(us["error"].as_str().unwrap().starts_with("1 row on page 1 is set aside"), "{us}");

    let changes = night.json("changes --all --keys");
    let labels = resource(connection(&changes, "us"), "labels");
    assert_eq!((&labels["updated"], &labels["rows"][0]["change"]), (&json!(1), &json!("updated")));
    let words = night.run("changes --all --keys").stdout;
    assert!(words.contains("us: changes in 1 table (run "), "{words}");
    assert!(words.contains("us.labels (id):\n  changed  "), "{words}");
    assert!(words.contains("hooks: nothing changed (run "), "{words}");
    let csv = night.run("changes --all --csv").stdout;
    assert!(
        csv.starts_with("connection,resource,table,change,key_columns,key,at,field,from,to\n"),
        "{csv}"
    );
    assert!(csv.contains("us,labels,us.labels,updated,id,"), "{csv}");
    let nothing = night.run("changes --connection eu --since 0s").stdout;
    assert_eq!(nothing, "eu: no run since then\n");

    let kept = night.json("quarantine --all --rows");
    assert_eq!(
        resource(connection(&kept, "us"), "labels")["rows"][0]["raw"],
        r#"{"name":"nobody's"}"#
    );
    let kept = night.run("quarantine --connector accounts").stdout;
    assert!(kept.contains("eu: no row is set aside\nus: 1 row is set aside\n  labels: 1 row on page 1: its key `id` is missing (run "), "{kept}");
    assert!(kept.contains("in the newest run)"), "{kept}");
    assert!(
        kept.contains("by `quarantine = { rows = 2 }` below `[connections.us.resources.labels]`"),
        "{kept}"
    );
    let drift = night.json("drift --all");
    assert_eq!(connection(&drift, "us")["drift"][0]["field"], "colour");
    let drift = night.run("drift --connection us --connection eu").stdout;
    assert!(drift.contains("eu: all fields are as the models have them"), "{drift}");
    assert!(
        drift.contains("  labels: `colour` is new (string); kept in _extra (since run "),
        "{drift}"
    );
    assert!(drift.contains("    in SQL: _extra -> 'colour'\n"), "{drift}");
    assert!(drift.contains("    next: read them from _extra as shown; a newer version"), "{drift}");
    // Who has no source is not told to change it.
    assert!(!drift.contains("#[record"), "{drift}");

    // What was wrong is mended.
    is_bad.store(false, Relaxed);
    night.vendor("us").edit("labels", |labels| {
        labels.retain(|label| label["id"].is_number());
        labels[0].as_object_mut().unwrap().remove("colour");
    });
    let third = night.run("sync --connection eu --connection us --quiet");
    assert_eq!((third.status, third.stdout.as_str()), (Some(0), ""), "{third:?}");
    assert_eq!(night.run("status --all --max-age 1h").status, Some(0));
    let drift = night.run("drift --connection us --mended").stdout;
    assert!(
        drift.contains("all fields are as the models have them; 1 was not, and has been mended"),
        "{drift}"
    );
    assert!(drift.contains("  labels: mended: `colour`"), "{drift}");
    let gone = night.json("changes --connection us --since 2 --keys");
    assert!(gone["connections"][0]["first_run_id"].is_i64(), "{gone}");

    // Where nothing is named, what only looks is about all, and what writes is about none.
    for words in ["status", "quarantine", "drift", "changes", "check"] {
        assert!(night.run(words).stdout.contains("hooks"), "{words}");
    }
    for words in ["sync", "plan"] {
        let said = night.run(words);
        assert_eq!(said.status, Some(2), "{said:?}");
        assert!(said.stderr.contains("add --all, or name some with --connection"), "{said:?}");
    }
    let one = night.run("sync --connection us --connection eu --resource labels");
    assert!(one.stdout.contains("2 connections, all complete: 15 rows read"), "{one:?}");
    let lone = night.run("status --connection eu --max-age 0s");
    assert!(lone.stdout.contains("too old") && !lone.stdout.contains(" complete\n"), "{lone:?}");
    let typo = night.run("changes --all --resource labl").stderr;
    assert_eq!(typo.matches("integrations").count(), 1, "{typo}");

    // What is done once for one that is named, is not done for all by mistake.
    let named = night.run("sync --connection us --full-refresh --allow-deletes");
    assert_eq!(named.status, Some(0), "{named:?}");
    for option in ["--full-refresh", "--allow-deletes"] {
        for which in ["--all", "--connector accounts"] {
            let all = night.run(&format!("sync {which} {option}"));
            let next = format!("next: `vendor-connectors sync --connection NAME {option}`");
            assert!(all.status == Some(2) && all.stderr.contains(&next), "{all:?}");
        }
    }

    let nothing = night.run("forget");
    assert_eq!(nothing.status, Some(2), "{nothing:?}");
    assert!(nothing.stderr.contains("or with --older-than the age"), "{nothing:?}");

    // One is not needed any more.
    let shown = night.run("forget us --dry-run");
    assert!(shown.stdout.contains("  us.labels: 8 rows"), "{shown:?}");
    assert!(shown.stdout.ends_with("nothing was taken away\n"), "{shown:?}");
    let asked = night.run("forget us");
    assert_eq!(asked.status, Some(2), "{asked:?}");
    assert!(asked.stderr.contains("add --yes to take it away"), "{asked:?}");
    let told = night.json("forget us --yes");
    assert_eq!((&told["connection"], &told["forgotten"]), (&json!("us"), &json!(true)));
    let rest = night.run("status --all --max-age 1h");
    assert!(rest.stderr.contains("nothing was synced yet into the schema `us`"), "{rest:?}");
    let left = "select count(*) from (select connection from sync.resources union all select connection from sync.runs) r where connection = 'us'";
    assert_eq!(night.database.value(left).await, "0");
    let old = night.json("forget --older-than 1s --dry-run");
    assert_eq!(old["connection"], Value::Null);
    assert_eq!(night.run("forget nobody --yes").status, Some(2));
    let old = night.run("forget --older-than 1s --yes").stdout;
    assert!(old.ends_with("forgotten\n"), "{old}");
    night.json("accounts resources");
    night.json("check --connection eu");
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reads_json_finds_it_whatever_went_wrong() {
    let night = Night::begin().await;
    let errors = |document: &Value| document["errors"].as_array().unwrap().len();
    assert_eq!(errors(&night.json("sync --connection nobody")), 1);
    assert_eq!(errors(&night.json("accounts sync --connection nobody")), 1);
    assert_eq!(errors(&night.json("forget --older-than 1day")), 1);
    let none = night.json("changes --all");
    assert_eq!((errors(&none), none["connections"].as_array().unwrap().len()), (3, 0));
    // Errors in a log of JSON are JSON too.
    night.vendor("eu").on(|_, _| Answer::json(403, "{}"));
    let quiet = night.run("sync --all --quiet --log-format json").stderr;
    assert!(quiet.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{quiet}");
    assert!(quiet.contains("403 Forbidden"), "{quiet}");
    let said = night.run("sync --all --log-format json --config none.toml");
    let line: Value = serde_json::from_str(said.stderr.trim()).unwrap();
    assert_eq!((&line["level"], &line["exit_status"]), (&json!("ERROR"), &json!(2)), "{said:?}");
    assert!(line["next"].is_string() && line["timestamp"].is_string(), "{line}");
    // And lines have fields.
    let said = night.run("sync --connection hooks --log-format json");
    let lines: Vec<Value> =
        said.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended = lines.iter().find(|line| line["verdict"] == "complete").unwrap();
    assert_eq!(ended["span"]["connection"], "hooks", "{ended}");
    assert!(ended["span"]["resource"].is_string() && ended["rows_read"].is_u64(), "{ended}");
    let run = &ended["spans"][0];
    assert_eq!(
        (&run["name"], &run["connector"]),
        (&json!("run"), &json!("webhook_apps")),
        "{ended}"
    );
    assert_eq!(run["run_id"], ended["span"]["run_id"], "{ended}");
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connector_syncs_all_of_its_connections_or_several_that_are_named() {
    let night = Night::begin().await;
    let said = night.run("accounts sync --all");
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.stdout.contains("2 connections, all complete: "), "{said:?}");
    // With several connections, a line of the log says which, and when.
    let line = said.stderr.lines().find(|line| line.contains("`labels`")).unwrap();
    let (time, rest) = line.split_once(' ').unwrap();
    assert!(time.parse::<connector_core::DateTime<connector_core::Utc>>().is_ok(), "{line}");
    assert!(rest.starts_with(" INFO eu: ") || rest.starts_with(" INFO us: "), "{line}");
    let said = night.run("accounts plan --connection eu --connection us");
    assert!(said.stdout.contains("syncs would write 0 rows; nothing was written now"), "{said:?}");
    let said = night.run("sync --connector datasets");
    assert!(said.stderr.contains("there are no connections of datasets"), "{said:?}");
    let said = night.run("sync --connector acounts");
    assert!(said.stderr.contains("did you mean `accounts`?"), "{said:?}");
    night.end().await;
}

/// The program of all connections has processes of its own for the one that is named, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_named_is_read_by_as_many_workers_as_are_asked_for() {
    let night = Night::begin().await;
    let synced = night.json("sync --connection eu --workers 2");
    assert_eq!(synced["runs"][0]["verdict"], "complete", "{synced:#}");
    let owners = "select bool_and(owner ~ '^[0-9]+ of process [0-9]+$') from sync.shards";
    assert_eq!(night.database.value(owners).await, "true");
    let all = night.run("sync --all --workers 2");
    assert!(all.stderr.contains("--workers is for one connection"), "{all:?}");
    night.end().await;
}
