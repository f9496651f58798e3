//! Vendors that would be listened to for ever.

use std::time::Duration;

use connector_testkit::Answer;
use serde_json::json;

use crate::support::{OFFSET, PAGES, Play, TOKEN, row};

/// A number that says nothing of the one before it.
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ 0x5851_f42d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

#[tokio::test]
async fn ever_other_pages_of_the_same_rows_come_to_an_end() {
    for paging in [TOKEN, PAGES] {
        let play = Play::with(paging, 4).await;
        play.vendor.on(|request, _| {
            // Each page has others of them, and a number of its own in each row.
            let nth = request.nth as u64;
            let page: Vec<_> = (0..7)
                .map(|at| {
                    let mut row = row(scattered(nth * 7 + at) % 90);
                    row["name"] = json!(format!("seen {nth} times"));
                    row
                })
                .collect();
            Answer::json(200, &json!({"data": page, "next": format!("t{nth}"), "total": 9_999_999}))
        });
        let words = ["pages brought no row that had not come before"];
        let failed = play.fails(&words).await;
        assert!(failed.requests < 1_300, "{}", failed.requests);
        assert_eq!(play.live().await, 90, "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn pages_of_nothing_but_rows_without_a_key_come_to_an_end() {
    let play = Play::with(TOKEN, 4).await;
    play.vendor.on(|request, _| {
        let nth = request.nth;
        Answer::json(200, &json!({"data": [{"name": nth}], "next": format!("t{nth}")}))
    });
    play.fails(&["the last 1000 pages brought no row"]).await;
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_long_listing_that_is_read_again_as_it_moved_is_no_endless_one() {
    let play = Play::with(PAGES, 2_200).await;
    play.vendor.set_page_cap(Some(2));
    // The total is another one in the middle of the first pass.
    play.vendor.on(|request, answer| match request.nth {
        1_050 => answer.edit(|body| body["total"] = json!(2_201)),
        _ => answer,
    });
    play.complete().await;
    assert_eq!(play.live().await, 2_200);
    play.end().await;
}

#[tokio::test]
async fn an_answer_that_comes_byte_by_byte_is_given_up() {
    let play = Play::with(OFFSET, 60).await;
    play.vendor.on(|_, answer| answer.dripping(Duration::from_millis(20)));
    let [connect, idle, total] = [5_000, 300, 60_000].map(Duration::from_millis);
    let connection = play.connection().with_timeouts(connect, idle, total);
    let report = play.sync_as(&connection.with_first_wait(Duration::from_millis(1))).await;
    crate::support::fails(report, &["came too slowly", "tries `4`"]);
    play.end().await;
}
