//! `cargo xtask peers`: what the programs that people carry rows on with, and start runs with,
//! make of the programs of here.
//!
//! It takes minutes, and fetches hundreds of packages the first time, so that no check before a
//! change runs it. What came of it last is in `peers/RESULT.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, Result};
use connector_cli::{now, print};
use serde_json::Value;
use vendor_connectors::process;

use crate::bench::machine;
use crate::postgres::{self, Postgres};
use crate::readers::{environment, target_jsonl, tools};
use crate::root;
use crate::test::cargo;
use crate::wheel::output;

/// The environments, each of its own as what they depend on excludes each other.
const ENVIRONMENTS: [&str; 7] =
    ["airbyte", "airbyte-cdk", "airflow", "dagster", "meltano", "target-postgres", "temporal"];

/// All tests of that package, those of the schedulers, which share their connections with tests
/// that are run for every change, and those of the worker, which need a server.
const TESTS: &str = "package(peers) | package(readers) & test(/^(airflow|dagster)::/) | package(vendor-connectors-worker) - test(/^scale::/)";

/// The one that tests of every change use too.
const TARGET_JSONL: &str = "target-jsonl";

const RESULT: &str = "peers/RESULT.md";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the tests that have one of these in their name, and leave the last result as it is
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let begun = Instant::now();
    let mut made = target_jsonl()?;
    for name in ENVIRONMENTS {
        made |= environment(&tools().join(name), &[&list(name)], &[])?;
    }
    let made = if made {
        format!("made in {} s", begun.elapsed().as_secs())
    } else {
        "made before".to_owned()
    };
    let words = ["build", "--locked", "--package", "vendor-connectors"];
    let built = process::run(&mut cargo(&words))?;
    if built != ExitCode::SUCCESS {
        return Ok(built);
    }
    let server = Postgres::start()?;
    // It ends the tests, and these end what they have started.
    process::leave_ctrl_c_to_it()?;
    let told = tempfile::tempdir()?;
    let events = told.path().join("events.jsonl");
    let notes = told.path().join("notes");
    fs::create_dir(&notes)?;
    let mut tests = cargo(&["nextest", "run", "--no-fail-fast", "--ignore-default-filter"]);
    tests.args(["--profile", "peers", "--run-ignored", "all"]);
    tests.args(["--package", "peers", "--package", "readers"]);
    tests.args(["--package", "vendor-connectors-worker", "-E", TESTS]);
    // For people on stderr, and for the result on stdout.
    tests.args(["--message-format", "libtest-json", "--"]).args(&args.filters);
    tests.env("NEXTEST_EXPERIMENTAL_LIBTEST_JSON", "1").stdout(File::create(&events)?);
    tests.env(postgres::VARIABLE, &server.url).env("READERS_TOOLS", tools());
    tests.env("READERS_PROGRAM", root().join("target/debug/vendor-connectors"));
    for (variable, name) in [("READERS_AIRFLOW", "airflow"), ("READERS_DAGSTER", "dagster")] {
        tests.env(variable, tools().join(name).join("bin/python"));
    }
    tests.env("PEERS_RESULTS", &notes);
    let status = process::run(&mut tests)?;
    let ran = ran(&fs::read_to_string(events)?)?;
    // What does not compile says nothing of others.
    if args.filters.is_empty() && !ran.is_empty() {
        fs::write(root().join(RESULT), result(&ran, &notes, &made)?).context(RESULT)?;
        print(&format!("{RESULT} is written"))?;
    }
    Ok(status)
}

/// The file that names what an environment has: first what is asked for, then what that brings.
fn list(name: &str) -> String {
    match name {
        TARGET_JSONL => format!(".ci/{name}.txt"),
        _ => format!("peers/environments/{name}.txt"),
    }
}

/// What a list asks for.
fn asked(list: &str) -> String {
    let head = list.split("\n#").next().unwrap_or_default().lines();
    let packages = head.filter(|line| line.contains("=="));
    let packages = packages.map(|line| line.trim_end_matches([' ', '\\']));
    packages.collect::<Vec<_>>().join(", ")
}

/// A test that was run to its end.
struct Ran {
    name: String,
    passed: bool,
    seconds: f64,
}

/// What the runner of the tests says of them.
fn ran(events: &str) -> Result<Vec<Ran>> {
    let mut all = Vec::new();
    for line in events.lines() {
        let event: Value = serde_json::from_str(line).context("nextest says what is no JSON")?;
        let passed = event["event"] == "ok";
        if event["type"] == "test" && (passed || event["event"] == "failed") {
            let name = event["name"].as_str().context("a test has no name")?;
            let name = name.rsplit('$').next().unwrap_or(name).to_owned();
            all.push(Ran {
                name,
                passed,
                seconds: event["exec_time"].as_f64().unwrap_or_default(),
            });
        }
    }
    Ok(all)
}

/// What came of it: where, with which versions, which tests, and what these note.
fn result(ran: &[Ran], notes: &Path, made: &str) -> Result<String> {
    let passed = ran.iter().filter(|ran| ran.passed).count();
    let seconds: f64 = ran.iter().map(|ran| ran.seconds).sum();
    let python = output(Command::new("python3").arg("--version"))?;
    let mut text = format!(
        "# What others make of it

Written by `cargo xtask peers`, which has the programs of others carry on what was synced from simulated vendors, and has schedulers start runs.
What they hold in the end is compared with the tables, value by value.

- date: {}
- machine: {}
- system: {}, {}
- tests: {passed} passed, {} failed, of {}, in {seconds:.0} s, one after the other
- environments: {made}

| environment | what is asked for | packages | MB on disk |
|---|---|---|---|
",
        now().date_naive(),
        machine::machine()?,
        machine::system(),
        python.trim(),
        ran.len() - passed,
        ran.len(),
    );
    for name in ENVIRONMENTS.into_iter().chain([TARGET_JSONL]) {
        let folder = tools().join(name);
        let listed =
            output(Command::new(folder.join("bin/pip")).args(["list", "--format=freeze"]))?;
        let size = output(Command::new("du").arg("-sm").arg(&folder))?;
        let size = size.split_whitespace().next().context("du says no size")?;
        let asked = asked(&fs::read_to_string(root().join(list(name)))?);
        let _ = writeln!(text, "| {name} | {asked} | {} | {size} |", listed.lines().count());
    }
    text += "\n| test | came to | seconds |\n|---|---|---|\n";
    for Ran { name, passed, seconds } in ran {
        let came = if *passed { "passed" } else { "failed" };
        let _ = writeln!(text, "| `{name}` | {came} | {seconds:.1} |");
    }
    let mut by_program: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for note in fs::read_dir(notes)? {
        let path = note?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        by_program.insert(name, serde_json::from_str(&fs::read_to_string(&path)?)?);
    }
    for (name, told) in by_program {
        let _ = write!(text, "\n## {name}\n\n| what | |\n|---|---|\n");
        for (what, value) in told {
            let _ = writeln!(text, "| {what} | {value} |");
        }
    }
    Ok(text)
}
