//! `cargo xtask torture`: the tests that chance drives, for as long as one likes.

use std::process::ExitCode;

use anyhow::Result;

use crate::test;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each connector's program is killed, and loses its database
    #[arg(long, value_name = "N", default_value_t = 200)]
    kills: u64,
    /// Where chance begins for the kills; a failure names it
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many histories of vendors that change and fail are played, of each kind
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    histories: u64,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let filters = ["the_program_survives", "histories"].map(str::to_owned);
    let settings = [
        ("NEXTEST_PROFILE", "long".to_owned()),
        ("KILLS", args.kills.to_string()),
        ("KILLS_EMBEDDED", (args.kills / 10).max(1).to_string()),
        ("SEED", args.seed.to_string()),
        ("PROPTEST_CASES", args.histories.to_string()),
    ];
    test::run_these(&filters, &settings)
}
