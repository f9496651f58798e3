//! A model evolves: columns and resources come, names change, fields go; the rows stay.

use connector_core::{
    Connector, DateTime, Filter, Migration, Record, Resource, TimeDelta, TimeFormat, Utc,
};
use connector_testkit::{Content, Vendor};
use serde_json::{Value, json};

use crate::support::{Play, complete, connector};

/// A parcel, as the first release knows it.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct First {
    id: String,
    name: Option<String>,
    weight: Option<f64>,
    stamp: Option<String>,
    #[record(unit = "seconds")]
    changed_at: Option<DateTime<Utc>>,
}

/// The same in the second one: `colour` is new, `name` is `title` at the vendor, and `stamp` is retired.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Second {
    id: String,
    #[record(wire = "title", alias = "name")]
    name: Option<String>,
    weight: Option<f64>,
    #[record(unit = "seconds")]
    changed_at: Option<DateTime<Utc>>,
    colour: Option<String>,
}

/// What the second release has besides.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Depot {
    id: String,
    town: Option<String>,
}

const FILTER: Filter = Filter { since: "since", until: "until", format: TimeFormat::EpochSeconds };

const fn parcels<T: Record>() -> Resource {
    Resource::new::<T>("parcels", "/parcels").select(&["data"])
}

/// A listing that is asked for what changed only.
const fn changes<T: Record>() -> Resource {
    Resource::new::<T>("changes", "/changes").select(&["data"]).cursor("changed_at").filter(FILTER)
}

const UP: &str = "alter table parcels add column colour text;\n\
                  alter table changes add column colour text;\n\
                  create table depots (id text not null primary key, town text, _run_id bigint not null, \
                  _first_seen_at timestamptz not null, _last_changed_at timestamptz not null, \
                  _deleted_at timestamptz, _extra jsonb);";

/// The second release of a connector that had a first.
fn second(first: &Connector) -> &'static Connector {
    let up = Migration { version: 2, name: "colours", sql: UP };
    let migrations: Vec<Migration> = first.migrations.iter().copied().chain([up]).collect();
    let depots = Resource::new::<Depot>("depots", "/depots").select(&["data"]);
    let resources = vec![parcels::<Second>(), changes::<Second>(), depots];
    let second = Connector { migrations: migrations.leak(), resources: resources.leak(), ..*first };
    Box::leak(Box::new(second.checked()))
}

/// A day, in seconds.
const DAY: u32 = 86_400;

/// A parcel as the vendor sends it: every other one has a colour, and none changes.
fn parcel(id: u32) -> Value {
    let mut parcel = json!({
        "id": format!("p{id}"), "name": format!("Parcel {id}"), "weight": 1.5, "stamp": "blue",
        "changedAt": 1_700_000_000 + 10 * DAY * id,
    });
    if id.is_multiple_of(2) {
        parcel["colour"] = "red".into();
    }
    parcel
}

/// The same when the vendor has renamed one field and dropped another.
fn rename(parcels: &mut [Value]) {
    for parcel in parcels.iter_mut().filter_map(Value::as_object_mut) {
        let name = parcel.remove("name").unwrap();
        parcel.insert("title".to_owned(), name);
        parcel.remove("stamp");
    }
}

/// The first release and its vendor, and both releases.
async fn releases() -> (Play, &'static Connector, &'static Connector) {
    let first: &Connector =
        Box::leak(Box::new(connector(&[parcels::<First>(), changes::<First>()]).checked()));
    let second = second(first);
    let content = Content::empty()
        .with("parcels", (0..6).map(parcel))
        .with("changes", (0..6).map(parcel))
        .with("depots", [json!({"id": "d1"})]);
    let play = Play::at(first, Vendor::start(second, content).unwrap()).await;
    (play, first, second)
}

/// Every row with what wrote it.
async fn rows(play: &Play, table: &str) -> Vec<Value> {
    play.database.rows(&format!("select * from hostile.{table} order by id")).await
}

#[tokio::test]
async fn a_new_release_fills_its_columns_at_the_next_sync_and_writes_no_other_row_again() {
    let (mut play, first, second) = releases().await;
    complete(play.sync().await);
    let before = [rows(&play, "parcels").await, rows(&play, "changes").await];

    play.vendor.edit("parcels", |parcels| rename(parcels));
    play.vendor.edit("changes", |parcels| rename(parcels));
    play.release(second);
    complete(play.sync().await);
    for (table, before) in ["parcels", "changes"].into_iter().zip(before) {
        for (was, is) in before.iter().zip(rows(&play, table).await) {
            let id = &was["id"];
            let filled = is["colour"] == "red";
            assert_eq!(filled, was["_extra"]["colour"] == "red", "{table} {id}");
            assert_eq!(is["_run_id"] == was["_run_id"], !filled, "{table} {id} was written again");
            // What is called otherwise now has its values, and what is retired keeps them.
            for same in ["name", "weight", "stamp", "_first_seen_at"] {
                assert_eq!(was[same], is[same], "{table} {id} {same}");
            }
            assert_eq!(is["stamp"], "blue");
        }
    }
    assert_eq!(play.live_in("depots").await, 1);

    let again = play.sync().await;
    let written: u64 = again.resources.iter().map(|of| of.inserted + of.updated + of.deleted).sum();
    assert_eq!(written, 0, "{}", again.to_text());
    assert_eq!(again.resources[1].rows, 1, "the vendor is asked for what changed again");
    // The older program would know nothing of the new column.
    play.release(first);
    let refused = play.try_sync_as(&play.connection()).await.unwrap_err();
    assert!(refused.to_string().contains("newer than this program"), "{refused}");
    assert_eq!(refused.exit_status(), 2);
    play.end().await;
}

#[tokio::test]
async fn a_release_between_an_interrupted_run_and_the_next_one_fills_its_columns_too() {
    let (mut play, _, second) = releases().await;
    let connection = play.connection().resuming_within(TimeDelta::days(3));
    // One request is one of the two listings.
    play.sync_as(&connection.with_max_requests(1)).await;
    play.release(second);
    complete(play.sync_as(&play.connection().resuming_within(TimeDelta::days(3))).await);
    for table in ["parcels", "changes"] {
        let red = format!("select count(*) from hostile.{table} where colour = 'red'");
        assert_eq!(play.database.value(&red).await, "3", "{table}");
    }
    play.end().await;
}
