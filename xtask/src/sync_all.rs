//! `cargo xtask sync-all`: all connections, or a demonstration of them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_core::{
    Connection, Connector, DOCUMENTED, Error, File, Flags, LogFormat, Progress, Report, Unset,
    block_on, database_url, embedded_programs, now, print, print_error, print_report,
    start_logging, stop_on_signals,
};
use connector_testkit::{Content, Vendor, install_postgres};

use crate::connectors;

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

impl Args {
    pub(crate) fn config(&self) -> Option<&Path> {
        self.config.as_deref()
    }
}

/// The number of rows of each listing in the demonstration: enough for several pages.
const DEMO_ROWS: u64 = 120;
/// The number of rows for each parent row.
const DEMO_CHILDREN: u64 = 3;
/// The seed of the demonstration's data, which is the same in each run.
const DEMO_SEED: u64 = 7;

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let progress = Progress::on_terminal();
    start_logging(false, LogFormat::Text, &progress);
    let outcomes = if args.demo { demo(&args.preset, &progress) } else { all(args, &progress) };
    progress.clear();
    let outcomes = outcomes?;
    let (mut tried, mut status) = (false, 0);
    let mut reports = Vec::new();
    for outcome in outcomes {
        match outcome {
            Ok(report) => {
                tried = true;
                status = status.max(report.exit_status());
                reports.push(report);
            }
            Err(error) => {
                tried |= error.exit_status() == 1;
                status = 1;
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
        if args.demo && tried {
            print(&hint(&args.preset))?;
        }
    }
    Ok(ExitCode::from(if tried { status } else { 2 }))
}

/// Where the rows are, and what to type next.
fn hint(preset: &str) -> String {
    let place =
        if database_url().is_some() { "the database of DATABASE_URL" } else { ".connectors/" };
    let schema = demo_schema(connectors::ALL[1], preset);
    format!(
        "The rows are in {place}, one schema for each connector. Look at them with:\n\n  \
         cargo xtask psql 'select id, name, status, created_on from {schema}.campaigns limit 5'"
    )
}

type Outcome = Result<Report, Error>;

fn all(args: &Args, progress: &Progress) -> Result<Vec<Outcome>> {
    let file = File::read(args.config.as_deref())?;
    let resolve = |(name, connector): (&str, &str)| {
        let connector = connectors::find(connector).ok_or_else(|| {
            let known: Vec<&str> = connectors::ALL.iter().map(|connector| connector.name).collect();
            Error::settings(format!("the connection `{name}` is one of the connector `{connector}`, which does not exist"))
                .next(format!("there are: {}", known.join(", ")))
        })?;
        let connection = Some(name.to_owned());
        let flags = Flags { config: args.config.clone(), connection, ..Flags::default() };
        Connection::resolve(connector, &file, &flags)
    };
    let (mut connections, mut outcomes) = (Vec::new(), Vec::new());
    for section in file.connections() {
        match resolve(section) {
            Ok(connection) => connections.push(connection),
            Err(error) => outcomes.push(Err(error)),
        }
    }
    if connections.is_empty() && outcomes.is_empty() {
        let error = Error::settings("there are no connections to sync").next(
            "copy connectors.example.toml to connectors.toml and edit it, or try `cargo xtask sync-all --demo`",
        );
        return Err(error.into());
    }
    outcomes.extend(sync(connections, progress)?);
    Ok(outcomes)
}

fn demo(preset: &str, progress: &Progress) -> Result<Vec<Outcome>> {
    if database_url().is_none() && embedded_programs().is_none() {
        // The first thing that a person tries works without a set-up.
        install_postgres()?;
    }
    let mut vendors = Vec::new();
    let mut connections = Vec::new();
    for declared in connectors::ALL {
        let connector = declared.with_preset(preset)?;
        let rows = |name: &str| match connector.resource(name).and_then(|child| child.parent) {
            Some(_) => DEMO_CHILDREN,
            None => DEMO_ROWS,
        };
        let vendor = Vendor::start(connector, Content::generated(DEMO_SEED, rows))
            .context("a simulated vendor does not start")?;
        let database = database_url();
        let mut connection =
            Connection::to(connector, vendor.base_url(), vendor.key().into(), database)?
                .in_schema(&demo_schema(connector, preset))
                .without_rate_limit();
        for param in connector.params.iter().filter(|param| param.unset == Unset::Required) {
            connection = connection.with_param(param.name, &["demo"])?;
        }
        connections.push(connection);
        vendors.push(vendor);
    }
    sync(connections, progress)
}

/// Syncs connections, which stop together and are shown together.
fn sync(connections: Vec<Connection>, progress: &Progress) -> Result<Vec<Outcome>> {
    let Some(stop) = connections.first().map(Connection::stop) else { return Ok(Vec::new()) };
    let together = |connection: Connection| connection.stopped_by(&stop).shown_by(progress);
    let connections: Vec<Connection> = connections.into_iter().map(together).collect();
    Ok(block_on(async {
        stop_on_signals(&stop, progress);
        connector_core::sync_all(&connections, now()).await
    })?)
}

/// The demonstration keeps away from the schemas of real connections.
fn demo_schema(connector: &Connector, preset: &str) -> String {
    match preset {
        DOCUMENTED => format!("demo_{}", connector.name),
        _ => format!("demo_{preset}_{}", connector.name),
    }
}
