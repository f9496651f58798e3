//! Listings by offset: the vendor counts rows.
//!
//! Each page begins with the last row of the one before, the seam. Another row there means
//! that rows moved across it; none means that the vendor does not count rows.

use super::{Ending, Moved, PageFacts, Position, Step, Stuck, Walk};

impl Walk {
    /// The step of a walk that counts rows.
    pub(super) fn offset(
        &mut self,
        page: &PageFacts,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Step, Stuck> {
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
        self.note_size(page.rows);
        self.position = Position::Offset(self.received);
        Ok(Step::Next)
    }
}
