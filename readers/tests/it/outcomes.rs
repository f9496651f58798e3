//! What schedulers make of what the program says: the part of the files of `deploy/airflow` and
//! `deploy/dagster` that needs neither.

use serde_json::{Value, json};

use crate::night::{python, run};
use crate::schedulers::Connections;

const ABOVE: &str = r##"
import json, sys
told = json.load(sys.stdin)
above = [open(path).read().split("# What stands above")[0] for path in told["files"]]
assert above[0].split('"""', 2)[2] == above[1].split('"""', 2)[2], "the files differ in what they share"
names = {"__name__": "above"}
exec(above[0], names)
print(json.dumps({
    "outcomes": [names["outcome"](*case)._asdict() for case in told["cases"]],
    "keys": [names["key_of"](*each) for each in told["sections"]],
    "connectors": [names["connector_of"](*each) for each in (["accounts", {}], ["eu", {"connector": "webhook_apps"}])],
    "waits": [names["wait_s"](*each) for each in told["waits"]],
}))
"##;

fn of(files: &Value, cases: &[Value]) -> Value {
    let told = json!({
        "files": files,
        "cases": cases,
        "sections": [
            ["eu", {"api_key": "env:AGENCY"}],
            ["us", {"api_key": "env:AGENCY"}],
            ["at", {"api_key": "file:/run/secrets/at.key"}],
            ["plain", {"api_key": "canary-4711"}],
            ["none", {}],
        ],
        "waits": [[1, 0.0], [2, 0.0], [3, 0.0], [1, 3_600.0], [4, 3_600.0]],
    });
    python(ABOVE, &told.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lasts_is_not_tried_again_and_what_passes_is_when_the_vendor_wants_it() {
    let mut all = Connections::of_all_kinds().await;
    all.add_nested("nested", false);
    let told: Value = serde_json::from_str(&all.told(json!({}))).unwrap();
    let deploy = told["deploy"].as_str().unwrap();
    let files = json!([
        format!("{deploy}/airflow/vendor_connectors.py"),
        format!("{deploy}/dagster/vendor_connectors.py")
    ]);
    let says = |words: &str| {
        let (status, said) = run(all.folder.path(), &all.database, words, &[]);
        json!([status.unwrap(), serde_json::from_str::<Value>(&said).unwrap_or(json!({}))])
    };
    let begun = says("webhook-apps run begin --connection nested");
    let run_id = &begun[1]["run"];
    for of in ["applications", "event_types"] {
        says(&format!("webhook-apps run prepare --connection nested --run {run_id} --of {of}"));
    }
    let part = |more: &str| {
        says(&format!("webhook-apps run shard --connection nested --run {run_id} --of {more}"))
    };
    let failed = |kind: &str| {
        json!({"resource": "users", "verdict": "failed", "kind": kind, "error": "no", "next": null,
        "rows_read": 0, "inserted": 0, "updated": 0, "deleted": 0, "quarantined": 0, "requests": 1})
    };
    let runs = |resources: Value| json!([1, {"runs": [{"run_id": 7, "verdict": "failed", "resources": resources}], "errors": []}]);
    // Each with how often it is worth another try, and what is said of it.
    let cases = [
        (says("accounts sync --json --connection good"), 0, ""),
        (says("accounts sync --json --connection refused"), 0, ": the vendor answered 401"),
        (says("accounts sync --json --connection incomplete"), 1, "its key `id` is missing"),
        (says("accounts sync --json --connection busy"), 3, "the vendor asked for a rest"),
        (says("accounts sync --json --connection nobody"), 0, "there is no connection `nobody`"),
        (says("accounts sync --json --no-such-option"), 0, "ended with status 2"),
        (part("applications --part 1"), 0, "the vendor answered 401"),
        (part("event_types --part 1"), 0, "stopped: the vendor answered 401"),
        (part("nothing --part 1"), 0, "the run has no resource `nothing`"),
        (json!([-9, {}]), 3, "ended with status -9"),
        (
            json!([2, {"errors": [{"kind": "storage", "error": "another run", "next": "wait"}]}]),
            3,
            "another run; next: wait",
        ),
        (
            json!([1, {"closed": false, "kind": "busy", "error": "rest", "next": null, "rest_ms": 90_500}]),
            3,
            "rest",
        ),
        (runs(json!([failed("forbidden"), failed("stopped")])), 0, "users: no"),
        (runs(json!([failed("forbidden"), failed("unavailable")])), 3, "users: no"),
        (runs(json!([failed("auth"), failed("unavailable")])), 0, "users: no"),
        (runs(json!([failed("stopped")])), 3, "users: no"),
    ];
    let given: Vec<Value> = cases.iter().map(|(case, ..)| case.clone()).collect();
    let came = of(&files, &given);
    for ((case, retries, why), outcome) in cases.iter().zip(came["outcomes"].as_array().unwrap()) {
        assert_eq!(outcome["retries"], *retries, "{outcome}: {case}");
        assert!(outcome["why"].as_str().unwrap().contains(why), "{outcome}");
        assert_eq!(outcome["done"], case[0] == 0, "{outcome}");
        assert!(!outcome.to_string().contains("key-4711"), "{outcome}");
    }
    let outcome = |case: usize| &came["outcomes"][case];
    let good = &outcome(0)["numbers"];
    assert_eq!(good["verdicts"]["users"], "complete", "{good}");
    assert_eq!(good["rows_read"], good["inserted"], "{good}");
    assert_eq!(outcome(2)["numbers"]["quarantined"], 1);
    let rest = outcome(3)["wait_s"].as_f64().unwrap();
    assert!((3_590.0..=3_600.0).contains(&rest), "{rest}");
    assert_eq!(outcome(11)["wait_s"], 90.5);
    // Connections that share a key share its pool, which is not called by the key itself.
    let keys = [
        "vendor_key_env_agency",
        "vendor_key_env_agency",
        "vendor_key_file__run_secrets_at_key",
        "vendor_key_plain",
        "vendor_key_none",
    ];
    assert_eq!(came["keys"], json!(keys));
    assert_eq!(came["connectors"], json!(["accounts", "webhook-apps"]));
    assert_eq!(came["waits"], json!([60.0, 240.0, 960.0, 3_600.0, 3_840.0]));
    all.end().await;
}
