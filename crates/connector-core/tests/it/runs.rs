//! Runs beside and after one another, and databases that are not as expected.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use connector_core::{Connection, ErrorKind, Stop, Verdict};
use connector_testkit::{Content, Proxy};

use crate::shop::{NOW, SHOP, Test, items};
use crate::support::{OFFSET, Play, block_on, list, rows};

#[tokio::test]
async fn a_second_run_at_the_same_time_ends_at_once_and_says_why() {
    let test = Test::with("products", items(30)).await;
    test.complete("products").await;
    test.vendor.set_latency(std::time::Duration::from_millis(50));
    let connection = test.connection(&["products"]);
    let (one, other) = tokio::join!(
        connector_core::sync(&connection, *NOW),
        connector_core::sync(&connection, *NOW)
    );
    let (won, lost) = if one.is_ok() { (one, other) } else { (other, one) };
    assert_eq!(won.unwrap().verdict, Verdict::Complete);
    let lost = lost.unwrap_err();
    assert_eq!(lost.exit_status(), 2);
    assert!(
        lost.to_string().starts_with("another run of `shop` is writing (Postgres session "),
        "{lost}"
    );
    test.end().await;
}

#[tokio::test]
async fn two_connections_in_one_database_do_not_disturb_each_other() {
    let test = Test::with("products", items(30)).await;
    let (europe, america) = (
        test.connection(&["products"]).in_schema("europe"),
        test.connection(&["products"]).in_schema("Amé\"rica"),
    );
    for report in connector_core::sync_all(&[europe, america], *NOW).await {
        assert_eq!(report.unwrap().resources[0].inserted, 30);
    }
    assert_eq!(test.database.value("select count(*) from \"Amé\"\"rica\".products").await, "30");
    test.end().await;
}

/// Each would wait for a session that another one holds, and that nobody goes on with.
#[tokio::test(flavor = "multi_thread")]
async fn many_runs_that_are_stopped_end_though_they_share_a_few_sessions() {
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let lists =
        NAMES.map(|name| list(name, Box::leak(format!("/{name}").into_boxed_str()), OFFSET));
    let content = Content::empty();
    let content = NAMES.iter().fold(content, |content, name| content.with(*name, rows(120)));
    let play = Play::new(&lists, content).await;
    for asked_first in [40, 100, 170] {
        let stop = Stop::new();
        let (asked, stops) = (AtomicU64::new(0), stop.clone());
        play.vendor.on(move |_, answer| {
            if asked.fetch_add(1, Relaxed) == asked_first {
                stops.ask("a test");
            }
            answer
        });
        let connection = |number: i32| {
            play.connection().in_schema(&format!("account_{number}")).stopped_by(&stop)
        };
        let all: Vec<_> = (0..20).map(connection).collect();
        let runs = connector_core::sync_all(&all, play.next_day());
        let ended = tokio::time::timeout(Duration::from_mins(1), runs).await;
        let ended = ended.expect("all of them end");
        assert!(ended.iter().flatten().any(|report| report.interrupted), "{ended:?}");
        // A run that would begin only now is none.
        let late = connector_core::sync(&all[0], play.next_day()).await.unwrap_err();
        assert_eq!((late.kind(), late.exit_status()), (ErrorKind::Stopped, 2));
    }
    play.end().await;
}

#[tokio::test]
async fn a_run_that_was_overtaken_by_a_newer_one_writes_nothing() {
    let test = Test::with("products", items(30)).await;
    test.complete("products").await;
    let database = test.database.clone();
    test.vendor.edit("products", |all| all.extend(items(40).split_off(30)));
    test.vendor.on(move |request, answer| {
        if request.param("offset") == Some("18") {
            let database = database.clone();
            let overtake = "update sync.connections set run_id = run_id + 1";
            // A script is no task, so the statement has a thread of its own.
            let newer = std::thread::spawn(move || {
                block_on(database.execute(overtake));
            });
            newer.join().unwrap();
        }
        answer
    });
    let report = test.sync(&["products"]).await;
    assert_eq!((report.verdict, report.resources[0].inserted), (Verdict::Incomplete, 0));
    assert!(report.to_text().contains("a newer run of `shop` began"), "{}", report.to_text());
    assert_eq!(test.rows("products").await, (30, 0));
    test.end().await;
}

#[tokio::test]
async fn sessions_that_the_server_ends_cost_no_row() {
    let test = Test::with("products", items(90)).await;
    test.complete("products").await;
    test.vendor.edit("products", |all| {
        *all = items(120);
        all[3]["price"] = 7.into();
        all.remove(5);
    });
    let database = test.database.clone();
    let ended = std::sync::Once::new();
    test.vendor.on(move |request, answer| {
        if request.param("offset") != Some("0") {
            ended.call_once(|| {
                let database = database.clone();
                let end = "select pg_terminate_backend(pid) from pg_stat_activity \
                           where datname = current_database() and pid <> pg_backend_pid()";
                let other = std::thread::spawn(move || {
                    block_on(database.execute(end));
                });
                other.join().unwrap();
            });
        }
        answer
    });
    let connection = test.connection(&["products"]).committing_every(20);
    let report = connector_core::sync(&connection, *crate::shop::NOW).await.unwrap();
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    assert_eq!(test.rows("products").await, (119, 1));
    let complete = "select run_id from sync.last_complete where resource = 'products'";
    assert_eq!(test.database.value(complete).await, report.run_id.to_string());
    test.end().await;
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_made_once() {
    let test = Test::with("tokens", items(90)).await;
    test.complete("tokens").await;
    for lost in 0..12 {
        test.vendor.edit("tokens", |all| {
            *all = items(90 + lost);
            all.remove(5);
        });
        let proxy = Proxy::before(&test.database).await;
        proxy.lose_commit(u32::try_from(lost).unwrap());
        let connection = test.connection_by(&proxy.url(), &["tokens"]).committing_every(20);
        let report = connector_core::sync(&connection, *NOW).await;
        if proxy.lost() == 0 {
            assert!(lost > 4, "only {lost} commits were made");
        }
        // The run is begun before anything is tried.
        let report = match report {
            Err(error) if lost < 1 => {
                assert_eq!(error.exit_status(), 2);
                continue;
            }
            report => report.unwrap(),
        };
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        assert_eq!(test.rows("tokens").await, (89 + lost, 1));
        let counted = "select rows_read || ' ' || inserted + updated + unchanged from sync.resources \
                       order by run_id desc limit 1";
        assert_eq!(test.database.value(counted).await, format!("{0} {0}", 89 + lost));
        assert_eq!(report.resources[0].rows, 89 + lost);
    }
    test.end().await;
}

#[tokio::test]
async fn a_schema_of_another_connector_is_not_touched() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database.execute("update sync.connections set connector = 'market'").await;
    let error = test.try_sync(&["products"]).await.unwrap_err();
    assert_eq!(
        (error.to_string(), error.exit_status()),
        ("the schema `shop` belongs to the connector `market`".to_owned(), 2)
    );
    test.end().await;
}

#[tokio::test]
async fn tables_that_are_newer_than_the_program_are_not_touched() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database.execute("update shop._migrations set version = 99; insert into shop._migrations select 1, description, installed_on, success, checksum, execution_time from shop._migrations").await;
    let error = test.try_sync(&["products"]).await.unwrap_err();
    assert!(error.to_string().contains("newer than this program"), "{error}");
    assert_eq!(error.exit_status(), 2);
    test.end().await;
}

#[tokio::test]
async fn a_table_that_was_altered_by_hand_is_one_clear_error() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database.execute("alter table shop.products drop column price").await;
    let said = test.not_complete("products").await;
    assert!(
        said.contains("there is no column `price`") && said.contains("was changed by hand"),
        "{said}"
    );
    test.end().await;
}

#[tokio::test]
async fn a_constraint_that_refuses_a_row_does_not_show_its_values() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database
        .execute("alter table shop.products add constraint cheap check (price < 500)")
        .await;
    test.vendor.edit("products", |items| items[1]["price"] = 987_654_321.into());
    test.vendor.edit("products", |items| items[1]["updatedAt"] = 1_800_000_000.into());
    let said = test.not_complete("products").await;
    assert!(said.contains("1 row on page 1 is set aside") && !said.contains("987654321"), "{said}");
    let reason = test.database.value("select reason from sync.quarantine").await;
    assert!(reason.contains("`cheap`") && !reason.contains("987654321"), "{reason}");
    assert_eq!(test.rows("products").await, (3, 0));
    test.end().await;
}

#[tokio::test]
async fn what_a_run_did_stands_in_the_run_tables() {
    let test = Test::with("products", items(25)).await;
    test.complete("products").await;
    let rows = test.database.rows("select resource, requests, pages, rows_read, inserted, updated, unchanged, deleted, verdict, evidence->'endings' as endings, finished_at is not null as ended from sync.resources").await;
    insta::assert_json_snapshot!("resources", rows);
    let run = test.database.rows("select connection, connector, preset, verdict, finished_at is not null as ended from sync.runs").await;
    insta::assert_json_snapshot!("runs", run);
    let state = test
        .database
        .rows("select resource, partition, position, cursor_reached from sync.state")
        .await;
    insta::assert_json_snapshot!("state", state);
    assert_eq!(test.database.value("select count(*) from sync.seen").await, "0");
    test.end().await;
}

#[tokio::test]
async fn a_database_that_cannot_be_reached_is_one_clear_error() {
    let test = Test::with("products", items(3)).await;
    for (url, said) in [
        ("postgres://nobody:x@127.0.0.1:1/none", "Connection refused"),
        ("mysql://x", "DATABASE_URL is not understood"),
    ] {
        let connection = Connection::to(
            &SHOP,
            test.vendor.base_url(),
            test.vendor.key().into(),
            Some(url.into()),
        )
        .unwrap();
        let error = connector_core::sync(&connection, *NOW).await.unwrap_err();
        assert!(error.to_string().contains(said) && error.advice().is_some(), "{error}");
        assert_eq!(error.exit_status(), 2);
    }
    assert!(test.vendor.requests().is_empty());
    test.end().await;
}

#[tokio::test]
async fn a_backfill_brings_its_range_only_and_deletes_nothing() {
    let test = Test::with("products", (0..20).map(|n| crate::shop::item(n, n)).collect()).await;
    let at = |price: i64| connector_core::DateTime::from_timestamp(1_700_000_000 + price, 0);
    let connection = test.connection(&["products"]).between(at(5), at(8));
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!((report.resources[0].rows, report.resources[0].inserted), (20, 3));
    let said = report.to_text();
    assert!(said.contains("products: left out by --since and --until: 17 rows"), "{said}");
    assert_eq!(test.complete("products").await.inserted, 17);
    test.vendor.edit("products", |items| items.truncate(1));
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!((report.verdict, report.resources[0].deleted), (Verdict::Complete, 0));
    test.end().await;
}

#[tokio::test]
async fn the_children_of_unchanged_parents_are_left_out_only_on_demand() {
    let test = Test::with("products", items(3)).await;
    for parent in ["p000", "p001", "p002"] {
        test.vendor.edit(("reviews", parent), |reviews| reviews.push(serde_json::json!({"id": 1})));
    }
    assert_eq!(test.complete("reviews").await.evidence.partitions, 3);
    assert_eq!(test.complete("reviews").await.evidence.partitions, 3);
    test.vendor.edit("products", |items| items[1] = crate::shop::item(1, 900));
    let connection = test.connection(&["reviews"]).changed_parents_only();
    let report = connector_core::sync(&connection, *NOW).await.unwrap();
    assert_eq!((report.verdict, report.resources[1].evidence.partitions), (Verdict::Complete, 1));
    assert_eq!(test.rows("reviews").await, (3, 0));
    test.end().await;
}

/// The run tables as they were before what came after their fifth migration.
const AS_BEFORE: &str = "
drop view sync.status;
alter table sync.connections drop column resources, drop column owner, drop column columns, drop column forgotten_until, drop column secrets_kept, add column fingerprint_key text;
update sync.connections c set fingerprint_key = k.key from sync.fingerprint_keys k where k.connection = c.connection;
alter table sync.connections alter column fingerprint_key set not null,
  alter column fingerprint_key set default gen_random_uuid()::text || gen_random_uuid()::text;
drop table sync.fingerprint_keys, sync.returns;
alter table sync.state drop column missing_run_id, drop column gap_run_id, drop column ended_run_id, reset (fillfactor);
drop index sync.state_open;
alter table sync.runs drop column begun_at, drop column lease_until, drop column stopped, drop column job;
alter table sync.resources drop column versions, drop column prepared, drop column settled, drop column throttled;
drop table sync.shards, sync.gone, sync.budgets;
drop table sync.history; drop function sync.has_history;
alter table sync.drift drop column last_run_id, drop column last_seen_at;
delete from sync._migrations where version > 5;
";

#[tokio::test]
async fn a_run_goes_on_with_what_an_earlier_version_left_and_writes_nothing_again() {
    let test = Test::with("products", items(30)).await;
    let review =
        serde_json::json!({"id": 1, "password": "hunter2", "unknown": {"token": "abcdef"}});
    test.vendor.edit("reviews", |reviews| reviews.push(review));
    let all = ["products", "reviews"];
    let connection = || test.connection(&all).committing_every(1);
    connector_core::sync(&connection(), *NOW).await.unwrap();
    let stopped = connector_core::sync(&connection().with_max_requests(20), *NOW).await.unwrap();
    assert!(stopped.interrupted, "{}", stopped.to_text());
    test.database.execute(AS_BEFORE).await;
    let report = connector_core::sync(&connection(), *NOW).await.unwrap();
    assert_eq!((report.verdict, report.continues), (Verdict::Complete, Some(2)));
    let written = |report: &connector_core::ResourceReport| report.inserted + report.updated;
    assert_eq!(report.resources.iter().map(written).sum::<u64>(), 0, "{}", report.to_text());
    assert_eq!((test.rows("products").await, test.rows("reviews").await), ((30, 0), (30, 0)));
    let report = test.sync(&all).await;
    assert_eq!((report.verdict, report.resources[1].unchanged), (Verdict::Complete, 30));
    test.end().await;
}

/// What a person made beside the tables may be in the way, and then that is said.
#[tokio::test]
async fn a_view_that_keeps_the_tables_from_being_brought_up_to_date_is_named() {
    let test = Test::with("products", items(3)).await;
    test.complete("products").await;
    test.database.execute(AS_BEFORE).await;
    test.database.execute("create view public.mine as select * from sync.connections").await;
    let error = test.try_sync(&["products"]).await.unwrap_err();
    assert_eq!(error.exit_status(), 2);
    assert!(error.to_string().contains("other objects depend on it"), "{error}");
    assert!(error.advice().unwrap().contains("a view"), "{error:?}");
    test.database.execute("drop view public.mine").await;
    test.complete("products").await;
    test.end().await;
}
