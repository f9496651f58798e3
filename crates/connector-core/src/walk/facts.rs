//! What one page tells a walk, where pages are, and how a listing can end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Moved;

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
    /// The same page with no row left out, to see how far it reaches; it had so many rows.
    NothingLeftOut { of: Box<Position>, rows: u64 },
}

impl Position {
    /// The page itself, if it is asked for again with no row left out.
    pub(super) fn with_gaps(&self) -> &Self {
        match self {
            Self::NothingLeftOut { of, .. } => of,
            position => position,
        }
    }
}

/// What one response held, as far as the walk is concerned.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageFacts {
    /// The number of rows.
    pub(crate) rows: u64,
    /// Whether one object stood where a list would.
    pub(crate) object: bool,
    /// A hash of the rows' text.
    pub(crate) fingerprint: u64,
    /// What tells the first row from all others.
    pub(crate) first: Option<u64>,
    /// What tells the last row from all others.
    pub(crate) last: Option<u64>,
    /// A hash of the rows' keys in any order, where [`Walk::doubts`](super::Walk::doubts) asks for it.
    pub(crate) keys: Option<u64>,
    /// The total at the declared place.
    pub(crate) total: Option<u64>,
    /// The token, or the address, of the next page at the declared place.
    pub(crate) next: Option<String>,
    /// Whether something stands there that is neither.
    pub(crate) unreadable_next: bool,
    /// Whether what stands there is too long to follow.
    pub(crate) long_next: bool,
    /// The flag at the declared place.
    pub(crate) done: Option<bool>,
    /// Whether the response names a next page where the declaration knows of none.
    pub(crate) names_more: bool,
}

impl PageFacts {
    /// Whether something besides the rows says that this page is not the last one.
    pub(super) fn says_more(&self) -> bool {
        self.next.as_ref().is_some_and(|next| !next.is_empty())
            || self.unreadable_next
            || self.long_next
            || self.done == Some(false)
            || self.total.is_some_and(|total| total > self.rows)
    }
}

/// How a walk came to its end. Each is a proof that the listing was read whole,
/// as far as its declaration offers one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The listing is one response by its declaration.
    SinglePage,
    /// The newest rows came, as many as are within reach.
    Window,
    /// As many rows came as the vendor said there are.
    TotalReached,
    /// The vendor said that this is the last page.
    Done,
    /// The vendor sent no token, or no address, for a next page.
    NoNextPage,
    /// The last row was asked for again with those behind it, and came alone.
    LastRow,
    /// A page without rows came, and the declaration has no better signal.
    EmptyPage,
    /// The same rows came again at the next offset, in a number that was not asked
    /// for: the vendor ignores the offset and sends the whole listing each time.
    OffsetIgnored,
}

impl Ending {
    /// The word in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SinglePage => "single_page",
            Self::Window => "window",
            Self::TotalReached => "total_reached",
            Self::Done => "done",
            Self::NoNextPage => "no_next_page",
            Self::LastRow => "last_row",
            Self::EmptyPage => "empty_page",
            Self::OffsetIgnored => "offset_ignored",
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
    /// The listing moved: what this pass has seen proves nothing, and the walk
    /// is at its start again.
    Again(Moved),
}
