//! The shared suite over this connector's fixtures.

mod published;

use connector_testkit::{Suite, suite};
use webhook_apps_connector::CONNECTOR;

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);

suite!(DOCUMENTED, LIVE, env!("CARGO_BIN_EXE_webhook-apps-connector"));
