//! Syncs that are started by the server's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use connector_testkit::Answer;
use serde_json::{Value, json};

use crate::engine::until;
use crate::play::{ID, NAME, Play};

const SCHEDULE: &str = "schedule/mine";

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_starts_one_sync_at_a_time_until_it_is_taken_away() {
    // A sync goes on for as long as the vendor does not answer.
    let (play, answers) = (Play::nested(3).await, Arc::new(AtomicBool::new(false)));
    let answered = Arc::clone(&answers);
    play.vendor.on(move |request, honest| match request.resource {
        Some("endpoints") if !answered.load(Relaxed) => {
            Answer::json(429, &json!({})).header("retry-after", &"2")
        }
        _ => honest,
    });
    let _worker = play.worker(1).await;
    for cron in ["0 4 1 1 *", "30 2 * * *"] {
        let output = play.run(&["schedule", NAME, "--cron", cron, "--silence", "5s"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
    }
    let described =
        || -> Value { play.engine.ask_json(&["schedule", "describe", "--schedule-id", SCHEDULE]) };
    let told = described();
    let calendar = &told["schedule"]["spec"]["structuredCalendar"];
    assert_eq!(calendar[0]["hour"][0]["start"], 2, "{told}");
    assert_eq!(told["schedule"]["policies"]["overlapPolicy"], "SCHEDULE_OVERLAP_POLICY_SKIP");

    // Its clock is not waited for: it is told to do now what it does then.
    let trigger = || play.engine.ask(&["schedule", "trigger", "--schedule-id", SCHEDULE]);
    trigger();
    play.asked(1).await;
    trigger();
    until("a skipped start", async || {
        (described()["info"]["overlapSkipped"].as_str() == Some("1")).then_some(())
    })
    .await;
    // Nor does a person start a second one.
    let second = play.run(&["start", NAME]);
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(2), "{said}");
    assert!(said.contains("a sync of `mine` goes on already"), "{said}");
    answers.store(true, Relaxed);
    assert_eq!(play.engine.end_of(ID).await, "WORKFLOW_EXECUTION_STATUS_COMPLETED");
    // What the schedule has started comes to the same.
    let query = "WorkflowType = \"scheduled_sync\"";
    until("the end of what the schedule started", async || {
        let started = play.engine.ask_json(&["workflow", "list", "--query", query]);
        let [one] = &started.as_array()?[..] else { panic!("{started}") };
        (one["status"] == "WORKFLOW_EXECUTION_STATUS_COMPLETED").then_some(())
    })
    .await;
    let runs = play.database.value("select count(*)::text from sync.runs").await;
    assert_eq!(runs, "1");

    let wrong = play.run(&["schedule", NAME, "--cron", "whenever"]);
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert_eq!(wrong.status.code(), Some(2), "{said}");
    assert!(said.contains("does not understand the schedule `whenever`"), "{said}");
    assert_eq!(play.run(&["unschedule", NAME]).status.code(), Some(0));
    let none = play.run(&["unschedule", NAME]);
    assert_eq!(none.status.code(), Some(2));
    play.end().await;
}
