//! What the vendor holds: fixtures, given items, generated rows, and edits.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use connector_testkit::{Content, Vendor};
use serde_json::{Value, json};

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
        assert_eq!(
            Vendor::start(&SHOP, Content::fixtures(folder.path())).unwrap_err().to_string(),
            expected
        );
    }
    assert!(Vendor::start(&SHOP, Content::fixtures("no/such/folder")).is_err());
}

/// A page of a listing of 2,000 generated rows.
async fn generated(seed: u64, address: &str) -> String {
    let vendor = start(&SHOP, Content::generated(seed, |_| 2_000));
    get(&vendor, address).await.text().await.unwrap()
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows_and_another_makes_other_values_with_the_same_keys() {
    const ORDERS: &str = "/v1/current/orders?all=true&limit=9";
    assert_eq!(generated(1, ORDERS).await, generated(1, ORDERS).await);
    assert_ne!(generated(1, ORDERS).await, generated(2, ORDERS).await);
    let keys = |text: String| {
        let page: Value = serde_json::from_str(&text).unwrap();
        page["data"]["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(generated(1, ORDERS).await), keys(generated(2, ORDERS).await));
}

#[tokio::test]
async fn a_generated_row_is_the_same_on_whatever_page_it_comes() {
    let vendor = start(&SHOP, Content::generated(1, |_| 1_000_000));
    let one = json(&vendor, "/v1/current/orders?all=true&limit=4&offset=999990").await;
    let two = json(&vendor, "/v1/current/orders?all=true&limit=9&offset=999993").await;
    assert_eq!(one["data"]["items"][3], two["data"]["items"][0]);
    assert_eq!(two["data"]["items"].as_array().unwrap().len(), 7);
    assert_eq!(two["data"]["total"], 1_000_000);
}

#[tokio::test]
async fn generated_rows_have_unique_keys_and_everything_that_a_column_can_hold() {
    let vendor = start(&SHOP, Content::generated(1, |_| 2_000));
    let rows = vendor.items("orders");
    let keys: HashSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 2_000);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        for (wire, value) in row.as_object().unwrap() {
            let kind = match value {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(number) if number.is_f64() => "double",
                Value::Number(_) => "integer",
                Value::String(text) if text.ends_with('Z') => "time",
                Value::String(text) if text.contains(['"', '\\', '\n', '\t']) => "escaped text",
                Value::String(text) if !text.is_ascii() => "unicode text",
                Value::String(_) => "text",
                Value::Array(_) => "list",
                Value::Object(_) => "object",
            };
            *seen.entry(format!("{wire}: {kind}")).or_default() += 1;
        }
        assert!(row.get("updatedAt").is_some_and(|time| !time.is_null()));
    }
    let rare: Vec<_> = seen.iter().filter(|(_, count)| **count < 20).collect();
    assert!(rare.is_empty(), "{rare:?}");
    let forms: Vec<_> = seen.keys().map(String::as_str).collect();
    for wire in ["label", "size", "weight", "on", "seenAt", "detail", "tags"] {
        assert!(forms.contains(&format!("{wire}: null").as_str()), "{forms:?}");
        assert!(rows.iter().any(|row| row.get(wire).is_none()), "{wire} is always there");
    }
    for form in [
        "label: escaped text",
        "label: unicode text",
        "weight: double",
        "on: boolean",
        "size: integer",
    ] {
        assert!(forms.contains(&form), "{form} is not among {forms:?}");
    }
    for (one, other) in [("seenAt: time", "seenAt: integer"), ("detail: list", "detail: object")] {
        assert!(forms.contains(&one) != forms.contains(&other), "a column has one form: {forms:?}");
    }
}

#[tokio::test]
async fn generated_children_are_asked_for_by_the_generated_keys_of_their_parents() {
    let vendor =
        start(&SHOP, Content::generated(1, |resource| if resource == "orders" { 3 } else { 2 }));
    let mut listings = HashSet::new();
    for order in vendor.items("orders") {
        let id = order["id"].as_str().unwrap();
        let lines = json(&vendor, &format!("/orders/{id}/lines")).await;
        assert_eq!(numbers(&lines["lines"]), [1_000, 1_001]);
        listings.insert(lines.to_string());
        json(&vendor, "/lines/1001/parts").await;
        assert_eq!(
            json(&vendor, &format!("/orders/{id}/items")).await.as_array().unwrap().len(),
            2
        );
    }
    assert_eq!(listings.len(), 3, "each parent has rows of its own");
    for nobody in [
        "/orders/id_0000000000000001/lines",
        "/orders/x/lines",
        "/lines/1002/parts",
        "/lines/1/parts",
    ] {
        assert_eq!(get(&vendor, nobody).await.status(), 404, "{nobody}");
    }
    vendor.finish();
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

#[tokio::test]
async fn every_nth_generated_row_changes_and_has_a_later_version() {
    let vendor = start(&SHOP, Content::generated(1, |_| 100));
    let before = vendor.items("orders");
    vendor.holdings().change_every("orders", 10);
    let after = vendor.items("orders");
    let time = |row: &Value| {
        row["updatedAt"]
            .as_i64()
            .map_or_else(|| row["updatedAt"].to_string(), |epoch| epoch.to_string())
    };
    for (at, (old, new)) in before.iter().zip(&after).enumerate() {
        assert_eq!(old != new, at % 10 == 0, "row {at}");
        assert_eq!(old["id"], new["id"]);
        assert!(time(new) >= time(old));
    }
}
