//! Syncs the datasets API into Postgres.

fn main() -> std::process::ExitCode {
    connector_core::main(&datasets_connector::CONNECTOR)
}
