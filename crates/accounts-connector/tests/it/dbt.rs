//! What `dbt` writes, and what it leaves alone. That dbt takes it is tried in `readers`.

use std::fs;
use std::path::Path;

use crate::shell::Shell;

const EU: &str = "[connections.eu]\nconnector = \"accounts\"\nschema = \"it's\"\nhistory = [\"labels\"]\nfingerprint = [\"name\"]\n\
                  quarantine = { rows = 5, share = 0.1 }\nonly_resources = [\"labels\", \"accounts_feeds\"]\n\n\
                  [connections.us]\nconnector = \"accounts\"\nsecrets = \"keep\"\nexclude = [\"name\"]\nonly_resources = [\"labels\"]\n";

fn files(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path.display().to_string());
        }
    }
    all.sort();
    all
}

#[test]
fn a_package_has_a_model_of_each_table_with_the_rows_of_all_connections() {
    let shell = Shell::new().file("connectors.toml", EU);
    let said = shell.run("dbt --output made");
    let mut all = said.text();
    for file in files(&shell.path().join("made/models")) {
        let text = fs::read_to_string(&file).unwrap();
        let below = file.rsplit("/made/").next().unwrap();
        all.extend(["\n==> ", below, "\n", &text]);
    }
    insta::assert_snapshot!("dbt", all);
}

#[test]
fn one_connection_is_written_by_flags_alone() {
    let shell = Shell::new();
    let said = shell.run("dbt -o made --schema other --preset live --resource users");
    assert_eq!(said.status, 0, "{said:?}");
    let sources = shell.path().join("made/models/accounts/_accounts__sources.yml");
    let sources = fs::read_to_string(sources).unwrap();
    assert!(sources.contains("- name: accounts\n") && sources.contains("  schema: other\n"));
    let shell = shell.file("other.toml", EU);
    let said = shell.run("dbt --output us --config other.toml --connection us");
    assert!(said.stdout.starts_with("us: 1 source and 1 model of 1 connection\n"), "{said:?}");
}

#[test]
fn what_no_connection_has_any_more_goes_and_what_a_person_wrote_stays() {
    let shell = Shell::new().file("connectors.toml", EU);
    assert_eq!(shell.run("dbt --output made").status, 0);
    let made = shell.path().join("made");
    let own = made.join("models/accounts/feeds.sql");
    fs::write(&own, "select 1").unwrap();
    fs::write(made.join("dbt_project.yml"), "name: mine\n").unwrap();
    let feeds = made.join("models/accounts/stg_accounts__accounts_feeds.sql");
    let labels = made.join("models/accounts/stg_accounts__labels.sql");
    let before = labels.metadata().unwrap().modified().unwrap();
    assert!(feeds.exists());

    let us = EU.split("\n\n").last().unwrap();
    let shell = shell.file("connectors.toml", &format!("{us}[connections.eu]\nconnector = \"accounts\"\nschema = \"it's\"\nonly_resources = [\"labels\"]\n"));
    assert_eq!(shell.run("dbt --output made").status, 0);
    assert!(!feeds.exists() && own.exists());
    assert_eq!(fs::read_to_string(made.join("dbt_project.yml")).unwrap(), "name: mine\n");
    assert_eq!(
        labels.metadata().unwrap().modified().unwrap(),
        before,
        "what is the same is not written"
    );

    // A file of a person stands where one would be written: nothing at all is.
    fs::write(&labels, "select 2").unwrap();
    let shell = shell.file("connectors.toml", EU);
    let refused = shell.run("dbt --output made");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("stg_accounts__labels.sql is there, and `dbt` did not write it")
    );
    assert!(!feeds.exists(), "{refused:?}");
}

#[test]
fn connections_in_several_databases_are_no_one_package() {
    let us = EU.replace("[connections.us]\n", "[connections.us]\ndatabase_url = \"env:NOT_SET\"\n");
    let shell = Shell::new().file("connectors.toml", &us);
    let refused = shell.run("dbt --output made");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.stderr.contains("in several databases"), "{refused:?}");
    assert!(!shell.path().join("made").exists());
    // The address of one is not needed.
    assert_eq!(shell.run("dbt --output made --connection us").status, 0);
}
