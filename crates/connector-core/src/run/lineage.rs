//! What a run tells of itself to whoever keeps lineage, in the events of OpenLineage: that it
//! began, and how it ended.
//!
//! A run is worth more than what is told of it: a receiver that is away, slow, or leads elsewhere
//! changes nothing of how a run comes out, and costs the end of it less than a second.

mod event;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::task::JoinHandle;
use tracing::warn;

use super::connection::{Connection, Lineage};
use crate::error::{Error, Result};
use crate::store::Store;
use crate::verdict::Report;

/// How long the first event may take, beside the run.
const BESIDE: Duration = Duration::from_secs(10);
/// How long the end of a run waits until both are sent.
const AT_THE_END: Duration = Duration::from_millis(500);

/// A run of which somebody is told.
pub(super) struct ToldRun<'a> {
    connection: &'a Connection,
    lineage: &'a Lineage,
    run_id: i64,
    started_at: DateTime<Utc>,
    start: Option<JoinHandle<Result<()>>>,
}

impl<'a> ToldRun<'a> {
    /// The run of a connection, if somebody is to be told of it: of a rehearsal nobody is.
    pub(super) fn of(connection: &'a Connection, store: &Store) -> Option<Self> {
        let lineage = connection.lineage.as_ref().filter(|_| store.sample.is_none())?;
        let (run_id, started_at) = (store.run_id, store.started_at);
        Some(Self { connection, lineage, run_id, started_at, start: None })
    }

    /// Tells that it began, which nobody waits for yet.
    #[must_use]
    pub(super) fn begin(mut self) -> Self {
        let (event, receiver) = (self.event(None), self.lineage.receiver.clone());
        self.start = Some(tokio::spawn(async move { receiver.post(event, BESIDE).await }));
        self
    }

    /// Waits until it is told that it began.
    pub(super) async fn begun(mut self) {
        let start = self.start.take();
        self.in_time(began(start)).await;
    }

    /// Tells how it ended.
    pub(super) async fn end(mut self, ended: &Result<Report>, took: TimeDelta) {
        let start = self.start.take();
        let event = self.event(Some((ended, took)));
        // What comes first is told first.
        self.in_time(async {
            let began = began(start).await;
            began.and(self.lineage.receiver.post(event, AT_THE_END).await)
        })
        .await;
    }

    async fn in_time(&self, telling: impl Future<Output = Result<()>>) {
        let late = || Error::settings("it did not answer in time");
        let told = tokio::time::timeout(AT_THE_END, telling).await;
        if let Err(error) = told.unwrap_or_else(|_| Err(late())) {
            let host = self.lineage.receiver.host();
            warn!("lineage was not sent to {host}: {error}");
        }
    }

    fn event(&self, ended: Option<(&Result<Report>, TimeDelta)>) -> String {
        event::Subject {
            connection: self.connection,
            namespace: &self.lineage.namespace,
            run_id: self.run_id,
            started_at: self.started_at,
        }
        .event(ended)
        .to_string()
    }
}

/// What came of the first event; if it is not waited for any longer, it ends with its process.
async fn began(start: Option<JoinHandle<Result<()>>>) -> Result<()> {
    match start {
        None => Ok(()),
        Some(start) => {
            start.await.unwrap_or_else(|_| Err(Error::settings("the first event was not sent")))
        }
    }
}
