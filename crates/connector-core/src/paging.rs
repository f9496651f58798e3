//! Where the next page is. Pure: what a page held goes in, what to ask next comes out.
//!
//! A listing ends on a signal that its declaration names, or it fails. Ending on
//! anything else, such as a token that repeats, would lose rows and tell nobody.
//! A walk therefore has to show progress with every page, and it advances by the
//! rows that it received, because vendors cap pages below what they are asked for.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The rule that finds the next page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// The listing is one response.
    Single,
    /// `offset` counts rows.
    Offset {
        /// The parameter that says how many rows to skip.
        offset: &'static str,
        /// The parameter that asks for a page size, and the size.
        limit: (&'static str, u64),
        /// Where the response tells how many rows there are.
        total: Option<Total>,
    },
    /// `page` counts pages.
    Page {
        /// The parameter that says which page.
        page: &'static str,
        /// The number of the first page.
        first: u64,
        /// The parameter that asks for a page size, and the size, where there is one.
        limit: Option<(&'static str, u64)>,
        /// Where the response tells how many rows there are.
        total: Option<Total>,
    },
    /// Each response holds an opaque token for the next page.
    Token {
        /// The parameter that the token is sent back in.
        param: &'static str,
        /// Where the response holds it.
        next: &'static str,
        /// Where the response says that it is the last one. Without such a place, an absent token says so.
        done: Option<&'static str>,
        /// The parameter that asks for a page size, and the size, where there is one.
        limit: Option<(&'static str, u64)>,
    },
    /// The `Link` header holds the next page's address as `rel="next"`.
    LinkHeader {
        /// The parameter that asks for a page size, and the size, where there is one.
        limit: Option<(&'static str, u64)>,
    },
    /// The body holds the next page's address.
    NextUrl {
        /// Where the body holds it.
        path: &'static str,
        /// The parameter that asks for a page size, and the size, where there is one.
        limit: Option<(&'static str, u64)>,
    },
}

/// Where a response tells how many rows its listing has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// At a path in the body.
    Body(&'static str),
    /// In a header.
    Header(&'static str),
}

impl Paging {
    /// Offset and `limit`, with no total.
    pub const fn offset(offset: &'static str, limit: u64) -> Self {
        Self::Offset { offset, limit: ("limit", limit), total: None }
    }

    /// A token at `next` that is sent back as `param`; its absence ends the listing.
    pub const fn token(param: &'static str, next: &'static str) -> Self {
        Self::Token { param, next, done: None, limit: None }
    }

    /// The place of the total, if the declaration names one.
    pub const fn total(&self) -> Option<Total> {
        match self {
            Self::Offset { total, .. } | Self::Page { total, .. } => *total,
            _ => None,
        }
    }
}

/// Which page to ask for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Position {
    /// The first one.
    Start,
    /// The one that begins after so many rows.
    Offset(u64),
    /// The one of that number.
    Page(u64),
    /// The one that the token stands for.
    Token(String),
    /// The one at that address.
    Url(String),
}

/// What one response held, as far as the walk is concerned.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageFacts {
    /// The number of rows.
    pub(crate) rows: u64,
    /// Whether the place of the rows held one object and no list.
    pub(crate) object: bool,
    /// A hash of the rows' text.
    pub(crate) fingerprint: u64,
    /// The total at the declared place.
    pub(crate) total: Option<u64>,
    /// The token, or the address, of the next page at the declared place.
    pub(crate) next: Option<String>,
    /// Whether something stands there that is neither.
    pub(crate) unreadable_next: bool,
    /// The flag at the declared place.
    pub(crate) done: Option<bool>,
}

/// How a walk came to its end. Each is a proof that the listing was read whole,
/// as far as its declaration offers one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The listing is one response by its declaration.
    SinglePage,
    /// The response held one object where a list would be.
    OneObject,
    /// As many rows came as the vendor said there are.
    TotalReached,
    /// The vendor said that this is the last page.
    Done,
    /// The vendor sent no token, or no address, for a next page.
    NoNextPage,
    /// A page without rows came, and the declaration has no better signal.
    EmptyPage,
    /// A page shorter than asked for came again at the next offset: the vendor
    /// ignores the offset and sends the whole listing each time.
    OffsetIgnored,
}

/// What makes a walk fail. None of these is an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The vendor sent a token that it sent before.
    RepeatedToken,
    /// The vendor sent a page that it sent before.
    RepeatedPage,
    /// A full page came again at the next offset.
    OffsetIgnored { limit: u64 },
    /// A page without rows came before the total was reached.
    EmptyBeforeTotal { received: u64, total: u64 },
    /// The vendor says that there is more, and does not say where.
    NoToken,
    /// What stands where the token should is none.
    UnreadableToken,
    /// The declared end signal is not in the response.
    NoSignal { path: &'static str },
    /// Page after page came without a row.
    NoRows { pages: u64 },
    /// More pages came than any listing has.
    TooManyPages { pages: u64 },
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RepeatedToken => {
                f.write_str("the vendor sent the same token again, so the walk makes no progress")
            }
            Self::RepeatedPage => {
                f.write_str("the vendor sent the same page again, so the walk makes no progress")
            }
            Self::OffsetIgnored { limit } => write!(
                f,
                "the vendor ignores the offset: asked for the rows after the first {limit}, it sent the first {limit} again"
            ),
            Self::EmptyBeforeTotal { received, total } => {
                write!(f, "an empty page came after {received} of {total} rows")
            }
            Self::NoToken => f.write_str(
                "the vendor says that there are more pages, but sends no token for them",
            ),
            Self::UnreadableToken => f.write_str(
                "what stands where the next page's token should is neither a text nor a number",
            ),
            Self::NoSignal { path } => {
                write!(f, "the response has no `{path}`, which would say whether more pages follow")
            }
            Self::NoRows { pages } => {
                write!(f, "the last {pages} pages had no rows, and yet more were announced")
            }
            Self::TooManyPages { pages } => {
                write!(f, "the listing did not end within {pages} pages")
            }
        }
    }
}

impl Stuck {
    /// What a person can do about it.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::OffsetIgnored { .. } | Self::RepeatedPage => {
                "the vendor may count pages, or page in another way: try another preset, or write one with its paging"
            }
            Self::EmptyBeforeTotal { .. } | Self::TooManyPages { .. } | Self::NoRows { .. } => {
                "run again; if it stays so, ask the vendor: what was read is kept"
            }
            Self::RepeatedToken | Self::NoToken | Self::UnreadableToken | Self::NoSignal { .. } => {
                "check the paging in the preset against what the vendor sends; what was read is kept"
            }
        }
    }
}

/// What to do after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ask for the page at the walk's position.
    Next,
    /// The listing is read.
    End(Ending),
}

/// A walk through one listing: where it is, and what it has seen so far.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    paging: Paging,
    position: Position,
    /// Whether two pages may be equal without being the same page.
    equal_pages: bool,
    /// Whether a page stands for as many rows as it was asked for, however many it holds.
    sparse: bool,
    /// Whether it began behind the first row.
    late: bool,
    received: u64,
    pages: u64,
    empty_pages: u64,
    last_rows: u64,
    last_fingerprint: Option<u64>,
    fingerprints: HashSet<u64>,
    tokens: HashSet<u64>,
    total: Option<u64>,
    total_moved: bool,
}

/// The most pages of one listing: beyond any real one, and reached by no patience.
const MAX_PAGES: u64 = 10_000_000;
/// The most pages without rows that a token walk goes through in a row.
const MAX_EMPTY_PAGES: u64 = 100;

impl Walk {
    /// A walk from the start. `equal_pages`: two pages may be equal, as rows have no key of their own.
    pub(crate) fn new(paging: Paging, equal_pages: bool) -> Self {
        Self {
            paging,
            position: Position::Start,
            equal_pages,
            sparse: false,
            late: false,
            received: 0,
            pages: 0,
            empty_pages: 0,
            last_rows: 0,
            last_fingerprint: None,
            fingerprints: HashSet::new(),
            tokens: HashSet::new(),
            total: None,
            total_moved: false,
        }
    }

    /// The same walk through a listing whose pages have gaps.
    pub(crate) fn sparse(mut self, sparse: bool) -> Self {
        self.sparse = sparse;
        self
    }

    /// The same walk, from the row at that position on.
    pub(crate) fn starting_at(mut self, row: u64) -> Self {
        if row > 0 && matches!(self.paging, Paging::Offset { .. }) {
            self.late = true;
            self.received = row;
            self.position = Position::Offset(row);
        }
        self
    }

    /// The position of the next page's first row in its listing.
    pub(crate) fn first_row(&self) -> u64 {
        if let Position::Offset(row) = self.position { row } else { self.received }
    }

    /// Whether it began with the listing's first row.
    pub(crate) fn starts_at_the_start(&self) -> bool {
        !self.late
    }

    /// The page to ask for next.
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// The number of pages seen.
    pub(crate) fn pages(&self) -> u64 {
        self.pages
    }

    /// The total that the vendor gave last.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether the vendor changed its total during the walk.
    pub(crate) fn total_moved(&self) -> bool {
        self.total_moved
    }

    /// The query that asks for the page at the walk's position, besides the resource's own.
    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        match self.paging {
            Paging::Single => {}
            Paging::Offset { offset, limit: (limit, size), .. } => {
                query.push((limit, size.to_string()));
                let at = if let Position::Offset(at) = self.position { at } else { 0 };
                query.push((offset, at.to_string()));
            }
            Paging::Page { page, first, limit, .. } => {
                query.extend(limit.map(|(name, size)| (name, size.to_string())));
                let at = if let Position::Page(at) = self.position { at } else { first };
                query.push((page, at.to_string()));
            }
            Paging::Token { param, limit, .. } => {
                query.extend(limit.map(|(name, size)| (name, size.to_string())));
                if let Position::Token(token) = &self.position {
                    query.push((param, token.clone()));
                }
            }
            Paging::LinkHeader { limit } | Paging::NextUrl { limit, .. } => {
                query.extend(limit.map(|(name, size)| (name, size.to_string())));
            }
        }
        query
    }

    /// Takes note of the page at the walk's position, and finds the next one.
    pub(crate) fn advance(&mut self, page: &PageFacts) -> Result<Step, Stuck> {
        self.pages += 1;
        if self.pages > MAX_PAGES {
            return Err(Stuck::TooManyPages { pages: MAX_PAGES });
        }
        if let Some(total) = page.total {
            self.total_moved |= self.total.is_some_and(|before| before != total);
            self.total = Some(total);
        }
        let step = self.step(page)?;
        self.received += self.stands_for(page);
        self.last_rows = page.rows;
        self.last_fingerprint = Some(page.fingerprint);
        Ok(step)
    }

    fn step(&mut self, page: &PageFacts) -> Result<Step, Stuck> {
        if self.paging == Paging::Single {
            return Ok(Step::End(Ending::SinglePage));
        }
        if page.object {
            return Ok(Step::End(Ending::OneObject));
        }
        match self.paging {
            Paging::Single => Ok(Step::End(Ending::SinglePage)),
            Paging::Offset { limit: (_, limit), .. } => {
                if page.rows > 0
                    && self.last_fingerprint == Some(page.fingerprint)
                    && !self.may_be_equal()
                {
                    return if self.last_rows < limit {
                        Ok(Step::End(Ending::OffsetIgnored))
                    } else {
                        Err(Stuck::OffsetIgnored { limit })
                    };
                }
                let at = if let Position::Offset(at) = self.position { at } else { 0 };
                self.counted(page, Position::Offset(at + self.stands_for(page)))
            }
            Paging::Page { first, .. } => {
                let at = if let Position::Page(at) = self.position { at } else { first };
                self.counted(page, Position::Page(at + 1))
            }
            Paging::Token { done: Some(path), .. } => match page.done {
                Some(true) => Ok(Step::End(Ending::Done)),
                Some(false) => self.follow(page, Position::Token)?.ok_or(Stuck::NoToken),
                None => Err(Stuck::NoSignal { path }),
            },
            Paging::Token { done: None, .. } => {
                Ok(self.follow(page, Position::Token)?.unwrap_or(Step::End(Ending::NoNextPage)))
            }
            Paging::LinkHeader { .. } | Paging::NextUrl { .. } => {
                Ok(self.follow(page, Position::Url)?.unwrap_or(Step::End(Ending::NoNextPage)))
            }
        }
    }

    /// The number of the listing's rows that a page covers.
    fn stands_for(&self, page: &PageFacts) -> u64 {
        match self.paging {
            // An empty page without a total is still the end.
            Paging::Offset { limit: (_, limit), .. }
                if self.sparse && (page.rows > 0 || self.total.is_some()) =>
            {
                limit.max(page.rows)
            }
            _ => page.rows,
        }
    }

    /// The step of a walk that counts rows or pages itself.
    fn counted(&mut self, page: &PageFacts, next: Position) -> Result<Step, Stuck> {
        let received = self.received + self.stands_for(page);
        match self.total {
            Some(total) if received >= total => return Ok(Step::End(Ending::TotalReached)),
            Some(total) if page.rows == 0 && !self.sparse => {
                return Err(Stuck::EmptyBeforeTotal { received, total });
            }
            None if page.rows == 0 => return Ok(Step::End(Ending::EmptyPage)),
            _ => {}
        }
        self.prove_progress(page)?;
        self.position = next;
        Ok(Step::Next)
    }

    /// The step of a walk that the vendor leads, if it says where to.
    fn follow(
        &mut self,
        page: &PageFacts,
        position: fn(String) -> Position,
    ) -> Result<Option<Step>, Stuck> {
        if page.unreadable_next {
            return Err(Stuck::UnreadableToken);
        }
        let Some(next) = page.next.as_ref().filter(|next| !next.is_empty()) else {
            return Ok(None);
        };
        if !self.tokens.insert(xxhash_rust::xxh3::xxh3_64(next.as_bytes())) {
            return Err(Stuck::RepeatedToken);
        }
        self.empty_pages = if page.rows == 0 { self.empty_pages + 1 } else { 0 };
        if self.empty_pages > MAX_EMPTY_PAGES {
            return Err(Stuck::NoRows { pages: self.empty_pages });
        }
        self.prove_progress(page)?;
        self.position = position(next.clone());
        Ok(Some(Step::Next))
    }

    /// Fails if a page with rows is one that came before.
    fn prove_progress(&mut self, page: &PageFacts) -> Result<(), Stuck> {
        if page.rows > 0 && !self.fingerprints.insert(page.fingerprint) && !self.may_be_equal() {
            return Err(Stuck::RepeatedPage);
        }
        Ok(())
    }

    /// Rows without a key of their own can be equal; then only a total tells the end.
    fn may_be_equal(&self) -> bool {
        self.equal_pages && self.total.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFSET: Paging = Paging::offset("offset", 50);
    const TOTAL: Paging = Paging::Offset {
        offset: "offset",
        limit: ("limit", 50),
        total: Some(Total::Body("total")),
    };
    const PAGE: Paging = Paging::Page { page: "page", first: 1, limit: None, total: None };
    const ITERATOR: Paging =
        Paging::Token { param: "iterator", next: "iterator", done: Some("done"), limit: None };
    const TOKEN: Paging = Paging::token("pagination_token", "nextPaginationToken");

    fn rows(rows: u64, fingerprint: u64) -> PageFacts {
        PageFacts { rows, fingerprint, ..PageFacts::default() }
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
            let query: Vec<_> =
                walk.query().iter().map(|(name, value)| format!("{name}={value}")).collect();
            log.push(query.join("&"));
            match walk.advance(page) {
                Ok(Step::Next) => {}
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
    fn an_offset_walk_advances_by_the_rows_it_received_and_ends_on_an_empty_page() {
        assert_eq!(
            walk(OFFSET, &[rows(50, 1), rows(25, 2), rows(0, 3)]),
            "limit=50&offset=0 limit=50&offset=50 limit=50&offset=75 EmptyPage"
        );
    }

    #[test]
    fn a_total_saves_the_empty_page_and_forbids_an_early_one() {
        assert_eq!(
            walk(TOTAL, &[of(75, rows(50, 1)), of(75, rows(25, 2))]),
            "limit=50&offset=0 limit=50&offset=50 TotalReached"
        );
        assert_eq!(
            walk(TOTAL, &[of(150, rows(50, 1)), of(150, rows(0, 2))]),
            "limit=50&offset=0 limit=50&offset=50 EmptyBeforeTotal { received: 50, total: 150 }"
        );
    }

    #[test]
    fn a_vendor_that_ignores_the_offset_is_found_out() {
        assert_eq!(
            walk(OFFSET, &[rows(45, 1), rows(45, 1)]),
            "limit=50&offset=0 limit=50&offset=45 OffsetIgnored"
        );
        assert_eq!(
            walk(OFFSET, &[rows(50, 1), rows(50, 1)]),
            "limit=50&offset=0 limit=50&offset=50 OffsetIgnored { limit: 50 }"
        );
        assert_eq!(
            walk(OFFSET, &[rows(50, 1), rows(50, 2), rows(50, 1)]),
            "limit=50&offset=0 limit=50&offset=50 limit=50&offset=100 RepeatedPage"
        );
    }

    #[test]
    fn one_object_is_a_whole_listing() {
        assert_eq!(
            walk(OFFSET, &[PageFacts { object: true, ..rows(1, 1) }]),
            "limit=50&offset=0 OneObject"
        );
        assert_eq!(walk(Paging::Single, &[rows(7, 1)]), " SinglePage");
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
    fn a_done_flag_ends_the_walk_whatever_the_token() {
        assert_eq!(
            walk(
                ITERATOR,
                &[done(false, next("b", rows(2, 1))), done(true, next("c", rows(1, 2)))]
            ),
            " iterator=b Done"
        );
        assert_eq!(
            walk(
                ITERATOR,
                &[done(false, next("b", rows(0, 1))), done(false, next("b", rows(1, 2)))]
            ),
            " iterator=b RepeatedToken"
        );
        assert_eq!(walk(ITERATOR, &[done(false, rows(2, 1))]), " NoToken");
        assert_eq!(walk(ITERATOR, &[next("b", rows(2, 1))]), " NoSignal { path: \"done\" }");
    }

    #[test]
    fn an_absent_or_empty_token_ends_the_walk() {
        assert_eq!(
            walk(TOKEN, &[next("b", rows(2, 1)), rows(2, 2)]),
            " pagination_token=b NoNextPage"
        );
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

    #[test]
    fn a_listing_with_gaps_advances_by_the_rows_it_asked_for() {
        let mut walk = Walk::new(TOTAL, true).sparse(true);
        for (rows_of_page, offset) in [(7, 50), (0, 100), (50, 150)] {
            assert_eq!(walk.advance(&of(151, rows(rows_of_page, offset))), Ok(Step::Next));
            assert_eq!(walk.first_row(), offset);
        }
        assert_eq!(walk.advance(&of(151, rows(0, 9))), Ok(Step::End(Ending::TotalReached)));
    }

    #[test]
    fn a_walk_that_starts_late_counts_the_rows_before_it() {
        let mut walk = Walk::new(TOTAL, true).starting_at(75);
        assert_eq!(walk.advance(&of(80, rows(5, 1))), Ok(Step::End(Ending::TotalReached)));
    }

    #[test]
    fn rows_without_a_key_may_fill_equal_pages_as_long_as_a_total_tells_the_end() {
        let mut keyless = Walk::new(TOTAL, true);
        for step in [Ok(Step::Next), Ok(Step::End(Ending::TotalReached))] {
            assert_eq!(keyless.advance(&of(100, rows(50, 1))), step);
        }
    }
}
