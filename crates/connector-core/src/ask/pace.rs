//! When the vendor may be asked: the limit, the rests that it wants, and how many ask at once.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::Clock as _;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{MutexGuard, Semaphore, SemaphorePermit};

use super::Traffic;
use crate::error::{Error, Result};
use crate::stop::Stop;
use connector_spec::Rate;

/// The most requests to one vendor at the same time.
const LANES: usize = 10;

/// How long a run rests in all because the vendor asks for it.
const RESTS: Duration = Duration::from_hours(6);

/// What all requests of a connection keep.
pub(super) struct Pace {
    limiter: Option<DefaultDirectRateLimiter>,
    /// Held by the one whose turn is next.
    turn: tokio::sync::Mutex<()>,
    /// One for each request that may be under way; a vendor that finds them too many takes some away.
    lanes: Semaphore,
    /// The number of lanes: one until the vendor has given an answer, so that a
    /// wrong key is shown once.
    width: AtomicUsize,
    /// Whether a 429 came, and no good answer since then.
    resting: AtomicBool,
    /// Held by the one that asks meanwhile.
    probe: tokio::sync::Mutex<()>,
    /// Nobody asks before this time: the vendor wants a rest.
    rest_until: Mutex<Option<Instant>>,
    /// How much longer the vendor may make the run wait.
    rests: Mutex<Duration>,
    stop: Stop,
    /// How many more requests may be made.
    budget: Option<AtomicU64>,
}

/// The room of one request, repetitions included.
pub(super) struct Lane<'a> {
    pace: &'a Pace,
    /// After a 429, one request at a time finds out whether the vendor has rested.
    probe: Option<MutexGuard<'a, ()>>,
    permit: Option<SemaphorePermit<'a>>,
}

impl Pace {
    /// A pace whose first request is made alone.
    pub(super) fn new(rate: Option<Rate>, stop: Stop, budget: Option<u64>) -> Result<Self> {
        Ok(Self {
            limiter: rate.map(quota).transpose()?.map(RateLimiter::direct),
            turn: tokio::sync::Mutex::new(()),
            lanes: Semaphore::new(1),
            width: AtomicUsize::new(1),
            resting: AtomicBool::new(false),
            probe: tokio::sync::Mutex::new(()),
            rest_until: Mutex::new(None),
            rests: Mutex::new(RESTS),
            stop,
            budget: budget.map(AtomicU64::new),
        })
    }

    /// Waits for a lane.
    pub(super) async fn lane(&self) -> Lane<'_> {
        Lane { pace: self, probe: None, permit: self.lanes.acquire().await.ok() }
    }

    /// Opens all lanes.
    pub(super) fn widen(&self) {
        self.width.fetch_add(LANES - 1, Ordering::Relaxed);
        self.lanes.add_permits(LANES - 1);
    }

    /// Waits until the limit, and a rest that the vendor asked for, allow one more request.
    async fn wait_for_turn(&self, traffic: &Traffic) -> Result<()> {
        let start = Instant::now();
        loop {
            let until = *self.rest_until.lock().unwrap_or_else(PoisonError::into_inner);
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(rest) if !rest.is_zero() => {
                    let _shown = Waiting::at(&traffic.resting);
                    self.stop.sleep(rest).await?;
                }
                _ => break,
            }
        }
        if let Some(limiter) = &self.limiter {
            self.wait_for_limit(limiter, traffic).await?;
        }
        let waited = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        traffic.waited_ms.fetch_add(waited, Ordering::Relaxed);
        self.stop.check()
    }

    /// Waits until the limit allows one more request; whoever asked first goes first.
    async fn wait_for_limit(
        &self,
        limiter: &DefaultDirectRateLimiter,
        traffic: &Traffic,
    ) -> Result<()> {
        let _shown = Waiting::at(&traffic.held);
        // Those who all wake up for the next request keep each other from being in time.
        let _turn = self.turn.lock().await;
        while let Err(early) = limiter.check() {
            self.stop.sleep(early.wait_time_from(limiter.clock().now())).await?;
        }
        Ok(())
    }

    /// Counts one more request, or asks everybody to stop if there is none left.
    pub(super) fn spend(&self) -> Result<()> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let spent =
            budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if spent.is_err() {
            self.stop.ask("the requests that it may make are used up");
        }
        spent.map_or_else(|_| self.stop.check(), |_| Ok(()))
    }

    /// Waits before a repetition.
    pub(super) async fn pause(&self, wait: Duration, traffic: &Traffic) -> Result<()> {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        traffic.waited_ms.fetch_add(millis, Ordering::Relaxed);
        self.spend_rest(wait);
        self.stop.sleep(wait).await
    }

    /// Keeps everybody from asking for that long; false if they were kept from it already.
    pub(super) fn rest(&self, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let mut rest = self.rest_until.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *rest;
        *rest = Some(before.map_or(until, |before| before.max(until)));
        let begins = before.map_or_else(Instant::now, |before| before.max(Instant::now()));
        self.spend_rest(until.saturating_duration_since(begins));
        before.is_none_or(|before| before < Instant::now())
    }

    /// Counts a rest, or asks everybody to stop if there were too many: a vendor that asks for
    /// one with each page would never come to an end.
    fn spend_rest(&self, rest: Duration) {
        let mut left = self.rests.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.checked_sub(rest).unwrap_or_else(|| {
            let hours = RESTS.as_secs() / 3600;
            self.stop.ask(format!("the vendor asked for more than {hours} hours of rest in all"));
            Duration::ZERO
        });
    }
}

/// A request that waits, which is counted until it goes on or is given up.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn at(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane<'_> {
    /// Waits until one more request may be made.
    pub(super) async fn wait(&mut self, traffic: &Traffic) -> Result<()> {
        if self.probe.is_none() && self.pace.resting.load(Ordering::Relaxed) {
            self.probe = Some(self.pace.probe.lock().await);
        }
        self.pace.wait_for_turn(traffic).await
    }

    /// A good answer came: the vendor has rested.
    pub(super) fn note_answer(&self) {
        self.pace.resting.store(false, Ordering::Relaxed);
    }

    /// A 429 came: the lane is given up for the rest of the run, unless it is the last one.
    pub(super) fn note_limit(&mut self) {
        self.pace.resting.store(true, Ordering::Relaxed);
        let less = |width: usize| (width > 1).then(|| width - 1);
        if self.permit.is_some()
            && self.pace.width.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
            && let Some(permit) = self.permit.take()
        {
            permit.forget();
        }
    }
}

/// The limit as evenly spaced requests, with room for the way being slower for one
/// than for the next. As many as fit into that room may follow at once, so that what
/// a late wake-up lost is caught up: no window of the vendor's sees more than it allows.
fn quota(rate: Rate) -> Result<Quota> {
    const ROOM: f64 = 1.03;
    let replenish = rate.per.checked_div(rate.requests).filter(|interval| !interval.is_zero());
    let replenish = replenish
        .and_then(|interval| Duration::try_from_secs_f64(interval.as_secs_f64() * ROOM).ok());
    let burst = NonZeroU32::new(rate.requests / 35).unwrap_or(NonZeroU32::MIN);
    let quota = replenish.and_then(Quota::with_period).map(|quota| quota.allow_burst(burst));
    quota.ok_or_else(|| {
        Error::settings("a rate limit is at least one request, and a time to count it over")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_without_end_have_one() {
        let stop = Stop::new();
        let pace = Pace::new(None, stop.clone(), None).unwrap();
        // Those that overlap are one.
        for minutes in [100, 200, 300, 200, 350] {
            pace.rest(Duration::from_mins(minutes));
            assert!(stop.check().is_ok(), "{minutes}");
        }
        pace.rest(Duration::from_mins(361));
        let said = stop.check().unwrap_err().to_string();
        assert!(said.contains("the vendor asked for more than 6 hours of rest in all"), "{said}");
    }
}
