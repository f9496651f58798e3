//! Since when a database is away: one clock for all that use it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::{info, warn};

use crate::error::{Error, ErrorKind};
use crate::words::span;

/// Since when a database is away, as far as anybody knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock(Arc<Mutex<Option<Away>>>);

#[derive(Clone, Debug)]
struct Away {
    since: Instant,
    /// What was said about it when it was given up.
    given_up: Option<(String, String)>,
}

impl Clock {
    fn with<T>(&self, look: impl FnOnce(&mut Option<Away>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes note that the database did not answer; says since when that is so.
    pub(super) fn missed(&self, why: &Error, patience: Duration) -> Instant {
        self.with(|away| {
            let away = away.get_or_insert_with(|| {
                warn!("the database is away, and waited for up to {} s: {why}", patience.as_secs());
                Away { since: Instant::now(), given_up: None }
            });
            away.since
        })
    }

    /// Takes note that it answered.
    pub(super) fn answered(&self) {
        self.with(|away| {
            if let Some(away) = away.take_if(|away| away.given_up.is_none()) {
                info!("the database is back after {}", span(away.since.elapsed()));
            }
        });
    }

    /// The error of a database that was given up: whoever comes later does not wait again.
    pub(super) fn given_up(&self) -> Option<Error> {
        self.with(|away| {
            let (what, next) = away.as_ref()?.given_up.clone()?;
            Some(Error::new(ErrorKind::Storage, what).next(next))
        })
    }

    /// Gives the database up.
    pub(super) fn give_up(&self, error: Error, server: &str) -> Error {
        self.with(|away| {
            let Some(away) = away else { return error };
            let reason = std::error::Error::source(&error)
                .map_or_else(|| error.to_string(), ToString::to_string);
            let what = format!(
                "the database at {server} was away for {} s, and is waited for no longer: {reason}",
                away.since.elapsed().as_secs().max(1)
            );
            let advice = error.advice().unwrap_or("look at the server");
            let next = format!("{advice}; then run again, which goes on from what was committed");
            away.given_up = Some((what.clone(), next.clone()));
            Error::new(ErrorKind::Storage, what).next(next)
        })
    }
}
