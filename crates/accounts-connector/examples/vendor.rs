//! A simulated vendor in a process of its own, with as many rows in each listing as the argument says.

use std::io::Read as _;

use connector_testkit::{Content, Vendor};

fn main() -> std::io::Result<()> {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let vendor =
        Vendor::start(&accounts_connector::CONNECTOR, Content::generated(7, move |_| rows))?;
    connector_cli::print(&format!(
        "export ACCOUNTS_BASE_URL={} ACCOUNTS_API_KEY={}",
        vendor.base_url(),
        vendor.key()
    ))
    .map_err(std::io::Error::other)?;
    // It serves until its stdin is closed.
    std::io::stdin().read_to_end(&mut Vec::new()).map(drop)
}
