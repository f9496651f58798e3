//! A database that is away is waited for: for half a minute in all, whoever waits.
//!
//! A server that restarts costs nothing, as what was under way is done again. One
//! that stays away ends everything at once: all that use a database share one
//! clock ([`clock`](super::clock)), which begins when it was first missed, and stops with any answer.

use std::time::{Duration, Instant, SystemTime};

use retry_policies::policies::ExponentialBackoff;
use retry_policies::{Jitter, RetryDecision, RetryPolicy};
use tracing::info;

use super::session::{Sessions, Silence};
use crate::error::{Error, Remedy, Result};
use crate::stop::Stop;

/// How long a database is waited for that is away, or that refuses the same again and again.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The same in a run that was asked to stop.
const LAST_PATIENCE: Duration = Duration::from_secs(3);

/// How long a statement takes before somebody looks whether the server is still there.
const LONG: Duration = Duration::from_secs(5);

/// How one run waits for a database.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    pub(super) sessions: Sessions,
    pub(super) stop: Stop,
    pub(super) limit: Duration,
}

impl Patience {
    /// Does `work`, and does it again while what keeps it from working passes by itself.
    ///
    /// The work has to be such that doing it twice does it once: the answer to what
    /// was done may have been lost.
    pub(super) async fn patiently<T, F>(&self, work: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let clock = &self.sessions.clock;
        // Its own clock too: a transaction may be in another's way while all else works.
        let mut first = None;
        let mut tries = 0;
        loop {
            if let Some(error) = clock.given_up() {
                return Err(error);
            }
            let error = tokio::select! {
                done = work() => match done {
                    Ok(done) => {
                        clock.answered();
                        return Ok(done);
                    }
                    Err(error) => error,
                },
                error = self.silence() => return Err(error),
            };
            let first = *first.get_or_insert_with(Instant::now);
            match error.remedy() {
                Remedy::Wait => {
                    let since = clock.missed(&error, self.limit).min(first);
                    if since.elapsed() >= self.limit() {
                        return Err(clock.give_up(error, &self.sessions.server()));
                    }
                }
                Remedy::Again if first.elapsed() < self.limit() => {
                    clock.answered();
                    info!("doing it again: {error}");
                }
                Remedy::Again | Remedy::None | Remedy::LeaveOut | Remedy::LeaveTable => {
                    clock.answered();
                    return Err(error);
                }
            }
            self.sleep(wait(tries).min(self.limit)).await;
            tries += 1;
        }
    }

    /// How long the database is waited for.
    fn limit(&self) -> Duration {
        if self.stop.is_asked() { self.limit.min(LAST_PATIENCE) } else { self.limit }
    }

    /// Sleeps, and wakes up when the run is asked to stop.
    async fn sleep(&self, time: Duration) {
        if self.stop.is_asked() {
            tokio::time::sleep(time.min(LAST_PATIENCE / 4)).await;
        } else {
            // Being asked cuts the time, and says nothing else here.
            let _ = self.stop.sleep(time).await;
        }
    }

    /// Ends when a server has said nothing for too long, not even to a new session: a
    /// statement may take its time, and a network that is cut there does not say so.
    pub(super) async fn silence(&self) -> Error {
        let clock = &self.sessions.clock;
        tokio::time::sleep(LONG.min(self.limit)).await;
        loop {
            match self.sessions.look(self.limit()).await {
                Silence::Answers => clock.answered(),
                Silence::Unheard(error) => {
                    if clock.missed(&error, self.limit).elapsed() >= self.limit() {
                        return clock.give_up(error, &self.sessions.server());
                    }
                }
            }
            self.sleep(LONG.min(self.limit)).await;
        }
    }
}

/// How long to wait before the next try; many that failed together do not come back together.
fn wait(tries: u32) -> Duration {
    const FIRST: Duration = Duration::from_millis(250);
    const LONGEST: Duration = Duration::from_secs(3);
    let backoff = ExponentialBackoff::builder()
        .retry_bounds(FIRST, LONGEST)
        .jitter(Jitter::Bounded)
        // The end is the clock's.
        .build_with_max_retries(u32::MAX);
    let now = SystemTime::now();
    match backoff.should_retry(now, tries.min(16)) {
        RetryDecision::Retry { execute_after } => {
            execute_after.duration_since(now).unwrap_or(FIRST)
        }
        RetryDecision::DoNotRetry => LONGEST,
    }
}
