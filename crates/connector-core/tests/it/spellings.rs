//! The same rows in other words are the same rows.

use connector_core::{Json, Paging, Record, Resource};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, TOKEN, TOTAL, fails, things};

/// An item of a listing that has no keys.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Item {
    #[record(position)]
    position: i64,
    #[record(whole)]
    data: Json,
}

fn items(paging: Paging) -> Resource {
    Resource { columns: Item::COLUMNS, ..things(paging) }.key(&["position"])
}

fn item(number: u64) -> Value {
    json!({"title": format!("Ä/{number}"), "n": number, "tags": ["x", {"b": 1, "a": null}]})
}

/// A thing with a secret in a column, and with some inside another one.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Locked {
    id: String,
    name: Option<String>,
    size: Option<f64>,
    #[record(unordered)]
    labels: Option<Json>,
    #[record(secret)]
    pass_word: Option<Json>,
    #[record(secret_members("password"))]
    detail: Option<Json>,
}

fn locked() -> Resource {
    Resource { columns: Locked::COLUMNS, ..things(Paging::Single) }
}

#[tokio::test]
async fn a_listing_without_keys_stays_the_same_in_other_words() {
    for paging in [OFFSET, TOTAL] {
        let grows = items(paging).append_only_unless(&[]);
        for resource in [items(paging), grows] {
            let content = Content::empty().with("things", (0..180).map(item));
            let play = Play::new(&[resource], content).await;
            // Each answer is spelled in another way, so that each seam is.
            play.vendor.on(|request, answer| answer.respelled(request.nth));
            let report = play.complete().await;
            assert_eq!((report.inserted, report.evidence.passes), (180, 1));
            play.vendor.on(|request, answer| answer.respelled(request.nth + 5));
            let report = play.complete().await;
            assert_eq!((report.updated, report.deleted, report.evidence.passes), (0, 0, 1));
            assert_eq!(play.live().await, 180);
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_page_that_comes_again_in_other_words_is_no_progress() {
    let pages = Paging::Page { page: "page", first: 1, limit: None, total: None };
    for paging in [TOKEN, pages] {
        let play = Play::new(&[items(paging)], Content::empty()).await;
        play.vendor.on(|request, _| {
            let rows: Vec<Value> = (0..20).map(item).collect();
            let next = format!("t{}", request.nth);
            Answer::json(200, &json!({"data": rows, "next": next})).respelled(request.nth)
        });
        fails(play.sync().await, &["the same page again"]);
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn a_page_of_rows_without_keys_that_comes_again_in_other_words_is_no_progress() {
    let play = Play::new(&[things(TOKEN)], Content::empty()).await;
    play.vendor.on(|request, _| {
        let next = format!("t{}", request.nth);
        let rows = [json!({"name": "no id", "size": 1}), json!({"name": "nor this"})];
        Answer::json(200, &json!({"data": rows, "next": next})).respelled(request.nth)
    });
    fails(play.sync().await, &["the same page again"]);
    let kept = play.database.value("select count(*) from sync.quarantine").await;
    assert_eq!(kept, "2");
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_row_in_other_words_is_not_written_again() {
    let play = Play::new(&[locked()], Content::empty()).await;
    let rows = [
        [
            r#"{"id": "a", "name": 1.0, "size": 1e2, "labels": ["é", "z", {"a": 1, "b": 2}]}"#,
            r#"{"labels":[{"b":2.0,"a":1},"z","\u00e9"],"size":100,"name":1,"id":"\u0061"}"#,
        ],
        [
            r#"{"id": "b", "passWord": {"u": "é/", "p": [1]}, "detail": {"x": {"password": "\u0041"}, "n": 1.50}}"#,
            r#"{"id":"b","detail":{"n":1.5,"x":{"password":"A"}},"passWord":{"p":[1.0],"u":"\u00E9\/"}}"#,
        ],
        [
            r#"{"id": 1, "other": {"a": "\u0000é", "b": 1e2}, "more": 1e20000, "size": "x"}"#,
            r#"{"id":1.0,"size":"\u0078","more":10e19999,"other":{"b":100,"a":"\u0000\u00e9"}}"#,
        ],
        [
            r#"{"id": 2, "other": "a\uD800é", "name": "\ud800", "\ud800n": 1}"#,
            r#"{"\uD800n":1.0,"id":2,"name":"\uD800","other":"\u0061\ud800\u00E9"}"#,
        ],
    ];
    let answer = |way: usize| {
        let rows: Vec<&str> = rows.iter().map(|spellings| spellings[way]).collect();
        format!("{{\"data\": [{}]}}", rows.join(", "))
    };
    for way in [0, 1, 0] {
        let body = answer(way);
        play.vendor.on(move |_, _| Answer::json(200, &body));
        let report = play.complete().await;
        let written = (report.inserted, report.updated, report.deleted);
        let first = written == (4, 0, 0);
        assert!(first || written == (0, 0, 0), "{way}: {written:?}");
    }
    assert_eq!(play.database.value("select max(_run_id) from hostile.things").await, "1");
    play.end().await;
}

#[tokio::test]
async fn a_row_without_a_place_is_the_same_in_other_words() {
    let play = Play::new(&[things(Paging::Single)], Content::empty()).await;
    for row in [r#"{"name": "é", "size": 1}"#, r#"{"size":1.0,"name":"\u00e9"}"#] {
        play.vendor.on(move |_, _| Answer::json(200, &format!("{{\"data\": [{row}]}}")));
        fails(play.sync().await, &["set aside"]);
        let kept = play.database.value("select count(*) from sync.quarantine").await;
        assert_eq!(kept, "1", "{row}");
    }
    play.end().await;
}

#[tokio::test]
async fn what_an_older_version_knew_of_a_listing_costs_one_more_walk_and_no_row() {
    let grows = items(OFFSET).append_only_unless(&[]);
    let content = Content::empty().with("things", (0..180).map(item));
    let play = Play::new(&[grows], content).await;
    play.complete().await;
    // The hash of the last item as it was spelled.
    play.database.execute("update sync.state set tail = tail + 1").await;
    let report = play.complete().await;
    assert_eq!((report.updated, report.deleted, play.live().await), (0, 0, 180));
    // Then it is known again.
    assert_eq!(play.complete().await.requests, 1);
    play.end().await;
}
