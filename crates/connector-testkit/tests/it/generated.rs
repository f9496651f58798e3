//! Rows that are made up when they are asked for.

use std::collections::{BTreeMap, HashSet};

use connector_testkit::Content;
use serde_json::Value;

use crate::shop::{SHOP, get, json, numbers, start};

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
        assert_eq!(time(new) > time(old), at % 10 == 0, "row {at}");
    }
}
