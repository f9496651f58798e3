//! The peer: dlt, in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::server::{SCHEMA, Server};
use super::vendor::Vendor;
use super::workload::Workload;
use crate::root;

/// What is installed; a newer one is another benchmark.
const PACKAGE: &str = "dlt[postgres]==1.31.0";
/// Its pipeline.
const PIPELINE: &str = "bench/dlt_pipeline.py";

pub(crate) struct Peers {
    python: PathBuf,
    pub(crate) version: String,
}

impl Peers {
    /// The virtual environment, which is made where there is none.
    pub(crate) fn install() -> Result<Self> {
        let folder = root().join("target/bench-venv");
        let python = folder.join("bin/python");
        let installed = folder.join("installed");
        if fs::read_to_string(&installed).is_ok_and(|package| package == PACKAGE) {
            return Ok(Self::of(python));
        }
        let mut venv = Command::new("python3");
        let made = venv.args(["-m", "venv", "--clear"]).arg(&folder).status();
        let made = made.context("python3 does not run; the peers need it")?;
        ensure!(made.success(), "python3 makes no virtual environment (Debian: python3-venv)");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE];
        ensure!(
            Command::new(&python).args(pip).status()?.success(),
            "pip cannot install {PACKAGE}"
        );
        fs::write(installed, PACKAGE)?;
        Ok(Self::of(python))
    }

    fn of(python: PathBuf) -> Self {
        let version = Command::new(&python).arg("--version").output();
        let version =
            version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Self { python, version: format!("{PACKAGE}, {}", version.unwrap_or_default()) }
    }

    /// Takes away what earlier pipelines left beside the database.
    pub(crate) fn forget(folder: &Path) -> Result<()> {
        match fs::remove_dir_all(folder.join("pipelines")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    pub(crate) fn command(
        &self,
        tuned: bool,
        workload: &Workload,
        server: &Server,
        vendor: &Vendor,
        folder: &Path,
    ) -> Command {
        let mut command = Command::new(&self.python);
        command
            .arg(root().join(PIPELINE))
            .args(["--base-url", &vendor.base_url, "--key", &vendor.key])
            .args(["--resource", workload.resource, "--page", &workload.page.to_string()])
            .args(["--dataset", SCHEMA, "--pipelines"])
            .arg(folder.join("pipelines"))
            .env("DESTINATION__POSTGRES__CREDENTIALS", &server.database)
            .env("RUNTIME__DLTHUB_TELEMETRY", "false")
            .current_dir(folder);
        if tuned {
            command.arg("--tuned");
        }
        command
    }
}
