//! First loads: rows go straight into a table that was empty, and what they have seen stands there.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use connector_core::{Connection, DateTime, TimeDelta};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, TOKEN, complete, page, parts, rows, slice, things};

/// Things of a kibibyte and more, so that a batch of them is large; with nulls, and fields that
/// no column knows.
fn large(number: u64) -> Vec<Value> {
    let mut things = rows(number);
    for (thing, number) in things.iter_mut().zip(0..) {
        match number % 4 {
            0 => thing["name"] = Value::Null,
            1 => thing["name"] = "é💡\t".repeat(200).into(),
            2 => thing["unknown"] = json!({"text": "x".repeat(1_000), "number": number}),
            _ => thing["name"] = "n".repeat(if number == 403 { 200_000 } else { 1_000 }).into(),
        }
    }
    things
}

/// All of the things, without the runs that they came in.
async fn table(play: &Play) -> Vec<Value> {
    let query = "select to_jsonb(t) - '_run_id' from hostile.things t order by id";
    play.database.rows(query).await
}

#[tokio::test]
async fn a_first_load_leaves_the_same_rows_whether_its_batches_are_large_or_small() {
    let mut loads = Vec::new();
    for batch_rows in [u64::MAX, 700, 20] {
        let content = Content::empty().with("things", large(2_000));
        let play = Play::new(&[things(OFFSET)], content).await;
        let connection = play.connection().committing_every(batch_rows);
        let first = complete(play.sync_as(&connection).await);
        assert_eq!((first.inserted, play.live().await), (2_000, 2_000), "{batch_rows}");
        loads.push(table(&play).await);
        let again = complete(play.sync_as(&connection).await);
        assert_eq!((again.unchanged, again.rows), (2_000, 2_000), "{batch_rows}");
        play.vendor.edit("things", |things| {
            things.truncate(1_990);
            things.iter_mut().step_by(10).for_each(|thing| thing["name"] = "changed".into());
        });
        let changed = complete(play.sync_as(&connection).await);
        let written = (changed.inserted, changed.updated, changed.deleted);
        assert_eq!(written, (0, 199, 10), "{batch_rows}");
        play.end().await;
    }
    assert_eq!(loads[0], loads[1]);
    assert_eq!(loads[0], loads[2]);
}

#[tokio::test]
async fn a_key_that_comes_again_in_a_later_batch_is_merged_in_a_first_load() {
    for (number, batch_rows) in [(200, 50), (2_000, 700)] {
        let mut all = large(number);
        let last = all.len() - 1;
        all[last] = json!({"id": "t003", "name": "the newest"});
        let play = Play::new(&[things(TOKEN)], Content::empty().with("things", all)).await;
        let report = play.sync_as(&play.connection().committing_every(batch_rows)).await;
        let things = &report.resources[0];
        assert_eq!((things.inserted, things.updated), (number - 1, 1), "{}", report.to_text());
        assert_eq!(play.thing("t003", "name").await, "the newest");
        assert_eq!(play.live().await, number - 1);
        play.end().await;
    }
}

/// A connection whose runs commit often, and go on with those of the days before.
fn lasting(play: &Play) -> Connection {
    play.connection().committing_every(50).resuming_within(TimeDelta::days(30)).waiting()
}

#[tokio::test]
async fn a_listing_that_is_read_again_does_not_cost_the_rows_of_another_one() {
    let content = Content::empty().with("things", rows(2)).with("parts", rows(900));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    // When the first listing is well on its way, the second one has lost a row for a moment.
    let (mut on_its_way, mut done) = (false, false);
    let gate = Mutex::new(move |path: &str, offset: usize| {
        on_its_way |= path == "/things/t000/parts" && offset > 300;
        let moves = on_its_way && !done && path == "/things/t001/parts" && offset > 300;
        done |= moves;
        moves
    });
    play.vendor.on(move |request, answer| {
        let offset = request.param("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
        if gate.lock().unwrap()(&request.path, offset) {
            return page(slice(&rows(900)[1..], offset, 50));
        }
        answer
    });
    let report = complete(play.sync_as(&lasting(&play)).await);
    assert_eq!((report.evidence.passes, report.inserted, report.deleted), (2, 1_800, 0));
    assert_eq!(play.live_in("parts").await, 1_800);
    play.end_unexplained().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_load_that_was_killed_is_gone_on_with_and_loses_none_of_its_rows() {
    let content = Content::empty().with("things", rows(3)).with("parts", rows(400));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    let (tell, told) = mpsc::channel();
    let tell = Arc::new(Mutex::new(tell));
    play.vendor.on(move |request, answer| {
        let offset = request.param("offset").and_then(|offset| offset.parse().ok()).unwrap_or(0);
        if request.path.ends_with("/parts") && offset > 250 {
            let _ = tell.lock().unwrap().send(());
            return answer.delayed(Duration::from_hours(1));
        }
        answer
    });
    let connection = lasting(&play);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let started_at = DateTime::from_timestamp(1_749_900_000, 0).unwrap();
    runtime.spawn(async move { connector_core::sync(&connection, started_at).await });
    (0..3).for_each(|_| told.recv_timeout(Duration::from_mins(1)).unwrap());
    let committed = "select count(*) from sync.state where unnoted and position is not null";
    while play.database.value(committed).await != "3" {
        tokio::task::yield_now().await;
    }
    // Its tasks end where they are, and its sockets with them.
    runtime.shutdown_background();
    play.vendor.honest();
    assert!(play.live_in("parts").await > 0);
    assert_eq!(play.database.value("select count(*) from sync.seen").await, "0");
    let report = complete(play.sync_as(&lasting(&play)).await);
    assert_eq!((report.deleted, play.live_in("parts").await), (0, 1_200));
    assert!(report.evidence.resumed > 0);
    let left =
        "select (select count(*) from sync.seen) + (select count(*) from sync.state where unnoted)";
    assert_eq!(play.database.value(left).await, "0");
    play.end_unexplained().await;
}
