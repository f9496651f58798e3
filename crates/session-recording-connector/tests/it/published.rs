//! What the published specification of the live API says, and the document does not.

use connector_core::{Connection, Connector, DateTime, Paging, Verdict, sync};
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};
use session_recording_connector::CONNECTOR;

const LISTS: [&str; 6] =
    ["sessions", "segments", "operations", "sessionTargetingRules", "webhooks", "eventDefs"];

fn live() -> &'static Connector {
    CONNECTOR.with_preset("live").expect("the preset is the connector's own")
}

#[test]
fn every_listing_that_pages_sends_its_token_by_the_published_name() {
    let paged: Vec<_> = live()
        .resources
        .iter()
        .filter_map(|resource| match resource.paging {
            Paging::Token { param, .. } => Some((resource.name, param)),
            _ => None,
        })
        .collect();
    let expected = ["segments", "operations", "webhooks"].map(|name| (name, "paginationToken"));
    assert_eq!(paged, expected);
}

#[tokio::test]
async fn a_list_that_is_left_out_is_empty_unless_an_error_stands_in_its_place() {
    let vendor = Vendor::start(live(), Content::empty()).expect("a port is free");
    let database = Database::create().await;
    let connection =
        Connection::to(live(), vendor.base_url(), vendor.key().into(), Some(database.url().into()))
            .and_then(|connection| connection.select(&LISTS))
            .and_then(|connection| connection.with_param("uid", &["user-17"]))
            .expect("they are declared")
            .without_rate_limit();
    for (body, verdict) in [
        ("{}", Verdict::Complete),
        (r#"{"message":"closed for today"}"#, Verdict::Failed),
        (r#"{"status":"closed for today"}"#, Verdict::Failed),
    ] {
        vendor.on(move |_, _| Answer::json(200, body));
        let report = sync(&connection, DateTime::UNIX_EPOCH).await.expect("all is there");
        for resource in &report.resources {
            let rows = (resource.rows, resource.verdict);
            assert_eq!(rows, (0, verdict), "{body}: {}", report.to_text());
        }
    }
    vendor.finish();
    database.drop().await;
}

/// So many sessions of one user, from that one on, the newest first.
fn sessions(from: u64, number: u64) -> Vec<Value> {
    let session = |n: u64| json!({"userId": "17", "sessionId": n.to_string(), "createdTime": 1_700_000_000 + n});
    (from..from + number).rev().map(session).collect()
}

/// Only the newest hundred sessions can be had: what is not among them is not gone.
#[tokio::test]
async fn sessions_are_a_window_onto_the_newest_of_them() {
    let listing = ("sessions", "user-17");
    let content = Content::empty().with(listing, sessions(0, 150));
    let vendor = Vendor::start(live(), content).expect("a port is free");
    let database = Database::create().await;
    let connection =
        Connection::to(live(), vendor.base_url(), vendor.key().into(), Some(database.url().into()))
            .and_then(|connection| connection.select(&["sessions"]))
            .and_then(|connection| connection.with_param("uid", &["user-17"]))
            .expect("they are declared")
            .without_rate_limit();
    for (from, number, verdict, inserted) in [
        (0, 150, Verdict::Incomplete, 100),
        (0, 150, Verdict::Complete, 0),
        (0, 170, Verdict::Complete, 20),
        (0, 235, Verdict::Complete, 65),
        (0, 335, Verdict::Incomplete, 100),
    ] {
        vendor.holdings().replace(listing, sessions(from, number));
        let report = sync(&connection, DateTime::UNIX_EPOCH).await.expect("all is there");
        let said = &report.resources[0];
        let told = (said.verdict, said.rows, said.inserted, said.deleted);
        assert_eq!(told, (verdict, 100, inserted, 0), "{number}: {}", report.to_text());
        assert!(!report.to_text().contains("allow-deletes"), "{}", report.to_text());
    }
    vendor.finish();
    database.drop().await;
}

#[test]
fn the_address_of_a_webhook_opens_nothing_for_who_reads_its_table() {
    let webhooks = CONNECTOR.resources.iter().find(|one| one.name == "webhooks");
    let columns = webhooks.expect("it is declared").columns;
    let url = columns.iter().find(|column| column.name == "url").expect("it is declared");
    assert!(url.secret_address, "{url:?}");
}
