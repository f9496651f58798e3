//! Who reads parts of resources.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a part is kept for a worker of which nothing is heard: longer than the time that a
/// vendor may be silent within an answer.
const LEASE: Duration = Duration::from_mins(1);

/// A process that reads parts of resources.
#[derive(Clone, Debug, Default)]
pub struct Worker {
    /// What it is called where its work is shown.
    pub name: String,
    /// How long a part is its own after it was heard of last; for good, if nobody else takes parts.
    pub lease: Option<Duration>,
}

impl Worker {
    /// One of several.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), lease: Some(LEASE) }
    }

    /// The same, with parts that others take after another time.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }
}

/// The workers of a run that are no more, by their names. Their parts need not wait for a lease to
/// be over.
#[derive(Clone, Debug, Default)]
pub struct Gone(Arc<Mutex<Vec<String>>>);

impl Gone {
    /// Says that a worker is no more.
    pub fn note(&self, worker: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(worker.into());
    }

    /// Those of whom it was not heard before.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
