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

#[test]
fn a_secret_that_cannot_be_kept_leaves_nothing_half_written() {
    let shell = Shell::new();
    std::fs::create_dir(shell.path().join(".env")).unwrap();
    let said =
        shell.run_with("init --base-url https://api.example.com --key-stdin --no-check", "k-1");
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.stderr.contains("`.env` cannot be written"), "{said:?}");
    assert!(!shell.path().join("connectors.toml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_variable_of_the_shell_leaves_that_of_the_file() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let (url, key) = (database.url(), vendor.key());
    let env = format!("DATABASE_URL={url}\nACCOUNTS_API_KEY={key}\n");
    let shell = Shell::new().file(".env", &env).set("ACCOUNTS_BASE_URL", vendor.base_url());
    let shell = shell.set("DATABASE_URL", "").set("ACCOUNTS_API_KEY", "");
    let said = shell.run("sync --resource labels");
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
        for part in ["there is no connectors.toml in /folder", "`cd` to "] {
            assert!(said.stderr.contains(part), "{said:?}");
        }
    }
    let init = "init --yes --base-url https://api.example.com --no-check";
    let said = shell.set("ACCOUNTS_API_KEY", "invented").run(init);
    let embedded = "DATABASE_URL is not set: rows go to the embedded Postgres in .connectors/\n";
    assert!(said.stdout.ends_with(embedded), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_only_connection_of_a_file_counts_with_variables_of_its_own() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let section = format!(
        "[connections.prod]\nconnector = \"accounts\"\nresources = [\"labels\"]\nbase_url = \"{}\"\n",
        vendor.base_url()
    );
    let shell = Shell::new()
        .set("DATABASE_URL", &database.url())
        .file("connectors.toml", &section)
        .set("PROD_API_KEY", &vendor.key())
        .set("ACCOUNTS_API_KEY", "another");
    let said = shell.run("sync");
    assert_eq!(said.status, 0, "{said:?}");
    let told = "`ACCOUNTS_API_KEY` is set, and not read: the connection `prod` has variables of its own name";
    assert!(said.stderr.contains(told), "{said:?}");
    let runs = "select string_agg(connection, ' ' order by run_id) from sync.runs";
    assert_eq!(database.value(runs).await, "prod");
    // Where variables describe another one, a person says which is meant.
    let both =
        shell.set("ACCOUNTS_BASE_URL", vendor.base_url()).set("ACCOUNTS_API_KEY", &vendor.key());
    assert_eq!(both.run("sync").status, 2);
    assert_eq!(both.run("sync --connection prod").status, 0);
    assert_eq!(both.run("sync --connection accounts --resource labels").status, 0);
    assert_eq!(database.value(runs).await, "prod prod accounts");
    let status = both.run("status --resource labels --max-age 1h");
    assert_eq!(status.status, 0, "{status:?}");
    assert!(status.stdout.contains(" accounts ") && status.stdout.contains(" prod "));
    // A variable that the section names is no other connection's.
    let named =
        both.file("connectors.toml", &format!("{section}api_key = \"env:ACCOUNTS_API_KEY\"\n"));
    assert_eq!(named.unset("PROD_API_KEY").run("sync").status, 0);
    assert_eq!(database.value(runs).await, "prod prod accounts prod");
    vendor.finish();
    database.drop().await;
}

#[test]
fn a_check_shows_the_settings_whatever_is_missing() {
    let file = "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"env:ACCOUNTS_API_KEY\"\n";
    let shell =
        Shell::new().file("connectors.toml", file).file(".env", "ACCOUNT_API_KEY=invented\n");
    let said = shell.run("check");
    assert_eq!(said.status, 2, "{said:?}");
    for part in [
        " api_key         cannot be read",
        " base_url        https://api.example.com/",
        "`ACCOUNT_API_KEY` is set in `.env`; this connection reads ACCOUNTS_API_KEY",
    ] {
        assert!(said.stdout.contains(part), "no `{part}`: {said:?}");
    }
}

#[test]
fn a_variable_that_another_connection_reads_is_not_taken_for_a_slip() {
    let section = |name: &str| {
        format!(
            "[connections.{name}]\nconnector = \"accounts\"\nbase_url = \"https://api.example.com\"\n"
        )
    };
    for key in ["", "api_key = \"env:US_API_KEY\"\n"] {
        let file = format!("{}{}{key}", section("eu"), section("us"));
        let shell =
            Shell::new().file("connectors.toml", &file).file(".env", "EU_API_KEY=invented\n");
        let said = shell.run("sync --connection us");
        assert_eq!(said.status, 2, "{said:?}");
        assert!(said.stderr.contains("US_API_KEY"), "{said:?}");
        assert!(!said.stderr.contains("EU_API_KEY"), "{said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_of_runs_by_openlineage_is_set_by_variables_and_tried_by_none_that_are_wrong() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let shell = || Shell::with(&vendor, &database);
    for (url, expected) in [
        ("lineage.example.com", "the address of the receiver is not understood"),
        ("https://me:canary-4711@lineage.example.com", "has a user or a password in it"),
        ("http://lineage.example.com", "would show the key to everybody on the way"),
    ] {
        let shell = shell().set("OPENLINEAGE_API_KEY", "canary-4711").set("OPENLINEAGE_URL", url);
        let said = shell.run("sync");
        assert_eq!((said.status, said.stdout.as_str()), (2, ""), "{said:?}");
        assert!(said.stderr.contains(expected), "{said:?}");
        assert!(said.stderr.contains("OPENLINEAGE_URL"), "{said:?}");
        assert!(!said.stderr.contains("canary"), "{said:?}");
        // Nobody is told, so nothing is wrong.
        let said = shell.set("OPENLINEAGE_DISABLED", "true").run("sync --resource labels");
        assert_eq!(said.status, 0, "{said:?}");
    }
    // Where nobody is, the run is as it would be, and the log says so.
    let told = shell().file(".env", "OPENLINEAGE_URL=http://127.0.0.1:9\n");
    let said = told.run("sync --resource labels");
    assert_eq!(said.status, 0, "{said:?}");
    assert!(said.stderr.contains("lineage was not sent to http://127.0.0.1:9: "), "{said:?}");
    let said = told.run("check --json");
    let settings: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
    let text = settings.to_string();
    assert!(text.contains("\"setting\":\"openlineage\""), "{text}");
    assert!(text.contains("\"set_by\":\"OPENLINEAGE_URL\""), "{text}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_is_said_to_be_where_it_was_set_and_is_not_shown() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.allow_unauthorized();
    let database = Database::create().await;
    let section = |key: &str| {
        format!(
            "[connections.eu]\nconnector = \"accounts\"\nbase_url = \"{}\"\nonly_resources = [\"labels\"]\n{key}",
            vendor.base_url()
        )
    };
    let init = "`accounts-connector init --connection eu`";
    for (key, variable, env, expected) in [
        ("", "EU_API_KEY", "", "the environment variable `EU_API_KEY`".to_owned()),
        (
            "",
            "",
            "EU_API_KEY=canary-4711\n",
            format!("`EU_API_KEY` in `.env` ({init} asks for another)"),
        ),
        (
            "api_key = \"env:THE_KEY\"\n",
            "",
            "THE_KEY=canary-4711\n",
            format!("`THE_KEY` in `.env` ({init} asks for another)"),
        ),
        (
            "api_key = \"canary-4711\"\n",
            "",
            "",
            "`api_key` under [connections.eu] in connectors.toml".to_owned(),
        ),
        ("api_key = \"file:key.txt\"\n", "", "", "in the file `key.txt`".to_owned()),
    ] {
        let mut shell = Shell::new()
            .set("DATABASE_URL", &database.url())
            .file("connectors.toml", &section(key))
            .file("key.txt", "canary-4711")
            .file(".env", env);
        if !variable.is_empty() {
            shell = shell.set(variable, "canary-4711");
        }
        let said = shell.run("sync");
        assert_eq!(said.status, 1, "{said:?}");
        let told =
            format!("next: check the key, which is {expected}, and what it is allowed to read");
        assert!(said.stdout.contains(&told), "no `{told}`: {said:?}");
        assert!(!said.text().contains("canary"), "{said:?}");
    }
    vendor.finish_unexplained();
    database.drop().await;
}

#[test]
fn the_address_of_the_database_is_not_taken_for_that_of_a_vendor() {
    let data = "[connections.data]\nconnector = \"accounts\"\napi_key = \"env:KEY\"\n";
    let shell = Shell::new().set("DATABASE_URL", "postgres://localhost/none").set("KEY", "k");
    let said = shell.file("connectors.toml", data).run("sync --connection data");
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.stderr.contains("next: export DATA_BASE_URL=https://"), "{said:?}");
    // One of which the file has nothing is set up by `init`.
    let said =
        Shell::new().file("connectors.toml", "[connections.other]\nconnector = \"datasets\"\n");
    let said = said.run("sync");
    assert!(said.stderr.contains("next: run `accounts-connector init`, or export"), "{said:?}");
}

#[test]
fn advice_names_the_file_of_connections_that_is_read_and_the_file_of_variables_beside_it() {
    let with = |key: &str| {
        let section =
            format!("[connections.accounts]\nbase_url = \"https://api.example.com\"\n{key}");
        let shell = Shell::new().set("DATABASE_URL", "postgres://nobody@127.0.0.1:9/none");
        std::fs::create_dir(shell.path().join("etc")).unwrap();
        shell.file("etc/night.toml", &section)
    };
    for (key, expected) in [
        ("", "or set `api_key` under [connections.accounts] in etc/night.toml\n"),
        (
            "api_key = \"env:THE_KEY\"\n",
            "next: export THE_KEY=…, set it in etc/.env, or correct the name in etc/night.toml\n",
        ),
        ("api_key = \"canary-4711\"\n", "the key of `accounts` stands in etc/night.toml itself"),
    ] {
        let said = with(key).run("sync --config etc/night.toml");
        assert_eq!(said.status, 2, "{said:?}");
        assert!(said.stderr.contains(expected), "no `{expected}`: {said:?}");
        assert!(!said.text().contains("connectors.toml"), "{said:?}");
        assert!(!said.text().contains("canary"), "{said:?}");
    }
    let never = with("").unset("DATABASE_URL").run("status --config etc/night.toml");
    assert!(never.stderr.contains("take the connection out of etc/night.toml"), "{never:?}");
}
