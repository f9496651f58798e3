//! The layers of the source: what may use what, read from the source itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::root;
use crate::test::cargo;

/// The modules of the engine, each of which uses none but those before it.
const ENGINE: [&str; 14] = [
    "words",
    "foreign",
    "error",
    "pieces",
    "stop",
    "budget",
    "environment",
    "params",
    "ask",
    "walk",
    "read",
    "verdict",
    "store",
    "run",
];

/// Folders of modules whose files use each other in one direction only.
const FOLDERS: [&str; 23] = [
    "connector-cli/src",
    "connector-cli/src/dbt",
    "connector-cli/src/page",
    "connector-cli/src/readers",
    "connector-cli/src/settings",
    "connector-core/src/ask",
    "connector-core/src/read",
    "connector-core/src/read/secret",
    "connector-core/src/run",
    "connector-core/src/run/lineage",
    "connector-core/src/store",
    "connector-core/src/store/records",
    "connector-core/src/store/sql",
    "connector-core/src/verdict",
    "connector-core/src/verdict/report",
    "connector-core/src/walk",
    "connector-spec/src",
    "connector-spec/src/json",
    "connector-telemetry/src",
    "connector-testkit/src",
    "embedded-postgres/src",
    "../worker/src",
    "../xtask/src/bench",
];

/// The Rust files below a folder, with the text of each before its tests.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("source is text");
            let own = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            all.push((path.display().to_string(), own.to_owned()));
        }
    }
    all
}

/// The modules that a text names behind `crate::` or `super::`.
fn named<'a>(text: &'a str, before: &str) -> BTreeSet<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let code = text.split(before).skip(1);
    let names = code.map(|rest| rest.split(|c| !is_name(c)).next().unwrap_or_default());
    names.filter(|name| !name.is_empty()).collect()
}

#[test]
fn no_module_of_the_engine_uses_one_that_comes_after_it() {
    let src = root().join("crates/connector-core/src");
    let rank = |name: &str| ENGINE.iter().position(|known| *known == name);
    let mut wrong = Vec::new();
    for (path, text) in sources(&src) {
        let below = path.strip_prefix(&format!("{}/", src.display())).expect("it is below");
        let module = below.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = rank(module) else {
            assert_eq!(module, "lib", "{below} is in no layer");
            continue;
        };
        for used in named(&text, "crate::") {
            if rank(used).is_some_and(|used| used > own) {
                wrong.push(format!("{below} uses `{used}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_files_of_a_folder_use_each_other_in_a_circle() {
    for folder in FOLDERS {
        let path = root().join("crates").join(folder);
        let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, text) in sources(&path) {
            let below = file.strip_prefix(&format!("{}/", path.display())).expect("it is below");
            let module = below.split(['/', '.']).next().unwrap_or_default().to_owned();
            // From a folder of its own, `super` is the module itself, and its own root is no other one.
            let direct = !below.contains('/');
            let mut names = if direct { named(&text, "super::") } else { BTreeSet::new() };
            if folder.ends_with("/src") {
                names.extend(named(&text, "crate::"));
            }
            let own = uses.entry(module.clone()).or_default();
            own.extend(names.into_iter().filter(|name| *name != module).map(str::to_owned));
        }
        // What only holds the others together names all of them.
        uses.remove("lib");
        uses.remove("mod");
        let known: BTreeSet<String> = uses.keys().cloned().collect();
        for names in uses.values_mut() {
            names.retain(|name| known.contains(name));
        }
        // Whoever uses nobody that is left is taken away, until nobody is left.
        while let Some(free) =
            uses.iter().find(|(_, names)| names.is_empty()).map(|(name, _)| name.clone())
        {
            uses.remove(&free);
            for names in uses.values_mut() {
                names.remove(&free);
            }
        }
        assert!(uses.is_empty(), "{folder} has circles among: {uses:#?}");
    }
}

#[test]
fn the_declarations_of_a_vendor_bring_no_socket_no_sql_and_no_command_line() {
    let mut tree = cargo(&["tree", "--offline", "--edges", "normal", "--prefix", "none"]);
    tree.args(["--no-default-features", "--package", "accounts-connector"]);
    let output = tree.output().expect("cargo runs");
    let text = String::from_utf8(output.stdout).expect("names are text");
    let crates: BTreeSet<&str> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(crates.contains("connector-spec"), "{text}");
    for heavy in ["sqlx", "reqwest", "hyper", "clap", "tokio", "connector-core", "connector-cli"] {
        assert!(!crates.contains(heavy), "`{heavy}` is there");
    }
}
