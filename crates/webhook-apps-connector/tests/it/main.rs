//! The shared suite over this connector's fixtures.

use connector_testkit::{Suite, Synced};
use webhook_apps_connector::CONNECTOR;

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);

#[tokio::test]
async fn the_tables_are_those_of_the_models() {
    DOCUMENTED.models_and_tables_agree().await;
}

#[tokio::test]
async fn the_documented_fixtures_fill_the_tables_once() {
    check("documented", &DOCUMENTED.sync_fixtures().await);
}

#[tokio::test]
async fn the_live_fixtures_fill_the_tables_once() {
    check("live", &LIVE.sync_fixtures().await);
}

#[tokio::test]
async fn the_tables_follow_the_documented_vendor() {
    DOCUMENTED.tables_follow_the_vendor().await;
}

#[tokio::test]
async fn the_tables_follow_the_live_vendor() {
    LIVE.tables_follow_the_vendor().await;
}

#[tokio::test]
async fn the_requests_are_those_of_the_document() {
    DOCUMENTED.requests_are_those_of_the_document().await;
}

#[tokio::test]
async fn the_program_survives_kills() {
    DOCUMENTED.survives_kills(env!("CARGO_BIN_EXE_webhook-apps-connector")).await;
}

#[tokio::test]
async fn the_program_survives_lost_connections() {
    DOCUMENTED.survives_lost_connections(env!("CARGO_BIN_EXE_webhook-apps-connector")).await;
}

#[test]
fn no_field_lacks_a_column() {
    DOCUMENTED.no_field_lacks_a_column();
}

fn check(preset: &str, synced: &Synced) {
    insta::assert_snapshot!(format!("{preset}-requests"), synced.requests);
    for (table, rows) in &synced.tables {
        insta::assert_snapshot!(format!("{preset}-{table}"), rows);
    }
}
