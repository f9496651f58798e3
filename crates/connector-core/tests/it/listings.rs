//! Listings that do not end as their document says.

use connector_core::Ending;
use connector_testkit::Answer;
use serde_json::{Value, json};

use crate::shop::{Test, items};

fn page(rows: &[Value]) -> Answer {
    Answer::json(200, &json!({"data": rows}))
}

#[tokio::test]
async fn a_page_cap_below_the_limit_does_not_cost_rows() {
    for listing in ["products", "counted"] {
        let test = Test::with(listing, items(23)).await;
        test.vendor.set_page_cap(Some(5));
        assert_eq!(test.complete(listing).await.inserted, 23);
        test.end().await;
    }
}

#[tokio::test]
async fn a_vendor_that_ignores_the_offset_is_read_once() {
    let test = Test::with("products", items(1)).await;
    test.vendor.on(|_, _| page(&items(7)));
    let report = test.complete("products").await;
    assert_eq!((report.inserted, report.requests), (7, 2));
    assert_eq!(
        report.evidence.endings.into_iter().collect::<Vec<_>>(),
        [(Ending::OffsetIgnored, 1)]
    );
    test.vendor.on(|_, _| page(&items(10)));
    let said = test.not_complete("products").await;
    assert!(said.contains("ignores the offset: asked for the rows after the first 10"), "{said}");
    assert_eq!(test.rows("products").await, (10, 0));
    test.end().await;
}

#[tokio::test]
async fn a_token_that_repeats_fails_the_walk_and_keeps_its_rows() {
    let test = Test::with("tokens", items(30)).await;
    test.vendor.set_page_cap(Some(10));
    let first = std::sync::Mutex::new(None);
    test.vendor.on(move |_, answer| {
        let mut first = first.lock().unwrap();
        answer.edit(|body| body["next"] = first.get_or_insert_with(|| body["next"].take()).clone())
    });
    let said = test.not_complete("tokens").await;
    assert!(said.contains("sent the same token again"), "{said}");
    assert_eq!(test.rows("tokens").await, (20, 0));
    test.end().await;
}

#[tokio::test]
async fn a_renamed_envelope_is_an_error_and_not_zero_rows() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|_, _| Answer::json(200, &json!({"results": items(3), "total": 3})));
    let said = test.not_complete("products").await;
    assert!(
        said.contains("no rows at `data`; it has `results` (list), `total` (number)"),
        "{said}"
    );
    test.end().await;
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_an_error() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|_, _| {
        Answer::json(200, &json!({"error": {"code": "E7", "message": "quota is used up"}}))
    });
    let said = test.not_complete("products").await;
    assert!(said.contains("answered with an error: \"E7 quota is used up\""), "{said}");
    test.end().await;
}

#[tokio::test]
async fn one_object_where_a_list_is_documented_is_one_row() {
    let test = Test::with("products", items(1)).await;
    test.vendor.on(|_, _| Answer::json(200, &json!({"data": items(1)[0]})));
    let report = test.complete("products").await;
    // The second request proves that it is the last one.
    assert_eq!((report.inserted, report.requests), (1, 2));
    test.end().await;
}
