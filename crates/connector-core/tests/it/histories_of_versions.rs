//! Whatever happens between runs and in them, the versions of a table at the time of each run
//! are the rows that the table had when it ended.
//!
//! A history is a number of runs, a day apart: rows change, go, come back and move, before a
//! run and in its middle; runs are whole, partial, filtered, stopped and killed; the connector
//! gets a new column; history is turned off and on. The model keeps a copy of all tables after
//! each run, which is what a table of versions stands for.

use std::sync::{Arc, Mutex};

use connector_core::{
    Connection, Connector, DateTime, Migration, Paging, Record, Resource, TimeDelta, Utc,
};
use connector_testkit::{Content, Holdings, Vendor};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::Notify;

use crate::support::{Play, connector};

const PAGING: Paging = Paging::Offset { offset: "offset", limit: ("limit", 5), total: None };

#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct First {
    id: String,
    name: Option<String>,
    #[record(volatile)]
    stamp: Option<i64>,
    #[record(unit = "seconds")]
    updated_at: Option<DateTime<Utc>>,
}

/// The same with a column for what was unknown before.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Second {
    id: String,
    name: Option<String>,
    #[record(volatile)]
    stamp: Option<i64>,
    #[record(unit = "seconds")]
    updated_at: Option<DateTime<Utc>>,
    colour: Option<String>,
}

#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Part {
    id: i64,
    name: Option<String>,
    #[record(volatile)]
    stamp: Option<i64>,
}

const fn things<T: Record>() -> Resource {
    Resource::new::<T>("things", "/things").select(&["data"]).paging(PAGING).cursor("updated_at")
}

const PARTS: Resource = Resource::new::<Part>("parts", "/things/{thing_id}/parts")
    .select(&["data"])
    .paging(PAGING)
    .each("thing_id", "things", "id");

fn releases() -> [&'static Connector; 2] {
    let first: &Connector = Box::leak(Box::new(connector(&[things::<First>(), PARTS]).checked()));
    let up =
        Migration { version: 2, name: "colour", sql: "alter table things add column colour text" };
    let migrations: Vec<Migration> = first.migrations.iter().copied().chain([up]).collect();
    let resources = vec![things::<Second>(), PARTS];
    let second = Connector { migrations: migrations.leak(), resources: resources.leak(), ..*first };
    [first, Box::leak(Box::new(second.checked()))]
}

/// Something that happens to the things or their parts; numbers are taken modulo how many there are.
#[derive(Clone, Debug)]
enum Change {
    /// A thing comes, or comes back as it was.
    Thing(u8),
    Gone(u8),
    Edit(u8),
    /// It is again as it was at first.
    Restore(u8),
    /// Nothing of it changes but what makes no version.
    Stamp,
    Move(u8, u8),
    Part(u8, u8),
    PartGone(u8),
    PartEdit(u8),
}

#[derive(Clone, Debug)]
enum Run {
    Whole,
    Things,
    /// Only what changed since the last so many changes.
    Since(u8),
    Anew,
    /// After so many requests.
    Stopped(u8),
    Killed(u8),
}

#[derive(Clone, Debug)]
struct Step {
    before: Vec<Change>,
    meanwhile: Vec<(u8, Change)>,
    run: Run,
    history: bool,
    upgrade: bool,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0..14_u8).prop_map(Change::Thing),
        2 => any::<u8>().prop_map(Change::Gone),
        3 => any::<u8>().prop_map(Change::Edit),
        1 => any::<u8>().prop_map(Change::Restore),
        1 => Just(Change::Stamp),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Change::Move(a, b)),
        2 => (any::<u8>(), 0..8_u8).prop_map(|(thing, part)| Change::Part(thing, part)),
        1 => any::<u8>().prop_map(Change::PartGone),
        2 => any::<u8>().prop_map(Change::PartEdit),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let run = prop_oneof![
        5 => Just(Run::Whole),
        1 => Just(Run::Things),
        1 => (0..9_u8).prop_map(Run::Since),
        1 => Just(Run::Anew),
        2 => (1..12_u8).prop_map(Run::Stopped),
        2 => (1..12_u8).prop_map(Run::Killed),
    ];
    let meanwhile = prop::collection::vec((0..9_u8, change()), 0..3);
    let (history, upgrade) = (prop::bool::weighted(0.8), prop::bool::weighted(0.15));
    (prop::collection::vec(change(), 0..7), meanwhile, run, history, upgrade).prop_map(
        |(before, meanwhile, run, history, upgrade)| Step {
            before,
            meanwhile,
            run,
            history,
            upgrade,
        },
    )
}

/// A thing, its value, and its parts with theirs.
type Thing = (u8, u32, Vec<(u8, u32)>);

/// What the vendor has: things in their order.
#[derive(Debug, Default)]
struct World {
    things: Vec<Thing>,
    clock: u32,
}

impl World {
    fn apply(&mut self, change: &Change) {
        self.clock += 1;
        let (clock, length) = (self.clock, self.things.len());
        let at = |place: u8| usize::from(place) % length.max(1);
        match *change {
            Change::Thing(id) if !self.things.iter().any(|thing| thing.0 == id) => {
                let place = usize::from(id) % (length + 1);
                self.things.insert(place, (id, u32::from(id), vec![(0, clock)]));
            }
            Change::Gone(place) if length > 0 => drop(self.things.remove(at(place))),
            Change::Edit(place) if length > 0 => self.things[at(place)].1 = clock + 100,
            Change::Restore(place) if length > 0 => {
                let thing = &mut self.things[at(place)];
                thing.1 = u32::from(thing.0);
            }
            Change::Move(a, b) if length > 0 => self.things.swap(at(a), at(b)),
            Change::Part(place, part) if length > 0 => {
                let parts = &mut self.things[at(place)].2;
                parts.retain(|(other, _)| *other != part);
                parts.push((part, clock));
            }
            Change::PartGone(place) if length > 0 => drop(self.things[at(place)].2.pop()),
            Change::PartEdit(place) if length > 0 => {
                if let Some(part) = self.things[at(place)].2.first_mut() {
                    part.1 = clock;
                }
            }
            _ => {}
        }
    }

    fn show(&self, holdings: &Holdings) {
        let clock = self.clock;
        let thing = |(id, value, _): &Thing| {
            let mut row = json!({
                "id": name(*id), "name": format!("v{value}"), "stamp": clock,
                "updatedAt": 1_700_000_000 + value,
            });
            if value % 3 == 0 {
                row["colour"] = format!("c{value}").into();
            }
            row
        };
        holdings.replace("things", self.things.iter().map(thing));
        for (id, _, parts) in &self.things {
            let part = |(part, value): &(u8, u32)| json!({"id": part, "name": format!("v{value}"), "stamp": clock});
            holdings.replace(("parts", name(*id).as_str()), parts.iter().map(part));
        }
    }
}

fn name(id: u8) -> String {
    format!("t{id:02}")
}

/// The session that looks at what runs leave.
struct Looker(PgConnection);

impl Looker {
    async fn texts(&mut self, query: &str, times: &[String]) -> Vec<String> {
        let query = sqlx::query_scalar(AssertSqlSafe(query)).bind(times);
        let mut texts: Vec<String> = query.fetch_all(&mut self.0).await.unwrap();
        texts.sort();
        texts
    }

    /// The rows of both tables that are not deleted.
    async fn live(&mut self) -> Vec<String> {
        let of = |table: &str| {
            format!(
                "select (jsonb_strip_nulls(to_jsonb(t) - '{{_deleted_at,_last_changed_at}}'::text[] || jsonb_build_object('_valid_from', _last_changed_at)))::text as row \
                 from hostile.{table} t where _deleted_at is null and $1::text[] is not null"
            )
        };
        let query = format!("{} union all {}", of("things"), of("parts"));
        self.texts(&query, &[]).await
    }

    /// The rows as the history has them of these times, and half a day later, behind the time's number.
    async fn as_of(&mut self, times: &[String]) -> Vec<String> {
        let of = |table: &str| {
            format!(
                "select (n * 2 + later)::text || ' ' || jsonb_strip_nulls(to_jsonb(v) - '{{_valid_to,_is_current}}'::text[])::text as row \
                 from unnest($1::text[]) with ordinality as t (time, n) cross join generate_series(0, 1) as later \
                 cross join lateral hostile.{table}_as_of(time::timestamptz + later * interval '12 hours') v"
            )
        };
        let query = format!("{} union all {}", of("things"), of("parts"));
        self.texts(&query, times).await
    }

    /// Those of these times of which the history says that it is known how both tables were.
    async fn known(&mut self, times: &[String]) -> Vec<String> {
        let query = "select t.time from unnest($1::text[]) with ordinality as t (time, n) cross join sync.history h \
                     where since <= time::timestamptz and (until is null or until > time::timestamptz) group by t.time, n having count(*) = 2";
        self.texts(query, times).await
    }

    /// Versions without a length, and those that begin before the one before them has ended.
    async fn out_of_place(&mut self) -> Vec<String> {
        let of = |table: &str, key: &str| {
            format!(
                "select v::text from (select *, lead(_valid_from) over (partition by {key} order by _valid_from) as next from hostile.{table}_versions) v \
                 where $1::text[] is not null and (_valid_to <= _valid_from or next < coalesce(_valid_to, 'infinity') or _is_current <> (_valid_to is null))"
            )
        };
        self.texts(
            &format!("{} union all {}", of("things", "id"), of("parts", "thing_id, id")),
            &[],
        )
        .await
    }

    /// Waits until nobody else is at the database, as a program that was killed may have been.
    async fn quiet(&mut self) {
        let others = "select pid::text from pg_stat_activity where datname = current_database() \
                      and pid <> pg_backend_pid() and backend_type = 'client backend' and $1::text[] is not null";
        while !self.texts(others, &[]).await.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// When the newest run began.
    async fn time(&mut self) -> String {
        let time = "select max(started_at)::text from sync.runs where $1::text[] is not null";
        self.texts(time, &[]).await.remove(0)
    }
}

fn connection_of(play: &Play, step: &Step, clock: u32) -> Connection {
    let connection = play.connection().committing_every(3).waiting().allow_deletes();
    let connection = connection.resuming_within(TimeDelta::days(3));
    let connection = if step.history { connection.with_history() } else { connection };
    match step.run {
        Run::Whole | Run::Killed(_) => connection,
        Run::Things => connection.select(&["things"]).unwrap(),
        Run::Since(back) => {
            let since = 1_700_000_000 + i64::from(clock + 100) - i64::from(back);
            connection.between(DateTime::from_timestamp(since, 0), None)
        }
        Run::Anew => connection.full_refresh(),
        Run::Stopped(requests) => connection.with_max_requests(requests.into()),
    }
}

/// The times of which it should be known how the tables were, and how they were.
fn expected(known: &[(String, bool, Vec<String>)]) -> (Vec<String>, Vec<String>) {
    let known = || known.iter().filter(|(_, is_known, _)| *is_known);
    let rows = (1..).zip(known()).flat_map(|(n, (.., rows))| {
        [n * 2, n * 2 + 1]
            .into_iter()
            .flat_map(move |n| rows.iter().map(move |row| format!("{n} {row}")))
    });
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    (known().map(|(time, ..)| time.clone()).collect(), rows)
}

async fn holds(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let [first, second] = releases();
    let vendor = Vendor::start(second, Content::empty()).unwrap();
    let mut play = Play::at(first, vendor).await;
    let world = Arc::new(Mutex::new(World::default()));
    (0..8).for_each(|id| world.lock().unwrap().apply(&Change::Thing(id)));
    let (mut known, mut made): (Vec<(String, bool, Vec<String>)>, bool) = (Vec::new(), false);
    let mut looker = Looker(play.database.connect().await);
    for step in &steps {
        if step.upgrade {
            play.release(second);
        }
        let clock = {
            let mut world = world.lock().unwrap();
            step.before.iter().for_each(|change| world.apply(change));
            world.show(&play.vendor.holdings());
            world.clock
        };
        let (killed, kill) = (
            Arc::new(Notify::new()),
            match step.run {
                Run::Killed(request) => Some(request),
                _ => None,
            },
        );
        let (shared, holdings, notify) =
            (Arc::clone(&world), play.vendor.holdings(), Arc::clone(&killed));
        let (meanwhile, asked) = (step.meanwhile.clone(), Mutex::new(0_u8));
        play.vendor.on(move |_, answer| {
            let mut asked = asked.lock().unwrap();
            for (_, change) in meanwhile.iter().filter(|(at, _)| at == &*asked) {
                let mut world = shared.lock().unwrap();
                world.apply(change);
                world.show(&holdings);
            }
            *asked = asked.saturating_add(1);
            if kill == Some(*asked) {
                notify.notify_one();
            }
            answer
        });
        let connection = connection_of(&play, step, clock);
        let said = tokio::select! {
            report = play.sync_as(&connection) => report.to_text(),
            () = killed.notified() => "killed".to_owned(),
        };
        looker.quiet().await;
        // That of the parts begins with the first run that reads them.
        made |= step.history && !matches!(step.run, Run::Things);
        let is_known = step.history && made;
        known.push((looker.time().await, is_known, looker.live().await));
        if !made {
            continue;
        }
        let times: Vec<String> = known.iter().map(|(time, ..)| time.clone()).collect();
        let told = format!("run {}: {said}", known.len());
        let (times_known, rows) = expected(&known);
        prop_assert_eq!(&looker.known(&times).await, &times_known, "{}", &told);
        prop_assert_eq!(&looker.as_of(&times_known).await, &rows, "{}", &told);
        prop_assert_eq!(looker.out_of_place().await, Vec::<String>::new(), "{}", &told);
    }
    drop(looker);
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn the_versions_of_a_time_are_the_rows_that_the_table_had_then() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // `PROPTEST_CASES=2000` makes a long run of it.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(12),
        max_shrink_iters: 200,
        source_file: Some(file!()),
        ..Config::default()
    };
    let histories = prop::collection::vec(step(), 2..7);
    TestRunner::new(config).run(&histories, |steps| runtime.block_on(holds(steps))).unwrap();
}
