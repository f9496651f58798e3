//! Runs that do not come to a good end, and what is told of them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::engine::until;
use crate::play::{ID, NAME, Play, SLOW};

const FAILED: &str = "WORKFLOW_EXECUTION_STATUS_FAILED";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_fails_the_workflow_at_once() {
    const WRONG: &str = "wrong-key-4711";
    let play = Play::nested(6).await;
    play.vendor.allow_unauthorized();
    play.set_key(WRONG);
    let _worker = play.worker(1).await;
    play.start(&[]);
    assert_eq!(play.engine.end_of(ID).await, FAILED);
    let said = play.engine.failure(ID);
    assert!(said.contains("the key was refused"), "{said}");
    // No piece was tried twice.
    let history = play.engine.history(ID);
    let events = history["events"].as_array().unwrap();
    let started = events.iter().filter_map(|event| event.get("activityTaskStartedEventAttributes"));
    let tries: Vec<i64> = started.filter_map(|started| started["attempt"].as_i64()).collect();
    assert!(!tries.is_empty() && tries.iter().all(|tries| *tries == 1), "{tries:?}");
    let run = play.newest_run().await;
    assert_eq!((&run["verdict"], &run["ended"]), (&json!("failed"), &json!(true)), "{run}");
    play.nothing_is_kept_of(&[WRONG]);
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_incomplete_fails_the_workflow_in_words_and_numbers() {
    let campaigns = [json!({"id": 1, "name": "the first"}), json!({"name": "nobody's"})];
    let content = Content::empty().with("campaigns", campaigns);
    let play = Play::of(&accounts_connector::CONNECTOR, content).await;
    let _worker = play.worker(1).await;
    let output = play.run(&["start", NAME, "--wait"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(play.engine.status(ID), FAILED);
    let said = play.engine.failure(ID);
    assert!(
        said.starts_with(&format!("{NAME}: incomplete (run 1); campaigns: 1 row has")),
        "{said}"
    );
    play.nothing_is_kept_of(&["nobody's", "the first"]);
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_another_version_is_refused_in_words_and_the_workflow_ends() {
    let play = Play::nested(60).await;
    play.vendor.set_latency(SLOW);
    let _worker = play.worker(1).await;
    play.start(&["--workers", "4"]);
    play.asked(20).await;
    play.database.execute("update sync.runs set connector_version = '0.0.1'").await;
    assert_eq!(play.engine.end_of(ID).await, FAILED);
    let said = play.engine.failure(ID);
    assert!(said.contains("was begun by version 0.0.1, and this program is"), "{said}");
    assert!(said.contains("next: let all workers have the same version"), "{said}");
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_wants_a_rest_is_asked_again_after_it_and_not_sooner() {
    // Longer than a run waits for by itself, and by a clock of the test's that goes faster.
    const REST: Duration = Duration::from_secs(4);
    let play = Play::nested(3).await;
    let asked: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let noted = Arc::clone(&asked);
    play.vendor.on(move |request, honest| {
        if request.resource != Some("applications") {
            return honest;
        }
        let mut asked = noted.lock().unwrap();
        asked.push(Instant::now());
        if asked.len() > 1 {
            return honest;
        }
        Answer::json(429, &json!({})).header("retry-after", &REST.as_secs())
    });
    let _worker = play.worker(1).await;
    play.sync(&[]).await;
    let asked = asked.lock().unwrap().clone();
    assert!(asked.len() >= 2 && asked[1] - asked[0] >= REST, "{asked:?}");
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_that_wants_a_longer_rest_than_a_run_has_is_tried_again_when_it_is_over() {
    let play = Play::nested(3).await;
    play.vendor.on(|_, _| Answer::json(429, &json!({})).header("retry-after", &"3600"));
    let _worker = play.worker(1).await;
    play.start(&[]);
    // All pieces are asked for again by the server, an hour later: until then nobody asks.
    let resources = webhook_apps_connector::CONNECTOR.resources.iter();
    let begun = resources.filter(|resource| resource.parent.is_none()).count();
    let pending = until("pieces that wait", async || {
        let told = play.engine.ask_json(&["workflow", "describe", "--workflow-id", ID]);
        let pending = told["pendingActivities"].as_array()?;
        let wait = pending.iter().all(|one| one["attempt"].as_i64() == Some(2));
        // Between two pieces of a resource, none of it is with the server.
        pending.first().filter(|_| wait && pending.len() == begun).cloned()
    })
    .await;
    let failure = &pending["lastFailure"];
    assert_eq!(failure["message"], "the vendor wants a rest", "{pending}");
    let delay = failure["applicationFailureInfo"]["nextRetryDelay"].as_str().unwrap();
    let delay: f64 = delay.trim_end_matches('s').parse().unwrap();
    assert!((3_500.0..=3_600.0).contains(&delay), "{pending}");
    let asked = play.vendor.asked();
    play.engine.ask(&["workflow", "cancel", "--workflow-id", ID]);
    assert_eq!(play.engine.end_of(ID).await, "WORKFLOW_EXECUTION_STATUS_CANCELED");
    assert_eq!(play.vendor.asked(), asked);
    play.nothing_is_kept_of(&[]);
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_workflow_stops_its_parts_in_order_and_ends_its_run() {
    // Longer than the server takes to tell a worker, and not longer than a page may take that is
    // in flight when a part is to stop.
    const ANSWER: Duration = Duration::from_secs(8);
    let play = Play::nested(60).await;
    play.vendor.on(|request, honest| match request.resource {
        Some("endpoints" | "integrations") => honest.delayed(ANSWER),
        _ => honest,
    });
    let worker = play.worker(1).await;
    play.start(&["--workers", "4", "--silence", "2m"]);
    until("a part that takes its time", async || {
        let asked = play.vendor.requests();
        let mut of_children = asked.iter().filter_map(|one| one.resource);
        of_children.any(|name| matches!(name, "endpoints" | "integrations")).then_some(())
    })
    .await;
    play.engine.ask(&["workflow", "cancel", "--workflow-id", ID]);
    assert_eq!(play.engine.end_of(ID).await, "WORKFLOW_EXECUTION_STATUS_CANCELED");
    let run = play.newest_run().await;
    assert_eq!(run, json!({"verdict": "incomplete", "interrupted": true, "ended": true}));
    assert!(worker.log().contains("the server does not want it any more"), "{}", worker.log());

    // The next one goes on from there.
    let before = play.vendor.asked();
    play.vendor.honest();
    play.sync(&[]).await;
    let continues = "select continues is not null as continues, verdict from sync.runs order by run_id desc limit 1";
    let run = play.database.rows(continues).await;
    assert_eq!(run, [json!({"continues": true, "verdict": "complete"})]);
    let again = play.vendor.requests_behind(before);
    assert!(again.iter().all(|one| one.resource != Some("applications")), "{again:?}");
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_told_with_its_address_and_what_to_do() {
    let play = Play::nested(1).await;
    let nowhere = ["--address", "127.0.0.1:1"];
    for words in [&["work"][..], &["start", NAME], &["unschedule", NAME]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_vendor-connectors-worker"))
            .args(words)
            .args(nowhere)
            .env_clear()
            .env("TEMPORAL_API_KEY", "a-secret")
            .current_dir(play.folder())
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("`127.0.0.1:1` cannot be reached"), "{said}");
        assert!(said.contains("next: start one"), "{said}");
        assert!(!said.contains("a-secret"), "{said}");
    }
    play.end().await;
}
