//! Syncs the vendor of the benchmark, as every connector's program does.

fn main() -> std::process::ExitCode {
    connector_cli::main(&bench::CONNECTOR)
}
