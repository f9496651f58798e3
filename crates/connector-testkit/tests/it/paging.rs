//! Every way of paging, walked by hand.

use serde_json::json;
use url::form_urlencoded::byte_serialize;

use crate::shop::{SHOP, get, json, numbers, seven, start};

const ALL: [i64; 7] = [0, 1, 2, 3, 4, 5, 6];

#[tokio::test]
async fn an_offset_counts_rows_and_the_total_stands_at_its_place() {
    let vendor = start(&SHOP, seven("orders"));
    let page = json(&vendor, "/v1/current/orders?all=true&limit=3&offset=5").await;
    assert_eq!((numbers(&page["data"]["items"]), &page["data"]["total"]), (vec![5, 6], &json!(7)));
    let page = json(&vendor, "/v1/current/orders?all=true").await;
    assert_eq!(numbers(&page["data"]["items"]), [0, 1, 2]);
    let page = json(&vendor, "/v1/other/orders?all=true&offset=7&region=eu").await;
    assert_eq!(page, json!({ "data": { "items": [], "total": 7 } }));
}

#[tokio::test]
async fn pages_are_counted_from_the_first_and_the_total_stands_in_its_header() {
    let vendor = start(&SHOP, seven("notes"));
    for (page, expected) in [(1, &ALL[..3]), (2, &ALL[3..6]), (3, &ALL[6..]), (4, &[])] {
        let response = get(&vendor, &format!("/notes?page={page}")).await;
        assert_eq!(response.headers()["x-total"], "7");
        assert_eq!(
            numbers(&serde_json::from_str(&response.text().await.unwrap()).unwrap()),
            expected
        );
    }
}

#[tokio::test]
async fn a_token_leads_through_the_listing_until_it_is_done() {
    let vendor = start(&SHOP, seven("events"));
    let (mut seen, mut address) = (Vec::new(), "/events".to_owned());
    loop {
        let page = json(&vendor, &address).await;
        seen.extend(numbers(&page["data"]));
        assert_eq!(page["done"] == json!(true), page["iterator"].is_null());
        let Some(token) = page["iterator"].as_str() else { break };
        address =
            format!("/events?iterator={}", byte_serialize(token.as_bytes()).collect::<String>());
    }
    assert_eq!(seen, ALL);
    assert_eq!(vendor.requests().len(), 3);
}

#[tokio::test]
async fn the_last_page_has_no_token_where_no_flag_says_that_it_is_the_last() {
    let vendor = start(&SHOP, seven("labels"));
    assert!(json(&vendor, "/labels").await.get("nextToken").is_none());
    vendor.set_page_cap(Some(4));
    assert!(json(&vendor, "/labels").await["nextToken"].is_string());
}

#[tokio::test]
async fn a_link_header_leads_to_the_next_page() {
    let vendor = start(&SHOP, seven("logs"));
    let (mut seen, mut address) = (Vec::new(), "/logs?limit=3".to_owned());
    loop {
        let response = get(&vendor, &address).await;
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        seen.extend(numbers(&serde_json::from_str(&response.text().await.unwrap()).unwrap()));
        let Some(link) = link else { break };
        let next = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        next.clone_into(&mut address);
    }
    assert_eq!(seen, ALL);
}

#[tokio::test]
async fn the_body_holds_the_address_of_the_next_page() {
    let vendor = start(&SHOP, seven("hits"));
    vendor.set_page_cap(Some(2));
    let (mut seen, mut address) = (Vec::new(), "/hits".to_owned());
    loop {
        let page = json(&vendor, &address).await;
        seen.extend(numbers(&page["hits"]));
        let Some(next) = page["links"]["next"].as_str() else { break };
        next.clone_into(&mut address);
    }
    assert_eq!(seen, ALL);
}

#[tokio::test]
async fn a_singleton_is_one_object_and_none_is_an_empty_list() {
    let vendor = start(&SHOP, seven("profile"));
    assert_eq!(json(&vendor, "/profile").await, json!({ "data": { "id": "t0", "number": 0 } }));
    vendor.edit("profile", Vec::clear);
    assert_eq!(json(&vendor, "/profile").await, json!({ "data": [] }));
}

#[tokio::test]
async fn a_page_cap_serves_fewer_rows_than_asked() {
    let vendor = start(&SHOP, seven("orders"));
    vendor.set_page_cap(Some(2));
    let page = json(&vendor, "/v1/current/orders?all=true&limit=3&offset=4").await;
    assert_eq!(numbers(&page["data"]["items"]), [4, 5]);
    vendor.set_page_cap(None);
    let page = json(&vendor, "/v1/current/orders?all=true&limit=3&offset=4").await;
    assert_eq!(numbers(&page["data"]["items"]), [4, 5, 6]);
}

#[tokio::test]
async fn a_row_deleted_between_two_pages_costs_an_offset_walk_a_row_and_a_token_walk_none() {
    let mut content = seven("events");
    content = content.with(
        "orders",
        (0..7).map(|number| json!({ "id": format!("t{number}"), "number": number })),
    );
    let vendor = start(&SHOP, content);
    let token = json(&vendor, "/events").await["iterator"].as_str().unwrap().to_owned();
    let rest = format!(
        "/events?limit=9&iterator={}",
        byte_serialize(token.as_bytes()).collect::<String>()
    );
    json(&vendor, "/v1/current/orders?all=true").await;
    for listing in ["events", "orders"] {
        vendor.edit(listing, |items| drop(items.remove(0)));
    }
    assert_eq!(numbers(&json(&vendor, &rest).await["data"]), [3, 4, 5, 6]);
    let page = json(&vendor, "/v1/current/orders?all=true&offset=3&limit=9").await;
    assert_eq!(numbers(&page["data"]["items"]), [4, 5, 6]);
    // Now goes the row that came just before the token.
    vendor.edit("events", |items| drop(items.remove(1)));
    assert_eq!(numbers(&json(&vendor, &rest).await["data"]), [3, 4, 5, 6]);
}
