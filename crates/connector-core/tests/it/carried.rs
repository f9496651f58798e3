//! A copy that is carried on after runs is as the tables are, and is sent each change once.

use std::collections::BTreeMap;

use connector_core::run::sync_then;
use connector_core::store::{Database, Mark, Wanted, columns_of};
use connector_core::{Connection, Report, Result, Verdict};
use connector_testkit::Content;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, block_on, row, things};

/// What happens to a row before a run.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// It is there, as it was first.
    Put(u8),
    Edit(u8),
    Delete(u8),
}

/// Who begins a run.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// Somebody else.
    Another,
    /// Somebody else, who is stopped on the way.
    Stopped,
    /// Whoever carries the rows on, and it may be another one who had begun to write meanwhile.
    Copy { amid: bool },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..8_u8).prop_map(Event::Put),
        2 => (0..8_u8).prop_map(Event::Edit),
        3 => (0..8_u8).prop_map(Event::Delete),
    ]
}

fn who() -> impl Strategy<Value = Who> {
    prop_oneof![
        2 => Just(Who::Another),
        1 => Just(Who::Stopped),
        3 => any::<bool>().prop_map(|amid| Who::Copy { amid }),
    ]
}

fn history() -> impl Strategy<Value = Vec<(Vec<Event>, Who)>> {
    prop::collection::vec((prop::collection::vec(event(), 0..5), who()), 1..8)
}

/// The rows of a table by their keys.
type Rows = BTreeMap<String, Value>;

/// What was read, and how far.
#[derive(Default)]
struct Copy {
    rows: Rows,
    mark: Option<Mark>,
}

/// What a read brought.
struct Read {
    report: Report,
    /// The rows that were sent, and whether those were all.
    sent: Vec<Value>,
    all: bool,
}

impl Copy {
    /// Reads what it lacks; `amid` comes when the snapshot was taken, and before it is read.
    async fn read(
        &mut self,
        play: &Play,
        connection: &Connection,
        amid: impl AsyncFnOnce(),
    ) -> Result<Read> {
        let resource = &connection.connector.resources[0];
        let columns = columns_of(resource);
        // It is kept as text between two reads.
        let from = self.mark.as_ref().map(|mark| serde_json::to_string(mark).unwrap());
        let from = from.map(|text| serde_json::from_str(&text).unwrap());
        let (report, carried) = sync_then(connection, play.next_day(), async |_, mut snapshot| {
            amid().await;
            let mark = snapshot.mark(resource, &columns);
            let wanted = snapshot.wanted(from, &mark).await?;
            let mut sent: Vec<Value> = Vec::new();
            let each = |row: &str| {
                sent.push(serde_json::from_str(row).unwrap());
                Ok(())
            };
            let rows = snapshot.read(resource, &columns, &wanted, each).await?;
            assert_eq!(rows, sent.len() as u64);
            Ok((mark, sent, wanted == Wanted::All))
        })
        .await?;
        let (mark, sent, all) = carried?;
        if report.verdict == Verdict::Complete {
            for row in &sent {
                self.rows.insert(row["id"].as_str().unwrap().to_owned(), row.clone());
            }
            self.mark = Some(mark);
        }
        Ok(Read { report, sent, all })
    }

    async fn reads(&mut self, play: &Play) -> Read {
        self.read(play, &play.connection().allow_deletes(), async || ()).await.unwrap()
    }
}

/// The rows of the table, as they are written for others.
async fn table(play: &Play) -> Rows {
    let query = "select row_to_json(t) as row from hostile.things t";
    let rows = play.database.rows(query).await;
    rows.iter()
        .map(|row| (row["row"]["id"].as_str().unwrap().to_owned(), steady(&row["row"])))
        .collect()
}

/// A row without the zone that its times are written in.
fn steady(row: &Value) -> Value {
    let mut row = row.clone();
    for (name, value) in row.as_object_mut().unwrap() {
        if name.ends_with("_at") && value.is_string() {
            let time: chrono::DateTime<chrono::Utc> = value.as_str().unwrap().parse().unwrap();
            *value = json!(time.to_rfc3339());
        }
    }
    row
}

fn happen(play: &Play, events: &[Event]) {
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
}

async fn play(history: &[(Vec<Event>, Who)]) {
    let play =
        Play::new(&[things(OFFSET)], Content::empty().with("things", [row(0), row(1)])).await;
    let mut copy = Copy::default();
    for (events, who) in history {
        happen(&play, events);
        let connection = play.connection().allow_deletes();
        let amid = match who {
            Who::Another => {
                play.sync_as(&connection).await;
                continue;
            }
            Who::Stopped => {
                play.sync_as(&connection.with_max_requests(1)).await;
                continue;
            }
            Who::Copy { amid } => *amid,
        };
        let was = copy.rows.clone();
        let mut expected = Rows::new();
        let meanwhile = async || {
            expected = table(&play).await;
            if amid {
                happen(&play, &[Event::Edit(0), Event::Put(2), Event::Delete(1)]);
                play.sync_as(&play.connection().allow_deletes()).await;
            }
        };
        let read = copy.read(&play, &connection, meanwhile).await.unwrap();
        assert_eq!(read.report.verdict, Verdict::Complete, "{}", read.report.to_text());
        let rows: Rows = copy.rows.iter().map(|(id, row)| (id.clone(), steady(row))).collect();
        assert_eq!(rows, expected, "after {history:?}");
        for row in &read.sent {
            let id = row["id"].as_str().unwrap();
            assert_ne!(was.get(id), Some(row), "{id} was sent before: {history:?}");
        }
    }
    play.end().await;
}

#[test]
fn a_copy_is_the_table_that_a_run_left_and_no_row_is_sent_twice_whoever_writes_meanwhile() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config =
        Config { cases: cases.unwrap_or(10), source_file: Some(file!()), ..Config::default() };
    let played = TestRunner::new(config).run(&history(), |history| {
        block_on(play(&history));
        Ok(())
    });
    played.unwrap();
}

#[tokio::test]
async fn what_a_run_did_whose_record_was_forgotten_is_carried_on_all_the_same() {
    let play = Play::with(OFFSET, 30).await;
    let mut copy = Copy::default();
    copy.reads(&play).await;
    happen(&play, &[Event::Delete(3), Event::Edit(4)]);
    play.complete().await;
    play.complete().await;
    let database = Database::server(&play.database.url()).unwrap();
    // Both the run that was read and the one behind it go.
    database.forget_records("2200-01-01T00:00:00Z".parse().unwrap(), None).await.unwrap();
    assert_eq!(
        play.database.value("select string_agg(run_id::text, ' ') from sync.runs").await,
        "3"
    );
    let read = copy.reads(&play).await;
    let mut ids: Vec<&str> = read.sent.iter().map(|row| row["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!((ids, read.all), (vec!["t003", "t004"], false));
    assert_eq!(copy.reads(&play).await.sent.len(), 0);
    play.end().await;
}

#[tokio::test]
async fn rows_that_a_choice_of_columns_rewrote_are_sent_anew() {
    let play = Play::with(OFFSET, 3).await;
    let mut copy = Copy::default();
    assert!(copy.reads(&play).await.all);
    let without = play.connection().excluding(&["name"]);
    let read = copy.read(&play, &without, async || ()).await.unwrap();
    assert_eq!((read.sent.len(), read.all), (3, true));
    assert!(copy.rows.values().all(|row| row["name"].is_null()), "{:?}", copy.rows);
    let read = copy.read(&play, &without, async || ()).await.unwrap();
    assert_eq!((read.sent.len(), read.all), (0, false));
    play.end().await;
}

#[tokio::test]
async fn a_copy_of_other_tables_is_refused_and_left_as_it_is() {
    let play = Play::with(OFFSET, 3).await;
    let mut copy = Copy::default();
    copy.reads(&play).await;
    let connection = play.connection();
    let mut refused = async |words: &str| {
        let error = copy.read(&play, &connection, async || ()).await.err().expect("it is refused");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.advice().is_some());
    };
    // A backup was restored, and other runs went on from there.
    play.database.execute("update sync.runs set started_at = started_at + interval '1 s'").await;
    refused("have gone back behind run 1").await;
    play.database.execute("update sync.runs set started_at = started_at - interval '1 s'").await;
    // A new database, in which runs have the same numbers.
    let made = "update sync.connections set created_at = created_at + interval '1 s'";
    play.database.execute(made).await;
    refused("are other ones").await;
    play.end().await;
}

#[tokio::test]
async fn what_a_run_left_that_was_overtaken_is_not_carried_on() {
    let play = Play::with(OFFSET, 3).await;
    play.complete().await;
    // Another run begins as soon as this one has ended, as its lock was lost.
    play.database
        .execute(
            "create function hostile.overtake() returns trigger language plpgsql as $$ begin \
             update sync.connections set run_id = run_id + 1 where connection = new.connection; return new; end $$; \
             create trigger overtake after update on sync.runs for each row when (new.finished_at is not null) \
             execute function hostile.overtake()",
        )
        .await;
    let error = Copy::default().read(&play, &play.connection(), async || ()).await.err().unwrap();
    assert!(error.to_string().contains("run 3 of `hostile` began before run 2"), "{error}");
    play.end().await;
}
