//! Keys that stand in for those that the vendor does not send.

use connector_core::{KeyFallback, Paging, Resource, Verdict};
use connector_testkit::Content;
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, TOKEN, complete, fails, list};

/// Things that are told apart by name and size, and by a detail where they have one.
const fn nameless(paging: Paging) -> Resource {
    list("things", "/things", paging)
        .key(&["foo_bar"])
        .or_key(KeyFallback::Columns(&["name", "size"]))
        .or_key_if_sent(&["detail"])
}

fn thing(name: &str, weight: f64) -> Value {
    json!({"id": "x", "name": name, "size": 1, "weight": weight})
}

fn detailed(name: &str, detail: &Value) -> Value {
    json!({"id": "x", "name": name, "size": 1, "detail": detail})
}

async fn play(paging: Paging, rows: Vec<Value>) -> Play {
    Play::new(&[nameless(paging)], Content::empty().with("things", rows)).await
}

async fn keys(play: &Play) -> Vec<String> {
    let query = "select foo_bar from hostile.things where _deleted_at is null order by 1";
    let rows = play.database.rows(query).await;
    rows.iter().map(|row| row["foo_bar"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_a_part_of_the_key_in_some_rows_changes_no_key_of_the_others() {
    let site = json!({"topLevelSite": "https://a.example", "hasCrossSiteAncestor": true});
    let rows = vec![
        thing("a", 0.5),
        detailed("a", &site),
        detailed("a", &json!("https://b.example")),
        detailed("b", &Value::Null),
        detailed("c", &json!("")),
        detailed("d", &json!({})),
    ];
    let play = play(OFFSET, rows).await;
    assert_eq!(play.complete().await.inserted, 6);
    let expected = [
        r#"["a", 1, {"detail": "https://b.example"}]"#,
        r#"["a", 1, {"detail": {"hasCrossSiteAncestor":true,"topLevelSite":"https://a.example"}}]"#,
        r#"["a", 1]"#,
        r#"["b", 1]"#,
        r#"["c", 1]"#,
        r#"["d", 1]"#,
    ];
    assert_eq!(keys(&play).await, expected);
    // However it is spelled.
    play.vendor.edit("things", |things| things[1]["detail"] = json!(null));
    let spelled = r#"{"id":"x","name":"a","size":1,"detail":{ "topLevelSite": "https:\/\/a.example", "hasCrossSiteAncestor": true }}"#;
    let mut rows: Vec<String> = play.vendor.items("things").iter().map(Value::to_string).collect();
    spelled.clone_into(&mut rows[1]);
    play.vendor.holdings().replace("things", rows.iter().map(String::as_str));
    assert_eq!(play.complete().await.inserted, 0);
    assert_eq!(keys(&play).await, expected);
    play.end().await;
}

#[tokio::test]
async fn rows_that_differ_and_have_one_made_key_are_counted_and_the_resource_is_not_complete() {
    for known_before in [false, true] {
        // In one batch, and over several.
        for commits in [1, 1_000] {
            let others = || (0..9).map(|number| thing(&format!("n{number}"), 0.5));
            let play = play(TOKEN, others().collect()).await;
            play.vendor.set_page_cap(Some(3));
            if known_before {
                play.complete().await;
            }
            play.vendor
                .holdings()
                .replace("things", others().chain([thing("n1", 0.7), thing("n1", 0.7)]));
            let told = format!("{known_before} {commits}");
            let connection = || play.connection().committing_every(commits);
            for _ in 0..2 {
                let report = play.sync_as(&connection()).await;
                let text = report.to_problems();
                assert!(text.contains("1 row differs from another with the same key"), "{text}");
                assert!(text.contains("made from name, size"), "{text}");
                let things = fails(report, &[]);
                assert_eq!(things.verdict, Verdict::Incomplete);
                assert_eq!((things.evidence.collisions, play.live().await), (1, 9), "{told}");
            }
            // What was not listed stays, as the listing proves nothing.
            play.vendor.edit("things", |things| drop(things.remove(4)));
            assert_eq!(fails(play.sync_as(&connection()).await, &[]).deleted, 0);
            play.vendor.edit("things", |things| things.truncate(8));
            assert_eq!(complete(play.sync_as(&connection()).await).deleted, 1);
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_run_that_goes_on_knows_of_rows_that_another_one_lost() {
    let mut rows: Vec<Value> = (0..9).map(|number| thing(&format!("n{number}"), 0.5)).collect();
    rows.insert(1, thing("n0", 0.7));
    let play = play(TOKEN, rows).await;
    play.vendor.set_page_cap(Some(3));
    let lasting = || {
        let connection = play.connection().committing_every(1);
        connection.resuming_within(connector_core::TimeDelta::days(30))
    };
    play.sync_as(&lasting().with_max_requests(2)).await;
    let things = fails(play.sync_as(&lasting()).await, &["the same key"]);
    assert_eq!(things.evidence.collisions, 1);
    play.end().await;
}

#[tokio::test]
async fn a_run_that_goes_on_loses_no_row_of_those_before_it_in_silence() {
    let mut rows: Vec<Value> = (0..9).map(|number| thing(&format!("n{number}"), 0.5)).collect();
    rows.insert(7, thing("n0", 0.7));
    let play = play(TOKEN, rows).await;
    play.vendor.set_page_cap(Some(3));
    let lasting = || play.connection().resuming_within(connector_core::TimeDelta::days(30));
    play.sync_as(&lasting().with_max_requests(1)).await;
    let things = fails(play.sync_as(&lasting()).await, &["the same key"]);
    assert_eq!((things.evidence.collisions, play.live().await), (1, 9));
    play.end().await;
}

/// The key of a parent is data, and the tables that tell of runs are read by others.
#[tokio::test]
async fn what_lacks_a_row_is_told_without_its_parents_key() {
    let parts = list("parts", "/things/{thing_id}/parts", TOKEN)
        .each("thing_id", "things", "id")
        .key(&["foo_bar"])
        .or_key(KeyFallback::Columns(&["name", "size"]));
    let content = Content::empty()
        .with("things", vec![json!({"id": "somebody@example.com"})])
        .with("parts", vec![thing("a", 0.5), thing("a", 0.7)]);
    let play = Play::new(&[crate::support::things(TOKEN), parts], content).await;
    fails(play.sync().await, &["the same key"]);
    let told = "select string_agg(r::text, ' ') from sync.resources r";
    let told = play.database.value(told).await;
    assert!(!told.contains("somebody"), "{told}");
    play.end().await;
}

#[tokio::test]
async fn rows_that_are_the_same_in_everything_are_one() {
    let play = play(TOKEN, vec![thing("a", 0.5), thing("b", 0.5), thing("a", 0.5)]).await;
    play.vendor.set_page_cap(Some(2));
    for _ in 0..2 {
        let report = complete(play.sync_as(&play.connection().committing_every(1)).await);
        assert_eq!((report.evidence.collisions, play.live().await), (0, 2));
    }
    play.end().await;
}
