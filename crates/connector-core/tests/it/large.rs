//! Answers that are larger than those of any API that means well.

use connector_core::{Paging, Verdict};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{
    LINK, NEXT_URL, OFFSET, Play, TOKEN, behind, complete, fails, page, parts, row, rows, things,
};

/// A thing with so many bytes in it.
fn large(number: u64, bytes: usize) -> Value {
    json!({"id": format!("t{number:03}"), "name": "x".repeat(bytes)})
}

#[tokio::test]
async fn a_token_or_a_link_that_no_address_holds_is_not_followed() {
    let long = "x".repeat(20 << 10);
    let address = format!("https://api.example.com/things?token={long}");
    for (paging, next) in [(TOKEN, &long), (NEXT_URL, &address), (LINK, &address)] {
        let play = Play::with(paging, 4).await;
        let next = next.clone();
        play.vendor.on(move |_, _| {
            let answer = Answer::json(200, &json!({"data": [row(0)], "next": next}));
            answer.header("link", &format!("<{next}>; rel=\"next\""))
        });
        play.fails(&["longer than 16 KiB"]).await;
        assert_eq!(play.live().await, 1);
        let kept = "select coalesce(max(octet_length(position::text)), 0)::text from sync.state";
        assert!(play.database.value(kept).await.parse::<u64>().unwrap() < 1_000);
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn a_page_of_many_parts_is_the_same_rows_once() {
    for paging in [OFFSET, TOKEN, Paging::Single] {
        let play = Play::with(paging, 0).await;
        let all: Vec<Value> = (0..12_000).map(|number| large(number, 100)).collect();
        play.vendor
            .on(move |request, _| if behind(request) { page(&all[11_999..]) } else { page(&all) });
        let report = play.complete().await;
        assert_eq!((report.rows, report.inserted, play.live().await), (12_000, 12_000, 12_000));
        assert_eq!(report.evidence.pages, report.requests, "{paging:?}");
        let again = play.complete().await;
        assert_eq!((again.unchanged, again.deleted), (12_000, 0), "{paging:?}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn keys_that_come_twice_in_different_parts_of_a_page_are_no_missing_rows() {
    let play = Play::with(OFFSET, 0).await;
    let mut all: Vec<Value> = (0..12_000).map(|number| large(number, 100)).collect();
    all[11_000] = all[0].clone();
    play.vendor
        .on(move |request, _| if behind(request) { page(&all[11_999..]) } else { page(&all) });
    let report = play.complete().await;
    assert_eq!((report.rows, play.live().await), (12_000, 11_999));
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_run_that_ends_between_the_parts_of_a_page_reads_it_again() {
    let play = Play::with(TOKEN, 0).await;
    let all: Vec<Value> = (0..12_000).map(|number| large(number, 100)).collect();
    let sent = all.clone();
    play.vendor.on(move |_, _| page(&sent));
    // The database refuses a row of the last part.
    play.complete().await;
    play.database.execute("delete from hostile.things").await;
    let check = "alter table hostile.things add constraint no check (id <> 't11999')";
    play.database.execute(check).await;
    let report = play.sync_as(&play.connection().committing_every(1)).await;
    assert_ne!(report.verdict, Verdict::Complete);
    let live = play.live().await;
    assert!(0 < live && live < 12_000, "{live}");
    play.database.execute("alter table hostile.things drop constraint no").await;
    complete(play.sync().await);
    assert_eq!(play.live().await, 12_000);
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_row_that_is_larger_than_memory_is_kept_for_is_set_aside() {
    let play = Play::with(Paging::Single, 0).await;
    play.vendor.on(|_, _| page(&[row(0), large(1, 33 << 20), row(2)]));
    play.fails(&["1 row "]).await;
    assert_eq!(play.ids().await, ["t000", "t002"]);
    let kept = play.database.value("select reason || ': ' || raw from sync.quarantine").await;
    assert!(kept.starts_with("the row is larger than 32 MiB: … (346"), "{kept}");
    play.end().await;
}

#[tokio::test]
async fn a_row_of_more_fields_than_memory_is_kept_for_is_set_aside() {
    let play = Play::with(Paging::Single, 0).await;
    let fields: String = (0..260_000).fold(String::new(), |fields, number| {
        fields + &format!("\"a field of some length {number}\":1,")
    });
    let body = format!("{{\"data\":[{{{fields}\"id\":\"t001\"}},{}]}}", row(0));
    play.vendor.on(move |_, _| Answer::json(200, &body));
    play.fails(&["1 row "]).await;
    assert_eq!(play.ids().await, ["t000"]);
    let kept = play.database.value("select reason from sync.quarantine").await;
    assert_eq!(kept, "the row has more than 250000 fields");
    play.end().await;
}

#[tokio::test]
async fn listings_that_are_larger_than_the_memory_wait_for_each_other_and_come_to_their_end() {
    let content = Content::empty().with("things", rows(24)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET), parts(TOKEN)], content).await;
    // Each is larger than all the room that there is, and each needs a second page.
    play.vendor.on(|request, answer| match &request.partition {
        Some(_) if !behind(request) => {
            let data: Vec<Value> = (0..60).map(|number| large(number, 100 << 10)).collect();
            Answer::json(200, &json!({"data": data, "next": "1/0+0="}))
        }
        Some(_) => page(&[large(100, 6 << 20)]),
        None => answer,
    });
    let report = complete(play.sync_as(&play.connection().with_memory(8)).await);
    assert_eq!((report.rows, play.live_in("parts").await), (24 * 61, 24 * 61));
    play.end_unexplained().await;
}

#[tokio::test]
async fn pages_that_are_asked_for_ahead_and_find_no_room_are_asked_for_again() {
    let play = Play::with(crate::support::TOTAL, 400).await;
    play.vendor.on(|request, answer| {
        // All but the first one are larger than what they are expected to be.
        let more = if behind(request) { 200 << 10 } else { 10 };
        answer.edit(|body| {
            for row in body["data"].as_array_mut().into_iter().flatten() {
                row["name"] = json!("x".repeat(more));
            }
        })
    });
    let report = complete(play.sync_as(&play.connection().with_memory(8)).await);
    assert_eq!((report.rows, play.live().await), (400, 400));
    play.end().await;
}

#[tokio::test]
async fn an_error_of_any_length_is_read_no_further_than_it_says_something() {
    let play = Play::with(OFFSET, 4).await;
    play.vendor.on(|_, _| Answer::json(400, &json!({"message": "x".repeat(3 << 20)})));
    let failed = fails(play.sync().await, &["the vendor answered 400"]);
    assert!(failed.bytes < 3 << 20 && !failed.error.unwrap().contains("xx"), "{}", failed.bytes);
    play.end_unexplained().await;
}
