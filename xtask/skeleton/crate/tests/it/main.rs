//! The shared suite over this connector's fixtures.

use connector_testkit::{Suite, suite};
use new_vendor_connector::CONNECTOR;

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);

suite!(DOCUMENTED, env!("CARGO_BIN_EXE_new-vendor-connector"));
