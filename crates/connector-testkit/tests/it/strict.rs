//! What the vendor refuses, and what fails the test at the end.

use std::time::Duration;

use connector_testkit::{Content, RateLimit};
use serde_json::{Value, json};

use crate::shop::{BASIC, QUERY, SHOP, ask, client, complaint, get, json, seven, start};

#[tokio::test]
async fn a_request_that_no_declaration_explains_is_refused_in_the_vendors_own_words_and_fails_the_test()
 {
    for (address, status, complained) in [
        ("/nowhere", 404, "GET /nowhere: no resource has this path"),
        ("/v1/current/orders/", 404, "GET /v1/current/orders/: no resource has this path"),
        (
            "/v1/current/orders?all=true&colour=red",
            400,
            "GET /v1/current/orders: no declaration has the parameter `colour`",
        ),
        (
            "/v1/current/orders?all=true&limit=3&limit=3",
            400,
            "GET /v1/current/orders: the parameter `limit` is there twice",
        ),
        ("/v1/current/orders", 400, "GET /v1/current/orders: the declared `all=true` is not there"),
        (
            "/v1/current/orders?all=true&offset=x",
            400,
            "GET /v1/current/orders: `offset` is not a number",
        ),
        (
            "/v1/current/orders?all=true&limit=0",
            400,
            "GET /v1/current/orders: `limit` is at least 1",
        ),
        ("/notes?page=0", 400, "GET /notes: `page` starts at 1"),
        ("/events?iterator=made-up", 400, "GET /events: `iterator` is no token of this vendor"),
        (
            "/v1/current/orders?all=true&region=mars",
            400,
            "GET /v1/current/orders: `region` has a value that its declaration excludes",
        ),
        (
            "/v1/current/orders?all=true&archived=true",
            400,
            "GET /v1/current/orders: `archived` has a value that its declaration excludes",
        ),
        (
            "/v1/current/orders?all=true&year=2024",
            400,
            "GET /v1/current/orders: no declaration has the parameter `year`",
        ),
        (
            "/reports?year=now",
            400,
            "GET /reports: `year` has a value that its declaration excludes",
        ),
        ("/reports", 400, "GET /reports: `year` is required"),
        ("/profile?offset=0", 400, "GET /profile: no declaration has the parameter `offset`"),
    ] {
        let vendor = start(&SHOP, Content::empty());
        let response = get(&vendor, address).await;
        assert_eq!(response.status(), status, "{address}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(
            body["errors"][0]["code"].is_string() && body["errors"][0]["message"].is_string(),
            "{body}"
        );
        let expected = format!("no declaration explains what the vendor was asked:\n{complained}");
        assert_eq!(complaint(vendor), expected, "{address}");
    }
}

#[tokio::test]
async fn another_method_is_refused() {
    let vendor = start(&SHOP, Content::empty());
    let response = client()
        .post(format!("{}/notes", vendor.base_url()))
        .bearer_auth(vendor.key())
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 405);
    assert!(complaint(vendor).contains("POST /notes: nothing but GET is declared"));
}

#[tokio::test]
async fn the_key_is_wanted_where_the_declaration_puts_it_and_is_written_down_nowhere() {
    for (connector, key, right, wrong) in [
        (&SHOP, "k&y", Some("Bearer k&y"), Some("k&y")),
        (&BASIC, "k", Some("Basic azo="), Some("Basic aw==")),
        (&BASIC, "user:password", Some("Basic dXNlcjpwYXNzd29yZA=="), None),
        (&QUERY, "k&y", None, Some("Bearer k&y")),
    ] {
        let vendor = start(connector, seven("notes"));
        vendor.set_key(key);
        vendor.allow_unauthorized();
        let mut statuses = Vec::new();
        for shown in [right, wrong] {
            let query = if right.is_none() && shown.is_none() { "?api_key=k%26y" } else { "" };
            let mut request = client().get(format!("{}/notes{query}", vendor.base_url()));
            if let Some(shown) = shown {
                request = request.header("authorization", shown);
            }
            statuses.push(request.send().await.unwrap().status().as_u16());
        }
        assert_eq!(statuses, [200, 401], "{:?}", connector.auth);
        let log: Vec<_> = vendor.requests().iter().map(ToString::to_string).collect();
        assert_eq!(log, ["GET /notes 200", "GET /notes 401"]);
        vendor.finish();
    }
}

#[tokio::test]
async fn a_missing_key_fails_the_test_unless_it_is_allowed() {
    let vendor = start(&SHOP, Content::empty());
    client().get(format!("{}/notes", vendor.base_url())).send().await.unwrap();
    assert!(complaint(vendor).contains("GET /notes: the key is missing or wrong"));
}

#[tokio::test]
async fn a_vendor_that_is_dropped_complains_but_not_while_another_panic_unwinds() {
    let vendor = start(&SHOP, Content::empty());
    get(&vendor, "/nowhere").await;
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _vendor = vendor;
        panic!("the first one");
    }));
    assert_eq!(outcome.unwrap_err().downcast_ref::<&str>(), Some(&"the first one"));
}

#[tokio::test]
async fn what_comes_faster_than_the_limit_is_refused() {
    let vendor = start(&SHOP, seven("notes"));
    let hour = Duration::from_hours(1);
    vendor.set_rate_limit(Some(RateLimit { requests: 2, per: hour, retry_after: Some(hour) }));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let response = ask(&vendor, "/notes").await.unwrap();
        let wait =
            response.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        statuses.push((response.status().as_u16(), wait));
    }
    assert_eq!(statuses, [(200, None), (200, None), (429, Some("3600".to_owned()))]);
    vendor.set_rate_limit(None);
    json(&vendor, "/notes").await;
    vendor.finish();
}

#[tokio::test]
async fn the_log_says_what_each_request_was_for() {
    let content = Content::empty()
        .with("orders", [json!({ "id": "a b/c" })])
        .with("lines", [json!({ "number": 1 })]);
    let vendor = start(&SHOP, content);
    json(&vendor, "/v1/current/orders?all=true&limit=3&offset=0").await;
    json(&vendor, "/orders/a%20b%2Fc/lines").await;
    json(&vendor, "/v1/current/orders?region=us%20%26+ca&all=true&archived=1").await;
    let requests = vendor.requests();
    let log: Vec<_> = requests.iter().map(ToString::to_string).collect();
    assert_eq!(
        log,
        [
            "GET /v1/current/orders?all=true&limit=3&offset=0 200",
            "GET /orders/a%20b%2Fc/lines 200",
            "GET /v1/current/orders?region=us & ca&all=true&archived=1 200",
        ]
    );
    assert_eq!(
        (requests[1].resource, requests[1].partition.as_deref()),
        (Some("lines"), Some("a b/c"))
    );
    assert_eq!((requests[2].nth, requests[2].param("region")), (1, Some("us & ca")));
}
