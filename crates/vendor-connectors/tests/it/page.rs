//! The page of `status --html`: what is in the file, and how large it becomes. What a browser
//! makes of it is looked at in `browser/`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use connector_core::DOCUMENTED;
use connector_testkit::{Content, Database, Vendor};
use serde_json::json;
use tempfile::TempDir;
use vendor_connectors::connectors;

use crate::{folder, program, said};

/// What somebody names a thing.
const FIELD: &str = "<img src=x onerror=alert(1)>";
/// A value, which nobody is shown.
const VALUE: &str = "canary-4711";

fn run(folder: &TempDir, database: &Database, words: &str) -> (Option<i32>, String, String) {
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut command = program(folder.path(), &words);
    said(&command.env("DATABASE_URL", database.url()).output().unwrap())
}

/// So many connections of a connector in a file, none of which can be asked.
fn file(connections: impl IntoIterator<Item = (String, &'static str)>) -> TempDir {
    let folder = folder();
    let mut file = String::new();
    for (name, connector) in connections {
        let _ = write!(file, "[connections.{name}]\nconnector = \"{connector}\"\n\n");
    }
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    folder
}

/// Synced once, so that there are run tables.
async fn synced(content: Content) -> (TempDir, Database) {
    let database = Database::create().await;
    let connector = connectors::find("accounts").unwrap().with_preset(DOCUMENTED).unwrap();
    let vendor = Vendor::start(connector, content).unwrap();
    let folder = folder();
    let file = format!(
        "[connections.eu]\nconnector = \"accounts\"\nbase_url = \"{}\"\napi_key = \"{}\"\nrequests_per_second = 1000\n\n",
        vendor.base_url(),
        vendor.key()
    );
    fs::write(folder.path().join("connectors.toml"), file).unwrap();
    let (status, _, stderr) = run(&folder, &database, "sync --all");
    assert_eq!(status, Some(0), "{stderr}");
    vendor.finish();
    (folder, database)
}

#[tokio::test]
async fn the_page_loads_nothing_and_holds_no_value_and_markup_that_a_vendor_sent_is_text() {
    let user = json!({"id": 1, "name": VALUE, "odd": VALUE});
    let (folder, database) = synced(Content::empty().with("users", [user])).await;
    // Of names that are none, the run tables keep little; the page trusts none of it.
    for (table, column) in [("drift", "field"), ("runs", "preset")] {
        database.execute(&format!("update sync.{table} set {column} = '{FIELD}'")).await;
    }
    let (status, stdout, stderr) = run(&folder, &database, "status --all --html page.html");
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        stdout.starts_with("page.html: 9 of 9 resources proved whole; the oldest is "),
        "{stdout}"
    );
    let path = folder.path().join("page.html");
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("aria-hidden=\"true\">✓</p>"), "all is whole");
    let field = page.split("unlike the model").nth(1).unwrap_or_default();
    assert!(field.contains("&lt;img src=x onerror=alert(1)&gt;"), "{field:.300}");
    for absent in [FIELD, VALUE, "http://", "https://", "<link rel=\"style", "src=\"", "url("] {
        let absent = absent.replace("http://", "\"http://");
        assert!(!page.contains(&absent), "{absent} is there");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"), "{page:.300}");
    assert!(!page.contains(" style=\"") && !page.contains(" onclick"), "{page:.300}");
    // Others may read it, and nothing else is left beside it.
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o444, 0o444);
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    // `-` is stdout, and there is nothing else on it.
    let (status, stdout, stderr) = run(&folder, &database, "status --all --html -");
    assert_eq!(status, Some(0), "{stderr}");
    assert!(stdout.starts_with("<!DOCTYPE html>") && stdout.ends_with("</html>\n"), "{stdout}");
    database.drop().await;
}

#[tokio::test]
async fn the_page_has_a_tick_only_if_all_is_proved_whole() {
    let (folder, database) = synced(Content::generated(3, |_| 4)).await;
    let mark = async |change: &str| {
        database.execute(change).await;
        let (_, page, stderr) = run(&folder, &database, "status --all --html -");
        let mark = page.split("aria-hidden=\"true\">").nth(1).unwrap_or_else(|| panic!("{stderr}"));
        (mark.chars().next().unwrap(), page)
    };
    assert_eq!(mark("select 1").await.0, '✓');
    // A resource that was never read needs nobody, and is not whole either.
    let (sign, page) = mark("delete from sync.resources where resource = 'labels'").await;
    assert_eq!(sign, '…');
    assert!(page.contains("8 of 9 resources proved whole"), "{page:.300}");
    let fail = "update sync.resources set verdict = 'failed', error = 'the schema `x` is gone', next = 'run `vendor-connectors accounts sync`' where resource = 'users'";
    let (sign, page) = mark(fail).await;
    assert_eq!(sign, '!');
    assert!(page.contains("the schema <code>x</code> is gone"), "{page:.300}");
    assert!(page.contains("run <code>vendor-connectors accounts sync</code>"), "{page:.300}");
    assert!(page.contains("1 of 9 resources needs somebody."), "{page:.300}");
    database.drop().await;
}

#[tokio::test]
async fn a_page_after_a_run_that_was_stopped_offers_one_sync_for_the_connection() {
    let (folder, database) = synced(Content::generated(3, |_| 4)).await;
    let offered = async || {
        let (_, page, _) = run(&folder, &database, "status --all --html -");
        let command = r#"<p class="command"><code>vendor-connectors accounts sync"#;
        page.matches(command).count()
    };
    assert_eq!(offered().await, 0);
    database.execute("update sync.resources set verdict = 'incomplete'").await;
    assert_eq!(offered().await, 1);
    database.drop().await;
}

#[tokio::test]
async fn a_page_has_the_exit_status_of_the_text_and_names_what_could_not_be_read() {
    let (folder, database) = synced(Content::generated(3, |_| 4)).await;
    let more = fs::read_to_string(folder.path().join("connectors.toml")).unwrap();
    database.execute("update sync.resources set started_at = now() - interval '30 hours'").await;
    for (words, expected) in [("--max-age 26h", 1), ("--max-age 31h", 0)] {
        let words = format!("status --all --html page.html {words}");
        assert_eq!(run(&folder, &database, &words).0, Some(expected), "{words}");
    }
    fs::write(
        folder.path().join("connectors.toml"),
        more + "[connections.us]\nconnector = \"accounts\"\n",
    )
    .unwrap();
    let (status, stdout, stderr) = run(&folder, &database, "status --all --html page.html");
    assert_eq!(status, Some(1), "{stderr}");
    assert!(stdout.ends_with("; 1 connection could not be read\n"), "{stdout}");
    assert!(stderr.contains("nothing was synced yet into the schema `us`"), "{stderr}");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.contains("nothing was synced yet into the schema <code>us</code>"), "{page:.300}");
    // A folder that is not there is one clear error.
    let (status, _, stderr) = run(&folder, &database, "status --all --html nowhere/page.html");
    assert!(stderr.contains("error: nowhere/page.html cannot be written"), "{stderr}");
    assert_eq!(status, Some(1));
    database.drop().await;
}

/// Runs of connections as the run tables have them, with a failure now and then.
async fn invent(database: &Database, connections: &str, runs: u32) {
    let sql = format!(
        "with c as (select * from (values {connections}) c (connection, connector, resource)), \
         r as (insert into sync.runs (connection, connector, preset, connector_version, started_at, finished_at, verdict) \
               select connection, connector, 'documented', '0.1.0', now() - n * interval '1 hour', now() - n * interval '1 hour' + interval '9 minutes', 'complete' \
               from (select distinct connection, connector from c) c, generate_series({runs}, 1, -1) n order by n desc returning run_id, connection, started_at) \
         insert into sync.resources (run_id, connection, resource, started_at, finished_at, requests, retries, throttled, waited_ms, rows_read, inserted, updated, deleted, verdict, evidence) \
         select run_id, r.connection, resource, started_at, started_at + (run_id * 7919 % 500) * interval '1 second', run_id * 31 % 900, run_id % 7, run_id % 5, run_id * 977 % 90000, \
         run_id * 104729 % 1000000, run_id * 17 % 3000, run_id * 13 % 2000, run_id * 11 % 900, case when run_id % 11 = 0 then 'failed' when run_id % 7 = 0 then 'incomplete' else 'complete' end, \
         jsonb_build_object('partitions', 1, 'pages', 12, 'total', run_id * 1000, 'distinct', run_id * 1000, 'endings', jsonb_build_object('total_reached', 1)) \
         from r join c using (connection)"
    );
    database.execute(&sql).await;
    database.execute("analyze sync.runs, sync.resources").await;
}

#[tokio::test]
async fn the_page_of_forty_resources_with_400_runs_each_is_below_400_kb() {
    let (_, database) = synced(Content::empty()).await;
    let folder = file(connectors::ALL.map(|one| (format!("my_{}", one.name), one.name)));
    let all = connectors::ALL.into_iter().flat_map(|one| {
        one.resources.iter().map(move |r| format!("('my_{0}', '{0}', '{1}')", one.name, r.name))
    });
    invent(&database, &all.collect::<Vec<_>>().join(", "), 400).await;
    let (status, stdout, stderr) = run(&folder, &database, "status --all --html page.html");
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.len() < 400_000, "{} bytes", page.len());
    assert_eq!(page.matches("<details ").count(), 40);
    assert!(page.matches("<polyline ").count() >= 300, "each has its charts");
    database.drop().await;
}

#[tokio::test]
async fn the_page_of_500_connections_is_below_5_mb() {
    let (_, database) = synced(Content::empty()).await;
    let connector = connectors::find("accounts").unwrap();
    let names: Vec<String> = (0..500).map(|n| format!("customer_{n}")).collect();
    let folder = file(names.iter().map(|name| (name.clone(), "accounts")));
    let all = names.iter().flat_map(|name| {
        connector.resources.iter().map(move |r| format!("('{name}', 'accounts', '{}')", r.name))
    });
    invent(&database, &all.collect::<Vec<_>>().join(", "), 30).await;
    let (status, stdout, stderr) = run(&folder, &database, "status --all --html page.html");
    assert_eq!(status, Some(0), "{stdout}{stderr}");
    let page = fs::read_to_string(folder.path().join("page.html")).unwrap();
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    // Each resource is there; charts are of those that need somebody.
    assert_eq!(page.matches(" class=\"resource\"").count(), 4_500);
    assert_eq!(page.matches("<details ").count(), 200);
    assert!(page.contains("shows all of one connection"), "{page:.300}");
    database.drop().await;
}

/// A page that is served, until this is dropped.
struct Served {
    program: std::process::Child,
    /// Host and port.
    address: String,
    /// What stands behind it in the address.
    query: String,
}

impl Served {
    fn start(folder: &TempDir, database: &Database, address: &str) -> Self {
        let mut command = program(folder.path(), &["status", "--all", "--serve", address]);
        command.env("DATABASE_URL", database.url()).stdout(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let address = said.strip_prefix("http://").unwrap_or_else(|| panic!("{said}"));
        let (address, rest) = address.split_once('/').unwrap();
        let query = rest.split(' ').next().unwrap().to_owned();
        let port = address.rsplit(':').next().unwrap();
        Self { program, address: format!("127.0.0.1:{port}"), query }
    }

    /// The status, and all that is answered.
    fn ask(&self, method: &str, path: &str, host: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        (answer[9..12].parse().unwrap(), answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_served_is_fresh_at_each_look_and_for_this_machine_alone() {
    let (folder, database) = synced(Content::generated(3, |_| 4)).await;
    let served = Served::start(&folder, &database, "127.0.0.1:0");
    assert_eq!(served.query, "");
    let own = served.address.clone();
    let (status, page) = served.ask("GET", "/", &own);
    assert_eq!(status, 200, "{page:.300}");
    assert!(page.contains("<h1>9 of 9 resources proved whole"), "{page:.2000}");
    for header in [
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'\r\n",
        "cache-control: no-store\r\n",
        "x-content-type-options: nosniff\r\n",
        "referrer-policy: no-referrer\r\n",
    ] {
        assert!(page.contains(header), "{header}: {page:.1500}");
    }
    for (method, path, host, expected) in [
        ("GET", "/", "evil.example", 403),
        ("GET", "/", "localhost:1", 200),
        ("HEAD", "/", &own[..], 200),
        ("POST", "/", &own[..], 405),
        ("DELETE", "/", &own[..], 405),
        ("GET", "/../etc/passwd", &own[..], 404),
        ("GET", "/connectors.toml", &own[..], 404),
    ] {
        assert_eq!(served.ask(method, path, host).0, expected, "{method} {path} {host}");
    }
    database.execute("update sync.resources set verdict = 'failed' where resource = 'users'").await;
    // A look is fresh if it is half a second behind the one before, or ten times as long as that took.
    let is_new = || served.ask("GET", "/", &own).1.contains("<h1>8 of 9 resources proved whole");
    let mut looks = 0..600;
    let is_new = looks.any(|_| {
        let is_new = is_new();
        if !is_new {
            std::thread::sleep(Duration::from_millis(50));
        }
        is_new
    });
    assert!(is_new, "the page is that of before");
    // Sessions that the server ends are no reason to stay without.
    database.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()").await;
    std::thread::sleep(Duration::from_millis(1500));
    assert!(served.ask("GET", "/", &own).1.contains("<h1>8 of 9 resources proved whole"));
    // A second one at the same address says that it is taken.
    let (status, _, stderr) = run(&folder, &database, &format!("status --all --serve {own}"));
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("nothing can be served at"), "{stderr}");
    drop(served);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_another_address_nobody_looks_without_the_token() {
    let (folder, database) = synced(Content::generated(3, |_| 4)).await;
    let served = Served::start(&folder, &database, "0.0.0.0:0");
    let token = served.query.strip_prefix("?token=").unwrap().to_owned();
    assert_eq!(token.len(), 32);
    for (path, expected) in [
        ("/".to_owned(), 403),
        ("/?token=".to_owned(), 403),
        (format!("/?token={}", &token[..31]), 403),
        (format!("/?token={token}0"), 403),
        (format!("/?token={token}&token=x"), 403),
        (format!("/nowhere?token={token}"), 404),
        (format!("/?token={token}"), 200),
    ] {
        let (status, answer) = served.ask("GET", &path, "status.example.com");
        assert_eq!(status, expected, "{path}: {answer:.300}");
        assert!(!answer.contains(&token), "the page does not repeat it");
    }
    let another = Served::start(&folder, &database, "0.0.0.0:0");
    assert_ne!(another.query, served.query);
    drop((served, another));
    database.drop().await;
}
