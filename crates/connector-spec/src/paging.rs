//! Which page of a listing comes next, and what says that it was the last one.

/// The rule that finds the next page of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// The listing is one response.
    Single,
    /// Each response holds the newest rows of the listing, and older ones are out of reach.
    Window {
        /// The parameter that asks for a number of rows, and the number.
        limit: (&'static str, u64),
    },
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
