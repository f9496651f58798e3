//! `cargo xtask sync-all`: what `vendor-connectors sync --all` and `demo` do.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use connector_cli::AllCommand;
use connector_core::{DOCUMENTED, database_url, embedded_programs};
use connector_testkit::install_postgres;
use vendor_connectors::{connectors, demo};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Sync from simulated vendors, with invented data
    #[arg(long)]
    demo: bool,
    /// The preset of the demonstration
    #[arg(long, value_name = "NAME", requires = "demo", default_value = DOCUMENTED)]
    preset: String,
    /// The file that holds connections [default: connectors.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the reports as one JSON document
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: Args) -> Result<ExitCode> {
    let Args { preset, config, json, .. } = args;
    if args.demo {
        connector_cli::prepare(None)?;
        if database_url().is_none() && embedded_programs().is_none() {
            // The first thing that a person tries works without a set-up.
            install_postgres()?;
        }
        let args = demo::Args { preset, in_database: true, json };
        let program = "cargo run --quiet --package vendor-connectors --";
        return demo::run(&args, "cargo xtask psql", program);
    }
    Ok(ExitCode::from(AllCommand::sync(config, json).run(&connectors::ALL)?))
}
