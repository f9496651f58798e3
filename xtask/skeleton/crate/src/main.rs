//! Syncs the API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&new_vendor_connector::CONNECTOR)
}
