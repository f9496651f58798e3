//! A sixth connector, from an invented API: a declaration, a migration, and no edit of the engine.

use connector_core::{
    Auth, Connection, Connector, DateTime, Json, KeyFallback, Migration, Paging, Record, Resource,
    Retry, Utc, Verdict,
};
use connector_testkit::{Content, Database, Vendor};

/// A library's book.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Book {
    /// Its number.
    isbn: String,
    /// Its title.
    title: Option<String>,
    /// Who wrote it.
    authors: Option<Json>,
    /// When its entry changed.
    changed_at: Option<DateTime<Utc>>,
}

/// A copy of a book, which has no number of its own.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Copy {
    /// Made from the shelf and the place.
    id: Option<String>,
    /// Its shelf.
    shelf: Option<String>,
    /// Its place on the shelf.
    place: Option<i64>,
}

const LIBRARY: Connector = Connector {
    name: "library",
    doc: "An invented library",
    base_url: "https://api.example.com/lib",
    auth: Auth::Query { name: "key" },
    retry: Retry::STANDARD,
    rate: None,
    errors: &[],
    params: &[],
    migrations: &[Migration {
        version: 1,
        name: "tables",
        sql: "create table books (isbn text primary key, title text, authors jsonb, changed_at timestamptz, \
              _run_id bigint not null, _first_seen_at timestamptz not null, _last_changed_at timestamptz not null, \
              _deleted_at timestamptz, _extra jsonb); \
              create table copies (isbn text, id text, shelf text, place bigint, \
              _run_id bigint not null, _first_seen_at timestamptz not null, _last_changed_at timestamptz not null, \
              _deleted_at timestamptz, _extra jsonb, primary key (isbn, id));",
    }],
    presets: &[],
    resources: &[
        Resource::new::<Book>("books", "/books")
            .select(&["books"])
            .key(&["isbn"])
            .paging(Paging::LinkHeader { limit: Some(("size", 7)) })
            .version("changed_at"),
        Resource::new::<Copy>("copies", "/books/{isbn}/copies")
            .paging(Paging::NextUrl { path: "more", limit: None })
            .select(&["copies"])
            .or_key(KeyFallback::Columns(&["shelf", "place"]))
            .each("isbn", "books", "isbn"),
    ],
}
.checked();

#[tokio::test]
async fn a_sixth_connector_syncs_without_an_edit_of_the_engine() {
    let vendor = Vendor::start(&LIBRARY, Content::generated(1, |_| 20)).expect("a port is free");
    let database = Database::create().await;
    let url = Some(database.url().into());
    let connection = Connection::to(&LIBRARY, vendor.base_url(), vendor.key().into(), url)
        .expect("the vendor is on this machine");
    for (round, inserted) in [(1, [20, 400]), (2, [0, 0])] {
        let started_at = DateTime::from_timestamp(1_750_000_000, 0).expect("a time in 2025");
        let report = connector_core::sync(&connection, started_at).await.expect("both are there");
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        let counts: Vec<u64> = report.resources.iter().map(|resource| resource.inserted).collect();
        assert_eq!(counts, inserted, "round {round}");
    }
    let row = database
        .rows("select count(*) as books, count(title) > 0 as titled from library.books")
        .await;
    assert_eq!(row, [serde_json::json!({"books": 20, "titled": true})]);
    vendor.finish();
    database.drop().await;
}
