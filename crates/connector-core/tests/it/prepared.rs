//! Batches that come into a stage while the one before them is committed: they wait for their turn,
//! and what comes of them is what would come of them without it.

use connector_core::{Connection, Paging, Report, Resource};
use connector_testkit::{Content, Database};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::support::{Play, complete, things};

const ROWS: u64 = 4_000;
const THINGS: Resource = things(Paging::offset("offset", 500));

/// Rows of which a thousand, which are a batch, are too many to be bound.
fn thing(id: u64, name: &str) -> Value {
    json!({"id": format!("t{id:05}"), "name": format!("{name} {}", "n".repeat(300))})
}

/// A vendor with rows that the database has, of which the first batch brings an edited one, and
/// another one that is held: that batch is not committed before it is let go.
async fn held() -> (Play, PgConnection) {
    held_with("").await
}

/// The same, where a person has done something to the table.
async fn held_with(change: &str) -> (Play, PgConnection) {
    let play = Play::new(&[THINGS], Content::empty()).await;
    play.vendor.holdings().replace("things", (0..ROWS).map(|id| thing(id, "old")));
    complete(play.sync_as(&in_batches(&play)).await);
    play.database.execute(change).await;
    play.vendor.holdings().edit("things", |rows| rows[7] = thing(7, "new"));
    let select = "select from hostile.things where id = 't00007' for update";
    let held = play.database.hold(select).await;
    (play, held)
}

fn in_batches(play: &Play) -> Connection {
    play.connection().committing_every(1_000).allow_deletes()
}

/// The process of the session that has a batch in its stage, and waits for its turn.
async fn prepared(database: &Database) -> String {
    let query = "select min(pid) from pg_stat_activity where datname = current_database() \
                 and state = 'idle in transaction' and query like 'copy pg_temp.stage%'";
    loop {
        match database.value(query).await {
            pid if pid != "null" => return pid,
            _ => tokio::task::yield_now().await,
        }
    }
}

/// Syncs, does something once a batch waits for the held one, and lets that go.
async fn with_a_batch_that_waits(
    play: &Play,
    held: PgConnection,
    then: impl AsyncFnOnce(String),
) -> Report {
    let connection = in_batches(play);
    let meanwhile = async {
        then(prepared(&play.database).await).await;
        drop(held);
    };
    tokio::join!(play.sync_as(&connection), meanwhile).0
}

#[tokio::test]
async fn a_batch_comes_into_a_stage_while_the_one_before_it_is_committed() {
    let (play, held) = held().await;
    let report = complete(with_a_batch_that_waits(&play, held, async |_| ()).await);
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 1, ROWS - 1));
    assert!(play.thing("t00007", "name").await.starts_with("new"));
    play.end().await;
}

#[tokio::test]
async fn a_batch_whose_session_is_lost_before_its_turn_is_brought_anew() {
    let (play, held) = held().await;
    let lose = async |pid| {
        play.database.value(&format!("select pg_terminate_backend({pid})")).await;
    };
    let report = complete(with_a_batch_that_waits(&play, held, lose).await);
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 1, ROWS - 1));
    play.end().await;
}

#[tokio::test]
async fn a_batch_waits_until_the_one_before_it_is_made_anew() {
    let (play, held) = held().await;
    let lose = async |_| {
        let writer = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                      where datname = current_database() and wait_event_type = 'Lock'";
        while play.database.value(writer).await == "0" {
            tokio::task::yield_now().await;
        }
    };
    let report = complete(with_a_batch_that_waits(&play, held, lose).await);
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 1, ROWS - 1));
    play.end().await;
}

#[tokio::test]
async fn a_batch_whose_turn_does_not_come_lets_its_session_go() {
    let (play, held) = held().await;
    let gone = async |pid| {
        let waits = format!(
            "select count(*) from pg_stat_activity where pid = {pid} and state = 'idle in transaction'"
        );
        while play.database.value(&waits).await != "0" {
            tokio::task::yield_now().await;
        }
    };
    let report = complete(with_a_batch_that_waits(&play, held, gone).await);
    assert_eq!((report.inserted, report.updated, report.unchanged), (0, 1, ROWS - 1));
    play.end().await;
}

/// A listing in whose first batch a row is refused proves nothing, and the batches behind it are to
/// know that.
#[tokio::test]
async fn a_batch_knows_of_rows_that_were_refused_while_it_waited() {
    let constraint = "alter table hostile.things add check (name not like 'bad%')";
    let (play, held) = held_with(constraint).await;
    play.vendor.holdings().edit("things", |rows| {
        rows[3] = thing(3, "bad");
        rows.pop();
    });
    let report = with_a_batch_that_waits(&play, held, async |_| ()).await;
    let report = &report.resources[0];
    assert_eq!((report.quarantined, report.updated, report.deleted), (1, 1, 0), "{report:?}");
    assert_eq!(play.live().await, ROWS);
    play.end_unexplained().await;
}
