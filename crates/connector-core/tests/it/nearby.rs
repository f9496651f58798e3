//! Large batches, whose rows are looked for where most of them stand: what comes of a merge is the
//! same wherever they do.

use connector_core::{Connection, Paging, Record, Resource};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, complete, rows, sessions_ended, tells_what_it_did, things};

#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Thing {
    id: String,
    t: Option<i64>,
    s: Option<String>,
    #[record(unit = "seconds")]
    updated_at: Option<connector_core::DateTime<connector_core::Utc>>,
}

const PLAIN: Resource = Resource::new::<Thing>("things", "/things")
    .select(&["data"])
    .paging(Paging::offset("offset", 500));

/// Numbers that look random, and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn shuffle(&mut self, rows: &mut [Value]) {
        for at in (1..rows.len()).rev() {
            rows.swap(at, self.below(at + 1));
        }
    }
}

fn thing(id: u64, version: u64) -> Value {
    let name = format!("{id} {version} {}", "n".repeat(300));
    json!({"id": format!("t{}", id * 7_919 % 100_003), "t": version, "s": name, "updatedAt": 1_700_000_000 + version})
}

/// What a vendor has on each day: rows of the day before, of which some changed, went, came or are
/// as they were once; in another order on some days.
fn days() -> Vec<Vec<Value>> {
    let mut numbers = Numbers(7);
    let mut all: Vec<Value> = (0..2_500).map(|id| thing(id, 1)).collect();
    let mut gone = Vec::new();
    let mut days = vec![all.clone(), all.clone()];
    for day in 2..7_usize {
        for _ in 0..200 {
            let at = numbers.below(all.len());
            all[at]["t"] = day.into();
            all[at]["updatedAt"] = (1_700_000_000 + day as u64).into();
        }
        for _ in 0..40 {
            let at = numbers.below(all.len());
            gone.push(all.remove(at));
            let (at, id) = (numbers.below(all.len()), 2_400 + numbers.below(300) as u64);
            let row = thing(id, day as u64);
            all.retain(|other| other["id"] != row["id"]);
            all.insert(at.min(all.len()), row);
            let at = numbers.below(all.len());
            all[at]["updatedAt"] = 1_700_000_000.into();
        }
        // Some that went are back, as they were.
        for row in gone.drain(..gone.len() / 2) {
            all.retain(|other| other["id"] != row["id"]);
            all.push(row);
        }
        if day % 2 == 0 {
            numbers.shuffle(&mut all);
        }
        days.push(all.clone());
    }
    days
}

/// All that is there after each day, without the runs that it came in.
async fn tables(resource: &Resource, of: impl Fn(Connection) -> Connection) -> Vec<Vec<Value>> {
    let play = Play::new(std::slice::from_ref(resource), Content::empty()).await;
    let mut tables = Vec::new();
    for (day, rows) in days().into_iter().enumerate() {
        play.vendor.holdings().replace("things", rows);
        let report = complete(play.sync_as(&of(play.connection()).allow_deletes()).await);
        let counts = (report.inserted, report.updated, report.unchanged, report.deleted);
        let more = (report.versions, report.evidence.went_back);
        tables.push(vec![json!(format!("{day}: {counts:?} {more:?}"))]);
        for table in ["things", "things_history"] {
            let is_there = format!("select to_regclass('hostile.{table}') is not null");
            if play.database.value(&is_there).await == "true" {
                let query = format!(
                    "select to_jsonb(whole) - '_run_id' as row from hostile.{table} whole order by 1"
                );
                tables.push(play.database.rows(&query).await);
            }
        }
        if day == 4 {
            // Rows stand wherever an update has left them.
            let scatter = "update hostile.things set _run_id = _run_id where t = 1";
            play.database.execute(scatter).await;
        }
    }
    play.end().await;
    tables
}

#[tokio::test]
async fn a_merge_leaves_the_same_rows_wherever_they_stand_and_however_they_come() {
    for (resource, history) in [(PLAIN, false), (PLAIN.version("updated_at"), true)] {
        let with = |connection: Connection| {
            if history { connection.with_history() } else { connection }
        };
        let by_index = tables(&resource, |one| with(one).committing_every(50)).await;
        let nearby = tables(&resource, with).await;
        for (one, other) in by_index.iter().zip(&nearby) {
            assert_eq!(one, other, "{:?}", resource.version);
        }
    }
}

#[tokio::test]
async fn rows_that_stand_together_are_not_looked_up_one_by_one() {
    let mut all = rows(4_000);
    for row in &mut all {
        row["name"] = "n".repeat(400).into();
    }
    let content = Content::empty().with("things", all);
    let play = Play::new(&[things(OFFSET)], content).await;
    play.complete().await;
    let looked_up = async || -> u64 {
        sessions_ended(&play.database).await;
        let query = "select idx_scan from pg_stat_user_tables where relname = 'things'";
        play.database.value(query).await.parse().unwrap()
    };
    if tells_what_it_did(&play.database).await {
        let before = looked_up().await;
        assert_eq!(play.complete().await.unchanged, 4_000);
        let in_order = looked_up().await - before;
        assert!(in_order < 400, "{in_order} look-ups");
    }
    play.end().await;
}

#[tokio::test]
async fn of_rows_with_one_key_the_last_one_wins_in_a_large_batch_too() {
    let before: Vec<Value> = (0..2_500).map(|id| thing(id, 1)).collect();
    let copies: Vec<Value> = (0..2_500).flat_map(|id| [thing(id, 3), thing(id, 2)]).collect();
    let play = Play::new(&[PLAIN], Content::empty()).await;
    for first in [true, false] {
        if !first {
            play.vendor.holdings().replace("things", &before[..]);
            play.complete().await;
        }
        play.vendor.holdings().replace("things", &copies[..]);
        play.sync().await;
        let newest = "select count(*) from hostile.things where t = 2";
        assert_eq!(play.database.value(newest).await, "2500", "{first}");
    }
    play.end().await;
}
