//! Variables, of a shell and in `.env`, and what a person is told about them.

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};

use crate::shell::Shell;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_variables_is_read_whole_or_nothing_is_tried() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let all = |line: &[u8]| {
        let before =
            format!("ACCOUNTS_BASE_URL={}\nACCOUNTS_API_KEY={}\n", vendor.base_url(), vendor.key());
        let after = format!("\nDATABASE_URL={}\n", database.url());
        [before.as_bytes(), line, after.as_bytes()].concat()
    };
    for line in
        [&b"ALERT_NAME=nightly sync job"[..], b"a note to myself", b"NOTE=\"open", b"# caf\xE9"]
    {
        let shell = Shell::new();
        std::fs::write(shell.path().join(".env"), all(line)).unwrap();
        for command in ["sync --resource labels", "check", "status", "init --yes"] {
            let said = shell.run(command);
            assert_eq!((said.status, said.stdout.as_str()), (2, ""), "{said:?}");
            assert!(said.stderr.starts_with("error: `.env`, line 3: "), "{said:?}");
            for part in ["nightly", "note", "open", "caf"] {
                assert!(!said.stderr.contains(part), "{said:?}");
            }
        }
        assert!(!shell.path().join(".connectors").exists());
        // What looks at no settings works all the same.
        assert_eq!(shell.run("resources").status, 0);
    }
    assert!(vendor.requests().is_empty());
    let shell = Shell::new();
    std::fs::write(shell.path().join(".env"), all(b"# a comment")).unwrap();
    assert_eq!(shell.run("sync --resource labels").status, 0);
    assert_eq!(database.value("select count(*) from sync.runs").await, "1");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_read_beside_the_file_that_is_named() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let elsewhere = Shell::new();
    let named = elsewhere.path().join("connectors.toml");
    let init = format!(
        "init --config {} --base-url {} --key-stdin --no-check",
        named.display(),
        vendor.base_url()
    );
    let shell = Shell::new();
    let said = shell.run_with(&init, &vendor.key());
    assert_eq!(said.status, 0, "{said:?}");
    assert!(!shell.path().join(".env").exists(), "{said:?}");
    let env = elsewhere.path().join(".env");
    let text = std::fs::read_to_string(&env).unwrap();
    std::fs::write(&env, format!("{text}DATABASE_URL={}\n", database.url())).unwrap();
    let said = shell.run(&format!("sync --resource labels --config {}", named.display()));
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(database.value("select count(*) from sync.runs").await, "1");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_that_is_typed_is_the_key_that_is_sent() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    for key in ["trail\\", "'quoted'1234", "a$HOME#c'd\"e\\f", "a #b", "plain-1"] {
        vendor.set_key(key);
        let shell = Shell::new().file(".env", &format!("DATABASE_URL={}\n", database.url()));
        let init = format!("init --base-url {} --key-stdin --no-check", vendor.base_url());
        let said = shell.run_with(&init, &format!("{key}\n"));
        assert_eq!(said.status, 0, "{said:?}");
        let said = shell.run("sync --resource labels");
        assert_eq!(said.status, 0, "{said:?}");
    }
    vendor.finish();
    database.drop().await;
}

#[test]
fn a_folder_without_connections_is_said_to_be_one() {
    let shell = Shell::new();
    let no_key = Shell::new().set("ACCOUNTS_BASE_URL", "https://api.example.com");
    for (shell, command) in
        [(&shell, "sync"), (&shell, "status --max-age 26h"), (&no_key, "sync --quiet")]
    {
        let said = shell.run(command);
        assert_eq!(said.status, 2, "{said:?}");
        for part in
            ["there is no connectors.toml in /folder", "next: `cd` to the folder that has it"]
        {
            assert!(said.stderr.contains(part), "{said:?}");
        }
    }
    let init = "init --yes --base-url https://api.example.com --no-check";
    let said = shell.set("ACCOUNTS_API_KEY", "invented").run(init);
    let embedded = "DATABASE_URL is not set: rows go to the embedded Postgres in .connectors/\n";
    assert!(said.stdout.ends_with(embedded), "{said:?}");
}
