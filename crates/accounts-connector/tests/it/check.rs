//! `check`, which finds out before a sync does.

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::json;

use crate::shell::Shell;

fn vendor() -> Vendor {
    let users = (0..130).map(|id| json!({"id": id, "createdOn": 1_700_000_000}));
    Vendor::start(&CONNECTOR, Content::empty().with("users", users)).unwrap()
}

/// A user of the database without any right, and its address there.
async fn weak(database: &Database) -> (String, String) {
    let user = format!("weak_{}", database.value("select current_database()").await);
    database.execute(&format!("create role {user} login password 'invented'")).await;
    database
        .execute("revoke temporary on database {} from public".replace("{}", &user[5..]).as_str())
        .await;
    let mut url = url::Url::parse(&database.url()).unwrap();
    url.set_username(&user).unwrap();
    url.set_password(Some("invented")).unwrap();
    (user, url.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ready_is_said_to_be_ready_and_nothing_is_written() {
    let vendor = vendor();
    vendor.on(|_, answer| {
        answer.header("x-ratelimit-limit", "60").header("x-ratelimit-remaining", "59")
    });
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let before = shell.run("check");
    insta::assert_snapshot!("check-ready", before.steady(&vendor, &database).await);
    let schemas = "select count(*) from pg_namespace where nspname in ('sync', 'accounts')";
    assert_eq!(database.value(schemas).await, "0");
    assert_eq!(vendor.requests().len(), 9, "one request for each resource");
    assert_eq!(shell.run("sync --param account=7").status, 0);
    let other = shell.run("check --resource users");
    assert_eq!(other.status, 1, "{other:?}");
    assert!(other.stdout.contains("account=7, and not of"), "{other:?}");
    let after = shell.run("check --resource users --param account=7 --preset documented --json");
    let said = after.json();
    let checks = said["connections"][0]["checks"].as_array().unwrap();
    let tables = checks.iter().find(|check| check["check"] == "tables").unwrap();
    assert_eq!(tables["what"], "up to date");
    let settings = said["connections"][0]["settings"].as_array().unwrap();
    let account = settings.iter().find(|setting| setting["setting"] == "params.account").unwrap();
    assert_eq!(account, &json!({"setting": "params.account", "value": "7", "set_by": "--param"}));
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_value_has_its_source_and_no_secret_is_shown() {
    let vendor = vendor();
    let database = Database::create().await;
    let file = format!(
        "database_url = \"{}\"\n[connections.eu]\nconnector = \"accounts\"\nbase_url = \"{}\"\n\
         api_key = \"env:THE_KEY\"\nonly_resources = [\"labels\"]\nrequests_per_second = 7\n\
         deletes = {{ rows = 5 }}\nhistory = [\"labels\"]\nparams = {{ account = \"7\" }}\n\n\
         [connections.eu.resources.labels]\nlookback_seconds = 60\ndeletes = {{ share = 0.5 }}\n\n\
         [connections.us]\nconnector = \"accounts\"\nbase_url = \"https://user:hunter2@api.example.com?key=hunter2\"\n",
        database.url(),
        vendor.base_url()
    );
    let shell = Shell::new().file("connectors.toml", &file).set("THE_KEY", &vendor.key());
    let said = shell.run("check --schema other --connection eu");
    insta::assert_snapshot!("check-sources", said.steady(&vendor, &database).await);
    std::fs::write(
        shell.path().join("connectors.toml"),
        file.replace("history = [\"labels\"]", "history = [\"lables\"]"),
    )
    .unwrap();
    let wrong = shell.run("check --connection eu");
    let place = "has no resource `lables` (connection `eu`, setting `history of [connections.eu]`)";
    assert!(
        wrong.stderr.contains(place)
            || wrong.stdout.replace("\n                           ", " ").contains(place),
        "{wrong:?}"
    );
    std::fs::write(shell.path().join("connectors.toml"), &file).unwrap();
    let both = shell.run("check");
    insta::assert_snapshot!("check-connections", both.steady(&vendor, &database).await);
    assert!(!both.text().contains("hunter2") && !both.text().contains(&vendor.key()));
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_user_may_not_do_is_said_with_the_grant() {
    let vendor = vendor();
    let database = Database::create().await;
    let (user, url) = weak(&database).await;
    let shell = Shell::with(&vendor, &database).set("DATABASE_URL", &url);
    let only = "check --resource labels";
    let nothing = shell.run(only).steady(&vendor, &database).await;
    insta::assert_snapshot!("check-no-right", nothing.replace(&user[5..], "test"));
    // With the grants that it names, and no others, a sync works.
    for line in nothing.lines().filter_map(|line| line.split_once("run: ")) {
        let grant = line.1.trim().replace("\"test\"", &format!("\"{}\"", &user[5..]));
        database.execute(&grant.replace("\"weak_test\"", &format!("\"{user}\""))).await;
    }
    assert_eq!(shell.run(only).status, 0);
    assert_eq!(shell.run("sync --resource labels").status, 0);
    database.execute(&format!("drop owned by {user}; drop role {user}")).await;
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_hold_all_texts_is_not_ready() {
    let vendor = vendor();
    let database = Database::create().await;
    let name = format!("{}_latin", database.value("select current_database()").await);
    let latin = format!("create database {name} encoding 'LATIN1' locale 'C' template template0");
    database.execute(&latin).await;
    let mut url = url::Url::parse(&database.url()).unwrap();
    url.set_path(&name);
    let said = Shell::with(&vendor, &database)
        .set("DATABASE_URL", url.as_ref())
        .run("check --json --resource labels");
    let checks = &said.json()["connections"][0]["checks"];
    let check = checks.as_array().unwrap().iter().find(|check| check["check"] == "database");
    let what = check.unwrap()["what"].as_str().unwrap();
    assert!(what.ends_with("its encoding is LATIN1, which cannot hold all texts"), "{what}");
    assert_eq!(said.status, 1);
    database.execute(&format!("drop database {name}")).await;
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_way_of_tables_is_said() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let tables = || {
        let said = shell.run("check --json --resource labels");
        let checks = said.json()["connections"][0]["checks"].take();
        let tables = checks.as_array().unwrap().iter().find(|check| check["check"] == "tables");
        (said.status, tables.unwrap()["what"].as_str().unwrap().to_owned())
    };
    database.execute("create schema accounts create table users (id int)").await;
    assert_eq!(tables(), (1, "`accounts.users` is there already, and no sync made it".to_owned()));
    database.execute("drop schema accounts cascade").await;
    assert_eq!(tables(), (0, "the first sync makes them: `sync`, `accounts`".to_owned()));
    shell.run("sync --resource labels");
    assert_eq!(tables(), (0, "up to date".to_owned()));
    let on = "[connections.accounts]\nconnector = \"accounts\"\nhistory = [\"labels\"]\n";
    let with_history = Shell::with(&vendor, &database).file("connectors.toml", on);
    let said = with_history.run("check --resource labels").stdout;
    assert!(said.contains("up to date; the next sync makes 1 history beside them"), "{said}");
    with_history.run("sync --resource labels");
    let said = with_history.run("check --resource labels").stdout;
    assert!(!said.contains("history beside"), "{said}");
    database.execute("delete from accounts._migrations where version > 1").await;
    assert_eq!(tables(), (0, "migrations that the next sync runs: 2".to_owned()));
    database.execute("update accounts._migrations set checksum = '\\x00'").await;
    assert_eq!(tables().0, 1);
    database.execute("update accounts._migrations set version = 99").await;
    let newer =
        "they are newer than this program, which does not know migration 99 (schema `accounts`)";
    assert_eq!(tables(), (1, newer.to_owned()));
    database.execute("update sync.connections set connector = 'datasets'").await;
    assert_eq!(
        tables(),
        (1, "the schema `accounts` belongs to the connector `datasets`".to_owned())
    );
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_resource_that_is_forbidden_keeps_none_of_the_others_from_being_checked() {
    let vendor = vendor();
    let database = Database::create().await;
    vendor.on(|request, answer| match request.resource.unwrap_or_default() {
        "accounts" => Answer::json(403, r#"{"_errors": [{"code": 7, "message": "no"}]}"#),
        _ => answer,
    });
    let shell = Shell::with(&vendor, &database);
    let checked = shell.run("check --json");
    let checks = checked.json()["connections"][0]["checks"].clone();
    let outcome = |name: &str| {
        let check = checks.as_array().unwrap().iter().find(|check| check["check"] == name);
        check.map_or("none", |check| check["outcome"].as_str().unwrap()).to_owned()
    };
    let found = ["accounts", "users", "labels", "key"].map(outcome);
    assert_eq!(found, ["failed", "ok", "ok", "ok"], "{checked:?}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_vendor_refuses_is_said_for_each_resource() {
    let vendor = vendor();
    let database = Database::create().await;
    vendor.on(|request, answer| match request.resource.unwrap_or_default() {
        "users" => Answer::json(403, r#"{"_errors": [{"code": 7, "message": "no"}]}"#),
        "labels" => Answer::json(200, r#"{"rows": []}"#),
        "campaigns" => Answer::html(200, "<h1>Hello</h1>"),
        _ => answer.header("date", "Tue, 14 Nov 2023 22:13:25 GMT"),
    });
    let shell = Shell::with(&vendor, &database);
    let said = shell.run("check").steady(&vendor, &database).await;
    let clock = said.lines().position(|line| line.contains("minutes ahead of the vendor's"));
    let lines: Vec<&str> = said
        .lines()
        .enumerate()
        .filter(|(at, _)| Some(*at) != clock)
        .map(|(_, line)| line)
        .collect();
    assert!(clock.is_some(), "{said}");
    insta::assert_snapshot!("check-refused", lines.join("\n"));
    vendor.honest();
    // A run that is under way is no failure.
    let holder = "select pg_advisory_lock(hashtextextended('vendor-connectors accounts', 0))";
    let mut session = database.connect().await;
    sqlx::Executor::execute(&mut session, holder).await.unwrap();
    let busy = shell.run("check --resource labels");
    assert_eq!(busy.status, 0, "{busy:?}");
    assert!(
        busy.stdout.contains("the lock of `accounts` is held by a session that is no run"),
        "{busy:?}"
    );
    let waits =
        "accounts: ready when its lock is free; `accounts-connector sync --wait` waits for it\n";
    assert!(busy.stdout.ends_with(waits), "{busy:?}");
    drop(session);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_to_the_database_on_which_anybody_is_believed_is_said() {
    let vendor = vendor();
    let database = Database::create().await;
    let mut url = url::Url::parse(&database.url()).unwrap();
    // This machine by an address that is not its own loopback.
    url.set_host(Some("0.0.0.0")).unwrap();
    url.set_query(Some("sslmode=disable"));
    let shell = Shell::with(&vendor, &database);
    let tls = |shell: &Shell| {
        let said = shell.run("check --json --resource labels");
        let checks = said.json()["connections"][0]["checks"].take();
        let tls = checks.as_array().unwrap().iter().find(|check| check["check"] == "TLS").cloned();
        (said.status, tls)
    };
    assert_eq!(tls(&shell), (0, None));
    let (status, told) = tls(&shell.set("DATABASE_URL", url.as_ref()));
    let told = told.expect("it is said");
    assert_eq!((status, &told["outcome"]), (0, &json!("warning")), "{told}");
    assert!(told["what"].as_str().unwrap().starts_with("sslmode=disable: whoever answers"));
    assert!(told["next"].as_str().unwrap().contains("sslmode=verify-full"));
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_somebody_else_made_or_altered_is_said_before_a_sync_refuses_it() {
    let vendor = vendor();
    let database = Database::create().await;
    let eve = format!("eve_{}", database.value("select current_database()").await);
    let shell = Shell::with(&vendor, &database);
    assert_eq!(shell.run("sync --resource labels").status, 0);
    let tables = || {
        let said = shell.run("check --json --resource labels");
        let checks = said.json()["connections"][0]["checks"].take();
        let tables = checks.as_array().unwrap().iter().find(|check| check["check"] == "tables");
        (said.status, tables.unwrap()["what"].as_str().unwrap().to_owned())
    };
    database
        .execute(&format!(
            "create role {eve}; create function public.act() returns trigger language plpgsql as \
             'begin return new; end'; alter function public.act() owner to {eve}; \
             create trigger act before insert on accounts.labels for each row execute function public.act()"
        ))
        .await;
    let (status, what) = tables();
    assert_eq!(status, 1, "{what}");
    assert!(what.contains(&format!("the trigger `act` runs a function of `{eve}`")), "{what}");
    database
        .execute(&format!("drop owned by {eve} cascade; alter schema accounts owner to {eve}"))
        .await;
    let (status, what) = tables();
    assert_eq!(status, 1, "{what}");
    assert!(what.contains(&format!("the schema is `{eve}`'s")), "{what}");
    database.execute(&format!("drop owned by {eve} cascade; drop role {eve}")).await;
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_for_a_history_that_is_not_kept_is_warned_of() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    let database = Database::create().await;
    let of_users = "[connections.accounts.resources.users]\n";
    for (settings, expected) in [
        ("keep_history = { days = 30 }\n".to_owned(), Some("any resource")),
        (format!("{of_users}keep_history = {{ days = 30 }}\n"), Some("users")),
        ("keep_history = { days = 30 }\nhistory = true\n".to_owned(), None),
        // Those that have one are limited, and the others were not asked for.
        ("keep_history = { days = 30 }\nhistory = [\"users\"]\n".to_owned(), None),
    ] {
        let file = format!("[connections.accounts]\n{settings}");
        let shell = Shell::with(&vendor, &database).file("connectors.toml", &file);
        let said = shell.run("check --json");
        assert_eq!(said.status, 0, "{said:?}");
        let said = said.json();
        let checks = said["connections"][0]["checks"].as_array().unwrap();
        let warned = checks.iter().find(|check| check["outcome"] == "warning");
        let what = expected
            .map(|names| format!("`keep_history` is set, and no history is kept of {names}"));
        assert_eq!(warned.and_then(|check| check["what"].as_str()), what.as_deref(), "{settings}");
    }
    vendor.finish();
    database.drop().await;
}
