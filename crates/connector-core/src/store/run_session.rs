//! The session that each run has for its lock, and how many runs may have one at a time.
//!
//! Each lock takes a session that nobody works with. Where all that a server allows were locks, no
//! run could go on: so one run begins after the other, and only while there is a session to work
//! with beside the locks.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use sqlx::{Connection as _, PgConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::info;

use super::failure::is_full;
use super::session::{
    CONNECT, MOMENT, ONE_MORE, Sessions, full, is_silent, not_connected, open, silent,
};
use crate::error::{Error, Result};

/// The most runs that go on at the same time in a program: each has a session more, for its lock, and
/// others need some of the server too.
const MOST_RUNS: usize = 32;

/// The runs that go on at the same time, and those that wait until one of them ends.
#[derive(Debug)]
pub(super) struct RunSlots {
    room: Arc<Semaphore>,
    going_on: AtomicUsize,
    beginning: tokio::sync::Mutex<Beginning>,
}

impl Default for RunSlots {
    fn default() -> Self {
        Self {
            room: Arc::new(Semaphore::new(MOST_RUNS)),
            going_on: AtomicUsize::new(0),
            beginning: tokio::sync::Mutex::new(Beginning { most: MOST_RUNS, failed: None }),
        }
    }
}

/// What is known when the next run begins; held by whoever begins one.
#[derive(Debug)]
struct Beginning {
    /// How many there may be.
    most: usize,
    /// Why none could begin, and when that was.
    failed: Option<(Error, Instant)>,
}

/// The session that keeps the lock of a run, and the place of that run among those that go on.
pub(super) struct RunSession {
    session: PgConnection,
    _slot: RunSlot,
}

/// The place of a run that goes on.
struct RunSlot {
    runs: Arc<RunSlots>,
    _room: OwnedSemaphorePermit,
}

impl RunSlot {
    fn of(runs: &Arc<RunSlots>, room: OwnedSemaphorePermit) -> Self {
        runs.going_on.fetch_add(1, Relaxed);
        Self { runs: Arc::clone(runs), _room: room }
    }
}

impl Drop for RunSlot {
    fn drop(&mut self) {
        self.runs.going_on.fetch_sub(1, Relaxed);
    }
}

impl RunSession {
    /// Ends the session.
    pub(super) async fn close(self) -> sqlx::Result<()> {
        self.session.close().await
    }
}

impl Deref for RunSession {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.session
    }
}

impl DerefMut for RunSession {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.session
    }
}

impl RunSlots {
    /// A session for a run's lock; waits as long as so many runs go on as there may be.
    ///
    /// Where the server has no room for one more, those that go on are waited for: from then on
    /// there are as many at a time as it has room for.
    pub(super) async fn session(self: &Arc<Self>, sessions: &Sessions) -> Result<RunSession> {
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await;
            let room = room.map_err(|_| Error::storage("connecting", sqlx::Error::PoolClosed))?;
            // One begins after the other, so that no lock takes the last room of those that go on.
            let mut beginning = self.beginning.lock().await;
            // Of many that would find the same out, one does.
            if let Some((error, at)) = &beginning.failed
                && at.elapsed() < MOMENT
            {
                return Err(error.clone());
            }
            let is_alone = self.going_on.load(Relaxed) == 0;
            let options = sessions.options();
            // A pooler that has no more does not say so, and lets one wait until one is free.
            let patience = if is_alone { CONNECT } else { ONE_MORE };
            let session = tokio::time::timeout(patience, open(options)).await;
            let error = match session.unwrap_or_else(|_| Err(silent())) {
                // Who is alone is told by the server's limits that there is no other.
                Ok(session) if sessions.any().await || is_alone => {
                    beginning.failed = None;
                    return Ok(RunSession { session, _slot: RunSlot::of(self, room) });
                }
                Ok(session) => {
                    drop(session.close().await);
                    full()
                }
                Err(error) => error,
            };
            let has_no_room = is_full(&error) || is_silent(&error);
            if is_alone || !has_no_room {
                let error = not_connected(options, error);
                if is_alone {
                    beginning.failed = Some((error.clone(), Instant::now()));
                }
                return Err(error);
            }
            if beginning.most == MOST_RUNS {
                info!("the server has no room for one more run: others wait for those that go on");
            }
            beginning.most -= 1;
            room.forget();
        }
    }
}
