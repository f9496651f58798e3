//! The benchmark's connector as a process, against a vendor that says what a test wants.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::{fs, thread};

use bench::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_bench-connector");

pub(crate) struct Play {
    pub(crate) vendor: Vendor,
    pub(crate) database: Database,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    /// The most memory that it had, in MiB.
    pub(crate) peak: u64,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Play {
    /// A vendor with so many parents.
    pub(crate) async fn new(parents: usize) -> Self {
        let day = "2024-01-01T00:00:00Z";
        let parents =
            (0..parents).map(|number| json!({"id": format!("p{number}"), "updatedAt": day}));
        let content = Content::empty().with("parents", parents.collect::<Vec<Value>>());
        let vendor = Vendor::start(&CONNECTOR, content).unwrap();
        Self { vendor, database: Database::create().await }
    }

    /// Begins a sync.
    pub(crate) fn start(&self, args: &str) -> Child {
        let mut command = Command::new(PROGRAM);
        command.arg("sync").args(args.split_whitespace());
        command.current_dir(env!("CARGO_TARGET_TMPDIR"));
        command.env("BENCH_BASE_URL", self.vendor.base_url());
        command.env("BENCH_API_KEY", self.vendor.key());
        command.env("DATABASE_URL", self.database.url());
        command.env_remove("RUST_LOG");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    pub(crate) async fn end(self) {
        self.vendor.finish_unexplained();
        self.database.drop().await;
    }
}

/// Waits for the end of a run, and looks at its memory all the while.
pub(crate) fn end_of(mut child: Child) -> Ended {
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let read_err = thread::spawn(move || {
        let mut text = String::new();
        err.read_to_string(&mut text).map(|_| text)
    });
    let read_out = thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).map(|_| text)
    });
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water(&child).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        thread::yield_now();
    };
    Ended {
        status: status.code(),
        peak: peak >> 10,
        stdout: read_out.join().unwrap().unwrap(),
        stderr: read_err.join().unwrap().unwrap(),
    }
}

/// The most memory that a process had so far, in KiB.
fn high_water(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
