//! The program of all connectors, as it is started.

mod captures;
mod morning;
mod page;
mod schema;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use connector_core::DOCUMENTED;
use connector_testkit::{Content, Database, Vendor, installed};
use tempfile::TempDir;
use vendor_connectors::connectors;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder can be made")
}

/// The program with these words, started in a folder, with nothing of this environment.
fn program(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(installed(env!("CARGO_BIN_EXE_vendor-connectors")));
    command.args(words).current_dir(folder).env_clear();
    command
}

/// The exit status, and what is said on stdout and stderr.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_connector_without_a_command_syncs_and_says_the_one_next_command_where_nothing_is_set_up() {
    let folder = folder();
    let bare = said(&program(folder.path(), &["webhook-apps"]).output().unwrap());
    let sync = said(&program(folder.path(), &["webhook-apps", "sync"]).output().unwrap());
    assert_eq!(bare, sync);
    let (status, _, stderr) = bare;
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("`vendor-connectors webhook-apps init`"), "{stderr}");
}

#[test]
fn every_connector_is_a_command_with_the_commands_of_its_own_program() {
    let folder = folder();
    let (status, help, _) = said(&program(folder.path(), &["--help"]).output().unwrap());
    assert_eq!(status, Some(0));
    for connector in connectors::ALL {
        let word = connector_cli::word(connector.name);
        assert!(help.contains(&format!("  {word} ")), "{help}");
        let resources = program(folder.path(), &[&word, "resources"]).output().unwrap();
        let (status, text, stderr) = said(&resources);
        assert_eq!(status, Some(0), "{stderr}");
        assert!(text.contains(&format!("vendor-connectors {word} resources NAME")), "{text}");
    }
}

#[test]
fn no_manual_page_has_a_space_in_its_name_and_each_is_what_the_page_above_it_says() {
    let folder = folder();
    let (status, _, stderr) =
        said(&program(folder.path(), &["man", "--dir", "pages"]).output().unwrap());
    assert_eq!(status, Some(0), "{stderr}");
    let pages = folder.path().join("pages");
    for page in std::fs::read_dir(&pages).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        assert!(!name.contains(' '), "{name}");
    }
    for page in
        ["vendor-connectors", "vendor-connectors-accounts", "vendor-connectors-accounts-sync"]
    {
        assert!(pages.join(format!("{page}.1")).exists(), "{page}");
    }
}

#[test]
fn without_a_file_of_connections_all_of_them_are_none_and_the_error_says_how_to_make_one() {
    let folder = folder();
    let all = ["sync", "status", "check"].map(|command| vec![command, "--all"]);
    // What has to name connections says first that there are none.
    for words in all.into_iter().chain([vec!["sync"], vec!["plan"]]) {
        let (status, _, stderr) = said(&program(folder.path(), &words).output().unwrap());
        assert_eq!(status, Some(2), "{stderr}");
        let lines: Vec<&str> = stderr.lines().collect();
        let [error, next] = lines[..] else { panic!("{stderr}") };
        assert!(error.starts_with("error: there is no connectors.toml in /"), "{stderr}");
        assert!(
            next.contains(
                "`cd` to the folder that has it, make one with `vendor-connectors init`,"
            ),
            "{stderr}"
        );
    }
}

#[tokio::test]
async fn all_connections_of_a_file_are_synced_shown_and_checked_whatever_connector_they_are_of() {
    let database = Database::create().await;
    let folder = folder();
    let mut file = String::new();
    let mut vendors = Vec::new();
    for (name, connector) in [("eu", "accounts"), ("us", "accounts"), ("hooks", "webhook_apps")] {
        let connector = connectors::find(connector).unwrap();
        let connector = connector.with_preset(DOCUMENTED).unwrap();
        let vendor = Vendor::start(connector, Content::generated(3, |_| 4)).unwrap();
        let _ = write!(
            file,
            "[connections.{name}]\nconnector = \"{}\"\nbase_url = \"{}\"\napi_key = \"{}\"\nrequests_per_second = 1000\n\n",
            connector.name,
            vendor.base_url(),
            vendor.key()
        );
        vendors.push(vendor);
    }
    file.push_str("[connections.lost]\nconnector = \"nobodys\"\n");
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    let run = |words: &[&str]| {
        let output = program(folder.path(), words).env("DATABASE_URL", database.url()).output();
        said(&output.unwrap())
    };
    let (status, stdout, stderr) = run(&["sync", "--all"]);
    assert_eq!(status, Some(1), "{stderr}");
    assert!(stderr.contains("`lost` belongs to the connector `nobodys`"), "{stderr}");
    for connection in ["eu", "us", "hooks"] {
        let is_line = |line: &str| {
            line.trim().starts_with(&format!("{connection} ")) && line.ends_with(" complete")
        };
        assert!(stdout.lines().any(is_line), "{stdout}\n{stderr}");
    }
    let (status, stdout, _) = run(&["status", "--all", "--json"]);
    assert_eq!(status, Some(1));
    let known: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let names: Vec<_> =
        known["connections"].as_array().unwrap().iter().map(|one| &one["connection"]).collect();
    assert_eq!(names, ["eu", "hooks", "us"]);
    let (status, stdout, stderr) = run(&["check", "--all"]);
    assert_eq!(status, Some(2), "{stdout}\n{stderr}");
    assert!(stdout.contains("eu, hooks, us: ready\n"), "{stdout}");
    vendors.into_iter().for_each(Vendor::finish);
    database.drop().await;
}

#[tokio::test]
async fn a_name_that_stands_alone_is_met_with_the_option_that_takes_it() {
    let folder = folder();
    let section = "[connections.eu]\nconnector = \"accounts\"\n";
    fs::write(folder.path().join("connectors.toml"), section).unwrap();
    for (words, tip) in [
        (&["sync", "eu"][..], "`eu` is a connection: --connection eu"),
        (&["status", "labels"], "`labels` is a resource: --resource labels"),
        (&["check", "webhook-apps"], "`webhook-apps` is a connector: --connector webhook-apps"),
        (&["accounts", "sync", "eu"], "`eu` is a connection: --connection eu"),
    ] {
        let (status, _, stderr) = said(&program(folder.path(), words).output().unwrap());
        assert_eq!(status, Some(2), "{stderr}");
        assert!(stderr.contains(tip), "no `{tip}`: {stderr}");
    }
    let (_, _, stderr) = said(&program(folder.path(), &["sync", "us"]).output().unwrap());
    assert!(
        stderr.contains("unexpected argument") && !stderr.contains("--connection us"),
        "{stderr}"
    );
}

#[tokio::test]
async fn an_error_that_connections_share_is_told_once_with_their_names() {
    let (database, folder) = (Database::create().await, folder());
    let names = ["eu", "hooks", "us"];
    let section = |name: &str| {
        format!(
            "[connections.{name}]\nconnector = \"accounts\"\nbase_url = \"https://api.example.com\"\napi_key = \"invented\"\n\n"
        )
    };
    fs::write(folder.path().join("connectors.toml"), names.map(section).concat()).unwrap();
    let nowhere = format!("{}_nowhere", database.url());
    for command in ["sync", "status", "changes", "plan"] {
        let words = [command, "--all"];
        let output = program(folder.path(), &words).env("DATABASE_URL", &nowhere).output();
        let (status, _, stderr) = said(&output.unwrap());
        assert_eq!(status, Some(2), "{stderr}");
        let errors = stderr.lines().filter(|line| line.starts_with("error: ")).count();
        assert_eq!(errors, 1, "{command}: {stderr}");
        assert!(stderr.contains("connections `eu`, `hooks`, `us`"), "{command}: {stderr}");
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn psql_looks_into_the_database_that_the_settings_name() {
    let database = Database::create().await;
    let folder = folder();
    let run = |words: &[&str]| said(&program(folder.path(), words).output().unwrap());
    let asked = ["psql", "select current_database()"];
    let (status, _, stderr) = run(&asked);
    assert!(status == Some(2) && stderr.contains("`database_url` in connectors.toml"), "{stderr}");
    let of_all = format!("database_url = \"{}\"\n", database.url());
    let of_one = "[connections.eu]\nconnector = \"accounts\"\n";
    for (file, words) in [
        (format!("{of_all}{of_one}"), &[][..]),
        (format!("{of_one}{of_all}"), &["--connection", "eu"][..]),
    ] {
        fs::write(folder.path().join("mine.toml"), &file).unwrap();
        let words = [&asked[..], &["--config", "mine.toml"], words].concat();
        let (status, stdout, stderr) = run(&words);
        assert_eq!(status, Some(0), "{stderr}");
        assert!(
            database.url().ends_with(stdout.split_whitespace().nth(2).unwrap_or("-")),
            "{stdout}"
        );
    }
    let words = [&asked[..], &["--config", "mine.toml", "--connection", "ue"]].concat();
    let (status, _, stderr) = run(&words);
    assert!(status == Some(2) && stderr.contains("there are: eu"), "{stderr}");
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_many_connections_share_is_one_problem_and_mended_once() {
    let connector = connectors::find("accounts").unwrap().with_preset(DOCUMENTED).unwrap();
    let vendor = Vendor::start(connector, Content::empty()).unwrap();
    vendor.allow_unauthorized();
    let database = Database::create().await;
    let folder = folder();
    let mut file = format!("database_url = \"{}\"\n", database.url());
    for name in ["eu", "us", "asia", "africa"] {
        let address = vendor.base_url();
        let _ = write!(
            file,
            "[connections.{name}]\nconnector = \"accounts\"\nbase_url = \"{address}\"\napi_key = \"env:AGENCY_KEY\"\nrequests_per_second = 1000\n"
        );
    }
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    fs::write(folder.path().join(".env"), "AGENCY_KEY=wrong\n").unwrap();
    let run = |words: &[&str]| said(&program(folder.path(), words).output().unwrap());
    let (status, _, mail) = run(&["sync", "--all", "--quiet"]);
    assert_eq!(status, Some(1), "{mail}");
    assert_eq!(mail.matches("401 Unauthorized").count(), 1, "{mail}");
    assert!(mail.contains("africa, asia, eu, us:\n"), "{mail}");
    for words in [&["status", "--all"][..], &["check", "--all"]] {
        let (_, stdout, _) = run(words);
        assert_eq!(stdout.matches("401 Unauthorized").count(), 1, "{stdout}");
    }
    // The command that it names, with the right key.
    let named = "vendor-connectors accounts init --connection africa";
    assert!(
        mail.contains(&format!("`AGENCY_KEY` in `.env` (`{named}` asks for another)")),
        "{mail}"
    );
    let words = ["accounts", "init", "--connection", "africa", "--key-stdin", "--force"];
    let mut mend = program(folder.path(), &words);
    let mend = mend.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut mend = mend.spawn().unwrap();
    mend.stdin.take().unwrap().write_all(vendor.key().as_bytes()).unwrap();
    let (status, stdout, stderr) = said(&mend.wait_with_output().unwrap());
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    let (status, stdout, mail) = run(&["sync", "--all", "--quiet"]);
    assert_eq!((status, &*stdout, &*mail), (Some(0), "", ""));
    vendor.finish_unexplained();
    database.drop().await;
}
