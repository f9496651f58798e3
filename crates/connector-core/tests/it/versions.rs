//! Rows that tell when they were last changed, and vendors that go back in time.

use connector_core::{Connection, TimeDelta};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::shop::{Test, item, items};
use crate::support::{OFFSET, Play, TOKEN, complete, things};

/// A thing as it was at that time.
fn at(id: &str, time: u64) -> Value {
    json!({"id": id, "name": format!("v{time}"), "updatedAt": 1_700_000_000 + time})
}

fn many(number: u64, time: u64) -> Vec<Value> {
    (0..number).map(|id| at(&format!("t{id:03}"), time)).collect()
}

async fn play(rows: Vec<Value>, paging: connector_core::Paging) -> Play {
    let content = Content::empty().with("things", rows);
    Play::new(&[things(paging).version("updated_at")], content).await
}

#[tokio::test]
async fn a_row_that_went_back_at_the_vendor_goes_back_here_and_is_counted() {
    for refreshes in [false, true] {
        let test = Test::with("products", items(3)).await;
        test.vendor.edit("products", |items| items[1] = item(1, 300));
        test.complete("products").await;
        test.vendor.edit("products", |items| items[1] = item(1, 20));
        let connection = test.connection(&["products"]);
        let connection = if refreshes { connection.full_refresh() } else { connection };
        let planned = connector_core::plan(&connection, *crate::shop::NOW, 1).await.unwrap();
        assert_eq!(planned.resources[0].updated, 1, "{}", planned.to_text());
        let report = connector_core::sync(&connection, *crate::shop::NOW).await.unwrap();
        let said = report.to_text();
        assert!(said.contains("1 row is older at the vendor than it was here"), "{said}");
        let products = &report.resources[0];
        assert_eq!((products.updated, products.evidence.went_back), (1, 1));
        let kept = test
            .database
            .value(
                "select evidence ->> 'went_back' from sync.resources order by run_id desc limit 1",
            )
            .await;
        assert_eq!(kept, "1");
        let price = "select price from shop.products where id = 'p001'";
        assert_eq!(test.database.value(price).await, "20");
        let report = test.complete("products").await;
        assert_eq!((report.unchanged, report.evidence.went_back), (3, 0));
        test.end().await;
    }
}

#[tokio::test]
async fn an_older_copy_of_a_row_in_one_run_replaces_none_that_it_has_read() {
    for known_before in [false, true] {
        // In one batch, and over several.
        for commits in [1, 1_000] {
            for (first, second) in [(9, 5), (5, 9)] {
                let play = play(Vec::new(), TOKEN).await;
                play.vendor.set_page_cap(Some(3));
                if known_before {
                    let mut rows = many(9, 1);
                    rows[1] = at("t001", 9);
                    play.vendor.holdings().replace("things", rows);
                    play.complete().await;
                }
                let mut rows = many(9, 1);
                rows[1] = at("t001", first);
                rows.push(at("t001", second));
                play.vendor.holdings().replace("things", rows);
                complete(play.sync_as(&play.connection().committing_every(commits)).await);
                let told = format!("{known_before} {commits} {first} {second}");
                assert_eq!(play.thing("t001", "name").await, "v9", "{told}");
                play.end().await;
            }
        }
    }
}

#[tokio::test]
async fn an_older_copy_in_a_run_that_goes_on_with_another_replaces_none_of_that_one() {
    let play = play(many(9, 1), TOKEN).await;
    play.vendor.set_page_cap(Some(3));
    play.vendor.edit("things", |things| things[1] = at("t001", 9));
    play.complete().await;
    play.vendor.edit("things", |things| things.push(at("t001", 5)));
    let lasting = |connection: Connection| {
        connection.committing_every(1).resuming_within(TimeDelta::days(30))
    };
    let stopped = play.sync_as(&lasting(play.connection()).with_max_requests(2)).await;
    assert_eq!(stopped.exit_status(), 1);
    let report = complete(play.sync_as(&lasting(play.connection())).await);
    assert_eq!(report.evidence.resumed, 6);
    assert_eq!(play.thing("t001", "name").await, "v9");
    // The next one reads anew, and the vendor has nothing else.
    play.vendor.edit("things", |things| drop(things.remove(1)));
    assert_eq!(play.complete().await.evidence.went_back, 1);
    assert_eq!(play.thing("t001", "name").await, "v5");
    play.end().await;
}

#[tokio::test]
async fn an_older_copy_in_the_second_pass_of_a_run_replaces_none_of_the_first() {
    let play = play(many(120, 9), OFFSET).await;
    play.complete().await;
    let (holdings, nth) = (play.vendor.holdings(), std::sync::atomic::AtomicUsize::new(0));
    play.vendor.on(move |_, answer| {
        if nth.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1 {
            // What was on the first page moves behind the second, and is an old copy there.
            holdings.edit("things", |things| {
                things.remove(10);
                things.push(at("t010", 5));
            });
        }
        answer
    });
    let report = complete(play.sync_as(&play.connection().committing_every(1)).await);
    assert!(report.evidence.passes > 1);
    assert_eq!(play.thing("t010", "name").await, "v9");
    assert_eq!(play.database.value("select count(*) from sync.seen").await, "0");
    // In a run of its own it is what the vendor has.
    play.vendor.honest();
    assert_eq!(play.complete().await.evidence.went_back, 1);
    assert_eq!(play.thing("t010", "name").await, "v5");
    play.end().await;
}

#[tokio::test]
async fn a_version_in_the_future_is_replaced_and_counts_as_none_that_went_back() {
    let play = play(many(2, 9), OFFSET).await;
    play.vendor.edit("things", |things| things[0] = at("t000", 9_000_000_000));
    play.complete().await;
    play.vendor.edit("things", |things| things[0] = at("t000", 10));
    assert_eq!(play.complete().await.evidence.went_back, 0);
    assert_eq!(play.thing("t000", "name").await, "v10");
    play.end().await;
}
