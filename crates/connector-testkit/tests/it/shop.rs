//! An invented vendor with one resource for each way of paging, and a client.

use std::time::Duration;

use connector_spec::{
    Auth, Connector, DateTime, ErrorShape, Json, KeyFallback, Paging, Param, Rate, Record,
    Resource, Retry, Total, Unset, Utc, Values,
};
use connector_testkit::{Content, Vendor};
use reqwest::Response;
use serde_json::{Value, json};

/// A thing with a field of every type.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration")]
struct Thing {
    id: String,
    number: i64,
    label: Option<String>,
    size: Option<i64>,
    weight: Option<f64>,
    on: Option<bool>,
    seen_at: Option<DateTime<Utc>>,
    updated_at: DateTime<Utc>,
    detail: Option<Json>,
    tags: Option<Json>,
}

/// Anything at all.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration")]
struct Anything {
    #[record(position)]
    position: i64,
    #[record(whole)]
    data: Json,
}

const LIMIT: Option<(&str, u64)> = Some(("limit", 3));

pub(crate) const SHOP: Connector = Connector {
    name: "shop",
    doc: "An invented shop",
    base_url: "https://shop.example.com",
    auth: Auth::BEARER,
    retry: Retry::STANDARD,
    rate: Some(Rate::per_second(10)),
    errors: &[ErrorShape {
        marker: "errors",
        code: Some("errors.0.code"),
        message: "errors.0.message",
    }],
    params: &[
        param("account", Values::Text, Unset::Default("current")),
        param("region", Values::OneOf(&["eu", "us & ca"]), Unset::Omitted),
        param("archived", Values::Flag, Unset::Omitted),
        param("year", Values::Number, Unset::Required),
        param("platform", Values::Text, Unset::Implied("web")),
    ],
    migrations: &[],
    presets: &[],
    resources: &[
        thing("orders", "/v1/{account}/orders")
            .select(&["data.items", "data"])
            .paging(Paging::Offset {
                offset: "offset",
                limit: ("limit", 3),
                total: Some(Total::Body("data.total")),
            })
            .query(&[("all", "true")])
            .params(&["region", "archived"])
            .version("updated_at"),
        thing("notes", "/notes").paging(Paging::Page {
            page: "page",
            first: 1,
            limit: LIMIT,
            total: Some(Total::Header("x-total")),
        }),
        thing("events", "/events").select(&["data"]).paging(Paging::Token {
            param: "iterator",
            next: "iterator",
            done: Some("done"),
            limit: LIMIT,
        }),
        thing("labels", "/labels").select(&["labels"]).paging(Paging::token("token", "nextToken")),
        thing("logs", "/logs").paging(Paging::LinkHeader { limit: LIMIT }),
        thing("hits", "/hits")
            .select(&["hits"])
            .paging(Paging::NextUrl { path: "links.next", limit: None }),
        thing("profile", "/profile").select(&["data"]).singleton(),
        thing("lines", "/orders/{order}/lines")
            .select(&["lines"])
            .key(&["number"])
            .each("order", "orders", "id"),
        thing("reports", "/reports").select(&["data"]).params(&["year"]),
        thing("settings", "/settings").select(&["data", "$"]).each_param("platform").singleton(),
        thing("parts", "/lines/{line}/parts").select(&["parts"]).each("line", "lines", "number"),
        Resource::new::<Anything>("items", "/orders/{order}/items")
            .key(&["position"])
            .or_key(KeyFallback::None)
            .paging(Paging::offset("offset", 1_000))
            .each("order", "orders", "id"),
        Resource::new::<Anything>("items_again", "/orders/{order}/items")
            .key(&["position"])
            .paging(Paging::offset("offset", 1_000))
            .each("order", "orders", "id"),
    ],
}
.checked();

pub(crate) const BASIC: Connector = Connector { auth: Auth::Basic, ..SHOP };
pub(crate) const QUERY: Connector = Connector { auth: Auth::Query { name: "api_key" }, ..SHOP };

const fn param(name: &'static str, values: Values, unset: Unset) -> Param {
    Param { name, doc: "A setting", values, unset }
}

const fn thing(name: &'static str, path: &'static str) -> Resource {
    Resource::new::<Thing>(name, path)
}

/// Seven orders, and as many of everything else that a test names.
pub(crate) fn seven(resource: &str) -> Content {
    Content::empty().with(
        resource,
        (0..7).map(|number| json!({ "id": format!("t{number}"), "number": number })),
    )
}

pub(crate) fn start(connector: &'static Connector, content: Content) -> Vendor {
    Vendor::start(connector, content).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this client talks to a vendor in the same process, and to no other"
)]
pub(crate) fn builder() -> reqwest::ClientBuilder {
    // Fails when another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_hours(2))
}

pub(crate) fn client() -> reqwest::Client {
    builder().build().unwrap()
}

/// Asks with the key.
pub(crate) async fn get(vendor: &Vendor, address: &str) -> Response {
    ask(vendor, address).await.unwrap()
}

pub(crate) async fn ask(vendor: &Vendor, address: &str) -> reqwest::Result<Response> {
    let address = if address.starts_with('/') {
        format!("{}{address}", vendor.base_url())
    } else {
        address.to_owned()
    };
    client().get(address).bearer_auth(vendor.key()).send().await
}

pub(crate) async fn json(vendor: &Vendor, address: &str) -> Value {
    let response = get(vendor, address).await;
    assert_eq!(response.status(), 200, "{address}");
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

pub(crate) fn numbers(items: &Value) -> Vec<i64> {
    items.as_array().unwrap().iter().map(|item| item["number"].as_i64().unwrap()).collect()
}

/// The message with which the vendor fails the test, if it does.
pub(crate) fn complaint(vendor: Vendor) -> String {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| vendor.finish()));
    outcome.err().map(|panic| panic.downcast_ref::<String>().unwrap().clone()).unwrap_or_default()
}
