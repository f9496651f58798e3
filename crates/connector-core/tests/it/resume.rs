//! Runs that were killed, stopped or limited, and the runs that go on with them.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use connector_core::{Connection, DateTime, Resource, TimeDelta};
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{
    ITERATOR, OFFSET, PAGES, Play, TOKEN, TOTAL, complete, fails, list, parts, row, rows, things,
};

const OTHERS: Resource = list("others", "/others", OFFSET);

/// A connection whose runs commit often, and go on with those of the days before.
fn lasting(play: &Play) -> Connection {
    play.connection().committing_every(100).resuming_within(TimeDelta::days(30)).waiting()
}

/// A run that is killed when the vendor is asked for the n-th time from now on, and
/// when what came before is committed, as far as it fills a batch.
async fn kill_at(play: &Play, nth: usize) {
    kill_after(play, nth, (nth as u64 - 1) * 49).await;
}

/// The same, where at least so many rows are committed but for a batch.
async fn kill_after(play: &Play, nth: usize, due: u64) {
    let before = play.database.value("select to_regclass('sync.shards') is not null").await;
    let newest = if before == "true" {
        play.database.value("select coalesce(max(run_id), 0) from sync.runs").await
    } else {
        "0".to_owned()
    };
    let committed = async || -> u64 {
        let rows =
            format!("select coalesce(sum(rows_read), 0) from sync.shards where run_id > {newest}");
        play.database.value(&rows).await.parse().unwrap()
    };
    let (tell, told) = mpsc::channel();
    let asked = Mutex::new(0);
    play.vendor.on(move |_, answer| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        if *asked < nth {
            return answer;
        }
        let _ = tell.send(());
        answer.delayed(Duration::from_hours(1))
    });
    let connection = lasting(play);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let started_at = DateTime::from_timestamp(1_749_900_000, 0).unwrap();
    runtime.spawn(async move { connector_core::sync(&connection, started_at).await });
    told.recv_timeout(Duration::from_mins(1)).unwrap();
    while committed().await + 150 < due {
        tokio::task::yield_now().await;
    }
    // Its tasks end where they are, and its sockets with them.
    runtime.shutdown_background();
    play.vendor.honest();
}

/// The number of requests since the last call.
fn requests_since(play: &Play, before: &mut usize) -> usize {
    let all = play.vendor.requests().len();
    all - std::mem::replace(before, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_after_a_kill_asks_for_no_more_than_the_pages_since_the_last_commit() {
    // A commit holds two pages or three, and pages are in flight: one where a token leads, and up to ten elsewhere.
    for (paging, lost) in [(OFFSET, 13), (TOTAL, 13), (PAGES, 13), (TOKEN, 4), (ITERATOR, 4)] {
        let undisturbed = Play::with(paging, 500).await;
        undisturbed.complete().await;
        let whole = undisturbed.vendor.requests().len();
        undisturbed.end().await;
        for nth in [1, 5, 8, whole] {
            let play = Play::with(paging, 500).await;
            let mut before = 0;
            // Where pages are asked for side by side, any of them may be the one that is missing.
            let due = if lost > 4 { 0 } else { (nth as u64 - 1) * 49 };
            kill_after(&play, nth, due).await;
            let killed = requests_since(&play, &mut before);
            let report = complete(play.sync_as(&lasting(&play)).await);
            let resumed = requests_since(&play, &mut before);
            assert_eq!(play.live().await, 500, "{paging:?} killed at {nth}");
            // What the second run asked for behind the end is no part of what it goes on with.
            let of_use = resumed - usize::try_from(report.evidence.unused_requests).unwrap();
            assert!(
                killed + of_use <= whole + lost,
                "{paging:?} killed at {nth}: {killed} and {resumed} for {whole} requests: {report:?}"
            );
            let left = play.database.value("select count(*) from sync.seen").await;
            assert_eq!(left, "0");
            play.end_unexplained().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_that_goes_on_marks_only_what_neither_run_has_seen() {
    for paging in [OFFSET, TOKEN] {
        let play = Play::with(paging, 400).await;
        play.complete().await;
        play.vendor.edit("things", |things| {
            things.remove(390);
            things.remove(10);
        });
        kill_at(&play, 6).await;
        let report = complete(play.sync_as(&lasting(&play)).await);
        assert_eq!((report.deleted, play.live().await), (2, 398), "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_moved_while_nobody_looked_is_read_again() {
    for paging in [OFFSET] {
        let play = Play::with(paging, 400).await;
        kill_at(&play, 6).await;
        play.vendor.edit("things", |things| {
            things.remove(10);
            things.insert(0, row(999));
            things.remove(20);
        });
        let report = complete(play.sync_as(&lasting(&play)).await);
        assert_eq!(report.evidence.passes, 2, "{paging:?}");
        assert_eq!(play.live().await, 399, "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_that_the_vendor_no_longer_takes_is_none() {
    let play = Play::with(TOKEN, 400).await;
    kill_at(&play, 6).await;
    let refused = Arc::new(Mutex::new(0));
    let count = Arc::clone(&refused);
    play.vendor.on(move |request, answer| {
        let mut refused = count.lock().unwrap();
        if request.param("token").is_some() && *refused == 0 {
            *refused += 1;
            return Answer::json(410, &json!({"error": {"code": "gone", "message": "expired"}}));
        }
        answer
    });
    complete(play.sync_as(&lasting(&play)).await);
    assert_eq!((play.live().await, *refused.lock().unwrap()), (400, 1));
    play.end_unexplained().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_is_not_used_for_another_question_or_after_too_long_or_in_a_full_refresh() {
    let play = Play::with(OFFSET, 400).await;
    let mut before = 0;
    for other in [
        lasting(&play).resuming_within(TimeDelta::zero()),
        lasting(&play).full_refresh(),
        lasting(&play).between(DateTime::from_timestamp(0, 0), None),
    ] {
        kill_at(&play, 6).await;
        requests_since(&play, &mut before);
        complete(play.sync_as(&other).await);
        let offsets: Vec<_> = play.vendor.requests()[before..]
            .iter()
            .filter_map(|request| request.param("offset").map(str::to_owned))
            .collect();
        assert_eq!(offsets.first().map(String::as_str), Some("0"));
        requests_since(&play, &mut before);
    }
    play.end_unexplained().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_was_set_aside_before_the_kill_still_keeps_the_run_from_deleting() {
    let play = Play::with(OFFSET, 400).await;
    play.complete().await;
    play.vendor.edit("things", |things| {
        things[3] = json!({"name": "nobody"});
    });
    kill_at(&play, 6).await;
    let report = play.sync_as(&lasting(&play)).await;
    assert_eq!(play.thing("t003", "_deleted_at").await, "null", "{}", report.to_text());
    assert_eq!(play.database.value("select count(*) from sync.quarantine").await, "1");
    play.vendor.edit("things", |things| things[3] = row(3));
    complete(play.sync_as(&lasting(&play)).await);
    assert_eq!(play.database.value("select count(*) from sync.quarantine").await, "0");
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_row_that_was_set_aside_counts_for_nothing_where_the_listing_is_read_again() {
    let play = Play::with(OFFSET, 400).await;
    play.vendor.edit("things", |things| things[3] = json!({"name": "nobody"}));
    play.sync_as(&lasting(&play).with_max_requests(4)).await;
    play.vendor.edit("things", |things| {
        things[3] = row(3);
        things.insert(0, row(999));
    });
    let report = complete(play.sync_as(&lasting(&play)).await);
    assert_eq!((report.evidence.passes, play.live().await), (2, 401));
    play.end().await;
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_commits_the_page_in_flight_and_the_next_one_goes_on() {
    let play = Play::with(OFFSET, 400).await;
    let connection = lasting(&play);
    let stop = connection.stop();
    let asked = Mutex::new(0);
    play.vendor.on(move |_, answer| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        if *asked == 5 {
            stop.ask("Ctrl-C");
        }
        answer
    });
    let report = play.sync_as(&connection).await;
    assert_eq!((report.interrupted, report.exit_status()), (true, 1));
    let stopped = fails(report, &["stopped: Ctrl-C"]);
    assert_eq!(stopped.next.as_deref(), Some("run again: it goes on from here"));
    assert!(play.live().await >= 4 * 49, "{} rows are there", play.live().await);
    let mut before = 0;
    let first = requests_since(&play, &mut before);
    play.vendor.honest();
    let report = play.sync_as(&lasting(&play)).await;
    assert_eq!(report.continues, Some(1));
    // Each page that had been asked for was read, and was not asked for again.
    let second = requests_since(&play, &mut before);
    let unused = report.resources[0].evidence.unused_requests;
    assert_eq!((first + second) as u64 - unused, 10, "{first}, {second}: {}", report.to_text());
    complete(report);
    play.end().await;
}

#[tokio::test]
async fn what_was_not_asked_for_was_stopped_nowhere() {
    let play = Play::with(OFFSET, 400).await;
    let connection = lasting(&play);
    connection.stop().ask("Ctrl-C");
    let error = play.try_sync_as(&connection).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.exit_status()), ("stopped: Ctrl-C", 2));
    assert_eq!(play.vendor.asked(), 0);
    play.end().await;
}

#[tokio::test]
async fn runs_of_a_few_requests_each_come_to_the_end_together() {
    let vendor = async || {
        let content = Content::empty().with("things", rows(300)).with("others", rows(60));
        let content = content.with("parts", rows(3));
        Play::new(&[things(OFFSET), OTHERS, parts(OFFSET)], content).await
    };
    let (play, whole) = (vendor().await, vendor().await);
    complete(whole.sync().await);
    let needed = whole.vendor.requests().len();
    whole.end().await;
    let mut runs = 0;
    loop {
        runs += 1;
        let report = play.sync_as(&lasting(&play).with_max_requests(40)).await;
        assert_eq!(report.continues, (runs > 1).then_some(1));
        if report.exit_status() == 0 {
            break;
        }
        fails(report, &["the requests that --max-requests allows are used up"]);
        assert!(runs < 40, "the runs do not come to an end");
    }
    let made = play.vendor.requests().len();
    assert!(made <= needed + 5 * runs, "{made} requests in {runs} runs, and {needed} in one");
    assert_eq!(play.live_in("parts").await, 900);
    // The next run begins anew.
    let report = play.sync_as(&lasting(&play)).await;
    assert_eq!((report.continues, report.resources[0].unchanged), (None, 300));
    play.end().await;
}

#[tokio::test]
async fn a_run_stops_when_its_time_is_over() {
    let play = Play::with(OFFSET, 400).await;
    play.vendor.on(|_, answer| answer.delayed(Duration::from_millis(30)));
    let limited = lasting(&play).with_max_duration(Duration::from_millis(50));
    let report = play.sync_as(&limited).await;
    assert_eq!((report.interrupted, report.exit_status()), (true, 1));
    assert!(
        report.to_text().contains("stopped: the time of --max-duration is over"),
        "{}",
        report.to_text()
    );
    play.vendor.honest();
    complete(play.sync_as(&lasting(&play)).await);
    assert_eq!(play.live().await, 400);
    play.end().await;
}
