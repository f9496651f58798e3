//! Whatever a vendor does that shows only a part of a listing: the newest of its rows, or
//! those that are not left out, or some of the listings of children. Nothing is ever taken
//! away, and a green run has all that it could have had.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use connector_core::{Connection, Paging, Stop, TimeDelta};
use connector_testkit::{Answer, Content, Holdings};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::sparse::{Counted, Filtering, HEADER, kept, sparse};
use crate::support::{Play, parts, things};

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
    usual: u32,
    history: &impl Strategy<Value = T>,
    holds: impl AsyncFn(T) -> Result<(), TestCaseError>,
) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // `PROPTEST_CASES=10000` makes a long run of it.
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(usual),
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
    check(25, &prop::collection::vec(turn(), 1..5), a_window_holds);
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
    let mut settled = 0;
    for (at, (new, cap, faults)) in steps.iter().chain(&ends).enumerate() {
        let (left, began): (Vec<u64>, _) = {
            let mut filtering = filtering.lock().unwrap();
            filtering.cap = cap.unwrap_or(1_000);
            for is_empty in new {
                filtering.grow(*is_empty);
            }
            let left = filtering.rows.iter().filter_map(|row| row["n"].as_u64());
            (left.collect(), filtering.rows.len() as u64)
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
        // Of rows that come while a run reads, some may be missed until the next one, which then
        // puts them in front of those that were not.
        settled = if green { began } else { settled };
        known = kept.into_iter().filter(|n| *n < settled).collect();
    }
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn whatever_is_left_out_a_green_run_has_all_that_is_left() {
    check(25, &gaps(), gaps_hold);
}

/// How often the vendor says of a listing that there is none, in a run.
#[derive(Clone, Copy, Debug)]
enum Missing {
    Once,
    Twice,
    Always,
}

/// What happens to things and their parts before a run, and in it; numbers are taken modulo
/// how many things there are.
#[derive(Clone, Debug)]
struct Season {
    /// With so many parts.
    new: Vec<u8>,
    gone: Option<u8>,
    /// So many parts more, or fewer, of a thing.
    parts: Vec<(u8, i8)>,
    edited: Vec<u8>,
    missing: Vec<(u8, Missing)>,
    /// The thing whose parts are asked for by that request is deleted before it is answered.
    gone_meanwhile: Option<u8>,
    stop: Option<u8>,
}

#[derive(Clone, Debug)]
struct Family {
    paging: Paging,
    /// Whether runs go on with the ones before them.
    lasting: bool,
    tolerated: Option<(u64, f64)>,
    seasons: Vec<Season>,
}

fn season() -> impl Strategy<Value = Season> {
    let parts = prop::collection::vec((any::<u8>(), -3..9_i8), 0..3);
    let kinds = prop_oneof![1 => Just(Missing::Once), 2 => Just(Missing::Twice), 1 => Just(Missing::Always)];
    let missing = prop::collection::vec((any::<u8>(), kinds), 0..4);
    let edited = prop::collection::vec(any::<u8>(), 0..2);
    let at_times = |most: u8| prop::option::weighted(0.4, 0..most);
    let new = prop::collection::vec(0..14_u8, 0..3);
    (new, at_times(9), parts, edited, missing, at_times(12), at_times(12)).prop_map(
        |(new, gone, parts, edited, missing, gone_meanwhile, stop)| Season {
            new,
            gone,
            parts,
            edited,
            missing,
            gone_meanwhile,
            stop,
        },
    )
}

fn family() -> impl Strategy<Value = Family> {
    let paging = prop::sample::select(vec![
        Paging::Offset { offset: "offset", limit: ("limit", MOST), total: None },
        Paging::Token { param: "token", next: "next", done: None, limit: Some(("limit", MOST)) },
    ]);
    let tolerated =
        prop::sample::select(vec![None, None, Some((1, 0.0)), Some((2, 0.3)), Some((30, 0.5))]);
    (paging, any::<bool>(), tolerated, prop::collection::vec(season(), 2..6)).prop_map(
        |(paging, lasting, tolerated, seasons)| Family { paging, lasting, tolerated, seasons },
    )
}

/// A thing and one of its parts.
type Part = (u32, u32);

/// The things that the vendor has, and the versions of their parts.
#[derive(Clone, Debug, Default)]
struct Things {
    parts: BTreeMap<u32, BTreeMap<u32, u32>>,
    next: u32,
    clock: u32,
}

impl Things {
    fn any(&self, place: u8) -> Option<u32> {
        let things = self.parts.len().max(1);
        self.parts.keys().nth(usize::from(place) % things).copied()
    }

    fn change(&mut self, season: &Season) {
        if let Some(thing) = season.gone.and_then(|place| self.any(place)) {
            self.parts.remove(&thing);
        }
        for parts in &season.new {
            self.parts.insert(self.next, (0..u32::from(*parts)).map(|part| (part, 0)).collect());
            self.next += 1;
        }
        for (place, more) in &season.parts {
            let Some(thing) = self.any(*place) else { continue };
            let Some(parts) = self.parts.get_mut(&thing) else { continue };
            for _ in *more..0 {
                parts.pop_first();
            }
            for _ in 0..*more {
                self.clock += 1;
                parts.insert(100 + self.clock, self.clock);
            }
        }
    }

    /// Edits a part of these things, and says which.
    fn edit(&mut self, places: &[u8]) -> Vec<Part> {
        let mut edited = Vec::new();
        for place in places {
            self.clock += 1;
            let Some(thing) = self.any(*place) else { continue };
            let parts = self.parts.get_mut(&thing).into_iter().flatten();
            if let Some((part, version)) = parts.last() {
                *version = self.clock;
                edited.push((thing, *part));
            }
        }
        edited
    }

    fn all(&self) -> BTreeMap<Part, u32> {
        let of = |(thing, parts): (&u32, &BTreeMap<u32, u32>)| {
            let thing = *thing;
            let all: Vec<_> = parts.iter().map(|(part, at)| ((thing, *part), *at)).collect();
            all
        };
        self.parts.iter().flat_map(of).collect()
    }

    fn show(&self, holdings: &Holdings) {
        let row = |id: u32, version: u32| json!({"id": format!("t{id:04}"), "name": format!("v{version}")});
        holdings.replace("things", self.parts.keys().map(|thing| row(*thing, 0)));
        for (thing, parts) in &self.parts {
            let rows = parts.iter().map(|(part, version)| row(*part, *version));
            holdings.replace(("parts", format!("t{thing:04}").as_str()), rows);
        }
    }
}

fn number(row: &Value, member: &str) -> u32 {
    row[member].as_str().unwrap()[1..].parse().unwrap()
}

async fn live_parts(play: &Play) -> BTreeMap<Part, u32> {
    let query = "select thing_id, id, name from hostile.parts where _deleted_at is null";
    let rows = play.database.rows(query).await;
    let part = |row| ((number(row, "thing_id"), number(row, "id")), number(row, "name"));
    rows.iter().map(part).collect()
}

/// What the vendor answered when it was asked for the parts of a thing.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// How often in a row, in the end, that there are none.
    refused: u32,
    /// Whether some came, which ends the right to say so.
    came: bool,
}

impl Asked {
    fn is_missing(self) -> bool {
        self.refused > 0
    }

    /// Whether it was said of more than guesses behind the end, which was proved before.
    fn is_surely_missing(self, guesses: u64) -> bool {
        u64::from(self.refused) > guesses
    }
}

/// The same of all things of a run.
type Answers = BTreeMap<u32, Asked>;

/// The vendor of a run, and what it will have answered.
fn misbehave(
    play: &Play,
    season: &Season,
    world: &Arc<Mutex<Things>>,
    brake: Stop,
) -> Arc<Mutex<Answers>> {
    let left: BTreeMap<u32, u32> = {
        let world = world.lock().unwrap();
        let times = |(place, missing): &(u8, Missing)| {
            let times = match missing {
                Missing::Once => 1,
                Missing::Twice => 2,
                Missing::Always => u32::MAX,
            };
            Some((world.any(*place)?, times))
        };
        season.missing.iter().filter_map(times).collect()
    };
    let answers = Arc::new(Mutex::new(Answers::new()));
    let asked = Mutex::new((0_u8, 0_u8, left));
    let (world, holdings) = (Arc::clone(world), play.vendor.holdings());
    let (told, season) = (Arc::clone(&answers), season.clone());
    play.vendor.on(move |request, answer| {
        let mut asked = asked.lock().unwrap();
        if season.stop == Some(asked.0) {
            brake.ask("the history says so");
        }
        asked.0 = asked.0.saturating_add(1);
        let Some(thing) = &request.partition else { return answer };
        let thing: u32 = thing[1..].parse().unwrap();
        let mut world = world.lock().unwrap();
        if season.gone_meanwhile == Some(asked.1) && world.parts.remove(&thing).is_some() {
            world.show(&holdings);
        }
        asked.1 = asked.1.saturating_add(1);
        let is_there = world.parts.contains_key(&thing);
        let left = asked.2.entry(thing).or_default();
        let mut told = told.lock().unwrap();
        if is_there && *left == 0 {
            told.insert(thing, Asked { refused: 0, came: true });
            return answer;
        }
        *left = left.saturating_sub(1);
        told.entry(thing).or_default().refused += 1;
        Answer::json(404, r#"{"error":{"message":"no such thing"}}"#)
    });
    answers
}

/// Whether so many of so many listings may not be missing.
fn too_many((rows, share): (u64, f64), missing: usize, of: usize) -> bool {
    let missing = u32::try_from(missing).unwrap();
    let part = f64::from(missing) / f64::from(u32::try_from(of.max(1)).unwrap());
    missing > 0 && u64::from(missing) >= rows && part > share
}

/// Since which run a listing is missing, of those that count as one: surely, and at the most.
#[derive(Clone, Copy, Debug, Default)]
struct Since {
    surely: Option<usize>,
    maybe: Option<usize>,
}

impl Since {
    fn note(&mut self, answer: Asked, (was_stopped, guesses): (bool, u64), run: usize) {
        // A run that was stopped does not tell whether the last question was the second one.
        let is_sure = answer.is_surely_missing(guesses)
            && !(answer.came || was_stopped && answer.refused < 3);
        if !answer.is_missing() {
            *self = Self::default();
            return;
        }
        self.surely = if is_sure { self.surely.or(Some(run)) } else { None };
        self.maybe = self.maybe.or(Some(run));
    }
}

/// What is known of the runs so far.
#[derive(Default)]
struct Known {
    live: BTreeMap<Part, u32>,
    /// What the vendor had all the time since a run began that the next one may go on with.
    lasting: BTreeMap<Part, u32>,
    /// The things that it had then.
    listed: BTreeSet<u32>,
    missing: BTreeMap<u32, Since>,
    /// The things whose parts were refused in the runs that the next one may go on with. Where
    /// only a guess behind the end was, the parts are read, and stay until the next walk.
    refused: BTreeSet<u32>,
    /// The number of runs, where those that go on with others count as one with them.
    runs: usize,
    was_stopped: bool,
    /// Whether the next run may go on in the middle of a listing.
    is_open: bool,
}

#[expect(clippy::too_many_lines, reason = "a run after the other, and what has to hold after each")]
async fn a_family_holds(history: Family) -> Result<(), TestCaseError> {
    let Family { paging, lasting, tolerated, seasons } = history;
    let play = Play::new(&[things(paging), parts(paging)], Content::empty()).await;
    let world = Arc::new(Mutex::new(Things::default()));
    let honest = Season {
        new: vec![7],
        gone: None,
        parts: vec![(0, 2)],
        edited: vec![1],
        missing: vec![],
        gone_meanwhile: None,
        stop: None,
    };
    let ends = [honest.clone(), honest];
    let mut known = Known::default();
    for (at, season) in seasons.iter().chain(&ends).enumerate() {
        {
            let mut world = world.lock().unwrap();
            // What happens between two runs of one walk happens in the middle of it.
            let in_the_middle = known.is_open && lasting;
            if !in_the_middle {
                world.change(season);
            }
            let edited = world.edit(&season.edited);
            known.runs += usize::from(!(lasting && known.was_stopped));
            if in_the_middle {
                known.lasting.retain(|part, _| !edited.contains(part));
            } else {
                known.refused.clear();
                known.lasting = world.all();
                known.listed = world.parts.keys().copied().collect();
            }
            world.show(&play.vendor.holdings());
        }
        let connection = play.connection().committing_every(3).allow_deletes();
        let connection = match tolerated {
            Some((listings, share)) => connection.missing_children(listings, share),
            None => connection,
        };
        let connection =
            if lasting { connection.resuming_within(TimeDelta::days(30)) } else { connection };
        let answers = misbehave(&play, season, &world, connection.stop());
        let report = play.sync_as(&connection).await;
        let answers = answers.lock().unwrap().clone();
        let (live, world) = (live_parts(&play).await, world.lock().unwrap().clone());
        let query = "select id from hostile.things where _deleted_at is null";
        let rows = play.database.rows(query).await;
        let parents: BTreeSet<u32> = rows.iter().map(|row| number(row, "id")).collect();
        let (green, all) = (report.exit_status() == 0, world.all());
        let told = format!(
            "run {at}: {}\n{answers:?} before {:?}\nlive {live:?}\n{world:?}",
            report.to_text(),
            known.missing
        );
        known.lasting.retain(|(thing, _), _| world.parts.contains_key(thing));
        for part in known.live.keys().filter(|part| known.lasting.contains_key(part)) {
            prop_assert!(live.contains_key(part), "{part:?} was taken away: {told}");
        }
        let of = |thing: &u32| answers.get(thing).copied().unwrap_or_default();
        let guesses = report.resources.iter().map(|one| one.evidence.unused_requests).sum();
        let is_missing = |thing: &u32| of(thing).is_missing();
        let missing: Vec<u32> = parents.iter().filter(|thing| is_missing(thing)).copied().collect();
        let broke_off = missing.iter().any(|thing| of(thing).came);
        if green {
            for thing in known.listed.iter().filter(|thing| world.parts.contains_key(thing)) {
                prop_assert!(parents.contains(thing), "thing {thing} is not there: {told}");
            }
            for (part, version) in known.lasting.iter().filter(|(part, _)| !is_missing(&part.0)) {
                prop_assert_eq!(live.get(part), Some(version), "{:?}: {}", part, told);
            }
            let was_refused = |thing: &u32| match answers.get(thing) {
                Some(answer) => answer.is_missing(),
                None => known.refused.contains(thing),
            };
            for part in live.keys().filter(|(thing, _)| !was_refused(thing)) {
                prop_assert!(all.contains_key(part), "{part:?} is not deleted: {told}");
            }
        }
        if !report.interrupted {
            let again = |missing: &[u32], since: fn(&Since) -> Option<usize>| {
                let since = missing.iter().filter_map(|thing| since(known.missing.get(thing)?));
                since.filter(|run| *run < known.runs).count()
            };
            let (listings, once) = (parents.len(), tolerated.unwrap_or((2, 0.05)));
            let is_bad = |missing: usize, again: usize| {
                too_many(once, missing, listings)
                    || too_many(tolerated.unwrap_or_default(), again, listings)
                    || (listings > 0 && missing == listings)
            };
            let is_sure = |thing: &&u32| of(thing).is_surely_missing(guesses);
            let surely: Vec<u32> = missing.iter().filter(is_sure).copied().collect();
            let is_surely_bad = is_bad(surely.len(), again(&surely, |since| since.surely));
            prop_assert!(!green || !is_surely_bad, "too many are missing: {told}");
            let may_be_bad =
                broke_off || is_bad(missing.len(), again(&missing, |since| since.maybe));
            prop_assert!(green || may_be_bad, "an honest vendor is not believed: {told}");
            let asked = |thing: &&u32| answers.contains_key(thing);
            let were_asked = parents.iter().filter(asked).count();
            prop_assert!(lasting || were_asked == listings, "not all were asked for: {told}");
        }
        known.refused.extend(answers.keys().filter(|thing| is_missing(thing)));
        known.missing.retain(|thing, _| parents.contains(thing));
        for (thing, answer) in answers.iter().filter(|(thing, _)| parents.contains(thing)) {
            let since = known.missing.entry(*thing).or_default();
            since.note(*answer, (report.interrupted, guesses), known.runs);
        }
        known.was_stopped = report.interrupted;
        known.is_open = report.interrupted || broke_off;
        known.live = live;
    }
    play.end_unexplained().await;
    Ok(())
}

#[test]
fn whatever_children_are_missing_none_is_taken_away_and_too_many_are_said() {
    check(12, &family(), a_family_holds);
}
