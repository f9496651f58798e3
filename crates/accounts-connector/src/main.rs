//! Syncs the accounts API into Postgres.

fn main() -> std::process::ExitCode {
    connector_core::main(&accounts_connector::CONNECTOR)
}
