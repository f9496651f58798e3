//! Rows that the vendor no longer lists.

use serde_json::json;

use crate::shop::{Test, item, items};

#[tokio::test]
async fn a_row_that_is_no_longer_listed_is_marked_and_keeps_its_values() {
    let test = Test::with("products", items(25)).await;
    test.complete("products").await;
    test.vendor.edit("products", |items| drop(items.remove(3)));
    let report = test.complete("products").await;
    assert_eq!((report.deleted, report.unchanged), (1, 24));
    let row = test.database.rows("select id, price, _deleted_at is not null as deleted, _run_id from shop.products where id = 'p003'").await;
    assert_eq!(row, [json!({"id": "p003", "price": 100, "deleted": true, "_run_id": 1})]);
    // It is marked once.
    assert_eq!(test.complete("products").await.deleted, 0);
    test.vendor.edit("products", |items| items.push(item(3, 100)));
    let report = test.complete("products").await;
    assert_eq!((report.updated, report.unchanged), (1, 24));
    assert_eq!(test.rows("products").await, (25, 0));
    test.end().await;
}

#[tokio::test]
async fn a_walk_that_failed_deletes_nothing() {
    let test = Test::with("counted", items(30)).await;
    test.complete("counted").await;
    test.vendor.edit("counted", |items| items.truncate(15));
    test.vendor.on(|request, answer| {
        if request.param("offset") == Some("0") {
            answer
        } else {
            answer.edit(|body| body["data"] = json!([]))
        }
    });
    let said = test.not_complete("counted").await;
    assert!(said.contains("no more rows came after 10 of 15"), "{said}");
    assert_eq!(test.rows("counted").await, (30, 0));
    test.end().await;
}

#[tokio::test]
async fn a_mass_deletion_is_stopped_and_said() {
    let test = Test::with("products", items(200)).await;
    test.complete("products").await;
    test.vendor.edit("products", |items| items.truncate(100));
    let said = test.not_complete("products").await;
    assert!(said.contains("100 rows are no longer listed, too many at once"), "{said}");
    assert_eq!(test.rows("products").await, (200, 0));
    test.vendor.edit("products", |all| *all = items(160));
    assert_eq!(test.complete("products").await.deleted, 40);
    test.end().await;
}

/// A small table is not taken for another account's leftovers either.
#[tokio::test]
async fn a_small_table_is_not_emptied_by_one_listing() {
    for (known, listed, deleted) in [
        (55, 30, None),
        (20, 13, None),
        (10, 5, None),
        (5, 0, None),
        (10, 6, Some(4)),
        (4, 0, Some(4)),
        (20, 14, Some(6)),
    ] {
        let test = Test::with("products", items(known)).await;
        test.complete("products").await;
        test.vendor.edit("products", |items| items.truncate(listed));
        if let Some(deleted) = deleted {
            assert_eq!(test.complete("products").await.deleted, deleted, "{known} {listed}");
        } else {
            let said = test.not_complete("products").await;
            assert!(said.contains("no longer listed, too many at once"), "{said}");
            assert_eq!(test.rows("products").await, (known, 0));
        }
        test.end().await;
    }
}

#[tokio::test]
async fn the_rows_of_a_deleted_parent_are_marked_too() {
    let test = Test::with("products", items(3)).await;
    for parent in ["p000", "p001", "p002"] {
        test.vendor
            .edit(("reviews", parent), |items| items.extend([json!({"id": 1}), json!({"id": 2})]));
    }
    assert_eq!(test.complete("reviews").await.inserted, 6);
    test.vendor.edit("products", |items| drop(items.remove(1)));
    test.vendor.edit(("reviews", "p002"), |items| drop(items.remove(0)));
    let report = test.complete("reviews").await;
    assert_eq!((report.deleted, report.unchanged), (3, 3));
    let left = test.database.value("select string_agg(product_id || id, ' ' order by product_id, id) from shop.reviews where _deleted_at is null").await;
    assert_eq!(left, "p0001 p0002 p0022");
    test.end().await;
}

#[tokio::test]
async fn a_parent_that_vanished_meanwhile_is_skipped_and_said() {
    let test = Test::with("products", items(3)).await;
    test.vendor.edit(("reviews", "p002"), |items| items.push(json!({"id": 1})));
    let gone = test.vendor.holdings();
    test.vendor.on(move |request, answer| {
        if request.path.ends_with("/p001/reviews") {
            gone.edit("products", |items| items.retain(|item| item["id"] != "p001"));
            return connector_testkit::Answer::json(
                404,
                r#"{"error":{"code":"gone","message":"no such product"}}"#,
            );
        }
        answer
    });
    let report = test.complete("reviews").await;
    assert_eq!((report.evidence.partitions, report.evidence.vanished, report.inserted), (3, 1, 1));
    test.end().await;
}
