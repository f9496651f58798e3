//! Hashes of what came lately. Pure.

use std::collections::HashSet;

/// How many hashes are kept at least, and half of how many at most: a page that comes again
/// comes soon, and a walk in wider circles brings nothing new, which ends it too.
const KEPT: usize = 20_000;

/// Hashes of what came lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Recent {
    new: HashSet<u64>,
    old: HashSet<u64>,
}

impl Recent {
    /// Whether it came lately.
    pub(super) fn contains(&self, hash: u64) -> bool {
        self.new.contains(&hash) || self.old.contains(&hash)
    }

    /// Takes note of it; false if it came lately.
    pub(super) fn insert(&mut self, hash: u64) -> bool {
        let is_new = !self.contains(hash);
        if self.new.len() >= KEPT {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(hash);
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_lately_is_known_and_memory_has_an_end() {
        let mut recent = Recent::default();
        for hash in 0..100_000 {
            assert!(recent.insert(hash));
            assert!(recent.contains(hash.saturating_sub(KEPT as u64 - 1)));
        }
        assert!(recent.new.len() + recent.old.len() <= 2 * KEPT);
        assert!(!recent.contains(0));
    }
}
