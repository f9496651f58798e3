//! Workers and servers that are lost.

use std::time::Duration;

use crate::engine::until;
use crate::play::{ID, Play, SLOW};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_worker_and_a_lost_server_cost_nothing() {
    let mut play = Play::nested(60).await;
    play.vendor.set_latency(SLOW);
    let (lost, _other) = (play.worker(1).await, play.worker(2).await);
    play.start(&["--workers", "4"]);
    play.asked(40).await;
    lost.kill();
    play.asked(80).await;
    play.engine.crash().await;
    let status = play.engine.end_of(ID).await;
    assert_eq!(status, "WORKFLOW_EXECUTION_STATUS_COMPLETED", "{}", play.engine.history(ID));
    assert_eq!(play.newest_run().await["verdict"], "complete");
    play.vendor.set_latency(Duration::ZERO);
    play.one_run_left_what_one_process_leaves().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_to_end_leaves_its_parts_to_others_at_once() {
    // A part is several answers, one after the other.
    const ANSWER: Duration = Duration::from_secs(2);
    let play = Play::nested(12).await;
    play.set("requests_at_a_time = 1");
    play.vendor.on(|request, honest| match request.resource {
        Some("endpoints") => honest.delayed(ANSWER),
        _ => honest,
    });
    let leaving = play.worker(1).await;
    play.start(&["--workers", "1"]);
    until("a part that takes its time", async || {
        let asked = play.vendor.requests();
        asked.iter().any(|one| one.resource == Some("endpoints")).then_some(())
    })
    .await;
    let _other = play.worker(2).await;
    let (status, log) = leaving.end().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("its worker is to end"), "{log}");
    play.vendor.honest();
    let status = play.engine.end_of(ID).await;
    assert_eq!(status, "WORKFLOW_EXECUTION_STATUS_COMPLETED", "{}", play.engine.history(ID));
    play.one_run_left_what_one_process_leaves().await;
}
