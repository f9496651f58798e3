//! What the published specification of the live API says, and the document does not.

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
