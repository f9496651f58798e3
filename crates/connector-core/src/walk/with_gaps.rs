//! Listings that rows are left out of: neither a page's size nor a total tells where the end is.

use connector_spec::Paging;

use super::{Ending, PageFacts, Position, Step, Stuck, Walk};

impl Walk {
    /// The step of a walk through a listing that rows are left out of: whether the vendor counts
    /// its rows and offsets before or after that, a page that is not full is asked for again with
    /// none left out.
    pub(super) fn gaps(&mut self, page: &PageFacts) -> Result<Step, Stuck> {
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
    pub(super) fn reach(&mut self, of: &Position, rows: u64, page: &PageFacts) -> Step {
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
}
