//! A connection: everything that a run has to know.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_spec::{Connector, DOCUMENTED, Rate, Resource, Retry};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::progress::{Unwatched, Watch};
use super::resource_settings::AllSettings;
use crate::ask::auth::Credential;
use crate::ask::{Authority, Client, Limits, Receiver, Whereabouts, address};
use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::params::{Params, params_of};
use crate::read::chosen::{Choice, Chosen};
use crate::stop::Stop;
use crate::store::{Database, EMBEDDED_DIRECTORY, Keep, PATIENCE, embedded, embedded_exists};
use crate::verdict::Tolerance;
use crate::words::{Invocation, nearest};

/// Which part of the cursor's values a run asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range {
    /// The lowest, for a backfill.
    pub since: Option<DateTime<Utc>>,
    /// The first that is too high, for a backfill.
    pub until: Option<DateTime<Utc>>,
    /// Whether what earlier runs reached is ignored.
    pub full_refresh: bool,
    /// Whether only the children of rows that the run changed are asked for.
    pub changed_parents_only: bool,
}

/// Who is told of runs by OpenLineage.
#[derive(Clone, Debug)]
pub struct Lineage {
    /// Who gets the events.
    pub receiver: Receiver,
    /// The namespace that the jobs are in.
    pub namespace: String,
}

/// One account with one vendor, and where its rows go.
#[derive(Clone)]
pub struct Connection {
    /// The vendor.
    pub connector: &'static Connector,
    /// The name that its settings have.
    pub name: String,
    /// The schema of its tables, and its name in the run tables.
    pub schema: String,
    /// The preset.
    pub preset: String,
    /// The presets that send the key in another way.
    pub other_ways: Vec<&'static str>,
    /// Values of the connector's own parameters.
    pub params: Params,
    /// Where the API is.
    pub base_url: Url,
    /// Where that is set, and how to set another, in words: for whoever is told that nobody answers there.
    pub base_source: Option<String>,
    /// The key.
    pub api_key: SecretString,
    /// Where the key is set, and how to set another, in words: for whoever is told that it was refused.
    pub key_source: Option<String>,
    /// How commands about this connection are called.
    pub invocation: Invocation,
    /// The address of the database; without one, rows go to the embedded Postgres.
    pub database_url: Option<SecretString>,
    /// Which part of the cursor's values is asked for.
    pub range: Range,
    /// Where else the key may go.
    pub hosts: Vec<Url>,
    /// Certificate authorities that are believed besides those of the system.
    pub authorities: Vec<Authority>,
    /// Whether secret values are stored as they are.
    pub keep_secrets: bool,
    /// What a person chooses for each of its resources.
    pub settings: AllSettings,
    /// The names of the resources that are synced; none means all.
    pub resources: Vec<String>,
    /// Those that usual runs sync, where `resources` is for one run alone.
    pub usual_resources: Option<Vec<String>>,
    /// How often the vendor is asked at the most.
    pub rate: Option<Rate>,
    /// How long the client waits, and how much it takes.
    pub limits: Limits,
    /// The memory that answers and batches may take.
    pub budget: Budget,
    /// The longest wait before the first repetition of a request, if not the declared one.
    pub first_wait: Option<Duration>,
    /// How old an interrupted run may be to go on with.
    pub resume_within: TimeDelta,
    /// The number of rows at which a batch is committed.
    pub batch_rows: u64,
    /// Whether to wait until another run of the connection has ended.
    pub waits: bool,
    /// Whether to take over from a run whose workers are gone.
    pub takes_over_run: bool,
    /// How long the database is waited for where it is away.
    pub patience: Duration,
    /// The way to ask its run to stop.
    pub stop: Stop,
    /// Who is told how far its run is.
    pub progress: Arc<dyn Watch>,
    /// Who is told of its run by OpenLineage, if somebody is.
    pub lineage: Option<Lineage>,
    /// The most requests that its run makes.
    pub max_requests: Option<u64>,
    /// The longest that its run goes on.
    pub max_duration: Option<Duration>,
}

impl Connection {
    /// The connection to a vendor at that address, with everything else as declared.
    pub fn to(
        connector: &'static Connector,
        base_url: &str,
        api_key: SecretString,
        database_url: Option<SecretString>,
    ) -> Result<Self> {
        let params = params_of(connector, &BTreeMap::new(), connector.name)?;
        let base_url = address(base_url, false)?;
        Ok(Self::declared(connector, params, base_url, api_key, database_url))
    }

    /// What holds where nothing else is set.
    pub fn declared(
        connector: &'static Connector,
        params: Params,
        base_url: Url,
        api_key: SecretString,
        database_url: Option<SecretString>,
    ) -> Self {
        Self {
            connector,
            name: connector.name.to_owned(),
            schema: connector.name.to_owned(),
            preset: DOCUMENTED.to_owned(),
            other_ways: Vec::new(),
            params,
            base_url,
            api_key,
            base_source: None,
            key_source: None,
            invocation: Invocation::default(),
            database_url,
            range: Range::default(),
            hosts: Vec::new(),
            authorities: Vec::new(),
            keep_secrets: false,
            settings: AllSettings::default(),
            resources: Vec::new(),
            usual_resources: None,
            rate: connector.rate,
            limits: Limits::default(),
            budget: Budget::default(),
            first_wait: None,
            resume_within: TimeDelta::hours(1),
            batch_rows: 20_000,
            waits: false,
            takes_over_run: false,
            patience: PATIENCE,
            stop: Stop::new(),
            progress: Arc::new(Unwatched),
            lineage: None,
            max_requests: None,
            // No clock that starts runs has a longer span, and the next one goes on.
            max_duration: Some(Duration::from_hours(24)),
        }
    }

    /// Lifts the rate limit, for a vendor that is simulated.
    #[must_use]
    pub fn without_rate_limit(mut self) -> Self {
        self.rate = None;
        self
    }

    /// Sets one of the connector's parameters.
    pub fn with_param(mut self, name: &str, values: &[&str]) -> Result<Self> {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let set = BTreeMap::from([(name.to_owned(), values)]);
        self.params.extend(params_of(self.connector, &set, &self.schema)?);
        Ok(self)
    }

    /// Sets how long a connection, the next bytes and a whole response may take.
    #[must_use]
    pub fn with_timeouts(mut self, connect: Duration, idle: Duration, total: Duration) -> Self {
        self.limits = Limits { connect, idle, total, ..self.limits };
        self
    }

    /// Sets how many requests may be under way at the same time.
    #[must_use]
    pub fn at_a_time(mut self, requests: usize) -> Self {
        self.limits.at_a_time = requests.max(1);
        self
    }

    /// Sets how much memory answers and batches may take, in MiB, whatever other connections take.
    #[must_use]
    pub fn with_memory(mut self, mib: u32) -> Self {
        self.budget = Budget::of_mib(mib);
        self
    }

    /// Sets the longest wait before the first repetition of a request, whatever is declared.
    #[must_use]
    pub fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = Some(wait);
        self
    }

    /// Asks for a range of the cursor's values only.
    #[must_use]
    pub fn between(mut self, since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Self {
        self.range.since = since;
        self.range.until = until;
        self
    }

    /// Reads listings of which runs read only what is new through their whole when that was
    /// last done so long ago, or never.
    #[must_use]
    pub fn full_refresh_every(mut self, age: Option<TimeDelta>) -> Self {
        self.settings.change(|settings| settings.full_refresh_every = age);
        self
    }

    /// Ignores what earlier runs reached.
    #[must_use]
    pub fn full_refresh(mut self) -> Self {
        self.range.full_refresh = true;
        self
    }

    /// Asks only for the children of rows that the run changed.
    #[must_use]
    pub fn changed_parents_only(mut self) -> Self {
        self.range.changed_parents_only = true;
        self
    }

    /// Takes less than so many missing listings of children for complete, or no more than that
    /// share of all.
    #[must_use]
    pub fn missing_children(mut self, listings: u64, share: f64) -> Self {
        let missing = Tolerance { rows: listings, share };
        self.settings.change(|settings| settings.missing_children = Some(missing));
        self
    }

    /// Commits after so many rows; a run that is killed loses no more than that.
    #[must_use]
    pub fn committing_every(mut self, rows: u64) -> Self {
        self.batch_rows = rows;
        self
    }

    /// Waits until another run of the connection has ended.
    #[must_use]
    pub fn waiting(mut self) -> Self {
        self.waits = true;
        self
    }

    /// Sets how long the database is waited for where it is away; half a minute, if nobody does.
    #[must_use]
    pub fn waiting_for_database(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the most requests that the run makes.
    #[must_use]
    pub fn with_max_requests(mut self, requests: u64) -> Self {
        self.max_requests = Some(requests);
        self
    }

    /// Sets the longest that the run goes on.
    #[must_use]
    pub fn with_max_duration(mut self, duration: Duration) -> Self {
        self.max_duration = Some(duration);
        self
    }

    /// Sets how old an interrupted run may be to go on with.
    #[must_use]
    pub fn resuming_within(mut self, age: TimeDelta) -> Self {
        self.resume_within = age;
        self
    }

    /// The way to ask a run to stop.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Lets it be stopped together with others.
    #[must_use]
    pub fn stopped_by(mut self, stop: &Stop) -> Self {
        self.stop = stop.clone();
        self
    }

    /// The same connection, whose runs show how far they are.
    #[must_use]
    pub fn shown_by(mut self, progress: impl Watch + 'static) -> Self {
        self.progress = Arc::new(progress);
        self
    }

    /// Whose rows they are: the connection's name, and the parameters that tell one
    /// account of the vendor from another, those in paths.
    pub fn scope(&self) -> String {
        let names = self.connector.params.iter().filter(|param| {
            self.connector.resources.iter().any(|resource| resource.is_below(param.name))
        });
        let set = names.filter_map(|param| {
            Some(format!("{}={}", param.name, self.params.get(param.name)?.join(",")))
        });
        let name = format!("the connection {}", self.name);
        std::iter::once(name).chain(set).collect::<Vec<_>>().join(", ")
    }

    /// Lets the key go to another address too, and below it, where the vendor's links lead there.
    pub fn allowing_host(mut self, host: &str) -> Result<Self> {
        self.hosts.push(address(host, false)?);
        Ok(self)
    }

    /// Lets any number of rows be marked deleted.
    #[must_use]
    pub fn allow_deletes(mut self) -> Self {
        self.settings.change(|settings| settings.deletes = Tolerance::ALL);
        self
    }

    /// Stores the values of secret fields as they are.
    #[must_use]
    pub fn keep_secrets(mut self) -> Self {
        self.keep_secrets = true;
        self
    }

    /// Keeps each version of the rows of all resources.
    #[must_use]
    pub fn with_history(mut self) -> Self {
        self.settings.change(|settings| settings.history = true);
        self
    }

    /// Leaves these columns out of the rows of all resources, or members inside of them.
    #[must_use]
    pub fn excluding(mut self, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.settings.change(|settings| settings.choice.exclude.clone_from(&names));
        self
    }

    /// Keeps fingerprints of these columns in the rows of all resources, or of members inside of them.
    #[must_use]
    pub fn fingerprinting(mut self, names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.settings.change(|settings| settings.choice.fingerprint.clone_from(&names));
        self
    }

    /// What is left out of the rows of each resource, and what is veiled in them. Fails if a
    /// name means nothing, or what cannot be missed.
    pub fn choices(&self) -> Result<BTreeMap<&'static str, Choice>> {
        let mut choices = BTreeMap::new();
        for resource in self.connector.resources {
            let choice = &self.settings.of(resource.name).choice;
            // What is set for all resources is about those that have it.
            let foreign = choice.without(&self.settings.all.choice);
            let choice = choice.about(resource).and(&foreign);
            Chosen::of(resource, &choice, None)?;
            if !choice.is_empty() {
                choices.insert(resource.name, choice);
            }
        }
        let all = &self.settings.all.choice;
        for name in all.exclude.iter().chain(&all.fingerprint) {
            let one = Choice { exclude: vec![name.clone()], ..Choice::default() };
            if self.connector.resources.iter().all(|resource| one.about(resource).is_empty()) {
                let columns = self.connector.resources.iter().flat_map(Resource::table_columns);
                let known: Vec<&str> = columns.map(|column| column.name).collect();
                let what =
                    format!("no resource of `{}` has a column `{name}`", self.connector.name);
                return Err(Error::settings(what).next(format!(
                    "a field that no column knows is named `_extra.{name}`; {}",
                    nearest(name, &known)
                )));
            }
        }
        Ok(choices)
    }

    /// The resources that have a history, and how much of it is kept.
    pub(super) fn histories(&self) -> BTreeMap<&'static str, Keep> {
        let settings = |resource: &Resource| self.settings.of(resource.name);
        let all =
            self.connector.resources.iter().map(|resource| (resource.name, settings(resource)));
        all.filter(|(_, of)| of.history).map(|(name, of)| (name, of.keep_history)).collect()
    }

    /// Selects resources by name; none means all.
    pub fn select(mut self, resources: &[&str]) -> Result<Self> {
        self.resources = resources.iter().map(|name| (*name).to_owned()).collect();
        check_resources(self.connector, &self.resources)?;
        Ok(self)
    }

    /// Sets the schema of the tables.
    #[must_use]
    pub fn in_schema(mut self, schema: &str) -> Self {
        schema.clone_into(&mut self.schema);
        self
    }

    /// Whether all resources are synced.
    pub fn is_whole(&self) -> bool {
        self.resources.is_empty()
    }

    /// The selected resources and their parents, in the order of the declaration.
    pub fn selected(&self) -> impl Iterator<Item = &'static Resource> {
        selected(self.connector, &self.resources, &self.params)
    }

    /// Those that usual runs sync, and their parents.
    pub(super) fn usual(&self) -> impl Iterator<Item = &'static Resource> {
        let names = self.usual_resources.as_ref().unwrap_or(&self.resources);
        selected(self.connector, names, &self.params)
    }

    /// A client that asks once, and does not wait for long.
    pub fn impatient_client(&self) -> Result<Client> {
        let limits = Limits { total: Duration::from_secs(30), ..self.limits };
        self.client_with(Retry { max_retries: 0, ..self.connector.retry }, limits)
    }

    /// A client with all the patience that is declared.
    pub fn client(&self) -> Result<Client> {
        let declared = self.connector.retry;
        let retry = self.first_wait.map_or(declared, |wait| Retry {
            first_wait: wait,
            least_wait: declared.least_wait.min(wait),
            ..declared
        });
        self.client_with(retry, self.limits)
    }

    fn client_with(&self, retry: Retry, limits: Limits) -> Result<Client> {
        let credential = Credential::new(self.connector.auth, self.api_key.clone())?
            .set_in(self.key_source.clone());
        let declared = (retry, self.rate, self.connector.errors);
        let limited = (self.stop.clone(), self.max_requests);
        let whereabouts = Whereabouts {
            base: self.base_url.clone(),
            base_source: self.base_source.clone(),
            hosts: self.hosts.clone(),
            authorities: self.authorities.clone(),
        };
        let credential = (credential, self.other_ways.clone());
        Client::new(whereabouts, credential, declared, limits, limited, &self.budget)
    }

    /// The rate limit that requests keep, and where the vendor is.
    pub fn vendor(&self) -> (Option<Rate>, &Url) {
        (self.rate, &self.base_url)
    }

    /// The database, started if it is the embedded one.
    pub async fn database(&self) -> Result<Database> {
        match &self.database_url {
            Some(url) => Database::server(url.expose_secret()),
            None => embedded().await,
        }
    }

    /// The folder of the embedded Postgres, if the next run makes it.
    pub fn new_database(&self) -> Option<PathBuf> {
        let folder = std::path::absolute(EMBEDDED_DIRECTORY).ok()?;
        (self.database_url.is_none() && !embedded_exists()).then_some(folder)
    }

    /// Whether the rows of both go to the same database.
    pub fn shares_database(&self, other: &Self) -> bool {
        let url = |connection: &Self| {
            connection.database_url.as_ref().map(|url| url.expose_secret().to_owned())
        };
        url(self) == url(other)
    }
}

/// Fails if one of the names is no resource.
pub fn check_resources(connector: &Connector, names: &[String]) -> Result<()> {
    let Some(unknown) = names.iter().find(|name| connector.resource(name).is_none()) else {
        return Ok(());
    };
    let known: Vec<&str> = connector.resources.iter().map(|resource| resource.name).collect();
    Err(Error::settings(format!("`{}` has no resource `{unknown}`", connector.name))
        .next(nearest(unknown, &known)))
}

/// The resources of these names and their parents, or all, in the order of the declaration.
pub fn selected(
    connector: &Connector,
    names: &[String],
    params: &Params,
) -> impl Iterator<Item = &'static Resource> + use<> {
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).collect();
    // Parents stand before their children, so going backwards finds grandparents too.
    for resource in connector.resources.iter().rev() {
        let parent = resource.parent.filter(|parent| !params.contains_key(parent.placeholder));
        if let Some(parent) = parent.filter(|_| wanted.contains(&resource.name)) {
            wanted.push(parent.resource);
        }
    }
    let wanted: Vec<&'static Resource> = connector
        .resources
        .iter()
        .filter(|resource| names.is_empty() || wanted.contains(&resource.name))
        .collect();
    wanted.into_iter()
}
