//! Listings of which only the newest rows can be had.

use connector_core::{
    Connector, Ending, Filter, Paging, Param, Resource, ResourceReport, TimeFormat, Unset, Values,
    Verdict,
};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{Play, complete, connector, fails, row, rows, table_of, things};

const WINDOW: Paging = Paging::Window { limit: ("limit", 10) };

/// A vendor whose newest things come first.
async fn begun(number: u64) -> Play {
    let play = Play::with(WINDOW, 0).await;
    newer(&play, 0..number);
    play
}

/// Adds things before all others.
fn newer(play: &Play, numbers: std::ops::Range<u64>) {
    play.vendor.edit("things", |things| {
        for number in numbers {
            things.insert(0, row(number));
        }
    });
}

fn incomplete(report: connector_core::Report, words: &str) -> ResourceReport {
    let report = fails(report, &[words]);
    assert_eq!((report.verdict, report.deleted), (Verdict::Incomplete, 0));
    let next = report.next.as_deref().unwrap();
    assert!(next.contains("raise the limit") && next.contains("sync more often"), "{next}");
    assert!(!next.contains("allow-deletes"), "{next}");
    report
}

#[tokio::test]
async fn a_window_that_is_not_full_is_the_whole_listing() {
    for number in [0, 1, 9] {
        let play = begun(number).await;
        for _ in 0..2 {
            let report = play.complete().await;
            assert_eq!(report.rows, number);
            assert!(report.evidence.endings.contains_key(&Ending::Window));
        }
        play.end().await;
    }
}

#[tokio::test]
async fn a_first_window_that_is_full_may_have_older_rows_behind_it() {
    for number in [10, 30] {
        let play = begun(number).await;
        incomplete(play.sync().await, "the newest 10 rows came, and older ones may be missing");
        // What it reached is known from then on.
        assert_eq!(play.complete().await.unchanged, 10);
        play.end().await;
    }
}

#[tokio::test]
async fn what_falls_out_of_a_window_is_not_deleted() {
    let play = begun(30).await;
    play.sync().await;
    for turn in 1..=8 {
        newer(&play, 30 * turn..30 * turn + 9);
        assert_eq!(play.complete().await.inserted, 9);
        assert_eq!(play.live().await, 10 + 9 * turn);
    }
    // Nor what is gone from its midst.
    play.vendor.edit("things", |things| drop(things.drain(2..9)));
    assert_eq!((play.complete().await.deleted, play.live().await), (0, 82));
    play.end().await;
}

#[tokio::test]
async fn a_window_that_reaches_no_known_row_says_that_rows_may_be_missing() {
    let play = begun(6).await;
    play.complete().await;
    for (new, rows) in [(10, 10), (65, 10)] {
        newer(&play, new * 10..new * 11);
        let report =
            incomplete(play.sync().await, &format!("none of the newest {rows} rows was known"));
        assert_eq!(report.inserted, 10);
        // Said once: what came since is whole, and the gap is kept for whoever looks for it.
        newer(&play, 900 + new..905 + new);
        assert_eq!(play.complete().await.inserted, 5);
    }
    let gap = "select gap_run_id from sync.state where resource = 'things'";
    assert_eq!(play.database.value(gap).await, "4");
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_sends_fewer_rows_than_it_is_asked_for_hides_no_gap() {
    let play = begun(30).await;
    play.vendor.set_page_cap(Some(4));
    play.sync().await;
    newer(&play, 100..103);
    assert_eq!(play.complete().await.inserted, 3);
    newer(&play, 200..204);
    incomplete(play.sync().await, "none of the newest 4 rows was known");
    play.end().await;
}

#[tokio::test]
async fn an_empty_window_takes_nothing_away() {
    let play = begun(8).await;
    play.complete().await;
    play.vendor.holdings().replace("things", Vec::<Value>::new());
    assert_eq!((play.complete().await.deleted, play.live().await), (0, 8));
    play.vendor.on(|_, _| Answer::json(200, &json!({"error": {"message": "closed"}})));
    fails(play.sync().await, &["closed"]);
    assert_eq!(play.live().await, 8);
    play.end().await;
}

#[tokio::test]
async fn a_window_counts_rows_that_were_marked_deleted_before_it_was_one() {
    let play = begun(8).await;
    play.complete().await;
    play.database
        .execute(&format!("update {} set _deleted_at = now()", table_of("hostile", "things")))
        .await;
    newer(&play, 50..54);
    assert_eq!((play.complete().await.updated, play.live().await), (6, 10));
    play.end().await;
}

#[tokio::test]
async fn rows_that_are_set_aside_or_come_twice_make_no_gap() {
    let play = begun(10).await;
    play.sync().await;
    play.vendor.edit("things", |things| {
        things.truncate(7);
        things.insert(0, row(11));
        things.insert(0, row(11));
        things.insert(0, json!({"name": "no key"}));
    });
    let report = fails(play.sync().await, &["is set aside"]);
    assert_eq!((report.inserted, report.evidence.problems.len()), (1, 1));
    play.end().await;
}

/// Things of several owners, each with a window of its own.
fn owned() -> Connector {
    const OWNER: Param =
        Param { name: "owner", doc: "Whose", values: Values::Text, unset: Unset::Required };
    Connector { params: &[OWNER], ..connector(&[things(WINDOW).each_param("owner")]) }
}

#[tokio::test]
async fn each_window_reaches_for_its_own_rows() {
    let content = Content::empty()
        .with(("things", "a"), rows(5))
        .with(("things", "b"), rows(30))
        .with(("things", "c"), rows(10));
    let play = Play::of(owned(), content).await;
    let of = |owners: &[&str]| play.connection().with_param("owner", owners).unwrap();
    complete(play.sync_as(&of(&["a"])).await);
    // The rows of another one are no rows that are known.
    let report = incomplete(play.sync_as(&of(&["a", "b"])).await, "owner=b: the newest 10 rows");
    assert_eq!(report.evidence.problems.len(), 1);
    let report = incomplete(play.sync_as(&of(&["a", "b", "c"])).await, "owner=c: the newest 10");
    assert_eq!((report.evidence.problems.len(), report.deleted), (1, 0));
    complete(play.sync_as(&of(&["a", "b", "c"])).await);
    complete(play.sync_as(&of(&["c", "a"])).await);
    assert_eq!(play.live().await, 25);
    play.end().await;
}

#[tokio::test]
async fn a_window_that_is_raised_reaches_what_is_known() {
    let connector = |limit| {
        let connector = connector(&[things(Paging::Window { limit: ("limit", limit) })]);
        &*Box::leak(Box::new(connector))
    };
    let play = begun(8).await;
    play.complete().await;
    newer(&play, 100..130);
    // A preset that asks for more, before the gap is made.
    let larger = connector_core::Connection::to(
        connector(100),
        play.vendor.base_url(),
        play.vendor.key().into(),
        Some(play.database.url().into()),
    );
    let report = complete(play.sync_as(&larger.unwrap()).await);
    assert_eq!(report.inserted, 30);
    play.end().await;
}

#[tokio::test]
async fn where_the_vendor_filters_by_time_the_advice_says_so() {
    let filter = Filter { since: "since", until: "until", format: TimeFormat::EpochSeconds };
    let filtered: Resource = things(WINDOW).cursor("updated_at").filter(filter);
    let at = |n: u64| json!({"id": format!("t{n:03}"), "updatedAt": 1_700_000_000 + n * 86_400});
    let newest = |numbers: std::ops::Range<u64>| numbers.rev().map(at).collect::<Vec<_>>();
    let play = Play::new(&[filtered], Content::empty().with("things", newest(0..30))).await;
    let report = incomplete(play.sync().await, "older ones may be missing");
    assert!(report.next.unwrap().contains("--since"));
    play.complete().await;
    play.end().await;
}

#[tokio::test]
async fn a_gap_of_a_run_that_was_killed_is_said_by_the_next() {
    let play = begun(6).await;
    play.complete().await;
    newer(&play, 100..130);
    incomplete(play.sync().await, "none of the newest 10 rows was known");
    // As if it had been killed behind its last commit.
    play.database
        .execute(
            "update sync.resources set finished_at = null where run_id = 2; \
             update sync.runs set finished_at = null where run_id = 2",
        )
        .await;
    incomplete(play.sync().await, "since a run that was interrupted");
    play.complete().await;
    play.end().await;
}

/// A run that was asked to stop does not decode a large page to its end.
#[tokio::test]
async fn a_window_that_broke_off_says_that_rows_may_be_missing() {
    let window = Paging::Window { limit: ("limit", 6_000) };
    let play = Play::with(window, 0).await;
    newer(&play, 0..6);
    play.complete().await;
    newer(&play, 100..7_000);
    let connection = play.connection();
    let stop = connection.stop();
    play.vendor.on(move |_, answer| {
        stop.ask("Ctrl-C");
        answer.delayed(std::time::Duration::from_millis(1_500))
    });
    let report = play.sync_as(&connection).await;
    assert!(report.interrupted && report.resources[0].inserted > 0, "{}", report.to_text());
    assert!(report.to_problems().contains("may be missing"), "{}", report.to_problems());
    play.end().await;
}

/// What is known may be the newest of that time, and what is not the oldest.
#[tokio::test]
async fn a_time_of_which_all_rows_came_is_complete_and_no_other_is() {
    let filter = Filter { since: "since", until: "until", format: TimeFormat::EpochSeconds };
    let filtered: Resource = things(WINDOW).cursor("updated_at").filter(filter);
    let at = |n: u64| json!({"id": format!("t{n:03}"), "updatedAt": 1_700_000_000 + n * 86_400});
    let rows: Vec<Value> = (0..40).rev().map(at).collect();
    let play = Play::new(&[filtered], Content::empty().with("things", rows)).await;
    incomplete(play.sync().await, "older ones may be missing");
    let day = |n: i64| connector_core::DateTime::from_timestamp(1_700_000_000 + n * 86_400, 0);
    let between = |from, to| play.connection().between(day(from), day(to));
    let report = play.sync_as(&between(10, 32)).await;
    assert_eq!(incomplete(report, "the newest 10 rows came of that time").inserted, 7);
    assert_eq!(complete(play.sync_as(&between(10, 16)).await).inserted, 6);
    play.end().await;
}
