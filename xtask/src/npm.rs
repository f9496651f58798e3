//! Packages of npm, fetched by `npm` and known by their digests.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// What `npm pack` says of what it fetched.
#[derive(Deserialize)]
struct Packed {
    filename: String,
    integrity: String,
}

/// Fetches a package, as `name@version`, and unpacks a part of it into a folder; the digest is
/// the one that `npm` says.
pub(crate) fn fetch(package: &str, digest: &str, part: &str, folder: &Path) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--json", package]).current_dir(folder).stderr(Stdio::inherit());
    let said =
        npm.output().context("npm does not run; install it (Debian: apt-get install npm)")?;
    ensure!(said.status.success(), "`npm pack {package}` failed");
    let [packed]: [Packed; 1] = serde_json::from_slice(&said.stdout)
        .with_context(|| format!("what `npm pack {package}` says is not understood"))?;
    ensure!(
        packed.integrity == digest,
        "{package} is another one than it was: {} in place of {digest}",
        packed.integrity
    );
    let mut tar = Command::new("tar");
    tar.args(["-xzf", &packed.filename, "--no-same-owner", part]).current_dir(folder);
    ensure!(tar.status().context("tar does not run")?.success(), "{package} cannot be unpacked");
    Ok(())
}
