//! Airflow's own scheduler runs the file of `deploy/airflow`.

use serde_json::{Value, json};

use crate::night::python_of;
use crate::schedulers::Connections;

/// The tasks of a DAG that have this name, in the order of their indices.
fn of<'a>(came: &'a Value, dag: &str, task: &str) -> Vec<&'a Value> {
    let all = came["tasks"][dag].as_array().unwrap().iter();
    let mut of: Vec<&Value> = all.filter(|one| one["task_id"] == task).collect();
    of.sort_by_key(|one| one["map_index"].as_i64());
    of
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Airflow, and minutes"]
async fn airflow_runs_each_kind_of_sync_and_knows_which_is_worth_another_try() {
    const DAG: &str = "vendor_connectors";
    let mut all = Connections::of_all_kinds().await;
    all.add_nested("many", true);
    all.add_nested("lost", false);
    let told = all.told(json!({
        "environment": {"VENDOR_CONNECTORS_LARGE": "many,lost"},
        "expected": {
            "vendor_connectors": {
                "good": "success",
                "refused": "failed",
                "incomplete": "failed",
                "busy": "up_for_retry",
                "slow": "failed",
            },
            "vendor_connectors_many": {"begin": "success", "settle_2": "skipped", "finish": "success"},
            "vendor_connectors_lost": {"begin": "success", "finish": "failed"},
        },
        "runs": {"vendor_connectors_many": "success", "vendor_connectors_lost": "failed"},
        "kill": {"dag": DAG, "task": "slow"},
    }));
    let came = python_of("READERS_AIRFLOW", include_str!("airflow.py"), &told);

    // What is done is done once, with its numbers, and what waits for it hears of it.
    assert_eq!(of(&came, DAG, "good")[0]["try_number"], 1);
    let report = &came["reports"]["vendor_connectors.good"];
    assert_eq!(report["verdict"], "complete", "{report}");
    assert_eq!(report["verdicts"].as_object().unwrap().len(), 9, "{report}");
    assert_eq!(all.rows("good.users").await, "30");
    assert_eq!(came["assets"]["vendor_connectors_good"], *report);
    assert_eq!(came["links"]["vendor_connectors.good"]["Status"], "http://127.0.0.1:8765/");
    // A wrong key is told at once; what somebody has to look at, after a second try; and a vendor
    // that wants an hour's rest has it.
    assert_eq!(of(&came, DAG, "refused")[0]["try_number"], 1);
    assert_eq!(came["reports"]["vendor_connectors.refused"]["verdict"], "failed");
    assert_eq!(of(&came, DAG, "incomplete")[0]["try_number"], 2);
    assert_eq!(came["reports"]["vendor_connectors.incomplete"]["quarantined"], 1);
    let wait = came["waits_s"]["busy"].as_f64().unwrap();
    assert!((3_590.0..=3_600.0).contains(&wait), "{wait}");
    // Airflow ended the task, and the program ended in order.
    let slow = all.run_of("slow").await;
    assert_eq!(slow, json!({"verdict": "incomplete", "interrupted": true}));

    // A run in parts has the rows that one process brings, and ends whatever happens.
    let read = of(&came, "vendor_connectors_many", "read_1");
    assert!(read.len() > 4, "{read:?}");
    assert!(read.iter().all(|one| one["state"] == "success"), "{read:?}");
    let names: Vec<&str> =
        read.iter().filter_map(|one| one["rendered_map_index"].as_str()).collect();
    assert!(names.contains(&"endpoints 1"), "{names:?}");
    assert_eq!(came["reports"]["vendor_connectors_many.finish"]["verdict"], "complete");
    assert_eq!(all.rows("many.endpoints").await, "36");
    assert_eq!(all.run_of("many").await["verdict"], "complete");
    let read = of(&came, "vendor_connectors_lost", "read_0");
    assert!(read.iter().all(|one| one["state"] == "failed" && one["try_number"] == 1), "{read:?}");
    assert_eq!(all.run_of("lost").await["verdict"], "failed");
    assert!(came["assets"].get("vendor_connectors_lost").is_none(), "{}", came["assets"]);

    assert_eq!(came["with_a_secret"], json!([]));
    assert!(came["largest_xcom"].as_u64().unwrap() < 4_000, "{}", came["largest_xcom"]);
    all.end_with("Airflow, its server, scheduler and processor of DAGs", &came).await;
}
