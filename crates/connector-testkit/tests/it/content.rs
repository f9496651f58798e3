//! What the vendor holds: fixtures, given items, and edits.

use std::fs;

use connector_testkit::{Content, Vendor};
use serde_json::json;

use crate::shop::{SHOP, get, json, numbers, start};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[tokio::test]
async fn the_pages_of_a_fixture_are_one_listing_in_the_envelope_of_the_first() {
    let folder = folder(&[
        (
            "orders.1.json",
            r#" {"data": {"items": [{"number": 0}, {"number": 1}], "total": 99, "kept": 1}, "meta": "x"} "#,
        ),
        ("orders.10.json", r#"{"data": {"items": [{"number": 3}]}}"#),
        ("orders.2.json", r#"{"data": [{"number": 2}]}"#),
    ]);
    let vendor = start(&SHOP, Content::fixtures(folder.path()));
    let page = json(&vendor, "/v1/current/orders?all=true&limit=2&offset=1").await;
    let items = json!([{ "number": 1 }, { "number": 2 }]);
    assert_eq!(page, json!({ "data": { "items": items, "total": 4, "kept": 1 }, "meta": "x" }));
    assert_eq!(vendor.items("orders").len(), 4);
    assert_eq!(json(&vendor, "/notes").await, json!([]));
}

#[tokio::test]
async fn the_items_of_a_fixture_arrive_byte_for_byte_at_the_place_where_they_stood() {
    let item = r#"{"id": "\ud83e", "n": 1e400, "n": 0.10, "Id":9223372036854775808}"#;
    let folder = folder(&[
        ("orders.1.json", &format!(r#"{{"data": [{item}]}}"#)),
        ("profile.1.json", &format!(r#"{{"data": {item}}}"#)),
    ]);
    let vendor = start(&SHOP, Content::fixtures(folder.path()));
    let text = get(&vendor, "/v1/current/orders?all=true").await.text().await.unwrap();
    assert!(text.contains(&format!("[{item}]")), "{text}");
    let text = get(&vendor, "/profile").await.text().await.unwrap();
    assert_eq!(text, format!(r#"{{"data":{item}}}"#));
}

#[tokio::test]
async fn a_childs_fixture_is_every_parents_unless_a_parent_has_its_own() {
    let folder = folder(&[
        ("orders.1.json", r#"{"data": [{"id": "a"}, {"id": "b"}, {"id": 7}]}"#),
        ("lines.1.json", r#"{"lines": [{"number": 1}, {"number": 2}]}"#),
        ("lines@b.1.json", r#"{"lines": [{"number": 3}]}"#),
        ("parts.1.json", r#"{"parts": [{"id": "p"}]}"#),
        ("items_again.1.json", r#"["same address"]"#),
    ]);
    let vendor = start(&SHOP, Content::fixtures(folder.path()));
    for (parent, expected) in [("a", &[1, 2][..]), ("b", &[3]), ("7", &[1, 2])] {
        assert_eq!(
            numbers(&json(&vendor, &format!("/orders/{parent}/lines")).await["lines"]),
            expected
        );
    }
    for line in [1, 3] {
        json(&vendor, &format!("/lines/{line}/parts")).await;
    }
    assert_eq!(json(&vendor, "/orders/a/items").await, json!(["same address"]));
    let missing = get(&vendor, "/orders/c/lines").await;
    assert_eq!(missing.status(), 404);
    assert!(missing.text().await.unwrap().contains(r#""errors":[{"code":"not_found""#));
    vendor.edit("orders", |orders| orders.retain(|order| order["id"] != "b"));
    assert_eq!(get(&vendor, "/orders/b/lines").await.status(), 404);
    vendor.finish();
}

#[tokio::test]
async fn a_parameter_has_a_listing_for_each_of_its_values() {
    let folders = [
        folder(&[
            ("settings.1.json", r#"{"data": {"n": "every"}}"#),
            ("settings@web.1.json", r#"{"data": {"n": "web"}}"#),
            ("notes.1.json", "[1]"),
        ]),
        folder(&[("settings.1.json", r#"{"n": "another folder's"}"#)]),
    ];
    let content = Content::fixtures(folders[0].path()).and_fixtures(folders[1].path());
    let vendor = start(&SHOP, content);
    for (query, expected) in [
        ("", json!({ "data": { "n": "web" } })),
        ("?platform=web", json!({ "data": { "n": "web" } })),
        ("?platform=mobile", json!({ "n": "another folder's" })),
    ] {
        assert_eq!(json(&vendor, &format!("/settings{query}")).await, expected, "{query}");
    }
    assert_eq!(vendor.items("notes"), [1]);
    assert_eq!(vendor.items(("settings", "web")), [json!({ "n": "web" })]);
}

#[test]
fn a_fixture_that_nothing_declares_or_that_holds_no_items_is_an_error() {
    for (name, text, expected) in [
        ("oders.1.json", "[]", "fixture `oders`: no resource has this name"),
        ("orders.json", "[]", "fixture `orders`: its name has no page number"),
        (
            "orders.1.json",
            r#"{"dat": []}"#,
            "fixture `orders`: it has no items at any declared place",
        ),
        ("notes.1.json", "[1, 2", "fixture `notes`: it has no items at any declared place"),
    ] {
        let folder = folder(&[(name, text)]);
        let error = Vendor::start(&SHOP, Content::fixtures(folder.path())).unwrap_err();
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let error = Vendor::start(&SHOP, Content::fixtures("no/such/folder")).unwrap_err().to_string();
    assert!(error.starts_with("fixtures in no/such/folder: "), "{error}");
    let twins = folder(&[("items.1.json", "[1]"), ("items_again.1.json", "[2]")]);
    let error = Vendor::start(&SHOP, Content::fixtures(twins.path())).unwrap_err().to_string();
    assert_eq!(error, "fixture `items_again`: a resource at the same address has other items");
}

#[tokio::test]
async fn an_edit_updates_inserts_and_deletes_what_is_served() {
    let vendor = start(&SHOP, Content::generated(1, |_| 5));
    let before = vendor.items("orders");
    vendor.edit("orders", |items| {
        items[0]["label"] = json!("new");
        items.remove(1);
        items.push(json!({ "id": "one more" }));
    });
    let page = json(&vendor, "/v1/current/orders?all=true&limit=9").await;
    let served = page["data"]["items"].as_array().unwrap();
    assert_eq!(*served, vendor.items("orders"));
    assert_eq!(
        (served.len(), &served[0]["label"], &served[1], &served[4]),
        (5, &json!("new"), &before[2], &json!({ "id": "one more" }))
    );
    json(&vendor, "/orders/one%20more/lines").await;
    let gone = before[1]["id"].as_str().unwrap();
    assert_eq!(get(&vendor, &format!("/orders/{gone}/lines")).await.status(), 404);
    let kept = before[0]["id"].as_str().unwrap();
    vendor.edit(("lines", kept), Vec::clear);
    assert_eq!(json(&vendor, &format!("/orders/{kept}/lines")).await, json!({ "lines": [] }));
    assert_eq!(vendor.items(("lines", "one more")).len(), 5);
}

#[tokio::test]
async fn a_replaced_listing_may_hold_what_no_type_can() {
    let vendor = start(&SHOP, Content::empty().with("notes", [json!({ "id": "a" })]));
    assert_eq!(vendor.items("notes"), [json!({ "id": "a" })]);
    vendor.holdings().replace("notes", [r#"{"n": 1e400}"#, r#"{"n": "\u0000"}"#, "[}"]);
    let text = get(&vendor, "/notes").await.text().await.unwrap();
    assert_eq!(text, r#"[{"n": 1e400},{"n": "\u0000"},[}]"#);
}
