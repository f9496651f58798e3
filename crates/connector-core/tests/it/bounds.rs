//! What is known of a listing counts for that listing, and for as long as its rows are there.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use connector_core::{
    Connection, Connector, DateTime, Filter, Param, Resource, TimeDelta, TimeFormat, Unset, Values,
    Verdict,
};
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{
    OFFSET, Play, TOKEN, behind, complete, connector, fails, list, page, parts, row, rows, things,
};

const OTHERS: Resource = list("others", "/others", OFFSET);

/// A connection whose runs commit each page, and go on with those of the days before.
fn lasting(play: &Play) -> Connection {
    play.connection().committing_every(1).resuming_within(TimeDelta::days(30))
}

/// A run that stops after so many requests.
async fn stopped(play: &Play, requests: u64) {
    let report = play.sync_as(&lasting(play).with_max_requests(requests)).await;
    assert!(report.interrupted, "{}", report.to_text());
}

/// Twelve things of ten parts each, of which a vendor empties so many listings.
async fn family() -> Play {
    let content = Content::empty().with("things", rows(12)).with("parts", rows(10));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    complete(play.sync().await);
    assert_eq!(play.live_in("parts").await, 120);
    play
}

fn empty(play: &Play, listings: usize) {
    play.vendor.on(move |request, answer| match request.partition.as_deref() {
        Some(thing) if *thing < *format!("t{listings:03}") => page(&[]),
        _ => answer,
    });
}

#[tokio::test]
async fn a_full_refresh_that_failed_does_not_lead_back_into_the_run_before_it() {
    for paging in [TOKEN, OFFSET] {
        let play = Play::with(paging, 400).await;
        play.complete().await;
        stopped(&play, 4).await;
        play.vendor.on(|_, _| Answer::json(400, &json!({})));
        let report = play.sync_as(&lasting(&play).full_refresh()).await;
        assert_eq!(report.verdict, Verdict::Failed);
        play.vendor.honest();
        let report = complete(play.sync_as(&lasting(&play)).await);
        assert_eq!((report.deleted, play.live().await), (0, 400), "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn of_a_table_that_was_emptied_nothing_is_known() {
    for paging in [TOKEN, OFFSET] {
        let content = Content::empty().with("things", rows(60)).with("others", rows(400));
        let play = Play::new(&[things(OFFSET), list("others", "/others", paging)], content).await;
        // Neither that one listing was read whole, nor where the other one was left.
        stopped(&play, 7).await;
        play.database.execute("truncate hostile.things, hostile.others").await;
        complete(play.sync_as(&lasting(&play)).await);
        assert_eq!((play.live().await, play.live_in("others").await), (60, 400), "{paging:?}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_listing_of_another_address_is_read_from_its_start() {
    let filter = Filter { since: "since", until: "until", format: TimeFormat::EpochSeconds };
    let row = |number: u64| json!({"id": format!("t{number:03}"), "updatedAt": 1_700_000_000});
    let content = Content::empty().with("things", (0..60).map(row));
    let play = Play::new(&[things(OFFSET).cursor("updated_at").filter(filter)], content).await;
    let since = |play: &Play| {
        let requests = play.vendor.requests();
        requests.last().and_then(|request| request.param("since").map(str::to_owned))
    };
    play.complete().await;
    play.complete().await;
    assert!(since(&play).is_some());
    let elsewhere = play.vendor.base_url().replace("127.0.0.1", "localhost");
    complete(play.sync_as(&play.elsewhere(&elsewhere)).await);
    assert_eq!(since(&play), None);
    play.end().await;
}

#[tokio::test]
async fn what_another_question_has_shown_is_no_row_that_is_there() {
    let play = Play::with(TOKEN, 400).await;
    play.complete().await;
    stopped(&play, 4).await;
    play.vendor.edit("things", |things| drop(things.drain(..4)));
    let elsewhere = play.vendor.base_url().replace("127.0.0.1", "localhost");
    let elsewhere = play.elsewhere(&elsewhere).resuming_within(TimeDelta::days(30));
    let report = complete(play.sync_as(&elsewhere).await);
    assert_eq!((report.deleted, play.live().await), (4, 396));
    play.end().await;
}

#[tokio::test]
async fn a_place_where_nothing_is_any_more_is_no_end() {
    for paging in [TOKEN, OFFSET] {
        let play = Play::with(paging, 400).await;
        stopped(&play, 4).await;
        let asked = AtomicU32::new(0);
        play.vendor.on(move |request, answer| {
            let first = asked.fetch_add(1, Relaxed) == 0;
            if first && behind(request) { page(&[]) } else { answer }
        });
        complete(play.sync_as(&lasting(&play)).await);
        assert_eq!(play.live().await, 400, "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn children_that_were_never_read_are_those_of_a_changed_parent() {
    let play = family().await;
    play.vendor.edit("things", |things| things.push(row(12)));
    play.vendor.on(|request, answer| match request.partition.as_deref() {
        Some("t012") => Answer::json(400, &json!({})),
        _ => answer,
    });
    let changed = || play.connection().changed_parents_only();
    fails(play.sync_as(&changed()).await, &["400"]);
    play.vendor.honest();
    let before = play.vendor.requests().len();
    complete(play.sync_as(&changed()).await);
    assert_eq!(play.live_in("parts").await, 130);
    let asked = play.vendor.requests();
    let parents: Vec<_> = asked[before..].iter().filter_map(|one| one.partition.clone()).collect();
    assert!(parents.iter().all(|parent| parent == "t012"), "{parents:?}");
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_part_of_a_listing_is_not_fresh() {
    let play = Play::new(
        &[things(OFFSET).cursor("updated_at"), OTHERS],
        Content::empty().with("things", rows(60)).with("others", rows(60)),
    )
    .await;
    play.complete().await;
    play.vendor.edit("others", |others| drop(others.pop()));
    let since = DateTime::from_timestamp(1_262_304_000, 0);
    let report = complete(play.sync_as(&play.connection().between(since, None)).await);
    // The other one has no such column, and was read whole.
    assert_eq!((report.resource, report.deleted), ("others", 0));
    let fresh = "select string_agg(resource || ' ' || run_id, ', ' order by resource) from sync.last_complete";
    assert_eq!(play.database.value(fresh).await, "others 2, things 1");
    play.end().await;
}

#[tokio::test]
async fn a_parameter_in_the_place_of_a_parent_asks_for_more_than_the_parent_has() {
    let param = Param {
        name: "thing_id",
        doc: "The things to read",
        values: Values::Text,
        unset: Unset::Omitted,
    };
    let play = Play::of(
        Connector { params: vec![param].leak(), ..connector(&[things(OFFSET), parts(OFFSET)]) },
        Content::empty().with("things", rows(3)).with("parts", rows(2)),
    )
    .await;
    complete(play.sync().await);
    play.database.execute("update hostile.things set _deleted_at = now() where id = 't001'").await;
    for unchanged in [2, 2] {
        let one = play.connection().with_param("thing_id", &["t001", "t001"]).unwrap();
        let report = complete(play.sync_as(&one.select(&["parts"]).unwrap()).await);
        assert_eq!((report.rows, report.unchanged, report.deleted), (2, unchanged, 0));
    }
    // What is known of the other listings stays known.
    let known = "select count(*) from sync.state where resource = 'parts'";
    assert_eq!(play.database.value(known).await, "3");
    play.end().await;
}

#[tokio::test]
async fn a_row_that_was_set_aside_before_an_interruption_counts_after_it() {
    let play = Play::with(TOKEN, 400).await;
    play.vendor.edit("things", |things| things[3] = json!({"name": "nobody"}));
    stopped(&play, 4).await;
    fails(play.sync_as(&lasting(&play)).await, &["1 row "]);
    assert_eq!(play.live().await, 399);
    play.end().await;
}

#[tokio::test]
async fn rows_that_were_too_many_to_go_at_once_are_so_after_an_interruption() {
    let play = family().await;
    empty(&play, 8);
    let report = play.sync_as(&play.connection().with_max_requests(20)).await;
    assert_eq!(report.verdict, Verdict::Incomplete, "{}", report.to_text());
    let again = play.connection().resuming_within(TimeDelta::days(30));
    fails(play.sync_as(&again).await, &["no longer listed"]);
    let allowed = play.connection().resuming_within(TimeDelta::days(30)).allow_deletes();
    complete(play.sync_as(&allowed).await);
    assert_eq!(play.live_in("parts").await, 40);
    play.end_unexplained().await;
}

#[tokio::test]
async fn listings_that_end_one_by_one_are_together_too_many_to_go() {
    let play = family().await;
    empty(&play, 12);
    fails(play.sync_as(&play.connection().committing_every(1)).await, &["no longer listed"]);
    assert!(play.live_in("parts").await > 70);
    play.end_unexplained().await;
}

#[tokio::test]
async fn the_children_of_a_parent_that_went_and_came_back_are_all_read_again() {
    for (whole_before, only_changed) in [(false, false), (true, false), (false, true)] {
        let content = Content::empty().with("things", rows(3)).with("parts", rows(200));
        let play = Play::new(&[things(OFFSET), parts(TOKEN)], content).await;
        if whole_before {
            complete(play.sync().await);
        }
        let connection = || {
            let lasting = lasting(&play);
            if only_changed { lasting.changed_parents_only() } else { lasting }
        };
        // One listing breaks off behind its third page.
        let asked = AtomicU32::new(0);
        play.vendor.on(move |request, answer| {
            let one = request.partition.as_deref() == Some("t002");
            let breaks = one && asked.fetch_add(1, Relaxed) >= 3;
            if breaks { Answer::json(400, &json!({})) } else { answer }
        });
        fails(play.sync_as(&connection()).await, &["400"]);
        let open = "select count(*) from sync.state where position is not null";
        assert_eq!(play.database.value(open).await, "1");
        play.vendor.honest();
        play.vendor.edit("things", |things| drop(things.pop()));
        complete(play.sync_as(&connection().allow_deletes()).await);
        assert_eq!(play.live_in("parts").await, 400);
        let known = "select (select count(*) from sync.seen) \
                     + (select count(*) from sync.state where partition = '[\"t002\"]')";
        assert_eq!(play.database.value(known).await, "0");
        play.vendor.edit("things", |things| things.push(row(2)));
        complete(play.sync_as(&connection()).await);
        assert_eq!(play.live_in("parts").await, 600, "{whole_before} {only_changed}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn another_selection_of_resources_is_another_question() {
    let content = Content::empty().with("things", rows(60)).with("parts", rows(3));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    let of = |names: &[&str]| lasting(&play).select(names).unwrap();
    let report = play.sync_as(&of(&["parts"]).with_max_requests(6)).await;
    assert!(report.interrupted, "{}", report.to_text());
    play.vendor.edit("things", |things| things.push(row(999)));
    let report = complete(play.sync_as(&of(&["things"])).await);
    assert_eq!((report.rows, play.live().await), (61, 61));
    play.end_unexplained().await;
}
