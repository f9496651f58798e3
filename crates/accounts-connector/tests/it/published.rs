//! What the published specification of the live API says, and the document does not.

use std::time::Duration;

use accounts_connector::CONNECTOR;
use connector_core::{Connection, DateTime, Verdict, sync};
use connector_testkit::{Content, Database, Vendor};
use serde_json::json;

#[tokio::test]
async fn a_collection_that_takes_no_offset_is_asked_for_once_however_many_rows_it_has() {
    let live = CONNECTOR.with_preset("live").unwrap();
    let rows = |rows: u64| (0..rows).map(|id| json!({"id": id, "createdOn": 1_700_000_000}));
    for number in [49, 50, 51, 100] {
        let content = Content::empty().with("accounts", rows(number)).with("users", rows(number));
        let vendor = Vendor::start(live, content).unwrap();
        let database = Database::create().await;
        let url = Some(database.url().into());
        let connection = Connection::to(live, vendor.base_url(), vendor.key().into(), url).unwrap();
        let connection = connection.without_rate_limit().select(&["accounts", "users"]).unwrap();
        let report = sync(&connection, DateTime::UNIX_EPOCH).await.unwrap();
        for resource in &report.resources {
            let said = (resource.verdict, resource.rows, resource.requests);
            assert_eq!(said, (Verdict::Complete, number, 1), "{}", report.to_text());
        }
        vendor.finish();
        database.drop().await;
    }
}

/// Published: wait at least 60 seconds after 429 and 503.
#[test]
fn the_live_api_gets_the_minute_that_it_asks_for_and_more_than_one() {
    let retry = CONNECTOR.with_preset("live").unwrap().retry;
    assert!(retry.least_wait >= Duration::from_mins(1), "{retry:?}");
    assert!(retry.least_wait * retry.max_retries > Duration::from_mins(1), "{retry:?}");
    for status in [429, 500, 502, 503, 504] {
        assert!(retry.statuses.contains(&status), "{status}: {retry:?}");
    }
}

/// With the parameter `current`, only the vendor tells whose rows the key reads.
#[tokio::test]
async fn the_key_of_another_account_takes_no_row_away() {
    let live = CONNECTOR.with_preset("live").unwrap();
    let account = |id: u64| [json!({"id": id, "createdOn": 1_700_000_000})];
    let users = |of: u64, number: u64| -> Vec<serde_json::Value> {
        let user = |id| json!({"id": id, "account": of, "createdOn": 1_700_000_000});
        (0..number).map(user).collect()
    };
    let content = Content::empty().with("accounts", account(1)).with("users", users(1, 55));
    let vendor = Vendor::start(live, content).unwrap();
    let database = Database::create().await;
    let run = async |resources: &[&str]| {
        let url = Some(database.url().into());
        let connection = Connection::to(live, vendor.base_url(), vendor.key().into(), url).unwrap();
        let connection = connection.without_rate_limit().select(resources).unwrap();
        sync(&connection, DateTime::UNIX_EPOCH).await.unwrap()
    };
    let both = ["accounts", "users"];
    assert_eq!(run(&both).await.verdict, Verdict::Complete);
    vendor.holdings().replace("accounts", account(2));
    vendor.holdings().replace("users", users(2, 30));
    for resources in [&both[..], &["users"]] {
        let report = run(resources).await;
        assert_eq!(report.verdict, Verdict::Failed, "{}", report.to_text());
        assert!(report.to_text().contains("another account"), "{}", report.to_text());
        let gone =
            "select count(*) from accounts.users where _deleted_at is not null or _run_id > 1";
        assert_eq!(database.value(gone).await, "0", "{}", report.to_text());
    }
    vendor.finish();
    database.drop().await;
}
