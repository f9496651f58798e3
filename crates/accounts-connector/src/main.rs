//! Syncs the accounts API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&accounts_connector::CONNECTOR)
}
