//! Syncs the session recording API into Postgres.

fn main() -> std::process::ExitCode {
    connector_cli::main(&session_recording_connector::CONNECTOR)
}
