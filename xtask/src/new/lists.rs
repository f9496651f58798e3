//! Where the vendors have to be listed, as a manifest cannot glob its dependencies: both lists
//! are made from the crates that are there.

use std::fs;

use anyhow::{Context as _, Result};
use toml_edit::{DocumentMut, InlineTable, value};

use crate::root;

const MANIFEST: &str = "crates/vendor-connectors/Cargo.toml";
const SOURCE: &str = "crates/vendor-connectors/src/connectors.rs";

/// Where a Python package has programs that are no Python.
const SCRIPTS: &str = "python/data/scripts";

/// The files, and what is to be in them.
pub(super) fn written() -> Result<Vec<(String, String)>> {
    let crates = crates()?;
    let before = fs::read_to_string(root().join(MANIFEST)).context(MANIFEST)?;
    let after = manifest(&before, &crates).context(MANIFEST)?;
    let mut written = vec![(MANIFEST.to_owned(), after), (SOURCE.to_owned(), source(&crates))];
    for name in &crates {
        written.extend(scripts(name).map(|(file, text)| (format!("{SCRIPTS}/{file}"), text)));
    }
    Ok(written)
}

/// The crates of vendors, in order of name.
fn crates() -> Result<Vec<String>> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with("-connector") && entry.path().join("Cargo.toml").exists() {
            crates.push(name);
        }
    }
    crates.sort();
    Ok(crates)
}

/// The manifest with the crates among its dependencies, and no other vendors.
fn manifest(before: &str, crates: &[String]) -> Result<String> {
    let mut manifest: DocumentMut = before.parse()?;
    let dependencies = manifest["dependencies"].as_table_mut();
    let dependencies = dependencies.context("it has no dependencies")?;
    dependencies.retain(|name, _| {
        !name.ends_with("-connector") || crates.iter().any(|known| known == name)
    });
    for name in crates {
        if !dependencies.contains_key(name) {
            let mut dependency = InlineTable::new();
            dependency.insert("path", format!("../{name}").into());
            dependency.insert("default-features", false.into());
            dependencies.insert(name, value(dependency));
        }
    }
    Ok(manifest.to_string())
}

fn source(crates: &[String]) -> String {
    let of = |name: &String| format!("    &{}::CONNECTOR,", name.replace('-', "_"));
    let all = crates.iter().map(of).collect::<Vec<_>>().join("\n");
    format!(
        "//! The connectors of the workspace: written whole by `cargo xtask new`, from the crates there are.

use connector_core::Connector;

/// All connectors, in order of name.
pub const ALL: [&Connector; {}] = [
{all}
];

/// The connector of that name.
pub fn find(name: &str) -> Option<&'static Connector> {{
    ALL.into_iter().find(|connector| connector.name == name)
}}
",
        crates.len()
    )
}

/// The small programs that start the large one beside them: as a connector's own, and as what
/// Airbyte and Singer call without a command.
pub(crate) fn scripts(name: &str) -> [(String, String); 3] {
    let vendor = name.trim_end_matches("-connector");
    let script = |file: String, command: &str| {
        let text = format!(
            "#!/bin/sh
# Written by `cargo xtask new`.
this=$(readlink -f \"$0\") && exec \"${{this%/*}}/vendor-connectors\" {name} {command}\"$@\"
"
        );
        (file, text)
    };
    [
        script(name.to_owned(), ""),
        script(format!("source-{vendor}"), "airbyte "),
        script(format!("tap-{vendor}"), "singer "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_crate_of_a_vendor_is_listed_and_no_other_one() {
        for (path, text) in written().unwrap() {
            let there = fs::read_to_string(root().join(&path)).unwrap();
            assert_eq!(there, text, "{path} is not what `cargo xtask new` writes");
        }
    }

    #[test]
    fn a_new_crate_is_added_and_one_that_is_gone_is_taken_out() {
        let with = |line: &str| {
            format!(
                "[dependencies]\nclap.workspace = true\n\n# Vendors.\n{line}\n[dev-dependencies]\n"
            )
        };
        let line =
            |name: &str| format!("{name} = {{ path = \"../{name}\", default-features = false }}\n");
        let [a, b] = ["a-connector", "b-connector"].map(str::to_owned);
        let both = with(&(line(&a) + &line(&b)));
        assert_eq!(manifest(&with(&line(&a)), &[a.clone(), b]).unwrap(), both);
        assert_eq!(manifest(&both, std::slice::from_ref(&a)).unwrap(), with(&line(&a)));
    }
}
