//! Keys and personal data in the answers of a vendor that fails.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use connector_core::{Auth, Connection, Connector, DateTime, Paging, Record, Resource, to_json};
use connector_testkit::{Answer, Content};
use serde_json::json;
use tracing::Level;
use tracing::subscriber::set_global_default;

use crate::support::{NEXT_URL, OFFSET, Play, connector, list, page, things};

/// The key, which no text may show, as little as any part of it.
const KEY: &str = "canaryuser:canary+pass/";
/// A value of a row, which only the row itself may show.
const VALUE: &str = "canary@example.com";

/// What was logged, by whichever thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// What is logged from now on, in a process in which nobody else logs.
    pub(crate) fn start() -> Self {
        let log = Self::default();
        let writer = log.clone();
        let logging = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false);
        set_global_default(logging.with_writer(move || writer.clone()).finish()).unwrap();
        log
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that the run tables hold, but for the rows that were set aside.
async fn recorded(play: &Play) -> String {
    recorded_but(play, &["raw"]).await
}

/// Everything that the run tables hold, but for some columns.
pub(crate) async fn recorded_but(play: &Play, columns: &[&str]) -> String {
    let tables =
        "select relname from pg_class where relnamespace = 'sync'::regnamespace and relkind = 'r'";
    let mut recorded = Vec::new();
    for table in play.database.rows(tables).await {
        let query = format!(
            "select to_jsonb(t) - '{{{}}}'::text[] from sync.{} t",
            columns.join(","),
            table["relname"].as_str().unwrap()
        );
        recorded.extend(play.database.rows(&query).await.iter().map(ToString::to_string));
    }
    recorded.join("\n")
}

/// The places that show a part of the key or of a row, each with what stands around it.
fn leaks(told: &str) -> BTreeSet<String> {
    let base64 = BASE64_STANDARD.encode(KEY);
    let shown =
        told.match_indices("canary").chain(told.match_indices(base64.trim_end_matches('=')));
    let around = |at: usize| {
        told.get(at.saturating_sub(40)..at + 20).unwrap_or(&told[at..]).replace('\n', " ")
    };
    shown.map(|(at, _)| around(at)).collect()
}

/// An answer of every kind that fails, with the key or a row in each part that could be shown.
fn failures() -> Vec<Answer> {
    let encoded: String = url::form_urlencoded::byte_serialize(KEY.as_bytes()).collect();
    let basic = BASE64_STANDARD.encode(KEY);
    let echo = format!("the key {KEY} is Basic {basic} is {encoded}");
    let said = json!({"error": {"code": KEY, "message": echo}});
    let row = json!({"id": "a", "name": VALUE, "size": VALUE, "weight": VALUE, "seenAt": VALUE});
    let rows = json!({"data": [row]}).to_string();
    vec![
        // Nothing else is tried after one of these.
        Answer::json(401, &said),
        Answer::json(429, &said),
        Answer::json(200, &said),
        Answer::json(400, &said),
        Answer::json(500, &said),
        Answer::html(500, &format!("<h1>{KEY} {VALUE}</h1>")),
        Answer::html(404, &format!("<h1>{KEY} {VALUE}</h1>")),
        Answer::html(200, &format!("<h1>{KEY} {VALUE}</h1>")),
        Answer::new(200, &format!("text/{KEY}; {VALUE}"), "<h1>"),
        Answer::json(200, &rows).cut_after(rows.len() - 3),
        Answer::json(200, &rows).truncated(rows.len() - 3),
        Answer::json(302, &said).header("location", &format!("http://{KEY}@{VALUE}/{KEY}?{KEY}")),
        Answer::json(302, "").header("location", "http://canaryuser.example.com/"),
        Answer::json(302, "").header("location", &format!("http://[{KEY}")),
        Answer::json(200, &json!({"results": [row], "message": KEY})),
        Answer::json(200, &json!({VALUE: row, KEY: row})),
        Answer::json(200, &json!(VALUE)),
        page(&[json!({"name": VALUE, "size": VALUE})]),
        page(&[json!(VALUE)]),
        Answer::json(200, &rows),
    ]
}

#[tokio::test]
async fn a_run_that_fails_shows_neither_the_key_nor_a_row() {
    let log = Log::start();
    let mut leaked = BTreeSet::new();
    for auth in [Auth::BEARER, Auth::Basic, Auth::Query { name: "api_key" }] {
        // Each failure has a listing of its own.
        let resources: Vec<Resource> = (0..failures().len())
            .map(|n| list(format!("f{n}").leak(), format!("/f{n}").leak(), OFFSET))
            .collect();
        let play = Play::of(Connector { auth, ..connector(&resources) }, Content::empty()).await;
        play.vendor.set_key(KEY);
        let failures = failures();
        play.vendor
            .on(move |request, _| failures[request.path[2..].parse::<usize>().unwrap()].clone());
        let names: Vec<&str> = resources.iter().map(|resource| resource.name).collect();
        let (stop, go_on) = names.split_at(2);
        for selected in [go_on, &stop[..1], &stop[1..]] {
            let report = play.sync_as(&play.connection().select(selected).unwrap()).await;
            assert_eq!(report.exit_status(), 1);
            let told = format!("{}\n{}\n{report:?}", report.to_text(), to_json(&report).unwrap());
            leaked.extend(leaks(&told));
        }
        leaked.extend(leaks(&recorded(&play).await));
        let raw = play.database.value("select string_agg(raw, '') from sync.quarantine").await;
        assert!(raw.contains(VALUE), "a row that was set aside is kept as it is");
        play.end().await;
    }
    assert!(log.text().contains("asking"), "nothing was logged");
    leaked.extend(leaks(&log.text()));
    assert!(leaked.is_empty(), "{leaked:#?}");
}

#[tokio::test]
async fn what_a_connection_refuses_to_start_with_shows_no_secret() {
    let play = Play::with(OFFSET, 1).await;
    let mut told = Vec::new();
    for database in ["postgres://canary:canary@localhost:1/canary", "canary://canary@x", "canary"] {
        let connection = Connection::to(
            Box::leak(Box::new(connector(&[things(OFFSET)]))),
            play.vendor.base_url(),
            "canary\nkey".into(),
            Some(database.into()),
        );
        let started_at = DateTime::UNIX_EPOCH;
        let error = connector_core::sync(&connection.unwrap(), started_at).await.unwrap_err();
        told.push(format!("{error} {error:?} {}", error.advice().unwrap_or_default()));
        let mut cause = error.source();
        while let Some(source) = cause {
            told.push(format!("{source} {source:?}"));
            cause = source.source();
        }
    }
    assert_eq!(leaks(&told.join("\n")), BTreeSet::new());
    play.end().await;
}

#[tokio::test]
async fn a_key_longer_than_what_is_shown_of_an_answer_is_not_shown() {
    let key = "canary/live+".repeat(70);
    let escaped = key.replace('/', "\\/").replace("canary", "\\u0063anary");
    for body in [
        format!(r#"{{"error": {{"message": "invalid token Bearer {key} given"}}}}"#),
        format!(r#"{{"error": {{"message": "invalid token Bearer {}"}}}}"#, &key[..500]),
        format!(r#"{{"error": {{"message": "invalid token Bearer {}…"}}}}"#, &key[..9]),
        format!(r#"{{"error": {{"code": "{escaped}", "message": "invalid"}}}}"#),
        format!(
            r#"{{"error": {{"code": ["{escaped}"], "message": {{"m": "invalid {escaped}"}}}}}}"#
        ),
    ] {
        let play = Play::with(OFFSET, 1).await;
        play.vendor.set_key(&key);
        play.vendor.on(move |_, _| Answer::new(401, "application/json", body.as_str()));
        let report = play.sync().await;
        let told = format!("{}\n{report:?}\n{}", report.to_text(), recorded(&play).await);
        assert!(told.contains("invalid"), "{told}");
        assert_eq!(leaks(&told), BTreeSet::new());
        play.end().await;
    }
}

/// Everything that a run tells, and records of itself.
async fn told(play: &Play) -> String {
    let report = play.sync().await;
    let json = to_json(&report).unwrap();
    format!("{}\n{json}\n{}", report.to_text(), recorded(play).await)
}

#[tokio::test]
async fn the_name_of_a_field_shows_neither_the_key_nor_data() {
    for key in ["canary-live-0123", KEY] {
        let play = Play::with(OFFSET, 1).await;
        play.vendor.set_key(key);
        play.vendor.on(move |_, _| {
            page(&[json!({"id": "a", VALUE: 1, key: "x", "other": {key: {VALUE: 1}}, "plain": 2})])
        });
        let told = told(&play).await;
        assert!(told.contains("plain") && told.contains("other"), "{told}");
        assert_eq!(leaks(&told), BTreeSet::new());
        assert_eq!(play.thing("a", &format!("_extra ->> '{VALUE}'")).await, "1");
        play.end().await;
    }
}

#[tokio::test]
async fn the_key_in_a_link_is_not_stored() {
    for auth in [Auth::BEARER, Auth::Basic, Auth::Query { name: "api_key" }] {
        let one = Connector { auth, ..connector(&[things(NEXT_URL)]) };
        let play = Play::of(one, Content::empty()).await;
        play.vendor.set_key(KEY);
        let encoded: String = url::form_urlencoded::byte_serialize(KEY.as_bytes()).collect();
        let base = play.vendor.base_url().replace("http://", "http://canary:canary@");
        let next = format!("{base}/things?at=1&access_token={encoded}&auth=Bearer+{encoded}");
        play.vendor.on(move |request, _| {
            assert!(request.param("access_token").is_none());
            if request.param("at").is_some() {
                return Answer::json(500, "{}");
            }
            Answer::json(200, &json!({"data": [{"id": "a"}], "next": next}))
        });
        assert_eq!(leaks(&told(&play).await), BTreeSet::new());
        assert!(recorded(&play).await.contains("at=1"), "the position is not stored");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn a_link_with_the_key_in_its_path_is_refused() {
    let play = Play::new(&[things(NEXT_URL)], Content::empty()).await;
    play.vendor.set_key("canary-live-0123");
    play.vendor.on(|_, _| {
        Answer::json(200, &json!({"data": [{"id": "a"}], "next": "/canary-live-0123/things"}))
    });
    play.fails(&["the next page's address has the key in its path"]).await;
    assert_eq!(leaks(&told(&play).await), BTreeSet::new());
    play.end().await;
}

#[tokio::test]
async fn who_reads_the_run_tables_does_not_read_the_key_of_fingerprints() {
    let play = Play::of(cookies(), Content::empty()).await;
    play.vendor.on(|_, _| page(&[json!({"uuid": "u", "value": "canary"})]));
    let reader = format!("reader_{}", play.database.value("select current_database()").await);
    let may_read = format!(
        "select string_agg(t.oid::regclass::text, ' ' order by 1) from pg_class t \
         where relnamespace = 'sync'::regnamespace and relkind = 'r' and has_table_privilege('{reader}', t.oid, 'SELECT')"
    );
    let create = format!(
        "create role {reader}; create schema sync; grant usage on schema sync to {reader}; \
         alter default privileges in schema sync grant select on tables to {reader}"
    );
    play.database.execute(&create).await;
    let grants = format!("grant select on all tables in schema sync to {reader}, public");
    for grant in ["select", &grants] {
        play.database.execute(grant).await;
        play.sync().await;
        let read = play.database.value(&may_read).await;
        assert!(read.contains("sync.runs") && !read.contains("fingerprint_keys"), "{read}");
    }
    // A program that writes there too makes fingerprints of its own.
    play.database.execute(&format!("grant insert on sync.connections to {reader}; {grants}")).await;
    play.sync().await;
    assert!(play.database.value(&may_read).await.contains("fingerprint_keys"));
    play.database.execute(&format!("drop owned by {reader} cascade; drop role {reader}")).await;
    play.end().await;
}

#[tokio::test]
async fn fingerprints_stay_the_same_when_their_key_moves() {
    let play = Play::of(cookies(), Content::empty()).await;
    play.vendor.on(|_, _| page(&[json!({"uuid": "u", "value": "canary"})]));
    play.complete().await;
    let fingerprint = play.database.value("select value from hostile.things").await;
    assert!(fingerprint.starts_with("hmac:"), "{fingerprint}");
    // The tables as they were before.
    play.database
        .execute(
            "alter table sync.connections add column fingerprint_key text; \
             update sync.connections c set fingerprint_key = key from sync.fingerprint_keys k where k.connection = c.connection; \
             drop table sync.fingerprint_keys; delete from sync._migrations where description = 'fingerprint_keys'",
        )
        .await;
    assert_eq!(play.complete().await.unchanged, 1);
    assert_eq!(play.database.value("select value from hostile.things").await, fingerprint);
    play.end().await;
}

#[tokio::test]
async fn a_secret_that_no_model_knows_is_stored_nowhere_as_it_is_and_all_else_is() {
    let row = json!({
        "id": "a", "size": "x",
        "api_token": "canary", "clientSecret": "canary", "headers": {"Authorization": "Bearer canary"},
        "detail": {"password": "canary", "deep": [{"private_key": "canary", "token_count": 5}]},
        "token_count": 5, "secretary": "Miller", "tokens": 12,
    });
    let play = Play::with(OFFSET, 1).await;
    let rows = [row.clone(), json!({"id": {"api_key": "canary"}, "credentials": ["canary"]})];
    play.vendor.on(move |_, _| page(&rows));
    play.sync().await;
    let query = "select to_jsonb(t) as row from hostile.things t union all select to_jsonb(q) from sync.quarantine q";
    let stored: Vec<String> =
        play.database.rows(query).await.iter().map(ToString::to_string).collect();
    assert_eq!(stored.len(), 2, "{stored:#?}");
    assert!(
        stored.iter().all(|row| row.contains("hmac:") && !row.contains("canary")),
        "{stored:#?}"
    );
    let honest = "concat_ws(' ', _extra -> 'token_count', _extra ->> 'secretary', _extra -> 'tokens', detail #> '{deep,0,token_count}')";
    assert_eq!(play.thing("a", honest).await, "5 Miller 12 5");
    // The same secrets are the same row.
    let report = play.sync().await;
    assert_eq!((report.resources[0].updated, report.resources[0].unchanged), (0, 1));
    // And whoever is to have them gets them.
    play.sync_as(&play.connection().keep_secrets()).await;
    assert_eq!(play.thing("a", "_extra ->> 'api_token'").await, "canary");
    play.end().await;
}

fn cookies() -> Connector {
    let cookies = Resource { columns: Cookie::COLUMNS, ..things(Paging::Single) }.key(&["uuid"]);
    connector(&[cookies])
}

/// A thing with a secret.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Cookie {
    uuid: String,
    name: Option<String>,
    #[record(secret)]
    value: Option<String>,
}

#[tokio::test]
async fn a_secret_that_is_wrapped_is_stored_nowhere_as_it_is() {
    let play = Play::of(cookies(), Content::empty()).await;
    play.vendor.on(|_, _| {
        let value = json!({"value": "canary"});
        page(&[
            json!([[value]]),
            json!({"cookie": {"uuid": "u0", "value": "canary"}}),
            json!({"uuid": "u1", "cookie": {"value": {"in": "canary"}}}),
            json!({"uuid": "u2", "name": value}),
            json!({"uuid": "u3", "value": [value], "Value": "canary"}),
            json!({"uuid": "u4", "name": "a", "value": "canary"}),
        ])
    });
    play.fails(&["set aside"]).await;
    let query = "select to_jsonb(t) as row from hostile.things t union all select to_jsonb(q) from sync.quarantine q";
    let stored: Vec<String> =
        play.database.rows(query).await.iter().map(ToString::to_string).collect();
    assert_eq!(stored.len(), 6, "{stored:#?}");
    for row in stored {
        assert!(row.contains("hmac:") && !row.contains("canary"), "{row}");
    }
    play.end().await;
}
