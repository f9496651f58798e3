//! When the vendor may be asked: the limit, the rests that it wants, and how many ask at once.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use governor::clock::Clock as _;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{MutexGuard, Semaphore, SemaphorePermit};

use super::Traffic;
use crate::error::{Error, Result};
use crate::stop::{REQUESTS_USED_UP, Stop};
use connector_spec::Rate;

/// How long a run rests in all because the vendor asks for it.
const RESTS: Duration = Duration::from_hours(6);

/// For how long requests are reserved at once where processes share a limit: whoever comes next
/// waits for no longer.
const RESERVED: Duration = Duration::from_millis(250);

/// A limit that several processes keep together.
pub(crate) trait SharedLimit: Send + Sync {
    /// Reserves so many requests, each so long after the one before it, and says how long it is
    /// until the first.
    fn reserve(&self, requests: u32, interval: Duration) -> BoxFuture<'_, Result<Duration>>;
}

/// Who hears of it when the vendor wants a rest.
pub(crate) trait Listener: Send + Sync {
    /// Tells all others that the vendor wants a rest of that length from now on.
    fn hear(&self, rest: Duration) -> BoxFuture<'_, ()>;
}

/// Requests that were reserved of a shared limit. One that is not made in its time expires: made
/// later, it would be one too many beside those of others.
struct Slots {
    /// When the next one may be made, and how many there are.
    next: Instant,
    left: u32,
    /// How many were reserved at once, and how many of them expired.
    reserved: u32,
    expired: u32,
}

/// What all requests of a connection keep.
pub(super) struct Pace {
    limiter: Option<DefaultDirectRateLimiter>,
    rate: Option<Rate>,
    /// The limit that others keep too, and what is reserved of it.
    shared: OnceLock<Arc<dyn SharedLimit>>,
    /// Who tells others of rests.
    listener: OnceLock<Arc<dyn Listener>>,
    slots: tokio::sync::Mutex<Slots>,
    /// Held by the one whose turn is next.
    turn: tokio::sync::Mutex<()>,
    /// One for each request that may be under way; a vendor that finds them too many takes some away.
    lanes: Semaphore,
    /// The most lanes.
    most: usize,
    /// The number of lanes: one until the vendor has given an answer, so that a
    /// wrong key is shown once.
    width: AtomicUsize,
    /// Held by each listing that is being read, and here.
    listings: Arc<()>,
    /// How long the last good answer took, in microseconds.
    took: AtomicU64,
    /// Whether a 429 came, and no good answer since then.
    resting: AtomicBool,
    /// Held by the one that asks meanwhile.
    probe: tokio::sync::Mutex<()>,
    /// Nobody asks before it ends: the vendor wants a rest.
    pub(super) rest: Rest,
    /// How much longer the vendor may make the run wait.
    rests: Mutex<Duration>,
    /// For how long in all it wanted rests, in milliseconds.
    rested: AtomicU64,
    stop: Stop,
    /// How many more requests may be made.
    budget: Option<AtomicU64>,
}

/// Until when nobody asks, which whoever shows a wait may look at.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest(Arc<Mutex<Option<Instant>>>);

impl Rest {
    /// How long it lasts still, if it does.
    pub(super) fn left(&self) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    /// Lets it last so long from now on, at the least; returns by how much it is longer than
    /// before, and whether it begins now.
    pub(super) fn extend(&self, wait: Duration) -> (Duration, bool) {
        let now = Instant::now();
        let until = now + wait;
        let mut rest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *rest;
        *rest = Some(before.map_or(until, |before| before.max(until)));
        let begins = before.map_or(now, |before| before.max(now));
        (until.saturating_duration_since(begins), before.is_none_or(|before| before < now))
    }
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
    pub(super) fn new(
        rate: Option<Rate>,
        most: usize,
        stop: Stop,
        budget: Option<u64>,
    ) -> Result<Self> {
        Ok(Self {
            rate,
            shared: OnceLock::new(),
            listener: OnceLock::new(),
            slots: tokio::sync::Mutex::new(Slots {
                next: Instant::now(),
                left: 0,
                reserved: 0,
                expired: 0,
            }),
            limiter: rate.map(quota).transpose()?.map(RateLimiter::direct),
            turn: tokio::sync::Mutex::new(()),
            lanes: Semaphore::new(1),
            most,
            width: AtomicUsize::new(1),
            listings: Arc::default(),
            took: AtomicU64::new(0),
            resting: AtomicBool::new(false),
            probe: tokio::sync::Mutex::new(()),
            rest: Rest::default(),
            rests: Mutex::new(RESTS),
            rested: AtomicU64::new(0),
            stop,
            budget: budget.map(AtomicU64::new),
        })
    }

    /// Waits for a lane.
    pub(super) async fn lane(&self) -> Lane<'_> {
        Lane { pace: self, probe: None, permit: self.lanes.acquire().await.ok() }
    }

    /// How many more lanes a listing may use that uses so many. Each of the others has one of its
    /// own, also while its rows are decoded.
    pub(super) fn free(&self, used: usize) -> usize {
        let others = Arc::strong_count(&self.listings).saturating_sub(2);
        let own = self.width.load(Ordering::Relaxed).saturating_sub(others);
        self.lanes.available_permits().min(own.saturating_sub(used))
    }

    /// What a listing holds as long as it is being read.
    pub(super) fn listing(&self) -> Arc<()> {
        Arc::clone(&self.listings)
    }

    /// How many requests may be under way with those that may be in vain: no more than the limit
    /// lets through while one is answered, as more would not be faster; and one where the
    /// vendor wants a rest, or where requests are counted out.
    pub(super) fn guesses(&self) -> usize {
        if self.budget.is_some() || self.resting.load(Ordering::Relaxed) {
            return 1;
        }
        let width = self.width.load(Ordering::Relaxed);
        let Some(interval) = self.rate.map(interval).filter(|interval| !interval.is_zero()) else {
            return width;
        };
        let took = Duration::from_micros(self.took.load(Ordering::Relaxed));
        let of_use = took.as_nanos().div_ceil(interval.as_nanos());
        usize::try_from(of_use).unwrap_or(usize::MAX).clamp(1, width)
    }

    /// Opens all lanes.
    pub(super) fn widen(&self) {
        self.width.fetch_add(self.most - 1, Ordering::Relaxed);
        self.lanes.add_permits(self.most - 1);
    }

    /// Waits until the limit, and a rest that the vendor asked for, allow one more request.
    async fn wait_for_turn(&self, traffic: &Traffic) -> Result<()> {
        let start = Instant::now();
        while let Some(rest) = self.rest.left() {
            self.stop.sleep(rest).await?;
        }
        match (self.rate, self.shared.get(), &self.limiter) {
            (Some(rate), Some(shared), _) => self.wait_for_slot(rate, &**shared, traffic).await?,
            (_, _, Some(limiter)) => self.wait_for_limit(limiter, traffic).await?,
            _ => {}
        }
        let waited = super::millis(start.elapsed());
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

    /// Waits until the limit that others keep too allows one more request.
    async fn wait_for_slot(
        &self,
        rate: Rate,
        shared: &dyn SharedLimit,
        traffic: &Traffic,
    ) -> Result<()> {
        let _shown = Waiting::at(&traffic.held);
        let (interval, late) = (interval(rate), rate.per / LATE);
        let most = u32::try_from(RESERVED.as_nanos() / interval.as_nanos().max(1));
        let most = most.unwrap_or(u32::MAX).max(1);
        // Whoever asked first goes first.
        let mut slots = self.slots.lock().await;
        let mut asked_again = false;
        loop {
            while slots.left > 0 && slots.next + late < Instant::now() {
                slots.expired += 1;
                slots.pass(interval);
            }
            if slots.left == 0 {
                // As many as were of use, or more if all were.
                let used = slots.reserved - slots.expired;
                let more = if slots.expired == 0 { used.saturating_mul(2) } else { used };
                let requests = more.clamp(1, most);
                let asked = Instant::now();
                let wait = shared.reserve(requests, interval).await?;
                // If this process was frozen meanwhile, the time of what it reserved is over, and
                // nothing else would tell. Where each answer takes so long, there is no better one.
                if asked.elapsed() > RESERVED && !std::mem::replace(&mut asked_again, true) {
                    continue;
                }
                let next = Instant::now() + wait;
                *slots = Slots { next, left: requests, reserved: requests, expired: 0 };
            }
            let at = slots.next;
            self.stop.sleep(at.saturating_duration_since(Instant::now())).await?;
            if Instant::now() <= at + late {
                slots.pass(interval);
                return Ok(());
            }
        }
    }

    /// Lets others keep the limit too.
    pub(super) fn share(&self, shared: Arc<dyn SharedLimit>) {
        // It is shared once, before anything is asked.
        let _ = self.shared.set(shared);
    }

    /// Lets others hear of rests.
    pub(super) fn tell(&self, listener: Arc<dyn Listener>) {
        let _ = self.listener.set(listener);
    }

    /// Whether there is a limit.
    pub(super) fn has_limit(&self) -> bool {
        self.rate.is_some()
    }

    /// Keeps everybody here from asking for that long, as others were told.
    pub(super) fn hear_rest(&self, wait: Duration) {
        self.rest.extend(wait);
    }

    /// Counts one more request, or asks everybody to stop if there is none left.
    pub(super) fn spend(&self) -> Result<()> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let spent =
            budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if spent.is_err() {
            self.stop.ask(REQUESTS_USED_UP);
        }
        spent.map_or_else(|_| self.stop.check(), |_| Ok(()))
    }

    /// Waits before a repetition.
    pub(super) async fn pause(&self, wait: Duration, traffic: &Traffic) -> Result<()> {
        let millis = super::millis(wait);
        traffic.waited_ms.fetch_add(millis, Ordering::Relaxed);
        self.spend_rest(wait);
        let _shown = Waiting::at(&traffic.pausing);
        self.stop.sleep(wait).await
    }

    /// Keeps everybody from asking for that long; false if they were kept from it already.
    pub(super) fn rest(&self, wait: Duration) -> bool {
        if let Some(listener) = self.listener.get().map(Arc::clone) {
            tokio::spawn(async move { listener.hear(wait).await });
        }
        let (more, is_first) = self.rest.extend(wait);
        self.rested.fetch_add(super::millis(more), Ordering::Relaxed);
        self.spend_rest(more);
        is_first
    }

    /// For how long in all the vendor wanted rests, in milliseconds.
    pub(super) fn rested_ms(&self) -> u64 {
        self.rested.load(Ordering::Relaxed)
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

    /// A good answer came after so long: the vendor has rested.
    pub(super) fn note_answer(&self, took: Duration) {
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.pace.took.store(took, Ordering::Relaxed);
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
    let burst = NonZeroU32::new(rate.requests / LATE).unwrap_or(NonZeroU32::MIN);
    let interval = Some(interval(rate)).filter(|interval| !interval.is_zero());
    let quota = interval.and_then(Quota::with_period).map(|quota| quota.allow_burst(burst));
    quota.ok_or_else(|| {
        Error::settings("a rate limit is at least one request, and a time to count it over")
    })
}

/// The share of the limit's time by which a request may be late.
const LATE: u32 = 35;

/// The time from one request to the next.
fn interval(rate: Rate) -> Duration {
    const ROOM: f64 = 1.03;
    let interval = rate.per.checked_div(rate.requests).unwrap_or_default();
    Duration::try_from_secs_f64(interval.as_secs_f64() * ROOM).unwrap_or_default()
}

impl Slots {
    fn pass(&mut self, interval: Duration) {
        self.next += interval;
        self.left -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_without_end_have_one() {
        let stop = Stop::new();
        let pace = Pace::new(None, 10, stop.clone(), None).unwrap();
        // Those that overlap are one.
        for minutes in [100, 200, 300, 200, 350] {
            pace.rest(Duration::from_mins(minutes));
            assert!(stop.check().is_ok(), "{minutes}");
        }
        pace.rest(Duration::from_mins(361));
        let said = stop.check().unwrap_err().to_string();
        assert!(said.contains("the vendor asked for more than 6 hours of rest in all"), "{said}");
    }

    /// More would be in vain, and be missing elsewhere.
    #[test]
    fn no_more_is_guessed_than_the_limit_lets_through_while_one_is_answered() {
        let guesses = |per_second: Option<u32>, took: u64, budget| {
            let rate = per_second.map(|requests| Rate { requests, per: Duration::from_secs(1) });
            let pace = Pace::new(rate, 10, Stop::new(), budget).unwrap();
            assert_eq!(pace.guesses(), 1, "before the first answer, one asks");
            pace.widen();
            pace.took.store(took, Ordering::Relaxed);
            pace
        };
        for (per_second, took, most) in [
            (None, 50_000, 10),
            (Some(1), 50_000, 1),
            (Some(1), 1_500_000, 2),
            (Some(5), 300_000, 2),
            (Some(100), 50_000, 5),
            (Some(100), 0, 1),
            (Some(1_000), 50_000, 10),
        ] {
            assert_eq!(guesses(per_second, took, None).guesses(), most, "{per_second:?}, {took}");
        }
        assert_eq!(guesses(None, 50_000, Some(1_000)).guesses(), 1);
        let busy = guesses(None, 50_000, None);
        let permit = busy.lanes.try_acquire().ok();
        let mut lane = Lane { pace: &busy, probe: None, permit };
        lane.note_limit();
        assert_eq!(busy.guesses(), 1);
        lane.note_answer(Duration::from_millis(50));
        // One of them is given up for the rest of the run.
        assert_eq!(busy.guesses(), 9);
    }

    /// A limit of one process, which answers after a while.
    struct Alone {
        next: Mutex<Instant>,
        answers_after: Duration,
    }

    impl SharedLimit for Alone {
        fn reserve(&self, requests: u32, interval: Duration) -> BoxFuture<'_, Result<Duration>> {
            let now = Instant::now();
            let mut next = self.next.lock().unwrap();
            let first = (*next).max(now);
            *next = first + interval * requests;
            let wait = first - now;
            Box::pin(async move {
                tokio::time::sleep(self.answers_after).await;
                Ok(wait)
            })
        }
    }

    /// Whoever was frozen while it reserved has what is long over, and nothing that tells so.
    #[tokio::test]
    async fn what_was_reserved_long_before_its_answer_came_is_not_used() {
        let rate = Rate { requests: 100, per: Duration::from_secs(1) };
        let pace = Pace::new(Some(rate), 10, Stop::new(), None).unwrap();
        let begun = Instant::now();
        let frozen = Duration::from_millis(600);
        let shared = Arc::new(Alone { next: Mutex::new(begun), answers_after: frozen });
        pace.share(Arc::clone(&shared) as Arc<dyn SharedLimit>);
        pace.wait_for_turn(&Traffic::default()).await.unwrap();
        assert!(*shared.next.lock().unwrap() > begun + frozen);
    }

    /// Whoever could keep what was reserved would ask for all of it at once, beside what others ask.
    #[tokio::test]
    async fn a_request_that_was_reserved_and_not_made_in_its_time_expires() {
        let rate = Rate { requests: 100, per: Duration::from_secs(1) };
        let pace = Pace::new(Some(rate), 10, Stop::new(), None).unwrap();
        pace.share(Arc::new(Alone {
            next: Mutex::new(Instant::now()),
            answers_after: Duration::ZERO,
        }));
        let traffic = Traffic::default();
        // By now, some are reserved at once.
        for _ in 0..20 {
            pace.wait_for_turn(&traffic).await.unwrap();
        }
        let left = pace.slots.lock().await.left;
        assert!(left > 3, "{left}");
        tokio::time::sleep(Duration::from_millis(600)).await;
        let begun = Instant::now();
        for _ in 0..10 {
            pace.wait_for_turn(&traffic).await.unwrap();
        }
        // Nine intervals of ten milliseconds lie between them, whatever was left over.
        assert!(begun.elapsed() >= Duration::from_millis(90), "{:?}", begun.elapsed());
    }
}
