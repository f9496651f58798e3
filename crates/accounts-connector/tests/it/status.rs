//! `status`, which a monitor can call.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};
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
        let past = format!("now() - interval '{by}'");
        database
            .execute(&format!("update sync.{table} set started_at = {past}, finished_at = case when finished_at is not null then {past} end"))
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
    // Nothing for a mail, until somebody is needed.
    let quiet = shell.run(&format!("{only} --quiet --max-age 26h"));
    assert_eq!((quiet.status, &*quiet.stdout, &*quiet.stderr), (0, "", ""), "{quiet:?}");
    let loud = shell.run(&format!("{only} --quiet --max-age 1day"));
    assert!(loud.status == 1 && loud.stdout.contains("too old"), "{loud:?}");
    let old = shell.run(&format!("{only} --max-age 1day"));
    insta::assert_snapshot!("status-too-old", old.text());
    assert_eq!(shell.run("status --max-age 26h").status, 1, "most were never synced");
    // A newer run that is not complete is told before an older one that is.
    shell.run("sync --resource users --max-requests 2");
    database
        .execute(
            "update sync.resources set started_at = now() - interval '5 minutes' where run_id = 2",
        )
        .await;
    // A run that was long stopped a moment ago.
    let long = "update sync.runs set started_at = now() - interval '2 hours', finished_at = now() - interval '5 minutes' where run_id = 2";
    database.execute(long).await;
    let interrupted = shell.run(&format!("{only} --max-age 26h"));
    insta::assert_snapshot!("status-interrupted", interrupted.text());
    let at = &shell.run(&format!("{only} --json")).json()["connections"][0]["resources"][0];
    assert_eq!(at["interrupted"], json!({"listings": 1, "rows": 99, "next": "offset 99"}), "{at}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_watches_by_sql_waits_for_what_settings_sync_and_for_nothing_else() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::new().set("DATABASE_URL", &database.url());
    let choose = |resources: &str| {
        let file = format!(
            "[connections.shop]\nconnector = \"accounts\"\nonly_resources = [{resources}]\nbase_url = \"{}\"\napi_key = \"{}\"\n",
            vendor.base_url(),
            vendor.key()
        );
        std::fs::write(shell.path().join("connectors.toml"), file).unwrap();
    };
    let stands = async || {
        let all = "select string_agg(concat_ws(' ', resource, verdict, complete_at is not null), ', ' order by resource) from sync.status where connection = 'shop'";
        database.value(all).await
    };
    choose("\"users\", \"campaigns\"");
    assert_eq!(shell.run("sync").status, 1);
    assert_eq!(stands().await, "campaigns incomplete f, users complete t");
    // One resource alone is asked for once, and the others are still to be watched.
    assert_eq!(shell.run("sync --resource users").status, 0);
    assert_eq!(stands().await, "campaigns incomplete f, users complete t");
    // What is left out is not waited for any more, and what is new has no complete run.
    choose("\"users\", \"labels\"");
    assert_eq!(shell.run("sync --resource users").status, 0);
    assert_eq!(stands().await, "labels f, users complete t");
    // Tables of an older version say nothing of settings: all that was tried counts.
    database.execute("update sync.connections set resources = null").await;
    assert_eq!(stands().await, "campaigns incomplete f, users complete t");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_settings_leave_out_is_named_with_the_rows_that_stay() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::new().set("DATABASE_URL", &database.url());
    let choose = |resources: &str| {
        let file = format!(
            "[connections.shop]\nconnector = \"accounts\"\n{resources}base_url = \"{}\"\napi_key = \"{}\"\n",
            vendor.base_url(),
            vendor.key()
        );
        std::fs::write(shell.path().join("connectors.toml"), file).unwrap();
    };
    choose("only_resources = [\"users\", \"labels\"]\n");
    assert_eq!(shell.run("sync").status, 0);
    // What was never synced left no rows.
    assert!(!shell.run("status").stdout.contains("left out"));
    choose("only_resources = [\"labels\"]\n");
    let told = "\n  left out by `only_resources`; the rows of earlier runs stay: users\n";
    let said = shell.run("status");
    assert!(said.stdout.contains(told), "{said:?}");
    assert_eq!(shell.run("status --max-age 1h").status, 0, "nobody waits for it");
    // A flag chooses what is looked at, and says nothing of what is synced.
    assert!(!shell.run("status --resource labels").stdout.contains("left out"));
    choose("");
    assert!(!shell.run("status").stdout.contains("left out"));
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_of_an_interrupted_walk_are_those_of_its_runs_together() {
    let users = (0..300).map(|id| json!({"id": id}));
    let vendor = Vendor::start(&CONNECTOR, Content::empty().with("users", users)).unwrap();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let read = || {
        let said = shell.run("sync --resource users --max-requests 2 --json").json();
        let users = said["runs"][0]["resources"].as_array().unwrap();
        let users = users.iter().find(|one| one["resource"] == "users").unwrap().clone();
        assert_eq!(users["rows_read"], users["inserted"], "{users}");
        users["rows_read"].as_i64().unwrap()
    };
    let first = read();
    let said = shell.run("status --resource users").stdout;
    assert!(said.contains(&format!("interrupted after {first} rows, before offset")), "{said}");
    let second = read();
    let said = shell.run("status --resource users").stdout;
    let all = first + second;
    let told = format!("interrupted after {all} rows, with those of earlier runs, before offset");
    assert!(said.contains(&told), "{said}");
    // In the tables, numbers of rows are those of the newest run.
    let cells = |said: &str| {
        let line = said.lines().find(|line| line.starts_with(" users ")).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let status = cells(&said);
    assert_eq!(status[4..], [&*all.to_string(), "0", &second.to_string(), "0", "incomplete"]);
    let changes = cells(&shell.run("changes --resource users").stdout);
    assert_eq!(changes[1..], [&*second.to_string(), "0", "0", "0"]);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_tried_has_no_numbers() {
    let vendor = vendor();
    vendor.on(|_, _| Answer::json(401, "{}"));
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let cells = |said: &str| {
        let lines = said.lines().filter(|line| line.ends_with("  skipped"));
        let cells = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        lines.map(cells).collect::<Vec<_>>()
    };
    let report = cells(&shell.run("sync").stdout);
    assert!(report.len() >= 7, "{report:?}");
    let is_empty = |row: &Vec<String>| row[1..row.len() - 1].iter().all(|cell| cell == "-");
    assert!(report.iter().all(is_empty), "{report:?}");
    let status = cells(&shell.run("status").stdout);
    assert_eq!(status.len(), report.len());
    for row in status {
        assert_eq!(row[3..], ["never", "0", "0", "-", "-", "skipped"]);
    }
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_tolerated_are_told_and_make_the_numbers_of_the_table_whole() {
    let vendor = vendor();
    let database = Database::create().await;
    let file = format!(
        "[connections.shop]\nconnector = \"accounts\"\nonly_resources = [\"campaigns\"]\nquarantine = {{ rows = 2 }}\nbase_url = \"{}\"\napi_key = \"{}\"\n",
        vendor.base_url(),
        vendor.key()
    );
    let shell = Shell::new().set("DATABASE_URL", &database.url()).file("connectors.toml", &file);
    let said = shell.run("sync");
    assert_eq!(said.status, 0, "{said:?}");
    let told = "  campaigns: 1 row is set aside, which is tolerated; see `accounts-connector quarantine --connection shop`\n";
    assert!(said.stdout.contains(told), "{said:?}");
    assert!(said.stdout.contains(" deleted  set aside  requests "), "{said:?}");
    let row = said.stdout.lines().find(|line| line.starts_with(" campaigns ")).unwrap();
    let numbers: Vec<&str> = row.split_whitespace().skip(1).take(6).collect();
    assert_eq!(numbers, ["2", "1", "0", "0", "0", "1"], "{row}");
    assert!(shell.run("status").stdout.contains(told), "{:?}", shell.run("status"));
    let kept = shell.run("quarantine").stdout;
    assert!(kept.starts_with("shop: 1 row is set aside, which is tolerated\n"), "{kept}");
    assert!(!kept.contains("next: "), "{kept}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_line_that_is_advised_for_rows_that_are_set_aside_tolerates_them() {
    let vendor = vendor();
    let database = Database::create().await;
    let shop = format!(
        "[connections.shop]\nconnector = \"accounts\"\nonly_resources = [\"campaigns\"]\nbase_url = \"{}\"\napi_key = \"{}\"\n",
        vendor.base_url(),
        vendor.key()
    );
    let shell = Shell::new().set("DATABASE_URL", &database.url());
    for (set, section, said) in [
        // Nothing is tolerated by that of resources that have no such rows.
        ("", "[connections.shop.resources.campaigns]", " in connectors.toml\n"),
        (
            "quarantine = { rows = 1 }\n",
            "[connections.shop]",
            " in connectors.toml; the limit that is set there now is exceeded\n",
        ),
    ] {
        std::fs::write(shell.path().join("connectors.toml"), format!("{shop}{set}")).unwrap();
        assert_eq!(shell.run("sync").status, 1);
        let kept = shell.run("quarantine").stdout;
        let line = format!("by `quarantine = {{ rows = 2 }}` below `{section}`");
        assert!(kept.contains(&format!("{line}{said}")), "{kept}");
    }
    let own = "[connections.shop.resources.campaigns]\nquarantine = { rows = 1 }\n";
    let file = format!("{shop}quarantine = {{ rows = 7 }}\n{own}");
    std::fs::write(shell.path().join("connectors.toml"), file).unwrap();
    let kept = shell.run("quarantine").stdout;
    assert!(kept.contains("below `[connections.shop.resources.campaigns]`"), "{kept}");
    let file = format!("{shop}quarantine = {{ rows = 2 }}\n");
    std::fs::write(shell.path().join("connectors.toml"), file).unwrap();
    assert_eq!(shell.run("sync").status, 0);
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
async fn rows_that_an_older_version_left_are_spoken_of_and_untouched() {
    let vendor = vendor();
    let shell = Shell::new()
        .set("ACCOUNTS_BASE_URL", vendor.base_url())
        .set("ACCOUNTS_API_KEY", &vendor.key());
    let old = shell.path().join(".connectors/postgres/tmp/pglite/base");
    std::fs::create_dir_all(&old).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(shell.path().join(".connectors"), private).unwrap();
    std::fs::write(old.join("PG_VERSION"), "17\n").unwrap();
    for command in ["status", "sync --resource users", "status", "check"] {
        let said = shell.run(command);
        let told = "the rows in .connectors/postgres are those of an older version's engine";
        assert!(said.stderr.contains(told), "{command}: {said:?}");
    }
    assert_eq!(shell.run("status --resource users").status, 0);
    std::fs::remove_dir_all(shell.path().join(".connectors/server")).unwrap();
    let quiet = shell.run("sync --resource users --quiet");
    assert!(quiet.stderr.contains("the rows of an older version stay in"), "{quiet:?}");
    assert_eq!(std::fs::read_to_string(old.join("PG_VERSION")).unwrap(), "17\n");
    vendor.finish();
}

#[test]
fn no_programs_of_a_postgres_are_an_error_that_says_what_to_do() {
    let shell = Shell::new()
        .set("ACCOUNTS_BASE_URL", "http://127.0.0.1:1")
        .set("ACCOUNTS_API_KEY", "invented")
        .set("POSTGRES_BIN", "/nowhere");
    let said = shell.run("sync");
    assert_eq!(said.status, 2, "{said:?}");
    for part in [
        "DATABASE_URL is not set, and there is no Postgres 14 or newer on this machine",
        "/nowhere has no program `postgres`",
        "export DATABASE_URL=",
        "apt-get install postgresql",
    ] {
        assert!(said.stderr.contains(part), "no `{part}`: {said:?}");
    }
    assert!(!shell.path().join(".connectors").exists(), "nothing is begun");
    // A file in the folder names no programs that are run.
    let shell = shell.unset("POSTGRES_BIN").file(".env", "POSTGRES_BIN=/nowhere\n");
    assert!(!shell.run("sync").stderr.contains("/nowhere"));
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
    // What it read and wrote is told when a resource ends.
    assert!(killed.contains("  130        0    -        -  "), "{killed}");
    assert!(killed.contains("  broken off\n"), "{killed}");
    let changed = shell.run("changes --resource users");
    assert!(changed.stdout.contains("more may have changed: users (broken off)\n"), "{changed:?}");
    let mut run = database.connect().await;
    let lock = "select pg_advisory_lock(hashtextextended('vendor-connectors accounts', 0))";
    sqlx::Executor::execute(&mut run, lock).await.unwrap();
    let going = shell.run("status --resource users").stdout;
    assert!(going.contains("is running, for 2m"), "{going}");
    assert!(going.contains("  running\n"), "{going}");
    assert!(!going.contains("next: run `"), "{going}");
    let old = shell.run("status --resource users --max-age 1m");
    assert!(old.status == 1 && !old.stdout.contains("next: run `"), "{old:?}");
    let changed = shell.run("changes --resource users");
    assert!(changed.stdout.contains("more may have changed: users (running)\n"), "{changed:?}");
    drop(run);
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promised_field_that_is_not_sent_is_not_said_to_be_kept_nor_counted_once_it_is() {
    let content = Content::empty().with("users", [json!({"id": 1})]);
    let vendor = Vendor::start(&CONNECTOR, content).unwrap();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let said = shell.run("sync --resource users");
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.stdout
            .contains("  users: `createdOn` is promised, and not sent; its column is null\n"),
        "{said:?}"
    );
    assert!(!said.stdout.contains("kept in _extra"), "{said:?}");
    let drifts =
        || shell.run("status --resource users").stdout.contains("1 field is unlike the model");
    assert!(drifts());
    vendor.edit("users", |users| users[0]["createdOn"] = json!(1_700_000_000));
    assert_eq!(shell.run("sync --resource users").status, 0);
    assert!(!drifts());
    vendor.finish();
    database.drop().await;
}

/// Whoever looks on would see nothing move, and not know why.
#[tokio::test(flavor = "multi_thread")]
async fn a_rest_that_the_vendor_wants_is_seen_from_elsewhere_and_told_whoever_is_refused() {
    let vendor = vendor();
    vendor.on(|_, _| Answer::json(429, "{}").header("retry-after", "600"));
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let mut waits = shell.command(crate::program()).args(["sync", "--quiet"]).spawn().unwrap();
    let resting = "select count(*) from sync.budgets where rest_until > now()";
    while database.value("select to_regclass('sync.budgets') is not null").await == "false"
        || database.value(resting).await == "0"
    {
        assert!(waits.try_wait().unwrap().is_none(), "the run waits for the vendor");
        tokio::task::yield_now().await;
    }
    let rest = "vendor wants a rest, for 9m still";
    let said = shell.run("status");
    assert!(said.stdout.contains(&format!("\n  a {rest}\n")), "{said:?}");
    let said = shell.run("status --html -");
    assert!(said.stdout.contains(rest), "{}", said.stdout);
    let said = shell.run("status --json");
    assert!(said.json()["connections"][0]["rest_until"].is_string(), "{said:?}");
    let said = shell.run("sync");
    assert_eq!(said.status, 2, "{said:?}");
    let until = "; a vendor wants a rest until 20";
    assert!(said.stderr.contains(until), "{said:?}");
    let said = shell.run("sync --json");
    assert_eq!(said.json()["errors"][0]["kind"], "locked", "{said:?}");
    let mut waiting = shell.command(crate::program());
    let mut waiting = waiting.args(["sync", "--wait"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(waiting.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(
        lines.any(|line| line.contains("it may be waiting too: a vendor wants a rest until 20"))
    );
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    // What asks once more makes a rest longer.
    let asked = vendor.requests().len();
    let said = shell.run("check");
    assert_eq!(said.status, 0, "{said:?}");
    assert!(
        said.stdout.contains("not asked: it told a run that it wants a rest until 20"),
        "{said:?}"
    );
    assert!(said.stdout.ends_with("nothing failed, and the vendor was not asked\n"), "{said:?}");
    assert_eq!(vendor.requests().len(), asked);
    waits.kill().unwrap();
    waits.wait().unwrap();
    // A rest that nobody waits for is nothing to look at.
    let said = shell.run("status");
    assert!(!said.stdout.contains("wants a rest"), "{said:?}");
    vendor.finish();
    database.drop().await;
}

/// Below a run that broke off, it would seem to be the reason for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_reason_of_an_older_run_names_that_run() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    assert_eq!(shell.run("sync --resource campaigns").status, 1);
    let said = shell.run("status --resource campaigns");
    assert!(said.stdout.contains("\n  campaigns: 1 row "), "{said:?}");
    shell.run("sync --resource users");
    let broken = "update sync.runs set finished_at = null where run_id = 2";
    database.execute(broken).await;
    let said = shell.run("status --resource campaigns");
    assert!(said.stdout.contains("run 2 (preset documented) broke off"), "{said:?}");
    assert!(said.stdout.contains("\n  campaigns: run 1: 1 row "), "{said:?}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_left_out_is_named_as_it_has_to_be_and_is_not_mended() {
    let vendor = vendor();
    let database = Database::create().await;
    let shell = Shell::new().set("DATABASE_URL", &database.url());
    let exclude = |names: &str| {
        let file = format!(
            "[connections.eu]\nconnector = \"accounts\"\nexclude = [{names}]\nquarantine = {{ rows = 9 }}\nbase_url = \"{}\"\napi_key = \"{}\"\n",
            vendor.base_url(),
            vendor.key()
        );
        std::fs::write(shell.path().join("connectors.toml"), file).unwrap();
    };
    exclude("");
    assert_eq!(shell.run("sync").status, 0);
    let name = "\"_extra.colour\"";
    let said = shell.run("drift");
    assert!(said.stdout.contains(&format!("`exclude = [{name}]`")), "{said:?}");
    exclude("\"colour\"");
    let said = shell.run("sync");
    assert!(said.stderr.contains("no resource of `accounts` has a column `colour`"), "{said:?}");
    assert!(said.stderr.contains("is named `_extra.colour`; "), "{said:?}");
    exclude(name);
    let said = shell.run("sync");
    let told =
        "  `campaigns`: from now on `_extra.colour` is left out; applied to 1 row that was there\n";
    assert!(said.stdout.contains(told), "{said:?}");
    assert_eq!(said.stdout.matches("from now on").count(), 1, "{said:?}");
    let said = shell.run("drift");
    assert!(said.stdout.contains("1 field is left out by `exclude`"), "{said:?}");
    assert!(!said.stdout.contains("mended"), "{said:?}");
    vendor.finish();
    database.drop().await;
}
