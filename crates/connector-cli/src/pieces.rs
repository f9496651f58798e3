//! `run`: a run in pieces, each of which is a process of its own. Hidden: schedulers and workers
//! use it, and what they are told is JSON.

use std::io::Read as _;
use std::time::Duration;

use super::json::text as to_json;
use super::log_options::Log;
use super::sync::{What, the_one};
use super::{block_on, duration, now, print, stop_on_signals, telemetry};
use crate::progress::Progress;
use crate::settings::resolve;
use connector_core::error::{Error, Result};
use connector_core::run::{self, Connection, Member, Worker};
use connector_core::verdict::Verdict;
use connector_spec::Connector;
use serde::Serialize;

/// A run in pieces
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    piece: Piece,
}

#[derive(Debug, clap::Subcommand)]
enum Piece {
    /// Begin a run, and print its number and its resources
    Begin(Begin),
    /// Divide a resource of it into parts, and print how many they are
    Prepare(Prepare),
    /// Read one part
    Shard(Shard),
    /// Read whatever parts are free, until the run ends
    Work(Work),
    /// Do one process's share of a job that several are started for: read, and as the first of them, conduct
    Join(Join),
    /// Mark what is gone from a resource whose parts were read
    Settle(OfResource),
    /// End the run, and print its report
    Finish(OfRun),
}

#[derive(Debug, clap::Args)]
struct Begin {
    #[command(flatten)]
    what: What,
    /// Wait until another run of the connection has ended, instead of failing
    #[arg(long)]
    wait: bool,
    /// End a run whose workers are gone, or that others began
    #[arg(long)]
    take_over: bool,
    #[command(flatten)]
    log: Log,
}

#[derive(Debug, clap::Args)]
struct OfRun {
    #[command(flatten)]
    what: What,
    /// The run
    #[arg(long, value_name = "NUMBER")]
    run: i64,
    #[command(flatten)]
    log: Log,
}

#[derive(Debug, clap::Args)]
struct OfResource {
    #[command(flatten)]
    run: OfRun,
    /// Which of its resources
    #[arg(long, value_name = "NAME")]
    of: String,
}

#[derive(Debug, clap::Args)]
struct Prepare {
    #[command(flatten)]
    resource: OfResource,
    /// How many workers there will be
    #[arg(long, value_name = "N", default_value_t = 1)]
    workers: u64,
}

#[derive(Debug, clap::Args)]
struct Shard {
    #[command(flatten)]
    resource: OfResource,
    /// Which part, from 1
    #[arg(long, value_name = "NUMBER")]
    part: i32,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, clap::Args)]
struct Work {
    #[command(flatten)]
    run: OfRun,
    #[command(flatten)]
    who: Who,
    /// Stop when stdin is closed, as by the end of whoever started it
    #[arg(long)]
    until_stdin_closes: bool,
}

#[derive(Debug, clap::Args)]
struct Join {
    #[command(flatten)]
    what: What,
    /// The name of the job: the same for all of its processes, and another one each time that it is to be done
    #[arg(long, value_name = "NAME")]
    job: String,
    /// Which of its processes this is, from 0
    #[arg(long, value_name = "N")]
    member: u64,
    /// How many processes it has
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    members: u64,
    /// Wait until another run of the connection has ended, instead of failing
    #[arg(long)]
    wait: bool,
    /// End a run whose workers are gone, or that others began
    #[arg(long)]
    take_over: bool,
    /// End the run after so many requests of all; the next run goes on from there
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// End the run after this time, as in 90s, 15m or 2h; the next run goes on from there
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_duration: Option<Duration>,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    log: Log,
}

#[derive(Debug, clap::Args)]
struct Who {
    /// What the worker is called where its work is shown [default: its process]
    #[arg(long, value_name = "NAME")]
    worker: Option<String>,
    /// How long a part is its own after it was heard of last [default: 1m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    lease: Option<Duration>,
}

impl Who {
    fn worker(self) -> Worker {
        let name = self.worker.unwrap_or_else(|| format!("process {}", std::process::id()));
        let worker = Worker::named(name);
        match self.lease {
            Some(lease) => worker.with_lease(lease),
            None => worker,
        }
    }
}

impl Args {
    /// What it tells while it runs.
    pub(super) fn log(&self) -> Log {
        match &self.piece {
            Piece::Begin(args) => args.log,
            Piece::Finish(args) => args.log,
            Piece::Settle(args) => args.run.log,
            Piece::Prepare(args) => args.resource.run.log,
            Piece::Shard(args) => args.resource.run.log,
            Piece::Work(args) => args.run.log,
            Piece::Join(args) => args.log,
        }
    }
}

#[derive(Serialize)]
struct Parts {
    parts: u64,
}

pub(super) fn run(connector: &'static Connector, args: Args) -> Result<u8> {
    match args.piece {
        Piece::Begin(Begin { what, wait, take_over, .. }) => {
            let mut connection = connection(connector, what)?;
            (connection.waits, connection.takes_over_run) = (wait, take_over);
            print(&to_json(&to_its_end(&connection, run::begin(&connection, now()))?)?)?;
            Ok(0)
        }
        Piece::Prepare(Prepare { resource: OfResource { run, of }, workers }) => {
            let (connection, run) = (connection(connector, run.what)?, run.run);
            let parts = to_its_end(&connection, run::prepare(&connection, run, &of, workers))?;
            print(&to_json(&Parts { parts })?)?;
            Ok(0)
        }
        Piece::Shard(Shard { resource: OfResource { run, of }, part, who }) => {
            let (connection, run) = (connection(connector, run.what)?, run.run);
            let read = run::shard(&connection, run, &of, part, who.worker());
            let outcome = to_its_end(&connection, read)?;
            print(&to_json(&outcome)?)?;
            Ok(u8::from(!outcome.closed))
        }
        Piece::Work(Work { run, who, until_stdin_closes }) => {
            let (connection, run) = (connection(connector, run.what)?, run.run);
            if until_stdin_closes {
                stop_with_stdin(&connection);
            }
            to_its_end(&connection, run::work(&connection, run, who.worker()))?;
            Ok(0)
        }
        Piece::Join(args) => join(connector, args),
        Piece::Settle(OfResource { run, of }) => {
            let (connection, run) = (connection(connector, run.what)?, run.run);
            let report = to_its_end(&connection, run::settle(&connection, run, &of))?;
            print(&to_json(&report)?)?;
            Ok(u8::from(report.verdict != Verdict::Complete))
        }
        Piece::Finish(OfRun { what, run, .. }) => {
            let connection = connection(connector, what)?;
            let report = to_its_end(&connection, run::finish(&connection, run))?;
            telemetry::count(&report);
            print(&to_json(&report)?)?;
            Ok(report.exit_status())
        }
    }
}

fn join(connector: &'static Connector, args: Join) -> Result<u8> {
    let Join { job, member: number, members: of, .. } = args;
    if number >= of {
        let what = format!("there is no member {number} of {of}");
        return Err(Error::settings(what).next("count from 0"));
    }
    let mut connection = connection(connector, args.what)?;
    (connection.waits, connection.takes_over_run) = (args.wait, args.take_over);
    connection.max_requests = args.max_requests;
    connection.max_duration = args.max_duration.or(connection.max_duration);
    let worker = Worker { name: format!("{number} of job {job}"), ..args.who.worker() };
    let member = Member { job, number, of };
    let done = run::take_part(&connection, now(), &member, worker);
    let Some(report) = to_its_end(&connection, done)? else { return Ok(0) };
    telemetry::count(&report);
    print(&to_json(&report)?)?;
    Ok(report.exit_status())
}

fn connection(connector: &'static Connector, what: What) -> Result<Connection> {
    let chosen = what.choose(connector)?;
    let (connector, flags) = the_one(&chosen)?;
    resolve(connector, &chosen.file, flags)
}

/// Does this, and stops on a signal.
fn to_its_end<T>(connection: &Connection, work: impl Future<Output = Result<T>>) -> Result<T> {
    block_on(async {
        stop_on_signals(&connection.stop(), &Progress::default());
        work.await
    })?
}

/// Asks to stop when stdin is closed: whoever started this is gone, or wants it to end.
fn stop_with_stdin(connection: &Connection) {
    let stop = connection.stop();
    let wait = move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stop.ask("the process that started the worker ended");
    };
    // Without such a thread, it is the run that tells it to stop.
    drop(std::thread::Builder::new().name("stdin".to_owned()).spawn(wait));
}
