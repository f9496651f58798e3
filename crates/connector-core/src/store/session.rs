//! Sessions with the server: how they begin, and as many as there may be.
//!
//! A role, a database or a pooler may allow fewer than would be of use. So room is taken
//! before a session is, and where one cannot be had the room shrinks to those that there are.

use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleResult};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tracing::info;

use super::clock::Clock;
use super::failure::is_full;
use crate::error::{Error, Result};

/// The most sessions that the runs of a program have, beside those of their locks.
pub(super) const MOST: usize = 8;

/// How long a server may take to begin a session.
pub(super) const CONNECT: Duration = Duration::from_secs(10);

/// The same for one more session beside others.
pub(super) const ONE_MORE: Duration = Duration::from_secs(3);

/// How long one that is on its way back is waited for: less than it takes to begin another one.
const RETURN: Duration = Duration::from_millis(5);

/// How long a session may have been idle before it is asked whether it still is one.
pub(super) const MOMENT: Duration = Duration::from_secs(1);

/// The sessions that the runs of a program share.
#[derive(Clone, Debug)]
pub(super) struct Sessions {
    pool: managed::Pool<Opener>,
    room: Arc<Semaphore>,
    returning: Arc<Returning>,
    size: Arc<Mutex<Size>>,
    /// When somebody last looked whether the server answers.
    looked: Arc<tokio::sync::Mutex<Option<Instant>>>,
    pub(super) clock: Clock,
}

/// A session that only reads, between two looks of somebody who looks often.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Option<(PgConnection, Instant)>>);

impl Kept {
    /// The session, if it is there and still one.
    pub(super) async fn take(&self) -> Option<PgConnection> {
        let (mut session, since) = self.taken()?;
        (since.elapsed() < MOMENT || session.ping().await.is_ok()).then_some(session)
    }

    /// Keeps it for the next look.
    pub(super) fn put(&self, session: PgConnection) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((session, Instant::now()));
    }

    /// Ends it.
    pub(super) async fn close(&self) {
        if let Some((session, _)) = self.taken() {
            // The server notices in any case.
            drop(session.close().await);
        }
    }

    fn taken(&self) -> Option<(PgConnection, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// How many sessions there may be.
#[derive(Debug)]
struct Size {
    most: usize,
    /// Whether it was said that these are fewer than are of use.
    said: bool,
}

/// The sessions that are on their way back.
#[derive(Debug, Default)]
struct Returning {
    number: AtomicUsize,
    returned: Notify,
}

/// What opens sessions.
#[derive(Debug)]
struct Opener {
    options: PgConnectOptions,
    /// Whether all of a session is one transaction that is never committed.
    rehearses: bool,
}

impl managed::Manager for Opener {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<PgConnection> {
        let mut session = open(&self.options).await?;
        if self.rehearses {
            let transaction = session.begin().await?;
            // Forgotten, it is neither committed nor rolled back, and each transaction
            // after it is a savepoint in it. It ends with the session.
            std::mem::forget(transaction);
        }
        Ok(session)
    }

    async fn recycle(
        &self,
        session: &mut PgConnection,
        metrics: &Metrics,
    ) -> RecycleResult<sqlx::Error> {
        if metrics.last_used() > MOMENT {
            session.ping().await?;
        }
        Ok(())
    }
}

/// A session, and the room that it takes.
pub(super) struct Session(Option<Taken>);

struct Taken {
    session: Object<Opener>,
    room: OwnedSemaphorePermit,
    returning: Arc<Returning>,
}

/// What a session's value says, which is there until it is dropped.
const OPEN: &str = "a session is open as long as it is not dropped";

impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0.as_ref().expect(OPEN).session
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0.as_mut().expect(OPEN).session
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(Taken { mut session, room, returning }) = self.0.take() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        returning.number.fetch_add(1, Relaxed);
        // A transaction that was dropped has its rollback waiting here: its locks must not
        // last until somebody needs a session again.
        runtime.spawn(async move {
            match tokio::time::timeout(ONE_MORE, session.ping()).await {
                Ok(Ok(())) => drop(session),
                // What does not answer is no session any more.
                Ok(Err(_)) | Err(_) => drop(Object::take(session)),
            }
            drop(room);
            returning.number.fetch_sub(1, Relaxed);
            returning.returned.notify_waiters();
        });
    }
}

/// Whether a server answers that somebody waits for.
pub(super) enum Silence {
    Answers,
    Unheard(Error),
}

impl Sessions {
    /// Sessions of which none is open yet.
    pub(super) fn new(options: &PgConnectOptions) -> Self {
        Self::of(Opener { options: options.clone(), rehearses: false }, MOST)
    }

    /// The one session of a rehearsal.
    pub(super) fn rehearsing(options: &PgConnectOptions) -> Self {
        Self::of(Opener { options: options.clone(), rehearses: true }, 1)
    }

    fn of(opener: Opener, most: usize) -> Self {
        // The one that was used last has its statements prepared.
        let pool = managed::Pool::builder(opener).max_size(most).queue_mode(QueueMode::Lifo);
        let pool = pool.build();
        Self {
            pool: pool.expect("a pool without timeouts of its own needs no runtime"),
            room: Arc::new(Semaphore::new(most)),
            returning: Arc::default(),
            size: Arc::new(Mutex::new(Size { most, said: false })),
            looked: Arc::default(),
            clock: Clock::default(),
        }
    }

    /// A session that is free, or a new one; waits as long as all that there may be are in use.
    pub(super) async fn session(&self) -> sqlx::Result<Session> {
        self.wait_for_returning().await;
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await;
            let room = room.map_err(|_| sqlx::Error::PoolClosed)?;
            match self.open().await {
                Ok(session) => {
                    let returning = Arc::clone(&self.returning);
                    return Ok(Session(Some(Taken { session, room, returning })));
                }
                Err(error) if is_full(&error) => {
                    if !self.shrink(room) {
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// A session that nobody else needs, if there is one: one more has to be free, so that whoever
    /// is waited for can go on.
    pub(super) async fn spare(&self) -> Option<Session> {
        if self.room.available_permits() < 2 {
            return None;
        }
        let room = Arc::clone(&self.room).try_acquire_owned().ok()?;
        self.wait_for_returning().await;
        match self.open().await {
            Ok(session) => {
                let returning = Arc::clone(&self.returning);
                Some(Session(Some(Taken { session, room, returning })))
            }
            Err(error) => {
                if is_full(&error) {
                    self.shrink(room);
                }
                None
            }
        }
    }

    /// Waits a moment where the one session that is free will be so at once, as with a
    /// statement after the other: to begin another one takes longer.
    async fn wait_for_returning(&self) {
        let returned = self.returning.returned.notified();
        if self.returning.number.load(Relaxed) > 0 && self.pool.status().available == 0 {
            // However it comes out: then there is one, or one more is begun.
            let _ = tokio::time::timeout(RETURN, returned).await;
        }
    }

    async fn open(&self) -> sqlx::Result<Object<Opener>> {
        let status = self.pool.status();
        let one_more = status.size > 0 && status.available == 0;
        let session = async {
            self.pool.get().await.map_err(|error| match error {
                PoolError::Backend(error) => error,
                _ => sqlx::Error::PoolClosed,
            })
        };
        if one_more {
            // A pooler that has no more does not say so, and lets one wait until one is free.
            tokio::time::timeout(ONE_MORE, session).await.unwrap_or_else(|_| Err(full()))
        } else {
            session.await
        }
    }

    /// Gives a room up for good that no session can be had for, and all that are free with it;
    /// not the last one.
    fn shrink(&self, room: OwnedSemaphorePermit) -> bool {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        if size.most <= 1 {
            return false;
        }
        room.forget();
        size.most -= 1;
        let fewer = size.most.saturating_sub(self.pool.status().size.max(1));
        size.most -= self.room.forget_permits(fewer);
        size.say();
        true
    }

    /// How many sessions are open, beside those of locks.
    pub(super) fn open_ones(&self) -> usize {
        self.pool.status().size
    }

    /// Leaves it at so many sessions at the most.
    pub(super) fn limit_to(&self, sessions: usize) {
        let mut size = self.size.lock().unwrap_or_else(PoisonError::into_inner);
        let fewer = size.most.saturating_sub(sessions.max(1));
        size.most -= self.room.forget_permits(fewer);
        if fewer > 0 {
            size.say();
        }
    }

    /// Whether there is a session, or can be one. A rehearsal is alone, and has its one when it begins.
    pub(super) async fn any(&self) -> bool {
        let is_there = self.open_ones() > 0 || self.pool.manager().rehearses;
        is_there || self.session().await.is_ok()
    }

    /// Where sessions begin, and how.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.pool.manager().options
    }

    /// A session of its own, which is none of the pool's.
    pub(super) async fn own(&self) -> Result<PgConnection> {
        connect(self.options()).await
    }

    /// Looks whether the server answers; of many who wait, one does.
    pub(super) async fn look(&self, patience: Duration) -> Silence {
        let mut looked = self.looked.lock().await;
        let is_new = looked.is_some_and(|looked| looked.elapsed() < MOMENT);
        if is_new {
            return Silence::Answers;
        }
        let answer = tokio::time::timeout(patience.min(CONNECT / 2), open(self.options())).await;
        match answer.unwrap_or_else(|_| Err(silent())) {
            Ok(session) => {
                drop(session.close().await);
                *looked = Some(Instant::now());
                Silence::Answers
            }
            // It has no room, and says so.
            Err(sqlx::Error::Database(_)) => Silence::Answers,
            Err(error) => Silence::Unheard(Error::storage("waiting for its answer", error)),
        }
    }

    /// The server's name, as a person knows it.
    pub(super) fn server(&self) -> String {
        server(self.options())
    }

    /// Ends all sessions; what was committed stays, whatever happens here.
    pub(super) async fn close(&self) {
        // Those that were in use a moment ago are on their way back.
        let most = u32::try_from(self.size.lock().unwrap_or_else(PoisonError::into_inner).most);
        let all = self.room.acquire_many(most.unwrap_or(1));
        let close = async {
            let _all = all.await;
            for session in self.pool.retain(|_, _| false).removed {
                let _ = session.close().await;
            }
        };
        // A server that is away does not say goodbye.
        let _ = tokio::time::timeout(ONE_MORE, close).await;
        self.pool.close();
    }
}

impl Size {
    /// Says once that there are fewer than are of use.
    fn say(&mut self) {
        if !std::mem::replace(&mut self.said, true) {
            let sessions = self.most;
            info!(
                "the server has no room for more sessions: going on with {sessions} beside the locks of runs"
            );
        }
    }
}

/// The server's name, as a person knows it.
fn server(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

/// That there is no session left.
pub(super) fn full() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::QuotaExceeded,
        "no session is left beside those that are open, and a run needs 2",
    ))
}

/// Whether nothing was heard.
pub(super) fn is_silent(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

/// That nothing was heard.
pub(super) fn silent() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer"))
}

/// A new session of its own; where there is none, the error says with which server.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    open(options).await.map_err(|error| not_connected(options, error))
}

pub(super) fn not_connected(options: &PgConnectOptions, error: sqlx::Error) -> Error {
    // A host that has no address may be what stands behind an @ in a password.
    let has_address = !matches!(&error, sqlx::Error::Io(error) if error.raw_os_error().is_none() && error.kind() != io::ErrorKind::TimedOut);
    let error = Error::storage("connecting", error);
    if has_address { error.at("server", server(options)) } else { error }
}

pub(super) async fn open(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    let session = async {
        let mut session = PgConnection::connect_with(options).await?;
        begin(&mut session).await?;
        Ok(session)
    };
    tokio::time::timeout(CONNECT, session).await.unwrap_or_else(|_| Err(silent()))
}

/// What each session begins with.
///
/// Names resolve to what Postgres brings along, and to nothing that another user may have
/// put into a schema: a function of the same name with a better fit would run with the
/// rights of this one. `set` comes first, as it looks no name up, and each
/// statement behind it is looked at when its turn comes. It is not sent as a start-up
/// parameter, which poolers refuse.
///
/// Whoever waits for a lock for longer than half a minute is told so, unless the user or the
/// database has a limit of its own.
///
/// Names of types are compared as they are without quotes.
///
/// Statements are many and short. In tables that nothing is known of yet, as those that a rehearsal
/// makes, the planner takes some for long ones, and translating them (`jit`) takes half a second.
async fn begin(session: &mut PgConnection) -> sqlx::Result<()> {
    let statements = "do $$ begin set search_path = pg_catalog, pg_temp; set jit = off; \
                      set quote_all_identifiers = off; \
                      if current_setting('lock_timeout') = '0' then \
                      perform set_config('lock_timeout', '30s', false); end if; end $$";
    sqlx::raw_sql(statements).execute(session).await.map(drop)
}
