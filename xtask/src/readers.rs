//! `cargo xtask readers`: what others read of runs, with the programs that people read with.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};
use vendor_connectors::process;

use crate::postgres::{self, Postgres};
use crate::test::cargo;
use crate::{npm, root};

/// The checker of what is hard to use, which the page is looked at with.
const AXE: &str = "axe-core@4.14.1";
/// As `npm` says it.
const AXE_DIGEST: &str = "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the tests that have one of these in their name
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Leave pictures of the page in this folder
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let driver = driver()?;
    target_jsonl()?;
    let (axe, python, dbt) = (axe()?, python("readers")?, python("dbt")?);
    // With all that is shipped.
    let words = ["build", "--locked", "--package", "vendor-connectors", "--features", "otel"];
    let built = process::run(&mut cargo(&words))?;
    if built != ExitCode::SUCCESS {
        return Ok(built);
    }
    let server = Postgres::start()?;
    let program = root().join("target/debug/vendor-connectors");
    let mut tests = cargo(&["nextest", "run", "--no-fail-fast", "--ignore-default-filter"]);
    tests.args(["--package", "readers", "--package", "peers"]);
    // Of what `cargo xtask peers` tries, only what takes seconds.
    tests.args(["-E", "package(readers) | test(target_jsonl)", "--"]).args(&args.filters);
    tests.env(postgres::VARIABLE, &server.url).env("READERS_TOOLS", tools());
    tests.env("READERS_PROGRAM", program).env("READERS_DRIVER", driver);
    tests.env("READERS_AXE", axe).env("READERS_PYTHON", python).env("READERS_DBT", dbt);
    if let Some(folder) = &args.pictures {
        fs::create_dir_all(folder)?;
        tests.env("READERS_PICTURES", folder.canonicalize()?);
    }
    process::run(&mut tests)
}

/// The program that drives Chromium.
fn driver() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join("chromedriver"));
    found.into_iter().find(|driver| driver.is_file()).context(
        "there is no chromedriver; install Chromium with it (Debian: apt-get install chromium chromium-driver)",
    )
}

/// The checker, which is fetched the first time.
fn axe() -> Result<PathBuf> {
    let folder = tools().join(AXE);
    whole(&folder, |begun| npm::fetch(AXE, AXE_DIGEST, "package/axe.min.js", begun))?;
    Ok(folder.join("package/axe.min.js"))
}

/// A Python that has what a list in `.ci` names.
fn python(name: &str) -> Result<PathBuf> {
    let folder = tools().join(name);
    environment(&folder, &[&format!(".ci/{name}.txt")], &["--require-hashes"])?;
    Ok(folder.join("bin/python"))
}

/// The environment of a target of Singer, of which a part is built on this machine.
pub(crate) fn target_jsonl() -> Result<bool> {
    let lists = [".ci/setuptools.txt", ".ci/target-jsonl.txt"];
    environment(
        &tools().join("target-jsonl"),
        &lists,
        &["--require-hashes", "--no-build-isolation"],
    )
}

/// Where what is fetched stays.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}

/// Makes an environment of Python that has what lists name, one after the other, and nothing that
/// this depends on; that is fetched the first time, and when the lists change. Returns whether it was.
pub(crate) fn environment(folder: &Path, lists: &[&str], words: &[&str]) -> Result<bool> {
    let wanted: Vec<_> =
        lists.iter().map(|list| fs::read(root().join(list))).collect::<Result<_, _>>()?;
    let (wanted, made) = (wanted.concat(), folder.join("made-of.txt"));
    if fs::read(&made).ok().as_ref() == Some(&wanted) {
        return Ok(false);
    }
    // An environment knows its own place, so it is made where it stays.
    done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    for list in lists {
        let mut install = Command::new(folder.join("bin/pip"));
        install.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        install.args(["--only-binary", ":all:"]).args(words).args(["-r", list]);
        done(install.current_dir(root()))?;
    }
    fs::write(made, wanted)?;
    Ok(true)
}

/// Makes a folder that appears by one rename: all of it, or nothing.
fn whole(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let all = folder.parent().unwrap_or(folder);
    fs::create_dir_all(all)?;
    let begun = tempfile::tempdir_in(all)?;
    fill(begun.path())?;
    fs::rename(begun.keep(), folder)?;
    Ok(())
}

fn done(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} does not run", command.get_program().display()))?;
    ensure!(status.success(), "{} failed", command.get_program().display());
    Ok(())
}
