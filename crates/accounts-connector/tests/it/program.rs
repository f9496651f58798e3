//! The program itself, with a vendor that puts the key and rows into whatever could be shown.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use accounts_connector::CONNECTOR;
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::Value;

const KEY: &str = "canary-key-0123";
const VALUE: &str = "canary@example.com";

/// What a run says on stdout and stderr, with everything logged that can be.
fn said(vendor: &Vendor, database: &Database) -> String {
    let output = Command::new(crate::program())
        .args(["sync", "--json", "--resource", "users"])
        .env("ACCOUNTS_API_KEY", KEY)
        .env("ACCOUNTS_BASE_URL", vendor.base_url())
        .env("DATABASE_URL", database.url())
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn start(vendor: &Vendor, database: &Database) -> Child {
    Command::new(crate::program())
        .args(["sync", "--quiet", "--resource", "users"])
        .env("ACCOUNTS_API_KEY", vendor.key())
        .env("ACCOUNTS_BASE_URL", vendor.base_url())
        .env("DATABASE_URL", database.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn user(id: u32, name: &str) -> String {
    format!(r#"{{"id": {id}, "name": "{name}"}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_runs_at_once_one_writes_and_the_others_say_who_does() {
    let content = Content::empty().with("users", (0..300).map(|id| user(id, "one")));
    let vendor = Vendor::start(&CONNECTOR, content).unwrap();
    vendor.set_latency(Duration::from_millis(100));
    let database = Database::create().await;
    let runs: Vec<Child> = (0..10).map(|_| start(&vendor, &database)).collect();
    let mut good = 0;
    for run in runs {
        let output = run.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => good += 1,
            code => {
                assert_eq!(code, Some(2), "{said}");
                assert!(
                    said.contains("another run of `accounts` is writing (Postgres session "),
                    "{said}"
                );
            }
        }
    }
    assert!(good >= 1, "no run came to its end");
    let query = "select count(*) || ' of ' || count(distinct id) from accounts.users";
    assert_eq!(database.value(query).await, "300 of 300");
    vendor.finish();
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_slept_while_a_newer_one_came_and_went_writes_nothing() {
    let content = Content::empty().with("users", (0..60).map(|id| user(id, "old")));
    let vendor = Vendor::start(&CONNECTOR, content).unwrap();
    let database = Database::create().await;
    // The old run hangs at its second page, and is put to sleep there.
    let (tell, told) = mpsc::channel();
    vendor.on(move |_, answer| {
        if tell.send(()).is_ok() && answer.status == 200 {
            return answer.delayed(Duration::from_millis(300));
        }
        answer
    });
    let old = start(&vendor, &database);
    told.recv_timeout(Duration::from_mins(1)).unwrap();
    let signal = |name: &str| {
        let pid = old.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    };
    signal("-STOP");
    drop(told);
    // Its sessions are lost, as they are when a network is cut, and with them its lock.
    let end = "select pg_terminate_backend(pid) from pg_stat_activity \
               where datname = current_database() and pid <> pg_backend_pid()";
    database.execute(end).await;
    vendor.holdings().replace("users", (0..60).map(|id| user(id, "new")));
    let newer = start(&vendor, &database).wait_with_output().unwrap();
    assert!(newer.status.success(), "{}", String::from_utf8_lossy(&newer.stderr));
    let rows = "select count(*) || ' ' || min(name) || ' ' || max(_run_id) from accounts.users";
    let before = database.value(rows).await;
    vendor.holdings().replace("users", (0..90).map(|id| user(id, "late")));
    signal("-CONT");
    let output = old.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("a newer run of `accounts` began"), "{said}");
    assert_eq!(database.value(rows).await, before);
    vendor.finish();
    database.drop().await;
}

#[tokio::test]
async fn a_run_that_logs_everything_shows_neither_the_key_nor_a_row() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.set_key(KEY);
    let database = Database::create().await;
    let row = format!(r#"{{"id": 1, "name": "{VALUE}", "email": "{VALUE}", "other": "{VALUE}"}}"#);
    let rows = format!(r#"{{"_data": [{row}]}}"#);
    let error = format!(r#"{{"_data": [], "error": {{"code": "{KEY}", "message": "{KEY}"}}}}"#);
    let answers = [
        Answer::json(200, &rows),
        Answer::json(200, &rows).cut_after(rows.len() - 3),
        Answer::json(200, &rows).truncated(rows.len() - 3),
        Answer::json(200, &format!(r#"{{"_data": [{{"name": "{VALUE}"}}]}}"#)),
        Answer::json(200, &format!(r#"{{"{VALUE}": [{row}], "{KEY}": 1}}"#)),
        Answer::json(200, &error),
        Answer::json(400, &error),
        Answer::json(401, &error),
        Answer::html(200, &format!("<h1>{KEY} {VALUE}</h1>")),
        Answer::json(302, "").header("location", &format!("https://{KEY}.example.com/{VALUE}")),
    ];
    for answer in answers {
        let script = answer.clone();
        vendor.on(move |_, _| script.clone());
        let told = said(&vendor, &database);
        assert!(told.contains("TRACE") && told.contains("asking"), "nothing was logged: {told}");
        assert!(!told.contains("canary"), "{answer:?}: {told}");
    }
    // Postgres quotes the row that it refuses.
    database
        .execute(
            "alter table accounts.users add constraint short check (length(name) < 9) not valid",
        )
        .await;
    vendor.on(move |_, _| Answer::json(200, &rows.replace(VALUE, &format!("new-{VALUE}"))));
    let told = said(&vendor, &database);
    assert!(told.contains("are set aside, the first on page 1: the database refuses it"), "{told}");
    let reason = database.value("select max(reason) from sync.quarantine").await;
    assert!(reason.contains("`short`") && !reason.contains("canary"), "{reason}");
    assert!(!told.contains("canary"), "{told}");
    vendor.finish();
    database.drop().await;
}

/// What a program says with these arguments, on stdout and on stderr.
fn said_by(vendor: &Vendor, database: &Database, args: &[&str]) -> (String, String) {
    let output = Command::new(crate::program())
        .args(args)
        .args(["--resource", "users"])
        .env("ACCOUNTS_API_KEY", KEY)
        .env("ACCOUNTS_BASE_URL", vendor.base_url())
        .env("DATABASE_URL", database.url())
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

#[tokio::test]
async fn the_log_has_each_request_and_commit_with_its_fields_where_it_is_asked_for() {
    let content = Content::empty().with("users", (0..60).map(|id| user(id, "one")));
    let vendor = Vendor::start(&CONNECTOR, content).unwrap();
    vendor.set_key(KEY);
    let database = Database::create().await;
    let (_, text) = said_by(&vendor, &database, &["sync"]);
    for line in [
        r#"DEBUG answered path="/v1/accounts/{account}/users" bytes="#,
        "DEBUG committed number=1 rows=60 inserted=60 updated=0 unchanged=0 elapsed_ms=",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let (_, json) = said_by(&vendor, &database, &["sync", "--log-format", "json"]);
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let within = |message: &str| {
        let line = lines.iter().find(|line| line["message"] == message).unwrap();
        let spans = line["spans"].as_array().unwrap().iter();
        let names: Vec<&str> = spans.map(|span| span["name"].as_str().unwrap()).collect();
        (names.join(" "), &line["span"])
    };
    let (spans, request) = within("answered");
    assert_eq!(spans, "run resource listing request");
    assert_eq!(request["url.template"], "/v1/accounts/{account}/users");
    assert_eq!(request["http.response.status_code"], 200);
    let (spans, commit) = within("committed");
    assert_eq!(spans, "run resource commit");
    assert_eq!((&commit["rows"], &commit["unchanged"]), (&Value::from(60), &Value::from(60)));
    vendor.finish();
    database.drop().await;
}

#[tokio::test]
async fn nothing_that_a_program_prints_acts_on_a_terminal_or_is_a_forged_line() {
    const NASTY: &str =
        "\u{1b}]52;c;AAAA\u{7}\r\n ERROR forged\u{85}\u{9b}31m\u{2028}\u{202e}\u{200b}";
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.set_key(KEY);
    let database = Database::create().await;
    let rows = serde_json::json!({"_data": [{"id": 7, "name": NASTY, NASTY: KEY}]});
    let error = serde_json::json!({"error": {"code": NASTY, "message": format!("{NASTY}{KEY}")}});
    let answers = [
        Answer::json(200, &rows).header("x-ratelimit-note", KEY).header("x-ratelimit-rest", "9"),
        Answer::json(400, &error).header("x-ratelimit-note", KEY),
        Answer::new(422, "text/plain", format!("{NASTY}{KEY}")),
        Answer::json(200, &serde_json::json!({NASTY: NASTY, KEY: [1]})),
    ];
    let commands: [&[&str]; 9] = [
        &["sync"],
        &["sync", "--json"],
        &["sync", "--log-format", "json"],
        &["check"],
        &["check", "--json"],
        &["status"],
        &["status", "--json"],
        &["plan", "--sample", "5"],
        &["plan", "--sample", "5", "--json"],
    ];
    for answer in answers {
        vendor.on(move |_, _| answer.clone());
        for command in commands {
            let (out, err) = said_by(&vendor, &database, command);
            let json = |text: &str| text.is_ascii() && !text.contains('\u{7f}');
            if command.contains(&"--json") {
                serde_json::from_str::<Value>(&out).unwrap();
                assert!(json(&out), "{command:?}: {out}");
            }
            if command.contains(&"--log-format") {
                assert!(err.lines().filter(|line| line.starts_with('{')).all(json), "{err}");
            }
            for told in [out, err] {
                let acts = |c: char| {
                    (c != '\n' && c.is_control()) || "\u{2028}\u{202e}\u{200b}".contains(c)
                };
                assert!(!told.contains(acts), "{command:?}: {told:?}");
                assert!(!told.contains("canary"), "{command:?}: {told}");
                assert!(!told.lines().any(|line| line.starts_with(" ERROR forged")), "{told}");
            }
        }
    }
    vendor.finish();
    database.drop().await;
}

#[tokio::test]
async fn what_is_left_out_is_in_nothing_that_a_command_says_or_logs() {
    let vendor = Vendor::start(&CONNECTOR, Content::empty()).unwrap();
    vendor.set_key(KEY);
    let database = Database::create().await;
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("connectors.toml");
    let settings = "[connections.accounts]\nconnector = \"accounts\"\nhistory = true\nexclude = [\"email\", \"_extra.notes\"]\n";
    std::fs::write(&config, settings).unwrap();
    let config = config.to_str().unwrap();
    let commands: [&[&str]; 10] = [
        &["plan", "--sample", "5"],
        &["sync"],
        &["sync", "--json"],
        &["sync", "--log-format", "json"],
        &["plan", "--sample", "5", "--json"],
        &["status", "--json"],
        &["check", "--json"],
        &["quarantine"],
        &["drift"],
        &["changes", "--fields"],
    ];
    for version in 1..3 {
        let user = |id: u32| {
            serde_json::json!({
                "id": id, "name": format!("name {version}"), "email": format!("{version}-{VALUE}"),
                "notes": format!("{version}-{VALUE}"), "wrapped": {"email": format!("{version}-{VALUE}")},
            })
        };
        let rows = [user(1), user(version), serde_json::json!({"email": VALUE, "notes": VALUE})];
        vendor.holdings().replace("users", rows);
        for command in commands {
            let command = [command, &["--config", config]].concat();
            let (out, err) = said_by(&vendor, &database, &command);
            assert!(!format!("{out}{err}").contains("error: unexpected"), "{command:?}: {err}");
            assert!(!format!("{out}{err}").contains("canary"), "{command:?}: {out}{err}");
        }
    }
    let versions = "select count(*) from accounts.users_versions where id = '1'";
    assert_eq!(database.value(versions).await, "2");
    let aside = "select count(*) from sync.quarantine";
    assert_eq!(database.value(aside).await, "1");
    vendor.finish_unexplained();
    database.drop().await;
}
