//! What `changes` tells is what became of the rows, whatever happened between two runs.

use std::collections::{BTreeMap, BTreeSet};

use connector_core::store::{ConnectionChanges, Database, Held, RowChange, Shown, Since};
use connector_core::{Resource, TimeDelta, Verdict};
use connector_testkit::Content;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::shop::{NOW, SHOP, Test, items};
use crate::support::{OFFSET, Play, block_on, row, things};

const ALL: Shown = Shown { rows: 100, fields: false };
static THINGS: Resource = things(OFFSET);

const TWO: Shown = Shown { rows: 2, fields: false };

/// What happens to a row before a run.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// It is there, as it was first.
    Put(u8),
    Edit(u8),
    Delete(u8),
}

/// Before each run, and whether that is stopped on its way.
type History = Vec<(Vec<Event>, bool)>;

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..8_u8).prop_map(Event::Put),
        2 => (0..8_u8).prop_map(Event::Edit),
        3 => (0..8_u8).prop_map(Event::Delete),
    ]
}

fn history() -> impl Strategy<Value = History> {
    let run = (prop::collection::vec(event(), 0..5), prop::bool::weighted(0.1));
    prop::collection::vec(run, 1..6)
}

/// A table after a run: each row as it is, and whether it is there.
type Rows = BTreeMap<String, (String, bool)>;

async fn rows(play: &Play) -> Rows {
    let query = "select id, name, _deleted_at is null as live from hostile.things";
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let all = play.database.rows(query).await;
    all.iter().map(|row| (text(&row["id"]), (text(&row["name"]), row["live"] == true))).collect()
}

/// What became of each row between the table after one run and those after all later ones.
fn expected(tables: &[Rows]) -> BTreeSet<(RowChange, String)> {
    let (first, last) = (&tables[0], &tables[tables.len() - 1]);
    let live = |rows: &Rows, id: &str| rows.get(id).is_some_and(|(_, live)| *live);
    let ever = |happens: &dyn Fn(&Rows, &Rows) -> bool| {
        tables.windows(2).any(|two| happens(&two[0], &two[1]))
    };
    let mut all = BTreeSet::new();
    for (id, (_, is_live)) in last {
        let goes = ever(&|was, is| live(was, id) && !live(is, id));
        let returns = ever(&|was, is| was.contains_key(id) && !live(was, id) && live(is, id));
        let edited = ever(&|was, is| was.contains_key(id) && was[id].0 != is[id].0);
        let change = match (is_live, first.contains_key(id)) {
            (false, _) if goes => RowChange::Deleted,
            (true, false) => RowChange::Inserted,
            (true, true) if returns => RowChange::Returned,
            (true, true) if edited => RowChange::Updated,
            (false, _) | (true, true) => continue,
        };
        all.insert((change, id.clone()));
    }
    all
}

fn told(changes: &ConnectionChanges) -> BTreeSet<(RowChange, String)> {
    let [things] = &changes.resources[..] else { panic!("{changes:?}") };
    let rows: BTreeSet<_> = things.rows.iter().map(|row| (row.change, row.key.join(" "))).collect();
    let of = |change| rows.iter().filter(|(other, _)| *other == change).count();
    let counts = [
        (things.inserted, RowChange::Inserted),
        (things.updated, RowChange::Updated),
        (things.returned, RowChange::Returned),
        (things.deleted, RowChange::Deleted),
    ];
    for (counted, change) in counts {
        assert_eq!(counted, i64::try_from(of(change)).unwrap(), "{things:?}");
    }
    rows
}

async fn play(history: &History) {
    let play =
        Play::new(&[things(OFFSET)], Content::empty().with("things", [row(0), row(1)])).await;
    let database = Database::server(&play.database.url()).unwrap();
    let resources = [&play.connection().connector.resources[0]];
    let mut tables = vec![Rows::new()];
    for (events, stops) in history {
        play.vendor.edit("things", |all| {
            for event in events {
                let of = |number: u8| json!(format!("t{number:03}"));
                match *event {
                    Event::Put(number) => {
                        if !all.iter().any(|item| item["id"] == of(number)) {
                            all.push(row(number.into()));
                        }
                    }
                    Event::Edit(number) => {
                        for item in all.iter_mut().filter(|item| item["id"] == of(number)) {
                            let name = format!("{}!", item["name"].as_str().unwrap_or_default());
                            item["name"] = json!(name);
                        }
                    }
                    Event::Delete(number) => all.retain(|item| item["id"] != of(number)),
                }
            }
        });
        let mut connection = play.connection().allow_deletes();
        if *stops {
            connection = connection.with_max_requests(1);
        }
        play.sync_as(&connection).await;
        // A run ends an hour after it began, by the clock of the test.
        let ends = "update sync.runs set finished_at = started_at + interval '1 hour'";
        play.database.execute(ends).await;
        tables.push(rows(&play).await);
    }
    for run in 1..tables.len() {
        let number = i64::try_from(run).unwrap();
        let expected = expected(&tables[run..]);
        let by_run = database.changes("hostile", &resources, Since::Run(number), ALL).await;
        assert_eq!(told(&by_run.unwrap().unwrap()), expected, "since run {run}: {tables:?}");
        let ended = format!("select finished_at from sync.runs where run_id = {run}");
        let ended = play.database.rows(&ended).await;
        let ended = ended[0]["finished_at"].as_str().unwrap().parse().unwrap();
        let by_time = database.changes("hostile", &resources, Since::Time(ended), ALL).await;
        assert_eq!(told(&by_time.unwrap().unwrap()), expected, "since the end of run {run}");
    }
    let newest = database.changes("hostile", &resources, Since::NewestRun, ALL).await;
    assert_eq!(told(&newest.unwrap().unwrap()), expected(&tables[tables.len() - 2..]));
    play.end().await;
}

#[test]
fn what_changed_is_told_of_any_history_of_changes_deletions_and_returns() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config =
        Config { cases: cases.unwrap_or(32), source_file: Some(file!()), ..Config::default() };
    let played = TestRunner::new(config).run(&history(), |history| {
        block_on(play(&history));
        Ok(())
    });
    played.unwrap();
}

#[tokio::test]
async fn what_a_run_that_went_on_at_that_time_wrote_is_among_what_changed_since() {
    let test = Test::with("products", items(30)).await;
    test.complete("products").await;
    let database = Database::server(&test.database.url()).unwrap();
    let resources = [&SHOP.resources[0], &SHOP.resources[1]];
    let amid = *NOW + TimeDelta::minutes(5);
    test.database
        .execute("update sync.runs set finished_at = started_at + interval '1 hour'")
        .await;
    let changes = database.changes("shop", &resources, Since::Time(amid), TWO).await;
    let changes = changes.unwrap().unwrap();
    assert_eq!((changes.first_run_id, changes.resources[0].inserted), (Some(1), 30));
    assert_eq!(changes.resources[0].rows.len(), 2);
    assert_eq!(changes.resources[1].inserted, 0);
    let later =
        database.changes("shop", &resources, Since::Time(amid + TimeDelta::days(1)), TWO).await;
    let later = later.unwrap().unwrap();
    assert_eq!((later.first_run_id, later.resources[0].inserted), (None, 0));
    // Where records were forgotten, the times of the rows are all that is known.
    let forgotten = database.forget_records(amid + TimeDelta::days(9), None).await.unwrap();
    assert!(forgotten.is_nothing(), "the newest run stays: {forgotten:?}");
    test.database.execute("update sync.resources set inserted = 0").await;
    let known =
        database.changes("shop", &resources, Since::Time(amid), TWO).await.unwrap().unwrap();
    assert_eq!(known.resources[0].inserted, 30);
    test.end().await;
}

fn holds(all: &[Held], table: &str, rows: i64) -> bool {
    all.contains(&Held { table: table.to_owned(), rows: Some(rows) })
}

#[tokio::test]
async fn a_connection_that_is_forgotten_leaves_nothing_and_others_stay() {
    let test = Test::with("products", items(30)).await;
    let other = test.connection(&["products"]).in_schema("other");
    assert_eq!(connector_core::sync(&other, *NOW).await.unwrap().verdict, Verdict::Complete);
    test.complete("products").await;
    test.vendor.edit("products", |all| all.push(json!({"name": "nobody's"})));
    test.sync(&["products"]).await;
    let database = Database::server(&test.database.url()).unwrap();
    assert_eq!(database.connections().await.unwrap(), ["other", "shop"]);
    // What is somebody else's has nothing to do with it.
    test.database.execute("create schema theirs; create table theirs.precious (id int)").await;
    assert!(database.known_of("theirs").await.unwrap().is_nothing());
    assert!(database.forget("theirs").await.unwrap().is_nothing());
    assert_eq!(test.database.value("select count(*) from theirs.precious").await, "0");
    let known = database.known_of("shop").await.unwrap();
    assert!(holds(&known.tables, "shop.products", 30), "{known:?}");
    assert!(holds(&known.records, "sync.quarantine", 1), "{known:?}");
    assert!(holds(&known.records, "sync.runs", 2), "{known:?}");
    let held = test
        .database
        .hold("select pg_advisory_lock(hashtextextended('vendor-connectors shop', 0))")
        .await;
    let refused = database.forget("shop").await.unwrap_err();
    assert_eq!(refused.exit_status(), 2, "{refused}");
    assert!(refused.to_string().contains("the lock of `shop` is held"), "{refused}");
    drop(held);
    // The server takes a moment to notice that the session is closed.
    let forgotten = loop {
        match database.forget("shop").await {
            Err(error) if error.exit_status() == 2 => tokio::task::yield_now().await,
            forgotten => break forgotten.unwrap(),
        }
    };
    assert_eq!(forgotten, known);
    assert!(database.known_of("shop").await.unwrap().is_nothing());
    assert_eq!(database.connections().await.unwrap(), ["other"]);
    assert_eq!(test.database.value("select count(*) from other.products").await, "30");
    let alarm = "select count(*) from (select distinct connection from sync.resources) r where connection <> 'other'";
    assert_eq!(test.database.value(alarm).await, "0");
    test.vendor.edit("products", |all| all.truncate(30));
    test.complete("products").await;
    test.end().await;
}

#[tokio::test]
async fn records_of_old_runs_go_and_those_that_say_how_things_are_now_stay() {
    let test = Test::with("products", items(30)).await;
    for _ in 0..4 {
        test.complete("products").await;
    }
    let age = "update sync.{} set started_at = started_at - interval '1 year' * (4 - run_id), finished_at = started_at - interval '1 year' * (4 - run_id)";
    for table in ["runs", "resources"] {
        test.database.execute(&age.replace("{}", table)).await;
    }
    // The third run came to no end, so the second one says until when the rows are known.
    test.database.execute("update sync.resources set verdict = 'failed' where run_id > 2").await;
    let database = Database::server(&test.database.url()).unwrap();
    let before = *NOW - TimeDelta::days(1);
    let old = database.old_records(before, None).await.unwrap();
    assert!(holds(&old.records, "sync.resources", 2), "{old:?}");
    assert!(holds(&old.records, "sync.runs", 2), "{old:?}");
    let other = ["other".to_owned()];
    assert!(database.forget_records(before, Some(&other)).await.unwrap().is_nothing());
    assert_eq!(database.forget_records(before, None).await.unwrap(), old);
    assert_eq!(
        test.database
            .value("select string_agg(run_id::text, ' ' order by run_id) from sync.runs")
            .await,
        "2 4"
    );
    assert_eq!(test.database.value("select run_id from sync.last_complete").await, "2");
    let status = database.status("shop", &[&SHOP.resources[0]], false).await.unwrap().unwrap();
    assert_eq!(status.run.run_id, 4);
    test.end().await;
}

#[tokio::test]
async fn what_runs_did_whose_records_are_forgotten_is_told_by_the_times_of_rows() {
    let test = Test::with("products", items(30)).await;
    test.complete("products").await;
    let before = *NOW - TimeDelta::seconds(1);
    for _ in 0..2 {
        test.complete("products").await;
    }
    let database = Database::server(&test.database.url()).unwrap();
    let changes = async |since| {
        database.changes("shop", &[&SHOP.resources[0]], since, TWO).await.unwrap().unwrap()
    };
    let known = changes(Since::Time(before)).await;
    assert_eq!((known.resources[0].inserted, known.forgotten_until), (30, None));
    assert!(
        !database.forget_records(*NOW + TimeDelta::days(999), None).await.unwrap().is_nothing()
    );
    let known = changes(Since::Time(before)).await;
    assert_eq!(known.resources[0].inserted, 30);
    assert!(known.forgotten_until.is_some());
    assert_eq!(changes(Since::NewestRun).await.forgotten_until, None);
    test.end().await;
}

#[tokio::test]
async fn what_came_after_a_run_whose_record_was_forgotten_is_refused_and_not_left_out() {
    let content = Content::empty().with("things", (0..30).map(row));
    let play = Play::new(&[things(OFFSET)], content).await;
    play.complete().await;
    play.vendor.edit("things", |things| things[0]["name"] = json!("another"));
    play.complete().await;
    play.vendor.edit("things", |things| drop(things.pop()));
    for _ in 0..2 {
        play.complete().await;
    }
    let database = Database::server(&play.database.url()).unwrap();
    let changes = async |run| database.changes("hostile", &[&THINGS], Since::Run(run), TWO).await;
    let told = async |run| {
        let known = changes(run).await.unwrap().unwrap();
        let of = &known.resources[0];
        ((of.inserted, of.updated, of.deleted), known.forgotten_until.is_some())
    };
    assert_eq!(told(1).await, ((0, 1, 1), false));
    assert_eq!(told(2).await, ((0, 0, 1), false));
    database.forget_records("2200-01-01T00:00:00Z".parse().unwrap(), None).await.unwrap();
    let refused = changes(1).await.unwrap_err().to_string();
    assert_eq!(refused, "the record of run 1 was forgotten, and when it was is not known");
    let unknown = changes(999).await.unwrap_err().to_string();
    assert_eq!(unknown, "there is no run 999");
    // Another connection's run says when it was, also if both were begun by one command; and so
    // does an own one that stays.
    for (of, expected) in [("other", (1, 0, 1)), ("hostile", (0, 1, 1))] {
        let run = format!(
            "insert into sync.runs (run_id, connection, connector, preset, connector_version, started_at) overriding system value \
             select 1, '{of}', connector, preset, connector_version, (select min(_first_seen_at) from hostile.things) from sync.runs limit 1"
        );
        play.database.execute("delete from sync.runs where run_id = 1").await;
        play.database.execute(&run).await;
        assert_eq!(told(1).await, (expected, true), "{of}");
    }
    play.end().await;
}

#[tokio::test]
async fn a_row_without_a_place_is_told_in_one_sentence_wherever_it_is_asked_for() {
    let test = Test::with("products", items(30)).await;
    test.vendor.edit("products", |all| {
        all.insert(22, json!({"name": "nobody's"}));
        all.push(json!({"name": "nobody's either"}));
    });
    let report = test.sync(&["products"]).await;
    let sentence = "2 rows are set aside, the first on page 3: its key `id` is missing";
    assert!(report.to_text().contains(sentence), "{}", report.to_text());
    assert_eq!(test.database.value("select error from sync.resources").await, sentence);
    let database = Database::server(&test.database.url()).unwrap();
    let kept = database.quarantine("shop", &["products"], 1).await.unwrap().unwrap();
    let [of] = &kept[..] else { panic!("{kept:?}") };
    assert_eq!((of.quarantined, of.rows.len(), of.reasons.len()), (2, 1, 1), "{of:?}");
    assert!(of.reasons[0].still && of.reasons[0].page == Some(3), "{of:?}");
    test.vendor.edit("products", |all| {
        all.pop();
    });
    let report = test.sync(&["products"]).await;
    let sentence = "1 row on page 3 is set aside: its key `id` is missing";
    assert!(report.to_text().contains(sentence), "{}", report.to_text());
    test.vendor.edit("products", |all| all.retain(|item| item["id"].is_string()));
    test.complete("products").await;
    let kept = database.quarantine("shop", &["products"], 1).await.unwrap().unwrap();
    assert!(kept.is_empty(), "{kept:?}");
    test.end().await;
}

#[tokio::test]
async fn what_disagrees_still_is_told_from_what_did_once() {
    let test = Test::with("products", items(3)).await;
    test.vendor.edit("products", |all| all[0]["colour"] = json!("red"));
    test.complete("products").await;
    let database = Database::server(&test.database.url()).unwrap();
    let drift = async || database.drift("shop", &["products"]).await.unwrap().unwrap();
    let [colour] = &drift().await[..] else { panic!("one field") };
    assert!(colour.still, "{colour:?}");
    assert_eq!(colour.adopt.as_deref(), Some("#[record(wire = \"colour\")] …: Option<String>"));
    test.vendor.edit("products", |all| {
        all[0].as_object_mut().unwrap().remove("colour");
    });
    test.complete("products").await;
    let [colour] = &drift().await[..] else { panic!("one field") };
    assert!(!colour.still && colour.last_run_id == Some(1), "{colour:?}");
    let recent = database.recent("shop", &["products"], 5).await.unwrap().unwrap();
    let runs = recent.resources[0].runs.iter();
    let told: Vec<_> = runs.map(|run| (run.run_id, run.verdict.as_str(), run.updated)).collect();
    assert_eq!(told, [(1, "complete", 0), (2, "complete", 1)]);
    test.end().await;
}

#[tokio::test]
async fn with_a_history_it_is_told_which_fields_changed_from_what_to_what() {
    let test = Test::with("products", items(3)).await;
    let sync = async |minutes: i64| {
        let connection = test.connection(&["products"]).with_history().allow_deletes();
        let report = connector_core::sync(&connection, *NOW + TimeDelta::minutes(minutes)).await;
        assert_eq!(report.unwrap().verdict, Verdict::Complete);
    };
    sync(0).await;
    test.vendor.edit("products", |all| {
        all[0]["price"] = json!(7);
        all[1]["name"] = json!("Other");
        all[1]["colour"] = json!("red");
    });
    sync(10).await;
    test.vendor.edit("products", |all| all[0]["price"] = json!(8));
    sync(20).await;
    let database = Database::server(&test.database.url()).unwrap();
    let fields = Shown { rows: 100, fields: true };
    let changes = async |since: i64| {
        let since = Since::Run(since);
        let told = database.changes("shop", &[&SHOP.resources[0]], since, fields).await;
        let told = told.unwrap().unwrap().resources.remove(0);
        assert!(told.history);
        let rows = told.rows.iter().map(|row| json!([row.key, row.fields]));
        serde_json::Value::from(rows.collect::<Vec<_>>())
    };
    assert_eq!(
        changes(1).await,
        json!([
            [["p000"], {"price": {"from": 100, "to": 8}}],
            [["p001"], {"name": {"from": "Thing 1", "to": "Other"}, "_extra": {"from": null, "to": {"colour": "red"}}}],
        ])
    );
    assert_eq!(changes(2).await, json!([[["p000"], {"price": {"from": 7, "to": 8}}]]));
    // It changed, and is as it was: that is known, which is more than nothing.
    test.vendor.edit("products", |all| all[0]["price"] = json!(7));
    sync(30).await;
    assert_eq!(changes(2).await, json!([[["p000"], {}]]));
    test.end().await;
}
