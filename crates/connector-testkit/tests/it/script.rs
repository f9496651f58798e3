//! Faults: everything that a script can do to an answer.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use connector_testkit::Answer;
use serde_json::{Value, json};

use crate::shop::{SHOP, ask, builder, client, complaint, get, json, numbers, seven, start};

#[tokio::test]
async fn a_script_alters_the_honest_answer_or_replaces_it_and_can_be_switched() {
    let vendor = start(&SHOP, seven("events"));
    vendor.on(|request, honest| match request.nth {
        0 => honest.edit(|body| body["done"] = json!(true)).header("x-odd", &1),
        1 => Answer::html(200, "<p>One moment</p>"),
        _ => Answer::json(500, r#"{"n": 1e400}"#),
    });
    let response = get(&vendor, "/events").await;
    assert_eq!(response.headers()["x-odd"], "1");
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert!(body["done"] == json!(true) && body["iterator"].is_string());
    let response = get(&vendor, "/events").await;
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(response.text().await.unwrap(), "<p>One moment</p>");
    let response = get(&vendor, "/events").await;
    assert_eq!(
        (response.status().as_u16(), response.text().await.unwrap().as_str()),
        (500, r#"{"n": 1e400}"#)
    );
    vendor.on(|_, honest| honest.truncated(5));
    assert_eq!(get(&vendor, "/events").await.text().await.unwrap(), r#"{"dat"#);
    vendor.honest();
    json(&vendor, "/events").await;
    let statuses: Vec<_> =
        vendor.requests().iter().map(|request| request.status.unwrap()).collect();
    assert_eq!(statuses, [200, 200, 500, 200, 200]);
}

#[tokio::test]
async fn a_script_sees_what_the_honest_answer_is() {
    let vendor = start(&SHOP, seven("events"));
    vendor.on(|request, honest| {
        assert_eq!(request.status, Some(honest.status));
        Answer::json(if honest.status == 404 { 200 } else { 503 }, "[]")
            .header("x-resource", request.resource.unwrap_or("none"))
    });
    let response = get(&vendor, "/orders/nobody/lines").await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["x-resource"]),
        (200, &"lines".parse().unwrap())
    );
    vendor.finish();
}

#[tokio::test]
async fn a_connection_is_closed_without_an_answer() {
    let vendor = start(&SHOP, seven("events"));
    vendor.on(|_, _| Answer::closed());
    ask(&vendor, "/events").await.unwrap_err();
    assert_eq!(vendor.requests()[0].to_string(), "GET /events closed");
}

#[tokio::test]
async fn a_connection_is_cut_in_the_middle_of_a_body() {
    let vendor = start(&SHOP, seven("events"));
    let length = get(&vendor, "/events").await.content_length().unwrap();
    vendor.on(|_, honest| honest.cut_after(9));
    let mut response = get(&vendor, "/events").await;
    assert_eq!(response.content_length(), Some(length));
    assert_eq!(response.chunk().await.unwrap().unwrap(), &br#"{"data":["#[..]);
    response.chunk().await.unwrap_err();
}

#[tokio::test]
async fn a_body_stalls_in_the_middle_while_others_are_answered() {
    let vendor = start(&SHOP, seven("events"));
    vendor.on(|request, honest| if request.nth == 0 { honest.stalled_after(9) } else { honest });
    let mut stalled = get(&vendor, "/events").await;
    assert_eq!(stalled.chunk().await.unwrap().unwrap(), &br#"{"data":["#[..]);
    let mut rest = std::pin::pin!(stalled.chunk());
    for _ in 0..3 {
        json(&vendor, "/events").await;
        tokio::select! {
            biased;
            chunk = &mut rest => panic!("it went on with {chunk:?}"),
            () = ready(()) => {}
        }
    }
    vendor.finish();
}

#[tokio::test]
async fn latency_holds_an_answer_back_and_no_other() {
    let vendor = Arc::new(start(&SHOP, seven("events")));
    vendor.set_latency(Duration::from_hours(1));
    let slow = tokio::spawn({
        let vendor = Arc::clone(&vendor);
        async move { get(&vendor, "/events").await }
    });
    while vendor.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    vendor.set_latency(Duration::ZERO);
    json(&vendor, "/events").await;
    vendor.on(|_, honest| honest.delayed(Duration::from_millis(1)));
    json(&vendor, "/events").await;
    assert!(!slow.is_finished());
    slow.abort();
}

#[tokio::test]
async fn a_script_changes_what_the_vendor_holds_between_two_pages() {
    let vendor = start(&SHOP, seven("orders"));
    let holdings = vendor.holdings();
    vendor.on(move |request, honest| {
        if request.nth == 0 {
            holdings.edit("orders", |items| drop(items.remove(0)));
        }
        honest
    });
    let first = json(&vendor, "/v1/current/orders?all=true").await;
    assert_eq!(
        (numbers(&first["data"]["items"]), &first["data"]["total"]),
        (vec![0, 1, 2], &json!(7))
    );
    let second = json(&vendor, "/v1/current/orders?all=true&offset=3").await;
    assert_eq!(
        (numbers(&second["data"]["items"]), &second["data"]["total"]),
        (vec![4, 5, 6], &json!(6))
    );
}

#[tokio::test]
async fn a_script_that_panics_fails_the_test() {
    let vendor = start(&SHOP, seven("events"));
    vendor.on(|_, _| panic!("as an assertion does"));
    ask(&vendor, "/events").await.unwrap_err();
    assert!(complaint(vendor).contains("GET /events: a panic, as printed above"));
}

#[tokio::test]
async fn an_answer_is_compressed_if_the_vendor_does_and_the_client_accepts_it() {
    let vendor = start(&SHOP, seven("events"));
    vendor.set_gzip(true);
    let untouched = builder().no_gzip().build().unwrap();
    for (accepted, encoding) in [("identity", None), ("br, gzip", Some("gzip"))] {
        let request =
            untouched.get(format!("{}/events", vendor.base_url())).bearer_auth(vendor.key());
        let response = request.header("accept-encoding", accepted).send().await.unwrap();
        assert_eq!(
            response.headers().get("content-encoding").map(|value| value.to_str().unwrap()),
            encoding
        );
        let body = response.bytes().await.unwrap();
        assert_eq!(body.starts_with(&[0x1f, 0x8b]), encoding.is_some());
    }
}

#[tokio::test]
async fn many_requests_at_once_over_kept_connections_are_all_answered() {
    let vendor = Arc::new(start(&SHOP, seven("notes")));
    let client = client();
    let requests = (0..200).map(|_| {
        let request =
            client.get(format!("{}/notes?page=2", vendor.base_url())).bearer_auth(vendor.key());
        tokio::spawn(async move { request.send().await.unwrap().text().await.unwrap() })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(numbers(&serde_json::from_str(&request.await.unwrap()).unwrap()), [3, 4, 5]);
    }
    assert_eq!(vendor.requests().len(), 200);
}
