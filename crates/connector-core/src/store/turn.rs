//! The turn of a commit: when the one before it is made, and what came of the part until then.

use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::verdict::Tally;

/// When a commit may be made.
pub(crate) struct Turn {
    tally: Option<Tally>,
    before: Option<oneshot::Receiver<Tally>>,
    came_at: Instant,
}

/// Says that the commit before it is made.
pub(crate) struct Before(oneshot::Sender<Tally>);

impl Turn {
    /// At once, with what came of the part so far.
    pub(crate) fn now(tally: Tally) -> Self {
        Self { tally: Some(tally), before: None, came_at: Instant::now() }
    }

    /// After another one.
    pub(crate) fn after() -> (Before, Self) {
        let (before, after) = oneshot::channel();
        (Before(before), Self { tally: None, before: Some(after), came_at: Instant::now() })
    }

    /// Whether it has come.
    pub(super) fn has_come(&self) -> bool {
        self.tally.is_some()
    }

    /// For how long it has been.
    pub(crate) fn elapsed(&self) -> Duration {
        self.came_at.elapsed()
    }

    /// Waits for it, and returns what came of the part until then. It never comes where the one
    /// before it failed.
    pub(super) async fn come(&mut self) -> &Tally {
        if let Some(before) = &mut self.before {
            match before.await {
                Ok(tally) => (self.tally, self.came_at) = (Some(tally), Instant::now()),
                Err(_) => std::future::pending().await,
            }
            self.before = None;
        }
        self.tally.get_or_insert_default()
    }
}

impl Before {
    /// Lets the next one be made.
    pub(crate) fn made(self, tally: Tally) {
        // Nobody waits any more in a run that ends.
        let _ = self.0.send(tally);
    }
}
