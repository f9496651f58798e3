//! `cargo xtask dbt`: the package for dbt of one connection of each connector, in `deploy/dbt/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use connector_cli::{dbt_package, print};
use vendor_connectors::connectors;
use walkdir::WalkDir;

use crate::root;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fail if a file is stale, instead of writing it
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let folder = root().join("deploy/dbt");
    let mut stale = Vec::new();
    let files = files()?;
    for (path, text) in &files {
        let path = folder.join(path);
        if fs::read_to_string(&path).ok().as_ref() == Some(text) {
            continue;
        }
        if !args.check {
            fs::create_dir_all(path.parent().unwrap_or(&folder))?;
            fs::write(&path, text).with_context(|| path.display().to_string())?;
        }
        stale.push(path);
    }
    for below in ["models", "tests"] {
        for entry in WalkDir::new(folder.join(below)).into_iter().flatten() {
            let known =
                entry.path().strip_prefix(&folder).is_ok_and(|path| files.contains_key(path));
            if entry.file_type().is_file() && !known {
                if !args.check {
                    fs::remove_file(entry.path())?;
                }
                stale.push(entry.into_path());
            }
        }
    }
    let said = if args.check {
        "is stale: run `cargo xtask dbt`, and commit what it wrote"
    } else {
        "is written"
    };
    for path in &stale {
        print(&format!("{} {said}", path.strip_prefix(root())?.display()))?;
    }
    Ok(if args.check && !stale.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Each file of the package, by its path in the folder.
fn files() -> Result<BTreeMap<PathBuf, String>> {
    let mut connections = String::new();
    for connector in connectors::ALL {
        let name = connector.name;
        writeln!(connections, "[connections.{name}]\nconnector = \"{name}\"")?;
    }
    let files = dbt_package(&connectors::ALL, &connections)?;
    Ok(files.into_iter().map(|(path, text)| (PathBuf::from(path), text)).collect())
}
