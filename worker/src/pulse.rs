//! Whether something comes of a part that is read.
//!
//! What is told to the server is told because of what came, and not because time passed: a walk
//! that is stuck has to look dead, and a vendor that wants a rest has not.

use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use connector_core::ask::Traffic;
use connector_core::run::progress::Watch;

use crate::names::Heard;

/// What came so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pulse(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rows: AtomicU64,
    traffic: Mutex<Vec<Arc<Traffic>>>,
}

/// What came until a moment; anything that differs is life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    heard: Heard,
    bytes: u64,
    pages: u64,
}

impl Pulse {
    /// What is to be told, if anything came since it was looked at last, or is waited for until a
    /// time that is known.
    pub(crate) fn beat(&self, last: &mut Option<Sample>) -> Option<Heard> {
        let traffic = self.0.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = |of: fn(&Traffic) -> &AtomicU64| {
            traffic.iter().map(|traffic| of(traffic).load(Relaxed)).sum()
        };
        let now = Sample {
            heard: Heard { rows: self.0.rows.load(Relaxed), requests: sum(|of| &of.requests) },
            bytes: sum(|of| &of.bytes),
            pages: sum(|of| &of.pages),
        };
        let lives = last.replace(now) != Some(now) || traffic.iter().any(|one| one.waits());
        lives.then_some(now.heard)
    }
}

impl Watch for Pulse {
    fn expect(&self, _: usize) {}

    fn add_rows(&self, rows: u64) {
        self.0.rows.fetch_add(rows, Relaxed);
    }

    fn begin(&self, _: &str, traffic: &Arc<Traffic>) -> Box<dyn Any + Send + Sync> {
        let mut all = self.0.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(Arc::clone(traffic));
        Box::new(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stuck_walk_looks_dead_and_one_that_waits_for_a_rest_does_not() {
        let (pulse, mut last) = (Pulse::default(), None);
        let traffic = Arc::new(Traffic::default());
        let _reading = pulse.begin("users", &traffic);
        assert_eq!(pulse.beat(&mut last), Some(Heard::default()));
        assert_eq!(pulse.beat(&mut last), None);
        traffic.requests.fetch_add(1, Relaxed);
        assert_eq!(pulse.beat(&mut last), Some(Heard { rows: 0, requests: 1 }));
        assert_eq!(pulse.beat(&mut last), None);
        pulse.add_rows(35);
        assert_eq!(pulse.beat(&mut last), Some(Heard { rows: 35, requests: 1 }));
        traffic.bytes.fetch_add(1, Relaxed);
        assert!(pulse.beat(&mut last).is_some());
        assert_eq!(pulse.beat(&mut last), None);
        traffic.rest_for(Duration::from_mins(15));
        assert!(pulse.beat(&mut last).is_some());
        assert!(pulse.beat(&mut last).is_some());
    }
}
