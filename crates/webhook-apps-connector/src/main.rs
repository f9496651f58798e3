//! Syncs the webhook apps API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&webhook_apps_connector::CONNECTOR)
}
