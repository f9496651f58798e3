//! Whether a walk still brings anything new. Pure.
//!
//! A vendor that sends ever other pages of the same rows, each with a token of its own, repeats
//! neither a page nor a token. To know each key that came would take memory that grows with the
//! listing; so they are known as long as they are few, and then a part of them by their
//! hashes, which is halved each time that it has become too large.

use std::collections::HashSet;

/// The most hashes of keys that are kept.
const MOST: usize = 16_384;
/// The most pages without anything new; and as many rows, times the part of them that is known.
const LIMIT: u64 = 1_000;

/// The keys of a pass, or a part of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct News {
    known: HashSet<u64>,
    /// The bits of a hash that are zero in the part that is kept.
    mask: u64,
    /// The pages and the rows since something new came.
    pages: u64,
    rows: u64,
}

impl News {
    /// Takes note of rows: the hashes of their keys, and how many of them have none.
    pub(crate) fn add(&mut self, keys: &[u64], without: u64) {
        self.rows += keys.len() as u64 + without;
        for key in keys.iter().filter(|key| **key & self.mask == 0) {
            if self.known.insert(*key) {
                (self.pages, self.rows) = (0, 0);
            }
        }
        while self.known.len() > MOST {
            self.mask = self.mask << 1 | 1;
            let mask = self.mask;
            self.known.retain(|key| key & mask == 0);
        }
    }

    /// Takes note of rows that have their place elsewhere, and are as good as new.
    pub(crate) fn add_others(&mut self, rows: u64) {
        if rows > 0 {
            (self.pages, self.rows) = (0, 0);
        }
    }

    /// Whether one of the rows is known to be another one than all that came.
    pub(crate) fn lacks_any(&self, keys: &[u64]) -> bool {
        keys.iter().any(|key| *key & self.mask == 0 && !self.known.contains(key))
    }

    /// Ends a page; returns for how many pages nothing new came, if there is no hope left.
    pub(crate) fn end_page(&mut self) -> Option<u64> {
        self.pages += 1;
        let part = self.mask.saturating_add(1);
        let over = self.pages >= LIMIT && self.rows >= LIMIT.saturating_mul(part);
        over.then_some(self.pages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> u64 {
        xxhash_rust::xxh3::xxh3_64(&number.to_be_bytes())
    }

    /// The number of pages of so many rows after which a walk through these keys is given up.
    fn given_up(pages: u64, rows: u64, key: impl Fn(u64) -> Option<u64>) -> Option<u64> {
        let mut news = News::default();
        (0..pages).find(|page| {
            for row in page * rows..(page + 1) * rows {
                match key(row) {
                    Some(key) => news.add(&[hash(key)], 0),
                    None => news.add(&[], 1),
                }
            }
            news.end_page().is_some()
        })
    }

    #[test]
    fn a_listing_of_new_rows_is_never_given_up_however_long_it_is() {
        assert_eq!(given_up(1_000_000, 1, Some), None);
        assert_eq!(given_up(20_000, 50, Some), None);
        // Each row comes three times, and pages without a row come between.
        assert_eq!(given_up(100_000, 10, |row| Some(row / 3)), None);
        assert_eq!(given_up(100_000, 0, Some), None);
    }

    #[test]
    fn rows_that_come_again_and_again_have_an_end() {
        // Which of the known ones come changes with each page.
        for known in [1, 2_000, 100_000] {
            let again = given_up(100_000, 50, |row| Some(hash(row) % known));
            assert!(again.is_some(), "{known}");
        }
        assert_eq!(given_up(5_000, 1, |row| Some(row % 100)), Some(1_099));
    }

    #[test]
    fn rows_without_a_key_have_an_end() {
        assert_eq!(given_up(5_000, 1, |_| None), Some(999));
        assert_eq!(given_up(5_000, 50, |row| (row < 500).then_some(row)), Some(1_008));
    }

    #[test]
    fn what_it_knows_does_not_grow() {
        let mut news = News::default();
        for number in 0..200_000 {
            news.add(&[hash(number)], 0);
        }
        assert!(news.known.len() <= MOST && news.known.capacity() < 4 * MOST);
    }
}
