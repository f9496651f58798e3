//! Programs that are run on the terminal of this one.

use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use connector_cli::block_on;
use tokio::signal::unix::{SignalKind, signal};

/// Runs a program to its end, and passes its status on.
pub fn run(command: &mut Command) -> Result<ExitCode> {
    let status = command
        .status()
        .with_context(|| format!("{} does not run", command.get_program().display()))?;
    // A program that a signal ended has no code.
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}

/// From here on, Ctrl-C is for the program that runs, and this one tidies up after it.
pub fn leave_ctrl_c_to_it() -> Result<()> {
    // A handler that is set once stays until the end of the process.
    let handler = block_on(async { signal(SignalKind::interrupt()) })?;
    handler.map(drop).context("Ctrl-C cannot be caught")
}
