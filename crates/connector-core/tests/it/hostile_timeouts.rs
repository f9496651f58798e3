//! Vendors that do not answer, or not to the end.

use std::time::Duration;

use connector_core::Connection;
use connector_testkit::Answer;

use crate::support::{OFFSET, Play, complete, fails};

/// A connection whose patience ends before a test's does.
fn impatient(play: &Play) -> Connection {
    let [connect, idle, total] = [5_000, 200, 1_000].map(Duration::from_millis);
    play.connection().with_timeouts(connect, idle, total).with_first_wait(Duration::from_millis(1))
}

#[tokio::test]
async fn a_body_that_stalls_is_asked_for_again() {
    for bytes in [0, 20] {
        let play = Play::with(OFFSET, 60).await;
        play.vendor.on(move |request, answer| match request.nth {
            0 => answer.stalled_after(bytes),
            _ => answer,
        });
        let report = complete(play.sync_as(&impatient(&play)).await);
        assert_eq!((report.inserted, report.retries), (60, 1));
        play.end().await;
    }
}

#[tokio::test]
async fn a_vendor_that_always_stalls_is_given_up_after_the_declared_tries() {
    let play = Play::with(OFFSET, 60).await;
    play.vendor.on(|_, answer| answer.stalled_after(20));
    let report = fails(play.sync_as(&impatient(&play)).await, &["stopped coming", "tries `4`"]);
    assert_eq!(report.requests, 4);
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_says_nothing_at_all_is_given_up_after_the_declared_tries() {
    let play = Play::with(OFFSET, 60).await;
    play.vendor.on(|_, answer| answer.delayed(Duration::from_hours(1)));
    let report = fails(play.sync_as(&impatient(&play)).await, &["did not answer in time"]);
    assert_eq!(report.requests, 4);
    play.end().await;
}

#[tokio::test]
async fn a_stall_in_the_middle_of_a_listing_keeps_the_pages_before_it() {
    let play = Play::with(OFFSET, 120).await;
    play.vendor.on(|request, answer| match request.param("offset") {
        Some("0" | "49") => answer,
        _ => answer.stalled_after(20),
    });
    fails(play.sync_as(&impatient(&play)).await, &["stopped coming"]);
    assert!(play.live().await >= 50);
    play.vendor.honest();
    play.complete().await;
    assert_eq!(play.live().await, 120);
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_cannot_be_reached_is_given_up_and_nothing_else_is_tried() {
    let play = Play::with(OFFSET, 60).await;
    play.vendor.on(|_, _| Answer::closed());
    let nowhere = play.elsewhere("http://127.0.0.1:9");
    let report = play.sync_as(&nowhere.with_first_wait(Duration::from_millis(1))).await;
    let failed = fails(report, &["`127.0.0.1:9` cannot be reached"]);
    assert!(failed.requests <= 4);
    assert_eq!(play.vendor.requests().len(), 0);
    play.end().await;
}
