//! How a walk fails, in words, and what a person can do about it.

use std::fmt;

use super::MAX_TOKEN_BYTES;
use crate::error::ErrorKind;

/// What makes a walk fail. None of these is an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stuck {
    /// The vendor sent a token that it sent before.
    RepeatedToken,
    /// The vendor sent a page that it sent before.
    RepeatedPage,
    /// A full page came again at the next offset.
    OffsetIgnored { limit: u64 },
    /// The vendor says that there is more, and does not say where.
    NoToken,
    /// What stands where the token should is none.
    UnreadableToken,
    /// The token, or the address of the next page, is longer than any is.
    LongToken,
    /// The declared end signal is not in the response.
    NoSignal { path: &'static str },
    /// A listing in one response names a next page.
    NamesMore,
    /// Rows come one at a time, so that no page can begin with a known one.
    OneByOne,
    /// Page after page came without a row.
    NoRows { pages: u64 },
    /// Page after page came without a row that had not come before.
    NothingNew { pages: u64 },
    /// More pages came than a run reads.
    TooManyPages { pages: u64 },
    /// In each of so many passes, something showed that rows may be missing.
    Moved { passes: u32, by: Moved },
}

/// What shows that a listing is not the same from one page to the next, or that
/// its pages are not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The last row of a page is not the first one of the page that begins with it.
    OtherRow { at: u64 },
    /// The last row of a page did not come when it was asked for again.
    NoRow { at: u64 },
    /// No more rows came before the total was reached.
    ShortOfTotal { received: u64, total: u64 },
    /// The total changed.
    Total { before: u64, after: u64 },
    /// A row came from behind the one after which the vendor had no more.
    Behind { at: u64 },
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherRow { at } => {
                write!(f, "row {at} was another one when it was asked for again")
            }
            Self::NoRow { at } => {
                write!(f, "row {at} came, and did not come when it was asked for again")
            }
            Self::ShortOfTotal { received, total } => {
                write!(f, "no more rows came after {received} of {total}")
            }
            Self::Total { before, after } => {
                write!(f, "the vendor's total went from {before} to {after}")
            }
            Self::Behind { at } => {
                write!(f, "no more rows came behind row {at}, and yet some came from farther on")
            }
        }
    }
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
            Self::NoToken => f.write_str(
                "the vendor says that there are more pages, but sends no token for them",
            ),
            Self::UnreadableToken => f.write_str(
                "what stands where the next page's token should is neither a text nor a number",
            ),
            Self::LongToken => write!(
                f,
                "the next page's token or address is longer than {} KiB",
                MAX_TOKEN_BYTES >> 10
            ),
            Self::NoSignal { path } => {
                write!(f, "the response has no `{path}`, which would say whether more pages follow")
            }
            Self::NamesMore => f.write_str(
                "the response names a next page, but is declared to be the whole listing",
            ),
            Self::OneByOne => f.write_str(
                "the vendor sends one row at a time, whatever is asked for, so that nothing shows whether rows moved",
            ),
            Self::NoRows { pages } => {
                write!(f, "the last {pages} pages had no rows, and yet more were announced")
            }
            Self::NothingNew { pages } => {
                write!(f, "the last {pages} pages brought no row that had not come before")
            }
            Self::TooManyPages { pages } => {
                write!(f, "the listing did not end within {pages} pages")
            }
            Self::Moved { passes, by } => {
                write!(
                    f,
                    "the listing did not stay the same while it was read, in {passes} passes: {by}"
                )
            }
        }
    }
}

impl Stuck {
    /// What kind of error it is: one that the next run goes on behind, or none.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::TooManyPages { .. } => ErrorKind::Unavailable,
            _ => ErrorKind::Contract,
        }
    }

    /// What a person can do about it.
    pub(crate) fn advice(&self) -> &'static str {
        match self {
            Self::OffsetIgnored { .. }
            | Self::RepeatedPage
            | Self::NamesMore
            | Self::Moved { by: Moved::NoRow { .. }, .. } => {
                "the vendor may count pages, or page in another way: try another preset, or write one with its paging; what was read is kept"
            }
            Self::Moved { by: Moved::OtherRow { .. }, .. } => {
                "run again when less changes; if it stays so, the vendor sorts its rows anew or counts pages: try another preset; what was read is kept, and nothing is marked deleted"
            }
            Self::Moved { by: Moved::Behind { .. }, .. } => {
                "run again; if it stays so, the vendor has pages without rows: name its total, or another way of paging, in a preset; what was read is kept, and nothing is marked deleted"
            }
            Self::TooManyPages { .. } => {
                "run again: it goes on from here; if the listing has no end, ask the vendor, or leave the resource out"
            }
            Self::NothingNew { .. } | Self::NoRows { .. } | Self::Moved { .. } => {
                "run again; if it stays so, ask the vendor, or leave the total out of the preset; what was read is kept, and nothing is marked deleted"
            }
            Self::OneByOne => {
                "name the vendor's total, or another way of paging, in a preset; what was read is kept, and nothing is marked deleted"
            }
            Self::RepeatedToken
            | Self::NoToken
            | Self::UnreadableToken
            | Self::LongToken
            | Self::NoSignal { .. } => {
                "check the paging in the preset against what the vendor sends; what was read is kept"
            }
        }
    }
}
