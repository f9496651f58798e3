//! Rows that the server refuses: they are set aside, and all others are kept.

use connector_core::{ResourceReport, Verdict, sync};
use serde_json::{Value, json};

use crate::shop::{NOW, Test, item, items};

/// So many items, with text of that length in each.
fn long(number: u64, length: usize) -> Vec<Value> {
    let mut all = items(number);
    for item in &mut all {
        item["details"] = json!({ "text": "x".repeat(length) });
    }
    all
}

async fn run(test: &Test) -> ResourceReport {
    let connection = test.connection(&["tokens"]).committing_every(50);
    let report = sync(&connection, *NOW).await.unwrap();
    report.resources.into_iter().next().unwrap()
}

/// What of the quarantine tells which row it is, and why.
async fn quarantine(test: &Test) -> String {
    let query = "select coalesce(string_agg(left(raw, 12) || ' ' || reason, '; ' order by raw), 'none') from sync.quarantine";
    test.database.value(query).await
}

/// Small rows go as bound arrays and large ones by `copy`; the first load goes straight into
/// the table, and what comes later through the stage.
#[tokio::test]
async fn one_row_that_is_refused_costs_no_other_row() {
    for length in [10, 20_000] {
        for first in [0, 10] {
            let test = Test::with("tokens", long(first, length)).await;
            run(&test).await;
            test.database
                .execute("alter table shop.tokens add constraint cheap check (price < 1000)")
                .await;
            let mut all = long(120, length);
            all[77] = item(77, 5000);
            test.vendor.edit("tokens", |items| *items = all);
            let report = run(&test).await;
            assert_eq!(report.verdict, Verdict::Incomplete, "{:?}", report.evidence.problems);
            assert_eq!((report.quarantined, report.inserted), (1, 119 - first), "{length} {first}");
            assert_eq!(test.rows("tokens").await, (119, 0));
            let kept = quarantine(&test).await;
            assert!(
                kept.starts_with(r#"{"id":"p077" the database refuses it: `cheap` of table"#),
                "{kept}"
            );
            assert!(
                report.next.as_deref().unwrap().contains("`quarantine` shows it"),
                "{:?}",
                report.next
            );
            // As long as it is refused, nothing is taken for whole.
            assert_eq!(run(&test).await.verdict, Verdict::Incomplete);
            test.database.execute("alter table shop.tokens drop constraint cheap").await;
            let report = run(&test).await;
            assert_eq!((report.verdict, report.inserted), (Verdict::Complete, 1));
            assert_eq!(quarantine(&test).await, "none");
            test.end().await;
        }
    }
}

/// A text that nothing compresses.
fn noise(length: usize) -> String {
    let mut seed = 1_u64;
    let letters = (0..length).map(|_| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + u8::try_from((seed >> 40) % 26).unwrap())
    });
    letters.collect()
}

/// A key is refused before it is sent, and any other value by the server, whose limit a person's
/// own index has.
#[tokio::test]
async fn a_value_that_no_index_takes_costs_its_row_alone() {
    for (field, why) in [("id", "its key is longer than"), ("name", "SQLSTATE 54000")] {
        let test = Test::with("tokens", Vec::new()).await;
        run(&test).await;
        test.database.execute("create index on shop.tokens (name)").await;
        let mut all = items(60);
        all[30][field] = noise(10_000).into();
        test.vendor.edit("tokens", |items| *items = all);
        let report = run(&test).await;
        assert_eq!((report.verdict, report.inserted), (Verdict::Incomplete, 59), "{field}");
        let kept = test.database.value("select reason from sync.quarantine").await;
        assert!(kept.contains(why), "{kept}");
        test.end().await;
    }
}

#[tokio::test]
async fn of_rows_that_refuse_each_other_one_is_kept() {
    let test = Test::with("tokens", Vec::new()).await;
    run(&test).await;
    test.database.execute("create unique index one_name on shop.tokens (name)").await;
    let mut all = items(60);
    all[50]["name"] = all[3]["name"].clone();
    test.vendor.edit("tokens", |items| *items = all);
    let report = run(&test).await;
    assert_eq!((report.verdict, report.quarantined), (Verdict::Incomplete, 1));
    assert_eq!(test.rows("tokens").await, (59, 0));
    test.end().await;
}

#[tokio::test]
async fn a_table_that_takes_no_row_is_one_clear_error() {
    let test = Test::with("tokens", items(3)).await;
    run(&test).await;
    test.database
        .execute("alter table shop.tokens add constraint none check (price < 0) not valid")
        .await;
    test.vendor.edit("tokens", |all| *all = items(200));
    let connection = test.connection(&["tokens"]);
    let report = sync(&connection, *NOW).await.unwrap();
    let said = report.to_text();
    assert_eq!(report.resources[0].verdict, Verdict::Failed, "{said}");
    assert!(said.contains("more than 100 rows of a batch are refused"), "{said}");
    assert!(said.contains("`none`"), "{said}");
    assert_eq!(test.rows("tokens").await, (3, 0));
    test.end().await;
}

#[tokio::test]
async fn rows_that_a_trigger_takes_away_are_counted_wherever_they_go() {
    for first in [0, 10] {
        let test = Test::with("tokens", items(first)).await;
        run(&test).await;
        test.database
            .execute(
                "create function shop.swallow() returns trigger language plpgsql as $$ begin \
                 if new.id = 'p015' then return null; end if; return new; end $$; \
                 create trigger swallow before insert on shop.tokens for each row execute function shop.swallow()",
            )
            .await;
        test.vendor.edit("tokens", |all| *all = items(30));
        let report = run(&test).await;
        assert_eq!(report.verdict, Verdict::Incomplete, "{first}");
        let problems = report.evidence.problems.join("; ");
        assert!(problems.contains("1 row of those that were written"), "{problems}");
        assert_eq!(test.rows("tokens").await, (29, 0));
        test.end().await;
    }
}

/// A constraint that waits for the end of the transaction refuses the commit, and no statement.
#[tokio::test]
async fn a_row_that_is_refused_only_in_the_end_costs_no_other_row() {
    for first in [0, 10] {
        let test = Test::with("tokens", items(first)).await;
        run(&test).await;
        test.database
            .execute(
                "create table shop.names (name text primary key); \
                 insert into shop.names select 'Thing ' || n from generate_series(0, 199) n where n <> 77; \
                 alter table shop.tokens add foreign key (name) references shop.names deferrable initially deferred",
            )
            .await;
        test.vendor.edit("tokens", |all| *all = items(120));
        let report = run(&test).await;
        assert_eq!(report.verdict, Verdict::Incomplete, "{:?}", report.error);
        assert_eq!((report.quarantined, test.rows("tokens").await), (1, (119, 0)));
        test.end().await;
    }
}

#[tokio::test]
async fn a_table_that_takes_no_row_costs_no_other_resource() {
    let test = Test::with("tokens", items(200)).await;
    test.vendor.edit("products", |all| *all = items(30));
    test.sync(&["tokens", "products"]).await;
    test.database
        .execute("alter table shop.tokens add constraint none check (price < 0) not valid")
        .await;
    for listing in ["tokens", "products"] {
        test.vendor.edit(listing, |all| *all = (0..200).map(|n| item(n, 200)).collect());
    }
    let connection = test.connection(&["tokens", "products", "reviews"]);
    let report = sync(&connection, *NOW).await.unwrap();
    let verdicts: Vec<Verdict> = report.resources.iter().map(|of| of.verdict).collect();
    assert_eq!(verdicts.iter().filter(|of| **of == Verdict::Complete).count(), 2, "{verdicts:?}");
    test.end().await;
}
