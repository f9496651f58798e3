//! How often a vendor is asked with one key, by all processes and connections that use a database.
//!
//! One row for each key. It says when the next request may be made; whoever reserves some moves that
//! time by one statement, and so nobody's requests are those of another.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sqlx::postgres::types::PgInterval;
use sqlx::{Connection as _, PgConnection};

use super::Store;
use super::database::Database;
use super::migrate;
use super::outage::Patience;
use crate::ask::{Client, Listener, SharedLimit};
use crate::error::{Error, Result};

/// The limit of one key.
pub(crate) struct Budget {
    patience: Patience,
    key: String,
}

impl Store {
    /// What keys of vendors are hashed with in this database.
    pub(crate) async fn budget_secret(&self) -> Result<String> {
        // No connection has this name.
        const KEY: &str = "with made as (insert into sync.fingerprint_keys (connection) values ('') on conflict do nothing returning key) \
                           select key from made union all select key from sync.fingerprint_keys where connection = '' limit 1";
        self.patiently(|| async move {
            let failed = |error| Error::storage("reading a key", error);
            let mut session = self.session().await?;
            let made = sqlx::query_scalar(KEY).fetch_optional(&mut *session).await;
            match made.map_err(failed)? {
                Some(key) => Ok(key),
                // Another run made it meanwhile: it was waited for, and is seen from now on.
                None => sqlx::query_scalar(KEY).fetch_one(&mut *session).await.map_err(failed),
            }
        })
        .await
    }

    /// The limit of that key.
    pub(crate) fn budget(&self, key: String) -> Budget {
        Budget { patience: self.patience.clone(), key }
    }

    /// How long the vendor is to be left alone, as far as others were told.
    pub(crate) async fn rest(&self, key: &str) -> Result<Option<Duration>> {
        self.patiently(|| async move {
            let rest: Option<Option<f64>> = sqlx::query_scalar(
                "select extract(epoch from rest_until - clock_timestamp())::float8 from sync.budgets where key = $1",
            )
            .bind(key)
            .fetch_optional(&mut *self.session().await?)
            .await
            .map_err(|error| Error::storage("looking for a rest", error))?;
            Ok(rest.flatten().and_then(|rest| Duration::try_from_secs_f64(rest).ok()))
        })
        .await
    }
}

/// Until when a vendor that is asked from this database wants a rest, if one does.
pub(super) async fn rest_until(session: &mut PgConnection) -> sqlx::Result<Option<DateTime<Utc>>> {
    // Tables of an older version may not have it.
    if !migrate::is_there(&mut *session, "sync.budgets").await? {
        return Ok(None);
    }
    let query = "select max(rest_until) from sync.budgets where rest_until > clock_timestamp()";
    sqlx::query_scalar(query).fetch_one(session).await
}

impl Database {
    /// Until when the vendor of a client wants a rest from its key, as far as runs were told.
    pub async fn rest_of(&self, client: &Client) -> Result<Option<DateTime<Utc>>> {
        let failed = |error| Error::storage("looking for a rest", error);
        // Not the one that is kept between two looks: how many there are is counted after this.
        let mut session = self.session().await?;
        if !migrate::is_there(&mut session, "sync.budgets").await.map_err(failed)? {
            return Ok(None);
        }
        let secret = "select key from sync.fingerprint_keys where connection = ''";
        let secret: Option<String> =
            sqlx::query_scalar(secret).fetch_optional(&mut session).await.map_err(failed)?;
        let Some(secret) = secret else { return Ok(None) };
        let rest =
            "select rest_until from sync.budgets where key = $1 and rest_until > clock_timestamp()";
        let rest = sqlx::query_scalar(rest).bind(client.fingerprint(&secret));
        let rest = rest.fetch_optional(&mut session).await.map_err(failed)?;
        drop(session.close().await);
        Ok(rest)
    }
}

impl Budget {
    async fn reserve_now(&self, requests: u32, interval: Duration) -> Result<Duration> {
        let reserved = &microseconds(interval * requests);
        self.patience
            .patiently(|| async move {
                let session = self.patience.sessions.session().await;
                let mut session =
                    session.map_err(|error| Error::storage("taking a session", error))?;
                // What a crash of the server would take back is the time that it takes to start.
                let wait: f64 = sqlx::query_scalar(
                    "with fast as (select set_config('synchronous_commit', 'off', true)) \
                     insert into sync.budgets (key, next_at) select $1, clock_timestamp() + $2 from fast \
                     on conflict (key) do update set next_at = greatest(budgets.next_at, budgets.rest_until, clock_timestamp()) + $2 \
                     returning extract(epoch from next_at - $2 - clock_timestamp())::float8",
                )
                .bind(&self.key)
                .bind(reserved)
                .fetch_one(&mut *session)
                .await
                .map_err(|error| Error::storage("reserving requests", error))?;
                Ok(Duration::try_from_secs_f64(wait).unwrap_or_default())
            })
            .await
    }

    async fn tell(&self, wait: Duration) -> Result<()> {
        let wait = &microseconds(wait);
        self.patience
            .patiently(|| async move {
                let session = self.patience.sessions.session().await;
                let mut session =
                    session.map_err(|error| Error::storage("taking a session", error))?;
                sqlx::query(
                    "insert into sync.budgets (key, rest_until) values ($1, clock_timestamp() + $2) on conflict (key) \
                     do update set rest_until = greatest(budgets.rest_until, excluded.rest_until)",
                )
                .bind(&self.key)
                .bind(wait)
                .execute(&mut *session)
                .await
                .map(drop)
                .map_err(|error| Error::storage("telling of a rest", error))
            })
            .await
    }
}

impl SharedLimit for Budget {
    fn reserve(&self, requests: u32, interval: Duration) -> BoxFuture<'_, Result<Duration>> {
        Box::pin(self.reserve_now(requests, interval))
    }
}

impl Listener for Budget {
    fn hear(&self, rest: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let Err(error) = self.tell(rest).await {
                tracing::info!("others were not told of the rest: {error}");
            }
        })
    }
}

/// A time as the database has it, cut where that is finer.
fn microseconds(time: Duration) -> PgInterval {
    let microseconds = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
