//! `cargo xtask test`: all tests, with a Postgres for them.

use std::env;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result};

use crate::postgres::{self, Postgres};
use crate::root;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the tests that have one of these in their name
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let server = Postgres::start()?;
    postgres::leave_ctrl_c_to_children()?;
    let mut version = cargo(&["nextest", "--version"]);
    let has_nextest = version.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success();
    let mut tests = if has_nextest {
        cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])
    } else {
        cargo(&["test", "--workspace", "--all-targets", "--no-fail-fast", "--"])
    };
    let mut docs = cargo(&["test", "--workspace", "--doc", "--"]);
    for command in [&mut tests, &mut docs] {
        command.args(&args.filters).env(postgres::VARIABLE, &server.url);
        // A snapshot that differs is a failure, and not a new file.
        let status = command.env("INSTA_UPDATE", "no").status().context("cargo does not run")?;
        if !status.success() {
            let code = status.code().and_then(|code| u8::try_from(code).ok());
            return Ok(ExitCode::from(code.unwrap_or(1)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}
