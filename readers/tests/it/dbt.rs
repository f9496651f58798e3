//! The package that `dbt` writes, run by dbt itself on tables that were synced.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};
use url::Url;
use vendor_connectors::connectors;

use crate::night::{run, variable};

/// One process of dbt, for one command after the other: to begin takes it longer than most of them.
struct Dbt {
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Dbt {
    fn begin(folder: &Path, database: &Database) -> Self {
        let url = Url::parse(&database.url()).unwrap();
        let port = url.port().unwrap_or(5432).to_string();
        let mut child = Command::new(variable("READERS_DBT"))
            .args(["-c", include_str!("dbt.py")])
            .current_dir(folder)
            .env_clear()
            .env("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
            .env("PGHOST", url.host_str().unwrap())
            .env("PGPORT", port)
            .env("PGUSER", url.username())
            .env("PGPASSWORD", url.password().unwrap_or_default())
            .env("PGDATABASE", url.path().trim_start_matches('/'))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { commands: child.stdin.take().unwrap(), answers, child }
    }

    /// How a command ended.
    fn run(&mut self, command: &str) -> Value {
        let words: Vec<&str> = command.split(' ').collect();
        writeln!(self.commands, "{}", json!(words)).unwrap();
        let answer = self.answers.next().expect("dbt says above what is wrong").unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// Runs a command that has to find nothing wrong, and returns the number of its nodes.
    fn good(&mut self, command: &str) -> u64 {
        let ended = self.run(command);
        assert_eq!((&ended["success"], &ended["bad"]), (&json!(true), &json!({})), "{ended}");
        ended["nodes"].as_u64().unwrap()
    }

    /// What is wrong, for a command that has to fail: nodes without their package, with how
    /// each ended.
    fn bad(&mut self, command: &str) -> Vec<(String, String)> {
        let ended = self.run(command);
        assert_eq!(ended["success"], json!(false), "{ended}");
        let bad = ended["bad"].as_object().unwrap().iter();
        let named = bad.map(|(node, status)| {
            let (kind, name) = node.split_once(".vendor_connectors.").unwrap();
            // A test has a hash behind its name.
            let name = if kind == "test" { name.rsplit_once('.').unwrap().0 } else { name };
            (name.to_owned(), status.as_str().unwrap().to_owned())
        });
        let mut bad: Vec<_> = named.collect();
        bad.sort();
        bad
    }

    fn end(mut self) {
        drop(self.commands);
        assert!(self.child.wait().unwrap().success());
    }
}

fn named(bad: &[(String, String)]) -> Vec<(&str, &str)> {
    bad.iter().map(|(name, status)| (name.as_str(), status.as_str())).collect()
}

/// Vendors, and the file of their connections: two accounts of one, and one of each of the others.
fn vendors(folder: &Path) -> Vec<Vendor> {
    let (mut vendors, mut file) = (Vec::new(), String::new());
    for (name, connector) in [
        ("eu", "webhook_apps"),
        ("us", "webhook_apps"),
        ("accounts", "accounts"),
        ("browser_profiles", "browser_profiles"),
        ("datasets", "datasets"),
        ("session_recording", "session_recording"),
    ] {
        let declared = connectors::find(connector).unwrap();
        let vendor = Vendor::start(declared, Content::generated(7, |_| 3)).unwrap();
        let (url, key) = (vendor.base_url(), vendor.key());
        let _ = write!(
            file,
            "[connections.{name}]\nconnector = \"{connector}\"\nbase_url = \"{url}\"\napi_key = \"{key}\"\nrequests_per_second = 1000\n"
        );
        file += match name {
            "accounts" => "history = [\"campaigns\"]\n",
            "session_recording" => "[connections.session_recording.params]\nuid = [\"demo\"]\n",
            _ => "",
        };
        vendors.push(vendor);
    }
    fs::write(folder.join("connectors.toml"), file).unwrap();
    vendors
}

#[tokio::test(flavor = "multi_thread")]
async fn dbt_builds_what_is_complete_and_nothing_of_what_is_not() {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let vendors = vendors(folder.path());
    let [eu, _, accounts, ..] = &vendors[..] else { panic!("there are six") };
    let program = |words: &str| {
        let (status, said) = run(folder.path(), &database, words, &[]);
        (status.unwrap(), said)
    };
    assert_eq!(program("sync --all").0, 0);
    // One is gone, and of another there are two versions.
    eu.edit("applications", |all| all.truncate(2));
    accounts.edit("campaigns", |all| all[0]["name"] = json!("renamed"));
    assert_eq!(program("sync --all").0, 0);
    let (status, said) = program("dbt --output dbt");
    assert_eq!(status, 0, "{said}");
    assert!(said.starts_with("dbt: 72 sources and 58 models of 6 connections\n"), "{said}");

    let mut dbt = Dbt::begin(&folder.path().join("dbt"), &database);
    assert_eq!(dbt.good("parse"), 0);
    let built = dbt.good("build");
    assert!(built > 200, "models, tests of them, and tests of sources: {built}");
    assert_eq!(dbt.good("source freshness"), 48);
    dbt.good("docs generate");
    let rows = async |query: &str| database.rows(query).await;
    let united = "select _connection, count(*) as rows from dbt.stg_webhook_apps__endpoints group by 1 order by 1";
    assert_eq!(
        json!(rows(united).await),
        json!([{"_connection": "eu", "rows": 6}, {"_connection": "us", "rows": 9}])
    );
    let versions = "select count(*) as versions, count(*) filter (where _is_current) as current from dbt.stg_accounts__campaigns_versions";
    assert_eq!(json!(rows(versions).await), json!([{"versions": 4, "current": 3}]));
    let nested = "select count(*) > 0 and count(*) = (select count(*) from eu.endpoint_event_types) + \
                  (select count(*) from us.endpoint_event_types) as same from dbt.stg_webhook_apps__endpoint_event_types";
    assert_eq!(json!(rows(nested).await), json!([{"same": true}]));

    // A row without a key: nothing is made of its table, and all else is.
    eu.edit("tokens", |all| all.push(json!({"name": "nobody's"})));
    assert_eq!(program("sync --connection eu").0, 1);
    assert_eq!(
        named(&dbt.bad("build --select models/webhook_apps")),
        [
            ("source_last_run_complete_eu_tokens_", "fail"),
            ("source_quarantine_empty_eu_tokens_", "fail"),
            ("stg_webhook_apps__token_scopes", "skipped"),
            ("stg_webhook_apps__tokens", "skipped"),
            ("unique_and_not_null_stg_webhook_apps__tokens__connection__id", "skipped"),
        ]
    );
    // It is fresh still: complete within a day. Of others, one was not, and one never.
    database
        .execute(
            "update sync.resources set started_at = started_at - interval '27 hours' where connection = 'us' and resource = 'endpoints'; \
             update sync.resources set verdict = 'incomplete' where connection = 'us' and resource = 'integrations'",
        )
        .await;
    assert_eq!(
        named(&dbt.bad("source freshness")),
        [("us.endpoints", "error"), ("us.integrations", "error")]
    );

    // All is mended by the next run, but for what no run does.
    eu.edit("tokens", |all| all.retain(|token| token["id"].is_string()));
    assert_eq!(program("sync --all").0, 0);
    database
        .execute(
            "alter table eu.event_types drop constraint event_types_pkey; \
             insert into eu.event_types select * from eu.event_types limit 1; \
             delete from us.applications where id = (select min(app_id) from us.endpoints)",
        )
        .await;
    assert_eq!(
        named(&dbt.bad("build --select models/webhook_apps")),
        [
            (
                "relationship_within_connection_stg_webhook_apps__endpoints_app_id__id__ref_stg_webhook_apps__applications_",
                "fail"
            ),
            (
                "relationship_within_connection_stg_webhook_apps__integrations_app_id__id__ref_stg_webhook_apps__applications_",
                "fail"
            ),
            ("unique_and_not_null_stg_webhook_apps__event_types__connection__uuid", "fail"),
        ]
    );
    dbt.end();
    vendors.into_iter().for_each(Vendor::finish);
    database.drop().await;
}
