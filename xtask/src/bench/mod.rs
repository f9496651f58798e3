//! `cargo xtask bench`: whole programs against what they cannot be faster than.
//!
//! Each workload's contestants run in turns, in one run on one machine, since
//! absolute times move with both. What counts is therefore their ratios.

mod contestant;
pub(crate) mod machine;
mod peers;
mod process;
mod results;
mod scaling;
mod server;
mod vendor;
mod workload;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};
use connector_cli::{now, print};

use self::contestant::{Contestant, Desk};
use self::peers::Peers;
use self::results::{Measurement, Results};
use self::server::{SCHEMA, Server};
use self::vendor::Vendor;
use self::workload::{Ceiling, Step, Workload};
use crate::postgres::Postgres;
use crate::root;
use crate::test::cargo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Measure only the workloads that have one of these in their name; `scaling` is about workers,
    /// many connections and many parents, and like `10m` is not measured unless it is named
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Measure dlt too, in a virtual environment that is made in target/
    #[arg(long)]
    peers: bool,
    /// Measure another build of the program too, such as that of an older commit
    #[arg(long, value_name = "FILE", value_parser = clap::value_parser!(PathBuf))]
    against: Option<PathBuf>,
    /// One round with a tenth of the rows, to see whether everything works
    #[arg(long)]
    quick: bool,
    /// How often each contestant has its turn
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,
    /// The name of the files in bench/results/ [default: the date, or quick]
    #[arg(long)]
    name: Option<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let chosen = |workload: &&Workload| {
        let named = args.filters.iter().any(|part| workload.name.contains(part));
        named || args.filters.is_empty() && !workload.long
    };
    let scaling = scaling::NAMES.iter().any(|name| scaling::is_asked_for(args, name));
    let workloads = workload::ALL.iter().filter(chosen);
    let workloads: Vec<Workload> =
        workloads.map(|workload| if args.quick { workload.quick() } else { *workload }).collect();
    ensure!(
        scaling || !workloads.is_empty(),
        "no workload has such a name; there are: {}",
        names()
    );
    let built = cargo(&["build", "--profile", "dist", "--package", "bench"]);
    ensure!({ built }.status()?.success(), "the programs to measure cannot be built");
    if scaling {
        scaling::run(args)?;
    }
    if workloads.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let postgres = Postgres::start_durable()?;
    let server = Server::new(&postgres.url)?;
    let peers = args.peers.then(Peers::install).transpose()?;
    let folder = tempfile::tempdir()?;
    // It is started in another folder.
    let other = args.against.as_deref().map(std::path::absolute).transpose()?;
    ensure!(
        other.as_ref().is_none_or(|other| other.is_file()),
        "there is no program where --against says"
    );
    let desk = Desk {
        folder: folder.path(),
        psql: &postgres.psql(),
        peers: peers.as_ref(),
        other: other.as_deref(),
    };
    let rounds = if args.quick { 1 } else { args.rounds };
    let today = || now().format("%Y-%m-%d").to_string();
    let default = || if args.quick { "quick".to_owned() } else { today() };
    let name = args.name.clone().unwrap_or_else(default);
    let machine = machine::describe(&server, &postgres.url, peers.as_ref(), rounds)?;
    let mut results = Results { machine, workloads: Vec::new(), measurements: Vec::new() };
    for workload in &workloads {
        results.measurements.extend(measure(&desk, &server, workload, rounds)?);
        results.workloads.push(*workload);
        // What a run had before it was cut off is worth keeping.
        results.write(&root().join("bench/results"), &name)?;
    }
    server.drop_database()?;
    print(&results.to_text())?;
    say(&format!("The results are in bench/results/{name}.json and {name}.md"));
    Ok(ExitCode::SUCCESS)
}

/// All rounds of a workload.
fn measure(
    desk: &Desk<'_>,
    server: &Server,
    workload: &Workload,
    rounds: usize,
) -> Result<Vec<Measurement>> {
    let who = contestants(workload, desk);
    let mut measurements = Vec::new();
    if workload.ceiling == Ceiling::Postgres {
        keep_rows(desk, server, workload)?;
    }
    for round in 0..rounds {
        // Nobody is always the first.
        for turn in 0..who.len() {
            let who = who[(round + turn) % who.len()];
            let place =
                format!("{}, round {} of {rounds}: {}", workload.name, round + 1, who.name());
            say(&place);
            measurements.extend(sequence(desk, server, workload, who).context(place)?);
        }
    }
    Ok(measurements)
}

fn names() -> String {
    let names = workload::ALL.iter().map(|workload| workload.name).chain(scaling::NAMES);
    names.collect::<Vec<_>>().join(", ")
}

fn contestants(workload: &Workload, desk: &Desk<'_>) -> Vec<Contestant> {
    let mut who = vec![Contestant::Connector];
    who.extend(workload.history.then_some(Contestant::History));
    who.extend(desk.other.map(|_| Contestant::Other));
    if workload.ceiling == Ceiling::Postgres {
        who.extend([Contestant::Postgres, Contestant::Client]);
    }
    if workload.peers && desk.peers.is_some() {
        who.extend([Contestant::Dlt, Contestant::DltTuned]);
    }
    who
}

/// Brings what the two ceilings are measured with, the rows and the requests, which also warms everything up.
fn keep_rows(desk: &Desk<'_>, server: &Server, workload: &Workload) -> Result<()> {
    for &(step, _) in workload.steps {
        if step == Step::Unchanged {
            continue;
        }
        say(&format!("{}: making the rows, {}", workload.name, step.name()));
        desk.prepare(Contestant::Connector, server)?;
        let mut vendor = Vendor::start(workload)?;
        if step == Step::Changed {
            change(&mut vendor, workload)?;
        }
        let task = (workload, Step::First);
        process::measure(&mut desk.command(Contestant::Connector, task, server, Some(&vendor))?)?;
        vendor.keep_requests(&desk.requests_file())?;
        vendor.finish()?;
        desk.keep_rows(workload, step, server)?;
    }
    Ok(())
}

fn change(vendor: &mut Vendor, workload: &Workload) -> Result<()> {
    workload.tables.iter().try_for_each(|resource| vendor.change(resource))
}

/// All steps of one contestant, in a database of their own.
fn sequence(
    desk: &Desk<'_>,
    server: &Server,
    workload: &Workload,
    who: Contestant,
) -> Result<Vec<Measurement>> {
    desk.prepare(who, server)?;
    let mut vendor = (who != Contestant::Postgres).then(|| Vendor::start(workload)).transpose()?;
    let mut measurements = Vec::new();
    for &(step, _) in workload.steps {
        if let Some(vendor) = vendor.as_mut().filter(|_| step == Step::Changed) {
            change(vendor, workload)?;
        }
        server.checkpoint()?;
        let mut command = desk.command(who, (workload, step), server, vendor.as_ref())?;
        let vendor_before = vendor.as_ref().map_or(0.0, Vendor::cpu_seconds);
        let before = server.counters(workload.tables)?;
        let usage = process::measure(&mut command)?;
        let after = server.counters(workload.tables)?;
        let vendor_cpu_seconds = vendor.as_ref().map_or(0.0, Vendor::cpu_seconds) - vendor_before;
        let (requests, refused) = vendor.as_mut().map_or(Ok((0, 0)), Vendor::count)?;
        let stores = who != Contestant::Client;
        for table in workload.tables.iter().filter(|_| stores) {
            let rows = server.texts(&format!("select count(*)::text from {SCHEMA}.{table}"))?;
            let expected = workload.rows_of(table).to_string();
            ensure!(rows == [expected.as_str()], "{table} has {rows:?} rows, not {expected}");
        }
        measurements.push(Measurement {
            workload: workload.name,
            step,
            who,
            rows: workload.all_rows(),
            seconds: usage.seconds,
            cpu_seconds: usage.cpu_seconds,
            server_cpu_seconds: after.cpu_seconds - before.cpu_seconds,
            vendor_cpu_seconds,
            peak_kib: usage.peak_kib,
            wal_bytes: after.wal_bytes - before.wal_bytes,
            dead: after.dead - before.dead,
            dead_elsewhere: after.dead_elsewhere - before.dead_elsewhere,
            transactions: after.transactions - before.transactions,
            requests,
            refused,
        });
    }
    vendor.map_or(Ok(()), Vendor::finish)?;
    Ok(measurements)
}

/// Says something to who is waiting; where stderr is closed, there is nobody.
fn say(what: &str) {
    let _ = writeln!(io::stderr(), "{what}");
}

/// The first line that a program prints.
fn first_line(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(root()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.unwrap_or_default().lines().next().unwrap_or("unknown").to_owned()
}
