//! The shared suite over this connector's fixtures.

mod published;

use browser_profiles_connector::CONNECTOR;
use connector_testkit::{Suite, suite};

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_browser-profiles-connector"));

/// No program takes a port below those that are given out by itself.
const PORT: u16 = 29172;

#[tokio::test]
async fn tables_of_version_0_1_0_are_gone_on_with() {
    DOCUMENTED.older_tables_are_gone_on_with(PORT, include_str!("../older/0.1.0.sql")).await;
}
