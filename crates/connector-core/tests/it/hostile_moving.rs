//! Listings that are not the same from one page to the next.

use std::sync::Once;

use connector_core::Paging;
use connector_testkit::{Answer, Content, Request};
use serde_json::{Value, json};

use crate::support::{OFFSET, PAGES, Play, TOTAL, page, row, rows, slice, things};

/// The row that a page starts with.
fn offset(request: &Request) -> usize {
    let number = |name| request.param(name).and_then(|value| value.parse::<usize>().ok());
    number("offset").or(number("page").map(|page| (page - 1) * 50)).unwrap_or(0)
}

/// A page of these rows, with the total beside it if the declaration has one.
fn page_of(rows: &[Value], offset: usize, paging: Paging) -> Answer {
    let page = slice(rows, offset, 50);
    match paging.total() {
        Some(_) => Answer::json(200, &json!({"data": page, "total": rows.len()})),
        None => self::page(page),
    }
}

/// Changes the listing once, when the next page was read.
fn after_the_next_page(play: &Play, change: fn(&mut Vec<Value>)) {
    let (holdings, once) = (play.vendor.holdings(), Once::new());
    play.vendor.on(move |_, answer| {
        once.call_once(|| holdings.edit("things", change));
        answer
    });
}

#[tokio::test]
async fn a_page_number_where_the_document_says_offset_is_found_out() {
    for number in [100, 31, 30] {
        let play = Play::with(Paging::offset("page", 30), 0).await;
        play.vendor.on(move |request, _| {
            let asked: usize = request.param("page").unwrap().parse().unwrap();
            page(slice(&rows(number), asked.saturating_sub(1) * 30, 30))
        });
        let report = play.sync().await;
        let live = play.live().await;
        if report.exit_status() == 0 {
            assert_eq!(live, number, "{}", report.to_text());
        } else {
            let next = report.resources[0].next.clone().unwrap_or_default();
            assert!(next.contains("preset"), "{}", report.to_text());
        }
        play.end().await;
    }
}

#[tokio::test]
async fn a_row_that_is_deleted_between_two_pages_costs_no_other_row() {
    for paging in [TOTAL, OFFSET, PAGES] {
        let play = Play::with(paging, 120).await;
        play.complete().await;
        after_the_next_page(&play, |things| drop(things.remove(0)));
        let report = play.sync().await;
        // The row that moved from the second page to the first is still there.
        assert_eq!(play.thing("t050", "_deleted_at").await, "null", "{}", report.to_text());
        if report.exit_status() == 0 {
            assert_eq!(play.live().await, 119);
        }
        play.vendor.honest();
        play.complete().await;
        assert_eq!(
            (play.live().await, play.thing("t000", "_deleted_at is null").await.as_str()),
            (119, "false")
        );
        play.end().await;
    }
}

/// In the first run and where the one that comes makes up for the one that goes.
#[tokio::test]
async fn a_row_that_is_replaced_between_two_pages_costs_no_other_row() {
    for paging in [TOTAL, OFFSET] {
        let play = Play::with(paging, 120).await;
        after_the_next_page(&play, |things| {
            things.remove(0);
            things.push(row(999));
        });
        let report = play.sync().await;
        let found = play.ids().await.contains(&"t050".to_owned());
        assert!(found || report.exit_status() == 1, "{}", report.to_text());
        play.end().await;
    }
}

/// The other way round: what was read comes again.
#[tokio::test]
async fn a_row_that_is_inserted_between_two_pages_costs_no_other_row() {
    for paging in [TOTAL, OFFSET] {
        let play = Play::with(paging, 120).await;
        after_the_next_page(&play, |things| things.insert(0, row(999)));
        play.sync().await;
        play.vendor.honest();
        play.complete().await;
        assert_eq!(play.live().await, 121);
        play.end().await;
    }
}

#[tokio::test]
async fn rows_in_another_order_on_each_request_are_neither_lost_nor_doubled() {
    for paging in [TOTAL, OFFSET, PAGES] {
        let play = Play::new(&[things(paging)], Content::empty()).await;
        play.vendor.on(move |request, _| {
            let mut rows = rows(120);
            // A walk may ask for the same page again, and gets it in another order then too.
            rows.rotate_left(request.nth * 17 % 120);
            page_of(&rows, offset(request), paging)
        });
        let report = play.sync().await;
        let live = play.live().await;
        assert!(live == 120 || report.exit_status() == 1, "{live} of 120\n{}", report.to_text());
        let known = play.live().await;
        play.sync().await;
        assert!(play.live().await >= known, "rows that are listed were marked deleted");
        play.end().await;
    }
}

#[tokio::test]
async fn a_listing_of_fewer_different_rows_than_its_total_deletes_nothing() {
    let play = Play::with(TOTAL, 40).await;
    play.complete().await;
    play.vendor.on(|_, answer| answer.edit(|body| body["data"][3] = body["data"][4].clone()));
    play.fails(&["only 39 different rows came of 40"]).await;
    assert_eq!(play.live().await, 40);
    play.end().await;
}

#[tokio::test]
async fn an_empty_page_that_is_no_end_is_found_out() {
    let play = Play::with(OFFSET, 150).await;
    play.vendor.on(|request, answer| match request.nth {
        1 => page(&[]),
        _ => answer,
    });
    play.has_all_or_fails(150).await;
    play.end().await;
}

#[tokio::test]
async fn a_total_that_wavers_costs_no_rows() {
    let play = Play::with(TOTAL, 150).await;
    play.vendor.on(|request, answer| {
        answer.edit(|body| body["total"] = json!(if request.nth % 2 == 0 { 151 } else { 149 }))
    });
    play.has_all_or_fails(150).await;
    play.end().await;
}
