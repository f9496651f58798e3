//! `cargo xtask dist`: what is shipped, of what is committed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, ensure};
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;
use connector_cli::print;
use toml_edit::{Array, DocumentMut, value};
use vendor_connectors::cli::{PROGRAM, command};

use crate::root;
use crate::wheel::{done, output};

/// A kind of machine, and what its wheels are said to run on.
struct Target {
    triple: &'static str,
    compatibility: &'static str,
}

const MUSL: &str = "musllinux_1_2";
const GLIBC: &str = "manylinux2014";

const TARGETS: [Target; 4] = [
    Target { triple: "x86_64-unknown-linux-gnu", compatibility: GLIBC },
    Target { triple: "x86_64-unknown-linux-musl", compatibility: MUSL },
    Target { triple: "aarch64-unknown-linux-gnu", compatibility: GLIBC },
    Target { triple: "aarch64-unknown-linux-musl", compatibility: MUSL },
];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A kind of machine to build for; may be repeated [default: all]
    #[arg(long = "target", value_name = "TRIPLE", value_parser = triples())]
    targets: Vec<String>,
    /// The folder that it is laid in
    #[arg(long, value_name = "DIR", default_value = "dist")]
    output: PathBuf,
}

fn triples() -> PossibleValuesParser {
    TARGETS.map(|target| target.triple).into()
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let out = std::path::absolute(&args.output)?;
    ensure!(!out.exists(), "{} is there already: move it away", out.display());
    fs::create_dir_all(&out)?;
    let build = Build::begin()?;
    let asked = |target: &&Target| {
        args.targets.is_empty() || args.targets.iter().any(|triple| triple == target.triple)
    };
    for target in TARGETS.iter().filter(asked) {
        print(&format!("building for {}", target.triple))?;
        build.wheel(target, &out)?;
        build.archive(target, &out)?;
    }
    build.maturin("sdist", &["--out", &out.to_string_lossy()])?;
    sums(&out)?;
    print(&output(Command::new("ls").arg("-l").arg(&out))?)?;
    Ok(ExitCode::SUCCESS)
}

/// What all targets have in common.
struct Build {
    /// What is committed, in a folder of its own: nothing else is shipped.
    source: PathBuf,
    maturin: PathBuf,
    version: String,
    /// The variables of each build: all that could differ from one machine to another.
    variables: Vec<(&'static str, String)>,
}

impl Build {
    fn begin() -> Result<Self> {
        let changed = output(git().args(["status", "--porcelain"]))?;
        ensure!(changed.is_empty(), "what is shipped is what is committed: commit first");
        let source = root().join("target/dist/source");
        if source.exists() {
            fs::remove_dir_all(&source)?;
        }
        fs::create_dir_all(&source)?;
        let archive = source.with_extension("tar");
        done(git().arg("archive").arg("--output").arg(&archive).arg("HEAD"))?;
        done(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&source))?;
        let commit = |format: &str| {
            let said = output(git().args(["log", "-1", &format!("--format={format}")]))?;
            Ok::<_, anyhow::Error>(said.trim().to_owned())
        };
        let home = std::env::var("CARGO_HOME").or_else(|_| {
            let home = std::env::var("HOME").context("HOME is not set")?;
            Ok::<_, anyhow::Error>(format!("{home}/.cargo"))
        })?;
        // Paths of this machine end up in what a panic says.
        let paths = [(source.to_string_lossy().into_owned(), "."), (home, "cargo")];
        let paths = paths.map(|(from, to)| format!("--remap-path-prefix={from}={to}"));
        let variables = vec![
            ("SOURCE_DATE_EPOCH", commit("%ct")?),
            ("CONNECTOR_COMMIT", commit("%h %cs")?),
            ("RUSTFLAGS", paths.join(" ")),
            ("CARGO_TARGET_DIR", root().join("target").to_string_lossy().into_owned()),
        ];
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Ok(Self { source, maturin: tools()?, version, variables })
    }

    fn maturin(&self, command: &str, arguments: &[&str]) -> Result<()> {
        let mut maturin = Command::new(&self.maturin);
        maturin.arg(command).args(arguments).current_dir(&self.source);
        let variables = self.variables.iter().map(|(name, value)| (*name, value));
        // It finds the compiler of C beside itself.
        let path = std::env::var("PATH").unwrap_or_default();
        let beside = self.maturin.parent().unwrap_or(Path::new("")).display();
        let status = maturin.envs(variables).env("PATH", format!("{beside}:{path}")).status()?;
        ensure!(status.success(), "maturin {command} fails, and says above why");
        Ok(())
    }

    fn wheel(&self, target: &Target, out: &Path) -> Result<()> {
        let pyproject = self.source.join("pyproject.toml");
        let before = fs::read_to_string(&pyproject)?;
        if target.compatibility == MUSL {
            fs::write(&pyproject, without_dependencies(&before)?)?;
        }
        if Command::new("rustup").arg("--version").output().is_ok() {
            done(
                Command::new("rustup").args(["target", "add", target.triple]).current_dir(root()),
            )?;
        }
        let out = out.to_string_lossy();
        let built = self.maturin(
            "build",
            &[
                "--locked",
                "--zig",
                "--target",
                target.triple,
                "--compatibility",
                target.compatibility,
                "--out",
                &out,
            ],
        );
        fs::write(&pyproject, before)?;
        built
    }

    /// The program with all that belongs to it, for who has no Python.
    fn archive(&self, target: &Target, out: &Path) -> Result<()> {
        let name = format!("{PROGRAM}-{}-{}", self.version, target.triple);
        let laid = root().join("target/dist/archives");
        let folder = laid.join(&name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let program = root().join("target").join(target.triple).join("dist").join(PROGRAM);
        copy(&program, &folder)?;
        for entry in fs::read_dir(self.source.join("python/data/scripts"))? {
            copy(&entry?.path(), &folder)?;
        }
        for file in ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md", "python/README.md"] {
            copy(&self.source.join(file), &folder)?;
        }
        pages(&folder)?;
        bill(target, out, &folder)?;
        let mut tar = Command::new("tar");
        tar.args(["--create", "--sort=name", "--owner=0", "--group=0", "--numeric-owner"]);
        tar.args(["--mode=u+rwX,go+rX,go-w", "--use-compress-program=gzip -n9"]);
        let epoch = &self.variables[0].1;
        tar.arg(format!("--mtime=@{epoch}")).arg("--file").arg(out.join(format!("{name}.tar.gz")));
        done(tar.arg("--directory").arg(&laid).arg(&name))
    }
}

/// Completions and manual pages.
fn pages(folder: &Path) -> Result<()> {
    let completions = folder.join("completions");
    fs::create_dir_all(&completions)?;
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command(), PROGRAM, &completions)?;
    }
    let man = folder.join("man");
    fs::create_dir_all(&man)?;
    connector_cli::write_pages(command(), &man)?;
    Ok(())
}

/// What the program was built from: the bill of materials that its wheel has.
fn bill(target: &Target, out: &Path, folder: &Path) -> Result<()> {
    let machine = target.triple.split('-').next().unwrap_or_default();
    let mut wheels = Vec::new();
    for entry in fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_wheel = path.extension().is_some_and(|extension| extension == "whl");
        if is_wheel && name.contains(target.compatibility) && name.contains(machine) {
            wheels.push(path);
        }
    }
    let [wheel] = &wheels[..] else { anyhow::bail!("{} has {wheels:?}", out.display()) };
    let unpacked = tempfile::tempdir()?;
    let mut unpack = Command::new("python3");
    unpack.args(["-m", "zipfile", "-e"]).arg(wheel);
    done(unpack.arg(unpacked.path()))?;
    let found = walkdir::WalkDir::new(unpacked.path()).into_iter().filter_map(Result::ok);
    let mut files = found.map(walkdir::DirEntry::into_path);
    let bill = files.find(|path| path.to_string_lossy().ends_with(".cyclonedx.json"));
    copy(&bill.context("the wheel has no bill of materials")?, folder)
}

/// The package as it is for musl, for which nobody builds the programs of a Postgres.
fn without_dependencies(pyproject: &str) -> Result<String> {
    let mut pyproject: DocumentMut = pyproject.parse()?;
    pyproject["project"]["dependencies"] = value(Array::new());
    Ok(pyproject.to_string())
}

/// What builds it, in an environment of its own.
fn tools() -> Result<PathBuf> {
    let environment = root().join("target/tools/dist");
    let maturin = environment.join("bin/maturin");
    done(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let mut install = Command::new(environment.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    install.args(["--only-binary", ":all:", "--require-hashes", "-r", ".ci/dist.txt"]);
    done(install.current_dir(root()))?;
    Ok(maturin)
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(root());
    git
}

/// Copies a file into a folder.
fn copy(file: &Path, folder: &Path) -> Result<()> {
    let to = folder.join(file.file_name().unwrap_or_default());
    fs::copy(file, to).with_context(|| file.display().to_string())?;
    Ok(())
}

/// Writes the checksums of all files in a folder.
fn sums(folder: &Path) -> Result<()> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.push(entry?.file_name());
    }
    names.sort();
    let sums = output(Command::new("sha256sum").args(&names).current_dir(folder))?;
    fs::write(folder.join("SHA256SUMS"), sums)?;
    Ok(())
}
