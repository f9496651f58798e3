//! What all walks of a run share.

use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use super::connection::{Connection, Range};
use super::progress::Watch;
use super::request_hash::{self, Part};
use super::resource_settings::AllSettings;
use super::worker::{Gone, Worker};
use crate::ask::{Client, Listener, WORTH_SAYING};
use crate::budget::Budget;
use crate::error::Result;
use crate::params::Params;
use crate::read::chosen::Chosen;
use crate::read::secret::SecretNames;
use crate::stop::Stop;
use crate::store::{Statements, Store, Table};
use crate::verdict::Tolerated;
use crate::walk::RequestHash;
use crate::words::Invocation;
use connector_spec::{Connector, Resource};

/// How far decoded pages may be ahead of the commits, in KiB, over all resources.
pub(super) const AHEAD_KIB: u32 = 1 << 10;

/// What all walks of a run share.
pub(super) struct Context {
    pub(super) connector: &'static Connector,
    pub(super) invocation: Invocation,
    pub(super) client: Client,
    pub(super) store: Store,
    pub(super) params: Params,
    pub(super) range: Range,
    pub(super) keep_secrets: bool,
    pub(super) secret_names: SecretNames,
    pub(super) settings: AllSettings,
    pub(super) batch_rows: u64,
    /// Walks that were committed before this time are begun anew.
    pub(super) resume_since: Option<DateTime<Utc>>,
    pub(super) stop: Stop,
    pub(super) progress: Arc<dyn Watch>,
    /// Who reads here, and how many processes do.
    pub(super) worker: Worker,
    pub(super) workers: u64,
    /// Those of them that are no more.
    pub(super) gone: Gone,
    /// The most requests of all workers together.
    pub(super) max_requests: Option<u64>,
    /// Room for pages that are not committed yet, in KiB.
    pub(super) ahead: Arc<Semaphore>,
    pub(super) budget: Budget,
}

impl Context {
    /// What all walks share of a run of this connection.
    pub(super) fn new(
        connection: &Connection,
        client: Client,
        store: Store,
        (worker, workers): (Worker, u64),
    ) -> Arc<Self> {
        let within = Some(connection.resume_within).filter(|_| !connection.range.full_refresh);
        let resume_since = within.and_then(|within| store.started_at.checked_sub_signed(within));
        Arc::new(Self {
            connector: connection.connector,
            invocation: connection.invocation.clone(),
            client,
            store,
            params: connection.params.clone(),
            range: connection.range,
            keep_secrets: connection.keep_secrets,
            secret_names: SecretNames::of(connection.connector.resources),
            settings: connection.settings.clone(),
            batch_rows: connection.batch_rows,
            resume_since,
            stop: connection.stop(),
            progress: Arc::clone(&connection.progress),
            worker,
            workers,
            gone: Gone::default(),
            max_requests: connection.max_requests,
            ahead: Arc::new(Semaphore::new(AHEAD_KIB as usize)),
            budget: connection.budget.clone(),
        })
    }

    /// What a resource may lack and be complete.
    pub(super) fn tolerated(&self, resource: &Resource) -> Tolerated {
        self.settings.of(resource.name).tolerated()
    }

    /// Lets the limit of the vendor be kept by all who use this database, and rests be heard.
    pub(super) async fn share_limit(self: &Arc<Self>) -> Result<()> {
        if self.client.has_limit() || self.worker.lease.is_some() {
            let budget = Arc::new(self.store.budget(self.limit_key().await?));
            self.client.tell(Arc::clone(&budget) as Arc<dyn Listener>);
            self.client.share(budget);
        } else {
            self.client.tell(Arc::new(Teller(Arc::downgrade(self))));
        }
        Ok(())
    }

    /// What the key of the vendor is called where others see it.
    pub(super) async fn limit_key(&self) -> Result<String> {
        Ok(self.client.fingerprint(&self.store.budget_secret().await?))
    }

    /// The table of a resource, for its listings as they are asked for.
    pub(super) fn table(
        &self,
        resource: &'static Resource,
        statements: &Arc<Statements>,
    ) -> Table<'_> {
        let fuse = self.settings.of(resource.name).deletes;
        let request = self.request_hash(resource, None);
        Table::new(&self.store, resource, Arc::clone(statements), request, fuse)
    }

    /// The statements of a resource's table.
    pub(super) fn statements(&self, resource: &'static Resource) -> Arc<Statements> {
        let parent = resource.parent.and_then(|parent| self.connector.resource(parent.resource));
        let has_history = self.store.has_history(resource.name);
        Arc::new(Statements::new(&self.store.schema, resource, parent, has_history))
    }

    /// What a person has chosen to leave out of a resource's rows, or to veil.
    pub(super) fn chosen(&self, resource: &Resource) -> Chosen {
        let key = &self.store.fingerprint_key;
        let choice = self.settings.of(resource.name).choice.about(resource);
        Chosen::of(resource, &choice, Some(key)).expect("the choice was checked before the run")
    }

    /// Records that a resource begins.
    pub(super) async fn begin(&self, resource: &Resource) -> Result<()> {
        self.store.begin_resource(resource.name, self.is_ranged(resource)).await
    }

    /// Whether only a part of the resource's rows is asked for.
    pub(super) fn is_ranged(&self, resource: &Resource) -> bool {
        let Range { since, until, changed_parents_only, .. } = self.range;
        (resource.cursor.is_some() && since.or(until).is_some())
            || (resource.parent.is_some() && changed_parents_only)
    }

    /// Whether the run lists all rows of the resource's parent, and not some of them.
    pub(super) fn lists_parents(&self, resource: &Resource) -> bool {
        let parent = resource.parent.and_then(|parent| self.connector.resource(parent.resource));
        let ranged = self.range.since.or(self.range.until).is_some();
        parent.is_some_and(|parent| parent.cursor.is_none() || !ranged && parent.filter.is_none())
    }

    /// Tells a listing of a resource, with what the vendor is told of the range, from everything
    /// else that one could ask for.
    pub(super) fn listing_hash(
        &self,
        resource: &Resource,
        filter: &[(&'static str, String)],
    ) -> RequestHash {
        let Range { since, until, .. } = self.range;
        self.request_hash(resource, Some(&Part { since, until, filter }))
    }

    /// Tells the listings of a resource, or a part of each, from everything else that one
    /// could ask for.
    fn request_hash(&self, resource: &Resource, part: Option<&Part<'_>>) -> RequestHash {
        let base = self.client.base();
        let choice = self.settings.of(resource.name).choice.about(resource);
        let kept = (self.keep_secrets, &choice);
        request_hash::of_listings(resource, &self.params, base, kept, part)
    }
}

/// Tells of long rests where no limit is kept with others: whoever looks on sees why nothing moves.
/// It asks the database for nothing until there is one.
struct Teller(Weak<Context>);

impl Listener for Teller {
    fn hear(&self, rest: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let Some(context) = self.0.upgrade().filter(|_| rest >= WORTH_SAYING) else { return };
            match context.limit_key().await {
                Ok(key) => context.store.budget(key).hear(rest).await,
                Err(error) => tracing::info!("others were not told of the rest: {error}"),
            }
        })
    }
}
