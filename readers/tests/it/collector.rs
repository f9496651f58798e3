//! What runs tell by OTLP, read by the messages that OpenTelemetry itself publishes; and
//! collectors that do not take it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;
use webhook_apps_connector::CONNECTOR;

use crate::night::variable;

/// What stands in the rows, in the keys of parents among them.
const CANARY: &str = "canary-4711";
/// What stands in a header for the collector.
const HEADER: &str = "canary-header-0815";
/// The span that the program is begun in.
const PARENT: [&str; 2] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];

/// A receiver, and what it prints of what it is told.
struct Receiver {
    program: Child,
    told: JoinHandle<Vec<Value>>,
    address: String,
}

impl Receiver {
    fn start() -> Self {
        let mut python = Command::new(variable("READERS_PYTHON"));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/receiver.py");
        let mut program = python.arg(script).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let address = format!("http://127.0.0.1:{}", lines.next().unwrap().unwrap());
        // It prints more than fits into a pipe that nobody reads.
        let line = |line: std::io::Result<String>| serde_json::from_str(&line.unwrap()).unwrap();
        let told = thread::spawn(move || lines.map(line).collect());
        Self { program, told, address }
    }

    /// Ends it, and returns what it was told, each time that it was.
    fn told(mut self) -> Vec<Value> {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
        self.told.join().unwrap()
    }
}

/// A connection whose rows, and the keys of their parents, are canaries.
struct Synced {
    folder: TempDir,
    database: Database,
    vendor: Vendor,
}

impl Synced {
    async fn begin() -> Self {
        let row = |id: &str| {
            json!({
                "id": id, "name": CANARY, "metadata": {"note": CANARY}, "url": format!("https://{CANARY}.example"),
                "description": CANARY, "version": 1, "disabled": false, "uid": null,
                "createdAt": "2024-01-02T03:04:05Z", "updatedAt": "2024-01-02T03:04:05Z",
            })
        };
        let apps = [format!("{CANARY}-a"), format!("{CANARY}-b")];
        let endpoints = (0..3).map(|one| row(&format!("{CANARY}-{one}")));
        let content = Content::empty()
            .with("applications", apps.iter().map(|id| row(id)))
            .with(("endpoints", apps[0].as_str()), endpoints.clone())
            .with(("endpoints", apps[1].as_str()), endpoints);
        let vendor = Vendor::start(&CONNECTOR, content).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let section = format!(
            "[connections.eu]\nconnector = \"webhook_apps\"\nbase_url = \"{}\"\napi_key = \"{}\"\n",
            vendor.base_url(),
            vendor.key()
        );
        fs::write(folder.path().join("connectors.toml"), section).unwrap();
        Self { folder, database: Database::create().await, vendor }
    }

    /// Syncs with these variables.
    fn sync(&self, words: &str, variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(variable("READERS_PROGRAM"));
        command
            .args(["webhook-apps", "sync", "--connection", "eu", "--json"])
            .args(words.split_whitespace());
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("DATABASE_URL", self.database.url());
        command.envs(variables.iter().copied()).output().unwrap()
    }

    async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}

fn report(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{error}");
    let mut document: Value = serde_json::from_slice(&output.stdout).unwrap();
    document["runs"][0].take()
}

fn all<'a>(told: &'a [Value], kind: &str) -> Vec<&'a Value> {
    told.iter().filter_map(|one| one[kind].as_array()).flatten().collect()
}

fn named<'a>(spans: &[&'a Value], name: &str) -> Vec<&'a Value> {
    spans.iter().copied().filter(|span| span["name"] == name).collect()
}

/// Those of which a span is the parent.
fn below<'a>(spans: &[&'a Value], parent: &Value, name: &str) -> Vec<&'a Value> {
    let below = named(spans, name).into_iter();
    below.filter(|span| span["parent"] == parent["id"]).collect()
}

/// The variables that ask for all of it.
fn asking(address: &str) -> Vec<(&str, &str)> {
    vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", address),
        // A collector that does not answer would be waited for this long.
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "600000"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_told_as_a_tree_of_spans_and_metrics_that_add_up_to_its_report() {
    let synced = Synced::begin().await;
    report(&synced.sync("", &[]));
    let endpoints = ("endpoints", "canary-4711-a");
    synced.vendor.edit(endpoints, |rows| {
        rows.remove(0);
        rows[0]["description"] = json!("canary-4711 changed");
        rows[0]["updatedAt"] = json!("2024-02-02T03:04:05Z");
    });
    // It has no key, and so no place.
    synced.vendor.edit("tokens", |rows| rows.push(json!({"name": CANARY})));
    let asked = AtomicUsize::new(0);
    synced.vendor.on(move |request, honest| {
        let is_first =
            request.resource == Some("event_types") && asked.fetch_add(1, Ordering::Relaxed) == 0;
        if !is_first {
            return honest;
        }
        Answer::json(429, &json!({"code": "slow", "detail": CANARY})).header("retry-after", "1")
    });
    let receiver = Receiver::start();
    let (header, [trace, parent]) = (format!("x-key={HEADER}"), PARENT);
    let within = format!("00-{trace}-{parent}-01");
    let mut variables = asking(&receiver.address);
    variables.extend([
        ("OTEL_EXPORTER_OTLP_HEADERS", header.as_str()),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=night"),
        ("TRACEPARENT", within.as_str()),
    ]);
    let output = synced.sync("--allow-deletes", &variables);
    let told = receiver.told();
    let error = String::from_utf8_lossy(&output.stderr);
    // One row has no place, so the run is not complete.
    assert_eq!(output.status.code(), Some(1), "{error}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = &document["runs"][0];

    let place = synced.vendor.base_url().trim_start_matches("http://").to_owned();
    let secrets = [CANARY, HEADER, &place, &synced.vendor.key(), &synced.database.url()];
    for told in &told {
        assert_eq!(told["headers"]["x-key"], HEADER);
        assert_eq!(told["headers"]["content-encoding"], "gzip");
        assert_eq!(told["who"]["service.name"], "vendor-connectors");
        assert_eq!(told["who"]["deployment.environment.name"], "night");
        let text = told["text"].as_str().unwrap();
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
    }
    check_spans(&all(&told, "spans"), report);
    check_metrics(&all(&told, "metrics"), report);
    for member in ["updated", "deleted", "quarantined", "throttled", "waited_ms"] {
        let seen = report["resources"].as_array().unwrap().iter().any(|one| one[member] != 0);
        assert!(seen, "there was to be something {member}: {report:#}");
    }
    synced.end().await;
}

/// The spans are one tree below that of the program, and say what the report does.
fn check_spans(spans: &[&Value], report: &Value) {
    assert!(spans.iter().all(|span| span["trace"] == PARENT[0]), "{spans:#?}");
    assert!(spans.iter().all(|span| span["words"] == json!([""])), "{spans:#?}");
    let [run] = named(spans, "run")[..] else { panic!("{spans:#?}") };
    assert_eq!((&run["parent"], &run["failed"]), (&json!(PARENT[1]), &json!(true)));
    for member in ["connection", "connector", "run_id", "verdict"] {
        assert_eq!(run["attributes"][member], report[member], "{run}");
    }
    let resources = below(spans, run, "resource");
    assert_eq!(resources.len(), CONNECTOR.resources.len());
    let mut known = 1;
    for told in report["resources"].as_array().unwrap() {
        let is_of = |span: &&&Value| span["attributes"]["resource"] == told["resource"];
        known += check_resource(spans, resources.iter().find(is_of).unwrap(), told);
    }
    assert_eq!(spans.len(), known, "no span is elsewhere: {spans:#?}");
}

/// The spans of a resource say what its report does; returns how many they are.
fn check_resource(spans: &[&Value], resource: &Value, told: &Value) -> usize {
    for member in [
        "verdict",
        "rows_read",
        "inserted",
        "updated",
        "unchanged",
        "deleted",
        "quarantined",
        "requests",
        "retries",
        "throttled",
        "bytes",
        "waited_ms",
    ] {
        assert_eq!(resource["attributes"][member], told[member], "{member} of {told}");
    }
    let listings = below(spans, resource, "listing");
    assert_eq!(json!(listings.len()), told["evidence"]["partitions"], "{told}");
    let requests: Vec<_> =
        listings.iter().flat_map(|listing| below(spans, listing, "request")).collect();
    assert_eq!(json!(requests.len()), told["requests"], "{told}");
    let declared = CONNECTOR.resource(told["resource"].as_str().unwrap()).unwrap();
    for request in &requests {
        assert_eq!(request["attributes"]["url.template"], declared.path);
        assert_eq!(request["kind"], 3, "it is a client's");
    }
    let throttled = |one: &&&Value| one["attributes"]["http.response.status_code"] == 429;
    assert_eq!(json!(requests.iter().filter(throttled).count()), told["throttled"], "{told}");
    let commits = below(spans, resource, "commit");
    for member in ["inserted", "updated"] {
        let of_commits = commits.iter().filter_map(|one| one["attributes"][member].as_i64());
        assert_eq!(json!(of_commits.sum::<i64>()), told[member], "{member} of {told}");
    }
    1 + listings.len() + requests.len() + commits.len()
}

/// The metrics are the numbers of the report.
fn check_metrics(metrics: &[&Value], report: &Value) {
    let value = |name: &str, of: &Value| {
        let name = format!("vendor_connectors.{name}");
        let metric = metrics.iter().find(|one| one["name"] == name.as_str()).unwrap();
        let points = metric["points"].as_array().unwrap();
        let of = points.iter().find(|point| point["attributes"] == *of);
        of.unwrap_or_else(|| panic!("{metric}"))["value"].clone()
    };
    let of_run =
        json!({"connection": "eu", "connector": "webhook_apps", "verdict": report["verdict"]});
    assert_eq!(value("runs", &of_run), 1);
    assert_eq!(value("run.duration", &of_run), 1, "one run is in it");
    for told in report["resources"].as_array().unwrap() {
        let mut of = of_run.clone();
        (of["resource"], of["verdict"]) = (told["resource"].clone(), told["verdict"].clone());
        for (name, member) in [
            ("rows.read", "rows_read"),
            ("rows.inserted", "inserted"),
            ("rows.updated", "updated"),
            ("rows.unchanged", "unchanged"),
            ("rows.deleted", "deleted"),
            ("rows.quarantined", "quarantined"),
            ("requests", "requests"),
            ("retries", "retries"),
            ("throttled", "throttled"),
            ("bytes", "bytes"),
        ] {
            assert_eq!(value(name, &of), told[member], "{name} of {told}");
        }
        let waited = told["waited_ms"].as_f64().unwrap() / 1_000.0;
        assert!((value("waited", &of).as_f64().unwrap() - waited).abs() < 1e-9, "{told}");
        assert_eq!(value("resources", &of), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_that_workers_read_are_told_below_their_run() {
    let synced = Synced::begin().await;
    let receiver = Receiver::start();
    let report = report(&synced.sync("--workers 2", &asking(&receiver.address)));
    let told = receiver.told();
    let spans = all(&told, "spans");
    let [run] = named(&spans, "run")[..] else { panic!("{spans:#?}") };
    assert_eq!((&run["parent"], &run["failed"]), (&json!(""), &json!(false)));
    let parts = below(&spans, run, "part");
    let mut requests = 0;
    for part in &parts {
        let listings = below(&spans, part, "listing");
        let of_part = listings.iter().map(|one| below(&spans, one, "request").len() as u64);
        let of_part: u64 = of_part.sum();
        assert_eq!(part["attributes"]["requests"], json!(of_part));
        requests += of_part;
    }
    let asked = report["resources"].as_array().unwrap().iter();
    let asked: u64 = asked.map(|one| one["requests"].as_u64().unwrap()).sum();
    assert_eq!(requests, asked, "{parts:#?}");
    let read = all(&told, "metrics").into_iter();
    let read = read.filter(|one| one["name"] == "vendor_connectors.requests");
    let read: i64 = read
        .flat_map(|one| one["points"].as_array().unwrap())
        .map(|point| point["value"].as_i64().unwrap())
        .sum();
    assert_eq!(read, i64::try_from(asked).unwrap(), "each request is counted once");
    synced.end().await;
}

/// A collector that does this with each connection.
fn collector(does: impl Fn(TcpStream) + Copy + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            thread::spawn(move || does(connection));
        }
    });
    address
}

/// Answers each request on a connection like this.
fn answering(mut connection: TcpStream, answer: &str) {
    while read_request(&mut connection) {
        if connection.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a request to its end.
fn read_request(connection: &mut TcpStream) -> bool {
    let mut reader = BufReader::new(connection);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        let lower = line.trim().to_lowercase();
        if lower.is_empty() {
            return std::io::copy(&mut reader.take(length), &mut std::io::sink()).is_ok();
        }
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn no_collector_changes_how_a_run_comes_out_or_how_long_it_takes() {
    let synced = Synced::begin().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let moved: &'static str = format!(
        "HTTP/1.1 307 Moved\r\nlocation: http://{}/{HEADER}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.local_addr().unwrap()
    )
    .leak();
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let frozen = |connection| {
        let _open: TcpStream = connection;
        thread::park();
    };
    let endless = |mut connection: TcpStream| {
        read_request(&mut connection);
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while connection.write_all(HEADER.as_bytes()).is_ok() {}
    };
    let slow = |mut connection: TcpStream| {
        read_request(&mut connection);
        for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n".iter().cycle() {
            thread::sleep(Duration::from_millis(100));
            if connection.write_all(&[*byte]).is_err() {
                return;
            }
        }
    };
    let busy = "HTTP/1.1 503 Busy\r\nretry-after: 86400\r\ncontent-length: 0\r\n\r\n";
    let refusing = "HTTP/1.1 401 No\r\ncontent-length: 18\r\n\r\ncanary-header-0815";
    let garbage = "HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\ncanary-header-0815";
    let header = format!("authorization=Bearer%20{HEADER}");
    for (name, address, why) in [
        ("away", format!("http://{away}"), Some("cannot be reached")),
        ("frozen", collector(frozen), Some("did not answer in time")),
        ("slow", collector(slow), Some("did not answer in time")),
        ("endless", collector(endless), Some("is too long")),
        ("closing", collector(drop), Some("the collector")),
        ("busy", collector(|one| answering(one, busy)), Some("the collector answered 503")),
        ("refusing", collector(|one| answering(one, refusing)), Some("the collector answered 401")),
        ("moving", collector(|one| answering(one, moved)), Some("the collector answered 307")),
        ("talking nonsense", collector(|one| answering(one, garbage)), None),
    ] {
        let mut variables = asking(&address);
        variables.push(("OTEL_EXPORTER_OTLP_HEADERS", &header));
        let begun = Instant::now();
        let output = synced.sync("", &variables);
        let took = begun.elapsed();
        let report = report(&output);
        assert_eq!(report["verdict"], "complete", "{name}");
        // What is far below the ten minutes that were allowed was not waited for.
        assert!(took < Duration::from_mins(1), "{name}: {took:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        let warned = said.lines().find(|line| line.contains("not all traces and metrics arrived"));
        match (why, warned) {
            (None, None) => {}
            (Some(why), Some(line)) if line.contains(why) => {}
            _ => panic!("{name}: {said}"),
        }
        assert!(!said.contains(HEADER), "{name}: {said}");
    }
    assert!(elsewhere.accept().is_err(), "nobody is followed elsewhere");
    synced.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_unless_a_variable_of_the_shell_asks_for_it() {
    let synced = Synced::begin().await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let place = ("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str());
    fs::write(
        synced.folder.path().join(".env"),
        format!("OTEL_EXPORTER_OTLP_ENDPOINT={address}\n"),
    )
    .unwrap();
    for (variables, warned) in [
        (&[][..], false),
        (&[place, ("OTEL_SDK_DISABLED", "true")], false),
        (&[place, ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")], false),
        (&[place, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")], true),
    ] {
        let output = synced.sync("", variables);
        report(&output);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.contains("OTEL_"), warned, "{said}");
        assert!(listener.accept().is_err(), "{variables:?}");
    }
    synced.end().await;
}
