//! The shared suite over this connector's fixtures.

mod published;

use connector_testkit::{Suite, suite};
use session_recording_connector::CONNECTOR;

/// Whose sessions are asked for.
const PARAMS: &[(&str, &[&str])] = &[("uid", &["user-17", "user-18"])];

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR).with(PARAMS);
const LIVE: Suite = Suite::live(&CONNECTOR).with(PARAMS);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_session-recording-connector"));

/// No program takes a port below those that are given out by itself.
const PORT: u16 = 29174;

#[tokio::test]
async fn tables_of_version_0_1_0_are_gone_on_with() {
    DOCUMENTED.older_tables_are_gone_on_with(PORT, include_str!("../older/0.1.0.sql")).await;
}
