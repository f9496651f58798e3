//! Syncs the browser profiles API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&browser_profiles_connector::CONNECTOR)
}
