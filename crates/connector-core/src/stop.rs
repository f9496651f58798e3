//! Asking a run to stop: after the page in flight, with everything committed.

use std::time::Duration;

use tokio::sync::watch;

use crate::error::{Error, ErrorKind};

/// A way to ask runs to stop, from a signal, a limit or a test.
///
/// A run that is asked reads no further page, commits what it has, and reports.
/// The next run goes on where it stopped.
#[derive(Clone, Debug, Default)]
pub struct Stop(watch::Sender<Option<String>>);

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
                *asked = Some(why.into());
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
        match &*self.0.borrow() {
            Some(why) => Err(Error::new(ErrorKind::Stopped, format!("stopped: {why}"))
                .next("run again: it goes on from here")),
            None => Ok(()),
        }
    }

    /// Sleeps, unless a run has to stop.
    pub(crate) async fn sleep(&self, time: Duration) -> Result<(), Error> {
        let mut asked = self.0.subscribe();
        // The sender is here, so the channel is open.
        let _ = tokio::time::timeout(time, asked.wait_for(Option::is_some)).await;
        self.check()
    }
}
