//! Listings that the vendor leaves rows out of, where nobody says what its offsets and totals count.

use connector_core::{Connector, Paging, Param, Total, Unset, Values};
use connector_testkit::{Answer, Content, Request};
use serde_json::{Value, json};

use crate::support::{OFFSET, PAGES, Play, complete, connector, fails, items, things};

pub(crate) const HEADER: Paging = Paging::Offset {
    offset: "offset",
    limit: ("limit", 50),
    total: Some(Total::Header("x-total")),
};

/// Whatever, of which empty rows can be left out.
pub(crate) fn sparse(paging: Paging) -> Connector {
    const CLEAN: Param = Param {
        name: "clean",
        doc: "Whether to leave out empty rows",
        values: Values::Flag,
        unset: Unset::Omitted,
    };
    let listing = items(paging).select(&["data"]).params(&["clean"]).sparse_if(&["clean"]);
    Connector { params: &[CLEAN], ..connector(&[listing]) }
}

/// What the numbers of a vendor count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Counted {
    All,
    Left,
    Nothing,
    Wrong(u64),
}

/// A vendor that leaves rows out of its pages, before or after it counts them.
#[derive(Clone, Debug)]
pub(crate) struct Filtering {
    pub(crate) rows: Vec<Value>,
    pub(crate) offsets: Counted,
    pub(crate) total: Counted,
    pub(crate) cap: usize,
}

impl Filtering {
    /// Adds a row behind all others.
    pub(crate) fn grow(&mut self, is_empty: bool) {
        let n = self.rows.len();
        self.rows.push(if is_empty { json!({}) } else { json!({"n": n}) });
    }

    pub(crate) fn answer(&self, request: &Request) -> Answer {
        let clean = request.param("clean") == Some("1");
        let number = |name| request.param(name).map(|value| value.parse::<usize>().unwrap());
        let limit = number("limit").unwrap_or(50).min(self.cap);
        let offset = number("offset").unwrap_or_else(|| (number("page").unwrap() - 1) * limit);
        let left = |row: &&Value| !clean || **row != json!({});
        let all = self.rows.iter();
        let page: Vec<&Value> = if self.offsets == Counted::All {
            all.skip(offset).take(limit).filter(left).collect()
        } else {
            all.filter(left).skip(offset).take(limit).collect()
        };
        let answer = Answer::json(200, &json!({"data": page}));
        let total = match self.total {
            Counted::All => self.rows.len() as u64,
            Counted::Left => self.rows.iter().filter(left).count() as u64,
            Counted::Nothing => return answer,
            Counted::Wrong(total) => total,
        };
        answer.header("x-total", &total).edit(|body| body["total"] = total.into())
    }
}

/// The number of rows, and which of them are empty.
type Listing = (u64, fn(u64) -> bool);

/// So many rows, of which those are empty.
fn rows(number: u64, is_empty: impl Fn(u64) -> bool) -> Vec<Value> {
    (0..number).map(|n| if is_empty(n) { json!({}) } else { json!({"n": n}) }).collect()
}

/// The numbers of the rows that are there, in the order of their places.
pub(crate) async fn kept(play: &Play) -> Vec<u64> {
    let query = "select (data ->> 'n')::bigint as n from hostile.things where _deleted_at is null order by position";
    play.database.rows(query).await.iter().map(|row| row["n"].as_u64().unwrap()).collect()
}

async fn playing(paging: Paging, filtering: &Filtering) -> Play {
    let play = Play::of(sparse(paging), Content::empty()).await;
    serve(&play, filtering);
    play
}

fn serve(play: &Play, filtering: &Filtering) {
    let filtering = filtering.clone();
    play.vendor.on(move |request, _| filtering.answer(request));
}

async fn clean(play: &Play) -> connector_core::Report {
    play.sync_as(&play.connection().with_param("clean", &["true"]).unwrap()).await
}

#[tokio::test]
async fn all_rows_that_are_left_come_whatever_offsets_and_totals_count() {
    let listings: [Listing; 7] = [
        (0, |_| false),
        (7, |n| n == 6),
        (200, |_| false),
        (200, |n| n % 4 == 3),
        // Whole pages are left out, in the middle and at the end.
        (230, |n| (40..170).contains(&n)),
        (230, |n| n > 49),
        (120, |_| true),
    ];
    for offsets in [Counted::All, Counted::Left] {
        for total in [
            Counted::All,
            Counted::Left,
            Counted::Nothing,
            Counted::Wrong(60),
            Counted::Wrong(100),
            Counted::Wrong(1_000),
        ] {
            let play = Play::of(sparse(HEADER), Content::empty()).await;
            for (number, is_empty) in listings {
                let left: Vec<u64> = (0..number).filter(|n| !is_empty(*n)).collect();
                let rows = rows(number, is_empty);
                serve(&play, &Filtering { rows, offsets, total, cap: 1_000 });
                let report = clean(&play).await;
                let told = format!("{number} {offsets:?} {total:?}: {}", report.to_text());
                assert_eq!(kept(&play).await, left, "{told}");
                // A total that is wrong without a filter too need not be believed.
                if !matches!(total, Counted::Wrong(_)) {
                    assert_eq!(report.exit_status(), 0, "{told}");
                }
                let again = clean(&play).await;
                assert_eq!(kept(&play).await, left, "{told}");
                assert_eq!(again.resources[0].unchanged, left.len() as u64, "{told}");
                play.database.execute("truncate hostile.things").await;
            }
            play.end_unexplained().await;
        }
    }
}

#[tokio::test]
async fn a_page_cap_costs_no_rows_where_rows_are_left_out() {
    for paging in [OFFSET, HEADER, PAGES] {
        for offsets in [Counted::All, Counted::Left] {
            let rows = rows(100, |n| n % 3 == 0);
            let filtering = Filtering { rows, offsets, total: Counted::Left, cap: 20 };
            let play = playing(paging, &filtering).await;
            complete(clean(&play).await);
            assert_eq!(kept(&play).await.len(), 66, "{paging:?} {offsets:?}");
            play.end_unexplained().await;
        }
    }
}

#[tokio::test]
async fn where_rows_are_left_out_none_is_marked_deleted() {
    let whole = Filtering {
        rows: rows(140, |_| false),
        offsets: Counted::All,
        total: Counted::All,
        cap: 1_000,
    };
    let play = playing(HEADER, &whole).await;
    complete(clean(&play).await);
    for total in [Counted::Wrong(60), Counted::All, Counted::Left] {
        let fewer = Filtering { rows: rows(100, |n| n % 2 == 1), total, ..whole.clone() };
        serve(&play, &fewer);
        let report = fails(clean(&play).await, &["known and did not come: 90"]);
        assert_eq!((report.deleted, play.live().await), (0, 140));
        assert!(!report.next.unwrap().contains("allow-deletes"));
    }
    let empty = Filtering { rows: Vec::new(), ..whole.clone() };
    serve(&play, &empty);
    assert_eq!(fails(clean(&play).await, &["did not come: 140"]).deleted, 0);
    // With nothing left out, places are sure again.
    serve(&play, &Filtering { rows: rows(100, |_| false), ..whole });
    complete(play.sync_as(&play.connection().allow_deletes()).await);
    assert_eq!(play.live().await, 100);
    play.end_unexplained().await;
}

/// The place of a row is its place among those that are left.
#[tokio::test]
async fn a_row_keeps_its_place_as_the_listing_grows_and_however_large_its_pages_are() {
    for offsets in [Counted::All, Counted::Left] {
        let is_empty = |n| n % 4 == 3;
        let mut filtering =
            Filtering { rows: rows(130, is_empty), offsets, total: Counted::All, cap: 1_000 };
        let play = playing(HEADER, &filtering).await;
        let inserted = complete(clean(&play).await).inserted;
        for (number, cap) in [(130, 23), (190, 1_000), (300, 31)] {
            filtering.rows = rows(number, is_empty);
            filtering.cap = cap;
            serve(&play, &filtering);
            let report = complete(clean(&play).await);
            assert_eq!((report.updated, report.deleted), (0, 0), "{offsets:?}");
            assert!(report.unchanged >= inserted);
        }
        let places = "select count(*) = max(position) + 1 from hostile.things";
        assert_eq!(play.database.value(places).await, "true");
        play.end_unexplained().await;
    }
}

#[tokio::test]
async fn rows_of_a_run_that_left_none_out_are_said_to_be_others() {
    let all = Filtering {
        rows: rows(60, |n| n % 2 == 1),
        offsets: Counted::All,
        total: Counted::All,
        cap: 1_000,
    };
    let play = playing(HEADER, &all).await;
    assert_eq!(play.complete().await.inserted, 60);
    let report = fails(clean(&play).await, &["known and did not come: 30"]);
    assert!(report.next.unwrap().contains("other parameters"));
    assert_eq!(play.live().await, 60);
    play.database.execute("truncate hostile.things").await;
    assert_eq!(complete(clean(&play).await).inserted, 30);
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_page_that_fails_without_its_filter_fails_the_walk() {
    let all = Filtering {
        rows: rows(60, |n| n % 2 == 1),
        offsets: Counted::All,
        total: Counted::All,
        cap: 1_000,
    };
    let play = Play::of(sparse(HEADER), Content::empty()).await;
    play.vendor.on(move |request, _| match request.param("clean") {
        Some(_) => all.answer(request),
        None => Answer::json(400, &json!({"message": "clean is needed"})),
    });
    fails(clean(&play).await, &["clean is needed"]);
    play.end_unexplained().await;
}

#[tokio::test]
async fn a_walk_through_gaps_that_was_stopped_begins_again_and_misses_no_row() {
    let filtering = Filtering {
        rows: rows(400, |n| n % 4 == 3),
        offsets: Counted::All,
        total: Counted::Left,
        cap: 1_000,
    };
    let play = playing(HEADER, &filtering).await;
    let connection = || {
        let connection = play.connection().with_param("clean", &["true"]).unwrap();
        connection.resuming_within(connector_core::TimeDelta::days(30))
    };
    for _ in 0..3 {
        let report = play.sync_as(&connection().with_max_requests(5).committing_every(1)).await;
        assert_eq!(report.exit_status(), 1, "{}", report.to_text());
    }
    let report = complete(play.sync_as(&connection()).await);
    assert_eq!((report.rows, kept(&play).await.len()), (300, 300));
    play.end_unexplained().await;
}

/// A listing whose rows have keys: their places are no matter, and yet absence proves nothing.
#[tokio::test]
async fn rows_with_keys_are_not_deleted_either_where_some_are_left_out() {
    const CLEAN: Param =
        Param { name: "clean", doc: "Whether", values: Values::Flag, unset: Unset::Omitted };
    for paging in [OFFSET, PAGES, crate::support::TOKEN, Paging::Single] {
        let listing = things(paging).params(&["clean"]).sparse_if(&["clean"]);
        let connector = Connector { params: &[CLEAN], ..connector(&[listing]) };
        let content = Content::empty().with("things", crate::support::rows(30));
        let play = Play::of(connector, content).await;
        complete(clean(&play).await);
        play.vendor.edit("things", |things| things.truncate(20));
        let report = fails(clean(&play).await, &["known and did not come: 10"]);
        assert_eq!((report.deleted, play.live().await), (0, 30));
        play.end().await;
    }
}

#[tokio::test]
async fn rows_that_did_not_come_are_said_by_the_run_that_goes_on_too() {
    const CLEAN: Param =
        Param { name: "clean", doc: "Whether", values: Values::Flag, unset: Unset::Omitted };
    let parts = crate::support::parts(PAGES).params(&["clean"]).sparse_if(&["clean"]);
    let connector = Connector { params: &[CLEAN], ..connector(&[things(OFFSET), parts]) };
    let content = Content::empty()
        .with("things", crate::support::rows(20))
        .with("parts", crate::support::rows(3));
    let play = Play::of(connector, content).await;
    let connection = || {
        let connection = play.connection().with_param("clean", &["true"]).unwrap();
        connection.committing_every(1).resuming_within(connector_core::TimeDelta::days(30))
    };
    complete(play.sync_as(&connection()).await);
    play.vendor.edit("parts", |parts| parts.truncate(2));
    let stopped = play.sync_as(&connection().with_max_requests(40)).await;
    assert!(stopped.interrupted && stopped.to_problems().contains("did not come"));
    fails(play.sync_as(&connection()).await, &["known and did not come: 20"]);
    play.end().await;
}
