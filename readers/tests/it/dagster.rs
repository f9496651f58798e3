//! Dagster's own daemon runs the file of `deploy/dagster`.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::night::python_of;
use crate::schedulers::Connections;

/// The events of a kind in the run of a connection.
fn of<'a>(came: &'a Value, name: &str, kind: &str) -> Vec<&'a Value> {
    let all = came["events"][name].as_array().unwrap().iter();
    all.filter(|event| event["__typename"] == kind).collect()
}

/// What stands beside a label among metadata.
fn labelled<'a>(entries: &'a Value, label: &str) -> Option<&'a Value> {
    entries.as_array()?.iter().find(|entry| entry["label"] == label)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dagster, and minutes"]
async fn dagster_materializes_what_is_proved_complete_and_nothing_else() {
    let all = Connections::of_all_kinds().await;
    let told = all.told(json!({
        "environment": {"VENDOR_CONNECTORS_SCHEDULE": "* * * * *"},
        "expected": {
            "good": "SUCCESS",
            "refused": "FAILURE",
            "incomplete": "FAILURE",
            "busy": "STARTED",
            "slow": "CANCELED",
        },
        "scheduled": "good",
        "kill": "slow",
    }));
    let came = python_of("READERS_DAGSTER", include_str!("dagster.py"), &told);

    let tables = |name: &str| -> BTreeSet<String> {
        let all = of(&came, name, "MaterializationEvent").into_iter();
        all.map(|event| event["assetKey"]["path"][1].as_str().unwrap().to_owned()).collect()
    };
    // What a schedule began has all tables, each with its numbers and a link.
    assert_eq!(tables("good").len(), 9);
    let good = of(&came, "good", "MaterializationEvent");
    let users = good.iter().find(|event| event["assetKey"]["path"] == json!(["good", "users"]));
    let entries = &users.unwrap()["metadataEntries"];
    assert_eq!(labelled(entries, "rows_read").unwrap()["intValue"], 30);
    assert_eq!(labelled(entries, "status").unwrap()["url"], "http://127.0.0.1:8765/");
    assert_eq!(all.rows("good.users").await, "30");
    // Tables that are proved complete are so whatever happens to the others.
    let incomplete = tables("incomplete");
    assert_eq!(incomplete.len(), 8);
    assert!(!incomplete.contains("campaigns"), "{incomplete:?}");
    assert_eq!(of(&came, "incomplete", "ExecutionStepUpForRetryEvent").len(), 1);
    // A wrong key is told at once, and a vendor that wants an hour's rest has it.
    assert!(tables("refused").is_empty());
    assert!(of(&came, "refused", "ExecutionStepUpForRetryEvent").is_empty());
    let [failure] = of(&came, "refused", "ExecutionStepFailureEvent")[..] else {
        panic!("{}", came["events"]["refused"])
    };
    let said = failure["error"]["message"].as_str().unwrap();
    assert!(said.contains("the vendor answered 401"), "{said}");
    let entries = &failure["failureMetadata"]["metadataEntries"];
    assert_eq!(labelled(entries, "verdict").unwrap()["text"], "failed");
    let wait = of(&came, "busy", "ExecutionStepUpForRetryEvent")[0]["secondsToWait"].as_f64();
    assert!((3_590.0..=3_600.0).contains(&wait.unwrap()), "{wait:?}");
    // Dagster ended the run, and the program ended in order.
    let slow = all.run_of("slow").await;
    assert_eq!(slow, json!({"verdict": "incomplete", "interrupted": true}));

    assert_eq!(came["with_a_secret"], json!([]));
    all.end_with("Dagster, its daemon, webserver and code location", &came).await;
}
