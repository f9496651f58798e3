//! Answers in another shape than the document's, or in none.

use connector_core::Paging;
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{ITERATOR, OFFSET, Play, TOTAL, page, row, rows, things};

const SINGLE: Paging = Paging::Single;

#[tokio::test]
async fn a_renamed_envelope_is_an_error_and_not_zero_rows() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"results": rows(3)})));
    play.fails(&["no rows at `data`", "`results` (list)"]).await;
    play.end().await;
}

/// Where the live API leaves the envelope out of an empty listing.
#[tokio::test]
async fn a_renamed_envelope_is_an_error_even_where_none_means_that_there_are_no_rows() {
    let play =
        Play::new(&[things(OFFSET).missing_is_empty()], Content::empty().with("things", rows(3)))
            .await;
    play.complete().await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"results": rows(3)})));
    play.fails(&["no rows at `data`", "`results` (list)"]).await;
    assert_eq!(play.live().await, 3);
    play.vendor.on(|_, _| Answer::json(200, "{}"));
    play.complete().await;
    assert_eq!(play.live().await, 0);
    play.end().await;
}

#[tokio::test]
async fn an_error_with_status_200_is_an_error_and_not_zero_rows() {
    let play = Play::with(OFFSET, 3).await;
    for error in [
        json!({"error": {"code": 7, "message": "plan is used up"}}),
        json!({"data": [], "error": {"code": 7, "message": "plan is used up"}}),
    ] {
        play.vendor.on(move |_, _| Answer::json(200, &error));
        play.fails(&["\"7 plan is used up\""]).await;
    }
    // As printers write that there is none.
    for none in ["null", "[]", "[ ]", "{\n}", "\"\"", "false"] {
        let body = format!(r#"{{"data": [{{"id": "a"}}], "error": {none}}}"#);
        play.vendor.on(move |_, _| Answer::json(200, &body));
        play.complete().await;
    }
    play.end().await;
}

#[tokio::test]
async fn one_object_in_place_of_a_list_is_one_row() {
    let play = Play::with(OFFSET, 0).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"data": row(7)})));
    play.complete().await;
    assert_eq!(play.ids().await, ["t007"]);
    play.end().await;
}

/// The other way round.
#[tokio::test]
async fn a_list_in_place_of_one_object_is_all_of_its_rows() {
    let play =
        Play::new(&[things(SINGLE).select(&["data", "$"]).singleton()], Content::empty()).await;
    for body in [json!({"data": rows(3)}), json!(rows(3))] {
        play.vendor.on(move |_, _| Answer::json(200, &body));
        play.complete().await;
        assert_eq!(play.live().await, 3);
    }
    play.end().await;
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_asked_for_again_and_then_an_error() {
    let whole = json!({"data": rows(3)}).to_string();
    let gzip = |answer: Answer| answer.header("content-encoding", "gzip");
    for (name, broken, words) in [
        (
            "truncated",
            Answer::json(200, &whole).truncated(40),
            "ends too early at line 1, column 40",
        ),
        ("cut off", Answer::json(200, &whole).cut_after(40), "broke off"),
        ("html", Answer::html(200, "<h1>Sign in</h1>"), "text/html"),
        ("empty", Answer::json(200, ""), "ends too early"),
        (
            "twice",
            Answer::json(200, &format!("{whole}\n{whole}")),
            "is not JSON at line 2, column 1",
        ),
        (
            "not a number",
            Answer::json(200, r#"{"data": [{"id": "a", "size": NaN}]}"#),
            "is not JSON",
        ),
        ("no gzip", gzip(Answer::json(200, &whole)), "is damaged"),
        ("closed", Answer::closed(), "broke the connection"),
    ] {
        let play = Play::with(OFFSET, 3).await;
        let once = broken.clone();
        play.vendor.on(move |request, answer| if request.nth == 0 { once.clone() } else { answer });
        let report = play.complete().await;
        assert_eq!((report.inserted, report.retries), (3, 1), "{name}");
        play.vendor.on(move |_, _| broken.clone());
        let report = play.fails(&[words, "tries `4`"]).await;
        assert_eq!((report.requests, play.live().await), (4, 3), "{name}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_byte_order_mark_does_not_cost_the_listing() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|_, answer| {
        let mut body = b"\xef\xbb\xbf".to_vec();
        body.extend(&answer.body);
        Answer::new(200, "application/json", body)
    });
    assert_eq!(play.complete().await.inserted, 3);
    play.end().await;
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_an_error_that_says_so() {
    let latin = b"{\"data\": [{\"id\": \"a\", \"name\": \"caf\xe9\"}]}".to_vec();
    let utf_16 = "{\"data\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for body in [latin, utf_16] {
        let play = Play::with(OFFSET, 3).await;
        play.vendor.on(move |_, _| Answer::new(200, "application/json", body.clone()));
        play.fails(&["UTF-8"]).await;
        play.end().await;
    }
}

#[tokio::test]
async fn an_empty_list_that_is_written_as_null_is_an_empty_list_where_something_else_says_so() {
    for (paging, body) in [
        (TOTAL, json!({"data": null, "total": 0})),
        (ITERATOR, json!({"data": null, "done": true, "iterator": null})),
    ] {
        let play = Play::with(paging, 0).await;
        play.vendor.on(move |_, _| Answer::json(200, &body));
        assert_eq!(play.complete().await.rows, 0);
        play.end().await;
    }
}

#[tokio::test]
async fn an_envelope_around_the_list_is_not_a_row() {
    let things = things(OFFSET).select(&["data.items", "data"]);
    for items in [json!(null), json!(""), json!({})] {
        let play = Play::new(&[things], Content::empty()).await;
        play.vendor.on(move |_, _| {
            Answer::json(200, &json!({"data": {"items": items, "total": 0, "offset": 0}}))
        });
        play.sync().await;
        assert_eq!(play.database.value("select count(*) from sync.quarantine").await, "0");
        play.end().await;
    }
}

#[tokio::test]
async fn a_status_that_brings_no_rows_is_an_error_and_not_zero_rows() {
    for (status, words) in [
        (201, "201 Created"),
        (202, "202 Accepted"),
        (204, "204 No Content"),
        (206, "206 Partial Content"),
        (304, "304 Not Modified"),
    ] {
        let play = Play::with(OFFSET, 3).await;
        play.complete().await;
        play.vendor.on(move |_, answer| {
            let mut answer = answer;
            answer.status = status;
            if matches!(status, 204 | 304) {
                answer.body.clear();
            }
            answer
        });
        play.fails(&[words]).await;
        assert_eq!(play.live().await, 3);
        play.end().await;
    }
}

#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_huge_one_is_refused() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.set_gzip(true);
    assert_eq!(play.complete().await.rows, 3);
    play.vendor.on(|_, _| Answer::json(200, &format!("[{}]", " ".repeat(65 << 20))));
    let report = play.fails(&["larger than 64 MiB"]).await;
    assert_eq!(report.requests, 1);
    play.end().await;
}

#[tokio::test]
async fn a_value_that_nests_deeper_than_a_stack_does_not_cost_its_row() {
    for depth in [200, 20_000] {
        let play = Play::with(OFFSET, 0).await;
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"data": [{{"id": "a", "detail": {deep}, "more": {deep}}}]}}"#);
        play.vendor.on(move |_, _| Answer::json(200, &body));
        play.complete().await;
        let kept = play.thing("a", "detail is not null or _extra ? 'detail'").await;
        assert_eq!(
            (kept.as_str(), play.thing("a", "_extra ? 'more'").await.as_str()),
            ("true", "true")
        );
        play.end().await;
    }
}

/// An answer that is no listing, from a vendor whose words the declaration does not know.
fn closed() -> Answer {
    Answer::json(200, &json!({"status": "maintenance", "message": "we are back soon"}))
}

#[tokio::test]
async fn an_answer_that_is_no_listing_is_not_an_empty_one_where_none_means_that_there_are_no_rows()
{
    let places = things(TOTAL).select(&["data.items", "data"]).missing_is_empty();
    let play = Play::new(&[places], Content::empty().with("things", rows(3))).await;
    play.complete().await;
    play.vendor.on(|_, _| closed());
    play.fails(&["no rows at `data.items` or `data`", "`status` (string)"]).await;
    for other in [json!("soon"), json!({"items": "soon"}), json!(7), json!(true)] {
        play.vendor.on(move |_, _| Answer::json(200, &json!({"data": other})));
        play.fails(&["no rows at `data.items`"]).await;
    }
    assert_eq!(play.live().await, 3);
    for none in [
        json!({}),
        json!({"total": 0}),
        json!({"data": null}),
        json!({"data": false, "total": 0}),
        json!({"data": {"items": {}, "offset": 0}}),
    ] {
        play.vendor.on(|_, _| Answer::json(200, &json!({"data": rows(3), "total": 3})));
        play.complete().await;
        assert_eq!(play.live().await, 3);
        play.vendor.on(move |_, _| Answer::json(200, &none));
        play.complete().await;
        assert_eq!(play.live().await, 0);
    }
    play.end().await;
}

#[tokio::test]
async fn an_object_without_a_field_of_a_row_is_not_the_one_row_of_a_singleton() {
    let places = things(SINGLE).select(&["data", "$"]).singleton();
    let play = Play::new(&[places], Content::empty()).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"name": "right"})));
    play.complete().await;
    play.vendor.on(|_, _| closed());
    play.fails(&["no rows at `data` or the body itself", "`status` (string)"]).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"data": {"until": "soon"}})));
    play.fails(&["the object at `data` has no field that the table has"]).await;
    assert_eq!(play.ids().await, ["singleton"]);
    assert_eq!(play.thing("singleton", "name").await, "right");
    play.end().await;
}

#[tokio::test]
async fn a_row_without_a_field_of_one_does_not_replace_the_one_row_of_a_singleton() {
    let play = Play::new(&[things(OFFSET).singleton()], Content::empty()).await;
    play.vendor.on(|_, _| page(&[json!({"name": "right"})]));
    play.complete().await;
    for other in [json!({}), json!({"until": "soon"})] {
        play.vendor.on(move |_, _| page(std::slice::from_ref(&other)));
        let report = play.sync().await;
        assert_eq!(report.exit_status(), 1);
        assert!(report.resources[0].quarantined > 0, "{}", report.to_text());
    }
    assert_eq!(play.ids().await, ["singleton"]);
    assert_eq!(play.thing("singleton", "name").await, "right");
    play.end().await;
}
