//! The file that `init` writes, in Tombi, which is what an editor asks: it finds the schema that
//! the file names, and marks what is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use connector_testkit::Database;

use crate::night::{run, variable};

/// What is marked in `connectors.toml`: the places and what is wrong there, without colours.
fn marked(folder: &Path) -> Vec<String> {
    let tombi = Path::new(&variable("READERS_PYTHON")).with_file_name("tombi");
    let mut lint = Command::new(tombi);
    lint.args(["lint", "--offline", "connectors.toml"]).current_dir(folder).env_clear();
    let output = lint.env("HOME", folder).env("NO_COLOR", "1").output().unwrap();
    let text =
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let marked = lines.windows(2).filter_map(|pair| {
        let [what, at] = pair else { return None };
        Some(format!("{} {what}", at.strip_prefix("at connectors.toml:")?))
    });
    let marked: Vec<String> = marked.collect();
    assert_eq!(output.status.success(), !marked.iter().any(|one| one.contains("Error")), "{text}");
    marked
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_finds_the_schema_of_a_new_file_and_marks_what_is_wrong_in_it() {
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let init = "accounts init --yes --no-check --base-url https://api.example.com";
    let (status, said) = run(folder.path(), &database, init, &[("ACCOUNTS_API_KEY", "k")]);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(marked(folder.path()), Vec::<String>::new());

    let file = folder.path().join("connectors.toml");
    let written = fs::read_to_string(&file).unwrap();
    // The example has every setting, and names no schema.
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors.example.toml");
    let first = written.lines().next().unwrap();
    fs::write(&file, format!("{first}\n{}", fs::read_to_string(example).unwrap())).unwrap();
    assert_eq!(marked(folder.path()), Vec::<String>::new());

    let wrong = "batch_size = 1\nsecrets = \"hide\"\nonly_resources = [\"user\"]\n";
    fs::write(&file, format!("{written}{wrong}")).unwrap();
    let marked = marked(folder.path());
    for name in ["batch_size", "hide", "user"] {
        assert!(marked.iter().any(|one| one.contains(name)), "{name} is not among {marked:#?}");
    }
    // What a word is not is said once for each that it could be.
    let lines: BTreeSet<_> = marked.iter().filter_map(|one| one.split(':').next()).collect();
    assert_eq!(lines.len(), 3, "{marked:#?}");
    database.drop().await;
}
