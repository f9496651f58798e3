//! One page: from an answer to rows, in parts that take a bounded amount of memory and time.

use std::ops::Range;
use std::sync::Arc;

use super::context::Context;
use crate::ask::{Response, apart};
use crate::error::Result;
use crate::read::{Decoder, Encoded, select};
use crate::walk::{PageFacts, Partition};
use connector_spec::Resource;

/// The size of a part, unless one row is larger. Rows may be a multiple of it once decoded.
const PART_BYTES: usize = 512 << 10;
/// The most rows of a part: the shorter they are, the larger is what they become.
const PART_ROWS: usize = 5_000;

/// Reads the pages of one listing.
pub(super) struct Reader {
    pub(super) context: Arc<Context>,
    pub(super) resource: &'static Resource,
    pub(super) partition: Arc<Partition>,
    pub(super) decoder: Decoder,
}

/// A page whose rows are known, and not decoded yet.
pub(super) struct Page {
    response: Response,
    /// Where each row is.
    rows: Vec<Range<u32>>,
    pub(super) facts: PageFacts,
}

impl Page {
    /// The number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The page to share, and what its walk has to know of it.
    pub(super) fn into_facts(mut self) -> (Arc<Self>, PageFacts) {
        let facts = std::mem::take(&mut self.facts);
        (Arc::new(self), facts)
    }

    pub(super) fn response(&self) -> &Response {
        &self.response
    }

    /// The end of the part that begins with that row.
    pub(super) fn part(&self, from: usize) -> usize {
        let mut bytes = 0;
        let fit = self.rows[from..].iter().take(PART_ROWS).take_while(|row| {
            bytes += row.len();
            bytes <= PART_BYTES
        });
        // A row that is larger than a part is one.
        (from + fit.count().max(1)).min(self.rows.len())
    }

    /// The size of a part.
    fn bytes(&self, part: Range<usize>) -> usize {
        self.rows[part].iter().map(ExactSizeIterator::len).sum()
    }

    pub(super) fn part_of(&self, part: Range<usize>) -> Vec<&str> {
        let json = self.response.json();
        self.rows[part].iter().map(|row| &json[row.start as usize..row.end as usize]).collect()
    }
}

impl Reader {
    /// Finds the rows of a response that is no error.
    pub(super) async fn read(self: &Arc<Self>, response: Response) -> Result<Page> {
        let reader = Arc::clone(self);
        let bytes = response.json().len();
        apart(bytes, &self.context.stop, move || reader.find(response)).await?
    }

    fn find(&self, response: Response) -> Result<Page> {
        let body = response.json();
        let rows = select::rows_of(&response, self.resource, &self.context.client)?;
        let told_by = (&self.decoder, &self.partition.values[..]);
        let facts = select::facts(&response, &rows, &self.resource.paging, told_by);
        let place = |row: &&str| {
            let start = row.as_ptr().addr() - body.as_ptr().addr();
            // A response is far below 4 GiB.
            let [start, end] = [start, start + row.len()].map(|at| u32::try_from(at).unwrap_or(0));
            start..end
        };
        let rows = rows.each.iter().map(place).collect();
        Ok(Page { response, rows, facts })
    }

    /// Decodes a part of a page, whose first row has that position in the listing.
    pub(super) async fn decode(
        self: &Arc<Self>,
        page: &Arc<Page>,
        part: Range<usize>,
        first: u64,
    ) -> Result<Encoded> {
        let (reader, page) = (Arc::clone(self), Arc::clone(page));
        apart(page.bytes(part.clone()), &self.context.stop, move || {
            let rows = page.part_of(part);
            let encoded = reader.decoder.page(&rows, &reader.partition.values, first);
            encoded.with_field_names_redacted()
        })
        .await
    }

    /// A hash of the keys of a whole page, in any order.
    pub(super) async fn keys(self: &Arc<Self>, page: &Arc<Page>) -> Result<Option<u64>> {
        let (mut from, mut keys) = (0, None);
        while from < page.rows() {
            let to = page.part(from);
            keys = together(keys, self.decode(page, from..to, 0).await?.key_set());
            from = to;
        }
        Ok(keys)
    }
}

/// The hash of the keys of two parts.
pub(super) fn together(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).reduce(u64::wrapping_add)
}
