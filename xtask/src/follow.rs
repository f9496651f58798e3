//! `cargo xtask follow`: docs/adding-a-connector.md, followed to the letter in a copy.
//!
//! A vendor in `xtask/vendors` is what a person writes. Everything else is done by the commands
//! in the document, and no file outside of the connector's own folders is edited by hand. One
//! more connector stays as it is laid.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use connector_cli::print;
use connector_spec::binary_of;

use crate::docs::{Block, blocks};
use crate::new::{folders, scripts};
use crate::postgres::{self, Postgres};
use crate::root;
use crate::test::cargo;

const DOCUMENT: &str = "docs/adding-a-connector.md";
/// The connector that the document has as its example.
const EXAMPLE: &str = "parcel_tracking";
/// A connector that stays as it is laid.
const UNTOUCHED: &str = "untouched";
/// What is no part of the source, or a secret.
const NOT_COPIED: [&str; 5] = [".git", "target", ".connectors", ".env", "connectors.toml"];

/// What commands write outside of a connector's own folders.
const WRITTEN: [&str; 9] = [
    ".env.example",
    "Cargo.lock",
    "README.md",
    "crates/vendor-connectors/Cargo.toml",
    "crates/vendor-connectors/src/connectors.rs",
    "docs/compatibility.md",
    "docs/configuration.md",
    "docs/schemas/connectors.toml.json",
    "docs/tables/README.md",
];

/// The content of each file below a folder.
type Files = BTreeMap<PathBuf, Vec<u8>>;

pub(crate) fn run() -> Result<ExitCode> {
    let target = std::env::current_exe()?;
    let target = target.ancestors().nth(2).context("this program is in a folder of cargo's")?;
    // It goes in any case: cargo takes what is compiled of it for what is compiled of the original,
    // and would look for changes of the copy, as long as that is there.
    let copy = tempfile::Builder::new().prefix("followed").tempdir_in(target)?;
    let copy = copy.path();
    read(root())?.iter().try_for_each(|(file, content)| write(&copy.join(file), content))?;
    let server = Postgres::start()?;
    let shell = Shell { copy, target, server: &server };
    let text = fs::read_to_string(root().join(DOCUMENT)).context(DOCUMENT)?;
    let blocks = blocks(&text);
    let commands: Vec<_> = blocks.iter().filter(|block| block.language == "sh").collect();
    let [first, then @ ..] = &commands[..] else { bail!("{DOCUMENT} has no commands") };
    for name in [UNTOUCHED.to_owned()].into_iter().chain(vendors()?) {
        let begun = Instant::now();
        let before = read(copy)?;
        shell.run(first, &name)?;
        let laid = read(copy)?;
        write_as_a_person(&name, copy)?;
        let edited = outside(&changed(&laid, &read(copy)?), &name);
        for block in then {
            shell.run(block, &name)?;
        }
        let after = read(copy)?;
        let written = outside(&changed(&before, &after), &name);
        let scripts = scripts(&binary_of(&name));
        let mut made = scripts.map(|(file, _)| format!("python/data/scripts/{file}")).to_vec();
        made.push(format!("docs/tables/{name}.md"));
        let expected = |file: &&PathBuf| {
            !made.iter().any(|made| **file == Path::new(made))
                && !file.starts_with(format!("deploy/dbt/models/{name}"))
                && !WRITTEN.iter().any(|known| **file == Path::new(known))
        };
        let stray: Vec<_> = written.iter().filter(expected).collect();
        ensure!(edited.is_empty(), "{name} needs an edit by hand of {edited:?}");
        ensure!(stray.is_empty(), "{name}: commands changed {stray:?}");
        let suite = snapshots(&after, &name);
        ensure!(suite > 0, "the suite of {name} has compared nothing");
        print(&format!(
            "{name}: {} files outside of its folders edited by hand, {} written by commands; \
             its suite passes, with {suite} snapshots ({:.0} s)",
            edited.len(),
            written.len(),
            begun.elapsed().as_secs_f64()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The vendors that are invented for this.
fn vendors() -> Result<Vec<String>> {
    let entries = root().join("xtask/vendors").read_dir()?;
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// Where the commands run.
struct Shell<'a> {
    copy: &'a Path,
    target: &'a Path,
    server: &'a Postgres,
}

impl Shell<'_> {
    /// Runs a block of the document, with the vendor's name in place of the example's.
    fn run(&self, block: &Block, name: &str) -> Result<()> {
        let kebab = |name: &str| name.replace('_', "-");
        let text = block.lines.join("\n");
        let text = text.replace(EXAMPLE, name).replace(&kebab(EXAMPLE), &kebab(name));
        let mut command = Command::new("bash");
        // What `cargo run` says of this package is not true of others.
        for (variable, _) in cargo(&[]).get_envs() {
            command.env_remove(variable);
        }
        let output = command
            .args(["-euxo", "pipefail", "-c", &text])
            .current_dir(self.copy)
            .env("NAME", name)
            .env("CRATE", binary_of(name))
            .env("CARGO_TARGET_DIR", self.target)
            .env(postgres::VARIABLE, &self.server.url)
            .output()
            .context("bash does not run")?;
        if !output.status.success() {
            print(&String::from_utf8_lossy(&[output.stdout, output.stderr].concat()))?;
            bail!("{DOCUMENT}, line {}: the last command above failed for {name}", block.line);
        }
        Ok(())
    }
}

/// Puts a vendor's own files into its folders, in place of the skeleton's fixtures.
fn write_as_a_person(name: &str, copy: &Path) -> Result<()> {
    for (part, folder) in folders(name) {
        let own = root().join("xtask/vendors").join(name).join(part);
        if !own.exists() {
            continue;
        }
        if part == "fixtures" {
            fs::remove_dir_all(copy.join(&folder))?;
        }
        for (file, content) in read(&own)? {
            write(&copy.join(&folder).join(file), &content)?;
        }
    }
    Ok(())
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    fs::create_dir_all(file.parent().context("a file is in a folder")?)?;
    fs::write(file, content).with_context(|| file.display().to_string())
}

/// The files below a folder, without what is no source.
fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if NOT_COPIED.iter().any(|name| path == Path::new(name)) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let content = fs::read(folder.join(&path));
                files.insert(path.clone(), content.with_context(|| path.display().to_string())?);
            }
        }
    }
    Ok(files)
}

/// The files that were added, changed or removed.
fn changed(before: &Files, after: &Files) -> Vec<PathBuf> {
    let of_either = before.keys().chain(after.keys().filter(|file| !before.contains_key(*file)));
    of_either.filter(|file| before.get(*file) != after.get(*file)).cloned().collect()
}

/// Those that are not in a connector's own folders.
fn outside(files: &[PathBuf], name: &str) -> Vec<PathBuf> {
    let own = folders(name);
    let is_outside = |file: &&PathBuf| !own.iter().any(|(_, folder)| file.starts_with(folder));
    files.iter().filter(is_outside).cloned().collect()
}

/// The number of snapshots that a connector's suite wrote and compared.
fn snapshots(files: &Files, name: &str) -> usize {
    let folder = Path::new("crates").join(binary_of(name)).join("tests/it/snapshots");
    files.keys().filter(|file| file.starts_with(&folder)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(of: &[(&str, &str)]) -> Files {
        of.iter().map(|(file, content)| (file.into(), content.as_bytes().to_vec())).collect()
    }

    #[test]
    fn what_changes_outside_of_a_connectors_folders_is_seen() {
        let before = files(&[("README.md", "a"), ("crates/core/a", "a"), ("fixtures/b/x", "a")]);
        let after = files(&[
            ("README.md", "b"),
            ("crates/core/a", "a"),
            ("crates/b-b-connector/a", "a"),
            ("migrations/b_b/a", "a"),
        ]);
        let changed = changed(&before, &after);
        assert_eq!(changed.len(), 4);
        let outside = outside(&changed, "b_b");
        assert_eq!(outside, [Path::new("README.md"), Path::new("fixtures/b/x")]);
    }
}
