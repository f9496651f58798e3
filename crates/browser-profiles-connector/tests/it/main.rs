//! The shared suite over this connector's fixtures.

mod published;

use browser_profiles_connector::CONNECTOR;
use connector_testkit::{Suite, suite};

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_browser-profiles-connector"));
