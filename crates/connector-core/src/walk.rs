//! Where the next page is. Pure: what a page held goes in, what to ask next comes out.
//!
//! A listing ends on a signal that its declaration names, or it fails. Ending on
//! anything else, such as a token that repeats, would lose rows and tell nobody.
//! A walk therefore has to show progress with every page, and it advances by the
//! rows that it received, because vendors cap pages below what they are asked for.

mod bookmark;
mod by_offset;
mod by_page;
mod by_token;
mod facts;
mod novelty;
mod partition;
mod recent_hashes;
mod stuck;
mod with_gaps;

use connector_spec::Paging;
use serde::{Deserialize, Serialize};

pub(crate) use bookmark::{Bookmark, RequestHash};
use by_token::Led;
pub use facts::Ending;
pub(crate) use facts::{PageFacts, Position, Step};
pub(crate) use novelty::News;
pub(crate) use partition::Partition;
use recent_hashes::Recent;
pub(crate) use stuck::{Moved, Stuck};

/// The longest token, or address of a next page, that is followed: servers take no longer
/// address, and it is kept with each commit.
pub(crate) const MAX_TOKEN_BYTES: usize = 16 << 10;

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
    last_rows: u64,
    /// How many pages came last that have as many rows as each other.
    alike: u64,
    last_keys: Option<u64>,
    /// Hashes of the text of each page, and of its rows' keys.
    fingerprints: Recent,
    led: Led,
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
            last_rows: 0,
            alike: 0,
            last_keys: None,
            fingerprints: Recent::default(),
            led: Led::default(),
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

    /// The position of the page that is so many pages behind the next one, if it is where pages
    /// like the last one lead to, and unless the total tells that it is not there.
    pub(crate) fn foresee(&self, pages: u64) -> Option<Position> {
        if pages == 0 {
            return Some(self.position.clone());
        }
        if self.sparse || self.total_moved || self.moved.is_some() {
            return None;
        }
        let (position, rows) = match self.position {
            // Each page after the first begins with a row that is known.
            Position::Offset(at) if self.seam.is_some() => {
                let rows = pages.checked_mul(self.last_rows.checked_sub(1)?)?;
                (Position::Offset(at.checked_add(rows)?), rows)
            }
            Position::Page(at) => {
                (Position::Page(at.checked_add(pages)?), pages.checked_mul(self.last_rows)?)
            }
            _ => return None,
        };
        let may_be_there = match self.total {
            Some(_) => self.total()?.checked_sub(self.received).is_some_and(|left| rows < left),
            None => true,
        };
        (rows > 0 && may_be_there).then_some(position)
    }

    /// How many pages, from the next one on, may be asked for at once where no total tells that
    /// they are there: as many as came one like the other.
    pub(crate) fn guesses(&self) -> Option<u64> {
        self.total.is_none().then_some(self.alike)
    }

    /// Takes note of the size of a page that another one follows.
    fn note_size(&mut self, rows: u64) {
        self.alike = if rows == self.last_rows { self.alike + 1 } else { 1 };
        self.last_rows = rows;
    }

    /// Whether the page at that position is behind the end that the walk has come to.
    pub(crate) fn ends_before(&self, position: &Position) -> bool {
        match (position, &self.position) {
            (Position::Offset(at), _) => *at >= self.received,
            (Position::Page(at), Position::Page(end)) => at > end,
            _ => false,
        }
    }

    /// Whether each row that came is one that the walk has read in this run and this pass, and
    /// is told from others by its key.
    pub(crate) fn knows_its_rows(&self) -> bool {
        !self.equal_pages && !self.resumed && !self.late && !self.sparse
    }

    /// A row came from behind the end: it was none.
    pub(crate) fn goes_on(&mut self) -> Result<Step, Stuck> {
        let step = self.moved(Moved::Behind { at: self.received })?;
        self.begin_again();
        Ok(step)
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
            Moved::NoRow { .. } | Moved::ShortOfTotal { .. } | Moved::Behind { .. } => {
                Err(Stuck::Moved { passes: self.pass, by })
            }
        }
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
