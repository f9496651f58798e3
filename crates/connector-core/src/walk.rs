//! Where the next page is. Pure: what a page held goes in, what to ask next comes out.
//!
//! A listing ends on a signal that its declaration names, or it fails. Ending on
//! anything else, such as a token that repeats, would lose rows and tell nobody.
//! A walk therefore has to show progress with every page, and it advances by the
//! rows that it received, because vendors cap pages below what they are asked for.

mod bookmark;
mod news;
mod partition;
mod recent;
mod stuck;

use connector_spec::Paging;
use serde::{Deserialize, Serialize};

pub(crate) use bookmark::{Bookmark, RequestHash};
pub(crate) use news::News;
pub(crate) use partition::Partition;
use recent::Recent;
pub(crate) use stuck::{Moved, Stuck};

/// The longest token, or address of a next page, that is followed: servers take no longer
/// address, and it is kept with each commit.
pub(crate) const MAX_TOKEN_BYTES: usize = 16 << 10;

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
    fn with_gaps(&self) -> &Self {
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
    /// A hash of the rows' keys in any order, where [`Walk::doubts`] asks for it.
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
    fn says_more(&self) -> bool {
        self.next.as_ref().is_some_and(|next| !next.is_empty())
            || self.unreadable_next
            || self.long_next
            || self.done == Some(false)
            || self.total.is_some_and(|total| total > self.rows)
    }
}

/// How a walk came to its end. Each is a proof that the listing was read whole,
/// as far as its declaration offers one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Where a walk is, as it is kept from one run to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The next page.
    pub(crate) position: Position,
    /// The number of rows before it.
    pub(crate) received: u64,
    /// The row before it.
    pub(crate) seam: Option<u64>,
    /// The total that the vendor gave last.
    pub(crate) total: Option<u64>,
    /// Whether the walk began behind the first row.
    pub(crate) late: bool,
}

/// A walk through one listing: where it is, and what it has seen so far.
///
/// A walk by offset asks for the last row of a page again, as the first row of
/// the next one. If another row comes, rows before it were added, deleted or
/// sorted anew, so that a row may have slipped from one side of the seam to the
/// other; if none comes, the vendor does not count rows at all. The walk then
/// goes through the listing again.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    paging: Paging,
    position: Position,
    /// Whether two pages may be equal without being the same page.
    equal_pages: bool,
    /// Whether rows are left out of pages, so that neither their number nor a total says where the end is.
    sparse: bool,
    /// Whether the listing is one row by its nature.
    singleton: bool,
    /// Whether an earlier run began it.
    resumed: bool,
    /// Whether it began behind the first row.
    late: bool,
    /// The number of the listing's rows before the position.
    received: u64,
    /// The row before the position, which the next page has to begin with.
    seam: Option<u64>,
    /// How far behind its position the walk asks, to find out about a page of one row.
    beyond: u64,
    /// The last row of all.
    tail: Option<u64>,
    pages: u64,
    empty_pages: u64,
    last_rows: u64,
    last_keys: Option<u64>,
    /// Hashes of the text of each page, and of its rows' keys.
    fingerprints: Recent,
    tokens: Recent,
    total: Option<u64>,
    total_moved: bool,
    /// Whether more rows came than the total.
    total_passed: bool,
    /// The number of times that the walk has begun.
    pass: u32,
    /// What shows that the last pass is no proof either.
    moved: Option<Moved>,
}

/// The most pages of one listing that a run reads: the next one goes on from there.
const MAX_PAGES: u64 = 1_000_000;
/// The most pages without rows that a token walk goes through in a row.
const MAX_EMPTY_PAGES: u64 = 100;
/// How often a walk goes through a listing that moves.
const MAX_PASSES: u32 = 3;

impl Walk {
    /// A walk from the start. `equal_pages`: two pages may be equal, as rows have no key of their own.
    pub(crate) fn new(paging: Paging, equal_pages: bool) -> Self {
        Self {
            paging,
            position: Position::Start,
            equal_pages,
            sparse: false,
            singleton: false,
            resumed: false,
            late: false,
            received: 0,
            seam: None,
            beyond: 0,
            tail: None,
            pages: 0,
            empty_pages: 0,
            last_rows: 0,
            last_keys: None,
            fingerprints: Recent::default(),
            tokens: Recent::default(),
            total: None,
            total_moved: false,
            total_passed: false,
            pass: 1,
            moved: None,
        }
    }

    /// The same walk through a listing whose pages have gaps.
    pub(crate) fn sparse(mut self, sparse: bool) -> Self {
        self.sparse = sparse;
        self
    }

    /// The same walk through a listing of one row.
    pub(crate) fn singleton(mut self, singleton: bool) -> Self {
        self.singleton = singleton;
        self
    }

    /// The same walk, behind the rows that are known, the last of which is `seam`.
    pub(crate) fn starting_at(mut self, rows: u64, seam: u64) -> Self {
        if rows > 0 && matches!(self.paging, Paging::Offset { .. }) {
            self.late = true;
            self.received = rows;
            self.seam = Some(seam);
            self.tail = self.seam;
            self.position = Position::Offset(rows);
        }
        self
    }

    /// The same walk, where an earlier run left it.
    pub(crate) fn resumed(mut self, place: Place) -> Self {
        self.position = place.position;
        self.received = place.received;
        self.seam = place.seam;
        self.total = place.total;
        self.late = place.late;
        self.tail = place.seam;
        self.resumed = true;
        self
    }

    /// Whether the page to ask for is the one where an earlier run left the walk.
    pub(crate) fn is_resumed(&self) -> bool {
        self.resumed && self.pages == 0
    }

    /// Where the walk is.
    pub(crate) fn place(&self) -> Place {
        // A page that is asked for twice is one: behind its first half, more can have come.
        let (position, received) = match &self.position {
            Position::NothingLeftOut { of, rows } => (&**of, self.received - rows),
            position => (position, self.received),
        };
        Place {
            position: position.clone(),
            received,
            seam: self.seam,
            total: self.total,
            late: self.late,
        }
    }

    /// The position of the next page's first new row in its listing.
    pub(crate) fn first_row(&self) -> u64 {
        self.received
    }

    /// The last row that was read.
    pub(crate) fn tail(&self) -> Option<u64> {
        self.tail
    }

    /// The number of different rows without which the listing is not whole: the
    /// vendor's total if it stands, else that of the rows that came, of which so many
    /// were repeated in their own page. A row that comes again in another page has
    /// moved there, and another one may have moved past the walk.
    pub(crate) fn expected_rows(&self, repeats: u64) -> Option<u64> {
        match self.paging {
            _ if self.sparse || self.late => None,
            Paging::Offset { .. } | Paging::Page { .. } => Some(
                self.total()
                    .filter(|_| !self.total_moved)
                    .unwrap_or(self.received.saturating_sub(repeats)),
            ),
            _ => None,
        }
    }

    /// The rows that came of a listing that is a window, and how many were asked for.
    pub(crate) fn window(&self) -> Option<(u64, u64)> {
        match self.paging {
            Paging::Window { limit: (_, limit) } => Some((self.received, limit)),
            _ => None,
        }
    }

    /// Whether no row came, and no total says that there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.received == 0 && self.total.is_none()
    }

    /// Whether it began with the listing's first row.
    pub(crate) fn starts_at_the_start(&self) -> bool {
        !self.late
    }

    /// The page to ask for next.
    #[cfg(test)]
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// The number of pages seen, over all passes.
    pub(crate) fn pages(&self) -> u64 {
        self.pages
    }

    /// How often the walk has begun.
    pub(crate) fn passes(&self) -> u32 {
        self.pass
    }

    /// The total that the vendor gave last, unless it proved wrong.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total.filter(|_| !self.total_passed)
    }

    /// Whether the vendor changed its total during the walk.
    pub(crate) fn total_moved(&self) -> bool {
        self.total_moved
    }

    /// Whether the position lies behind all rows that the vendor says there are,
    /// so that a vendor may have no such page.
    pub(crate) fn is_past_the_total(&self) -> bool {
        matches!(self.position, Position::Page(_))
            && self.total().is_some_and(|total| self.received >= total)
    }

    /// Whether as many rows came as the vendor says there are, so that what it answers
    /// behind them is no matter: the rest is asked for only because a total may count
    /// one page alone, or stop counting somewhere.
    pub(crate) fn has_reached_the_total(&self) -> bool {
        self.received > 0
            && !self.sparse
            && matches!(self.paging, Paging::Page { .. } | Paging::Offset { .. })
            && self.total().is_some_and(|total| self.received >= total)
    }

    /// Whether the page is not the one that was expected, so that [`PageFacts::keys`] is needed.
    pub(crate) fn doubts(&self, page: &PageFacts) -> bool {
        if self.is_past_the_total() && page.rows > 0 {
            return true;
        }
        let follows = self.received > 0 && matches!(self.paging, Paging::Offset { .. });
        page.rows > 0 && follows && !self.sparse && self.seam != page.first
    }

    /// Takes note of the keys of the page that led to the step. There is no next page if
    /// they came before: a field that is another one each time is no progress.
    pub(crate) fn note_keys(&mut self, step: Step, keys: Option<u64>) -> Result<Step, Stuck> {
        let last = std::mem::replace(&mut self.last_keys, keys);
        let Some(keys) = keys else { return Ok(step) };
        // A walk by offset has looked into a page like the last one by itself.
        let known = matches!(self.paging, Paging::Offset { .. }) && last == Some(keys);
        let again = !self.fingerprints.insert(keys) && !known && !self.may_be_equal();
        if again && step == Step::Next { Err(Stuck::RepeatedPage) } else { Ok(step) }
    }

    /// There is no next page either if so many pages have brought nothing new. A listing with
    /// gaps has pages without rows, and a total.
    pub(crate) fn note_news(&self, step: Step, nothing: Option<u64>) -> Result<Step, Stuck> {
        match nothing {
            Some(pages) if step == Step::Next && !self.sparse => Err(Stuck::NothingNew { pages }),
            _ => Ok(step),
        }
    }

    /// The number of rows at the head of the page that came before.
    pub(crate) fn overlap(&self, page: &PageFacts) -> usize {
        if matches!(self.position, Position::NothingLeftOut { .. }) {
            // They are counted, and not read.
            return usize::try_from(page.rows).unwrap_or(usize::MAX);
        }
        usize::from(self.seam.is_some() && self.seam == page.first)
    }

    /// The position of the page that is so many pages behind the next one, if the total
    /// tells that it is there and if it is where pages like the last one lead to.
    pub(crate) fn foresee(&self, pages: u64) -> Option<Position> {
        if pages == 0 {
            return Some(self.position.clone());
        }
        let left = self
            .total()
            .filter(|_| !self.total_moved && !self.sparse && self.moved.is_none())?
            .checked_sub(self.received)?;
        match self.position {
            // Each page after the first begins with a row that is known.
            Position::Offset(at) if self.seam.is_some() => {
                let rows = pages.checked_mul(self.last_rows.checked_sub(1)?)?;
                (0 < rows && rows < left).then(|| Position::Offset(at + rows))
            }
            Position::Page(at) => {
                let rows = pages.checked_mul(self.last_rows)?;
                (0 < rows && rows < left).then(|| Position::Page(at + pages))
            }
            _ => None,
        }
    }

    /// The query that asks for a page, besides the resource's own.
    pub(crate) fn query(&self, position: &Position) -> Vec<(&'static str, String)> {
        let mut query = Vec::new();
        match self.paging {
            Paging::Single => {}
            Paging::Window { limit: (limit, size) } => query.push((limit, size.to_string())),
            Paging::Offset { offset, limit: (limit, size), .. } => {
                query.push((limit, size.to_string()));
                let at = if let Position::Offset(at) = position.with_gaps() { *at } else { 0 };
                // One row less than was received: the seam.
                let at = at + self.beyond - u64::from(self.seam.is_some());
                query.push((offset, at.to_string()));
            }
            Paging::Page { page, first, limit, .. } => {
                query.extend(limit.map(|(name, size)| (name, size.to_string())));
                let at = if let Position::Page(at) = position.with_gaps() { *at } else { first };
                query.push((page, at.to_string()));
            }
            Paging::Token { param, limit, .. } => {
                query.extend(limit.map(|(name, size)| (name, size.to_string())));
                if let Position::Token(token) = position {
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
        if let Position::NothingLeftOut { of, rows } = &self.position {
            let (of, rows) = (Position::clone(of), *rows);
            return Ok(self.reach(&of, rows, page));
        }
        self.tail = page.last.or(self.tail);
        let before = self.total;
        if let Some(total) = page.total {
            self.total_moved |= before.is_some_and(|before| before != total);
            self.total = Some(total);
        }
        let step = match self.paging {
            Paging::Single | Paging::Window { .. } if page.names_more => Err(Stuck::NamesMore),
            Paging::Single => {
                self.received += page.rows;
                Ok(Step::End(Ending::SinglePage))
            }
            Paging::Window { .. } => {
                self.received += page.rows;
                Ok(Step::End(Ending::Window))
            }
            _ if self.singleton && page.object && !page.says_more() => {
                self.received += 1;
                Ok(Step::End(Ending::SinglePage))
            }
            Paging::Offset { .. } | Paging::Page { .. } if self.sparse => self.gaps(page),
            Paging::Offset { limit: (_, limit), .. } => self.offset(page, before, limit),
            Paging::Page { first, limit, .. } => {
                self.page(page, before, first, limit.map(|(_, limit)| limit))
            }
            Paging::Token { done: Some(path), .. } => match page.done {
                Some(true) => {
                    self.received += page.rows;
                    Ok(Step::End(Ending::Done))
                }
                Some(false) => self.follow(page, Position::Token)?.ok_or(Stuck::NoToken),
                None => Err(Stuck::NoSignal { path }),
            },
            Paging::Token { done: None, .. } => {
                Ok(self.follow(page, Position::Token)?.unwrap_or(Step::End(Ending::NoNextPage)))
            }
            Paging::LinkHeader { .. } | Paging::NextUrl { .. } => {
                Ok(self.follow(page, Position::Url)?.unwrap_or(Step::End(Ending::NoNextPage)))
            }
        }?;
        match (step, self.moved) {
            (Step::End(_), Some(by)) => Err(Stuck::Moved { passes: self.pass, by }),
            (Step::Again(_), _) => {
                self.begin_again();
                Ok(step)
            }
            _ => Ok(step),
        }
    }

    /// Puts the walk back to its start, for another pass.
    fn begin_again(&mut self) {
        let again =
            Self::new(self.paging, self.equal_pages).sparse(self.sparse).singleton(self.singleton);
        // A walk that begins behind known rows and finds others there has read nothing yet.
        let pass = if self.late { self.pass } else { self.pass + 1 };
        *self = Self { pass, pages: self.pages, ..again };
    }

    /// The listing moved: another pass, if there is one left.
    fn moved(&mut self, by: Moved) -> Result<Step, Stuck> {
        if self.pass < MAX_PASSES || self.late {
            return Ok(Step::Again(by));
        }
        match by {
            // The last pass reads on, because each row counts, but it is no proof.
            Moved::OtherRow { .. } | Moved::Total { .. } => {
                self.moved.get_or_insert(by);
                Ok(Step::Next)
            }
            Moved::NoRow { .. } | Moved::ShortOfTotal { .. } => {
                Err(Stuck::Moved { passes: self.pass, by })
            }
        }
    }

    /// The step of a walk that counts rows.
    fn offset(&mut self, page: &PageFacts, before: Option<u64>, limit: u64) -> Result<Step, Stuck> {
        // A page of one row leaves nothing to begin the next one with.
        let one_by_one = self.seam.is_none() && self.received > 0;
        if page.keys.is_some() && page.keys == self.last_keys && !self.may_be_equal() {
            return if page.rows == limit {
                Err(Stuck::OffsetIgnored { limit })
            } else if page.rows == 1 && !page.object && self.beyond == 0 {
                // The listing may be that row, or it may have slipped into the next place.
                self.beyond = 1;
                Ok(Step::Next)
            } else {
                Ok(Step::End(Ending::OffsetIgnored))
            };
        }
        if self.beyond > 0 {
            return Err(Stuck::OneByOne);
        }
        if let (true, Some(before), Some(after)) = (one_by_one, before, page.total)
            && before != after
        {
            let step = self.moved(Moved::Total { before, after })?;
            if step != Step::Next {
                return Ok(step);
            }
        }
        if let Some(seam) = self.seam {
            let at = self.received;
            if page.rows == 0 {
                return match self.total.filter(|_| !self.total_moved) {
                    Some(total) if total > at => {
                        self.moved(Moved::ShortOfTotal { received: at, total })
                    }
                    _ => self.moved(Moved::NoRow { at }),
                };
            }
            if page.first != Some(seam) {
                let step = self.moved(Moved::OtherRow { at })?;
                if step != Step::Next {
                    return Ok(step);
                }
                // Row by row from where it was asked for, as nothing better is known.
                self.received -= 1;
            }
        }
        if self.pass > 1 && page.rows == 0 && self.received == 0 {
            // It had rows a moment ago.
            return self.moved(Moved::NoRow { at: 1 });
        }
        let new = page.rows - self.overlap(page) as u64;
        self.received += new;
        // Rows beyond the total prove it wrong, if they are rows that came for the first time.
        self.total_passed |= self.moved.is_none()
            && !self.total_moved
            && self.total.is_some_and(|total| self.received > total);
        let full = page.rows >= limit;
        if let Some(total) = self.total() {
            // A total that is no more than a full page may count just that page.
            if self.received == total && !full {
                return Ok(Step::End(Ending::TotalReached));
            }
            if new == 0 && self.received < total && !self.total_moved {
                return self.moved(Moved::ShortOfTotal { received: self.received, total });
            }
        }
        if new == 0 && one_by_one && self.received > 1 && self.total().is_none() {
            return Err(Stuck::OneByOne);
        }
        if new == 0 {
            return Ok(Step::End(if page.rows == 0 { Ending::EmptyPage } else { Ending::LastRow }));
        }
        self.prove_progress(page)?;
        // A page of one row may be all that a vendor sends at a time, so that asking
        // for that row again would bring nothing else.
        self.seam = page.last.filter(|_| page.rows > 1);
        self.last_rows = page.rows;
        self.position = Position::Offset(self.received);
        Ok(Step::Next)
    }

    /// The step of a walk through a listing that rows are left out of: whether the vendor counts
    /// its rows and offsets before or after that, a page that is not full is asked for again with
    /// none left out.
    fn gaps(&mut self, page: &PageFacts) -> Result<Step, Stuck> {
        self.received += page.rows;
        self.total_passed |= self.total.is_some_and(|total| self.received > total);
        self.prove_progress(page)?;
        if self.limit().is_some_and(|limit| page.rows >= limit) {
            let of = self.position.clone();
            self.position = self.behind(&of, page.rows);
        } else {
            let of = Box::new(self.position.clone());
            self.position = Position::NothingLeftOut { of, rows: page.rows };
        }
        Ok(Step::Next)
    }

    /// The step behind a page of so many rows that was asked for again with none left out: it
    /// reaches as far as that, and where nothing is left either, is the end.
    fn reach(&mut self, of: &Position, rows: u64, page: &PageFacts) -> Step {
        let reached = page.rows.max(rows);
        let behind = self.behind(of, reached);
        // A total that is no more than a full page may count just that page.
        let is_full = self.limit().is_none_or(|limit| reached >= limit);
        let ending = match (&behind, page.total) {
            _ if reached == 0 => Some(Ending::EmptyPage),
            (Position::Offset(at), Some(total)) if *at >= total && !is_full => {
                Some(Ending::TotalReached)
            }
            _ => None,
        };
        self.position = behind;
        ending.map_or(Step::Next, Step::End)
    }

    /// The position behind a page that covers so many rows.
    fn behind(&self, of: &Position, rows: u64) -> Position {
        match (self.paging, of) {
            (Paging::Page { .. }, Position::Page(at)) => Position::Page(at + 1),
            (Paging::Page { first, .. }, _) => Position::Page(first + 1),
            (_, Position::Offset(at)) => Position::Offset(at + rows),
            _ => Position::Offset(rows),
        }
    }

    /// How many rows a page is asked for.
    fn limit(&self) -> Option<u64> {
        match self.paging {
            Paging::Offset { limit: (_, limit), .. } => Some(limit),
            Paging::Page { limit, .. } => limit.map(|(_, limit)| limit),
            _ => None,
        }
    }

    /// The step of a walk that counts pages.
    fn page(
        &mut self,
        page: &PageFacts,
        before: Option<u64>,
        first: u64,
        limit: Option<u64>,
    ) -> Result<Step, Stuck> {
        if let (Some(before), Some(after)) = (before, page.total)
            && before != after
        {
            let step = self.moved(Moved::Total { before, after })?;
            if step != Step::Next {
                return Ok(step);
            }
        }
        let came_before = |hash| self.fingerprints.contains(hash);
        if self.is_past_the_total()
            && (came_before(page.fingerprint) || page.keys.is_some_and(came_before))
        {
            // Asked for a page behind its last one, the vendor sends that one.
            return Ok(Step::End(Ending::TotalReached));
        }
        self.received += page.rows;
        self.total_passed |=
            !self.total_moved && self.total.is_some_and(|total| self.received > total);
        if page.rows == 0 {
            return match self.total() {
                Some(total) if self.received < total => {
                    self.moved(Moved::ShortOfTotal { received: self.received, total })
                }
                Some(_) => Ok(Step::End(Ending::TotalReached)),
                None => Ok(Step::End(Ending::EmptyPage)),
            };
        }
        // A total that is no more than a full page may count just that page.
        let full = limit.is_none_or(|limit| page.rows >= limit) && page.rows >= self.last_rows;
        if !full && self.total() == Some(self.received) {
            return Ok(Step::End(Ending::TotalReached));
        }
        self.prove_progress(page)?;
        self.last_rows = page.rows;
        let at = if let Position::Page(at) = self.position { at } else { first };
        self.position = Position::Page(at + 1);
        Ok(Step::Next)
    }

    /// The vendor has no page behind its total, or none that can be read.
    pub(crate) fn end_past_the_total(&self) -> Result<Ending, Stuck> {
        match self.moved {
            Some(by) => Err(Stuck::Moved { passes: self.pass, by }),
            None => Ok(Ending::TotalReached),
        }
    }

    /// The step of a walk that the vendor leads, if it says where to.
    fn follow(
        &mut self,
        page: &PageFacts,
        position: fn(String) -> Position,
    ) -> Result<Option<Step>, Stuck> {
        self.received += page.rows;
        if page.long_next {
            return Err(Stuck::LongToken);
        }
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
        self.equal_pages && self.total().is_some()
    }
}

#[cfg(test)]
mod tests;
