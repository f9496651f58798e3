//! `cargo xtask sync-all`: all connections, or a demonstration of them.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_core::{
    Connection, Error, File, Flags, Report, block_on, now, print, print_error, print_report,
    start_logging,
};
use connector_testkit::{Content, Vendor};

use crate::{connectors, root};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Sync from simulated vendors, with invented data
    #[arg(long)]
    demo: bool,
    /// The file that holds connections [default: connectors.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the reports as one JSON document
    #[arg(long)]
    json: bool,
}

/// The number of rows of each listing in the demonstration: enough for several pages.
const DEMO_ROWS: u64 = 120;
/// The seed of the demonstration's data, which is the same in each run.
const DEMO_SEED: u64 = 7;

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    start_logging(false);
    let outcomes = if args.demo { demo()? } else { all(args)? };
    let mut status = 0;
    let mut reports = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(report) => {
                status = status.max(report.exit_status());
                reports.push(report);
            }
            Err(error) => {
                // One connection that could not be tried makes the whole incomplete, and not untried.
                status = status.max(1);
                print_error(&error);
            }
        }
    }
    if args.json {
        print(&connector_core::to_json(&reports)?)?;
    } else {
        for report in &reports {
            print_report(report, false)?;
            print("")?;
        }
        if args.demo {
            print(HINT)?;
        }
    }
    Ok(ExitCode::from(if reports.is_empty() { 2 } else { status }))
}

const HINT: &str = "The rows are in .connectors/, one schema for each connector. Look at them with:\n\n  \
                    cargo xtask psql 'select id, name, status from demo_accounts.campaigns limit 5'";

type Outcome = Result<Report, Error>;

fn all(args: &Args) -> Result<Vec<Outcome>> {
    let file = File::read(args.config.as_deref())?;
    let names: Vec<(String, String)> = file
        .connections()
        .map(|(name, connector)| (name.to_owned(), connector.to_owned()))
        .collect();
    if names.is_empty() {
        let error = Error::settings("there are no connections to sync");
        return Err(error.next("copy connectors.example.toml to connectors.toml and edit it, or try `cargo xtask sync-all --demo`").into());
    }
    let one = |(name, connector): &(String, String)| {
        let connector = connectors::find(connector)
            .ok_or_else(|| Error::settings(format!("the connection `{name}` is one of the connector `{connector}`, which does not exist")))?;
        let flags = Flags {
            config: args.config.clone(),
            connection: Some(name.clone()),
            ..Flags::default()
        };
        let connection = Connection::resolve(connector, &file, &flags)?;
        block_on(connector_core::sync(&connection, now()))?
    };
    Ok(names.iter().map(one).collect())
}

fn demo() -> Result<Vec<Outcome>> {
    let database = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let one = |connector| -> Result<Outcome> {
        let content = Content::generated(DEMO_SEED, |_| DEMO_ROWS);
        let vendor =
            Vendor::start(connector, content).context("the simulated vendor does not start")?;
        let connection = Connection::to(
            connector,
            vendor.base_url(),
            vendor.key().into(),
            database.clone().map(Into::into),
        )?
        .in_schema(&format!("demo_{}", connector.name))
        .without_rate_limit();
        Ok(block_on(connector_core::sync(&connection, now()))?)
    };
    let _ = root();
    connectors::ALL.into_iter().map(one).collect()
}
