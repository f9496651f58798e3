//! Lets a Temporal server drive runs of connections.

use std::process::ExitCode;

use clap::Parser as _;
use connector_cli::print_error;
use vendor_connectors_worker::cli::{Cli, run};

fn main() -> ExitCode {
    ExitCode::from(run(Cli::parse()).unwrap_or_else(|error| {
        print_error(&error);
        error.exit_status()
    }))
}
