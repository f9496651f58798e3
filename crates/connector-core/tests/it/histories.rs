//! Whatever a vendor does while it is read: a run that is green has everything,
//! and one that is not has lost nothing.
//!
//! A history is a number of runs. Before each one the listing changes, and while
//! it runs the vendor misbehaves: pages are cut short, repeated, refused or broken,
//! rows come, go, change and move, and the run is stopped. What the table has to
//! hold is worked out by a model that keeps every version of every row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use connector_core::{Connection, Paging, Report, Stop, TimeDelta};
use connector_testkit::{Answer, Content};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::{Play, things};

const SMALL: u64 = 5;
const OFFSET: Paging = Paging::Offset { offset: "offset", limit: ("limit", SMALL), total: None };
const TOTAL: Paging = Paging::Offset {
    offset: "offset",
    limit: ("limit", SMALL),
    total: Some(connector_core::Total::Body("total")),
};
const PAGES: Paging = Paging::Page {
    page: "page",
    first: 1,
    limit: Some(("limit", SMALL)),
    total: Some(connector_core::Total::Body("total")),
};
const TOKEN: Paging =
    Paging::Token { param: "token", next: "next", done: None, limit: Some(("limit", SMALL)) };
const ITERATOR: Paging = Paging::Token {
    param: "iterator",
    next: "iterator",
    done: Some("done"),
    limit: Some(("limit", SMALL)),
};
const LINK: Paging = Paging::LinkHeader { limit: Some(("limit", SMALL)) };
const NEXT_URL: Paging = Paging::NextUrl { path: "next", limit: Some(("limit", SMALL)) };

/// Something that happens to the listing; numbers are taken modulo its length.
#[derive(Clone, Debug)]
enum Change {
    Insert {
        id: u8,
        at: u8,
    },
    Delete(u8),
    Edit(u8),
    /// A row is again as it was first, as after a backup was restored.
    Restore(u8),
    Swap(u8, u8),
    Reverse,
}

/// Something that the vendor does, once, to the n-th request of a run.
#[derive(Clone, Debug)]
enum Fault {
    Change(Change),
    Status(u16),
    Truncated,
    Html,
    NoRows,
    RowTwice,
    Stop,
}

#[derive(Clone, Debug)]
struct Step {
    before: Vec<Change>,
    cap: Option<u64>,
    faults: Vec<(u8, Fault)>,
    /// How the vendor spells its answers, from which on each is spelled in another way.
    spelled: Option<usize>,
}

#[derive(Clone, Debug)]
struct History {
    paging: Paging,
    versioned: bool,
    /// Whether runs go on with the ones before them.
    lasting: bool,
    rows: u8,
    steps: Vec<Step>,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (0..30_u8, any::<u8>()).prop_map(|(id, at)| Change::Insert { id, at }),
        any::<u8>().prop_map(Change::Delete),
        any::<u8>().prop_map(Change::Edit),
        any::<u8>().prop_map(Change::Restore),
        (any::<u8>(), any::<u8>()).prop_map(|(a, b)| Change::Swap(a, b)),
        Just(Change::Reverse),
    ]
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => change().prop_map(Fault::Change),
        1 => prop_oneof![Just(500), Just(503), Just(429), Just(400), Just(404)].prop_map(Fault::Status),
        1 => Just(Fault::Truncated),
        1 => Just(Fault::Html),
        1 => Just(Fault::NoRows),
        1 => Just(Fault::RowTwice),
        1 => Just(Fault::Stop),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let changes = prop::collection::vec(change(), 0..4);
    let faults = prop::collection::vec((0..12_u8, fault()), 0..4);
    let spelled = prop::option::weighted(0.3, 0..12_usize);
    (changes, prop::option::weighted(0.3, 1..SMALL + 2), faults, spelled)
        .prop_map(|(before, cap, faults, spelled)| Step { before, cap, faults, spelled })
}

fn history() -> impl Strategy<Value = History> {
    let paging = prop::sample::select(vec![
        OFFSET,
        TOTAL,
        PAGES,
        TOKEN,
        ITERATOR,
        LINK,
        NEXT_URL,
        Paging::Single,
    ]);
    (paging, any::<bool>(), any::<bool>(), 0..28_u8, prop::collection::vec(step(), 1..4)).prop_map(
        |(paging, versioned, lasting, rows, steps)| History {
            paging,
            versioned,
            lasting,
            rows,
            steps,
        },
    )
}

/// What the vendor has, and everything that it ever had.
#[derive(Clone, Debug, Default)]
struct World {
    rows: Vec<(u8, u32)>,
    clock: u32,
    /// All versions of each row.
    ever: BTreeMap<u8, BTreeSet<u32>>,
    /// Rows that came, went, changed or moved since the mark was set.
    touched: BTreeSet<u8>,
    /// Whether rows changed their places since then.
    moved: u32,
}

impl World {
    fn apply(&mut self, change: &Change) {
        let length = self.rows.len();
        let at = |place: u8| usize::from(place) % length.max(1);
        match *change {
            Change::Insert { id, at: place } => {
                self.clock += 1;
                let version = self.clock;
                if let Some(row) = self.rows.iter_mut().find(|(other, _)| *other == id) {
                    row.1 = version;
                } else {
                    let place = usize::from(place) % (length + 1);
                    self.rows.insert(place, (id, version));
                    self.moved += 1;
                }
                self.note(id, version);
            }
            Change::Delete(place) if length > 0 => {
                let (id, _) = self.rows.remove(at(place));
                self.touched.insert(id);
                self.moved += 1;
            }
            Change::Edit(place) if length > 0 => {
                self.clock += 1;
                let version = self.clock;
                let row = &mut self.rows[at(place)];
                row.1 = version;
                let id = row.0;
                self.note(id, version);
            }
            Change::Restore(place) if length > 0 => {
                let row = &mut self.rows[at(place)];
                let first = self.ever[&row.0].first().copied();
                row.1 = first.unwrap_or(row.1);
                self.touched.insert(row.0);
            }
            Change::Swap(a, b) if length > 0 => {
                self.rows.swap(at(a), at(b));
                self.moved += 1;
            }
            Change::Reverse => {
                self.rows.reverse();
                self.moved += 1;
            }
            _ => {}
        }
    }

    fn note(&mut self, id: u8, version: u32) {
        self.touched.insert(id);
        self.ever.entry(id).or_default().insert(version);
    }

    fn json(&self) -> Vec<Value> {
        self.rows.iter().map(|(id, version)| row(*id, *version)).collect()
    }

    fn now(&self) -> BTreeMap<String, String> {
        self.rows.iter().map(|(id, version)| (name(*id), format!("v{version}"))).collect()
    }
}

fn name(id: u8) -> String {
    format!("t{id:02}")
}

fn row(id: u8, version: u32) -> Value {
    json!({"id": name(id), "name": format!("v{version}"), "updatedAt": 1_700_000_000 + version})
}

/// Whether a change in the middle of a walk is one that must not go unnoticed with
/// this paging. A token and a link stand for a place in the vendor's order, which
/// has to stay; `docs/guarantees.md` says it in full.
fn is_promised(paging: Paging, change: &Change, moved: u32) -> bool {
    match (paging, change) {
        (_, Change::Edit(_) | Change::Restore(_)) | (Paging::Single | Paging::Window { .. }, _) => {
            true
        }
        (Paging::Token { .. } | Paging::LinkHeader { .. } | Paging::NextUrl { .. }, change) => {
            matches!(change, Change::Insert { .. } | Change::Delete(_))
        }
        // Two at once can undo each other's traces.
        (Paging::Page { .. } | Paging::Offset { .. }, _) => moved == 0,
    }
}

/// Whether a page without its rows must not go unnoticed: where rows are counted, or
/// where it is the whole listing; the first one that comes where rows are known, as it
/// is asked for again then. Where rows come one by one, an empty page is all that ends a listing.
fn can_be_empty(paging: Paging, rows_are_known: bool, one_by_one: bool) -> bool {
    let counted = matches!(paging, Paging::Offset { .. } | Paging::Page { .. });
    (counted || paging == Paging::Single) && rows_are_known && !one_by_one
}

/// The rows that are not deleted, by id.
async fn live(play: &Play) -> BTreeMap<String, String> {
    let query = "select id, name from hostile.things where _deleted_at is null";
    let text = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    play.database.rows(query).await.iter().map(|row| (text(row, "id"), text(row, "name"))).collect()
}

fn script(
    play: &Play,
    step: &Step,
    (paging, rows_are_known): (Paging, bool),
    world: &Arc<Mutex<World>>,
    brake: Stop,
) {
    play.vendor.set_page_cap(step.cap);
    let (faults, holdings) = (step.faults.clone(), play.vendor.holdings());
    let (world, asked) = (Arc::clone(world), Mutex::new((0_u8, rows_are_known, false)));
    let (one_by_one, spelled) = (step.cap == Some(1), step.spelled);
    play.vendor.on(move |_, answer| {
        let mut asked = asked.lock().unwrap_or_else(PoisonError::into_inner);
        let (nth, rows_are_known, was_emptied) = *asked;
        // A listing that is empty twice in a row is believed to be so.
        let can_be_emptied = can_be_empty(paging, rows_are_known, one_by_one) && !was_emptied;
        (asked.0, asked.2) = (nth.saturating_add(1), false);
        let (mut answer, mut is_whole) = (answer, true);
        for (_, fault) in faults.iter().filter(|(at, _)| *at == nth) {
            is_whole &= answer.status == 200;
            answer = match fault {
                Fault::Change(change) => {
                    let mut world = world.lock().unwrap();
                    if is_promised(paging, change, world.moved) {
                        world.apply(change);
                        holdings.replace("things", world.json());
                    }
                    answer
                }
                Fault::Status(status) => Answer::json(*status, "{}"),
                Fault::Truncated => answer.truncated(7),
                Fault::Html => Answer::html(200, "<h1>Sign in</h1>"),
                Fault::NoRows if is_whole && can_be_emptied => {
                    asked.2 = true;
                    answer.edit(|body| body["data"] = json!([]))
                }
                Fault::RowTwice if is_whole => answer.edit(|body| {
                    let rows = body["data"].as_array_mut().unwrap();
                    if let Some(first) = rows.first().cloned() {
                        rows.insert(0, first);
                    }
                }),
                Fault::NoRows | Fault::RowTwice => answer,
                Fault::Stop => {
                    brake.ask("the history says so");
                    answer
                }
            };
            is_whole &= !matches!(fault, Fault::Truncated | Fault::Html);
        }
        // From the first page that came, rows are known.
        let came = is_whole && answer.status == 200;
        asked.1 |= came;
        match spelled.filter(|_| came) {
            Some(way) => answer.respelled(way + usize::from(nth)),
            None => answer,
        }
    });
}

/// Whether rows were gone, and too many at once to be believed so.
fn is_fused(report: &Report) -> bool {
    let problems = report.resources.iter().flat_map(|resource| &resource.evidence.problems);
    problems.into_iter().any(|problem| problem.contains("too many at once"))
}

#[expect(clippy::too_many_lines, reason = "a run after the other, and what has to hold after each")]
async fn holds(history: &History) -> Result<(), TestCaseError> {
    let paging = history.paging;
    let mut resource = things(paging);
    if history.versioned {
        resource = resource.version("updated_at");
    }
    let mut world = World::default();
    for id in 0..history.rows {
        world.apply(&Change::Insert { id, at: id });
    }
    let content = Content::empty().with("things", world.json());
    let play = Play::new(&[resource], content).await;
    let world = Arc::new(Mutex::new(world));
    let connection = || -> Connection {
        let connection = play.connection().committing_every(4);
        if history.lasting { connection.resuming_within(TimeDelta::days(30)) } else { connection }
    };
    // The listing as it was when the window of the next green run began.
    let mut since = world.lock().unwrap().now();
    let (mut window_is_open, mut believed) = (false, false);
    let mut known = BTreeMap::new();
    let honest = Step { before: Vec::new(), cap: None, faults: Vec::new(), spelled: None };
    let spelled = Step { spelled: Some(1), ..honest.clone() };
    let ends = [honest.clone(), honest.clone(), honest, spelled];
    let count = history.steps.len();
    for (at, step) in history.steps.iter().chain(&ends).enumerate() {
        // What happens between two runs of one walk happens in the middle of it.
        let in_the_middle = window_is_open && history.lasting;
        {
            let mut world = world.lock().unwrap();
            for change in &step.before {
                if !in_the_middle || is_promised(paging, change, world.moved) {
                    world.apply(change);
                }
            }
            play.vendor.holdings().replace("things", world.json());
            if !in_the_middle {
                world.moved = 0;
                since = world.now();
                world.touched.clear();
            }
        }
        let connection = connection();
        // After the fuse has stopped a run, a person looks, and lets the next ones delete.
        let connection = if believed { connection.allow_deletes() } else { connection };
        let mut step = step.clone();
        if history.lasting {
            // Pages that shrink to one row in the middle of a walk look like its end.
            step.cap = step.cap.map(|cap| cap.max(2));
        }
        let step = &step;
        script(&play, step, (paging, !known.is_empty()), &world, connection.stop());
        let report = play.sync_as(&connection).await;
        let green = report.exit_status() == 0;
        let live = live(&play).await;
        let world = world.lock().unwrap().clone();
        let touched: BTreeSet<String> = world.touched.iter().map(|id| name(*id)).collect();
        let stable = |id: &str| !touched.contains(id);
        let told =
            format!("run {at}: {}\nlive {live:?}\nsince {since:?}\n{world:?}", report.to_text());
        // What is there, the vendor has sent.
        for (id, value) in &live {
            let number: u8 = id[1..].parse().unwrap();
            let sent = world
                .ever
                .get(&number)
                .is_some_and(|all| all.iter().any(|version| *value == format!("v{version}")));
            prop_assert!(sent, "{id} has a value that was never sent; {told}");
        }
        if green {
            for (id, value) in &since {
                if stable(id) {
                    prop_assert_eq!(
                        live.get(id),
                        Some(value),
                        "{} is missing or old; {}",
                        id,
                        told
                    );
                }
            }
            for id in live.keys().filter(|id| stable(id)) {
                prop_assert!(since.contains_key(id), "{id} is not deleted; {told}");
            }
        } else {
            // What was right stays.
            for id in known.keys().filter(|id: &&String| stable(id) && since.contains_key(*id)) {
                prop_assert!(live.contains_key(id), "{id} is marked deleted; {told}");
            }
        }
        let vendor_was_honest = at > count || (at == count && !in_the_middle);
        let fused = is_fused(&report);
        let now = world.now();
        let gone = live.keys().filter(|id| !now.contains_key(*id)).count();
        if fused && vendor_was_honest {
            let many = gone >= 5 && gone * 10 > live.len() * 3;
            prop_assert!(many && !believed, "the fuse stopped {gone} of {}; {told}", live.len());
        }
        believed |= fused;
        prop_assert!(
            green || fused || !vendor_was_honest,
            "an honest vendor is not believed; {told}"
        );
        if at > count && step.spelled.is_some() && !fused {
            let read = &report.resources[0];
            let written = (read.inserted, read.updated, read.deleted, read.evidence.passes);
            prop_assert_eq!(written, (0, 0, 0, 1), "other words are no change; {}", told);
        }
        if at > count && !in_the_middle && !fused {
            prop_assert_eq!(&live, &world.now(), "the end is another one; {}", told);
        }
        window_is_open = !green;
        known = live;
    }
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn a_green_run_has_everything_and_any_other_run_loses_nothing() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    // `PROPTEST_CASES=10000` makes a long run of it.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(50),
        max_shrink_iters: 400,
        source_file: Some(file!()),
        ..Config::default()
    };
    TestRunner::new(config).run(&history(), |history| runtime.block_on(holds(&history))).unwrap();
}
