//! The chores of the workspace: `cargo xtask --help` lists them.
//!
//! It is thin on purpose: what a user needs lives in the crates.

mod bench;
mod dbt;
mod ddl;
#[cfg(test)]
mod deploy;
mod dist;
mod docs;
mod fixtures;
mod follow;
#[cfg(test)]
mod layers;
mod new;
mod npm;
mod peers;
mod postgres;
mod postgres_versions;
mod readers;
mod snapshots;
mod sync_all;
mod test;
mod torture;
mod wheel;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "The chores of the workspace",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::doc_markdown, reason = "a help text is shown as it is written")]
enum Command {
    /// Sync all connections of connectors.toml, or simulated vendors with --demo
    SyncAll(sync_all::Args),
    /// Look into the embedded Postgres, or into the database of DATABASE_URL
    Psql(vendor_connectors::psql::Args),
    /// Run all tests, with a throw-away Postgres or that of TEST_DATABASE_URL
    Test(test::Args),
    /// Run the tests that chance drives for long: programs killed anywhere, vendors that change and fail
    Torture(torture::Args),
    /// Measure whole programs against Postgres alone, and against dlt with --peers
    Bench(bench::Args),
    /// Lay a connector that works, and add it to the lists of connectors
    New(new::Args),
    /// Follow docs/adding-a-connector.md to the letter in a copy, for invented vendors
    Follow,
    /// Try the Python package: install it where there is nothing else, sync, and run the command line's tests
    Wheel(wheel::Args),
    /// Look at what others read of a status: with a browser, and with the parser of Prometheus
    Readers(readers::Args),
    /// Try what others carry on of tables, with the real programs, and write what came of it; takes minutes
    Peers(peers::Args),
    /// Build what is shipped: wheels, archives with completions and manual pages, and their checksums
    Dist(dist::Args),
    /// Print the tables of a connector's declaration as SQL, or check the migrations
    Ddl(ddl::Args),
    /// Write the package for dbt that stands in deploy/dbt/, or check it
    Dbt(dbt::Args),
    /// Write what declarations tell into the documentation, check it, or run the commands in it
    Docs(docs::Args),
    /// Check that the fixtures are whole and invented
    Fixtures(fixtures::Args),
}

fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let result = match command {
        Command::SyncAll(args) => sync_all::run(args),
        Command::Psql(args) => connector_cli::prepare(None)
            .map_err(Into::into)
            .and_then(|()| vendor_connectors::psql::run(&args)),
        Command::Test(args) => test::run(&args),
        Command::Torture(args) => torture::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::New(args) => new::run(&args),
        Command::Follow => follow::run(),
        Command::Wheel(args) => wheel::run(&args),
        Command::Readers(args) => readers::run(&args),
        Command::Peers(args) => peers::run(&args),
        Command::Dist(args) => dist::run(&args),
        Command::Ddl(args) => ddl::run(&args),
        Command::Dbt(args) => dbt::run(&args),
        Command::Docs(args) => docs::run(&args),
        Command::Fixtures(args) => fixtures::run(&args),
    };
    result.unwrap_or_else(|error| {
        match error.downcast_ref() {
            Some(error) => connector_cli::print_error(error),
            None => {
                connector_cli::print_error(&connector_core::Error::settings(format!("{error:#}")));
            }
        }
        ExitCode::from(2)
    })
}

/// The value of a variable; an empty one counts as not set.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The workspace's folder.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}
