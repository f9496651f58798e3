//! `init` without a terminal, by flags.

use std::fmt::Write as _;
use std::os::unix::fs::PermissionsExt as _;

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};

use crate::shell::Shell;

#[tokio::test(flavor = "multi_thread")]
async fn what_init_writes_is_ready_to_sync() {
    let vendor = Vendor::start(CONNECTOR.with_preset("live").unwrap(), Content::empty()).unwrap();
    let database = Database::create().await;
    let before = "# mine\n[connections.other] # stays\nconnector = \"datasets\"\n";
    let shell = Shell::new()
        .set("DATABASE_URL", &database.url())
        .file("mine.toml", before)
        .file(".env", "ACCOUNTS_EU_API_KEY=old\nOTHER=1\n");
    let arguments = format!(
        "init --connection accounts_eu --config mine.toml --base-url {} --preset live --param account=7 \
         --param includeCurrent=true --key-stdin --no-check",
        vendor.base_url()
    );
    let said = shell.run_with(&arguments, &format!("{}\n", vendor.key()));
    assert_eq!(said.status, 0, "{said:?}");
    assert!(!said.text().contains(&vendor.key()), "{said:?}");
    let written = std::fs::read_to_string(shell.path().join("mine.toml")).unwrap();
    insta::assert_snapshot!("init", written.replace(vendor.base_url(), "http://127.0.0.1:12345"));
    let env = shell.path().join(".env");
    let variables = std::fs::read_to_string(&env).unwrap();
    assert_eq!(variables, format!("OTHER=1\nACCOUNTS_EU_API_KEY={}\n", vendor.key()));
    assert_eq!(env.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let checked = shell.run("check --config mine.toml --resource labels");
    let next = "ready; run `accounts-connector sync --config mine.toml --connection accounts_eu`\n";
    assert!(checked.stdout.ends_with(next), "{checked:?}");
    // The only connection of this connector needs no name.
    assert_eq!(shell.run("sync --config mine.toml --resource labels").status, 0);
    let again = shell.run_with(&arguments, "other");
    assert_eq!(again.status, 2, "{again:?}");
    assert!(again.stderr.contains("`accounts_eu` is there already"), "{again:?}");
    assert_eq!(std::fs::read_to_string(&env).unwrap(), variables);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_a_variable_is_left_there() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database).unset("ACCOUNTS_BASE_URL");
    let init = format!("init --yes --base-url {} --no-check", vendor.base_url());
    let said = shell.run(&init);
    assert_eq!(said.status, 0, "{said:?}");
    let kept = |name: &str| {
        format!(
            "{name} is a variable of this shell, and was not stored: set it wherever a sync runs\n"
        )
    };
    let expected = format!(
        "wrote [connections.accounts] to connectors.toml\n\
         wrote .connectors.schema.json, by which editors complete and check that file\n{}{}",
        kept("ACCOUNTS_API_KEY"),
        kept("DATABASE_URL")
    );
    assert_eq!(said.stdout, expected);
    assert!(!shell.path().join(".env").exists());
    // The check at the end is the last word.
    let checked = shell.run(&format!("{init} --force").replace("--no-check", ""));
    assert_eq!(checked.status, 0);
    assert!(checked.stdout.ends_with("accounts: ready; run `accounts-connector sync`\n"));
    assert_eq!(shell.run("check --resource labels").status, 0);
    vendor.finish();
    database.drop().await;
}

#[test]
fn a_secret_can_be_kept_out_of_all_files() {
    let shell = Shell::new();
    let init = "init --base-url https://api.example.com --key-stdin --store nowhere --no-check";
    let said = shell.run_with(init, "canary-key");
    insta::assert_snapshot!("init-nowhere", said.text());
    assert!(!shell.path().join(".env").exists());
    // What was tried once is not set by that.
    let tried = shell.run_with(&init.replace("--no-check", "--force"), "canary-key");
    assert!(tried.stdout.contains("tried, and to be set by you"), "{tried:?}");
    let odd = shell.run_with(&init.replace("nowhere", "env-file --force"), "a #b $HOME");
    assert_eq!(odd.status, 0, "{odd:?}");
    let env = std::fs::read_to_string(shell.path().join(".env")).unwrap();
    assert_eq!(env, "ACCOUNTS_API_KEY='a #b $HOME'\n");
}

#[test]
fn what_could_not_be_synced_is_not_written() {
    let shell = Shell::new().set("ACCOUNTS_API_KEY", "invented");
    let mut answers = String::new();
    for arguments in [
        "init --yes",
        "init --yes --base-url http://api.example.com",
        "init --yes --base-url https://api.example.com --connection Accounts-EU",
        "init --yes --base-url https://api.example.com --connection public",
        "init --yes --base-url https://api.example.com --preset lvie",
        "init --yes --base-url https://api.example.com --param acount=1",
        "init --yes --base-url https://api.example.com --connection other",
        "init --base-url https://api.example.com --key-stdin",
    ] {
        let said = shell.run(arguments);
        assert_eq!(said.status, 2, "{arguments}: {said:?}");
        write!(answers, "# {arguments}\n{}", said.stderr).unwrap();
    }
    insta::assert_snapshot!("init-refused", answers);
    assert!(!shell.path().join("connectors.toml").exists());
    let plain = "init --yes --base-url http://api.example.com --allow-http --no-check";
    assert_eq!(shell.run(plain).status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_init_got_wrong_is_repaired_by_another_init() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let shell = Shell::new().file(".env", &format!("DATABASE_URL={}\n", database.url()));
    let init = format!("init --base-url {} --key-stdin", vendor.base_url());
    vendor.allow_unauthorized();
    let wrong = shell.run_with(&init, "wrong");
    assert_eq!(wrong.status, 1, "{wrong:?}");
    assert!(wrong.stdout.contains("401"), "{wrong:?}");
    let right = shell.run_with(&format!("{init} --yes --force"), &vendor.key());
    assert_eq!(right.status, 0, "{right:?}");
    assert!(right.stdout.contains("DATABASE_URL stays as .env has it\n"), "{right:?}");
    // What the shell says counts more, and that is said.
    let shell = shell.set("ACCOUNTS_API_KEY", "wrong");
    let hidden = shell.run_with(&format!("{init} --force"), &vendor.key());
    assert_eq!(hidden.status, 1, "{hidden:?}");
    let told = "ACCOUNTS_API_KEY is a variable of this shell too, which overrides .env";
    assert!(hidden.stdout.contains(told), "{hidden:?}");
    vendor.finish_unexplained();
    database.drop().await;
}

/// The command that a refused key names: it may not take away what keeps data out of rows.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_again_keeps_the_settings_that_are_not_asked() {
    let vendor = Vendor::start(CONNECTOR.with_preset("live").unwrap(), Content::empty()).unwrap();
    let database = Database::create().await;
    let before = format!(
        "# ours\n[connections.us]\nconnector = \"accounts\" # which\nbase_url = \"{}\"\napi_key = \"env:OLD\"\n\
         preset = \"live\"\nquarantine = {{ rows = 2 }} # one odd user\nexclude = [\"email\"]\n\n\
         [connections.us.params]\naccount = \"7\"\n\n[connections.us.resources.labels]\ndeletes = {{ rows = 9 }}\n",
        vendor.base_url()
    );
    let shell = Shell::new()
        .set("DATABASE_URL", &database.url())
        .file("connectors.toml", &before)
        .file(".env", "");
    let init = "init --connection us --key-stdin --force --no-check";
    let said = shell.run_with(init, &vendor.key());
    assert_eq!(said.status, 0, "{said:?}");
    let read = || std::fs::read_to_string(shell.path().join("connectors.toml")).unwrap();
    // A key that is elsewhere stays there, as others may have it too.
    assert_eq!(read(), before);
    let secrets = std::fs::read_to_string(shell.path().join(".env")).unwrap();
    assert!(secrets.contains("OLD=") && !secrets.contains("US_API_KEY"), "{said:?}");
    let other = shell.run_with(&format!("{init} --preset documented --param account=8"), "other");
    assert_eq!(other.status, 0, "{other:?}");
    let expected =
        before.replace("preset = \"live\"\n", "").replace("account = \"7\"", "account = \"8\"");
    assert_eq!(read(), expected);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_stands_elsewhere_stays_there() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let with = |reference: &str| {
        let section = format!("[connections.accounts]\nbase_url = \"{reference}\"\n");
        let shell = Shell::new().set("DATABASE_URL", &database.url());
        let shell = shell.set("STAGE_URL", vendor.base_url()).set("NO_URL", "stage");
        shell.file("address", vendor.base_url()).file("connectors.toml", &section)
    };
    let init = "init --key-stdin --force";
    for reference in ["env:STAGE_URL", "file:address"] {
        let shell = with(reference);
        let said = shell.run_with(init, &vendor.key());
        assert_eq!(said.status, 0, "{said:?}");
        let written = std::fs::read_to_string(shell.path().join("connectors.toml")).unwrap();
        assert!(written.contains(&format!("base_url = \"{reference}\"\n")), "{written}");
    }
    // What a sync would refuse is refused here too, in its words.
    for (reference, expected) in [
        ("env:UNSET", "`base_url` is to be read from the variable `UNSET`, which is not set"),
        ("env:NO_URL", "(base_url `env:NO_URL`)"),
    ] {
        let said = with(reference).run_with(init, &vendor.key());
        assert_eq!(said.status, 2, "{said:?}");
        assert!(said.stderr.contains(expected), "no `{expected}`: {said:?}");
    }
    vendor.finish();
    database.drop().await;
}

/// The command that a wrong address names, where others have the same one.
#[tokio::test(flavor = "multi_thread")]
async fn another_address_goes_to_where_the_old_one_was() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let section = "[connections.eu]\nconnector = \"accounts\"\nbase_url = \"env:THE_URL\"\napi_key = \"env:THE_KEY\"\n";
    let env = format!("THE_URL=https://api.invalid\nTHE_KEY={}\n", vendor.key());
    let shell = Shell::new()
        .set("DATABASE_URL", &database.url())
        .file("connectors.toml", section)
        .file(".env", &env);
    let said = shell.run("check --connection eu");
    let named = "the base URL is `THE_URL` in `.env` (`accounts-connector init --connection eu` asks for another)";
    assert!(said.stdout.contains(named), "{said:?}");
    let init = format!("init --connection eu --yes --force --base-url {}", vendor.base_url());
    let said = shell.run(&init);
    assert_eq!(said.status, 0, "{said:?}");
    let read = |file: &str| std::fs::read_to_string(shell.path().join(file)).unwrap();
    assert_eq!(read("connectors.toml"), section);
    let written = format!("THE_URL={}", vendor.base_url());
    assert!(read(".env").contains(&written) && !read(".env").contains("invalid"), "{said:?}");
    // What is not written is not said to be set anywhere.
    let wrong = shell.run("init --connection eu --yes --force --base-url http://127.0.0.1:9");
    assert!(wrong.stdout.contains("`127.0.0.1:9` cannot be reached"), "{wrong:?}");
    assert!(!wrong.stdout.contains("the base URL is"), "{wrong:?}");
    assert!(read(".env").contains(&written), "{wrong:?}");
    vendor.finish();
    database.drop().await;
}
