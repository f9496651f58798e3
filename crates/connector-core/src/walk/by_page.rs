//! Listings by page number: the vendor counts pages.

use super::{Ending, Moved, PageFacts, Position, Step, Stuck, Walk};

impl Walk {
    /// The step of a walk that counts pages.
    pub(super) fn page(
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
        self.note_size(page.rows);
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
}
