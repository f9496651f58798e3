//! What is told of a run to who keeps lineage, and what a receiver can do to a run: nothing.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use connector_core::ask::Receiver;
use connector_core::run::{self, Lineage};
use connector_core::{Connection, Report, Verdict};
use connector_testkit::Answer;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::shop::{NOW, Test, items};

const OK: &str = "HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n";

/// Longer than any of these runs takes, and no time to a receiver that never answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A receiver, and what was sent to it: heads, and the events.
struct Place {
    url: String,
    sent: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Place {
    /// One that answers this, or never.
    async fn answering(answer: Option<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let place = Self { url, sent: Arc::clone(&sent) };
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut socket, _)) = listener.accept().await {
                let Some(answer) = &answer else {
                    held.push(socket);
                    continue;
                };
                let request = read(&mut socket).await;
                sent.lock().unwrap().push(request);
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        place
    }

    async fn honest() -> Self {
        Self::answering(Some(OK.to_owned())).await
    }

    /// A connection of which it is told, by this key.
    fn told_by(&self, connection: Connection, key: Option<&str>) -> Connection {
        let receiver = Receiver::new(&self.url, "api/v1/lineage", key.map(Into::into)).unwrap();
        let lineage = Some(Lineage { receiver, namespace: "nightly".to_owned() });
        Connection { lineage, ..connection }
    }

    fn events(&self) -> Vec<Value> {
        self.sent.lock().unwrap().iter().map(|(_, event)| event.clone()).collect()
    }
}

async fn read(socket: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if bytes.len() - end == length.unwrap().parse::<usize>().unwrap() {
                return (head, serde_json::from_slice(&bytes[end..]).unwrap());
            }
        }
        assert_ne!(socket.read_buf(&mut bytes).await.unwrap(), 0, "the request is whole");
    }
}

async fn shop() -> Test {
    let test = Test::with("products", items(12)).await;
    test.vendor.edit(("reviews", "p003"), |reviews| {
        reviews.push(json!({"id": 1, "text": "canary-4711", "password": "canary-4711"}));
    });
    test
}

async fn sync(connection: &Connection) -> Report {
    let synced = connector_core::sync(connection, *NOW);
    tokio::time::timeout(PATIENCE, synced).await.expect("nobody is waited for").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_tells_that_it_began_and_what_it_brought_from_where_column_by_column() {
    let (test, place) = (shop().await, Place::honest().await);
    let connection = place.told_by(test.connection(&["products", "reviews"]), Some("canary-4711"));
    assert_eq!(sync(&connection).await.verdict, Verdict::Complete);
    let events = place.events();
    let types: Vec<&Value> = events.iter().map(|event| &event["eventType"]).collect();
    assert_eq!(types, ["START", "COMPLETE"]);
    assert_eq!(events[0]["run"]["runId"], events[1]["run"]["runId"]);
    let all = serde_json::to_string(&events).unwrap();
    for secret in ["canary-4711", "Thing", "p003", &test.vendor.key()] {
        assert!(!all.contains(secret), "{secret} is no lineage");
    }
    let (head, _) = place.sent.lock().unwrap()[0].clone();
    assert!(head.starts_with("POST /api/v1/lineage HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    assert!(head.contains("authorization: Bearer canary-4711\r\n"), "{head}");
    // What is other at each run has a name here.
    let database = url::Url::parse(&test.database.url()).unwrap();
    let server = format!("{}:{}", database.host_str().unwrap(), database.port().unwrap_or(5432));
    let mut told = serde_json::to_string_pretty(&events[1]).unwrap();
    for (part, name) in [
        (test.vendor.base_url().trim_end_matches('/'), "VENDOR"),
        (&server, "SERVER"),
        (database.path().trim_start_matches('/'), "DATABASE"),
        (events[1]["run"]["runId"].as_str().unwrap(), "RUN"),
        (events[1]["eventTime"].as_str().unwrap(), "END"),
        (env!("CARGO_PKG_VERSION"), "VERSION"),
    ] {
        assert!(told.contains(part), "{name}");
        told = told.replace(part, name);
    }
    insta::assert_snapshot!(told);
    test.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_not_whole_ends_as_failed_and_says_why() {
    let (test, place) = (shop().await, Place::honest().await);
    test.vendor.on(|request, answer| match request.resource {
        Some("products") => Answer::json(403, &json!({"error": {"message": "no"}})),
        _ => answer,
    });
    let connection = place.told_by(test.connection(&["products", "reviews"]), None);
    let report = sync(&connection).await;
    assert_eq!(report.verdict, Verdict::Failed);
    let events = place.events();
    assert_eq!(events[1]["eventType"], "FAIL");
    let message = events[1]["run"]["facets"]["errorMessage"]["message"].as_str().unwrap();
    let why = report.resources[0].error.as_deref().unwrap();
    assert!(message.starts_with(&format!("products: {why}; reviews: ")), "{message}");
    test.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_dead_or_frozen_or_leads_elsewhere_changes_nothing_of_a_run() {
    let elsewhere = Place::honest().await;
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        Place { url, sent: Arc::default() }
    };
    let leading = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: {}/\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url
    );
    let refusing = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".to_owned();
    let endless = "HTTP/1.1 201 Created\r\ncontent-length: 1000000\r\n\r\n{".to_owned();
    for place in [
        dead,
        Place::answering(None).await,
        Place::answering(Some(leading)).await,
        Place::answering(Some(refusing)).await,
        Place::answering(Some(endless)).await,
        Place::answering(Some("what?".to_owned())).await,
    ] {
        let test = shop().await;
        let connection = place.told_by(test.connection(&["products"]), Some("key"));
        let report = sync(&connection).await;
        assert_eq!((report.verdict, report.exit_status()), (Verdict::Complete, 0));
        assert_eq!(test.rows("products").await, (12, 0));
        test.end().await;
    }
    assert_eq!(elsewhere.events(), [Value::Null; 0], "nothing goes where an answer leads");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_pieces_is_one_run_and_a_rehearsal_is_none() {
    let (test, place) = (shop().await, Place::honest().await);
    let connection = || place.told_by(test.connection(&["products"]), None);
    connector_core::plan(&connection(), *NOW, 0).await.unwrap();
    assert_eq!(place.events(), [Value::Null; 0], "nothing was written");
    let run = run::begin(&connection(), *NOW).await.unwrap().run;
    let parts = run::prepare(&connection(), run, "products", 1).await.unwrap();
    for part in 1..=i32::try_from(parts).unwrap() {
        let worker = run::Worker::named(format!("worker {part}"));
        run::shard(&connection(), run, "products", part, worker).await.unwrap();
    }
    run::settle(&connection(), run, "products").await.unwrap();
    // Who ends it twice tells it once.
    for _ in 0..2 {
        assert_eq!(run::finish(&connection(), run).await.unwrap().verdict, Verdict::Complete);
    }
    let events = place.events();
    let told = events.iter().map(|event| (&event["eventType"], &event["run"]["runId"]));
    let id = &events[0]["run"]["runId"];
    assert_eq!(told.collect::<Vec<_>>(), [(&json!("START"), id), (&json!("COMPLETE"), id)]);
    test.end().await;
}
