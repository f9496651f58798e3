//! Which part of an answer is a list, what is one row, and what is neither.

use connector_core::{Connector, ErrorShape, Paging, Resource};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{ITERATOR, OFFSET, PAGES, Play, TOKEN, TOTAL, connector, items, rows, things};

const SINGLE: Paging = Paging::Single;

/// What a vendor says that is closed, refuses, or wraps its rows in another way.
fn no_lists() -> [Value; 7] {
    [
        json!({"status": "maintenance"}),
        json!({"items": rows(3), "total": 3}),
        json!({"data": {"items": rows(3)}}),
        json!({"data": {"status": "maintenance"}}),
        json!({"id": "t000", "name": "Thing 0"}),
        json!(null),
        json!("soon"),
    ]
}

#[tokio::test]
async fn one_object_is_no_row_where_any_object_may_be_one() {
    for listing in [
        items(OFFSET).select(&["$"]),
        items(TOTAL).select(&["data"]),
        items(SINGLE).select(&["data", "$"]),
    ] {
        let play = Play::new(&[listing], Content::empty().with("things", rows(10))).await;
        assert_eq!(play.complete().await.inserted, 10);
        for body in no_lists() {
            let sent = body.clone();
            play.vendor.on(move |_, _| Answer::json(200, &sent));
            let report = play.fails(&["no rows at", "a list"]).await;
            assert_eq!((report.rows, report.quarantined), (0, 0), "{body}");
        }
        let query = "select count(*) from hostile.things where _deleted_at is null and _run_id = 1";
        assert_eq!(play.database.value(query).await, "10");
        play.end().await;
    }
}

#[tokio::test]
async fn whatever_stands_in_a_list_is_a_row_where_anything_may_be_one() {
    let listing = items(OFFSET).select(&["$"]);
    let play = Play::new(&[listing], Content::empty()).await;
    let all = json!([{"error": {"message": "not found"}}, {}, {"items": [], "total": 0}, [], 7]);
    let sent = all.clone();
    play.vendor.on(move |request, _| match request.nth {
        0 => Answer::json(200, &sent),
        _ => Answer::json(200, &json!(sent.as_array().unwrap()[4..])),
    });
    assert_eq!(play.complete().await.inserted, 5);
    let query = "select jsonb_agg(data order by position) from hostile.things";
    assert_eq!(play.database.value(query).await.parse::<Value>().unwrap(), all);
    play.end().await;
}

#[tokio::test]
async fn one_object_is_the_row_of_a_singleton_that_is_kept_whole() {
    let play = Play::new(&[items(SINGLE).select(&["$"]).singleton()], Content::empty()).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"status": "on"})));
    assert_eq!(play.complete().await.inserted, 1);
    play.end().await;
}

/// A vendor that says with each answer how it went.
fn talkative(resource: &Resource) -> Connector {
    const SHAPES: [ErrorShape; 3] = [
        ErrorShape { marker: "message", code: Some("code"), message: "message" },
        ErrorShape { marker: "code", code: Some("code"), message: "message" },
        ErrorShape { marker: "error", code: Some("error.code"), message: "error.message" },
    ];
    Connector { errors: &SHAPES, ..connector(std::slice::from_ref(resource)) }
}

#[tokio::test]
async fn a_word_beside_rows_is_no_error() {
    for said in [
        json!({"message": "OK"}),
        json!({"code": 0}),
        json!({"code": 0, "message": "success"}),
        json!({"code": "200"}),
        json!({"error": 0}),
    ] {
        for paging in [SINGLE, OFFSET, TOTAL, TOKEN] {
            let content = Content::empty().with("things", rows(3));
            let play = Play::of(talkative(&things(paging)), content).await;
            let said = said.clone();
            play.vendor.on(move |_, answer| {
                answer.edit(|body| {
                    body.as_object_mut().unwrap().extend(said.as_object().unwrap().clone());
                })
            });
            assert_eq!(play.complete().await.inserted, 3);
            play.end().await;
        }
    }
}

#[tokio::test]
async fn an_error_without_rows_or_with_more_than_a_word_is_an_error() {
    let play = Play::of(talkative(&things(OFFSET)), Content::empty().with("things", rows(3))).await;
    play.complete().await;
    for said in [
        json!({"data": [], "message": "you may not read this"}),
        json!({"data": [], "code": 7}),
        json!({"data": null, "message": "you may not read this"}),
        json!({"message": "you may not read this"}),
        // One object may be the error itself.
        json!({"data": rows(1)[0], "message": "you may not read this"}),
        json!({"data": rows(3), "error": {"code": 7, "message": "the rest is not there"}}),
        json!({"data": rows(3), "error": [{"message": "the rest is not there"}]}),
        json!({"data": rows(3), "error": true}),
    ] {
        play.vendor.on(move |_, _| Answer::json(200, &said));
        play.fails(&["answered with an error"]).await;
    }
    assert_eq!(play.live().await, 3);
    play.end().await;
}

#[tokio::test]
async fn a_list_that_is_left_out_is_an_empty_one_only_beside_nothing() {
    for paging in [SINGLE, OFFSET, TOTAL, TOKEN, ITERATOR, PAGES] {
        let play = Play::new(&[things(paging).missing_is_empty()], Content::empty()).await;
        for (body, is_empty) in [
            (json!({}), true),
            (json!({"total": 0}), true),
            (json!({"data": null}), true),
            (json!({"count": 0, "cursor": null, "link": ""}), true),
            (json!({"error": {"message": "closed"}}), false),
            (json!({"message": "closed"}), false),
            (json!({"success": false}), false),
            (json!({"things": []}), false),
            (json!({"things": rows(3)}), false),
            (json!({"status": 503}), false),
            (json!({"total": 3}), false),
            (json!([]), false),
            (json!(null), false),
        ] {
            let body = match (paging, body) {
                // Its last page has to say so.
                (ITERATOR, Value::Object(mut body)) => {
                    body.insert("done".to_owned(), json!(true));
                    Value::Object(body)
                }
                (_, body) => body,
            };
            let sent = body.clone();
            play.vendor.on(move |_, _| Answer::json(200, &sent));
            let report = play.sync().await;
            let told = format!("{paging:?} {body}: {}", report.to_text());
            assert_eq!(report.exit_status() == 0, is_empty, "{told}");
        }
        play.end().await;
    }
}

#[tokio::test]
async fn a_listing_in_one_response_is_asked_for_once_however_many_rows_it_has() {
    let listing = things(SINGLE).query(&[("limit", "50")]);
    for number in [49, 50, 51] {
        let play = Play::new(&[listing], Content::empty().with("things", rows(number))).await;
        let report = play.complete().await;
        assert_eq!((report.inserted, report.requests), (number, 1));
        play.end().await;
    }
}

#[tokio::test]
async fn a_total_that_was_reached_is_the_end_whatever_stands_behind_it() {
    let pages = |limit| Paging::Page {
        page: "page",
        first: 1,
        limit: Some(("limit", limit)),
        total: TOTAL.total(),
    };
    for (number, limit) in [(60, 30), (30, 30), (61, 30)] {
        for status in [200, 400, 404, 410, 422, 500, 503] {
            let content = Content::empty().with("things", rows(number));
            let play = Play::new(&[things(pages(limit))], content).await;
            play.vendor.on(move |request, answer| {
                let page: u64 = request.param("page").unwrap().parse().unwrap();
                if (page - 1) * limit < number {
                    answer
                } else {
                    Answer::json(status, &json!({"message": "no such page"}))
                }
            });
            assert_eq!(play.complete().await.inserted, number, "{status}");
            assert_eq!(play.complete().await.unchanged, number, "{status}");
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_page_that_fails_before_the_total_is_no_end() {
    for status in [400, 404, 500] {
        let play = Play::with(PAGES, 120).await;
        play.vendor.on(move |request, answer| match request.param("page") {
            Some("3") => Answer::json(status, &json!({"message": "no such page"})),
            _ => answer,
        });
        play.fails(&[&status.to_string()]).await;
        assert_eq!(play.live().await, 100);
        play.end().await;
    }
}
