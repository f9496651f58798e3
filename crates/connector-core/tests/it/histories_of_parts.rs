//! Whatever a vendor does that shows only a part of a listing: the newest of its rows, or
//! those that are not left out. Nothing is ever taken away, and a green run has all that it
//! could have had.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use connector_core::{Connection, Paging, Stop, TimeDelta};
use connector_testkit::{Answer, Content};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::sparse::{Counted, Filtering, HEADER, kept, sparse};
use crate::support::Play;

const MOST: u64 = 5;
const WINDOW: Paging = Paging::Window { limit: ("limit", MOST) };

/// Something that goes wrong, once, with the n-th answer of a run.
#[derive(Clone, Debug)]
enum Fault {
    Status(u16),
    Truncated,
    Html,
    Stop,
    /// So many rows come meanwhile.
    Grow(u8),
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        prop::sample::select(vec![500, 503, 429, 400, 404]).prop_map(Fault::Status),
        Just(Fault::Truncated),
        Just(Fault::Html),
        Just(Fault::Stop),
        (1..8_u8).prop_map(Fault::Grow),
    ]
}

fn faults() -> impl Strategy<Value = Vec<(u8, Fault)>> {
    prop::collection::vec((0..9_u8, fault()), 0..3)
}

/// What becomes of an answer by one of these faults; `grow` brings rows.
fn befall(fault: &Fault, answer: Answer, brake: &Stop, grow: impl FnOnce(u8)) -> Answer {
    match fault {
        Fault::Status(status) => return Answer::json(*status, "{}"),
        Fault::Truncated => return answer.truncated(7),
        Fault::Html => return Answer::html(200, "<h1>Sign in</h1>"),
        Fault::Stop => brake.ask("the history says so"),
        Fault::Grow(rows) => grow(*rows),
    }
    answer
}

fn check<T: std::fmt::Debug>(
    history: &impl Strategy<Value = T>,
    holds: impl AsyncFn(T) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // `PROPTEST_CASES=10000` makes a long run of it.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(25),
        max_shrink_iters: 400,
        source_file: Some(file!()),
        ..Config::default()
    };
    TestRunner::new(config).run(history, |history| runtime.block_on(holds(history))).unwrap();
}

/// What happens to a window before a run, and in it.
#[derive(Clone, Debug)]
struct Turn {
    new: u8,
    gone: Vec<u8>,
    edited: Vec<u8>,
    cap: Option<u64>,
    faults: Vec<(u8, Fault)>,
}

fn turn() -> impl Strategy<Value = Turn> {
    let places = || prop::collection::vec(any::<u8>(), 0..3);
    (0..9_u8, places(), places(), prop::option::weighted(0.2, 1..MOST), faults())
        .prop_map(|(new, gone, edited, cap, faults)| Turn { new, gone, edited, cap, faults })
}

/// The rows of a listing, the newest first, each with its version.
#[derive(Clone, Debug, Default)]
struct Newest {
    rows: Vec<(u32, u32)>,
    next: u32,
    clock: u32,
}

impl Newest {
    fn grow(&mut self, rows: u8) {
        for _ in 0..rows {
            self.rows.insert(0, (self.next, 0));
            self.next += 1;
        }
    }

    fn change(&mut self, turn: &Turn) {
        let at = |place: &u8, length: usize| usize::from(*place) % length;
        for place in &turn.gone {
            if !self.rows.is_empty() {
                self.rows.remove(at(place, self.rows.len()));
            }
        }
        for place in &turn.edited {
            self.clock += 1;
            let length = self.rows.len();
            if length > 0 {
                self.rows[at(place, length)].1 = self.clock;
            }
        }
        self.grow(turn.new);
    }

    fn json(&self) -> Vec<Value> {
        let row = |(id, version): &(u32, u32)| json!({"id": format!("t{id:04}"), "name": format!("v{version}")});
        self.rows.iter().map(row).collect()
    }
}

async fn live(play: &Play) -> BTreeSet<(u32, u32)> {
    let query = "select id, name from hostile.things where _deleted_at is null";
    let number = |row: &Value, member: &str| row[member].as_str().unwrap()[1..].parse().unwrap();
    let rows = play.database.rows(query).await;
    rows.iter().map(|row| (number(row, "id"), number(row, "name"))).collect()
}

async fn a_window_holds(turns: Vec<Turn>) -> Result<(), TestCaseError> {
    let play = Play::with(WINDOW, 0).await;
    let world = Arc::new(Mutex::new(Newest::default()));
    let honest = Turn { new: 2, gone: vec![], edited: vec![1], cap: None, faults: vec![] };
    let ends = [honest.clone(), honest];
    let mut known = BTreeSet::new();
    for (at, turn) in turns.iter().chain(&ends).enumerate() {
        let since = {
            let mut world = world.lock().unwrap();
            world.change(turn);
            play.vendor.holdings().replace("things", world.json());
            world.clone()
        };
        play.vendor.set_page_cap(turn.cap);
        let connection = play.connection();
        let (brake, faults) = (connection.stop(), turn.faults.clone());
        let (shared, holdings) = (Arc::clone(&world), play.vendor.holdings());
        let before = play.vendor.requests().len();
        let asked = Mutex::new(0_u8);
        play.vendor.on(move |_, mut answer| {
            let nth = {
                let mut asked = asked.lock().unwrap();
                *asked += 1;
                *asked - 1
            };
            for (_, fault) in faults.iter().filter(|(at, _)| *at == nth) {
                answer = befall(fault, answer, &brake, |rows| {
                    let mut world = shared.lock().unwrap();
                    world.grow(rows);
                    holdings.replace("things", world.json());
                });
            }
            answer
        });
        let report = play.sync_as(&connection).await;
        let green = report.exit_status() == 0;
        let live = live(&play).await;
        let requests = play.vendor.requests().len() - before;
        let told = format!(
            "run {at}, {requests} requests: {}\nknown {known:?}\nlive {live:?}\n{since:?}",
            report.to_text()
        );
        let ids =
            |rows: &BTreeSet<(u32, u32)>| rows.iter().map(|row| row.0).collect::<BTreeSet<_>>();
        let (known_ids, live_ids) = (ids(&known), ids(&live));
        prop_assert!(live_ids.is_superset(&known_ids), "a row was taken away: {told}");
        if green {
            let newest = since.rows.iter().position(|row| known_ids.contains(&row.0));
            // A vendor that sends fewer rows than it is asked for looks whole the first time.
            let all = newest.unwrap_or(since.rows.len());
            let all = if known.is_empty() && turn.cap.is_some() { 0 } else { all };
            for row in &since.rows[..all] {
                prop_assert!(live.contains(row), "{row:?} is missing or old: {told}");
            }
            let grew = turn.faults.iter().any(|(_, fault)| matches!(fault, Fault::Grow(_)));
            let window = usize::try_from(turn.cap.unwrap_or(MOST)).unwrap();
            for row in since.rows.iter().take(if grew { 0 } else { window }) {
                prop_assert!(live.contains(row), "{row:?} is missing or old: {told}");
            }
        }
        prop_assert!(green || at <= turns.len(), "an honest vendor is not believed: {told}");
        known = live;
    }
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn a_window_takes_nothing_away_and_a_green_run_has_all_that_is_new() {
    check(&prop::collection::vec(turn(), 1..5), a_window_holds);
}

/// A listing that only grows, and that rows are left out of.
#[derive(Clone, Debug)]
struct Gaps {
    offsets: Counted,
    total: Counted,
    lasting: bool,
    steps: Vec<Growth>,
}

/// What happens before a run, and in it: rows that are new and whether they are empty, a cap, and faults.
type Growth = (Vec<bool>, Option<usize>, Vec<(u8, Fault)>);

fn gaps() -> impl Strategy<Value = Gaps> {
    let counted = || prop::sample::select(vec![Counted::All, Counted::Left]);
    let total = prop::sample::select(vec![Counted::All, Counted::Left, Counted::Nothing]);
    let new = prop_oneof![
        3 => prop::collection::vec(any::<bool>(), 0..120),
        1 => (0..130_usize).prop_map(|rows| vec![true; rows]),
        1 => (0..130_usize).prop_map(|rows| vec![false; rows]),
    ];
    let step = (new, prop::option::weighted(0.4, 1..60_usize), faults());
    (counted(), total, any::<bool>(), prop::collection::vec(step, 1..4))
        .prop_map(|(offsets, total, lasting, steps)| Gaps { offsets, total, lasting, steps })
}

async fn gaps_hold(history: Gaps) -> Result<(), TestCaseError> {
    let play = Play::of(sparse(HEADER), Content::empty()).await;
    let Gaps { offsets, total, lasting, steps } = history;
    let filtering = Arc::new(Mutex::new(Filtering { rows: vec![], offsets, total, cap: 1_000 }));
    let connection = || -> Connection {
        let connection = play.connection().with_param("clean", &["true"]).unwrap();
        let connection = connection.committing_every(20);
        if lasting { connection.resuming_within(TimeDelta::days(30)) } else { connection }
    };
    let honest = (vec![true, false], None, vec![]);
    let ends = [honest.clone(), honest];
    let mut known: Vec<u64> = Vec::new();
    for (at, (new, cap, faults)) in steps.iter().chain(&ends).enumerate() {
        let left: Vec<u64> = {
            let mut filtering = filtering.lock().unwrap();
            filtering.cap = cap.unwrap_or(1_000);
            for is_empty in new {
                filtering.grow(*is_empty);
            }
            filtering.rows.iter().filter_map(|row| row["n"].as_u64()).collect()
        };
        let connection = connection();
        let (brake, faults) = (connection.stop(), faults.clone());
        let (shared, asked) = (Arc::clone(&filtering), Mutex::new(0_u8));
        play.vendor.on(move |request, _| {
            let mut asked = asked.lock().unwrap();
            let nth = *asked;
            *asked = nth.saturating_add(1);
            let mut answer = shared.lock().unwrap().answer(request);
            for (_, fault) in faults.iter().filter(|(at, _)| *at == nth) {
                answer = befall(fault, answer, &brake, |rows| {
                    (0..rows).for_each(|n| shared.lock().unwrap().grow(n % 3 == 0));
                });
            }
            answer
        });
        let report = play.sync_as(&connection).await;
        let (green, kept) = (report.exit_status() == 0, kept(&play).await);
        let told = format!("run {at}: {}\nkept {kept:?}\nleft {left:?}", report.to_text());
        prop_assert!(kept.starts_with(&known), "what was there is another one: {told}");
        prop_assert!(!green || kept.starts_with(&left), "rows are missing: {told}");
        prop_assert!(green || at < steps.len(), "an honest vendor is not believed: {told}");
        known = kept;
    }
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn whatever_is_left_out_a_green_run_has_all_that_is_left() {
    check(&gaps(), gaps_hold);
}
