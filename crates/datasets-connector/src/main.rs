//! Syncs the datasets API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&datasets_connector::CONNECTOR)
}
