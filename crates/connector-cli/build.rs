//! The commit that a program is built from, for `--version`.

use std::process::Command;

fn main() {
    // A build without Git, or outside of a repository, has no commit, or is told it.
    println!("cargo:rerun-if-env-changed=CONNECTOR_COMMIT");
    let told = std::env::var("CONNECTOR_COMMIT").ok();
    let commit = told.or_else(|| git(&["log", "-1", "--format=%h %cs"])).unwrap_or_default();
    println!("cargo:rustc-env=CONNECTOR_COMMIT={}", commit.trim());
    println!("cargo:rerun-if-changed=build.rs");
    let log = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"]);
    if let Some(log) = log.filter(|log| std::path::Path::new(log.trim()).exists()) {
        println!("cargo:rerun-if-changed={}", log.trim());
    }
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok()).flatten()
}
