//! `cargo xtask bench scaling`: what more workers bring, and what many connections and many parents cost.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use comfy_table::Table;
use comfy_table::presets::{ASCII_MARKDOWN, NOTHING};
use connector_cli::print;
use serde_json::Value;

use super::process::{self, Usage};
use super::results::{median, right};
use super::server::{SCHEMA, Server};
use super::vendor::Vendor;
use super::workload::{ALL, Workload};
use super::{Args, machine, say};
use crate::postgres::Postgres;
use crate::root;

/// What is measured, by name.
pub(super) const NAMES: [&str; 3] = ["scaling-workers", "scaling-connections", "scaling-parents"];

/// The requests that a process has under way if nobody says otherwise.
const AT_A_TIME: u64 = 10;

/// Processes, and the requests that each of them has under way.
const TEAMS: [(u64, u64); 5] =
    [(1, AT_A_TIME), (2, AT_A_TIME), (4, AT_A_TIME), (8, AT_A_TIME), (1, 8 * AT_A_TIME)];

/// How many connections are synced piece by piece, as a scheduler would do it.
const IN_PIECES: u64 = 20;

/// Where all of it happens.
struct Place<'a> {
    server: Server,
    folder: &'a Path,
}

/// Whether one of them is named: they take long.
pub(super) fn is_asked_for(args: &Args, name: &str) -> bool {
    args.filters.iter().any(|part| part.starts_with("scaling") && name.contains(part.as_str()))
}

pub(super) fn run(args: &Args) -> Result<()> {
    let postgres = Postgres::start_durable()?;
    let folder = tempfile::tempdir()?;
    let place = Place { server: Server::new(&postgres.url)?, folder: folder.path() };
    let rounds = if args.quick { 1 } else { args.rounds };
    let described = machine::describe(&place.server, &postgres.url, None, rounds)?;
    let mut tables = Vec::new();
    let less = if args.quick { 10 } else { 1 };
    for name in NAMES {
        if is_asked_for(args, name) {
            let (title, table) = match name {
                "scaling-workers" => place.workers(5_000 / less, rounds)?,
                "scaling-connections" => place.connections(500 / less)?,
                _ => place.parents(1_000_000 / less)?,
            };
            tables.push((title, right(table, 1)));
        }
    }
    place.server.drop_database()?;
    let mut text = String::new();
    for (name, value) in described {
        let _ = writeln!(text, "- {name}: {value}");
    }
    for (title, mut table) in tables {
        table.load_style(NOTHING);
        print(&format!("\n{title}\n{table}"))?;
        table.load_style(ASCII_MARKDOWN);
        let _ = write!(text, "\n{title}\n\n{table}\n");
    }
    let name = args.name.clone().unwrap_or_else(|| "scaling".to_owned());
    let file = format!("bench/results/{name}.md");
    fs::write(root().join(&file), text)?;
    say(&format!("The results are in {file}"));
    Ok(())
}

impl Place<'_> {
    /// Children of many parents, from a vendor that takes long to answer.
    fn workers(&self, parents: u64, rounds: usize) -> Result<(String, Table)> {
        let workload = children(parents, 3, 50)?;
        let mut table = Table::new();
        table.set_header([
            "processes",
            "requests each",
            "first load s",
            "unchanged s",
            "to one of ten",
            "CPU s",
            "server CPU s",
            "peak MiB in all",
            "requests",
        ]);
        let mut times = TEAMS.map(|_| [Vec::new(), Vec::new()]);
        let mut costs = TEAMS.map(|_| [Vec::new(), Vec::new(), Vec::new(), Vec::new()]);
        for round in 0..rounds {
            for at in 0..TEAMS.len() {
                // Nobody is always the first.
                let at = (at + round) % TEAMS.len();
                let (workers, at_a_time) = TEAMS[at];
                say(&format!("round {}: {workers} × {at_a_time}", round + 1));
                self.server.new_database()?;
                let mut vendor = Vendor::start(&workload)?;
                let settings = format!("requests_at_a_time = {at_a_time}\n");
                for (step, seconds) in times[at].iter_mut().enumerate() {
                    self.server.checkpoint()?;
                    let (usage, server_cpu) = self.sync(&vendor, &settings, workers)?;
                    if step == 0 {
                        let requests = vendor.count()?.0;
                        costs[at][0].push(usage.cpu_seconds);
                        costs[at][1].push(server_cpu);
                        costs[at][2].push(mebibytes(usage.peak_kib));
                        costs[at][3].push(number(requests));
                    }
                    seconds.push(usage.seconds);
                }
                self.expect("children", parents * 3)?;
                vendor.finish()?;
            }
        }
        let middle = |values: &Vec<f64>| median(values.clone()).unwrap_or_default();
        let alone = middle(&times[0][0]);
        for (((workers, at_a_time), [first, again]), [cpu, server, peak, requests]) in
            TEAMS.iter().zip(&times).zip(&costs)
        {
            table.add_row([
                workers.to_string(),
                at_a_time.to_string(),
                format!("{:.2}", middle(first)),
                format!("{:.2}", middle(again)),
                format!("{:.2} ×", alone / middle(first)),
                format!("{:.2}", middle(cpu)),
                format!("{:.2}", middle(server)),
                format!("{:.1}", middle(peak)),
                format!("{:.0}", middle(requests)),
            ]);
        }
        let title = format!(
            "{parents} parents with three rows each, a vendor of 50 ms; CPU, memory and requests are those of the first load:"
        );
        Ok((title, table))
    }

    /// Many connections that have little.
    fn connections(&self, connections: u64) -> Result<(String, Table)> {
        const ROWS: u64 = 20;
        let workload = Workload { rows: ROWS, ..ALL[0] };
        self.server.new_database()?;
        let mut vendor = Vendor::start(&workload)?;
        let config = self.folder.join("connectors.toml");
        let section = |number| {
            format!(
                "[connections.c{number}]\nconnector = \"bench\"\nbase_url = \"{}\"\napi_key = \"env:BENCH_API_KEY\"\nonly_resources = [\"flat\"]\n",
                vendor.base_url
            )
        };
        fs::write(&config, (0..connections).map(section).collect::<String>())?;
        let mut table = Table::new();
        table.set_header([
            "how",
            "s",
            "ms each",
            "CPU ms each",
            "server CPU ms each",
            "peak MiB",
            "requests",
        ]);
        let mut row = |how: &str, of: u64, usage: Usage, server_cpu: f64, requests: u64| {
            let each = |seconds: f64| format!("{:.1}", seconds * 1000.0 / number(of));
            table.add_row([
                how.to_owned(),
                format!("{:.2}", usage.seconds),
                each(usage.seconds),
                each(usage.cpu_seconds),
                each(server_cpu),
                format!("{:.1}", mebibytes(usage.peak_kib)),
                requests.to_string(),
            ]);
        };
        for how in ["sync --all, first load", "sync --all, unchanged"] {
            say(how);
            self.server.checkpoint()?;
            let before = self.server.counters(&[])?.cpu_seconds;
            let usage =
                process::measure(&mut self.program(&vendor, &["sync", "--all", "--quiet"]))?;
            let server_cpu = self.server.counters(&[])?.cpu_seconds - before;
            row(how, connections, usage, server_cpu, vendor.count()?.0);
        }
        let some = IN_PIECES.min(connections);
        let before = self.server.counters(&[])?.cpu_seconds;
        let (begun, mut cpu, mut peak) = (Instant::now(), 0.0, 0);
        for number in 0..some {
            let named = format!("c{number}");
            let mut piece = |words: &[&str]| -> Result<String> {
                let mut command = self.program(&vendor, &[&["run"], words].concat());
                let done = process::measure_and_read(command.args(["--connection", &named]))?;
                cpu += done.0.cpu_seconds;
                peak = peak.max(done.0.peak_kib);
                Ok(done.1)
            };
            let begun: Value = serde_json::from_str(&piece(&["begin"])?)?;
            let run = begun["run"].to_string();
            let of = ["--run", run.as_str(), "--of", "flat"];
            piece(&[&["prepare"], &of[..]].concat())?;
            piece(&[&["shard", "--part", "1"], &of[..]].concat())?;
            piece(&[&["settle"], &of[..]].concat())?;
            piece(&["finish", "--run", &run])?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let server_cpu = self.server.counters(&[])?.cpu_seconds - before;
        let usage = Usage { seconds, cpu_seconds: cpu, peak_kib: peak, most_kib: peak };
        row(
            "in five pieces, one after another, unchanged",
            some,
            usage,
            server_cpu,
            vendor.count()?.0,
        );
        let rows = self.server.texts("select count(*)::text from c0.flat")?;
        ensure!(rows == [ROWS.to_string()], "there are {rows:?} rows");
        vendor.finish()?;
        Ok((format!("{connections} connections with {ROWS} rows each:"), table))
    }

    /// More parents than anything should have in memory.
    fn parents(&self, parents: u64) -> Result<(String, Table)> {
        const WORKERS: u64 = 4;
        self.server.new_database()?;
        let mut vendor = Vendor::start(&children(parents, 1, 0)?)?;
        let mut table = Table::new();
        table.set_header([
            "run",
            "s",
            "listings/s",
            "CPU s",
            "server CPU s",
            "peak MiB in all",
            "peak MiB of one",
            "requests",
            "rows in sync.*",
            "MiB in sync.*",
            "of which parts",
            "of which listings",
        ]);
        for run in ["first load", "unchanged"] {
            say(&format!("{parents} parents, {WORKERS} workers, {run}"));
            self.server.checkpoint()?;
            let (usage, server_cpu) = self.sync(&vendor, "", WORKERS)?;
            self.expect("children", parents)?;
            let (all, size) = self.records()?;
            let of = |table: &str| self.count(&format!("sync.{table}"));
            table.add_row([
                run.to_owned(),
                format!("{:.1}", usage.seconds),
                format!("{:.0}", number(parents) / usage.seconds),
                format!("{:.1}", usage.cpu_seconds),
                format!("{server_cpu:.1}"),
                format!("{:.1}", mebibytes(usage.peak_kib)),
                format!("{:.1}", mebibytes(usage.most_kib)),
                vendor.count()?.0.to_string(),
                all.to_string(),
                size,
                of("shards")?.to_string(),
                of("state")?.to_string(),
            ]);
        }
        vendor.finish()?;
        Ok((
            format!(
                "{parents} parents with one row each, {WORKERS} workers, a vendor that answers at once:"
            ),
            table,
        ))
    }

    /// A run of the children; what it took, and the server.
    fn sync(&self, vendor: &Vendor, settings: &str, workers: u64) -> Result<(Usage, f64)> {
        let config = self.folder.join("connectors.toml");
        fs::write(&config, format!("[connections.{SCHEMA}]\nconnector = \"bench\"\n{settings}"))?;
        let before = self.server.counters(&[])?.cpu_seconds;
        let workers = workers.to_string();
        let words = ["sync", "--quiet", "--json", "--resource", "children", "--workers", &workers];
        let mut command = self.program(vendor, &words);
        let usage = process::measure(command.env("BENCH_BASE_URL", &vendor.base_url))?;
        Ok((usage, self.server.counters(&[])?.cpu_seconds - before))
    }

    fn program(&self, vendor: &Vendor, words: &[&str]) -> Command {
        let mut command = Command::new(root().join("target/dist/bench-connector"));
        command
            .args(words)
            .arg("--config")
            .arg(self.folder.join("connectors.toml"))
            .env("BENCH_API_KEY", &vendor.key)
            .env("DATABASE_URL", &self.server.database)
            .env_remove("RUST_LOG")
            .current_dir(self.folder);
        command
    }

    fn expect(&self, table: &str, rows: u64) -> Result<()> {
        let there = self.count(&format!("{SCHEMA}.{table}"))?;
        ensure!(there == rows, "{table} has {there} rows, not {rows}");
        Ok(())
    }

    fn count(&self, table: &str) -> Result<u64> {
        let count = self.server.texts(&format!("select count(*)::text from {table}"))?;
        Ok(count.concat().parse()?)
    }

    /// The rows in the tables of runs, and what room they take.
    fn records(&self) -> Result<(u64, String)> {
        let tables = self.server.texts(
            "select table_name::text from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'",
        )?;
        let rows =
            tables.iter().map(|table| self.count(&format!("sync.{table}"))).sum::<Result<u64>>()?;
        let size = self.server.texts(
            "select to_char(sum(pg_total_relation_size(c.oid)) / 1048576.0, 'FM999990.0') from pg_class c \
             where relnamespace = 'sync'::regnamespace and relkind = 'r'",
        )?;
        Ok((rows, size.concat()))
    }
}

fn children(parents: u64, children: u64, latency_ms: u64) -> Result<Workload> {
    let found = ALL.iter().find(|workload| workload.name == "children");
    let found = *found.context("there are children")?;
    Ok(Workload { rows: parents, children, latency_ms, ..found })
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
fn number(number: u64) -> f64 {
    number as f64
}

fn mebibytes(kib: u64) -> f64 {
    number(kib) / 1024.0
}
