//! What becomes of rows: written once, written again only where they differ, never lost.

use connector_testkit::Content;
use serde_json::{Value, json};

use crate::shop::{Test, item, items};
use crate::support::{OFFSET, Play, things};

#[tokio::test]
async fn a_second_sync_of_the_same_rows_writes_nothing() {
    let test = Test::with("products", items(25)).await;
    let first = test.complete("products").await;
    assert_eq!((first.rows, first.inserted), (25, 25));
    let before = test.database.rows("select id, xmin::text, ctid::text from shop.products").await;
    let second = test.complete("products").await;
    assert_eq!(
        (second.rows, second.inserted, second.updated, second.unchanged, second.deleted),
        (25, 0, 0, 25, 0)
    );
    let after = test.database.rows("select id, xmin::text, ctid::text from shop.products").await;
    assert_eq!(before, after);
    test.end().await;
}

#[tokio::test]
async fn only_the_rows_that_differ_are_updated() {
    let test = Test::with("products", items(25)).await;
    test.complete("products").await;
    test.vendor.edit("products", |items| items[7] = item(7, 200));
    test.vendor.edit("products", |items| items.push(item(900, 1)));
    let report = test.complete("products").await;
    assert_eq!((report.inserted, report.updated, report.unchanged), (1, 1, 24));
    assert_eq!(
        test.database.value("select price from shop.products where id = 'p007'").await,
        "200"
    );
    test.end().await;
}

#[tokio::test]
async fn the_newest_version_of_a_key_wins_in_whatever_order_they_come() {
    let mut rows = items(3);
    rows.extend([item(0, 300), item(1, 50)]);
    let test = Test::with("products", rows).await;
    let report = test.complete("products").await;
    assert_eq!((report.rows, report.inserted, report.evidence.repeats), (5, 3, 2));
    let prices = test
        .database
        .value("select string_agg(price::text, ' ' order by id) from shop.products")
        .await;
    assert_eq!(prices, "300 100 100");
    test.end().await;
}

#[tokio::test]
async fn a_row_without_a_key_is_set_aside_and_the_verdict_says_so() {
    let test =
        Test::with("products", vec![item(0, 1), json!({"name": "nobody"}), item(2, 1)]).await;
    let said = test.not_complete("products").await;
    assert!(said.contains("1 row on page 1 is set aside: its key `id` is missing"), "{said}");
    assert_eq!(test.rows("products").await, (2, 0));
    let kept = test.database.rows("select resource, partition, reason, raw::jsonb ->> 'name' as name from sync.quarantine").await;
    assert_eq!(
        kept,
        [
            json!({"resource": "products", "partition": "[]", "reason": "its key `id` is missing", "name": "nobody"})
        ]
    );
    test.end().await;
}

#[tokio::test]
async fn what_the_model_does_not_know_is_kept_and_told_once() {
    let mut odd = item(0, 1);
    odd["fooBar"] = json!("x");
    odd["price"] = json!({"amount": 1});
    let test = Test::with("products", vec![odd, item(1, 1)]).await;
    for first_time in [true, false] {
        let report = test.complete("products").await;
        assert_eq!(report.inserted > 0, first_time);
        let fields: Vec<_> =
            report.drift.iter().map(|drift| (drift.field.as_str(), drift.kind)).collect();
        assert_eq!(fields, [("fooBar", "unknown"), ("price", "misfit")]);
    }
    let extra =
        test.database.rows("select price, _extra from shop.products where id = 'p000'").await;
    assert_eq!(extra, [json!({"price": null, "_extra": {"fooBar": "x", "price": {"amount": 1}}})]);
    assert_eq!(test.database.value("select count(*) from sync.drift").await, "2");
    test.end().await;
}

#[tokio::test]
async fn a_field_unlike_the_model_is_named_by_the_first_run_and_counted_until_it_is_mended() {
    let mut odd = item(0, 1);
    odd["fooBar"] = json!("x");
    let test = Test::with("products", vec![odd, item(1, 1)]).await;
    let said = async || {
        let report = test.sync(&["products"]).await;
        let shown = report.to_text();
        let lines = shown.lines().filter(|line| line.starts_with("  products: "));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(said().await, ["  products: `fooBar` is new (string); kept in _extra"]);
    let again = ["  products: 1 field is unlike the model as before; see `drift`"];
    assert_eq!(said().await, again);
    test.vendor.edit("products", |items| items[0] = item(0, 1));
    assert!(said().await.is_empty());
    let seen =
        "select first_run_id, last_run_id, last_seen_at >= first_seen_at as later from sync.drift";
    assert_eq!(
        test.database.rows(seen).await,
        [json!({"first_run_id": 1, "last_run_id": 2, "later": true})]
    );
    test.end().await;
}

#[tokio::test]
async fn numbers_and_texts_that_postgres_cannot_hold_do_not_cost_the_row() {
    let test = Test::with("products", items(1)).await;
    let rows = [
        r#"{"id":"big","price":9223372036854775808,"other":1e400}"#,
        r#"{"id":"nul","name":"a\u0000b","price":1}"#,
        r#"{"id":"half","name":"\ud800","details":{"deep":"\u0000"}}"#,
        r#"{"id":7,"price":"12"}"#,
    ];
    test.vendor.holdings().replace("products", rows);
    let report = test.complete("products").await;
    assert_eq!((report.rows, report.inserted, report.quarantined), (4, 4, 0));
    let rows = test
        .database
        .rows(
            "select id, name, price, details, _extra::text as extra from shop.products order by id",
        )
        .await;
    assert_eq!(
        rows,
        [
            json!({"id": "7", "name": null, "price": 12, "details": null, "extra": null}),
            json!({"id": "big", "name": null, "price": null, "details": null,
                   "extra": format!("{{\"other\": 1{}, \"price\": 9223372036854775808}}", "0".repeat(400))}),
            json!({"id": "half", "name": null, "price": null, "details": null,
                   "extra": r#"{"name": {"_raw": "\"\\ud800\""}, "details": {"_raw": "{\"deep\":\"\\u0000\"}"}}"#}),
            json!({"id": "nul", "name": null, "price": 1, "details": null, "extra": r#"{"name": {"_raw": "\"a\\u0000b\""}}"#}),
        ]
    );
    test.end().await;
}

#[tokio::test]
async fn a_secret_is_stored_as_a_fingerprint_that_changes_with_it() {
    let test = Test::with("products", items(1)).await;
    let reviews = ("reviews", "p000");
    test.vendor
        .edit(reviews, |items| items.push(json!({"id": 1, "text": "good", "password": "hunter2"})));
    test.complete("reviews").await;
    let first = test.database.value("select password from shop.reviews").await;
    assert!(first.starts_with("hmac:"), "{first}");
    assert_eq!(test.complete("reviews").await.unchanged, 1);
    test.vendor.edit(reviews, |items| items[0]["password"] = json!("hunter3"));
    assert_eq!(test.complete("reviews").await.updated, 1);
    assert_ne!(test.database.value("select password from shop.reviews").await, first);
    test.end().await;
}

/// A row of every type, in which each value is missing now and then.
fn thing(number: usize) -> Value {
    let mut thing = json!({
        "id": format!("t{number:05}"), "name": "\u{e9}\u{1f600}\\ \" ,{}", "size": i64::MIN, "weight": 0.1,
        "isOn": true, "seenAt": "2024-02-29T23:59:59.999999Z", "updatedAt": 1_700_000_000,
        "fooBar": "", "detail": {"list": [1, null, {"a": "b"}]}, "unknown": number,
    });
    let fields = thing.as_object_mut().unwrap();
    let names: Vec<String> = fields.keys().filter(|name| *name != "id").cloned().collect();
    fields[&names[number % names.len()]] = Value::Null;
    thing
}

#[tokio::test]
async fn few_rows_are_the_same_in_the_table_as_among_many() {
    let query = "select to_jsonb(t) - '{_run_id,_first_seen_at,_last_changed_at}'::text[] as row \
                 from hostile.things t where id < 't00040' order by id";
    let mut came = Vec::new();
    for number in [40, 5000] {
        let content = Content::empty().with("things", (0..number).map(thing));
        let play = Play::new(&[things(OFFSET)], content).await;
        play.complete().await;
        came.push(play.database.rows(query).await);
        play.end().await;
    }
    assert_eq!(came[0].len(), 40);
    assert_eq!(came[0], came[1]);
    assert_eq!(came[0][1]["row"]["detail"], json!({"list": [1, null, {"a": "b"}]}));
}
