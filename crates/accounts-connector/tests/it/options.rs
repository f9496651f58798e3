//! Every option of every command, on the program itself.

use std::thread;

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::json;

use crate::shell::{Said, Shell};

const DAY: u64 = 86_400;

/// A vendor with a user for each day from 2023-11-14 on.
fn vendor(users: u64) -> Vendor {
    let user = |id| json!({"id": id, "createdOn": 1_700_000_000 + id * DAY});
    Vendor::start(&CONNECTOR, Content::empty().with("users", (0..users).map(user))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_options_of_a_sync_do_what_they_say() {
    let vendor = vendor(130);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let users =
        async |what: &str| database.value(&format!("select {what} from accounts.users")).await;
    // January 2024 begins 48 days later, and lasts for 31.
    let january =
        shell.run("sync -r users --since 2024-01-01 --until 2024-02-01T00:00:00Z --quiet");
    assert_eq!((january.status, january.text().as_str()), (0, "exit status 0\n"), "{january:?}");
    assert_eq!(users("min(id) || ' to ' || max(id)").await, "48 to 78");
    let all = shell.run(
        "sync --resource users --full-refresh --changed-parents-only --max-duration 1h --json",
    );
    assert_eq!(
        (all.status, &all.json()["runs"][0]["resources"][0]["rows_read"]),
        (0, &json!(130)),
        "{all:?}"
    );
    // That so many rows vanish at once is believed only by who says so.
    vendor.edit("users", |users| users.truncate(20));
    let unbelieved = shell.run("sync --resource users");
    assert_eq!(unbelieved.status, 1, "{unbelieved:?}");
    assert_eq!(users("count(*) filter (where _deleted_at is null)").await, "130");
    let believed = shell.run("sync --resource users --allow-deletes --log-format json");
    assert_eq!(believed.status, 0, "{believed:?}");
    for line in believed.stderr.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["message"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    assert!(!believed.stderr.is_empty());
    assert_eq!(users("count(*) filter (where _deleted_at is null)").await, "20");
    // Elsewhere, and with another account.
    let elsewhere =
        shell.run("sync --resource users --schema other --preset documented --param account=7");
    assert_eq!(elsewhere.status, 0, "{elsewhere:?}");
    assert_eq!(database.value("select count(*) from other.users").await, "20");
    assert!(vendor.requests().last().unwrap().path.contains("/7/"));
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_run_says_nothing_but_what_went_wrong() {
    let vendor = vendor(1);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    vendor.on(|_, answer| if answer.status == 200 { Answer::json(403, "{}") } else { answer });
    let failed = shell.run("sync --resource users --quiet");
    assert_eq!(failed.status, 1, "{failed:?}");
    assert!(failed.stderr.starts_with("  users: the vendor answered 403"), "{failed:?}");
    assert!(failed.stderr.contains("    next: "), "{failed:?}");
    assert!(failed.stderr.ends_with("accounts: failed (run 1)\n\n"), "{failed:?}");
    assert!(failed.stdout.starts_with(" resource") && !failed.stdout.contains("403"), "{failed:?}");
    let json = shell.run("sync --resource users --quiet --json");
    assert_eq!(
        (json.json()["runs"][0]["verdict"].as_str(), json.stderr.as_str()),
        (Some("failed"), "")
    );
    vendor.honest();
    assert_eq!(shell.run("sync --resource users --quiet").text(), "exit status 0\n");
    assert_eq!(shell.run("plan --resource users --quiet").text(), "exit status 0\n");
    vendor.finish_unexplained();
    database.drop().await;
}

/// Runs a sync of users in a shell, with its output sent where the words say.
fn sync_into(shell: &Shell, redirection: &str) -> i32 {
    let program = crate::program();
    let command =
        format!("'{}' sync --resource users --full-refresh {redirection}", program.display());
    let status = shell.command("sh").args(["-c", &command]).status().unwrap();
    status.code().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn output_that_cannot_be_written_keeps_no_row_away() {
    let vendor = vendor(130);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let runs = "select string_agg(verdict || ' ' || (finished_at is not null), ', ' order by run_id) \
                from sync.runs";
    assert_eq!(sync_into(&shell, ">/dev/null 2>/dev/full"), 0);
    assert_eq!(database.value("select count(*) from accounts.users").await, "130");
    // An interrupted run is gone on with, which is the first thing that is logged.
    database.execute("update sync.runs set finished_at = null").await;
    assert_eq!(sync_into(&shell, ">/dev/null 2>/dev/full"), 0);
    assert_eq!(sync_into(&shell, "--log-format json >/dev/null 2>&-"), 0);
    // What was tried is not said to be untried.
    assert_eq!(sync_into(&shell, ">/dev/full 2>said"), 1);
    let said = std::fs::read_to_string(shell.path().join("said")).unwrap();
    assert!(
        said.contains("error: what was found out cannot be written to stdout\n  next: "),
        "{said}"
    );
    let ended = database.value(runs).await;
    assert!(ended.ends_with("complete true, complete true, complete true"), "{ended}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_options_of_a_plan_are_those_of_the_sync_and_it_leaves_nothing() {
    let vendor = vendor(130);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database)
        .file("mine.toml", "[connections.mine]\nconnector = \"accounts\"\n");
    let rows = |said: &Said| {
        assert_eq!(said.status, 0, "{said:?}");
        said.json()["runs"][0]["resources"][0]["inserted"].as_u64()
    };
    let january = "plan --resource users --since 2024-01-01 --until 2024-02-01 --quiet --json";
    let january = shell.run(january);
    assert_eq!((rows(&january), january.stderr.as_str()), (Some(31), ""));
    let all = "plan --resource users --full-refresh --changed-parents-only --allow-deletes --json";
    assert_eq!(rows(&shell.run(all)), Some(130));
    let elsewhere =
        "plan --resource users --schema other --preset documented --param account=7 --json";
    assert_eq!(rows(&shell.run(elsewhere)), Some(130));
    let named = shell
        .set("MINE_BASE_URL", vendor.base_url())
        .set("MINE_API_KEY", &vendor.key())
        .run("plan --resource users --connection mine --config mine.toml --sample 2 --log-format text");
    assert_eq!(named.status, 0, "{named:?}");
    for word in [
        "create table users (",
        "insert 0\n    insert 1\n",
        "mine: complete, a sync would write 130 rows",
    ] {
        assert!(named.stdout.contains(word), "no `{word}`: {named:?}");
    }
    let schemas =
        "select count(*) from pg_namespace where nspname in ('sync', 'accounts', 'other', 'mine')";
    assert_eq!(database.value(schemas).await, "0");
    vendor.finish();
    database.drop().await;
}

/// Each worker is a process of this program, and so is each piece of a run.
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_by_several_workers_takes_over_from_a_run_whose_workers_are_gone() {
    let vendor = vendor(130);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let begun = shell.run("run begin --resource users");
    assert_eq!((begun.status, &begun.json()["run"]), (0, &json!(1)), "{begun:?}");
    let prepared = shell.run("run prepare --resource users --run 1 --of users --workers 2");
    assert_eq!((prepared.status, prepared.json()), (0, json!({"parts": 1})), "{prepared:?}");
    let refused = shell.run("sync --resource users");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(refused.stderr.contains("--take-over ends it for its workers"), "{refused:?}");
    let all = shell.run("sync --resource users --workers 3 --take-over --json");
    assert_eq!(
        (all.status, &all.json()["runs"][0]["resources"][0]["rows_read"]),
        (0, &json!(130)),
        "{all:?}"
    );
    let owner = "select owner ~ '^[0-9]+ of process [0-9]+$' and state = 'closed' from sync.shards where run_id = 2";
    assert_eq!(database.value(owner).await, "true");
    let late = shell
        .run("run shard --resource users --run 1 --of users --part 1 --worker late --lease 5s");
    assert_eq!(late.status, 2, "{late:?}");
    assert!(late.stderr.contains("was taken over by run 2"), "{late:?}");
    vendor.finish();
    database.drop().await;
}

/// As the pods of a Kubernetes Job, none of which knows of another.
#[tokio::test(flavor = "multi_thread")]
async fn the_processes_of_a_job_find_each_other_by_its_name() {
    let vendor = vendor(130);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let join = |job: &str, member: u64, more: &str| {
        let share = format!("--job {job} --member {member} --members 3");
        shell.run(&format!("run join --resource users {share} {more}"))
    };
    let first = thread::scope(|scope| {
        let other = |member| move || join("night-1", member, "--worker other --lease 30s");
        let others = [1, 2].map(|member| scope.spawn(other(member)));
        let first = join("night-1", 0, "--wait --max-duration 10m");
        for other in others {
            let other = other.join().unwrap();
            assert_eq!((other.status, other.stdout.as_str()), (0, ""), "{other:?}");
        }
        first
    });
    assert_eq!(
        (first.status, &first.json()["resources"][0]["inserted"]),
        (0, &json!(130)),
        "{first:?}"
    );
    let again = join("night-1", 0, "");
    assert_eq!((again.status, &again.json()["run_id"]), (0, &json!(1)), "{again:?}");
    let next = join("night-2", 0, "--take-over --max-requests 100");
    assert_eq!((next.status, &next.json()["run_id"]), (0, &json!(2)), "{next:?}");
    let none = join("night-2", 3, "");
    assert_eq!(none.status, 2, "{none:?}");
    assert!(none.stderr.contains("there is no member 3 of 3"), "{none:?}");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_waits_begins_when_the_other_run_has_ended() {
    let vendor = vendor(1);
    let database = Database::create().await;
    let shell = Shell::with(&vendor, &database);
    let mut other = database.connect().await;
    let lock = "select pg_advisory_lock(hashtextextended('vendor-connectors accounts', 0))";
    sqlx::Executor::execute(&mut other, lock).await.unwrap();
    let refused = shell.run("sync --resource users");
    assert_eq!(refused.status, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("`accounts-connector sync --wait` waits for it"),
        "{refused:?}"
    );
    let waiting = thread::spawn(move || shell.run("sync --resource users --wait"));
    let waits = "select exists (select from pg_stat_activity where datname = current_database() \
                 and application_name = 'vendor-connectors')";
    while database.value(waits).await == "false" {
        tokio::task::yield_now().await;
    }
    assert!(vendor.requests().is_empty(), "it did not wait");
    drop(other);
    let said = waiting.join().unwrap();
    assert_eq!(said.status, 0, "{said:?}");
    vendor.finish();
    database.drop().await;
}

#[test]
fn every_option_is_used_by_a_test() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let used: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let help = std::fs::read_to_string(format!("{folder}/snapshots/it__help__help.snap")).unwrap();
    let mut command = "";
    for line in help.lines() {
        if let Some(next) = line.strip_prefix("$ accounts-connector ") {
            command = next.trim_end_matches("--help").trim();
        }
        let words = line.split_whitespace().take(2);
        let of_all = ["--help", "--version"];
        let options = words.filter(|word| word.starts_with("--") && !of_all.contains(word));
        for option in options.filter(|_| !line.starts_with('$')) {
            let with =
                |line: &str| line.contains(option) && (line.contains(command) || command == "init");
            assert!(used.lines().any(with), "no test uses `{command} {option}`");
        }
    }
}
