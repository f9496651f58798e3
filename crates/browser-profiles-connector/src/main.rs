//! Syncs the browser profiles API into Postgres.

fn main() -> std::process::ExitCode {
    connector_core::main(&browser_profiles_connector::CONNECTOR)
}
