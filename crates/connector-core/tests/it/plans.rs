//! Rehearsals: what they say, and that nothing is left of them.

use connector_core::{Change, Look, Report, Verdict};
use connector_testkit::Database;
use serde_json::json;

use crate::shop::{NOW, Test, item, items};

const ALL: &[&str] = &["products", "reviews"];

async fn plan(test: &Test, rows: usize) -> Report {
    connector_core::plan(&test.connection(ALL), *NOW, rows).await.unwrap()
}

/// Rows of all tables but the run's number, which a sequence gives and does not take back.
async fn everything(database: &Database) -> Vec<String> {
    let tables = "select format('%I.%I', schemaname, tablename) as name from pg_tables \
                  where schemaname in ('sync', 'shop') order by 1";
    let mut all = Vec::new();
    for table in database.rows(tables).await {
        let name = table["name"].as_str().unwrap();
        let query = format!("select xmin::text, to_jsonb(t) as row from {name} t order by 2");
        all.push(format!("{name}: {:?}", database.rows(&query).await));
    }
    all
}

fn numbers(report: &Report) -> Vec<(&str, [u64; 5])> {
    let of = |r: &connector_core::ResourceReport| {
        [r.rows, r.inserted, r.updated, r.deleted, r.quarantined]
    };
    report.resources.iter().map(|resource| (resource.resource, of(resource))).collect()
}

#[tokio::test]
async fn a_sync_does_what_the_plan_said_and_the_plan_did_nothing() {
    let test = Test::with("products", items(40)).await;
    let review = |n: u32| json!({"id": n, "stars": n % 5});
    for parent in ["p000", "p001", "p002"] {
        test.vendor.edit(("reviews", parent), |all| all.extend((0..4).map(review)));
    }
    // Into nothing, then growth, changes and deletes, what comes back, and a row without a key.
    for step in 0..5 {
        match step {
            1 => test.vendor.edit("products", |all| *all = items(60)),
            2 => test.vendor.edit("products", |all| {
                all.drain(10..20);
                all[3] = item(3, 777);
            }),
            3 => test.vendor.edit("products", |all| {
                *all = items(61);
                all.remove(1);
            }),
            4 => test.vendor.edit("products", |all| {
                all.remove(7);
                all.push(json!({"name": "nobody knows which"}));
            }),
            _ => {}
        }
        let before = everything(&test.database).await;
        let planned = plan(&test, 3).await;
        assert_eq!(everything(&test.database).await, before, "step {step} left something");
        assert_eq!(planned.ddl.as_ref().unwrap().is_empty(), step > 0, "step {step}");
        let done = test.sync(ALL).await;
        assert_eq!(numbers(&planned), numbers(&done), "step {step}");
        assert_eq!(planned.verdict, done.verdict, "step {step}");
        assert_eq!(done.verdict == Verdict::Complete, step < 4, "{}", done.to_text());
        insta::assert_snapshot!(format!("plan-{step}"), said(&planned));
    }
    test.end().await;
}

/// The plan without its statements and its time.
fn said(report: &Report) -> String {
    let text = report.to_plan(Look::default());
    let end = text.rfind(", ").unwrap();
    let behind = match report.ddl.as_deref() {
        None | Some([]) => 0,
        Some(ddl) => text.find(&ddl.join("\n")).unwrap() + ddl.join("\n").len(),
    };
    text[behind..end].trim_start_matches('\n').to_owned()
}

#[tokio::test]
async fn a_plan_shows_the_keys_of_rows_and_no_other_value() {
    let test = Test::with("products", items(3)).await;
    let planned = plan(&test, 2).await;
    let insert = |key: &str| Change { action: "insert".to_owned(), key: vec![key.to_owned()] };
    let sample = &planned.resources[0].changes.as_ref().unwrap().sample;
    assert_eq!(*sample, [insert("p000"), insert("p001")]);
    assert!(
        !planned.to_plan(Look::default()).contains("Thing"),
        "{}",
        planned.to_plan(Look::default())
    );
    let ddl = planned.ddl.unwrap().join("\n");
    // What it shows can be run as it is.
    test.database.execute(&ddl).await;
    assert_eq!(test.rows("products").await, (0, 0));
    test.end().await;
}

#[tokio::test]
async fn a_plan_and_a_sync_at_the_same_time_do_not_meet() {
    let test = Test::with("products", items(30)).await;
    test.vendor.set_latency(std::time::Duration::from_millis(30));
    let connection = test.connection(&["products"]);
    let (planned, done) = tokio::join!(
        connector_core::plan(&connection, *NOW, 0),
        connector_core::sync(&connection, *NOW)
    );
    let (good, bad): (Vec<_>, Vec<_>) = [planned, done].into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), bad.len()), (1, 1));
    let error = bad.into_iter().next().unwrap().unwrap_err();
    assert_eq!(error.exit_status(), 2);
    assert!(error.to_string().contains("another run of `shop` is writing"), "{error}");
    test.end().await;
}
