//! `cargo xtask new`: a connector that works, to be made into another one.

mod lists;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::CommandFactory as _;
use connector_cli::print;
use connector_spec::binary_of;
use vendor_connectors::cli::Cli;

pub(crate) use lists::scripts;

use crate::root;
use crate::test::cargo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The connector's name in `snake_case`, which is its schema too
    name: String,
}

/// The name of the connector in `xtask/skeleton`.
const SKELETON: &str = "new_vendor";

/// Names of schemas that are not a connector's, and the command that explains others.
const RESERVED: [&str; 3] = ["help", "information_schema", "public"];

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let name = &args.name;
    check(name)?;
    let folders = folders(name);
    for (_, to) in &folders {
        ensure!(!root().join(to).exists(), "`{name}` is taken: {to} is there");
    }
    for (part, to) in &folders {
        lay(&root().join("xtask/skeleton").join(part), &root().join(to), name)?;
        print(&format!("{to}/ is laid"))?;
    }
    for (path, text) in lists::written()? {
        let is_program = text.starts_with("#!");
        fs::write(root().join(&path), text).with_context(|| path.clone())?;
        if is_program {
            let mode = Permissions::from_mode(0o755);
            fs::set_permissions(root().join(&path), mode).with_context(|| path.clone())?;
        }
        print(&format!("{path} is written"))?;
    }
    // Cargo.lock names all members, and is to have it before anything asks for `--locked`.
    let metadata = cargo(&["metadata", "--offline", "--format-version", "1"]).output()?;
    ensure!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    print("It has one invented resource, and works: go on at docs/adding-a-connector.md, step 2")?;
    Ok(ExitCode::SUCCESS)
}

/// The folders of a connector, each after the part of the skeleton that it is made from.
pub(crate) fn folders(name: &str) -> [(&'static str, String); 3] {
    [
        ("crate", format!("crates/{}", binary_of(name))),
        ("migrations", format!("migrations/{name}")),
        ("fixtures", format!("fixtures/{name}")),
    ]
}

/// Fails unless a connector can be called that.
fn check(name: &str) -> Result<()> {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    ensure!(
        name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('_').all(is_word),
        "`{name}` is not snake_case: small letters and digits, with single underscores between"
    );
    ensure!(
        !RESERVED.contains(&name) && !name.starts_with("pg_") && !is_command(name),
        "`{name}` is taken by Postgres, or by a command about all connectors"
    );
    Ok(())
}

/// Whether a command about all connectors has that name.
fn is_command(name: &str) -> bool {
    Cli::command().get_subcommands().any(|command| command.get_name() == name)
}

/// Copies a folder of the skeleton, with the name in place of the skeleton's own.
fn lay(from: &Path, to: &Path, name: &str) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let (from, to) = (entry?.path(), to.to_owned());
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            lay(&from, &to, name)?;
        } else {
            let text = fs::read_to_string(&from).with_context(|| from.display().to_string())?;
            fs::write(&to, named(&text, name)).with_context(|| to.display().to_string())?;
        }
    }
    Ok(())
}

/// A text of the skeleton with another name, in each of its spellings.
fn named(text: &str, name: &str) -> String {
    let spellings = [str::to_owned, |name: &str| name.replace('_', "-"), str::to_ascii_uppercase];
    spellings
        .iter()
        .fold(text.to_owned(), |text, spelled| text.replace(&spelled(SKELETON), &spelled(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_snake_case_or_not_free_is_refused() {
        for good in ["parcels", "parcel_tracking", "v2_parcels"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in
            ["", "Parcels", "parcel-tracking", "_parcels", "parcels_", "a__b", "2a", "é", "../a"]
        {
            assert!(check(bad).unwrap_err().to_string().contains("snake_case"), "{bad}");
        }
        for taken in ["sync", "public", "pg_parcels", "status", "changes", "init"] {
            assert!(check(taken).unwrap_err().to_string().contains("taken"), "{taken}");
        }
    }

    #[test]
    fn a_new_connector_has_its_name_wherever_the_skeleton_has_its_own() {
        assert_eq!(
            named("new_vendor new-vendor-connector NEW_VENDOR_API_KEY", "a_b"),
            "a_b a-b-connector A_B_API_KEY"
        );
    }
}
