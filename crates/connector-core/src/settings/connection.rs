//! A connection: everything that a run has to know, from settings or from a program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::{info, warn};
use url::Url;

use super::address::{address, authorities};
use super::embedded::{EMBEDDED_DIRECTORY, embedded, embedded_exists};
use super::file::{CONFIG_FILE, File, Nowhere, OneOrMany, SecretsSetting};
use super::layers::Layers;
use super::params::{Params, check_required, params_of};
use super::place::{check_resources, check_schema, selected};
use super::variables::{how_unset, mistaken_for, prefix};
use super::{Flags, Range, Tolerance};
use crate::auth::Credential;
use crate::budget::Budget;
use crate::error::{Error, Result};
use crate::http::{Authority, Client, Limits};
use crate::preset::DOCUMENTED;
use crate::progress::Progress;
use crate::resource::{Connector, Rate, Resource, Retry};
use crate::stop::Stop;
use crate::store::{Database, PATIENCE};

/// One account with one vendor, and where its rows go.
pub struct Connection {
    /// The vendor.
    pub connector: &'static Connector,
    /// The name that its settings have.
    name: String,
    /// The schema of its tables, and its name in the run tables.
    pub schema: String,
    /// The preset.
    pub preset: String,
    /// The presets that send the key in another way.
    other_ways: Vec<&'static str>,
    /// Values of the connector's own parameters.
    pub(crate) params: Params,
    base_url: Url,
    api_key: SecretString,
    database_url: Option<SecretString>,
    pub(crate) range: Range,
    hosts: Vec<Url>,
    authorities: Vec<Authority>,
    pub(crate) keep_secrets: bool,
    /// How many rows may be marked deleted at once.
    pub(crate) fuse: Tolerance,
    /// How many rows may be set aside before a resource is not complete.
    pub(crate) quarantine: Tolerance,
    /// How many listings may be missing though their parents are listed, in one run and
    /// in several, where a person has set it.
    pub(crate) missing_children: Option<Tolerance>,
    resources: Vec<String>,
    rate: Option<Rate>,
    limits: Limits,
    pub(crate) budget: Budget,
    first_wait: Option<Duration>,
    /// How old an interrupted run may be to go on with.
    pub(crate) resume_within: TimeDelta,
    /// The number of rows at which a batch is committed.
    pub(crate) batch_rows: u64,
    pub(crate) waits: bool,
    /// How long the database is waited for where it is away.
    pub(crate) patience: Duration,
    pub(crate) stop: Stop,
    pub(crate) progress: Progress,
    max_requests: Option<u64>,
    pub(crate) max_duration: Option<Duration>,
}

impl Connection {
    /// The connection that flags, environment and file describe together.
    pub fn resolve(connector: &'static Connector, file: &File, flags: &Flags) -> Result<Self> {
        let layers = Layers::of(connector, file, flags)?;
        let Layers { name, section, .. } = layers;
        section.check().map_err(|error| error.at("connection", name))?;
        let preset = layers.preset().0.to_owned();
        let (declared, connector) = (connector, connector.with_preset(&preset)?);
        let other_ways = declared.presets_unlike(connector.auth);
        let base_url = layers.secret("BASE_URL", section.base_url.as_ref())?;
        let (base_url, _) = base_url.ok_or_else(|| no_address(connector, &layers))?;
        let base_url = address(base_url.expose_secret(), section.allow_http)
            .map_err(|error| error.at("connection", name))?;
        let api_key = layers.secret("API_KEY", section.api_key.as_ref())?;
        let (api_key, _) = api_key.ok_or_else(|| no_key(connector, &layers))?;
        let database_url = layers.database_url()?.map(|(url, _)| url);
        let schema = layers.schema().0.to_owned();
        check_schema(&schema)?;
        let resources = layers.known_resources(connector)?.to_vec();
        let params = layers.params(connector)?;
        let declared = Self::declared(connector, params, base_url, api_key, database_url);
        let mut connection = Self {
            name: name.to_owned(),
            schema,
            preset,
            other_ways,
            range: Range {
                since: flags.since,
                until: flags.until,
                lookback: section
                    .lookback_seconds
                    .map_or(declared.range.lookback, |seconds| TimeDelta::seconds(seconds.into())),
                full_refresh: flags.full_refresh,
                changed_parents_only: flags.changed_parents_only || section.changed_parents_only,
            },
            hosts: section.hosts()?,
            authorities: section.ca_certificate.as_deref().map_or(Ok(Vec::new()), authorities)?,
            keep_secrets: section.secrets == Some(SecretsSetting::Keep),
            fuse: section.deletes.or(declared.fuse)?,
            quarantine: section.quarantine.or(declared.quarantine)?,
            missing_children: section
                .missing_children
                .map(|set| set.or(Tolerance::MISSING))
                .transpose()?,
            resources,
            rate: section.requests_per_second.map(Rate::per_second).or(declared.rate),
            resume_within: section
                .resume_within_minutes
                .map_or(declared.resume_within, |minutes| TimeDelta::minutes(minutes.into())),
            batch_rows: section.batch_rows.unwrap_or(declared.batch_rows),
            budget: file.budget.clone(),
            waits: flags.wait,
            max_requests: flags.max_requests,
            max_duration: flags.max_duration.or(declared.max_duration),
            ..declared
        };
        if flags.allow_deletes {
            connection = connection.allow_deletes();
        }
        check_range(flags)?;
        for resource in connection.selected() {
            check_required(connector, resource, &connection.params)?;
        }
        if name != connector.name {
            for stray in file.strays(connector) {
                warn!(
                    "`{stray}` is set, and not read: the connection `{name}` has variables of its own name"
                );
            }
        }
        if flags.connection.is_none() && flags.schema.is_none() {
            let others = file.of(connector).into_iter().filter(|other| *other != name);
            for other in others {
                info!("[connections.{other}] is another one, for `--connection {other}`");
            }
        }
        if let Some(slip) = file.slip(connector) {
            warn!("[connections.{slip}] is left out: its connector is not `{}`", connector.name);
        }
        Ok(connection)
    }

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
    fn declared(
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
            database_url,
            range: Range::default(),
            hosts: Vec::new(),
            authorities: Vec::new(),
            keep_secrets: false,
            fuse: Tolerance::DELETES,
            quarantine: Tolerance::default(),
            missing_children: None,
            resources: Vec::new(),
            rate: connector.rate,
            limits: Limits::default(),
            budget: Budget::default(),
            first_wait: None,
            resume_within: TimeDelta::hours(1),
            batch_rows: 20_000,
            waits: false,
            patience: PATIENCE,
            stop: Stop::new(),
            progress: Progress::default(),
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
        let values = OneOrMany::Many(values.iter().map(|value| (*value).to_owned()).collect());
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
        self.missing_children = Some(Tolerance { rows: listings, share });
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
    pub fn shown_by(mut self, progress: &Progress) -> Self {
        self.progress = progress.clone();
        self
    }

    /// Whose rows they are: the connection's name, and the parameters that tell one
    /// account of the vendor from another, those in paths.
    pub(crate) fn scope(&self) -> String {
        let names = self.connector.params.iter().filter(|param| {
            self.connector.resources.iter().any(|resource| resource.is_below(param.name))
        });
        let set = names.filter_map(|param| {
            Some(format!("{}={}", param.name, self.params.get(param.name)?.join(",")))
        });
        let name = format!("the connection {}", self.name);
        std::iter::once(name).chain(set).collect::<Vec<_>>().join(", ")
    }

    /// Tells what a run asks for from everything else that it could, between programs of one version.
    pub(crate) fn asked(&self) -> String {
        let Range { since, until, changed_parents_only, .. } = self.range;
        let asked = format!(
            "{:?}",
            (
                env!("CARGO_PKG_VERSION"),
                &self.preset,
                self.base_url.as_str(),
                &self.params,
                &self.resources,
                (since, until, changed_parents_only, self.keep_secrets),
            )
        );
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(asked.as_bytes()))
    }

    /// Lets the key go to another address too, and below it, where the vendor's links lead there.
    pub fn allowing_host(mut self, host: &str) -> Result<Self> {
        self.hosts.push(address(host, false)?);
        Ok(self)
    }

    /// Lets any number of rows be marked deleted.
    #[must_use]
    pub fn allow_deletes(mut self) -> Self {
        self.fuse = Tolerance::ALL;
        self
    }

    /// Stores the values of secret fields as they are.
    #[must_use]
    pub fn keep_secrets(mut self) -> Self {
        self.keep_secrets = true;
        self
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
    pub(crate) fn is_whole(&self) -> bool {
        self.resources.is_empty()
    }

    /// The selected resources and their parents, in the order of the declaration.
    pub(crate) fn selected(&self) -> impl Iterator<Item = &'static Resource> {
        selected(self.connector, &self.resources, &self.params)
    }

    /// A client that asks once, and does not wait for long.
    pub(crate) fn impatient_client(&self) -> Result<Client> {
        let limits = Limits { total: Duration::from_secs(30), ..self.limits };
        self.client_with(Retry { max_retries: 0, ..self.connector.retry }, limits)
    }

    pub(crate) fn client(&self) -> Result<Client> {
        let declared = self.connector.retry;
        let retry = self.first_wait.map_or(declared, |wait| Retry {
            first_wait: wait,
            least_wait: declared.least_wait.min(wait),
            ..declared
        });
        self.client_with(retry, self.limits)
    }

    fn client_with(&self, retry: Retry, limits: Limits) -> Result<Client> {
        let credential = Credential::new(self.connector.auth, self.api_key.clone())?;
        let declared = (retry, self.rate, self.connector.errors);
        let limited = (self.stop.clone(), self.max_requests);
        let places = (self.base_url.clone(), self.hosts.clone(), self.authorities.clone());
        let credential = (credential, self.other_ways.clone());
        Client::new(places, credential, declared, limits, limited, &self.budget)
    }

    /// The rate limit that requests keep, and where the vendor is.
    pub(crate) fn vendor(&self) -> (Option<Rate>, &Url) {
        (self.rate, &self.base_url)
    }

    /// The database, started if it is the embedded one.
    pub(crate) async fn database(&self) -> Result<Database> {
        match &self.database_url {
            Some(url) => Database::server(url.expose_secret()),
            None => embedded().await,
        }
    }

    /// The folder of the embedded Postgres, if the next run makes it.
    pub(crate) fn new_database(&self) -> Option<PathBuf> {
        let folder = std::path::absolute(EMBEDDED_DIRECTORY).ok()?;
        (self.database_url.is_none() && !embedded_exists()).then_some(folder)
    }

    /// Whether the rows of both go to the same database.
    pub(crate) fn shares_database(&self, other: &Self) -> bool {
        let url = |connection: &Self| {
            connection.database_url.as_ref().map(|url| url.expose_secret().to_owned())
        };
        url(self) == url(other)
    }
}

fn no_address(connector: &Connector, layers: &Layers) -> Error {
    // Documents name a host that exists nowhere, so the default only tells the path.
    let example = format!("=https://…; the document's {} is an example", connector.base_url);
    unset(connector, layers, "BASE_URL", "the address of the API is not known", &example)
        .at("connection", layers.name)
}

fn no_key(connector: &Connector, layers: &Layers) -> Error {
    let name = layers.name;
    let what = format!("no key for `{name}`");
    let setting = match layers.no_file() {
        Some(_) => "=…".to_owned(),
        None => format!("=…, or set `api_key` under [connections.{name}] in {CONFIG_FILE}"),
    };
    unset(connector, layers, "API_KEY", &what, &setting)
}

/// A variable that is needed, and not set.
fn unset(connector: &Connector, layers: &Layers, key: &str, what: &str, value: &str) -> Error {
    let variable = format!("{}_{key}", prefix(layers.name));
    let how = how_unset(&variable);
    let what = format!("{what}: {variable} is {how}");
    let of_connector = format!("{}_{key}", prefix(connector.name));
    let other = mistaken_for(&variable, &of_connector);
    match layers.no_file() {
        Some(nowhere) => {
            Error::settings(format!("{what}, and {nowhere}")).next(other.unwrap_or_else(|| {
                format!("{}; or export {variable}{value}", Nowhere::advice(connector))
            }))
        }
        None => {
            Error::settings(what).next(other.unwrap_or_else(|| format!("export {variable}{value}")))
        }
    }
}

fn check_range(flags: &Flags) -> Result<()> {
    if flags.since.zip(flags.until).is_some_and(|(since, until)| since >= until) {
        return Err(Error::settings("--since is not before --until")
            .next("exchange them, or leave one of them out"));
    }
    Ok(())
}
