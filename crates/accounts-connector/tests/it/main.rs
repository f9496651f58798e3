//! The shared suite over this connector's fixtures.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod check;
mod dbt;
mod help;
mod init;
mod mistakes;
mod morning;
mod network;
mod options;
mod planted;
mod program;
mod published;
mod readers;
mod shell;
mod status;
mod variables;
mod ways;

use std::path::PathBuf;

use accounts_connector::CONNECTOR;
use connector_testkit::{Suite, installed, suite};

const DOCUMENTED: Suite = Suite::documented(&CONNECTOR);
const LIVE: Suite = Suite::live(&CONNECTOR);
const PROGRAM: &str = env!("CARGO_BIN_EXE_accounts-connector");

suite!(DOCUMENTED, LIVE, PROGRAM);

/// The program whose command line is tested.
fn program() -> PathBuf {
    installed(PROGRAM)
}

#[tokio::test]
async fn the_program_survives_kills_with_its_own_database() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let open = || {
        let dir = folder.path().join(".connectors");
        let server = embedded_postgres::start(&dir, connector_testkit::programs().as_deref());
        let server = server.expect("it starts, whatever became of it");
        (server.url(), || server.shutdown().expect("it stops"))
    };
    DOCUMENTED.survives_kills_in(PROGRAM, folder.path(), open).await;
}

#[tokio::test]
async fn the_program_survives_crashes_of_the_server() {
    DOCUMENTED.survives_crashes_of_the_server(PROGRAM).await;
}

/// No program takes a port below those that are given out by itself.
const PORT: u16 = 29171;

#[tokio::test]
async fn tables_of_version_0_1_0_are_gone_on_with() {
    DOCUMENTED.older_tables_are_gone_on_with(PORT, include_str!("../older/0.1.0.sql")).await;
}
