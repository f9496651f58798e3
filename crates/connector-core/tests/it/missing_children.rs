//! A listing that is not there although its parent is.

use connector_core::{Connection, Report, Verdict};
use connector_testkit::{Answer, Content};

use crate::support::{OFFSET, Play, TOKEN, complete, fails, parts, rows, things};

/// So many things with two parts each.
async fn family(things_there_are: u64) -> Play {
    let content = Content::empty().with("things", rows(things_there_are)).with("parts", rows(2));
    Play::new(&[things(OFFSET), parts(OFFSET)], content).await
}

/// The vendor has no parts of these things, whatever it lists.
fn without_parts(play: &Play, gone: impl Fn(&str) -> bool + Send + Sync + 'static) {
    play.vendor.on(move |request, answer| match request.partition.as_deref() {
        Some(thing) if gone(thing) => Answer::json(404, r#"{"error":{"message":"no such thing"}}"#),
        _ => answer,
    });
}

#[tokio::test]
async fn children_that_nearly_no_parent_has_are_not_taken_for_deleted() {
    for known_before in [false, true] {
        let play = family(20).await;
        if known_before {
            play.complete().await;
        }
        without_parts(&play, |thing| thing != "t007");
        let report = play.sync().await;
        let said =
            "19 of 20 listings are not there, though the rows that they belong to are listed";
        assert!(report.to_problems().contains(said), "{}", report.to_problems());
        let evidence = &report.resources[1].evidence;
        assert_eq!((evidence.vanished, evidence.partitions), (19, 20));
        assert_eq!(report.resources[1].verdict, Verdict::Incomplete);
        assert_eq!(play.live_in("parts").await, if known_before { 40 } else { 2 });
        play.end().await;
    }
}

#[tokio::test]
async fn a_listing_that_is_not_there_is_asked_for_once_more() {
    let play = family(3).await;
    let first = std::sync::atomic::AtomicBool::new(true);
    without_parts(&play, move |thing| {
        thing == "t001" && first.swap(false, std::sync::atomic::Ordering::Relaxed)
    });
    let report = play.complete().await;
    assert_eq!((report.evidence.vanished, report.inserted, report.requests), (0, 6, 7));
    play.end().await;
}

#[tokio::test]
async fn a_parent_that_is_listed_in_the_next_run_too_is_not_taken_for_deleted() {
    let play = family(30).await;
    play.complete().await;
    let run = async |expected: Verdict, again: u64| {
        let report = play.sync().await;
        assert_eq!(report.verdict, expected, "{}", report.to_text());
        assert_eq!(report.resources[1].evidence.vanished_again, again);
        report
    };
    for _ in 0..2 {
        without_parts(&play, |thing| thing == "t007");
        let said = run(Verdict::Complete, 0).await.to_text();
        assert!(said.contains("1 of 30 listings is not there"), "{said}");
        let report = run(Verdict::Incomplete, 1).await;
        assert!(report.to_problems().contains("as in an earlier run"), "{}", report.to_problems());
        run(Verdict::Incomplete, 1).await;
        play.vendor.honest();
        run(Verdict::Complete, 0).await;
    }
    // Where it is gone indeed, so are its rows.
    without_parts(&play, |thing| thing == "t007");
    run(Verdict::Complete, 0).await;
    assert_eq!(play.live_in("parts").await, 60);
    play.vendor.edit("things", |things| drop(things.remove(7)));
    run(Verdict::Complete, 0).await;
    assert_eq!(play.live_in("parts").await, 58);
    play.end().await;
}

#[tokio::test]
async fn what_is_known_of_a_missing_listing_outlasts_an_empty_table() {
    let content = Content::empty().with("things", rows(30));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    without_parts(&play, |thing| thing == "t007");
    complete(play.sync().await);
    let report = play.sync().await;
    assert_eq!(report.resources[1].evidence.vanished_again, 1, "{}", report.to_text());
    fails_somewhere(report);
    play.end().await;
}

#[tokio::test]
async fn a_run_that_does_not_list_all_parents_does_not_say_that_they_are_listed() {
    let content = Content::empty().with("things", rows(40)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET).cursor("updated_at"), parts(OFFSET)], content).await;
    play.complete().await;
    without_parts(&play, |thing| thing == "t007" || thing == "t009");
    let since = connector_core::DateTime::from_timestamp(1_700_000_000, 0);
    let ranged = |connection: Connection| connection.between(since, None);
    for _ in 0..2 {
        let said = complete_text(&play.sync_as(&ranged(play.connection())).await);
        assert!(said.contains("2 of 40 listings are not there"), "{said}");
        assert!(!said.contains("are listed"), "{said}");
    }
    play.end().await;
}

fn complete_text(report: &Report) -> String {
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    report.to_text()
}

fn fails_somewhere(report: Report) {
    fails(report, &["as in an earlier run"]);
}

/// A run that commits often and is stopped after so many requests, or goes on with one.
fn lasting(play: &Play) -> Connection {
    let connection = play.connection().committing_every(1);
    connection.resuming_within(connector_core::TimeDelta::days(30))
}

/// What a walk has seen is forgotten when it begins anew, and so is where it was.
#[tokio::test]
async fn a_listing_that_is_missing_for_a_moment_where_a_run_stopped_loses_no_row() {
    let content = Content::empty().with("things", rows(1)).with("parts", rows(40));
    let play = Play::new(&[things(TOKEN), parts(TOKEN)], content).await;
    play.vendor.set_page_cap(Some(10));
    play.complete().await;
    play.sync_as(&lasting(&play).with_max_requests(4)).await;
    let refused = std::sync::atomic::AtomicU8::new(2);
    play.vendor.on(move |request, answer| {
        use std::sync::atomic::Ordering::Relaxed;
        let left = refused.load(Relaxed);
        if request.partition.is_none() || left == 0 {
            return answer;
        }
        refused.store(left - 1, Relaxed);
        Answer::json(404, r#"{"error":{"message":"no such thing"}}"#)
    });
    let report = complete(play.sync_as(&lasting(&play).allow_deletes()).await);
    assert_eq!((report.deleted, play.live_in("parts").await), (0, 40));
    play.end_unexplained().await;
}

/// A run that was interrupted and the one that goes on with it count as one.
#[tokio::test]
async fn a_listing_that_was_missing_before_an_interrupted_run_is_so_for_the_one_that_goes_on() {
    let content = Content::empty().with("things", rows(30)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    without_parts(&play, |thing| thing == "t007");
    complete(play.sync().await);
    for requests in [20, 5] {
        let stopped = play.sync_as(&lasting(&play).with_max_requests(requests)).await;
        assert!(stopped.interrupted, "{}", stopped.to_text());
    }
    fails(play.sync_as(&lasting(&play)).await, &["as in an earlier run"]);
    play.end().await;
}
