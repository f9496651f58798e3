//! Listings of which runs read only what is new: from time to time, one reads all of them.

use connector_core::store::Database;
use connector_core::{Filter, Resource, TimeDelta, TimeFormat};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, complete, items, things};

const FEED: Resource = things(OFFSET).cursor("updated_at").filter(Filter {
    since: "since",
    until: "until",
    format: TimeFormat::EpochSeconds,
});

/// A thing that changed on that day.
fn thing(number: u64, day: u64) -> Value {
    json!({"id": format!("t{number:03}"), "name": "n", "updatedAt": 1_740_000_000 + day * 86_400})
}

/// Whether the last run asked for what is new alone.
fn asked_for_a_part(play: &Play) -> bool {
    play.vendor.requests().last().is_some_and(|request| request.param("since").is_some())
}

#[tokio::test]
async fn a_feed_that_is_filtered_by_time_loses_its_deleted_rows_within_the_interval() {
    let content = Content::empty().with("things", (0..40).map(|number| thing(number, number)));
    let play = Play::new(&[FEED], content).await;
    let connection = || play.connection().full_refresh_every(Some(TimeDelta::days(7)));
    complete(play.sync_as(&connection()).await);
    // An old row goes, and another one changes without getting a new time. Each run is a day later.
    play.vendor.edit("things", |things| {
        things.remove(3);
        things[0]["name"] = "late".into();
    });
    for day in 1..7 {
        let report = complete(play.sync_as(&connection()).await);
        assert_eq!((report.deleted, report.updated), (0, 0), "day {day}");
        assert!(asked_for_a_part(&play), "day {day}");
    }
    let report = complete(play.sync_as(&connection()).await);
    assert_eq!((report.deleted, report.updated, play.live().await), (1, 1, 39));
    assert!(!asked_for_a_part(&play));
    // That one counts: the next is a week later, and not before.
    for day in 8..14 {
        complete(play.sync_as(&connection()).await);
        assert!(asked_for_a_part(&play), "day {day}");
    }
    complete(play.sync_as(&connection()).await);
    assert!(!asked_for_a_part(&play));
    play.end().await;
}

#[tokio::test]
async fn a_whole_walk_that_did_not_come_to_its_end_is_made_again() {
    let content = Content::empty().with("things", (0..120).map(|number| thing(number, 1)));
    let play = Play::new(&[FEED], content).await;
    let every_day = || play.connection().full_refresh_every(Some(TimeDelta::days(1)));
    complete(play.sync_as(&every_day()).await);
    play.vendor.edit("things", |things| drop(things.remove(100)));
    let stopped = play.sync_as(&every_day().with_max_requests(1)).await;
    assert!(stopped.interrupted, "{}", stopped.to_text());
    assert_eq!(play.live().await, 120);
    let report = complete(play.sync_as(&every_day()).await);
    assert_eq!((report.deleted, play.live().await), (1, 119));
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_only_grows_is_read_from_its_start_from_time_to_time_or_never() {
    for (every, deleted) in [(Some(TimeDelta::days(2)), 1), (None, 0)] {
        let rows = (0..60).map(|number| json!({"n": number}));
        let content = Content::empty().with("things", rows);
        let play = Play::new(&[items(OFFSET).append_only_unless(&[])], content).await;
        let connection = || play.connection().full_refresh_every(every);
        complete(play.sync_as(&connection()).await);
        // What is replaced in place is seen by nobody who looks at the end alone.
        play.vendor.edit("things", |things| {
            things[2] = json!({"n": "another"});
        });
        complete(play.sync_as(&connection()).await);
        let changed = "select count(*) from hostile.things where data ->> 'n' = 'another'";
        assert_eq!(play.database.value(changed).await, "0");
        complete(play.sync_as(&connection()).await);
        assert_eq!(play.database.value(changed).await, deleted.to_string(), "{every:?}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_whole_walk_is_not_made_again_because_the_records_of_old_runs_were_forgotten() {
    let content = Content::empty().with("things", (0..120).map(|number| thing(number, number)));
    let play = Play::new(&[FEED], content).await;
    let monthly = || play.connection().full_refresh_every(Some(TimeDelta::days(30)));
    for _ in 0..3 {
        complete(play.sync_as(&monthly()).await);
    }
    let database = Database::server(&play.database.url()).unwrap();
    let later = "2200-01-01T00:00:00Z".parse().unwrap();
    assert!(!database.forget_records(later, None).await.unwrap().is_nothing());
    complete(play.sync_as(&monthly()).await);
    assert!(asked_for_a_part(&play));
    play.end().await;
}
