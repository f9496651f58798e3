//! One run that several workers read, and whatever becomes of them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use connector_core::run::{self, Gone, Worker};
use connector_core::{Connection, ErrorKind, Rate, Record, Report, Resource, Verdict, to_json};
use connector_testkit::{Answer, Content, Proxy, RateLimit, Request};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::support::{OFFSET, Play, TOKEN, TOTAL, list, parts, row, rows, things};

const RESOURCES: [Resource; 3] = [things(TOTAL), parts(OFFSET), list("others", "/others", OFFSET)];
const THINGS: u64 = 24;

pub(crate) async fn play() -> Play {
    let content = Content::empty().with("things", rows(THINGS)).with("others", rows(70));
    let play = Play::new(&RESOURCES, content).await;
    for thing in 0..THINGS {
        let of = format!("t{thing:03}");
        play.vendor.edit(("parts", of.as_str()), |items| items.extend(rows(2 + thing % 4)));
    }
    play
}

/// A run that so many workers read, each with a client and sessions of its own.
///
/// The former versions of rows are kept.
async fn among(play: &Play, workers: u64) -> Report {
    let connection = play.connection().committing_every(7).with_history();
    let began = |run, _| {
        for worker in 0..workers {
            let connection = play.connection().committing_every(7).with_history();
            tokio::spawn(async move {
                let worker = Worker::named(format!("worker {worker}"));
                run::work(&connection, run, worker).await
            });
        }
    };
    let run = run::sync_among(&connection, play.next_day(), workers, began);
    tokio::time::timeout(Duration::from_mins(1), run).await.unwrap().unwrap()
}

/// All that a run leaves but who has read what.
pub(crate) async fn left(play: &Play) -> Vec<Value> {
    let mut all = Vec::new();
    for query in [
        "select * from hostile.things order by id",
        "select * from hostile.parts order by thing_id, id",
        "select * from hostile.others order by id",
        "select resource, since, until from sync.history order by 1, 2",
        "select resource, partition, run_id, position, whole_run_id, missing_run_id from sync.state order by 1, 2",
        "select run_id, resource, verdict, rows_read, inserted, updated, unchanged, deleted, versions, quarantined, requests, error, \
         next, evidence from sync.resources order by 1, 2",
        "select count(*) from sync.seen",
        "select count(*) from sync.gone",
        "select run_id, verdict from sync.runs order by 1",
    ] {
        all.extend(play.database.rows(query).await);
    }
    all
}

/// The same with the former versions of rows.
async fn left_with_history(play: &Play) -> Vec<Value> {
    let mut all = left(play).await;
    for query in [
        "select * from hostile.things_versions order by id, _valid_from",
        "select * from hostile.parts_versions order by thing_id, id, _valid_from",
    ] {
        all.extend(play.database.rows(query).await);
    }
    all
}

/// What happens to a vendor between one run and the next.
fn happen(play: &Play, what: usize) {
    let edit = |of: &str, edit: &dyn Fn(&mut Vec<Value>)| {
        play.vendor.edit(("parts", of), |items| edit(items));
    };
    play.vendor.honest();
    match what {
        // Rows change, go and come, and a parent goes with all of its own.
        1 => {
            play.vendor.edit("things", |items| {
                items.remove(3);
                items[5]["name"] = "changed".into();
                items.push(row(90));
            });
            for of in ["t001", "t008", "t015"] {
                edit(of, &|items| {
                    items.remove(0);
                    items[0]["name"] = "changed".into();
                });
            }
            edit("t090", &|items| items.extend(rows(3)));
        }
        // A listing fails, and another one is not there; others lose a row meanwhile.
        2 => {
            edit("t010", &|items| drop(items.remove(1)));
            play.vendor.on(|request, answer| match request.path.as_str() {
                path if path.ends_with("/t005/parts") => Answer::json(500, "{}"),
                path if path.ends_with("/t006/parts") => {
                    Answer::json(404, r#"{"error": {"message": "no such thing"}}"#)
                }
                _ => answer,
            });
        }
        // What was gone is back.
        3 => {
            edit("t001", &|items| items.insert(0, row(0)));
            edit("t010", &|items| items.push(row(1)));
        }
        // More is gone than is to be believed.
        4 => {
            for thing in 0..THINGS {
                edit(&format!("t{thing:03}"), &|items| items.truncate(1));
            }
        }
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_run_by_many_workers_are_those_of_one() {
    let alone = play().await;
    let mut expected = Vec::new();
    for what in 0..6 {
        happen(&alone, what);
        let report = among(&alone, 1).await;
        expected.push((report.verdict, left_with_history(&alone).await));
    }
    alone.end().await;
    let verdicts: Vec<Verdict> = expected.iter().map(|(verdict, _)| *verdict).collect();
    let (good, bad) = (Verdict::Complete, Verdict::Incomplete);
    assert_eq!(verdicts, [good, good, bad, good, bad, bad]);
    for workers in [2, 4, 8] {
        let play = play().await;
        for (what, (verdict, expected)) in expected.iter().enumerate() {
            happen(&play, what);
            let report = among(&play, workers).await;
            let told = format!("{workers} workers, {what}: {}", report.to_text());
            assert_eq!(report.verdict, *verdict, "{told}");
            pretty_assertions_eq(&left_with_history(&play).await, expected, &told);
        }
        play.end().await;
    }
}

/// A thing whose key is a number: as texts, they would be in another order.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Numbered {
    id: i64,
}

/// They are divided by the order of their keys, and gone on with behind one of them.
#[tokio::test(flavor = "multi_thread")]
async fn the_children_of_each_parent_are_asked_for_once_whatever_its_key_is_like() {
    const NUMBERED: Resource = Resource { columns: Numbered::COLUMNS, ..things(TOTAL) };
    let numbers = [-30_i64, -4, 0, 7, 10, 9, 100, 99, 1_000_000_007, i64::MAX, i64::MIN, 5];
    let texts = ["a", "B", "b", "Z", "10", "9", "a b", "_", "é", "e", "\"", "É", "-", "ä%2F"];
    let numbers = numbers.map(|id| json!({"id": id})).to_vec();
    let texts = texts.map(|id| json!({"id": id})).to_vec();
    for (parents, keys) in [(NUMBERED, numbers), (things(TOTAL), texts)] {
        let count = keys.len();
        let content = Content::empty().with("things", keys.clone());
        let play = Play::new(&[parents, parts(OFFSET)], content).await;
        for key in &keys {
            let of = key["id"].as_str().map_or_else(|| key["id"].to_string(), str::to_owned);
            play.vendor.edit(("parts", of.as_str()), |items| items.extend(rows(2)));
        }
        for workers in [1, 3, 1, 8] {
            let asked = play.vendor.asked();
            let report = among(&play, workers).await;
            assert_eq!(report.verdict, Verdict::Complete, "{workers}: {}", report.to_text());
            let requests = play.vendor.requests_behind(asked);
            let first = |request: &&Request| {
                request.path.ends_with("/parts") && request.param("offset") == Some("0")
            };
            assert_eq!(requests.iter().filter(first).count(), count, "{workers} workers");
            assert_eq!(play.live_in("parts").await, 2 * count as u64);
        }
        // One that is stopped is gone on with, and what was read is not read again.
        play.try_sync_as(&play.connection().with_max_requests(9)).await.unwrap();
        let report = among(&play, 4).await;
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        play.end().await;
    }
}

pub(crate) fn pretty_assertions_eq(is: &[Value], expected: &[Value], told: &str) {
    for (is, expected) in is.iter().zip(expected) {
        assert_eq!(is, expected, "{told}");
    }
    assert_eq!(is.len(), expected.len(), "{told}");
}

/// Whoever started a worker sees that it is no more, and need not wait until its parts are free.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_worker_that_is_no_more_are_read_at_once_by_others() {
    let play = play().await;
    let asked = AtomicU64::new(0);
    play.vendor.on(move |request, answer| {
        let never = request.path.ends_with("/parts") && asked.fetch_add(1, Relaxed) == 0;
        if never { answer.delayed(Duration::from_hours(1)) } else { answer }
    });
    let (one, other, settled) = (play.connection(), play.connection(), play.connection());
    let began = |run, gone: Gone| {
        let work = async move |connection: Connection, name: &str| {
            let worker = Worker::named(name).with_lease(Duration::from_hours(1));
            run::work(&connection, run, worker).await
        };
        tokio::spawn(async move {
            // That is the death of a process, as far as one can see it from outside.
            let lost = tokio::time::timeout(Duration::from_secs(2), work(one, "lost")).await;
            assert!(lost.is_err(), "{lost:?}");
            gone.note("lost");
            work(other, "other").await
        });
    };
    let run = run::sync_among(&settled, play.next_day(), 2, began);
    let report = tokio::time::timeout(Duration::from_mins(1), run).await.unwrap().unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    play.end().await;
}

/// Half of a batch came, and nothing more: its session is there, and so is all that it has locked.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_frozen_amid_its_rows_does_not_keep_its_part() {
    let play = Play::with(TOTAL, 5_000).await;
    let begun = run::begin(&play.connection(), play.next_day()).await.unwrap();
    run::prepare(&play.connection(), begun.run, "things", 2).await.unwrap();
    let lease = Duration::from_secs(1);
    let proxy = Proxy::before(&play.database).await;
    proxy.fall_silent_amid(16 << 10);
    let url = Some(proxy.url().into());
    let frozen =
        Connection::to(play.connector(), play.vendor.base_url(), play.vendor.key().into(), url);
    let (frozen, run) = (frozen.unwrap(), begun.run);
    let frozen = tokio::spawn(async move {
        run::work(&frozen, run, Worker::named("frozen").with_lease(lease)).await
    });
    tokio::time::timeout(Duration::from_mins(1), proxy.is_silent()).await.unwrap();
    let connection = play.connection();
    let other = tokio::spawn(async move {
        run::work(&connection, run, Worker::named("other").with_lease(lease)).await
    });
    let open = "select count(*) from sync.shards where state = 'open'";
    let read = async {
        while play.database.value(open).await != "0" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), read).await.expect("another worker reads it");
    let settled = run::settle(&play.connection(), run, "things").await.unwrap();
    assert_eq!((settled.verdict, settled.inserted), (Verdict::Complete, 5_000));
    assert_eq!(run::finish(&play.connection(), run).await.unwrap().verdict, Verdict::Complete);
    assert_eq!(play.live().await, 5_000);
    other.await.unwrap().unwrap();
    frozen.abort();
    // A session that fell silent in the midst of its beginning would keep every `drop database` of
    // the server waiting, for the minute that a server gives it.
    drop(proxy);
    play.end().await;
}

/// Begins a run, reads all but the parts, and divides those into some.
async fn divided(play: &Play) -> (i64, i32) {
    let connection = play.connection();
    let begun = run::begin(&connection, play.next_day()).await.unwrap();
    for resource in ["things", "others"] {
        assert_eq!(run::prepare(&connection, begun.run, resource, 1).await.unwrap(), 1);
        read(play, begun.run, resource, 1).await;
        run::settle(&connection, begun.run, resource).await.unwrap();
    }
    let parts = run::prepare(&connection, begun.run, "parts", 2).await.unwrap();
    (begun.run, i32::try_from(parts).unwrap())
}

async fn read(play: &Play, run: i64, resource: &str, part: i32) {
    let worker = Worker::named("one");
    let read = run::shard(&play.connection(), run, resource, part, worker).await.unwrap();
    assert!(read.closed && read.error.is_none(), "{read:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_pieces_is_a_run_and_each_piece_can_be_done_again() {
    let alone = play().await;
    alone.sync().await;
    let play = play().await;
    let (run, parts) = Box::pin(divided(&play)).await;
    assert_eq!(parts, 8);
    assert_eq!(run::prepare(&play.connection(), run, "parts", 2).await.unwrap(), 8);
    for part in (1..=parts).rev() {
        read(&play, run, "parts", part).await;
    }
    let asked = play.vendor.requests().len();
    for part in 1..=parts {
        read(&play, run, "parts", part).await;
    }
    for _ in 0..2 {
        let report = run::settle(&play.connection(), run, "parts").await.unwrap();
        assert_eq!((report.verdict, report.evidence.partitions), (Verdict::Complete, THINGS));
    }
    let mut reports = Vec::new();
    for _ in 0..2 {
        let mut report = run::finish(&play.connection(), run).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        report.elapsed_ms = 0;
        report.resources.iter_mut().for_each(|resource| resource.elapsed_ms = 0);
        reports.push(to_json(&report).unwrap());
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(play.vendor.requests().len(), asked, "nothing is asked for twice");
    pretty_assertions_eq(&left(&play).await, &left(&alone).await, "");
    let ended = run::shard(&play.connection(), run, "parts", 1, Worker::named("late")).await;
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Stopped);
    alone.end().await;
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_a_vendor_wants_to_rest_is_told_to_whoever_reads_settles_and_ends() {
    let play = Play::with(TOTAL, 3).await;
    play.vendor.on(|_, _| Answer::json(429, "{}").header("retry-after", "3600"));
    let run = run::begin(&play.connection(), play.next_day()).await.unwrap().run;
    run::prepare(&play.connection(), run, "things", 1).await.unwrap();
    let worker = Worker::named("one");
    let read = run::shard(&play.connection(), run, "things", 1, worker).await.unwrap();
    let hour = (Some(ErrorKind::Busy), Some(3_600_000));
    assert_eq!((read.closed, (read.kind, read.rest_ms)), (false, hour), "{read:?}");
    let settled = run::settle(&play.connection(), run, "things").await.unwrap();
    assert_eq!((settled.kind, settled.rest_ms), hour);
    let ended = run::finish(&play.connection(), run).await.unwrap();
    let things = &ended.resources[0];
    assert_eq!((things.verdict, (things.kind, things.rest_ms)), (Verdict::Failed, hour));
    play.end().await;
}

/// One that asked how the run came out, and was frozen amid that, would keep all others from ending it.
/// Somebody else has the table locked, whom nobody may end, for longer than is waited for a lock.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_not_lost_where_a_part_stays_locked() {
    let play = play().await;
    let run = run::begin(&play.connection(), play.next_day()).await.unwrap().run;
    run::prepare(&play.connection(), run, "things", 2).await.unwrap();
    let name = play.database.value("select current_database()").await;
    play.database.execute(&format!("alter database \"{name}\" set lock_timeout = '300ms'")).await;
    // The part can be found, and not be begun with.
    let held = play.database.hold("lock table sync.shards in share mode").await;
    let connection = play.connection();
    let worker =
        tokio::spawn(async move { run::work(&connection, run, Worker::named("one")).await });
    let waits = "select exists (select from pg_locks where not granted and relation = 'sync.shards'::regclass)";
    for waiting in ["true", "false", "true"] {
        while play.database.value(waits).await != waiting {
            assert!(!worker.is_finished(), "it is lost");
        }
    }
    drop(held);
    while play.database.value("select count(*) from sync.shards where state = 'open'").await != "0"
    {
        assert!(!worker.is_finished(), "it is lost");
    }
    run::settle(&play.connection(), run, "things").await.unwrap();
    run::finish(&play.connection(), run).await.unwrap();
    worker.await.unwrap().unwrap();
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_ends_a_run_waits_for_nobody_who_looks_at_its_resources() {
    let play = play().await;
    let (run, parts) = Box::pin(divided(&play)).await;
    for part in 1..=parts {
        read(&play, run, "parts", part).await;
    }
    run::settle(&play.connection(), run, "parts").await.unwrap();
    let frozen = play.database.hold("select * from sync.resources for update").await;
    let report = run::finish(&play.connection(), run).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    drop(frozen);
    play.end().await;
}

/// A session of a process that froze in the midst of writing for a run, with these tables locked.
async fn freeze(play: &Play, tables: &str) -> PgConnection {
    let mark = "pg_advisory_xact_lock_shared(hashtextextended('vendor-connectors writes hostile', 0::bigint))";
    play.database.hold(&format!("select {mark}; lock table {tables}")).await
}

/// One froze in the midst of a transaction, not long before another one came that needs what it
/// has locked: whoever looks but once, before it waits, does not see that.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_prepares_or_settles_waits_for_nobody_who_froze_just_before() {
    let play = play().await;
    let run = run::begin(&play.connection(), play.next_day()).await.unwrap().run;
    let all = "sync.shards, sync.resources in exclusive mode";
    let mut frozen = freeze(&play, all).await;
    assert_eq!(run::prepare(&play.connection(), run, "things", 1).await.unwrap(), 1);
    sqlx::raw_sql("select 1").execute(&mut frozen).await.unwrap_err();
    read(&play, run, "things", 1).await;
    frozen = freeze(&play, all).await;
    let settled = run::settle(&play.connection(), run, "things").await.unwrap();
    assert_eq!(settled.verdict, Verdict::Complete);
    sqlx::raw_sql("select 1").execute(&mut frozen).await.unwrap_err();
    play.end().await;
}

/// Another one began with the same part in the same moment, and froze before all could see that. It
/// has said nothing for less than its lease, and keeps a lock for longer than anybody waits for one.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_waits_for_nobody_who_froze_while_beginning_with_a_part() {
    let play = play().await;
    let run = run::begin(&play.connection(), play.next_day()).await.unwrap().run;
    run::prepare(&play.connection(), run, "things", 2).await.unwrap();
    // The part can be found, and not be begun with.
    let mut frozen = freeze(&play, "sync.shards in share mode").await;
    let connection = play.connection();
    let worker =
        tokio::spawn(async move { run::work(&connection, run, Worker::named("one")).await });
    let read = async {
        while play.database.value("select count(*) from sync.shards where state = 'open'").await
            != "0"
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = read => {}
        ended = worker => panic!("{ended:?}"),
    }
    sqlx::raw_sql("select 1").execute(&mut frozen).await.unwrap_err();
    let settled = run::settle(&play.connection(), run, "things").await.unwrap();
    assert_eq!(settled.verdict, Verdict::Complete, "{settled:?}");
    run::finish(&play.connection(), run).await.unwrap();
    play.end().await;
}

/// A scheduler begins one part after the other, whatever came of those before.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_one_part_was_refused_with_is_not_shown_for_the_next() {
    let play = play().await;
    let (run, parts) = Box::pin(divided(&play)).await;
    play.vendor.on(|_, _| Answer::json(401, r#"{"error": "revoked"}"#));
    let worker = || Worker::named("one");
    let first = run::shard(&play.connection(), run, "parts", 1, worker()).await.unwrap();
    assert_eq!(first.kind, Some(ErrorKind::Auth), "{first:?}");
    let asked = play.vendor.requests().len();
    for part in 2..=parts {
        let next = run::shard(&play.connection(), run, "parts", part, worker()).await.unwrap();
        // Nor is it tried again: whoever does so in this run would hear the same.
        assert_eq!((next.kind, next.closed), (Some(ErrorKind::Settings), false), "{next:?}");
        let said = next.error.unwrap_or_default();
        assert!(said.contains("stopped") && said.contains("401"), "{said}");
        let next = next.next.unwrap_or_default();
        assert!(next.contains("finish the run"), "{next}");
    }
    assert_eq!(play.vendor.requests().len(), asked);
    play.end().await;
}

/// A part that got lost, or that nobody has read, would be rows that are missing.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_missing_is_missed_and_deletes_nothing() {
    for (lose, problem) in [
        (
            "delete from sync.shards where resource = 'parts' and shard = 3",
            "before part 4 were not read",
        ),
        (
            "delete from sync.shards where resource = 'parts' and shard = 8",
            "behind the last part were not read",
        ),
        (
            "delete from sync.shards where resource = 'parts' and shard = 1",
            "before part 2 were not read",
        ),
        (
            "update sync.shards set state = 'open', tally = null where resource = 'parts' and shard = 3",
            "part 3 was not read",
        ),
        (
            "update sync.shards set listings = listings + 1 where resource = 'parts' and shard = 8",
            "in 3 of its 4 listings",
        ),
    ] {
        let play = play().await;
        assert_eq!(play.sync().await.verdict, Verdict::Complete);
        let live = play.live_in("parts").await;
        let (run, parts) = Box::pin(divided(&play)).await;
        for part in 1..=parts {
            read(&play, run, "parts", part).await;
        }
        play.database.execute(lose).await;
        let report = run::settle(&play.connection(), run, "parts").await.unwrap();
        let said = report.evidence.problems.join("\n");
        assert_eq!(report.verdict, Verdict::Incomplete, "{lose}");
        assert!(said.contains(problem), "{said}");
        assert_eq!(
            run::finish(&play.connection(), run).await.unwrap().verdict,
            Verdict::Incomplete
        );
        assert_eq!(play.live_in("parts").await, live);
        play.end().await;
    }
}

/// Whoever was taken for dead and wakes up writes nothing, however far it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_part_was_taken_over_writes_nothing_more() {
    let alone = play().await;
    alone.sync().await;
    let play = play().await;
    let (run, parts) = Box::pin(divided(&play)).await;
    // The first answer of a listing comes when all is over.
    let asked = AtomicU64::new(0);
    play.vendor.on(move |request, answer| {
        let late = request.path.ends_with("/t001/parts") && asked.fetch_add(1, Relaxed) == 0;
        if late { answer.delayed(Duration::from_secs(2)) } else { answer }
    });
    let connection = play.connection().committing_every(1);
    let zombie = tokio::spawn(async move {
        run::shard(&connection, run, "parts", 1, Worker::named("zombie")).await
    });
    while play.vendor.requests().iter().all(|request| !request.path.ends_with("/t001/parts")) {
        tokio::task::yield_now().await;
    }
    for part in 1..=parts {
        read(&play, run, "parts", part).await;
    }
    let outcome = zombie.await.unwrap().unwrap();
    assert!(!outcome.closed, "{outcome:?}");
    let said = outcome.error.unwrap();
    assert!(said.contains("part 1 of `parts` was taken over"), "{said}");
    let report = run::settle(&play.connection(), run, "parts").await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete);
    assert_eq!(run::finish(&play.connection(), run).await.unwrap().verdict, Verdict::Complete);
    let rows = "select jsonb_agg(p order by thing_id, id) from hostile.parts p";
    assert_eq!(play.database.value(rows).await, alone.database.value(rows).await);
    alone.end().await;
    play.end().await;
}

/// Until all of the part was read by another worker, nothing but its number tells whose it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_part_another_one_reads_writes_nothing_of_it() {
    let alone = play().await;
    alone.sync().await;
    let play = play().await;
    let (run, parts) = Box::pin(divided(&play)).await;
    // The first worker gets two answers late; the second waits for its last one until then.
    let asked = [AtomicU64::new(0), AtomicU64::new(0)];
    play.vendor.on(move |request, answer| {
        let nth = |of: usize| asked[of].fetch_add(1, Relaxed);
        match request.path.as_str() {
            path if path.ends_with("/t001/parts") && nth(0) == 0 => {
                answer.delayed(Duration::from_secs(2))
            }
            path if path.ends_with("/t002/parts") => match nth(1) {
                0 => answer.delayed(Duration::from_secs(3)),
                _ => answer.delayed(Duration::from_secs(5)),
            },
            _ => answer,
        }
    });
    let begin = |name: &'static str| {
        let connection = play.connection().committing_every(1);
        tokio::spawn(
            async move { run::shard(&connection, run, "parts", 1, Worker::named(name)).await },
        )
    };
    let zombie = begin("zombie");
    let came = |of: &str| play.vendor.requests().iter().any(|request| request.path.ends_with(of));
    while !came("/t001/parts") || !came("/t002/parts") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let other = begin("other");
    let outcome = tokio::time::timeout(Duration::from_secs(30), zombie).await;
    let outcome = outcome.expect("it ends as soon as it would write").unwrap().unwrap();
    let said = outcome.error.unwrap();
    assert!(said.contains("part 1 of `parts` was taken over"), "{said}");
    let told = "select count(*) from sync.shards where error is not null";
    assert_eq!(play.database.value(told).await, "0", "it says nothing of it either");
    let read = other.await.unwrap().unwrap();
    assert!(read.closed && read.error.is_none(), "{read:?}");
    for part in 2..=parts {
        self::read(&play, run, "parts", part).await;
    }
    run::settle(&play.connection(), run, "parts").await.unwrap();
    assert_eq!(run::finish(&play.connection(), run).await.unwrap().verdict, Verdict::Complete);
    let rows = "select jsonb_agg(p order by thing_id, id) from hostile.parts p";
    assert_eq!(play.database.value(rows).await, alone.database.value(rows).await);
    alone.end().await;
    play.end().await;
}

/// It commits nothing for long, and would read all of it in vain.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_part_was_taken_over_does_not_go_on_asking() {
    const PAGES: usize = 100;
    let play = Play::with(TOKEN, 35 * PAGES as u64).await;
    let run = run::begin(&play.connection(), play.next_day()).await.unwrap().run;
    run::prepare(&play.connection(), run, "things", 2).await.unwrap();
    play.vendor.on(|_, answer| answer.delayed(Duration::from_millis(20)));
    let begin = |name: &'static str| {
        let connection = play.connection();
        let worker = Worker::named(name).with_lease(Duration::from_millis(300));
        tokio::spawn(async move { run::shard(&connection, run, "things", 1, worker).await })
    };
    let zombie = begin("zombie");
    while play.vendor.requests().len() < 5 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let other = begin("other").await.unwrap().unwrap();
    assert!(other.closed && other.error.is_none(), "{other:?}");
    let zombie = zombie.await.unwrap().unwrap();
    assert!(zombie.error.unwrap().contains("was taken over"));
    let asked = play.vendor.requests().len();
    assert!(asked < 2 * PAGES, "{asked}");
    assert_eq!(
        run::settle(&play.connection(), run, "things").await.unwrap().inserted,
        35 * PAGES as u64
    );
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_of_another_kind_takes_no_part() {
    let play = play().await;
    let (run, _) = Box::pin(divided(&play)).await;
    let shard = async |connection: connector_core::Connection| {
        run::shard(&connection, run, "parts", 1, Worker::named("other")).await.unwrap_err()
    };
    let other = shard(play.connection().keep_secrets()).await;
    assert!(other.to_string().contains("asks for something else"), "{other}");
    play.database.execute("update sync.runs set connector_version = '0.0.1'").await;
    let other = shard(play.connection()).await;
    assert!(other.to_string().contains("was begun by version 0.0.1"), "{other}");
    assert_eq!(other.exit_status(), 2);
    play.end().await;
}

/// Nobody keeps a session for a run in pieces, and yet no other run comes in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_in_pieces_keeps_others_out_until_it_is_taken_over() {
    let play = play().await;
    let (run, _) = Box::pin(divided(&play)).await;
    let refused = play.try_sync_as(&play.connection()).await.unwrap_err();
    assert!(refused.to_string().contains(&format!("workers read run {run}")), "{refused}");
    assert_eq!(refused.exit_status(), 2);
    let mut over = play.connection();
    over.takes_over_run = true;
    assert_eq!(play.sync_as(&over).await.verdict, Verdict::Complete);
    let late = run::shard(&play.connection(), run, "parts", 1, Worker::named("late")).await;
    assert_eq!(late.unwrap_err().kind(), ErrorKind::Stopped);
    let answer = json!(play.live_in("parts").await);
    assert_eq!(answer, json!((0..THINGS).map(|thing| 2 + thing % 4).sum::<u64>()));
    play.end().await;
}

/// Each of them would be polite by itself, and both together would not.
#[tokio::test(flavor = "multi_thread")]
async fn connections_with_one_key_keep_one_limit() {
    const RATE: Rate = Rate { requests: 40, per: Duration::from_secs(2) };
    let play = Play::with(TOKEN, 35 * 50).await;
    play.vendor.set_rate_limit(Some(RateLimit { requests: 40, per: RATE.per, retry_after: None }));
    let sync = async |schema: &str| {
        let mut connection = play.connection().in_schema(schema);
        connection.rate = Some(RATE);
        play.sync_as(&connection).await
    };
    for _ in 0..2 {
        let (one, other) = tokio::join!(sync("hostile"), sync("other"));
        for report in [one, other] {
            assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        }
        // What nobody asked for in an hour is not saved up for later.
        let idle = "update sync.budgets set next_at = next_at - interval '1 hour'";
        play.database.execute(idle).await;
    }
    let refused = play.vendor.requests().iter().filter(|one| one.status == Some(429)).count();
    assert_eq!(refused, 0);
    let keys = "select count(*) || ' ' || bool_and(key !~ 'test') from sync.budgets";
    assert_eq!(play.database.value(keys).await, "1 true");
    play.end().await;
}

/// What one of them is told all others hear, before they ask.
#[tokio::test(flavor = "multi_thread")]
async fn a_rest_that_one_connection_is_told_is_kept_by_all() {
    const REST: Duration = Duration::from_secs(3);
    let play = Play::with(TOKEN, 100).await;
    let connection = |schema: &str| {
        let mut connection = play.connection().in_schema(schema);
        connection.rate = Some(Rate { requests: 1_000, per: Duration::from_secs(1) });
        connection
    };
    let asked = AtomicU64::new(0);
    play.vendor.on(move |_, answer| match asked.fetch_add(1, Relaxed) {
        0 => Answer::json(429, "{}").header("retry-after", "3"),
        _ => answer,
    });
    let begun = std::time::Instant::now();
    let one = connection("hostile");
    let told = async {
        while play.vendor.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        // The rest is told in a moment, and the other run takes longer to begin.
        play.sync_as(&connection("other")).await
    };
    let (one, other) = tokio::join!(play.sync_as(&one), told);
    assert_eq!((one.verdict, other.verdict), (Verdict::Complete, Verdict::Complete));
    assert!(begun.elapsed() >= REST);
    let early = play.vendor.requests().iter().filter(|one| one.status == Some(429)).count();
    assert_eq!(early, 1);
    play.end().await;
}

/// What tells keys of vendors apart is made by whoever needs it first, and others wait for that.
#[tokio::test]
async fn a_secret_that_another_run_makes_at_that_moment_is_taken_over() {
    let play = Play::with(TOKEN, 100).await;
    play.complete().await;
    let insert = "insert into sync.fingerprint_keys (connection, key) values ('', 'theirs')";
    let mut held = play.database.hold(insert).await;
    let mut connection = play.connection();
    connection.rate = Some(Rate { requests: 1_000, per: Duration::from_secs(1) });
    let meanwhile = async {
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        while play.database.value(waits).await == "0" {
            tokio::task::yield_now().await;
        }
        sqlx::raw_sql("commit").execute(&mut held).await.unwrap();
    };
    let (report, ()) = tokio::join!(play.sync_as(&connection), meanwhile);
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    play.end().await;
}
