//! `status`, which a monitor can call.

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};
use serde_json::json;

use crate::shell::Shell;

fn vendor() -> Vendor {
    let users = (0..130).map(|id| json!({"id": id, "name": "one", "createdOn": 1_700_000_000}));
    let campaigns = [json!({"id": 1, "colour": "red"}), json!({"name": "nobody's"})];
    let content = Content::empty().with("users", users).with("campaigns", campaigns);
    Vendor::start(&CONNECTOR, content).unwrap()
}

/// Moves all runs into the past, so that ages are known.
async fn age(database: &Database, by: &str) {
    for table in ["runs", "resources"] {
        database
            .execute(&format!("update sync.{table} set started_at = now() - interval '{by}'"))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_runs_is_said_to_be_one() {
    let database = Database::create().await;
    let shell = Shell::new().set("DATABASE_URL", &database.url());
    insta::assert_snapshot!("status-never", shell.run("status").text());
    // Not even the folder of the embedded Postgres is made by looking at it.
    let embedded = Shell::new();
    insta::assert_snapshot!("status-never-embedded", embedded.run("status").text());
    assert!(!embedded.path().join(".connectors").exists());
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_resource_has_its_verdict_age_and_rows() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    shell.run("sync");
    vendor.edit("users", |users| users.truncate(120));
    shell.run("sync");
    age(&database, "3 hours 12 minutes 5 seconds").await;
    insta::assert_snapshot!("status", shell.run("status").text());
    // Neither the address of the API nor the key is needed to look.
    let shell = shell.unset("ACCOUNTS_BASE_URL").unset("ACCOUNTS_API_KEY");
    let fewer = shell.run("status --no-counts --resource users");
    insta::assert_snapshot!("status-without-counts", fewer.text());
    let said = shell.run("status --json --schema accounts --preset live");
    assert_eq!(said.status, 0, "{said:?}");
    let users = &said.json()["connections"][0]["resources"][2];
    assert_eq!((&users["rows"], &users["deleted"]), (&json!(120), &json!(10)), "{users}");
    assert_eq!(users["cursor"], "2023-11-14T22:13:20Z");
    assert_eq!(users["verdict"], "complete");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_or_not_complete_ends_with_status_1() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    shell.run("sync --resource users --resource labels");
    age(&database, "25 hours").await;
    let only = "status --no-counts --resource users --resource labels";
    assert_eq!(shell.run(&format!("{only} --max-age 26h")).status, 0);
    assert_eq!(shell.run(only).status, 0);
    let old = shell.run(&format!("{only} --max-age 1day"));
    insta::assert_snapshot!("status-too-old", old.text());
    assert_eq!(shell.run("status --max-age 26h").status, 1, "most were never synced");
    // A newer run that is not complete counts more than an older one that is.
    shell.run("sync --resource users --max-requests 2");
    database
        .execute(
            "update sync.resources set started_at = now() - interval '5 minutes' where run_id = 2",
        )
        .await;
    database
        .execute("update sync.runs set started_at = now() - interval '5 minutes' where run_id = 2")
        .await;
    let interrupted = shell.run(&format!("{only} --max-age 26h"));
    insta::assert_snapshot!("status-interrupted", interrupted.text());
    let at = &shell.run(&format!("{only} --json")).json()["connections"][0]["resources"][0];
    assert_eq!(at["interrupted"], json!({"listings": 1, "rows": 99, "next": "offset 99"}), "{at}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_of_the_file_are_shown() {
    let vendor = vendor();
    let database = Database::create().await;
    let section = |name: &str| {
        format!(
            "[connections.{name}]\nconnector = \"accounts\"\nresources = [\"labels\"]\nbase_url = \"{}\"\napi_key = \"{}\"\n",
            vendor.base_url(),
            vendor.key()
        )
    };
    let file =
        section("north") + &section("south") + "[connections.other]\nconnector = \"datasets\"\n";
    let shell = Shell::new().set("DATABASE_URL", &database.url()).file("mine.toml", &file);
    assert_eq!(shell.run("sync --config mine.toml --connection south").status, 0);
    age(&database, "1 hour").await;
    let said = shell.run("status --config mine.toml --max-age 26h");
    insta::assert_snapshot!("status-connections", said.text());
    assert_eq!(shell.run("status --config mine.toml --connection south").status, 0);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_database_is_looked_into_too() {
    let vendor = vendor();
    let shell = Shell::new()
        .set("ACCOUNTS_BASE_URL", vendor.base_url())
        .set("ACCOUNTS_API_KEY", &vendor.key());
    // However quiet a run is, it says where a new database begins.
    let first = shell.run("sync --resource users --quiet");
    let note = "exit status 0\n--- stderr\nnote: DATABASE_URL is not set: a new embedded Postgres begins in /folder/.connectors/\n";
    assert_eq!(first.text(), note);
    assert_eq!(shell.run("sync --resource users --quiet").text(), "exit status 0\n");
    let said = shell.run("status --resource users --max-age 1h --json");
    assert_eq!(said.status, 0, "{said:?}");
    assert_eq!(said.json()["connections"][0]["resources"][0]["rows"], 130);
    let checked = shell.run("check --resource users");
    assert_eq!(checked.status, 0, "{checked:?}");
    assert!(checked.stdout.contains("up to date"), "{checked:?}");
    vendor.finish();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_goes_on_is_told_from_one_that_was_killed() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    assert_eq!(shell.run("sync --resource users").status, 0);
    age(&database, "2 minutes").await;
    for table in ["runs", "resources"] {
        let begun = format!("update sync.{table} set finished_at = null, verdict = 'incomplete'");
        database.execute(&begun).await;
    }
    let killed = shell.run("status --resource users").stdout;
    assert!(killed.contains("broke off; it began 2m ago"), "{killed}");
    assert!(killed.contains("  broken off\n"), "{killed}");
    let mut run = database.connect().await;
    let lock = "select pg_advisory_lock(hashtextextended('vendor-connectors accounts', 0))";
    sqlx::Executor::execute(&mut run, lock).await.unwrap();
    let going = shell.run("status --resource users").stdout;
    assert!(going.contains("is running, for 2m"), "{going}");
    assert!(going.contains("  running\n"), "{going}");
    drop(run);
    vendor.finish();
    database.drop().await;
}
