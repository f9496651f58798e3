//! What the published specification of the live API says, and the document does not.

use connector_core::{Connection, Connector, DateTime, Paging, Verdict, sync};
use connector_testkit::{Answer, Content, Database, Vendor};
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
