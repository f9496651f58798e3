//! Listings that the vendor leads through: by tokens, or by addresses of next pages.

use super::recent_hashes::Recent;
use super::{PageFacts, Position, Step, Stuck, Walk};

/// The most pages without rows that a walk goes through in a row.
const MAX_EMPTY_PAGES: u64 = 100;

/// Where the vendor led to so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Led {
    /// Hashes of the tokens and addresses.
    tokens: Recent,
    /// The pages without rows that came last.
    empty_pages: u64,
}

impl Walk {
    /// The step of a walk that the vendor leads, if it says where to.
    pub(super) fn follow(
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
        if !self.led.tokens.insert(xxhash_rust::xxh3::xxh3_64(next.as_bytes())) {
            return Err(Stuck::RepeatedToken);
        }
        self.led.empty_pages = if page.rows == 0 { self.led.empty_pages + 1 } else { 0 };
        if self.led.empty_pages > MAX_EMPTY_PAGES {
            return Err(Stuck::NoRows { pages: self.led.empty_pages });
        }
        self.prove_progress(page)?;
        self.position = position(next.clone());
        Ok(Some(Step::Next))
    }
}
