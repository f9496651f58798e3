//! The shared suite over this connector's fixtures.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod check;
mod help;
mod init;
mod mistakes;
mod network;
mod options;
mod program;
mod shell;
mod status;

use accounts_connector::CONNECTOR;
use connector_testkit::{Suite, Synced};

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
    DOCUMENTED.survives_kills(env!("CARGO_BIN_EXE_accounts-connector")).await;
}

#[tokio::test]
async fn the_program_survives_kills_with_its_own_database() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let open = || {
        let server = embedded_postgres::start(&folder.path().join(".connectors"));
        let server = server.expect("no program holds the database");
        let url = server.url().to_owned();
        (url, || server.shutdown().expect("all connections are closed"))
    };
    DOCUMENTED
        .survives_kills_in(env!("CARGO_BIN_EXE_accounts-connector"), folder.path(), open)
        .await;
}

#[tokio::test]
async fn the_program_survives_lost_connections() {
    DOCUMENTED.survives_lost_connections(env!("CARGO_BIN_EXE_accounts-connector")).await;
}

#[tokio::test]
async fn the_program_survives_crashes_of_the_server() {
    DOCUMENTED.survives_crashes_of_the_server(env!("CARGO_BIN_EXE_accounts-connector")).await;
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
