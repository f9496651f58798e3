//! The vendor's process, which serves one sequence of steps.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use super::process::cpu_seconds;
use super::workload::Workload;
use crate::root;

pub(crate) struct Vendor {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub(crate) base_url: String,
    pub(crate) key: String,
}

impl Vendor {
    pub(crate) fn start(workload: &Workload) -> Result<Self> {
        let mut command = Command::new(root().join("target/dist/bench-vendor"));
        let numbers = [
            ("--rows", Some(workload.rows)),
            ("--children", Some(workload.children)),
            ("--latency", Some(workload.latency_ms)),
            ("--requests-per-second", workload.per_second),
        ];
        for (name, number) in numbers {
            command.args(number.map(|number| format!("{name}={number}")));
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().context("the vendor has no stdin")?;
        let stdout = BufReader::new(child.stdout.take().context("the vendor has no stdout")?);
        let (base_url, key) = (String::new(), String::new());
        let mut vendor = Self { child, stdin, stdout, base_url, key };
        let (base_url, key) = vendor.heard()?;
        (vendor.base_url, vendor.key) = (base_url, key);
        Ok(vendor)
    }

    /// Changes every tenth row.
    pub(crate) fn change(&mut self, resource: &str) -> Result<()> {
        writeln!(self.stdin, "change {resource} 10")?;
        self.stdout.read_line(&mut String::new())?;
        Ok(())
    }

    /// How many requests came since the last time, and how many of them were refused as too many.
    pub(crate) fn count(&mut self) -> Result<(u64, u64)> {
        writeln!(self.stdin, "count")?;
        let (requests, refused) = self.heard()?;
        Ok((requests.parse()?, refused.parse()?))
    }

    /// Writes down what it was asked for so far.
    pub(crate) fn keep_requests(&mut self, file: &Path) -> Result<()> {
        writeln!(self.stdin, "requests {}", file.display())?;
        self.stdout.read_line(&mut String::new())?;
        Ok(())
    }

    pub(crate) fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    fn heard(&mut self) -> Result<(String, String)> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let words = line.trim().split_once(' ').context("the vendor ended")?;
        Ok((words.0.to_owned(), words.1.to_owned()))
    }

    /// Ends it; it fails if it was asked what no declaration explains.
    pub(crate) fn finish(self) -> Result<()> {
        let Self { mut child, stdin, stdout, .. } = self;
        drop((stdin, stdout));
        let status = child.wait()?;
        ensure!(status.success(), "the vendor was asked what it does not know");
        Ok(())
    }
}
