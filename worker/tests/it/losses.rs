//! Workers and servers that are lost.

use connector_testkit::Database;

use crate::play::{ID, Play, SLOW};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_worker_and_a_lost_server_cost_nothing() {
    let mut play = Play::nested(60).await;
    let alone = Database::create().await;
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
    play.vendor.set_latency(std::time::Duration::ZERO);
    play.sync_alone(&alone).await;
    assert_eq!(play.tables(&play.database).await, play.tables(&alone).await);
    let runs = play.database.value("select count(*)::text from sync.runs").await;
    assert_eq!(runs, "1");
    alone.drop().await;
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_to_end_leaves_its_parts_to_others_at_once() {
    let play = Play::nested(60).await;
    let alone = Database::create().await;
    play.vendor.set_latency(SLOW);
    let leaving = play.worker(1).await;
    play.start(&["--workers", "4"]);
    play.asked(40).await;
    let _other = play.worker(2).await;
    let (status, log) = leaving.end().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("its worker is to end"), "{log}");
    let status = play.engine.end_of(ID).await;
    assert_eq!(status, "WORKFLOW_EXECUTION_STATUS_COMPLETED", "{}", play.engine.history(ID));
    play.vendor.set_latency(std::time::Duration::ZERO);
    play.sync_alone(&alone).await;
    assert_eq!(play.tables(&play.database).await, play.tables(&alone).await);
    alone.drop().await;
    play.end().await;
}
