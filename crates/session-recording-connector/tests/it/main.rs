//! The shared suite over this connector's fixtures.

mod published;

use connector_testkit::{Suite, suite};
use session_recording_connector::CONNECTOR;

/// Whose sessions are asked for.
const PARAMS: &[(&str, &[&str])] = &[("uid", &["user-17", "user-18"])];

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR).with(PARAMS);
const LIVE: Suite = Suite::live(&CONNECTOR).with(PARAMS);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_session-recording-connector"));
