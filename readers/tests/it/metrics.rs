//! The metrics, read by Prometheus's own parser for Python.

use serde_json::{Value, json};

use crate::night::{Night, python};

const PARSE: &str = "import json, sys\nfrom prometheus_client.parser import text_string_to_metric_families as parse\nprint(json.dumps([{'name': m.name, 'help': m.documentation, 'type': m.type, 'samples': [[s.name, s.labels, s.value] for s in m.samples]} for m in parse(sys.stdin.read())]))";

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_are_those_of_the_tables_and_no_label_is_a_run_or_a_value() {
    let night = Night::begin().await;
    night.run("status --all --max-age 26h --prometheus status.prom");
    let text = std::fs::read_to_string(night.folder.path().join("status.prom")).unwrap();
    let families = python(PARSE, &text);
    let families = families.as_array().unwrap();
    let names: Vec<&str> = families.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.iter().all(|name| name.starts_with("vendor_connectors_")), "{names:?}");
    for family in families {
        assert_eq!(family["type"], "gauge", "{family}");
        assert_ne!(family["help"], "", "{family}");
        for sample in family["samples"].as_array().unwrap() {
            let labels = sample[1].as_object().unwrap().keys();
            let known = ["connection", "connector", "resource", "verdict", "version"];
            assert!(labels.clone().all(|label| known.contains(&label.as_str())), "{sample}");
        }
    }
    let sample = |name: &str, labels: &Value| -> Option<f64> {
        let name = format!("vendor_connectors_{name}");
        let family = families.iter().find(|one| one["name"] == name)?;
        let samples = family["samples"].as_array().unwrap();
        samples.iter().find(|sample| sample[1] == *labels)?[2].as_f64()
    };
    let told = night.rows(
        "select distinct on (connection, resource) connection, resource, verdict, rows_read, inserted, updated, deleted, requests, retries, throttled, waited_ms, \
         extract(epoch from finished_at - started_at)::float8 as took from sync.resources order by connection, resource, run_id desc",
    );
    for told in told.await {
        let of = json!({"connection": told["connection"], "connector": "accounts", "resource": told["resource"]});
        for (name, column) in [
            ("last_run_rows_read", "rows_read"),
            ("last_run_inserted_rows", "inserted"),
            ("last_run_updated_rows", "updated"),
            ("last_run_deleted_rows", "deleted"),
            ("last_run_requests", "requests"),
            ("last_run_retries", "retries"),
            ("last_run_throttled", "throttled"),
        ] {
            assert_eq!(sample(name, &of), told[column].as_f64(), "{name} of {told}");
        }
        let took = sample("last_run_duration_seconds", &of).unwrap();
        assert!((took - told["took"].as_f64().unwrap()).abs() < 0.01, "{took} of {told}");
        let mut with_verdict = of.clone();
        with_verdict["verdict"] = told["verdict"].clone();
        assert_eq!(sample("verdict", &with_verdict), Some(1.0), "{told}");
        let is_bad = told["verdict"] != "complete";
        assert_eq!(sample("too_old", &of), Some(f64::from(u8::from(is_bad))), "{told}");
    }
    let rows = night.rows("select count(*) filter (where _deleted_at is null) as rows, count(_deleted_at) as gone from eu.users").await;
    let users = json!({"connection": "eu", "connector": "accounts", "resource": "users"});
    assert_eq!(sample("rows", &users), rows[0]["rows"].as_f64());
    assert_eq!(sample("deleted_rows", &users), rows[0]["gone"].as_f64());
    assert_eq!(sample("unread_connections", &json!({})), Some(0.0));
    assert!(!text.contains("canary-4711"), "no row's value is there");
    night.end().await;
}
