//! Listings that do not end where they should, or not at all.

use connector_core::Paging;
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{
    FIRST, ITERATOR, NEXT_URL, OFFSET, PAGES, Play, TOKEN, TOTAL, behind, page, row, rows, slice,
    things,
};

#[tokio::test]
async fn a_token_that_repeats_for_ever_is_an_error_and_not_an_end() {
    let play = Play::with(TOKEN, 0).await;
    play.vendor.on(|request, _| {
        let rows: Vec<_> = (0..50).map(|n| row(request.nth as u64 * 50 + n)).collect();
        Answer::json(200, &json!({"data": rows, "next": FIRST}))
    });
    play.fails(&["the same token", "page `2`"]).await;
    assert_eq!((play.vendor.requests().len(), play.live().await), (2, 100));
    play.end().await;
}

#[tokio::test]
async fn an_iterator_behind_the_last_page_is_not_followed() {
    let play = Play::with(ITERATOR, 120).await;
    play.vendor.on(|_, answer| {
        answer.edit(|body| {
            if body["done"] == true {
                body["iterator"] = json!(FIRST);
            }
        })
    });
    assert_eq!(play.complete().await.inserted, 120);
    assert_eq!(play.vendor.requests().len(), 3);
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_ignores_the_offset_is_there_once() {
    let play = Play::with(OFFSET, 0).await;
    play.vendor.on(|_, _| page(&rows(45)));
    assert_eq!(play.complete().await.inserted, 45);
    assert!(play.vendor.requests().len() <= 2);
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_ignores_the_offset_and_fills_a_page_is_found_out() {
    let play = Play::with(OFFSET, 0).await;
    play.vendor.on(|_, _| page(&rows(50)));
    play.fails(&["ignores the offset"]).await;
    assert_eq!((play.vendor.requests().len(), play.live().await), (2, 50));
    play.end().await;
}

/// Where the answers differ in what is no key.
#[tokio::test]
async fn a_listing_that_ignores_the_offset_is_found_out_although_no_two_answers_are_equal() {
    for rotated in [false, true] {
        let play = Play::with(OFFSET, 0).await;
        play.vendor.on(move |request, _| {
            let mut rows = rows(if request.nth < 30 { 45 } else { 0 });
            if rotated && !rows.is_empty() {
                rows.rotate_left(request.nth);
            } else {
                for row in &mut rows {
                    row["size"] = json!(request.nth);
                }
            }
            page(&rows)
        });
        play.sync().await;
        assert_eq!(play.live().await, 45);
        let requests = play.vendor.requests().len();
        assert!(requests <= 5, "{requests} requests, rotated: {rotated}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_page_cap_below_the_limit_costs_no_rows() {
    let offset = |total| Paging::Offset { offset: "offset", limit: ("limit", 100), total };
    for (paging, requests) in [(offset(TOTAL.total()), 5), (offset(None), 6)] {
        let play = Play::with(paging, 230).await;
        play.vendor.set_page_cap(Some(50));
        let report = play.complete().await;
        assert_eq!(report.inserted, 230);
        assert_eq!(report.requests - report.evidence.unused_requests, requests);
        play.end().await;
    }
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_an_error_and_not_an_end() {
    let play = Play::with(TOTAL, 150).await;
    play.vendor.on(|request, answer| {
        if behind(request) { answer.edit(|body| body["data"] = json!([])) } else { answer }
    });
    play.fails(&["50 of 150"]).await;
    assert_eq!(play.live().await, 50);
    play.end().await;
}

#[tokio::test]
async fn a_total_that_is_none_does_not_end_the_walk() {
    for total in
        [json!(-1), json!("many"), json!(null), json!([]), json!({}), json!(150.0), json!("150")]
    {
        let play = Play::with(TOTAL, 150).await;
        let sent = total.clone();
        play.vendor.on(move |_, answer| answer.edit(|body| body["total"] = sent.clone()));
        assert_eq!(play.complete().await.inserted, 150, "{total}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_total_that_counts_the_page_alone_does_not_end_the_walk() {
    let play = Play::with(TOTAL, 150).await;
    play.vendor.on(|_, answer| {
        answer.edit(|body| body["total"] = body["data"].as_array().unwrap().len().into())
    });
    play.has_all_or_fails(150).await;
    play.end().await;
}

#[tokio::test]
async fn a_total_that_drops_below_what_came_does_not_end_the_walk() {
    let play = Play::with(TOTAL, 150).await;
    play.vendor.on(|request, answer| match request.param("offset") {
        Some("50") => answer.edit(|body| body["total"] = json!(7)),
        _ => answer,
    });
    play.has_all_or_fails(150).await;
    play.end().await;
}

#[tokio::test]
async fn one_row_fifty_times_is_not_a_listing_of_fifty_rows() {
    let play = Play::with(TOTAL, 0).await;
    play.vendor.on(|_, _| Answer::json(200, &json!({"data": vec![row(7); 50], "total": 50})));
    let report = play.sync().await;
    assert_eq!(play.ids().await, ["t007"]);
    assert_eq!(report.exit_status(), 1, "{}", report.to_text());
    play.end().await;
}

#[tokio::test]
async fn a_token_that_is_no_text_is_an_error_and_not_an_end() {
    for next in [json!({"href": "/things?token=x"}), json!(["x"]), json!(true)] {
        let play = Play::with(TOKEN, 120).await;
        play.vendor.on(move |request, answer| match request.nth {
            0 => answer.edit(|body| body["next"] = next.clone()),
            _ => answer,
        });
        play.fails(&["next"]).await;
        play.end().await;
    }
}

#[tokio::test]
async fn a_token_that_says_that_there_is_none_ends_the_walk() {
    for next in [json!(null), json!(""), json!(false)] {
        let play = Play::with(TOKEN, 20).await;
        play.vendor.on(move |_, answer| answer.edit(|body| body["next"] = next.clone()));
        assert_eq!(play.complete().await.requests, 1);
        play.end().await;
    }
}

#[tokio::test]
async fn a_token_is_sent_back_whatever_is_in_it() {
    for token in
        ["4503599627370497", "a b+c/d=&e#f%2f", "line\nbreak", "é💡", "\u{0}", &"x".repeat(8_000)]
    {
        let play = Play::with(TOKEN, 0).await;
        let sent = token.to_owned();
        play.vendor.on(move |request, _| match request.param("token") {
            None => Answer::json(200, &json!({"data": rows(1), "next": sent})),
            Some(token) if token == sent => page(slice(&rows(2), 1, 1)),
            Some(_) => page(&[]),
        });
        let report = play.complete().await;
        assert_eq!((report.inserted, report.requests), (2, 2), "{token:.20?}");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn one_object_in_place_of_a_list_does_not_end_a_walk_that_goes_on() {
    for paging in [TOKEN, ITERATOR, TOTAL] {
        let play = Play::with(paging, 3).await;
        play.vendor.set_page_cap(Some(1));
        play.vendor.on(|_, answer| answer.edit(|body| body["data"] = body["data"][0].take()));
        let report = play.sync().await;
        let live = play.live().await;
        assert!(live == 3 || report.exit_status() == 1, "{live} of 3: {}", report.to_text());
        play.end().await;
    }
}

#[tokio::test]
async fn a_listing_in_one_response_that_names_a_next_page_is_not_complete() {
    let things = things(Paging::Single);
    let play = Play::new(&[things], Content::empty().with("things", rows(20))).await;
    play.vendor.on(|_, answer| answer.header("link", "</things?page=2>; rel=\"next\""));
    play.fails(&["next"]).await;
    play.end().await;
}

/// What is one item by its nature, and yet two that come one at a time.
#[tokio::test]
async fn a_singleton_that_comes_in_pages_of_one_row_is_read_to_its_end() {
    for paging in [OFFSET, TOTAL, PAGES, TOKEN, ITERATOR, NEXT_URL] {
        for object in [false, true] {
            let play = Play::new(&[things(paging).singleton()], Content::empty()).await;
            play.vendor.on(move |request, _| {
                let data = match request.nth {
                    nth @ 0..2 if object => row(nth as u64),
                    nth => json!(slice(&rows(2), nth, 1)),
                };
                let mut body = json!({"data": data});
                if paging.total().is_some() {
                    body["total"] = json!(2);
                } else if request.nth == 0 && paging != OFFSET {
                    body["next"] = json!("/things?token=x");
                    body["iterator"] = json!("x");
                }
                body["done"] = json!(request.nth > 0);
                Answer::json(200, &body)
            });
            let report = play.sync().await;
            let live = play.live().await;
            // One object is all, unless something else in its answer says that it is not.
            let expected = if object && paging == OFFSET { 1 } else { 2 };
            let good = live == expected || report.exit_status() == 1;
            assert!(good, "{live}, {paging:?}, object: {object}: {}", report.to_text());
            play.end_unexplained().await;
        }
    }
}

#[tokio::test]
async fn a_singleton_is_asked_for_once_where_it_is_one_object() {
    for paging in [OFFSET, TOTAL, PAGES, TOKEN, ITERATOR] {
        let play = Play::new(&[things(paging).singleton()], Content::empty()).await;
        play.vendor.on(|_, _| Answer::json(200, &json!({"data": row(1), "total": 1})));
        assert_eq!(play.complete().await.requests, 1);
        play.end().await;
    }
}

/// Where each answer differs from all others in what is no key.
#[tokio::test]
async fn rows_that_come_again_for_ever_are_no_progress_although_no_two_answers_are_equal() {
    let counted = Paging::Page { page: "page", first: 1, limit: None, total: PAGES.total() };
    for (paging, ends) in [(TOKEN, false), (ITERATOR, false), (NEXT_URL, false), (counted, true)] {
        for rotated in [false, true] {
            let play = Play::with(paging, 0).await;
            play.vendor.on(move |request, _| {
                let nth = request.nth;
                let mut rows = rows(30);
                for row in &mut rows {
                    row["size"] = json!(nth);
                }
                rows.rotate_left(if rotated { nth % 30 } else { 0 });
                let next = json!(format!("/things?token={nth}"));
                Answer::json(
                    200,
                    &json!({"data": rows, "next": next, "iterator": next, "done": false, "total": 30}),
                )
            });
            if ends {
                play.complete().await;
            } else {
                play.fails(&["the same page again", "page `2`"]).await;
            }
            let requests = play.vendor.requests().len();
            assert!(requests <= 3, "{requests} requests: {paging:?}");
            assert_eq!(play.live().await, 30);
            play.end_unexplained().await;
        }
    }
}
