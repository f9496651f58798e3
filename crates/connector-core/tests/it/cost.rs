//! What runs cost, counted and not timed, so that a regression shows on any machine.
//!
//! The snapshots hold the numbers: requests, statements, bytes, and rows that
//! the server wrote. One that rises needs a reason, and one that falls is news.

use std::fmt::Write as _;

use connector_core::{
    Connection, Connector, DateTime, Paging, Report, Resource, Total, Verdict, sync,
};
use connector_testkit::{Answer, Content, Count, Database, Proxy, Vendor};
use serde_json::{Value, json};

use crate::support::{
    OFFSET, TOKEN, TOTAL, connector, parts, rows, sessions_ended, tells_what_it_did, things,
};

/// Pages of 1000.
const LARGE: Paging =
    Paging::Offset { offset: "offset", limit: ("limit", 1000), total: Some(Total::Body("total")) };

/// A vendor, a database, and a network between that and the engine that counts.
struct Case {
    connector: &'static Connector,
    vendor: Vendor,
    database: Database,
    proxy: Proxy,
    runs: i64,
}

/// What the server wrote into the tables of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Written {
    inserted: u64,
    updated: u64,
    deleted: u64,
}

impl Case {
    async fn new(resources: &[Resource], content: Content) -> Self {
        let connector = Box::leak(Box::new(connector(resources).checked()));
        let vendor = Vendor::start(connector, content).unwrap();
        let database = Database::create().await;
        let proxy = Proxy::before(&database).await;
        let mut case = Self { connector, vendor, database, proxy, runs: 0 };
        // The tables are made once, which is no run's cost.
        case.vendor.on(|_, _| Answer::json(200, &json!({"data": [], "total": 0})));
        case.run(u64::MAX).await;
        case.vendor.honest();
        case
    }

    /// A run that commits every so many rows, and what it cost.
    async fn run(&mut self, batch_rows: u64) -> (Report, Count) {
        self.runs += 1;
        let (url, key) = (self.proxy.url().into(), self.vendor.key().into());
        let connection =
            Connection::to(self.connector, self.vendor.base_url(), key, Some(url)).unwrap();
        let started_at = DateTime::from_timestamp(1_750_000_000 + self.runs * 86_400, 0).unwrap();
        self.proxy.take_count();
        let report = sync(&connection.committing_every(batch_rows), started_at).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        let mut count = self.proxy.take_count();
        // Each session begins with one; how many there are is chance.
        count.statements.remove("do");
        (report, count)
    }

    /// What was written so far into the tables of a schema.
    async fn written(&self, schema: &str) -> Written {
        sessions_ended(&self.database).await;
        let sum = async |column: &str| {
            let query = format!(
                "select coalesce(sum({column}), 0) from pg_stat_user_tables where schemaname = '{schema}'"
            );
            self.database.value(&query).await.parse().unwrap()
        };
        Written {
            inserted: sum("n_tup_ins").await,
            updated: sum("n_tup_upd").await,
            deleted: sum("n_tup_del").await,
        }
    }

    /// A run, and in words everything that it cost.
    async fn cost(&mut self, title: &str, batch_rows: u64) -> String {
        let before = (self.written("hostile").await, self.written("sync").await);
        let asked = self.vendor.requests().len();
        let (report, count) = self.run(batch_rows).await;
        let after = (self.written("hostile").await, self.written("sync").await);
        let requests = self.vendor.requests().len() - asked;
        let told: u64 = report.resources.iter().map(|resource| resource.requests).sum();
        assert_eq!(requests as u64, told, "the report counts other requests than the vendor");
        let rows: u64 = report.resources.iter().map(|resource| resource.rows).sum();
        let mut text = format!("{title}: {rows} rows in {requests} requests\n");
        for (schema, before, after) in
            [("tables", before.0, after.0), ("run tables", before.1, after.1)]
        {
            let _ = writeln!(
                text,
                "  {schema}: {} inserted, {} updated, {} deleted",
                after.inserted - before.inserted,
                after.updated - before.updated,
                after.deleted - before.deleted
            );
        }
        let _ = writeln!(text, "  {} bytes of rows sent", count.sent);
        let statements = count.statements.iter().map(|(kind, number)| format!("{number} {kind}"));
        let statements = statements.collect::<Vec<_>>().join(", ");
        let _ =
            writeln!(text, "  {} statements: {statements}", count.statements.values().sum::<u64>());
        text
    }

    /// The costs of a first run, one that finds nothing new, and one that finds every tenth row changed.
    ///
    /// None from a server before 15, which says at some later time what it wrote.
    async fn costs(mut self, listings: &[&str], batch_rows: u64) -> Option<String> {
        if !tells_what_it_did(&self.database).await {
            self.end().await;
            return None;
        }
        let mut text = self.cost("first", batch_rows).await;
        text += &self.cost("unchanged", batch_rows).await;
        for listing in listings {
            self.vendor.edit(*listing, |items| change_every_tenth(items));
        }
        text += &self.cost("10 % changed", batch_rows).await;
        self.end().await;
        Some(text)
    }

    async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}

fn change_every_tenth(items: &mut [Value]) {
    for item in items.iter_mut().step_by(10) {
        item["name"] = "changed".into();
    }
}

async fn listing(paging: Paging, batch_rows: u64) -> Option<String> {
    let content = Content::empty().with("things", rows(1000));
    Case::new(&[things(paging)], content).await.costs(&["things"], batch_rows).await
}

#[tokio::test]
async fn a_listing_by_offset_with_a_total_costs_this() {
    if let Some(costs) = listing(TOTAL, u64::MAX).await {
        insta::assert_snapshot!(costs);
    }
}

/// Nine of its requests are for pages behind the end, which nothing foretells.
#[tokio::test]
async fn a_listing_by_offset_without_a_total_costs_this() {
    if let Some(costs) = listing(OFFSET, u64::MAX).await {
        insta::assert_snapshot!(costs);
    }
}

#[tokio::test]
async fn a_listing_by_tokens_costs_this() {
    if let Some(costs) = listing(TOKEN, u64::MAX).await {
        insta::assert_snapshot!(costs);
    }
}

#[tokio::test]
async fn a_listing_in_four_batches_costs_this() {
    if let Some(costs) = listing(TOTAL, 250).await {
        insta::assert_snapshot!(costs);
    }
}

#[tokio::test]
async fn the_children_of_a_hundred_parents_cost_this() {
    let content = Content::empty().with("things", rows(100)).with("parts", rows(3));
    let case = Case::new(&[things(TOTAL), parts(OFFSET)], content).await;
    if let Some(costs) = case.costs(&["things", "parts"], u64::MAX).await {
        insta::assert_snapshot!(costs);
    }
}

#[tokio::test]
async fn more_rows_cost_no_more_statements() {
    let mut few = Case::new(&[things(TOTAL)], Content::empty().with("things", rows(500))).await;
    let mut many = Case::new(&[things(TOTAL)], Content::empty().with("things", rows(2000))).await;
    for run in ["first", "unchanged"] {
        let (few, many) = (few.run(u64::MAX).await.1, many.run(u64::MAX).await.1);
        assert_eq!(few.statements, many.statements, "{run}");
        assert!(few.sent < many.sent, "{run}");
    }
    few.end().await;
    many.end().await;
}

/// The server's log is that of all databases, and whatever others do only adds to it.
#[tokio::test]
async fn unchanged_rows_leave_next_to_nothing_in_the_log() {
    const ROWS: u64 = 20_000;
    /// A hash for each key, as it is noted while a walk goes on, and as much again.
    const MOST_BYTES_PER_ROW: u64 = 20;
    let mut case = Case::new(&[things(LARGE)], Content::empty().with("things", rows(ROWS))).await;
    case.run(5000).await;
    let logged = async |case: &Case| -> u64 {
        let query = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
        case.database.value(query).await.parse().unwrap()
    };
    let before = case.written("hostile").await;
    let mut least = u64::MAX;
    for _ in 0..20 {
        let start = logged(&case).await;
        case.run(5000).await;
        least = least.min(logged(&case).await - start);
        if least <= ROWS * MOST_BYTES_PER_ROW {
            break;
        }
    }
    assert!(least <= ROWS * MOST_BYTES_PER_ROW, "{least} bytes of log for {ROWS} unchanged rows");
    assert_eq!(case.written("hostile").await, before);
    case.end().await;
}
