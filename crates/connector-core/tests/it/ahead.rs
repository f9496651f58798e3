//! Pages that are asked for ahead of their turn where no total says how far they go.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use connector_core::{Connection, DateTime, Ending, Paging, TimeDelta};
use connector_testkit::{Answer, Content, Request};
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, complete, items, page, parts, row, rows, slice, things};

/// Page numbers, and nothing that says how far they go.
const NUMBERS: Paging =
    Paging::Page { page: "page", first: 1, limit: Some(("limit", 50)), total: None };

/// The most pages that are asked for at the same time.
const WIDE: usize = 10;

/// The page that a request asks for, from 0 on: those by offset begin with a row of the one before.
fn nth(request: &Request) -> usize {
    let number = |name| request.param(name).map(|value| value.parse::<usize>().unwrap());
    number("page").map_or_else(|| number("offset").unwrap().div_ceil(49), |page| page - 1)
}

/// The row that the page begins with.
fn start(request: &Request) -> usize {
    let number = |name| request.param(name).map(|value| value.parse::<usize>().unwrap());
    number("page").map_or_else(|| number("offset").unwrap(), |page| (page - 1) * 50)
}

fn refuses(status: u16) -> Answer {
    Answer::json(status, &json!({"error": {"code": "no", "message": "no such page"}}))
}

/// The pages that are asked for by the time at which that one is the only one that has not come.
async fn asked_while_one_is_missing(
    paging: Paging,
    missing: usize,
    expected: usize,
    change: impl FnOnce(Connection) -> Connection,
) -> Vec<usize> {
    let play = Play::with(paging, 1000).await;
    play.vendor.on(move |request, answer| {
        if nth(request) == missing { answer.delayed(Duration::from_hours(1)) } else { answer }
    });
    let connection = change(play.connection());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let started_at = DateTime::from_timestamp(1_749_900_000, 0).unwrap();
    runtime.spawn(async move { connector_core::sync(&connection, started_at).await });
    while play.vendor.asked() < expected {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // Its tasks end where they are, and its sockets with them.
    runtime.shutdown_background();
    let mut asked: Vec<usize> = play.vendor.requests().iter().map(nth).collect();
    asked.sort_unstable();
    play.end_unexplained().await;
    asked
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_pages_are_asked_for_at_once_as_came_before_and_no_more_than_may_be_under_way() {
    for paging in [OFFSET, NUMBERS] {
        for (missing, asked) in [(1, 2), (2, 4), (3, 6), (4, 8), (8, 16), (11, 11 + WIDE)] {
            let pages = asked_while_one_is_missing(paging, missing, asked, |it| it).await;
            assert_eq!(pages, (0..asked).collect::<Vec<_>>(), "{paging:?}");
        }
        let pages = asked_while_one_is_missing(paging, 11, 14, |it| it.at_a_time(3)).await;
        assert_eq!(pages, (0..14).collect::<Vec<_>>(), "{paging:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_requests_are_counted_out_none_is_spent_on_what_may_not_be_there() {
    let pages = asked_while_one_is_missing(OFFSET, 5, 6, |it| it.with_max_requests(50)).await;
    assert_eq!(pages, (0..6).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_listing_ends_where_it_did_wherever_that_is() {
    for paging in [OFFSET, NUMBERS] {
        for number in [0, 1, 2, 50, 51, 99, 100, 101, 148, 150, 344, 350, 1000] {
            let play = Play::with(paging, number).await;
            let report = play.complete().await;
            assert_eq!((report.inserted, play.live().await), (number, number));
            let (needed, ending) = match paging {
                // The last row is asked for again with those behind it.
                OFFSET if number > 1 => ((number - 1).div_ceil(49) + 1, Ending::LastRow),
                OFFSET => (number + 1, Ending::EmptyPage),
                _ => (number.div_ceil(50) + 1, Ending::EmptyPage),
            };
            let told = format!("{number} rows, {paging:?}: {report:?}");
            assert_eq!(report.evidence.endings.keys().collect::<Vec<_>>(), [&ending], "{told}");
            assert_eq!(report.evidence.passes, 1, "{told}");
            assert_eq!(report.requests, needed + report.evidence.unused_requests, "{told}");
            assert!(report.evidence.unused_requests < WIDE as u64, "{told}");
            // A listing of two pages costs what it did.
            assert!(report.evidence.unused_requests <= needed.saturating_sub(2), "{told}");
            // Whatever was of use was asked for once.
            let mut starts: Vec<_> = play.vendor.requests().iter().map(start).collect();
            let all = starts.len();
            starts.sort_unstable();
            starts.dedup();
            assert_eq!(starts.len(), all, "{told}");
            let stored = "select (evidence ->> 'unused_requests')::bigint from sync.resources";
            let stored: u64 = play.database.value(stored).await.parse().unwrap();
            assert_eq!(stored, report.evidence.unused_requests);
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_page_cap_below_the_limit_does_not_keep_pages_from_being_asked_for_ahead() {
    let play = Play::with(OFFSET, 500).await;
    play.vendor.set_page_cap(Some(20));
    let report = play.complete().await;
    assert_eq!(report.inserted, 500);
    let starts: Vec<_> = play.vendor.requests().iter().map(start).collect();
    assert_eq!(starts.iter().filter(|start| **start < 490).count(), 26, "{starts:?}");
    play.end().await;
}

/// Nothing foretells where the next page is, and what is asked for in vain is little.
#[tokio::test]
async fn pages_of_ever_other_sizes_are_asked_for_one_after_the_other() {
    let play = Play::new(&[things(OFFSET)], Content::empty()).await;
    play.vendor.on(|request, _| page(slice(&rows(400), start(request), 20 + start(request) % 7)));
    let report = play.complete().await;
    assert_eq!((report.inserted, play.live().await), (400, 400));
    assert!(report.evidence.unused_requests <= 4, "{report:?}");
    play.end().await;
}

/// Rows that are left out of a page, after it was cut, foretell no end.
#[tokio::test]
async fn pages_by_number_that_are_not_full_are_followed() {
    let play = Play::new(&[things(NUMBERS)], Content::empty()).await;
    play.vendor.on(|request, _| {
        let rows = rows(600);
        let of = slice(&rows, start(request), 50);
        page(&of[of.len().min(nth(request) * 5 % 13)..])
    });
    let report = play.complete().await;
    let left_out: usize = (0..12).map(|page| page * 5 % 13).sum();
    assert_eq!(report.inserted, 600 - left_out as u64);
    let asked = play.vendor.requests().len();
    assert_eq!(asked as u64, 13 + report.evidence.unused_requests);
    play.end().await;
}

/// Where the change falls between any two requests, and pages that are ahead have seen it or not.
#[tokio::test]
async fn a_listing_that_changes_while_pages_are_ahead_is_read_again() {
    let changes: [fn(&mut Vec<Value>); 4] = [
        |things| drop(things.remove(0)),
        |things| things.insert(0, row(999)),
        |things| drop(things.remove(120)),
        |things| things.swap(3, 333),
    ];
    for (which, change) in changes.into_iter().enumerate() {
        for at in [2, 4, 5, 8] {
            let play = Play::with(OFFSET, 400).await;
            play.complete().await;
            let (holdings, asked) = (play.vendor.holdings(), AtomicUsize::new(0));
            play.vendor.on(move |_, answer| {
                if asked.fetch_add(1, Ordering::Relaxed) == at {
                    holdings.edit("things", change);
                }
                answer
            });
            let report = play.sync().await;
            let told = format!("change {which} at request {at}: {}", report.to_text());
            if report.exit_status() == 0 {
                let now = play.vendor.items("things");
                let mut now: Vec<_> = now.iter().map(|row| row["id"].as_str().unwrap()).collect();
                now.sort_unstable();
                assert_eq!(play.ids().await, now, "{told}");
            } else {
                // What was there and still is has not been marked.
                assert!(which == 3 || report.resources[0].error.is_some(), "{told}");
                assert!(play.live().await >= 399, "{told}");
            }
            play.vendor.honest();
            play.complete().await;
            play.end().await;
        }
    }
}

/// A page that is due has seen a change that the one behind it, asked for ahead, has not.
#[tokio::test]
async fn pages_of_two_times_do_not_fit_together_in_whatever_order_they_came() {
    for new in 1..8_usize {
        let play = Play::with(OFFSET, 0).await;
        let before = rows(400);
        let mut after = before.clone();
        after.remove(10);
        let again = AtomicBool::new(false);
        play.vendor.on(move |request, _| {
            if request.nth > 0 && start(request) == 0 {
                again.store(true, Ordering::Relaxed);
            }
            let is_new = again.load(Ordering::Relaxed) || nth(request) == new;
            page(slice(if is_new { &after } else { &before }, start(request), 50))
        });
        let report = play.complete().await;
        assert_eq!((report.evidence.passes, play.live().await), (2, 399), "{report:?}");
        play.end().await;
    }
}

/// What is asked for behind the end is none of the listing, whatever comes.
#[tokio::test]
async fn what_a_vendor_answers_behind_the_end_is_no_matter() {
    const ROWS: usize = 400;
    type Behind = fn(usize) -> Answer;
    let answers: [(&str, Behind); 10] = [
        ("400", |_| refuses(400)),
        ("401", |_| refuses(401)),
        ("403", |_| refuses(403)),
        ("404", |_| refuses(404)),
        ("429", |_| refuses(429)),
        ("500", |_| refuses(500)),
        ("a wish to wait", |_| refuses(503).header("retry-after", "0")),
        ("an error with status 200", |_| Answer::json(200, &json!({"error": {"code": "no"}}))),
        ("the last page", |_| page(&rows(400)[350..])),
        ("the first page", |_| page(&rows(50))),
    ];
    for (what, behind) in answers {
        for paging in [OFFSET, NUMBERS] {
            let play = Play::with(paging, ROWS as u64).await;
            for _ in 0..2 {
                play.vendor.on(move |request, answer| {
                    // The page by which the end is known is an honest one.
                    let due = if paging == OFFSET { ROWS } else { ROWS + 50 };
                    if start(request) >= due { behind(request.nth) } else { answer }
                });
                let report = play.sync().await;
                assert_eq!(report.exit_status(), 0, "{what}, {paging:?}: {}", report.to_text());
                assert_eq!(play.live().await, ROWS as u64);
                let read = &report.resources[0];
                assert!(read.evidence.unused_requests > 0, "{what}, {paging:?}: {read:?}");
                assert_eq!((read.evidence.passes, read.rows), (1, ROWS as u64), "{what}");
            }
            play.end().await;
        }
    }
}

/// A refusal that came before does not make the next one one of the key.
#[tokio::test]
async fn a_refusal_behind_the_end_says_nothing_about_the_key() {
    let play = Play::with(OFFSET, 400).await;
    play.vendor.on(|request, answer| match (request.nth, start(request)) {
        (1, _) => refuses(429),
        (_, 400..) => refuses(403),
        _ => answer,
    });
    play.complete().await;
    play.vendor.on(|request, answer| if start(request) >= 400 { refuses(401) } else { answer });
    play.complete().await;
    play.end().await;
}

#[tokio::test]
async fn a_page_that_was_refused_ahead_of_its_turn_is_asked_for_again_in_it() {
    for status in [400, 401, 403, 404, 429, 500] {
        let play = Play::with(OFFSET, 400).await;
        let refused = AtomicBool::new(false);
        play.vendor.on(move |request, answer| {
            let is_first = nth(request) == 5 && !refused.swap(nth(request) == 5, Ordering::Relaxed);
            if is_first { refuses(status) } else { answer }
        });
        let report = play.complete().await;
        assert_eq!((report.inserted, report.retries), (400, 1), "{status}: {report:?}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_page_that_is_refused_in_its_turn_too_is_an_error() {
    for status in [400, 403, 404, 429, 500] {
        for paging in [OFFSET, NUMBERS] {
            let play = Play::with(paging, 400).await;
            play.vendor.on(
                move |request, answer| {
                    if nth(request) == 5 { refuses(status) } else { answer }
                },
            );
            play.fails(&[&status.to_string(), "page `6`"]).await;
            assert!(play.live().await >= 5 * 49);
            play.vendor.honest();
            play.complete().await;
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_last_page_that_comes_again_for_ever_is_no_end() {
    for number in [400, 390] {
        let play = Play::with(NUMBERS, number).await;
        play.vendor.on(move |request, _| page(slice(&rows(number), start(request).min(350), 50)));
        play.fails(&["the same page again", "page `9`"]).await;
        assert_eq!(play.live().await, number);
        assert!(play.vendor.requests().len() <= 8 + WIDE);
        play.end().await;
    }
}

/// A vendor that fills its pages in another way than it numbers them would lose half of its rows.
#[tokio::test]
async fn rows_that_come_from_behind_the_end_are_not_passed_over() {
    for number in [500, 480] {
        let play = Play::with(NUMBERS, number).await;
        play.vendor.on(|request, answer| if nth(request) == 6 { page(&[]) } else { answer });
        let report = play.fails(&["behind row 300", "in 3 passes"]).await;
        assert!(report.next.is_some_and(|next| next.contains("total")));
        assert_eq!(play.live().await, 300);
        play.vendor.honest();
        play.complete().await;
        assert_eq!(play.live().await, number);
        play.end().await;
    }
}

/// It was empty for a moment.
#[tokio::test]
async fn an_end_that_was_none_costs_another_pass() {
    let play = Play::with(NUMBERS, 500).await;
    let emptied = AtomicBool::new(false);
    play.vendor.on(move |request, answer| {
        let is_first = nth(request) == 6 && !emptied.swap(nth(request) == 6, Ordering::Relaxed);
        if is_first { page(&[]) } else { answer }
    });
    let report = play.complete().await;
    assert_eq!((report.evidence.passes, play.live().await), (2, 500));
    play.end().await;
}

/// Rows without a key are told apart by their places, of which nothing is known behind the end.
#[tokio::test]
async fn rows_without_a_key_end_where_they_did() {
    let number = 400;
    let play = Play::new(&[items(OFFSET)], Content::empty().with("things", rows(number))).await;
    play.vendor.on(
        |request, answer| {
            if start(request) >= 400 { page(&rows(400)[350..]) } else { answer }
        },
    );
    let report = play.complete().await;
    assert_eq!((report.inserted, report.evidence.passes), (number, 1));
    play.end().await;
}

/// Each of its runs goes on with the one before, wherever that was stopped.
#[tokio::test]
async fn a_run_that_was_stopped_with_pages_ahead_is_gone_on_with() {
    for paging in [OFFSET, NUMBERS] {
        for at in [3, 5, 7] {
            let play = Play::with(paging, 700).await;
            let connection =
                || play.connection().committing_every(100).resuming_within(TimeDelta::days(30));
            let (first, asked) = (connection(), Arc::new(Mutex::new(0)));
            let (stop, count) = (first.stop(), Arc::clone(&asked));
            play.vendor.on(move |_, answer| {
                let mut asked = count.lock().unwrap();
                *asked += 1;
                if *asked == at {
                    stop.ask("Ctrl-C");
                }
                answer
            });
            let report = play.sync_as(&first).await;
            assert!(report.interrupted, "{}", report.to_text());
            let before = *asked.lock().unwrap();
            // Each answer that was waited for is kept.
            assert!(play.live().await >= (before - 1) * 49, "{before}: {}", report.to_text());
            play.vendor.honest();
            let report = play.sync_as(&connection()).await;
            assert_eq!(report.continues, Some(1));
            let report = complete(report);
            assert_eq!(play.live().await, 700);
            let needed = if paging == OFFSET { 16 } else { 15 };
            assert!(
                before + report.requests <= needed + 1 + report.evidence.unused_requests,
                "{before} and {report:?}"
            );
            play.end().await;
        }
    }
}

/// Those of others go first: what may not be there is asked for with what nobody else needs.
#[tokio::test]
async fn listings_side_by_side_ask_for_little_that_is_not_there() {
    let content = Content::empty().with("things", rows(40)).with("parts", rows(99));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    let report = play.complete().await;
    // Two full pages each, and the last row.
    assert_eq!((report.inserted, report.evidence.partitions), (40 * 99, 40));
    assert_eq!(report.requests, 40 * 3 + report.evidence.unused_requests);
    // Only the last few listings leave anything over, and on a busy machine some more; each of them
    // would, if it took what its neighbours need.
    assert!(report.evidence.unused_requests < 30, "{report:?}");
    play.end().await;
}
