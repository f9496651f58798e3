//! The shared suite over this connector's fixtures.

mod published;

use connector_testkit::{Suite, suite};
use webhook_apps_connector::CONNECTOR;

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_webhook-apps-connector"));

/// No program takes a port below those that are given out by itself.
const PORT: u16 = 29175;

#[tokio::test]
async fn tables_of_version_0_1_0_are_gone_on_with() {
    DOCUMENTED.older_tables_are_gone_on_with(PORT, include_str!("../older/0.1.0.sql")).await;
}

#[tokio::test]
async fn the_program_survives_lost_workers() {
    DOCUMENTED.survives_lost_workers(env!("CARGO_BIN_EXE_webhook-apps-connector")).await;
}
