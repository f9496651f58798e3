//! `cargo xtask test`: all tests, with a Postgres for them.

use std::env;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Result;
use connector_cli::print;
use connector_testkit::PROGRAMS;
use tempfile::NamedTempFile;

use crate::postgres::{self, Postgres};
use vendor_connectors::process;

use crate::{postgres_versions, root, snapshots};

/// What is tested with another version of Postgres: the engine, what upgrades its tables, and
/// whole programs.
const TESTED_BY_VERSION: [&str; 3] = ["connector-core", "accounts-connector", "vendor-connectors"];

/// What is tested with programs that have to be brought first.
const BROUGHT: [&str; 3] = ["readers", "peers", "vendor-connectors-worker"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the tests that have one of these in their name
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Run the engine's tests and one connector's with that major version of Postgres, got from npm
    #[arg(long, value_name = "MAJOR", value_parser = postgres_versions::names())]
    postgres: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    if let Some(major) = &args.postgres {
        let programs = postgres_versions::programs(major)?;
        let server = Postgres::start_of(&programs)?;
        // Some tests make servers of their own.
        let programs = [(PROGRAMS, programs.to_string_lossy().into_owned())];
        return run_on(&server, &TESTED_BY_VERSION, &args.filters, &programs);
    }
    if !args.filters.is_empty() {
        return run_these(&args.filters, &[]);
    }
    let references = NamedTempFile::new()?;
    let path = references.path().to_string_lossy().into_owned();
    let status = run_these(&[], &[(snapshots::VARIABLE, path)])?;
    if status != ExitCode::SUCCESS {
        return Ok(status);
    }
    // All tests were run to their ends, so a snapshot that none has referred to belongs to none.
    let strays = snapshots::strays(root(), references.path())?;
    for stray in &strays {
        print(&format!("{}: no test refers to this snapshot; remove it", stray.display()))?;
    }
    Ok(if strays.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the tests that have one of these in their name, with these variables.
pub(crate) fn run_these(filters: &[String], variables: &[(&str, String)]) -> Result<ExitCode> {
    run_on(&Postgres::start()?, &[], filters, variables)
}

/// Runs the tests of some packages, with these variables.
pub(crate) fn run_some(packages: &[&str], variables: &[(&str, String)]) -> Result<ExitCode> {
    run_on(&Postgres::start()?, packages, &[], variables)
}

/// Runs tests: those of some packages, or of all where none is named.
fn run_on(
    server: &Postgres,
    packages: &[&str],
    filters: &[String],
    variables: &[(&str, String)],
) -> Result<ExitCode> {
    // It ends the tests, and what comes after them still has to be done.
    process::leave_ctrl_c_to_it()?;
    let quiet = || Stdio::null();
    let nextest = cargo(&["nextest", "--version"]).stdout(quiet()).stderr(quiet()).status()?;
    let tests: &[&str] = if nextest.success() {
        &["nextest", "run", "--no-fail-fast"]
    } else {
        &["test", "--all-targets", "--no-fail-fast"]
    };
    for (tests, chooses) in [(tests, nextest.success()), (&["test", "--doc"], false)] {
        let mut command = cargo(tests);
        if packages.is_empty() || chooses {
            // Always the whole workspace, as cargo compiles much of it anew for a part.
            // Readers are programs that `cargo xtask readers` brings, and peers those of `cargo xtask
            // peers`.
            command.arg("--workspace").args(BROUGHT.iter().flat_map(|name| ["--exclude", name]));
        } else {
            command.args(packages.iter().flat_map(|package| ["-p", package]));
        }
        if chooses && !packages.is_empty() {
            let each = packages.iter().map(|package| format!("package({package})"));
            command.args(["-E", &each.collect::<Vec<_>>().join(" | ")]);
        }
        command.arg("--").args(filters).env(postgres::VARIABLE, &server.url);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        // A snapshot that differs is a failure, and not a new file.
        let status = process::run(command.env("INSTA_UPDATE", "no"))?;
        // What is tested in part has no examples in its documentation to be run again.
        if status != ExitCode::SUCCESS || !packages.is_empty() {
            return Ok(status);
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    // What `cargo run` says of this package would make build scripts run again, and others not.
    let of_package =
        |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in env::vars_os().filter(|(name, _)| name.to_str().is_some_and(of_package)) {
        command.env_remove(name);
    }
    command
}
