//! Asking a run to stop: after the page in flight, with everything committed.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::error::{Error, ErrorKind};

/// How long a page in flight may take once a run is asked to stop.
const LAST_PAGE: Duration = Duration::from_secs(10);
/// The same for what is done with it here, which no vendor has to be asked for again.
const LAST_WORK: Duration = Duration::from_secs(1);

/// A way to ask runs to stop, from a signal, a limit or a test.
///
/// A run that is asked reads no further page, commits what it has, and reports.
/// The next run goes on where it stopped.
#[derive(Clone, Debug, Default)]
pub struct Stop(watch::Sender<Option<Asked>>);

#[derive(Debug)]
struct Asked {
    why: String,
    at: Instant,
}

/// Why a run stops that may make no more requests.
pub(crate) const REQUESTS_USED_UP: &str = "the requests that --max-requests allows are used up";

impl Stop {
    /// Nobody is asked yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to stop, and says why; whoever asked first is believed.
    pub fn ask(&self, why: impl Into<String>) {
        self.0.send_if_modified(|asked| {
            let first = asked.is_none();
            if first {
                *asked = Some(Asked { why: why.into(), at: Instant::now() });
            }
            first
        });
    }

    /// Whether a run has to stop.
    pub fn is_asked(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Fails if a run has to stop.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.0.borrow().as_ref().map_or(Ok(()), |asked| Err(stopped(&asked.why)))
    }

    /// Sleeps, unless a run has to stop.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<(), Error> {
        let mut asked = self.0.subscribe();
        // The sender is here, so the channel is open.
        let _ = tokio::time::timeout(time, asked.wait_for(Option::is_some)).await;
        self.check()
    }

    /// Waits until a run has to stop, and returns why.
    pub async fn asked(&self) -> Error {
        self.after(Duration::ZERO).await
    }

    /// Waits until a page in flight is waited for no longer, and returns why.
    pub(crate) async fn no_more_answers(&self) -> Error {
        self.after(LAST_PAGE).await
    }

    /// Waits until work on a page in flight is given up, and returns why.
    pub(crate) async fn no_more_work(&self) -> Error {
        self.after(LAST_WORK).await
    }

    /// Whether that time has come.
    pub(crate) fn is_overdue(&self) -> bool {
        self.0.borrow().as_ref().is_some_and(|asked| asked.at.elapsed() > LAST_WORK)
    }

    async fn after(&self, time: Duration) -> Error {
        let mut receiver = self.0.subscribe();
        let asked = receiver.wait_for(Option::is_some).await;
        let asked =
            asked.ok().and_then(|asked| Some((stopped(&asked.as_ref()?.why), asked.as_ref()?.at)));
        // The sender is here, so the channel is open, and somebody asked.
        let Some((error, at)) = asked else { return std::future::pending().await };
        tokio::time::sleep_until(at + time).await;
        error
    }
}

fn stopped(why: &str) -> Error {
    Error::new(ErrorKind::Stopped, format!("stopped: {why}"))
        .next("run again: it goes on from here")
}
