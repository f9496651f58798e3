//! Requests that are made ahead of their turn, and may be in vain.

use std::sync::atomic::{AtomicBool, Ordering};

/// A request that is made once, or given up before.
#[derive(Debug, Default)]
pub(crate) struct Guess(AtomicBool);

impl Guess {
    /// Takes it, to make it or to give it up: true for whoever comes first.
    pub(crate) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }
}
