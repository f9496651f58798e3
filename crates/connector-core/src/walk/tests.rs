use connector_spec::Total;

use super::*;

const OFFSET: Paging = Paging::offset("offset", 50);
const TOTAL: Paging =
    Paging::Offset { offset: "offset", limit: ("limit", 50), total: Some(Total::Body("total")) };
const PAGE: Paging = Paging::Page { page: "page", first: 1, limit: None, total: None };
const ITERATOR: Paging =
    Paging::Token { param: "iterator", next: "iterator", done: Some("done"), limit: None };
const TOKEN: Paging = Paging::token("pagination_token", "nextPaginationToken");

/// A page of so many rows, numbered from that one on.
fn rows(rows: u64, from: u64) -> PageFacts {
    let ends = (rows > 0).then(|| (from, from + rows - 1));
    PageFacts {
        rows,
        fingerprint: from * 1_000 + rows,
        first: ends.map(|(first, _)| first),
        last: ends.map(|(_, last)| last),
        ..PageFacts::default()
    }
}

fn of(total: u64, page: PageFacts) -> PageFacts {
    PageFacts { total: Some(total), ..page }
}

fn next(token: &str, page: PageFacts) -> PageFacts {
    let mut page = page;
    page.next = Some(token.to_owned());
    page
}

fn done(done: bool, page: PageFacts) -> PageFacts {
    PageFacts { done: Some(done), ..page }
}

/// Feeds the pages to a walk and writes down what it asked for and how it ended.
fn walk(paging: Paging, pages: &[PageFacts]) -> String {
    let mut walk = Walk::new(paging, false);
    let mut log = Vec::new();
    for page in pages {
        let query: Vec<_> = walk
            .query(walk.position())
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        log.push(query.join("&"));
        match walk.advance(page) {
            Ok(Step::Next | Step::Again(_)) => {}
            Ok(Step::End(ending)) => {
                log.push(format!("{ending:?}"));
                return log.join(" ");
            }
            Err(stuck) => {
                log.push(format!("{stuck:?}"));
                return log.join(" ");
            }
        }
    }
    log.push("more".to_owned());
    log.join(" ")
}

#[test]
fn an_offset_walk_advances_by_the_rows_it_received_and_ends_on_its_last_row() {
    assert_eq!(
        walk(OFFSET, &[rows(50, 1), rows(26, 50), rows(1, 75)]),
        "limit=50&offset=0 limit=50&offset=49 limit=50&offset=74 LastRow"
    );
    assert_eq!(walk(OFFSET, &[rows(0, 0)]), "limit=50&offset=0 EmptyPage");
    assert_eq!(
        walk(OFFSET, &[rows(1, 1), rows(0, 0)]),
        "limit=50&offset=0 limit=50&offset=1 EmptyPage"
    );
    assert_eq!(
        walk(OFFSET, &[rows(1, 1), rows(1, 2), rows(1, 3), rows(0, 0)]),
        "limit=50&offset=0 limit=50&offset=1 limit=50&offset=2 limit=50&offset=3 OneByOne"
    );
}

#[test]
fn a_total_saves_the_last_request_and_forbids_an_early_end() {
    assert_eq!(
        walk(TOTAL, &[of(75, rows(50, 1)), of(75, rows(26, 50))]),
        "limit=50&offset=0 limit=50&offset=49 TotalReached"
    );
    let short = [of(150, rows(50, 1)), of(150, rows(0, 0))];
    assert_eq!(
        walk(TOTAL, &[&short[..], &short, &short].concat()),
        "limit=50&offset=0 limit=50&offset=49 limit=50&offset=0 limit=50&offset=49 \
         limit=50&offset=0 limit=50&offset=49 \
         Moved { passes: 3, by: ShortOfTotal { received: 50, total: 150 } }"
    );
}

#[test]
fn a_total_that_may_count_the_page_alone_is_put_to_the_proof() {
    assert_eq!(
        walk(TOTAL, &[of(50, rows(50, 1)), of(50, rows(1, 50))]),
        "limit=50&offset=0 limit=50&offset=49 TotalReached"
    );
    assert_eq!(
        walk(
            TOTAL,
            &[of(50, rows(50, 1)), of(50, rows(50, 50)), of(21, rows(21, 99)), of(1, rows(1, 119))]
        ),
        "limit=50&offset=0 limit=50&offset=49 limit=50&offset=98 limit=50&offset=118 LastRow"
    );
    let counted =
        Paging::Page { page: "page", first: 1, limit: Some(("size", 30)), total: TOTAL.total() };
    for behind in [rows(0, 0), rows(30, 1)] {
        assert_eq!(
            walk(counted, &[of(30, rows(30, 1)), of(30, behind)]),
            "size=30&page=1 size=30&page=2 TotalReached"
        );
    }
    assert_eq!(
        walk(counted, &[of(30, rows(30, 1)), of(30, rows(7, 31)), of(30, rows(0, 0))]),
        "size=30&page=1 size=30&page=2 size=30&page=3 EmptyPage"
    );
}

#[test]
fn a_listing_that_moved_is_read_again_and_believed_if_it_then_stays() {
    let stays = [rows(50, 1), rows(26, 50), rows(1, 75)];
    for moved in [rows(50, 51), rows(0, 0)] {
        assert_eq!(
            walk(OFFSET, &[&[rows(50, 1), moved][..], &stays].concat()),
            "limit=50&offset=0 limit=50&offset=49 \
             limit=50&offset=0 limit=50&offset=49 limit=50&offset=74 LastRow"
        );
    }
}

#[test]
fn a_listing_that_keeps_moving_is_read_to_its_end_and_not_believed() {
    let moves = [rows(50, 1), rows(50, 51)];
    assert_eq!(
        walk(OFFSET, &[&moves[..], &moves, &moves, &[rows(2, 100), rows(1, 101)]].concat()),
        "limit=50&offset=0 limit=50&offset=49 limit=50&offset=0 limit=50&offset=49 \
         limit=50&offset=0 limit=50&offset=49 limit=50&offset=98 limit=50&offset=99 \
         Moved { passes: 3, by: OtherRow { at: 50 } }"
    );
}

#[test]
fn a_vendor_that_counts_pages_is_found_out() {
    let pages = [rows(50, 1), rows(0, 0)];
    assert!(
        walk(OFFSET, &[&pages[..], &pages, &pages].concat())
            .ends_with("Moved { passes: 3, by: NoRow { at: 50 } }")
    );
}

#[test]
fn a_vendor_that_ignores_the_offset_is_found_out() {
    let ignored = |number| {
        let mut walk = Walk::new(OFFSET, false);
        assert_eq!(walk.advance(&rows(number, 1)), Ok(Step::Next));
        walk.note_keys(Step::Next, Some(7)).unwrap();
        let again = PageFacts { keys: Some(7), ..rows(number, 1) };
        assert!(walk.doubts(&again));
        walk.advance(&again)
    };
    assert_eq!(ignored(45), Ok(Step::End(Ending::OffsetIgnored)));
    assert_eq!(ignored(60), Ok(Step::End(Ending::OffsetIgnored)));
    assert_eq!(ignored(50), Err(Stuck::OffsetIgnored { limit: 50 }));
}

#[test]
fn one_row_that_comes_again_is_the_listing_if_it_comes_wherever_it_is_asked_for() {
    let begun = || {
        let mut walk = Walk::new(OFFSET, false);
        assert_eq!(walk.advance(&rows(1, 1)), Ok(Step::Next));
        walk.note_keys(Step::Next, Some(7)).unwrap();
        walk
    };
    let again = PageFacts { keys: Some(7), ..rows(1, 1) };
    let object = PageFacts { object: true, ..again.clone() };
    assert_eq!(begun().advance(&object), Ok(Step::End(Ending::OffsetIgnored)));
    let mut walk = begun();
    assert_eq!(walk.advance(&again), Ok(Step::Next));
    assert_eq!(walk.query(walk.position())[1].1, "2");
    assert_eq!(walk.clone().advance(&again), Ok(Step::End(Ending::OffsetIgnored)));
    assert_eq!(walk.advance(&rows(1, 2)), Err(Stuck::OneByOne));
}

#[test]
fn a_listing_in_one_response_ends_with_it_unless_it_names_another() {
    assert_eq!(walk(Paging::Single, &[rows(7, 1)]), " SinglePage");
    let more = PageFacts { names_more: true, ..rows(7, 1) };
    assert_eq!(walk(Paging::Single, &[more]), " NamesMore");
}

#[test]
fn pages_are_foreseen_as_far_as_the_total_goes() {
    let foreseen = |paging, page: &PageFacts| {
        let mut walk = Walk::new(paging, false);
        assert_eq!(walk.foresee(1), None);
        assert_eq!(walk.advance(page), Ok(Step::Next));
        let guesses = walk.guesses().unwrap_or(9).max(1);
        let all = (0..guesses).map_while(|pages| walk.foresee(pages));
        all.map(|position| walk.query(&position).pop().unwrap().1).collect::<Vec<_>>()
    };
    assert_eq!(foreseen(TOTAL, &of(160, rows(50, 1))), ["49", "98", "147"]);
    assert_eq!(foreseen(TOTAL, &of(148, rows(50, 1))), ["49", "98"]);
    // A page that was cut short foretells pages like it.
    assert_eq!(foreseen(TOTAL, &of(70, rows(25, 1))), ["24", "48"]);
    assert_eq!(foreseen(OFFSET, &rows(50, 1)), ["49"]);
    assert_eq!(foreseen(PAGE, &rows(50, 1)), ["2"]);
    let counted = Paging::Page { page: "page", first: 1, limit: None, total: TOTAL.total() };
    assert_eq!(foreseen(counted, &of(91, rows(30, 1))), ["2", "3", "4"]);
    assert_eq!(foreseen(TOKEN, &next("b", rows(50, 1))), ["b"]);
}

#[test]
fn without_a_total_as_many_pages_are_guessed_as_came_one_like_the_other() {
    for (paging, seam) in [(OFFSET, 1), (PAGE, 0)] {
        let mut walk = Walk::new(paging, false);
        let mut from = 1;
        for (size, guesses) in [(50, 1), (50, 2), (50, 3), (50, 4), (30, 1), (30, 2), (20, 1)] {
            assert_eq!(walk.advance(&rows(size, from)), Ok(Step::Next));
            from += size - seam;
            assert_eq!(walk.guesses(), Some(guesses), "{paging:?}");
            // Those that are on their way are not given up if they are where they would be asked for.
            assert!(walk.foresee(9).is_some());
        }
        assert!(!walk.ends_before(&walk.foresee(0).unwrap()) || paging == OFFSET);
        assert!(walk.ends_before(&walk.foresee(1).unwrap()));
    }
    let mut moved = Walk::new(OFFSET, false);
    for page in [rows(50, 1), rows(50, 51)].iter().cycle().take(6) {
        moved.advance(page).unwrap();
    }
    assert_eq!((moved.passes(), moved.foresee(1)), (3, None));
}

#[test]
fn a_walk_goes_on_where_an_earlier_one_was() {
    let mut walk = Walk::new(OFFSET, false);
    assert_eq!(walk.advance(&rows(50, 1)), Ok(Step::Next));
    let place: Place =
        serde_json::from_str(&serde_json::to_string(&walk.place()).unwrap()).unwrap();
    let mut resumed = Walk::new(OFFSET, false).resumed(place);
    assert_eq!(resumed.query(resumed.position()), walk.query(walk.position()));
    assert_eq!(resumed.advance(&rows(1, 50)), Ok(Step::End(Ending::LastRow)));
    let late = Walk::new(OFFSET, true).starting_at(50, 50);
    let resumed = Walk::new(OFFSET, true).resumed(late.place());
    assert!(!resumed.starts_at_the_start() && resumed.tail() == Some(50));
}

#[test]
fn pages_are_counted_from_the_first() {
    assert_eq!(
        walk(PAGE, &[rows(30, 1), rows(1, 2), rows(0, 3)]),
        "page=1 page=2 page=3 EmptyPage"
    );
    assert_eq!(walk(PAGE, &[rows(30, 1), rows(30, 1)]), "page=1 page=2 RepeatedPage");
}

#[test]
fn a_page_whose_keys_came_before_is_no_progress_whatever_else_is_in_it() {
    for paging in [TOKEN, PAGE, OFFSET] {
        let mut walk = Walk::new(paging, false);
        assert_eq!(walk.note_keys(Step::Next, Some(7)), Ok(Step::Next));
        assert_eq!(walk.note_keys(Step::Next, None), Ok(Step::Next));
        assert_eq!(walk.note_keys(Step::Next, Some(8)), Ok(Step::Next));
        assert_eq!(walk.note_keys(Step::Next, Some(7)), Err(Stuck::RepeatedPage));
    }
}

#[test]
fn a_done_flag_ends_the_walk_whatever_the_token() {
    assert_eq!(
        walk(ITERATOR, &[done(false, next("b", rows(2, 1))), done(true, next("c", rows(1, 2)))]),
        " iterator=b Done"
    );
    assert_eq!(
        walk(ITERATOR, &[done(false, next("b", rows(0, 1))), done(false, next("b", rows(1, 2)))]),
        " iterator=b RepeatedToken"
    );
    assert_eq!(walk(ITERATOR, &[done(false, rows(2, 1))]), " NoToken");
    assert_eq!(walk(ITERATOR, &[next("b", rows(2, 1))]), " NoSignal { path: \"done\" }");
}

#[test]
fn an_absent_or_empty_token_ends_the_walk() {
    assert_eq!(walk(TOKEN, &[next("b", rows(2, 1)), rows(2, 2)]), " pagination_token=b NoNextPage");
    assert_eq!(walk(TOKEN, &[next("", rows(2, 1))]), " NoNextPage");
    assert_eq!(
        walk(TOKEN, &[next("b", rows(2, 1)), next("c", rows(2, 1))]),
        " pagination_token=b RepeatedPage"
    );
}

#[test]
fn a_token_that_is_none_is_not_an_end() {
    let unreadable = PageFacts { unreadable_next: true, ..rows(2, 1) };
    assert_eq!(walk(TOKEN, std::slice::from_ref(&unreadable)), " UnreadableToken");
    assert_eq!(walk(ITERATOR, &[done(false, unreadable)]), " UnreadableToken");
}

#[test]
fn a_walk_through_nothing_but_empty_pages_fails() {
    let pages: Vec<_> = (0..200).map(|page| next(&page.to_string(), rows(0, 0))).collect();
    assert!(walk(TOKEN, &pages).ends_with("NoRows { pages: 101 }"));
}

/// Feeds pages to a walk through a listing that rows are left out of, and writes down where it
/// asked for them, with `!` where nothing is to be left out, and how it ended.
fn walk_with_gaps(pages: &[PageFacts]) -> String {
    let mut walk = Walk::new(TOTAL, true).sparse(true);
    let mut log = Vec::new();
    for (nth, page) in pages.iter().enumerate() {
        let is_whole = matches!(walk.position(), Position::NothingLeftOut { .. });
        let mark = if is_whole { "!" } else { "" };
        log.push(format!("{mark}{}", walk.query(walk.position())[1].1));
        assert_eq!(walk.overlap(page) as u64, if is_whole { page.rows } else { 0 });
        // Whoever goes on from there asks for the page itself.
        assert_eq!(walk.place().position, *walk.position().with_gaps());
        let page = PageFacts { fingerprint: nth as u64, ..page.clone() };
        match walk.advance(&page) {
            Ok(Step::Next) => {}
            end => {
                log.push(format!("{end:?}, {} rows", walk.first_row()));
                break;
            }
        }
    }
    log.join(" ")
}

#[test]
fn a_listing_with_gaps_is_read_to_where_nothing_is_left_whatever_its_totals_count() {
    let of_60 = |number| of(60, rows(number, 1));
    let cases: [(&[PageFacts], &str); 6] = [
        // Offsets count all rows.
        (
            &[37, 50, 0, 50, 50, 12, 20, 0, 0].map(|number| rows(number, 1)),
            "0 !0 50 !50 100 150 !150 170 !170 Ok(End(EmptyPage)), 99 rows",
        ),
        // Or those that are left, of which there are 120 of 200.
        (
            &[50, 50, 20, 50, 0, 50, 0, 0].map(of_60),
            "0 50 100 !100 150 !150 200 !200 Ok(End(EmptyPage)), 120 rows",
        ),
        // The total of all rows spares the last question.
        (
            &[of_60(37), of(70, rows(50, 1)), of_60(12), of(70, rows(20, 1))],
            "0 !0 50 !50 Ok(End(TotalReached)), 49 rows",
        ),
        // A vendor that caps its pages sends fewer rows, and yet leaves none out.
        (
            &[20, 20, 20, 20, 7, 10].map(|number| of(50, rows(number, 1))),
            "0 !0 20 !20 40 !40 Ok(End(TotalReached)), 47 rows",
        ),
        // A total that is no more than a full page may count just that page.
        (
            &[40, 50, 3, 50, 0, 0].map(|number| of(50, rows(number, 1))),
            "0 !0 50 !50 100 !100 Ok(End(EmptyPage)), 43 rows",
        ),
        (&[of(0, rows(0, 0)), of(0, rows(0, 0))], "0 !0 Ok(End(EmptyPage)), 0 rows"),
    ];
    for (pages, told) in cases {
        assert_eq!(walk_with_gaps(pages), told);
    }
}

#[test]
fn a_window_is_one_response_however_many_rows_it_has() {
    const WINDOW: Paging = Paging::Window { limit: ("limit", 50) };
    for number in [0, 49, 50, 51] {
        assert_eq!(walk(WINDOW, &[rows(number, 1)]), "limit=50 Window");
    }
    let more = PageFacts { names_more: true, ..rows(7, 1) };
    assert_eq!(walk(WINDOW, &[more]), "limit=50 NamesMore");
}

#[test]
fn a_walk_that_starts_late_begins_anew_where_the_known_rows_are_not() {
    let mut walk = Walk::new(TOTAL, true).starting_at(75, 75);
    assert_eq!(walk.query(walk.position())[1].1, "74");
    assert_eq!(walk.clone().advance(&of(80, rows(6, 75))), Ok(Step::End(Ending::TotalReached)));
    for other in [of(80, rows(6, 175)), of(40, rows(0, 0))] {
        let mut walk = walk.clone();
        assert!(matches!(walk.advance(&other), Ok(Step::Again(_))));
        assert!(walk.starts_at_the_start() && walk.passes() == 1);
        assert_eq!(walk.query(walk.position())[1].1, "0");
    }
    assert_eq!(walk.advance(&of(75, rows(1, 75))), Ok(Step::End(Ending::TotalReached)));
}

#[test]
fn rows_without_a_key_may_fill_equal_pages_as_long_as_a_total_tells_the_end() {
    let mut keyless = Walk::new(TOTAL, true);
    let equal = PageFacts { last: Some(1), ..rows(50, 1) };
    for step in [Step::Next, Step::Next, Step::End(Ending::TotalReached)] {
        assert_eq!(keyless.advance(&of(101, equal.clone())), Ok(step));
        keyless.note_keys(Step::Next, Some(1)).unwrap();
        if keyless.first_row() == 99 {
            let last = PageFacts { last: Some(1), ..rows(3, 1) };
            assert_eq!(keyless.advance(&of(101, last)), Ok(Step::End(Ending::TotalReached)));
            break;
        }
    }
}
