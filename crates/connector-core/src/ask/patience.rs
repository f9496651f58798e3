//! How long an answer may take: in all, for each part of it, and once a run was asked to stop.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::Limits;
use super::failure::Failure;
use crate::error::{Error, ErrorKind, Result};
use crate::stop::Stop;

/// What is decoded where it is: to hand it over would take longer.
const SMALL: usize = 512 << 10;
/// What is decoded while nothing else of that kind is.
const LARGE: usize = 8 << 20;

/// The patience with one page, over all tries.
pub(super) struct Patience<'a> {
    limits: &'a Limits,
    stop: &'a Stop,
    /// When the try began; what it did not wait for the vendor is left out.
    begun: Instant,
    /// The time of the tries before it.
    spent: Duration,
    /// When the span began in which bytes are counted, and how many came in it.
    span: (Instant, u64),
}

impl<'a> Patience<'a> {
    pub(super) fn new(limits: &'a Limits, stop: &'a Stop) -> Self {
        let now = Instant::now();
        Self { limits, stop, begun: now, spent: Duration::ZERO, span: (now, 0) }
    }

    /// Begins a try.
    pub(super) fn begin(&mut self) {
        self.begun = Instant::now();
        self.span = (self.begun, 0);
    }

    /// Ends a try, and says whether it was the last one, as all of them took too long.
    pub(super) fn is_spent(&mut self) -> bool {
        self.spent += self.begun.elapsed();
        self.spent > self.limits.total
    }

    /// Waits for the vendor.
    pub(super) async fn wait<T>(&self, vendor: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            answer = timeout_at(self.begun + self.limits.total, vendor) => answer.map_err(|_| self.over()),
            stopped = self.stop.no_more_answers() => Err(Failure::lasting(stopped)),
        }
    }

    /// Waits for something that the vendor has no part in.
    pub(super) async fn pause<T>(&mut self, other: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = other.await;
        let paused = start.elapsed();
        self.begun += paused;
        self.span.0 += paused;
        done
    }

    /// So many bytes came; fails if they come so slowly that there is no end to it.
    pub(super) fn came(&mut self, bytes: usize) -> Result<()> {
        let (since, came) = &mut self.span;
        *came += bytes as u64;
        let took = since.elapsed();
        if took < self.limits.idle {
            return Ok(());
        }
        let least =
            self.limits.rate.saturating_mul(took.as_millis().try_into().unwrap_or(u64::MAX));
        if came.saturating_mul(1_000) < least {
            let what = format!(
                "the response came too slowly: less than {} bytes a second over {} s",
                self.limits.rate,
                took.as_secs()
            );
            return Err(Error::new(ErrorKind::Unavailable, what));
        }
        self.span = (Instant::now(), 0);
        Ok(())
    }

    fn over(&self) -> Failure {
        let what = format!("the response did not end within {} s", self.limits.total.as_secs());
        Failure::passing(Error::new(ErrorKind::Unavailable, what))
    }
}

/// Does work on so many bytes, off the thread that reads if they are many: a clock or
/// another walk would wait for it. A run that was asked to stop leaves
/// it behind.
pub(crate) async fn apart<T: Send + 'static>(
    bytes: usize,
    stop: &Stop,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    /// More of them take more memory, and no less time.
    const AT_A_TIME: u32 = 2;
    static TURNS: Semaphore = Semaphore::const_new(AT_A_TIME as usize);
    if bytes <= SMALL {
        return Ok(work());
    }
    let done = async {
        // What is large takes a multiple of it meanwhile, so nothing else is done beside it.
        let turn = TURNS.acquire_many(if bytes > LARGE { AT_A_TIME } else { 1 }).await;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await
            .map_err(|broken| Error::new(ErrorKind::Stopped, "a page broke off").because(broken))
    };
    tokio::select! {
        biased;
        done = done => done,
        stopped = stop.no_more_work() => Err(stopped),
    }
}
