//! An invented vendor, and a test's way to sync from it.

use std::sync::LazyLock;
use std::time::Duration;

use connector_core::{
    Auth, Connection, Connector, DateTime, ErrorShape, Json, Migration, Paging, Record, Report,
    Resource, Result, Retry, Total, Utc, Verdict,
};
use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};

/// A thing to buy.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Product {
    /// Its id.
    id: String,
    /// Its name.
    name: Option<String>,
    /// Its price in cents.
    price: Option<i64>,
    /// Whatever else is said of it.
    details: Option<Json>,
    /// When it changed last.
    #[record(unit = "seconds")]
    updated_at: Option<DateTime<Utc>>,
}

/// What somebody thinks of a thing.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Review {
    /// Its id.
    id: i64,
    /// What it says.
    text: Option<String>,
    /// A secret of its author.
    #[record(secret)]
    password: Option<String>,
}

const SQL: &str = "
create table products (id text not null, name text, price bigint, details jsonb, updated_at timestamptz,
  _run_id bigint not null, _first_seen_at timestamptz not null, _last_changed_at timestamptz not null,
  _deleted_at timestamptz, _extra jsonb, primary key (id));
create table counted (like products including all);
create table tokens (like products including all);
create table reviews (product_id text not null, id bigint not null, text text, password text,
  _run_id bigint not null, _first_seen_at timestamptz not null, _last_changed_at timestamptz not null,
  _deleted_at timestamptz, _extra jsonb, primary key (product_id, id));
";

const fn products(name: &'static str, path: &'static str, paging: Paging) -> Resource {
    Resource::new::<Product>(name, path).select(&["data"]).paging(paging).version("updated_at")
}

/// The vendor: one listing for each kind of paging, and children.
pub(crate) const SHOP: Connector = Connector {
    name: "shop",
    doc: "An invented shop",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    retry: Retry { first_wait: Duration::from_millis(1), ..Retry::STANDARD },
    rate: None,
    errors: &[ErrorShape { marker: "error", code: Some("error.code"), message: "error.message" }],
    params: &[],
    migrations: &[Migration { version: 1, name: "tables", sql: SQL }],
    presets: &[],
    resources: &[
        products("products", "/products", Paging::offset("offset", 10)),
        products(
            "counted",
            "/counted",
            Paging::Offset {
                offset: "offset",
                limit: ("limit", 10),
                total: Some(Total::Body("total")),
            },
        ),
        products("tokens", "/tokens", Paging::token("token", "next")),
        Resource::new::<Review>("reviews", "/products/{product_id}/reviews")
            .select(&["data"])
            .paging(Paging::offset("offset", 10))
            .each("product_id", "products", "id"),
    ],
}
.checked();

/// A vendor, a database, and the connection between them.
pub(crate) struct Test {
    pub(crate) vendor: Vendor,
    pub(crate) database: Database,
}

/// The time at which all runs of the tests begin.
pub(crate) static NOW: LazyLock<DateTime<Utc>> =
    LazyLock::new(|| DateTime::from_timestamp(1_750_000_000, 0).unwrap());

/// So many products, from `p000` on.
pub(crate) fn items(number: u64) -> Vec<Value> {
    (0..number).map(|n| item(n, 100)).collect()
}

pub(crate) fn item(number: u64, price: u64) -> Value {
    json!({"id": format!("p{number:03}"), "name": format!("Thing {number}"), "price": price,
           "details": {"n": number}, "updatedAt": 1_700_000_000 + price})
}

impl Test {
    /// A test with products in the listing of that name.
    pub(crate) async fn with(listing: &str, items: Vec<Value>) -> Self {
        let vendor = Vendor::start(&SHOP, Content::empty().with(listing, items)).unwrap();
        Self { vendor, database: Database::create().await }
    }

    pub(crate) fn connection(&self, resources: &[&str]) -> Connection {
        self.connection_by(&self.database.url(), resources)
    }

    /// The same, with another way to the database.
    pub(crate) fn connection_by(&self, url: &str, resources: &[&str]) -> Connection {
        let (key, url) = (self.vendor.key().into(), Some(url.into()));
        let connection = Connection::to(&SHOP, self.vendor.base_url(), key, url);
        connection.unwrap().select(resources).unwrap()
    }

    pub(crate) async fn try_sync(&self, resources: &[&str]) -> Result<Report> {
        connector_core::sync(&self.connection(resources), *NOW).await
    }

    pub(crate) async fn sync(&self, resources: &[&str]) -> Report {
        self.try_sync(resources).await.unwrap()
    }

    /// Syncs one resource, which has to be complete.
    pub(crate) async fn complete(&self, resource: &str) -> connector_core::ResourceReport {
        let report = self.sync(&[resource]).await;
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        report.resources.into_iter().find(|report| report.resource == resource).unwrap()
    }

    /// Syncs one resource, which must not be complete, and returns what is said about it.
    pub(crate) async fn not_complete(&self, resource: &str) -> String {
        let report = self.sync(&[resource]).await;
        assert_ne!(report.verdict, Verdict::Complete, "{}", report.to_text());
        assert_eq!(report.exit_status(), 1);
        report.to_text()
    }

    /// The number of rows of a table that are not deleted, and that are.
    pub(crate) async fn rows(&self, table: &str) -> (u64, u64) {
        let count = async |what: &str| {
            let query = format!("select count(*) from shop.{table} where _deleted_at is {what}");
            self.database.value(&query).await.parse().unwrap()
        };
        (count("null").await, count("not null").await)
    }

    pub(crate) async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}
