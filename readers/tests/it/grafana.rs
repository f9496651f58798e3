//! Grafana's dashboards and alarms: what they ask is answered by tables that were synced and by
//! metrics that were written. No Grafana is at hand, so what it puts into a query stands here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::night::{Night, python};

/// What Grafana puts in the place of what it calls variables and macros.
const PUT_IN: [(&str, &str); 5] = [
    ("${connection:sqlstring}", "'eu','us'"),
    ("${max_age}", "26"),
    ("$max_age", "26"),
    ("$connection", "(eu|us)"),
    ("$__interval", "1h"),
];

const YAML: &str = "import json, sys, yaml\nprint(json.dumps(yaml.safe_load(sys.stdin)))";
const PROMQL: &str = "import json, sys, promql_parser\nprint(json.dumps([str(promql_parser.parse(one)) for one in json.load(sys.stdin)]))";

fn file(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/grafana");
    fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    python(YAML, &file(path))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A query as Grafana sends it.
fn sent(query: &str) -> String {
    let mut query = query.to_owned();
    while let Some((before, rest)) = query.split_once("$__timeFilter(") {
        let (column, after) = rest.split_once(')').unwrap();
        query = format!("{before}{column} between now() - interval '7 days' and now(){after}");
    }
    let query = PUT_IN.iter().fold(query, |query, (name, value)| query.replace(name, value));
    assert!(!query.contains('$'), "nothing is put in here for a part of: {query}");
    query
}

/// The targets of a dashboard's panels, with the titles of these.
fn targets(dashboard: &Value) -> Vec<(&str, &Value)> {
    let panels = list(&dashboard["panels"]).iter();
    let all = panels.flat_map(|panel| {
        list(&panel["targets"]).iter().map(|target| (text(&panel["title"]), target))
    });
    all.collect()
}

/// The rules of the alarms, and the query of each.
fn rules(alarms: &Value) -> Vec<(&Value, &str)> {
    let rules = list(&alarms["groups"]).iter().flat_map(|group| list(&group["rules"]));
    rules.map(|rule| (rule, text(&rule["data"][0]["model"]["rawSql"]))).collect()
}

/// The connections for which the query of a rule is above its bound.
fn raised(rule: &Value, rows: &[Value]) -> Vec<String> {
    let bound = rule["data"][1]["model"]["conditions"][0]["evaluator"]["params"][0].as_f64();
    let is_raised = |row: &&Value| {
        let values = row.as_object().unwrap().values().filter_map(Value::as_f64);
        let values: Vec<f64> = values.collect();
        assert_eq!(values.len(), 1, "an alarm looks at one number of a row: {row}");
        values[0] > bound.unwrap()
    };
    let raised = rows.iter().filter(is_raised).map(|row| text(&row["connection"]).to_owned());
    let mut raised: Vec<String> = raised.collect();
    raised.sort();
    raised
}

#[tokio::test(flavor = "multi_thread")]
async fn each_query_of_the_dashboard_and_of_the_alarms_tells_something_to_a_role_that_sees_no_row()
{
    let night = Night::begin().await;
    let role = format!("grafana_{}", std::process::id());
    night.database.execute(&file("role.sql").replace("grafana", &role)).await;
    // A third run goes on.
    night.database.execute(
        "insert into sync.runs (connection, connector, preset, connector_version, started_at) values ('us', 'accounts', 'documented', '0.1.0', now()); \
         insert into sync.resources (run_id, connection, resource, started_at) select max(run_id), 'us', 'users', now() from sync.runs; \
         insert into sync.shards (run_id, connection, resource, shard, before, listings, rows_read, requests, updated_at) \
         select max(run_id), 'us', 'users', 1, 0, 1, 30, 2, now() from sync.runs",
    ).await;
    let ask = async |query: &str| night.database.rows_as(&role, query).await;
    let mut told = String::new();

    let dashboard: Value = serde_json::from_str(&file("dashboards/runs.json")).unwrap();
    let targets = targets(&dashboard);
    assert!(targets.len() > 12, "all panels are looked at");
    for (title, target) in targets {
        let rows = ask(&sent(text(&target["rawSql"]))).await;
        assert!(!rows.is_empty(), "{title} tells nothing");
        if target["format"] == "time_series" {
            assert!(rows.iter().all(|row| row["time"].is_string()), "{title}: {}", rows[0]);
        }
        told += &json!(rows).to_string();
    }
    for variable in list(&dashboard["templating"]["list"]) {
        if variable["type"] == "query" {
            let rows = ask(text(&variable["query"])).await;
            assert_eq!(json!(rows), json!([{"connection": "eu"}, {"connection": "us"}]));
        }
    }

    let alarms = yaml("provisioning/alerting/vendor-connectors.yaml");
    let rules = rules(&alarms);
    let all_raised = async || {
        let mut all = Vec::new();
        for (rule, query) in &rules {
            let rows = ask(query).await;
            assert_eq!(rows.len(), 2, "a connection that is well has a row too: {rows:?}");
            all.push(raised(rule, &rows));
        }
        all
    };
    // The night as it was: of both, the campaigns have a row without a key, and a field without a
    // column; none of these was ever complete, and runs began just now.
    let (both, none) = (vec!["eu".to_owned(), "us".to_owned()], Vec::<String>::new());
    assert_eq!(all_raised().await, [both.clone(), none.clone(), both.clone(), both.clone()]);
    // A day later, with everything mended in one of them.
    night
        .database
        .execute(
            "update sync.resources set verdict = 'complete' where connection = 'eu'; \
         update sync.drift set first_seen_at = now() - interval '25 hours'; \
         update sync.runs set started_at = now() - interval '27 hours' where connection = 'us'",
        )
        .await;
    let us = vec!["us".to_owned()];
    assert_eq!(all_raised().await, [us.clone(), us.clone(), us, none]);

    assert!(!told.contains("canary-4711"), "a dashboard shows no row's value");
    let rights = format!(
        "select has_column_privilege('{role}', 'sync.quarantine', 'raw', 'select') as rows_aside, has_schema_privilege('{role}', 'eu', 'usage') as rows, \
         has_table_privilege('{role}', 'sync.fingerprint_keys', 'select') as keys, has_table_privilege('{role}', 'sync.runs', 'insert, update, delete, truncate') as writes"
    );
    let nothing = json!([{"rows_aside": false, "rows": false, "keys": false, "writes": false}]);
    assert_eq!(json!(night.rows(&rights).await), nothing);
    night.database.execute(&format!("drop owned by {role}; drop role {role}")).await;
    night.end().await;
}

#[test]
fn what_grafana_is_given_fits_together() {
    let sources = yaml("provisioning/datasources/vendor-connectors.yaml");
    let source = &sources["datasources"][0];
    for setting in [&source["url"], &source["user"], &source["secureJsonData"]["password"]] {
        assert!(text(setting).starts_with("$VENDOR_CONNECTORS_"), "{setting} is no variable");
    }
    let folders = yaml("provisioning/dashboards/vendor-connectors.yaml");
    assert!(file("README.md").contains(text(&folders["providers"][0]["options"]["path"])));
    let alarms = yaml("provisioning/alerting/vendor-connectors.yaml");
    let mut names = BTreeSet::new();
    for (rule, query) in rules(&alarms) {
        assert!(names.insert(text(&rule["uid"])) && text(&rule["uid"]).len() <= 40, "{rule}");
        let [asked, compared] = list(&rule["data"]) else { panic!("{rule}") };
        assert_eq!(asked["datasourceUid"], source["uid"], "{rule}");
        assert_eq!(compared["model"]["expression"], asked["refId"], "{rule}");
        assert_eq!(rule["condition"], compared["refId"], "{rule}");
        assert!(!query.contains('$'), "Grafana would take it for a variable: {query}");
        // Grafana knows a label by the name of the column.
        for words in ["summary", "description"] {
            let words = text(&rule["annotations"][words]);
            assert!(!words.contains('$'), "{words}");
            assert_eq!(
                words.matches("{{").count(),
                words.matches("{{ .Labels.connection }}").count()
            );
        }
    }
    assert_eq!(names.len(), 4, "the four alarms of docs/operations.md");
    for name in ["runs", "metrics"] {
        let dashboard: Value =
            serde_json::from_str(&file(&format!("dashboards/{name}.json"))).unwrap();
        let mut ids = BTreeSet::new();
        for panel in list(&dashboard["panels"]) {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
            assert!(place("x") + place("w") <= 24, "{panel}");
            assert_ne!(text(&panel["description"]), "", "{panel}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_metric_of_the_dashboard_is_written_and_each_query_is_one() {
    let night = Night::begin().await;
    night.run("status --all --max-age 26h --prometheus status.prom");
    let written = fs::read_to_string(night.folder.path().join("status.prom")).unwrap();
    let written: BTreeSet<&str> = written
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let dashboard: Value = serde_json::from_str(&file("dashboards/metrics.json")).unwrap();
    let queries = targets(&dashboard).into_iter().map(|(_, target)| sent(text(&target["expr"])));
    let mut queries: Vec<String> = queries.collect();
    for variable in list(&dashboard["templating"]["list"]) {
        if let Some(labels) = text(&variable["query"]).strip_prefix("label_values(") {
            queries.push(labels.split(',').next().unwrap().to_owned());
        }
    }
    // So are those that the documentation has.
    let operations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations.md");
    let operations = fs::read_to_string(operations).unwrap();
    let (_, documented) = operations.split_once("```text\ntime() - vendor").unwrap();
    let documented = documented.split("```").next().unwrap();
    queries.extend(format!("time() - vendor{documented}").lines().map(str::to_owned));
    assert!(queries.len() > 18, "{queries:?}");
    let parsed = python(PROMQL, &json!(queries).to_string());
    assert_eq!(list(&parsed).len(), queries.len());
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for query in &queries {
        let names: Vec<&str> = query
            .split(|c| !is_name(c))
            .filter(|word| word.starts_with("vendor_connectors_"))
            .collect();
        assert!(!names.is_empty(), "{query}");
        assert!(names.iter().all(|name| written.contains(name)), "{query} is not in {written:?}");
    }
    night.end().await;
}
