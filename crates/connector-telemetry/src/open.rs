//! The spans that have not ended: a walk that was given up lets go of its own a moment after the
//! run has its report, and what has not ended is not told.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::Context;

/// How many spans have not ended.
#[derive(Debug, Default)]
pub(crate) struct OpenSpans {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl OpenSpans {
    fn change(&self, by: impl FnOnce(usize) -> usize) {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        *count = by(*count);
        if *count == 0 {
            self.fewer.notify_all();
        }
    }

    /// Waits until all have ended, at most for that long.
    pub(crate) fn wait(&self, most: Duration) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.fewer.wait_timeout_while(count, most, |count| *count > 0);
        // Whoever panicked has left a number.
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// Counts them.
pub(crate) struct Counting(Arc<OpenSpans>);

/// What counts them, to be part of a subscriber.
pub(crate) fn counting(open: &Arc<OpenSpans>) -> Counting {
    Counting(Arc::clone(open))
}

impl Layer<Registry> for Counting {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, Registry>) {
        self.0.change(|count| count + 1);
    }

    fn on_close(&self, _: Id, _: Context<'_, Registry>) {
        self.0.change(|count| count.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tracing::subscriber::with_default;
    use tracing::{debug_span, info_span};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    #[test]
    fn a_span_is_waited_for_until_it_has_ended_or_the_time_is_over() {
        let open = Arc::new(OpenSpans::default());
        with_default(Registry::default().with(counting(&open)), || {
            let run = info_span!("run");
            let part = debug_span!(parent: &run, "part");
            drop(run);
            let begun = Instant::now();
            open.wait(Duration::from_millis(20));
            assert!(begun.elapsed() >= Duration::from_millis(20), "the parent waits for the part");
            drop(part);
            open.wait(Duration::MAX);
        });
    }
}
