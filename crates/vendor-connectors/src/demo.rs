//! `demo`: all connectors, each with a simulated vendor of invented rows.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_cli::{Log, Progress, print, start_logging, sync_together, tell_all, write_names};
use connector_core::{
    Connection, Connector, DOCUMENTED, EMBEDDED_DIRECTORY, Error, Report, Unset, database_url,
    embedded_programs,
};
use connector_testkit::{Content, Vendor};

use crate::connectors;

/// How the demonstration is shown.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The preset that the vendors follow
    #[arg(long, value_name = "NAME", default_value = DOCUMENTED)]
    pub preset: String,
    /// Write into the database that is named for real rows, too
    #[arg(long)]
    pub in_database: bool,
    /// Print the reports as one JSON document
    #[arg(long)]
    pub json: bool,
}

/// The number of rows of each listing: enough for several pages.
const ROWS: u64 = 120;
/// The number of rows for each parent row.
const CHILDREN: u64 = 3;
/// The seed of the rows, which are the same in each run.
const SEED: u64 = 7;

/// The file that names the connections of the demonstration, so that others can look at them.
const NAMES: &str = "demo.toml";

/// Syncs from simulated vendors; `psql` is what to type to look at the rows, and `program` to
/// start the program of all connectors.
pub fn run(args: &Args, psql: &str, program: &str) -> Result<ExitCode> {
    if database_url().is_some() && !args.in_database {
        // Nobody means to have invented rows among those of their own.
        return Err(Error::settings("DATABASE_URL is set, and these are invented rows")
            .next("run it in another folder without DATABASE_URL; or add --in-database, and remove the schemas demo_… there afterwards")
            .into());
    }
    let progress = Progress::on_terminal();
    start_logging(Log::default(), &progress);
    let outcomes = sync(&args.preset, &progress);
    progress.clear();
    let status = tell_all(outcomes?, args.json)?;
    // Where nothing was tried, there is nothing to look at.
    if !args.json && status != 2 {
        let names = name_connections(&args.preset)?;
        print(&hint(&args.preset, psql, program, &names))?;
    }
    Ok(ExitCode::from(status))
}

/// Where the rows are, and what to type next.
fn hint(preset: &str, psql: &str, program: &str, names: &Path) -> String {
    let place =
        if database_url().is_some() { "the database of DATABASE_URL" } else { ".connectors/" };
    let schema = schema(&accounts_connector::CONNECTOR, preset);
    format!(
        "The rows are in {place}, one schema for each connector. Look at them with:\n\n  \
         {psql} 'select id, name, status, created_on from {schema}.campaigns limit 5'\n\n\
         How each resource is known to be complete stands on a page. See it with:\n\n  \
         {program} status --all --config {} --serve",
        names.display()
    )
}

/// Writes down which connections there are, beside their rows where these are here.
fn name_connections(preset: &str) -> Result<PathBuf> {
    let file = match database_url() {
        Some(_) => PathBuf::from(NAMES),
        None => Path::new(EMBEDDED_DIRECTORY).join(NAMES),
    };
    let named =
        shown(preset).into_iter().map(|declared| (schema(declared, preset), declared, preset));
    write_names(&file, &named.collect::<Vec<_>>())?;
    Ok(file)
}

/// The connectors of the demonstration: a vendor whose live API is not known to differ has the
/// preset of the document alone.
fn shown(preset: &str) -> Vec<&'static Connector> {
    let has = |declared: &Connector| declared.presets.iter().any(|(name, _)| *name == preset);
    let some_have = connectors::ALL.iter().any(|declared| has(declared));
    connectors::ALL.into_iter().filter(|declared| !some_have || has(declared)).collect()
}

fn sync(preset: &str, progress: &Progress) -> Result<Vec<Result<Report, Error>>> {
    if database_url().is_none() && !embedded_postgres::exists(Path::new(EMBEDDED_DIRECTORY)) {
        // What all of them lack is said once.
        let programs = embedded_postgres::newest(embedded_programs().as_deref());
        programs.map_err(|error| Error::settings(error.to_string()).next(error.next()))?;
    }
    let mut vendors = Vec::new();
    let mut connections = Vec::new();
    for declared in shown(preset) {
        let connector = connector_cli::preset_of(declared, preset)?;
        let rows = |name: &str| match connector.resource(name).and_then(|child| child.parent) {
            Some(_) => CHILDREN,
            None => ROWS,
        };
        let vendor = Vendor::start(connector, Content::generated(SEED, rows))
            .context("a simulated vendor does not start")?;
        let database = database_url();
        let mut connection =
            Connection::to(connector, vendor.base_url(), vendor.key().into(), database)?
                .in_schema(&schema(connector, preset))
                .without_rate_limit();
        for param in connector.params.iter().filter(|param| param.unset == Unset::Required) {
            connection = connection.with_param(param.name, &["demo"])?;
        }
        connections.push(connection);
        vendors.push(vendor);
    }
    Ok(sync_together(connections, progress)?)
}

/// The demonstration keeps away from the schemas of real connections.
fn schema(connector: &Connector, preset: &str) -> String {
    match preset {
        DOCUMENTED => format!("demo_{}", connector.name),
        _ => format!("demo_{preset}_{}", connector.name),
    }
}
