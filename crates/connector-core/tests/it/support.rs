//! A vendor that a test declares as it goes, and one run after another against it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use connector_core::{
    Auth, Column, Connection, Connector, DateTime, ErrorShape, Json, Migration, Paging, Record,
    Report, Resource, ResourceReport, Result, Retry, Total, Utc, Verdict,
};
use connector_testkit::{Answer, Content, Database, Request, Vendor};
use serde_json::{Value, json};

/// A thing with a field of every type.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Thing {
    id: String,
    name: Option<String>,
    size: Option<i64>,
    weight: Option<f64>,
    is_on: Option<bool>,
    #[record(unit = "seconds or milliseconds")]
    seen_at: Option<DateTime<Utc>>,
    #[record(unit = "seconds")]
    updated_at: Option<DateTime<Utc>>,
    foo_bar: Option<String>,
    detail: Option<Json>,
}

/// An item of a listing that has no keys.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Item {
    #[record(position)]
    position: i64,
    #[record(whole)]
    data: Json,
}

pub(crate) const OFFSET: Paging = Paging::offset("offset", 50);
pub(crate) const TOTAL: Paging =
    Paging::Offset { offset: "offset", limit: ("limit", 50), total: Some(Total::Body("total")) };
pub(crate) const PAGES: Paging = Paging::Page {
    page: "page",
    first: 1,
    limit: Some(("limit", 50)),
    total: Some(Total::Body("total")),
};
pub(crate) const TOKEN: Paging = Paging::token("token", "next");
pub(crate) const ITERATOR: Paging =
    Paging::Token { param: "iterator", next: "iterator", done: Some("done"), limit: None };
pub(crate) const LINK: Paging = Paging::LinkHeader { limit: None };
pub(crate) const NEXT_URL: Paging = Paging::NextUrl { path: "next", limit: None };

/// A token that the simulated vendor takes, and that leads to the first page.
pub(crate) const FIRST: &str = "0/0+0=";

/// How long a run may take before it counts as one that never ends.
const PATIENCE: Duration = Duration::from_mins(1);

/// A listing of things at `data`.
pub(crate) const fn things(paging: Paging) -> Resource {
    list("things", "/things", paging)
}

/// A listing of whatever, in which a row's position is its key.
pub(crate) const fn items(paging: Paging) -> Resource {
    Resource { columns: Item::COLUMNS, ..things(paging) }.key(&["position"])
}

/// The listing of the parts of each thing.
pub(crate) const fn parts(paging: Paging) -> Resource {
    list("parts", "/things/{thing_id}/parts", paging).each("thing_id", "things", "id")
}

pub(crate) const fn list(name: &'static str, path: &'static str, paging: Paging) -> Resource {
    Resource::new::<Thing>(name, path).select(&["data"]).paging(paging)
}

/// So many things, from `t000` on.
pub(crate) fn rows(number: u64) -> Vec<Value> {
    (0..number).map(row).collect()
}

pub(crate) fn row(number: u64) -> Value {
    json!({"id": format!("t{number:03}"), "name": format!("Thing {number}")})
}

/// A page of these rows, with nothing else in it.
pub(crate) fn page(rows: &[Value]) -> Answer {
    Answer::json(200, &json!({"data": rows}))
}

/// The rows from `offset` on, as many as a page has.
pub(crate) fn slice(rows: &[Value], offset: usize, limit: usize) -> &[Value] {
    let start = offset.min(rows.len());
    &rows[start..(start + limit).min(rows.len())]
}

/// Whether the request asks for a page that is not the first.
pub(crate) fn behind(request: &Request) -> bool {
    ["offset", "page", "token", "iterator"].into_iter().any(|name| {
        request
            .param(name)
            .is_some_and(|value| !matches!((name, value), ("offset", "0") | ("page", "1")))
    })
}

/// A connector with these resources, and with tables for them.
pub(crate) fn connector(resources: &[Resource]) -> Connector {
    let sql: String = resources.iter().map(table).collect();
    Connector {
        name: "hostile",
        doc: "An invented vendor",
        base_url: "https://api.example.com",
        auth: Auth::BEARER,
        retry: Retry { first_wait: Duration::from_millis(1), ..Retry::STANDARD },
        rate: None,
        errors: &[ErrorShape {
            marker: "error",
            code: Some("error.code"),
            message: "error.message",
        }],
        params: &[],
        migrations: vec![Migration { version: 1, name: "tables", sql: sql.leak() }].leak(),
        presets: &[],
        resources: resources.to_vec().leak(),
    }
}

fn table(resource: &Resource) -> String {
    let column = |column: &Column| format!("{} {}", column.name, column.sql_type.name());
    let columns: Vec<String> = resource.table_columns().map(column).collect();
    let key: Vec<&str> = resource.key_columns().collect();
    format!(
        "create table {} ({}, _run_id bigint not null, _first_seen_at timestamptz not null, \
         _last_changed_at timestamptz not null, _deleted_at timestamptz, _extra jsonb, primary key ({}));\n",
        resource.table,
        columns.join(", "),
        key.join(", ")
    )
}

/// A table's name, as SQL takes it.
pub(crate) fn table_of(schema: &str, table: &str) -> String {
    format!("\"{}\".{table}", schema.replace('"', "\"\""))
}

/// A vendor, a database, and the runs between them.
pub(crate) struct Play {
    connector: &'static Connector,
    pub(crate) vendor: Vendor,
    pub(crate) database: Database,
    runs: AtomicI64,
}

impl Play {
    /// A play of a vendor with these resources.
    pub(crate) async fn new(resources: &[Resource], content: Content) -> Self {
        Self::of(connector(resources), content).await
    }

    /// A play of a vendor that holds so many things.
    pub(crate) async fn with(paging: Paging, number: u64) -> Self {
        Self::new(&[things(paging)], Content::empty().with("things", rows(number))).await
    }

    pub(crate) async fn of(connector: Connector, content: Content) -> Self {
        let connector = Box::leak(Box::new(connector.checked()));
        let vendor = Vendor::start(connector, content).unwrap();
        Self { connector, vendor, database: Database::create().await, runs: AtomicI64::new(0) }
    }

    /// A play of a connector with a vendor that may know more than it.
    pub(crate) async fn at(connector: &'static Connector, vendor: Vendor) -> Self {
        Self { connector, vendor, database: Database::create().await, runs: AtomicI64::new(0) }
    }

    /// From now on, another release of the connector runs.
    pub(crate) fn release(&mut self, connector: &'static Connector) {
        self.connector = connector;
    }

    pub(crate) fn connector(&self) -> &'static Connector {
        self.connector
    }

    pub(crate) fn connection(&self) -> Connection {
        self.elsewhere(self.vendor.base_url())
    }

    /// The connection to a vendor at another address.
    pub(crate) fn elsewhere(&self, base_url: &str) -> Connection {
        let database = Some(self.database.url().into());
        Connection::to(self.connector, base_url, self.vendor.key().into(), database).unwrap()
    }

    pub(crate) async fn sync(&self) -> Report {
        self.sync_as(&self.connection()).await
    }

    /// A run, a day after the one before.
    pub(crate) async fn sync_as(&self, connection: &Connection) -> Report {
        self.try_sync_as(connection).await.expect("the run begins")
    }

    pub(crate) async fn try_sync_as(&self, connection: &Connection) -> Result<Report> {
        let run = connector_core::sync(connection, self.next_day());
        tokio::time::timeout(PATIENCE, run).await.expect("the run ends")
    }

    /// The time at which the next run begins, a day after the one before.
    pub(crate) fn next_day(&self) -> DateTime<Utc> {
        let day = self.runs.fetch_add(1, Ordering::Relaxed);
        DateTime::from_timestamp(1_750_000_000 + day * 86_400, 0).unwrap()
    }

    /// A run that is complete; returns what it says of the last resource.
    pub(crate) async fn complete(&self) -> ResourceReport {
        complete(self.sync().await)
    }

    /// A run that fails loudly, in these words; returns what it says of the resource that failed.
    pub(crate) async fn fails(&self, words: &[&str]) -> ResourceReport {
        fails(self.sync().await, words)
    }

    /// A run after which so many things are there, or that is not green.
    pub(crate) async fn has_all_or_fails(&self, number: u64) {
        let report = self.sync().await;
        let live = self.live().await;
        let good = live == number || report.exit_status() == 1;
        assert!(good, "{live} of {number}\n{}", report.to_text());
    }

    /// The ids of the things that are not deleted, in order.
    pub(crate) async fn ids(&self) -> Vec<String> {
        let query = "select id from hostile.things where _deleted_at is null order by id";
        let rows = self.database.rows(query).await;
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The number of things that are not deleted.
    pub(crate) async fn live(&self) -> u64 {
        self.live_in("things").await
    }

    /// The number of rows of a table that are not deleted.
    pub(crate) async fn live_in(&self, table: &str) -> u64 {
        let query = format!("select count(*) from hostile.{table} where _deleted_at is null");
        self.database.value(&query).await.parse().unwrap()
    }

    /// One value of one thing, as text.
    pub(crate) async fn thing(&self, id: &str, what: &str) -> String {
        self.database.value(&format!("select {what} from hostile.things where id = '{id}'")).await
    }

    pub(crate) async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }

    /// The end of a play whose script led to requests that no declaration explains.
    pub(crate) async fn end_unexplained(self) {
        self.vendor.finish_unexplained();
        self.database.drop().await;
    }
}

pub(crate) fn complete(report: Report) -> ResourceReport {
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    assert_eq!(report.exit_status(), 0);
    report.resources.into_iter().next_back().unwrap()
}

/// Checks that a run is not green, and that it says what happened, where, and what to do.
pub(crate) fn fails(report: Report, words: &[&str]) -> ResourceReport {
    let text = report.to_text();
    assert_ne!(report.verdict, Verdict::Complete, "{text}");
    assert_eq!(report.exit_status(), 1);
    let failed = report
        .resources
        .into_iter()
        .find(|resource| matches!(resource.verdict, Verdict::Failed | Verdict::Incomplete));
    let failed = failed.expect("one of the resources failed");
    let what = failed.error.iter().chain(&failed.evidence.problems);
    let what = what.map(String::as_str).collect::<Vec<_>>().join("\n");
    for word in words {
        assert!(what.contains(word), "`{word}` is not in:\n{text}");
    }
    assert!(failed.error.is_none() || what.contains("page `"), "no place is in:\n{text}");
    assert!(failed.next.is_some(), "nothing says what to do:\n{text}");
    failed
}

/// Waits until all sessions ended but those that ask: a session reports what it did when it ends.
pub(crate) async fn sessions_ended(database: &Database) {
    let others = "select count(*) from pg_stat_activity where datname = current_database() \
                  and pid <> pg_backend_pid() and backend_type = 'client backend'";
    while database.value(others).await != "0" {
        tokio::task::yield_now().await;
    }
}

/// Whether a server tells at once what its sessions did: one before 15 does so at some later time.
pub(crate) async fn tells_what_it_did(database: &Database) -> bool {
    let tells = "select current_setting('server_version_num')::int >= 150000";
    database.value(tells).await == "true"
}

/// Runs a future to its end on a runtime of its own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}
