//! Files of settings are data: what lies in a folder decides nothing but what it may.

use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};

use crate::shell::Shell;

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_in_the_file_that_is_no_setting_is_heard_by_nobody() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    // The library of the database, that of HTTP, and that of the log would hear these.
    let env = "PGOPTIONS='-c default_transaction_read_only=on'\nHTTP_PROXY=http://127.0.0.1:1\n\
               RUST_LOG=trace\nLD_PRELOAD=./evil.so\n";
    let shell = Shell::with(&vendor, &database).file(".env", env);
    let said = shell.run("sync --resource labels");
    assert_eq!(said.status, 0, "{said:?}");
    assert!(!said.stderr.contains("TRACE"), "{said:?}");
    vendor.finish();
    database.drop().await;
}

#[test]
fn a_file_of_settings_that_is_no_file_does_not_hang_a_program() {
    let shell = Shell::new().set("ACCOUNTS_BASE_URL", "https://api.example.com");
    let pipe = |name: &str| {
        let made = Command::new("mkfifo").arg(shell.path().join(name)).status().unwrap();
        assert!(made.success());
    };
    pipe("pipe");
    let certificate = "[connections.accounts]\nca_certificate = \"pipe\"\napi_key = \"invented\"\n";
    let key = "[connections.accounts]\napi_key = \"file:pipe\"\n";
    let file = |name: &str, text: &str| std::fs::write(shell.path().join(name), text).unwrap();
    file("certificate.toml", certificate);
    file("key.toml", key);
    let mut answers = String::new();
    for command in [
        "sync --config pipe",
        "sync --config certificate.toml",
        "sync --config key.toml",
        "sync --preset pipe",
    ] {
        let said = shell.run(command);
        assert_eq!(said.status, 2, "{said:?}");
        write!(answers, "# {command}\n{}", said.stderr).unwrap();
    }
    pipe(".env");
    let said = shell.run("sync");
    assert_eq!(said.status, 2, "{said:?}");
    write!(answers, "# sync\n{}", said.stderr).unwrap();
    // Who reads JSON is told there, as well of what comes before all else.
    for command in ["sync --json", "run begin"] {
        let said = shell.run(command);
        let told: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!((said.status, &told["errors"][0]["kind"]), (2, &"settings".into()), "{said:?}");
    }
    insta::assert_snapshot!("planted-pipes", answers);
}

#[test]
fn a_file_of_somebody_else_does_not_choose_where_the_key_goes() {
    const NOBODY: u32 = 65_534;
    const SOMEBODY_ELSE: u32 = 1;
    for name in [".env", "connectors.toml"] {
        let text = match name {
            ".env" => "ACCOUNTS_BASE_URL=https://evil.example\n",
            _ => "[connections.accounts]\nbase_url = \"https://evil.example\"\n",
        };
        let shell = Shell::new()
            .set("ACCOUNTS_API_KEY", "canary-key")
            .set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
            .file(name, text);
        let file = shell.path().join(name);
        let run = |shell: &Shell| {
            let mut command = shell.command(crate::program());
            // Root may become another user; whoever else runs this has a file that all can write.
            if chown(&file, Some(SOMEBODY_ELSE), None).is_ok() {
                std::fs::set_permissions(shell.path(), PermissionsExt::from_mode(0o755)).unwrap();
                command.uid(NOBODY);
            } else {
                std::fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
            }
            let output = command.arg("check").output().unwrap();
            (output.status.code(), String::from_utf8(output.stderr).unwrap())
        };
        let (status, said) = run(&shell);
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains(&format!("the file `{name}` cannot be read: ")), "{said}");
        assert!(said.contains("choose where the key goes"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_works_is_not_replaced_by_one_that_does_not() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let shell = Shell::new().file(".env", &format!("DATABASE_URL={}\n", database.url()));
    let init = format!("init --base-url {} --key-stdin", vendor.base_url());
    assert_eq!(shell.run_with(&init, &vendor.key()).status, 0);
    let files =
        || [".env", "connectors.toml"].map(|name| std::fs::read(shell.path().join(name)).unwrap());
    let before = files();
    vendor.allow_unauthorized();
    let wrong = shell.run_with(&format!("{init} --force"), "wrong");
    assert_eq!(wrong.status, 1, "{wrong:?}");
    assert!(
        wrong.stdout.contains("nothing was written: the new settings do not work"),
        "{wrong:?}"
    );
    assert_eq!(files(), before);
    assert_eq!(shell.run("sync --resource labels").status, 0);
    // Who does not want it tried has it written.
    assert_eq!(shell.run_with(&format!("{init} --force --no-check"), "wrong").status, 0);
    assert_ne!(files(), before);
    vendor.finish_unexplained();
    database.drop().await;
}

#[test]
fn secrets_are_not_written_where_a_link_leads_nor_shown_to_git() {
    let init = "init --base-url https://api.example.com --key-stdin --no-check";
    let shell = Shell::new().file("elsewhere", "A=1\n");
    symlink("elsewhere", shell.path().join(".env")).unwrap();
    let said = shell.run_with(init, "canary-key");
    assert_eq!(said.status, 2, "{said:?}");
    assert!(said.stderr.contains("`.env` cannot be written: it is a link"), "{said:?}");
    assert_eq!(std::fs::read_to_string(shell.path().join("elsewhere")).unwrap(), "A=1\n");
    assert!(!shell.path().join("connectors.toml").exists());
    let shell = Shell::new().set("PATH", &std::env::var("PATH").unwrap_or_default());
    assert!(shell.command("git").args(["init", "--quiet"]).status().unwrap().success());
    let told = "git does not ignore .env: write it into .gitignore\n";
    let said = shell.run_with(init, "canary-key");
    assert!(said.status == 0 && said.stdout.contains(told), "{said:?}");
    let shell = shell.file(".gitignore", ".env\n");
    let said = shell.run_with(&format!("{init} --force"), "canary-key");
    assert!(said.status == 0 && !said.stdout.contains(told), "{said:?}");
}

#[test]
fn a_number_that_nobody_can_mean_is_refused_where_it_stands() {
    let mut answers = String::new();
    for setting in [
        "requests_per_second = 0",
        "requests_per_second = 4294967295",
        "resume_within_minutes = 4294967295",
        "lookback_seconds = 4294967295",
        "batch_rows = 0",
        "batch_rows = 9223372036854775807",
        "deletes = { rows = 9223372036854775807, share = 1e300 }",
        "quarantine = { share = nan }",
    ] {
        let file = format!(
            "[connections.accounts]\nbase_url = \"https://api.example.com\"\napi_key = \"invented\"\n{setting}\n"
        );
        let shell = Shell::new().file("connectors.toml", &file);
        let said = shell.set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none").run("sync");
        assert_eq!(said.status, 2, "{setting}: {said:?}");
        write!(answers, "# {setting}\n{}", said.stderr).unwrap();
    }
    insta::assert_snapshot!("planted-numbers", answers);
}
