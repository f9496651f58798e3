//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};
use connector_cli::{
    Log, Progress, block_on, prepare, print, start_logging_of_pieces, stop_on_signals,
};
use connector_core::{Result, Stop};

use crate::names::{LARGEST_WINDOW, SILENCE, Sync, WINDOW, WORKERS};
use crate::server::Server;
use crate::work::work;

/// The program's name.
pub const PROGRAM: &str = "vendor-connectors-worker";

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = PROGRAM,
    version = connector_cli::version(),
    about = "Lets a Temporal server drive runs of connections",
    after_help = "Exit status: 0 done, 1 something failed or is incomplete, 2 nothing was tried"
)]
pub struct Cli {
    /// What is to be done
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do pieces of runs that the server has to do, until this process is stopped
    Work(Work),
    /// Start a sync of a connection, which workers do
    Start(Start),
    /// Let syncs of a connection be started by the server's clock, or change when
    Schedule(Schedule),
    /// Take the schedule of a connection away; a sync that goes on does so
    Unschedule(Unschedule),
}

/// How a worker works.
#[derive(Debug, clap::Args)]
pub struct Work {
    #[command(flatten)]
    server: Server,
    /// The file that holds connections [default: connectors.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How many pieces this process does at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=100))]
    parts_at_once: u16,
    #[command(flatten)]
    log: Log,
}

/// What a sync by workers is like.
#[derive(Debug, clap::Args)]
struct How {
    /// The connection, as connectors.toml of the workers calls it
    #[arg(value_name = "CONNECTION")]
    connection: String,
    /// How many workers its parts are made for
    #[arg(long, value_name = "N", default_value_t = WORKERS, value_parser = clap::value_parser!(u64).range(1..=1000))]
    workers: u64,
    /// How many parts are given to workers at the same time, at the most
    #[arg(long, value_name = "N", default_value_t = WINDOW, value_parser = clap::value_parser!(u64).range(1..=LARGEST_WINDOW))]
    window: u64,
    /// How long nothing may come of a part until another worker reads it, as in 90s or 2m [default: 2m]
    #[arg(long, value_name = "TIME", value_parser = silence)]
    silence: Option<Duration>,
}

/// What is to be started, and whether its end is waited for.
#[derive(Debug, clap::Args)]
pub struct Start {
    #[command(flatten)]
    how: How,
    /// Wait for its end, and say what came of it
    #[arg(long)]
    wait: bool,
    #[command(flatten)]
    server: Server,
}

/// What is to be started, and when.
#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "a help text is shown as it is written")]
pub struct Schedule {
    #[command(flatten)]
    how: How,
    /// When, as cron writes it, in UTC: '30 2 * * *'; 'CRON_TZ=Europe/Berlin 30 2 * * *' is by the clock of a place
    #[arg(long, value_name = "TIMES")]
    cron: String,
    #[command(flatten)]
    server: Server,
}

/// Whose schedule is to go.
#[derive(Debug, clap::Args)]
pub struct Unschedule {
    /// The connection
    #[arg(value_name = "CONNECTION")]
    connection: String,
    #[command(flatten)]
    server: Server,
}

fn silence(text: &str) -> Result<Duration, &'static str> {
    let time = connector_cli::duration(text)?;
    let is_sound = (Duration::from_secs(5)..=Duration::from_hours(1)).contains(&time);
    is_sound.then_some(time).ok_or("it is from 5s to 1h")
}

impl How {
    fn sync(self) -> Sync {
        let silence_s = self.silence.unwrap_or(SILENCE).as_secs();
        let (workers, window) = (self.workers, self.window);
        Sync { workers, window, silence_s, ..Sync::of(self.connection) }
    }
}

/// Does what a command line asks for, and returns the exit status.
pub fn run(cli: Cli) -> Result<u8> {
    match cli.command {
        Command::Work(args) => {
            prepare(args.config.as_deref())?;
            start_logging_of_pieces(args.log);
            let stop = Stop::new();
            block_on(async {
                stop_on_signals(&stop, &Progress::default());
                work(&args.server, args.config, args.parts_at_once.into(), &stop).await
            })??;
            Ok(0)
        }
        Command::Start(args) => {
            prepare(None)?;
            block_on(start(args))?
        }
        Command::Schedule(Schedule { how, cron, server }) => {
            prepare(None)?;
            let asked = how.sync();
            let said = format!("{} is synced at `{cron}` from now on", asked.connection);
            block_on(async { server.reach(PROGRAM).await?.schedule(asked, &cron).await })??;
            print(&said)?;
            Ok(0)
        }
        Command::Unschedule(Unschedule { connection, server }) => {
            prepare(None)?;
            block_on(async { server.reach(PROGRAM).await?.unschedule(&connection).await })??;
            print(&format!("{connection} is not synced by a schedule any more"))?;
            Ok(0)
        }
    }
}

async fn start(args: Start) -> Result<u8> {
    let reached = args.server.reach(PROGRAM).await?;
    let asked = args.how.sync();
    let (id, connection) = (asked.id(), asked.connection.clone());
    match reached.start(asked, args.wait).await? {
        Some(came) => print(&came.to_text(&connection))?,
        None => print(&format!("workflow `{id}` has started"))?,
    }
    Ok(0)
}
