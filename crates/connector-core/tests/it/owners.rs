//! Whose rows the key reads, where the vendor tells it.

use connector_core::{Report, Resource, Verdict};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, complete, list, rows, things};

const ACCOUNTS: Resource = list("accounts", "/accounts", OFFSET).tells_owner("id");

fn accounts(ids: &[u64]) -> Vec<Value> {
    ids.iter().map(|id| json!({"id": id})).collect()
}

/// An account with 55 things.
async fn play() -> Play {
    let content = Content::empty().with("accounts", accounts(&[1, 11])).with("things", rows(55));
    // What tells the owner is read first, wherever it is declared.
    let play = Play::new(&[things(OFFSET), ACCOUNTS], content).await;
    play.complete().await;
    play
}

/// Another account with 30 of the same things.
fn exchange(play: &Play) {
    play.vendor.holdings().replace("accounts", accounts(&[2, 21, 22]));
    play.vendor.holdings().replace("things", rows(30));
}

async fn is_untouched(play: &Play) {
    assert_eq!((play.live().await, play.live_in("accounts").await), (55, 2));
    let written = "select count(*) from hostile.things where _run_id > 1";
    assert_eq!(play.database.value(written).await, "0");
}

fn is_refused(report: &Report) {
    let text = report.to_text();
    assert_eq!(report.verdict, Verdict::Failed, "{text}");
    assert!(text.contains("the key reads another account than the one whose rows"), "{text}");
    assert!(text.contains("--allow-deletes"), "{text}");
}

#[tokio::test]
async fn the_rows_of_another_account_are_refused_before_any_is_written() {
    let play = play().await;
    exchange(&play);
    for _ in 0..2 {
        let report = play.sync().await;
        is_refused(&report);
        assert_eq!(report.resources[0].verdict, Verdict::Skipped, "{}", report.to_text());
        is_untouched(&play).await;
    }
    play.end().await;
}

#[tokio::test]
async fn they_are_refused_too_where_nothing_that_is_read_tells_whose_they_are() {
    let play = play().await;
    exchange(&play);
    let things = || play.connection().select(&["things"]).unwrap();
    is_refused(&play.sync_as(&things()).await);
    is_untouched(&play).await;
    // A part of the account may not move, and all of it may.
    is_refused(&play.sync_as(&things().allow_deletes()).await);
    complete(play.sync_as(&play.connection().allow_deletes()).await);
    assert_eq!((play.live().await, play.live_in("accounts").await), (30, 3));
    complete(play.sync_as(&things()).await);
    complete(play.sync().await);
    play.end().await;
}

#[tokio::test]
async fn an_account_is_the_same_with_another_key_and_with_other_accounts_below_it() {
    let play = play().await;
    for ids in [&[1, 11][..], &[1, 12, 13], &[13], &[13, 14], &[], &[14, 15]] {
        play.vendor.holdings().replace("accounts", accounts(ids));
        complete(play.sync_as(&play.connection()).await);
    }
    play.vendor.holdings().replace("accounts", accounts(&[1, 11]));
    is_refused(&play.sync().await);
    // Where nothing is remembered, as before an upgrade, the first one is believed.
    play.database.execute("update sync.connections set owner = null").await;
    complete(play.sync().await);
    exchange(&play);
    is_refused(&play.sync().await);
    play.end().await;
}

#[tokio::test]
async fn whoever_does_not_tell_whose_rows_they_are_keeps_nothing_from_being_read() {
    let play = play().await;
    play.vendor.on(|request, answer| {
        if request.path == "/accounts" {
            connector_testkit::Answer::json(403, "{}")
        } else {
            answer
        }
    });
    let report = play.sync().await;
    let verdicts: Vec<Verdict> = report.resources.iter().map(|one| one.verdict).collect();
    assert_eq!(verdicts, [Verdict::Complete, Verdict::Failed], "{}", report.to_text());
    complete(play.sync_as(&play.connection().select(&["things"]).unwrap()).await);
    play.end().await;
}
