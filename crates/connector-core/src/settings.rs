//! Settings: what a person set, where it came from, and whether it makes sense.
//!
//! The only reader of the environment and of files. A flag counts more than a
//! variable, and a variable more than the file. A secret is never a flag, and
//! leaves this module as a type that does not print.

mod explain;
mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Origin, Url};

use crate::auth::Credential;
use crate::error::{Error, Result};
use crate::http::{Authority, Client, Limits};
use crate::preset::DOCUMENTED;
use crate::progress::Progress;
use crate::resource::{Connector, Param, Rate, Resource, Retry, Unset, Values};
use crate::stop::Stop;
use crate::store::Database;

pub(crate) use explain::{Explained, explain};
pub(crate) use write::{
    ENV_FILE, NewConnection, assignment, check_address, check_name, has_connection, set_variable,
};

/// The file that holds connections.
pub const CONFIG_FILE: &str = "connectors.toml";
/// The directory of the embedded database.
pub const EMBEDDED_DIRECTORY: &str = ".connectors";

/// One account with one vendor, and where its rows go.
pub struct Connection {
    /// The vendor.
    pub connector: &'static Connector,
    /// The schema of its tables, and its name in the run tables.
    pub schema: String,
    /// The preset.
    pub preset: String,
    /// Values of the connector's own parameters.
    pub(crate) params: Params,
    base_url: Url,
    api_key: SecretString,
    database_url: Option<SecretString>,
    pub(crate) range: Range,
    hosts: Vec<Origin>,
    authorities: Vec<Authority>,
    pub(crate) keep_secrets: bool,
    /// How many rows may be marked deleted at once.
    pub(crate) fuse: Tolerance,
    /// How many rows may be set aside before a resource is not complete.
    pub(crate) quarantine: Tolerance,
    resources: Vec<String>,
    rate: Option<Rate>,
    limits: Limits,
    first_wait: Option<Duration>,
    pub(crate) resume_within: TimeDelta,
    pub(crate) batch_rows: u64,
    pub(crate) waits: bool,
    pub(crate) stop: Stop,
    pub(crate) progress: Progress,
    max_requests: Option<u64>,
    pub(crate) max_duration: Option<Duration>,
}

/// How far behind the reached value of a cursor a run begins.
const LOOKBACK: TimeDelta = TimeDelta::days(1);
/// How old an interrupted run may be to go on with.
const RESUME_WITHIN: TimeDelta = TimeDelta::hours(1);
/// The number of rows at which a batch is committed.
const BATCH_ROWS: u64 = 20_000;

/// Which part of the cursor's values a run asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// The lowest, for a backfill.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The first that is too high, for a backfill.
    pub(crate) until: Option<DateTime<Utc>>,
    /// How far behind the reached value a run begins, where the vendor filters.
    pub(crate) lookback: TimeDelta,
    /// Whether what earlier runs reached is ignored.
    pub(crate) full_refresh: bool,
    /// Whether only the children of rows that the run changed are asked for.
    pub(crate) changed_parents_only: bool,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            since: None,
            until: None,
            lookback: LOOKBACK,
            full_refresh: false,
            changed_parents_only: false,
        }
    }
}

/// How many rows may be affected by something before it counts as wrong: either
/// a number that is small in itself, or a share that is small.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tolerance {
    /// The number of rows from which on it may be wrong.
    pub(crate) rows: u64,
    /// The share of all rows beyond which it is wrong.
    pub(crate) share: f64,
}

impl Tolerance {
    /// The deletions that a run believes: fewer than 50 rows, or up to 30 %.
    pub(crate) const DELETES: Self = Self { rows: 50, share: 0.30 };

    /// Any number of rows.
    pub(crate) const ALL: Self = Self { rows: u64::MAX, share: 1.0 };

    /// Whether so many rows of so many are too many.
    pub(crate) fn is_exceeded(&self, rows: u64, of: u64) -> bool {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a share of rows needs no more digits than a double has"
        )]
        let share = rows as f64 / of.max(1) as f64;
        rows > 0 && rows >= self.rows && share > self.share
    }
}

/// What flags say; each counts more than the environment and the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file that holds connections.
    pub config: Option<PathBuf>,
    /// The connection's section in that file.
    pub connection: Option<String>,
    /// The schema of the tables.
    pub schema: Option<String>,
    /// The resources to sync; none means all.
    pub resources: Vec<String>,
    /// The preset: `documented`, one of the connector's, or a file.
    pub preset: Option<String>,
    /// The lowest value of the cursor.
    pub since: Option<DateTime<Utc>>,
    /// The first value of the cursor that is too high.
    pub until: Option<DateTime<Utc>>,
    /// Whether what earlier runs reached is ignored.
    pub full_refresh: bool,
    /// Whether any number of rows may be marked deleted.
    pub allow_deletes: bool,
    /// Whether to wait until another run has ended.
    pub wait: bool,
    /// The most requests that the run makes.
    pub max_requests: Option<u64>,
    /// The longest that the run goes on.
    pub max_duration: Option<Duration>,
    /// Values of the connector's parameters, each as `name=value`.
    pub params: Vec<String>,
    /// Whether only the children of rows that the run changed are asked for.
    pub changed_parents_only: bool,
}

/// The file that holds connections.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    database_url: Option<Setting>,
    #[serde(default)]
    connections: BTreeMap<String, Section>,
}

/// One connection in the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    connector: Option<String>,
    base_url: Option<Setting>,
    api_key: Option<Setting>,
    database_url: Option<Setting>,
    schema: Option<String>,
    preset: Option<String>,
    resources: Option<Vec<String>>,
    requests_per_second: Option<u32>,
    lookback_seconds: Option<u32>,
    resume_within_minutes: Option<u32>,
    batch_rows: Option<u64>,
    #[serde(default)]
    allow_hosts: Vec<String>,
    secrets: Option<SecretsSetting>,
    #[serde(default)]
    deletes: ToleranceSetting,
    #[serde(default)]
    quarantine: ToleranceSetting,
    #[serde(default)]
    changed_parents_only: bool,
    #[serde(default)]
    allow_http: bool,
    ca_certificate: Option<PathBuf>,
    #[serde(default)]
    params: BTreeMap<String, OneOrMany>,
}

impl Section {
    /// Where else the key may go.
    fn hosts(&self, connector: &Connector) -> Result<Vec<Origin>> {
        let host = |text: &String| {
            let url = address(Some(text), connector, "", self.allow_http);
            url.map(|url| url.origin()).map_err(|error| error.at("setting", "allow_hosts"))
        };
        self.allow_hosts.iter().map(host).collect()
    }
}

/// How many rows are tolerated, as a number and as a share.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToleranceSetting {
    rows: Option<u64>,
    share: Option<f64>,
}

impl ToleranceSetting {
    fn fuse(self, allow_all: bool) -> Result<Tolerance> {
        let set = self.tolerance(Tolerance::DELETES)?;
        Ok(if allow_all { Tolerance::ALL } else { set })
    }

    fn tolerance(self, default: Tolerance) -> Result<Tolerance> {
        let share = self.share.unwrap_or(default.share);
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::settings("a `share` of rows is a number from 0 to 1")
                .next("write 30 % as 0.3"));
        }
        Ok(Tolerance { rows: self.rows.unwrap_or(default.rows), share })
    }
}

/// What becomes of secret values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SecretsSetting {
    Fingerprint,
    Keep,
}

/// A parameter's value, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Text(String),
    Flag(bool),
    Number(i64),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_values(self) -> Vec<String> {
        match self {
            Self::Text(value) => vec![value],
            Self::Flag(value) => vec![value.to_string()],
            Self::Number(value) => vec![value.to_string()],
            Self::Many(values) => values,
        }
    }
}

/// A value of the file: itself, or `env:NAME`, or `file:PATH`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
struct Setting(SecretString);

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Setting(..)")
    }
}

impl Setting {
    fn read(&self, name: &str) -> Result<SecretString> {
        let text = self.0.expose_secret();
        if let Some(variable) = text.strip_prefix("env:") {
            return environment(variable).ok_or_else(|| {
                Error::settings(format!(
                    "`{name}` is to be read from the variable `{variable}`, which is not set"
                ))
                .next(format!("export {variable}=…, or correct the name in {CONFIG_FILE}"))
            });
        }
        if let Some(path) = text.strip_prefix("file:") {
            let content = std::fs::read_to_string(path).map_err(|error| {
                Error::settings(format!(
                    "`{name}` cannot be read from the file `{path}`: {}",
                    error.kind()
                ))
                .next("check the path, which begins where the command is run, and who may read the file")
                .because(error)
            })?;
            return Ok(content.trim().into());
        }
        Ok(self.0.clone())
    }
}

impl File {
    /// Reads the file that a flag names, or `connectors.toml` if there is one.
    pub fn read(config: Option<&Path>) -> Result<Self> {
        let path = config.unwrap_or(Path::new(CONFIG_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if config.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Error::settings(format!(
                    "the file `{}` cannot be read: {}",
                    path.display(),
                    error.kind()
                ))
                .next("check the path and who may read the file, or make one with `init`")
                .because(error));
            }
        };
        toml::from_str(&text).map_err(|error| {
            // The library's text shows the line, and so the secret that may stand there.
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let line = text[..start].matches('\n').count() + 1;
            let (what, next) = misread(error.message());
            Error::settings(format!("`{}`, line {line}: {what}", path.display())).next(next)
        })
    }

    /// The names of the connections, each with its connector's name.
    pub fn connections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.connections
            .iter()
            .map(|(name, section)| (name.as_str(), section.connector.as_deref().unwrap_or(name)))
    }

    /// The names of the connections of one connector.
    fn of(&self, connector: &Connector) -> Vec<&str> {
        let own = |(name, other)| (other == connector.name).then_some(name);
        self.connections().filter_map(own).collect()
    }
}

/// What the TOML library says, in one line, and what to do.
fn misread(message: &str) -> (String, String) {
    let mut lines = message.lines();
    let what = lines.next().unwrap_or_default();
    // The library names an unknown key, and then those that it expected.
    let mut names = what.split('`').skip(1).step_by(2);
    if let Some((unknown, known)) = what
        .starts_with("unknown field")
        .then(|| names.next().map(|unknown| (unknown, names.collect::<Vec<_>>())))
        .flatten()
    {
        return (format!("there is no setting `{unknown}`"), nearest(unknown, &known));
    }
    // A value is not repeated: a secret may stand in the wrong place.
    let types =
        what.strip_prefix("invalid type: ").and_then(|types| types.split_once(", expected "));
    let what = types.map_or(what.to_owned(), |(found, expected)| {
        let found = found.split(' ').next().unwrap_or_default();
        format!("here is a {found}, and not {expected}")
    });
    let next = lines.next().map_or_else(
        || "correct the line; connectors.example.toml shows every setting".to_owned(),
        str::to_owned,
    );
    (what, next)
}

/// The value of a variable; an empty one counts as not set.
pub(crate) fn environment(name: &str) -> Option<SecretString> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
        .map(|value| value.trim().into())
}

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetBy {
    /// A flag.
    Flag(&'static str),
    /// A variable.
    Variable(String),
    /// The section of a connection in the file.
    Section(String),
    /// The file, for all of its connections.
    File,
    /// Nobody.
    Default,
}

/// The variables of a connection begin with this.
fn prefix(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// Everything that can set a value of a connection, in the order in which it counts.
struct Layers<'a> {
    name: &'a str,
    section: &'a Section,
    /// Whether the file has the section.
    in_file: bool,
    file: &'a File,
    flags: &'a Flags,
}

impl<'a> Layers<'a> {
    fn of(connector: &'static Connector, file: &'a File, flags: &'a Flags) -> Result<Self> {
        static NONE: LazyLock<Section> = LazyLock::new(Section::default);
        let own = file.of(connector);
        let name = match &flags.connection {
            Some(name) => name,
            None if has_variables(connector.name) || own.contains(&connector.name) => {
                connector.name
            }
            None => match own[..] {
                [] => connector.name,
                [only] => only,
                _ => {
                    let what = format!("the file has several connections of `{}`", connector.name);
                    return Err(Error::settings(what)
                        .next(format!("name one with --connection: {}", own.join(", "))));
                }
            },
        };
        let section = file.connections.get(name);
        if section.is_none() && flags.connection.is_some() {
            let known: Vec<&str> = file.connections.keys().map(String::as_str).collect();
            let error = Error::settings(format!("there is no connection `{name}`"));
            return Err(error.next(if known.is_empty() {
                format!("write a section [connections.{name}] in {CONFIG_FILE}, or name the file that has it with --config")
            } else {
                nearest(name, &known)
            }));
        }
        let in_file = section.is_some();
        let section = section.unwrap_or(&NONE);
        if let Some(other) = section.connector.as_deref().filter(|other| *other != connector.name) {
            let binary = format!("{}-connector", other.replace('_', "-"));
            return Err(Error::settings(format!(
                "the connection `{name}` is one of the connector `{other}`"
            ))
            .next(format!("sync it with `{binary}`, or name another with --connection")));
        }
        Ok(Self { name, section, in_file, file, flags })
    }

    /// What the file's section sets.
    fn by_section(&self) -> SetBy {
        SetBy::Section(self.name.to_owned())
    }

    fn secret(
        &self,
        key: &str,
        setting: Option<&Setting>,
    ) -> Result<Option<(SecretString, SetBy)>> {
        let variable = format!("{}_{key}", prefix(self.name));
        if let Some(value) = environment(&variable) {
            return Ok(Some((value, SetBy::Variable(variable))));
        }
        let Some(setting) = setting else { return Ok(None) };
        let value = setting.read(&key.to_ascii_lowercase());
        let value = value.map_err(|error| error.at("connection", self.name))?;
        Ok(Some((value, self.by_section())))
    }

    fn database_url(&self) -> Result<Option<(SecretString, SetBy)>> {
        if let Some(url) = environment("DATABASE_URL") {
            return Ok(Some((url, SetBy::Variable("DATABASE_URL".to_owned()))));
        }
        let (setting, by) = match (&self.section.database_url, &self.file.database_url) {
            (Some(setting), _) => (setting, self.by_section()),
            (None, Some(setting)) => (setting, SetBy::File),
            (None, None) => return Ok(None),
        };
        Ok(Some((setting.read("database_url")?, by)))
    }

    fn preset(&self) -> (&'a str, SetBy) {
        match (&self.flags.preset, &self.section.preset) {
            (Some(preset), _) => (preset, SetBy::Flag("--preset")),
            (None, Some(preset)) => (preset, self.by_section()),
            (None, None) => (DOCUMENTED, SetBy::Default),
        }
    }

    fn schema(&self) -> (&'a str, SetBy) {
        match (&self.flags.schema, &self.section.schema) {
            (Some(schema), _) => (schema, SetBy::Flag("--schema")),
            (None, Some(schema)) => (schema, self.by_section()),
            (None, None) => (self.name, SetBy::Default),
        }
    }

    fn resources(&self) -> (&'a [String], SetBy) {
        match &self.section.resources {
            _ if !self.flags.resources.is_empty() => {
                (&self.flags.resources, SetBy::Flag("--resource"))
            }
            Some(resources) => (resources, self.by_section()),
            None => (&[], SetBy::Default),
        }
    }
}

/// Whether output may have colours, on a terminal that shows them.
pub(crate) fn colour_is_welcome() -> bool {
    environment("NO_COLOR").is_none()
}

/// Whether somebody set the variables of a connection.
fn has_variables(name: &str) -> bool {
    ["BASE_URL", "API_KEY"]
        .into_iter()
        .any(|key| environment(&format!("{}_{key}", prefix(name))).is_some())
}

fn no_key(name: &str) -> Error {
    let variable = format!("{}_API_KEY", prefix(name));
    let error = Error::settings(format!("no key for `{name}`: {variable} is not set"));
    error.next(mistaken_for(&variable).unwrap_or_else(|| {
        format!("export {variable}=…, or set `api_key` under [connections.{name}] in {CONFIG_FILE}")
    }))
}

/// Advice that names a variable that somebody set in the place of another one.
fn mistaken_for(variable: &str) -> Option<String> {
    let kind = variable.rsplit('_').next().unwrap_or_default();
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let alike = set.filter(|name| {
        let upper = name.to_ascii_uppercase();
        upper.ends_with(kind) && strsim::jaro_winkler(&upper, variable) > 0.85
    });
    let nearest = alike.max_by(|a, b| {
        strsim::jaro_winkler(a, variable).total_cmp(&strsim::jaro_winkler(b, variable))
    })?;
    Some(format!("`{nearest}` is set; this connection reads {variable}"))
}

/// Where the rows of a connection are: what one has to know to look at them.
pub(crate) struct Place {
    /// The connection.
    pub(crate) name: String,
    /// The schema of its tables, and its name in the run tables.
    pub(crate) schema: String,
    /// The resources that are synced.
    pub(crate) resources: Vec<&'static Resource>,
    database_url: Option<SecretString>,
}

impl Place {
    /// The place that flags, environment and file describe together.
    pub(crate) fn resolve(
        connector: &'static Connector,
        file: &File,
        flags: &Flags,
    ) -> Result<Self> {
        let layers = Layers::of(connector, file, flags)?;
        let connector = connector.with_preset(layers.preset().0)?;
        let (schema, _) = layers.schema();
        check_schema(schema)?;
        let (resources, _) = layers.resources();
        check_resources(connector, resources)?;
        let params = with_flags(&layers.section.params, &flags.params)?;
        let params = params_of(connector, &params, layers.name)?;
        Ok(Self {
            name: layers.name.to_owned(),
            schema: schema.to_owned(),
            resources: selected(connector, resources, &params).collect(),
            database_url: layers.database_url()?.map(|(url, _)| url),
        })
    }

    /// The database; nothing, if it is the embedded one and was never used.
    pub(crate) async fn database(&self) -> Result<Option<Database>> {
        match &self.database_url {
            Some(url) => Database::server(url.expose_secret()).map(Some),
            None if cfg!(feature = "embedded") && !Path::new(EMBEDDED_DIRECTORY).is_dir() => {
                Ok(None)
            }
            None => Database::embedded(Path::new(EMBEDDED_DIRECTORY)).await.map(Some),
        }
    }
}

impl Flags {
    /// One set of flags for each connection that a command without `--connection` is
    /// about: those of the connector in the file, and the one that variables describe.
    pub(crate) fn each(&self, connector: &'static Connector, file: &File) -> Vec<Self> {
        let mut names = file.of(connector);
        if self.connection.is_some() || self.schema.is_some() || names.is_empty() {
            return vec![self.clone()];
        }
        if has_variables(connector.name) && !names.contains(&connector.name) {
            return std::iter::once(self.clone())
                .chain(names.into_iter().map(|name| self.of(name)))
                .collect();
        }
        names.sort_unstable();
        names.into_iter().map(|name| self.of(name)).collect()
    }

    fn of(&self, name: &str) -> Self {
        Self { connection: Some(name.to_owned()), ..self.clone() }
    }
}

impl Connection {
    /// The connection that flags, environment and file describe together.
    pub fn resolve(connector: &'static Connector, file: &File, flags: &Flags) -> Result<Self> {
        let layers = Layers::of(connector, file, flags)?;
        let Layers { name, section, .. } = layers;
        let preset = layers.preset().0.to_owned();
        let connector = connector.with_preset(&preset)?;
        let prefix = prefix(name);
        let base_url = layers.secret("BASE_URL", section.base_url.as_ref())?;
        let base_url = address(
            base_url.as_ref().map(|(url, _)| url.expose_secret()),
            connector,
            &prefix,
            section.allow_http,
        )
        .map_err(|error| error.at("connection", name))?;
        let api_key = layers.secret("API_KEY", section.api_key.as_ref())?;
        let (api_key, _) = api_key.ok_or_else(|| no_key(name))?;
        let database_url = layers.database_url()?.map(|(url, _)| url);
        let schema = layers.schema().0.to_owned();
        check_schema(&schema)?;
        let resources = layers.resources().0.to_vec();
        check_resources(connector, &resources)?;
        let connection = Self {
            connector,
            schema,
            preset,
            params: params_of(connector, &with_flags(&section.params, &flags.params)?, name)?,
            base_url,
            api_key,
            database_url,
            range: Range {
                since: flags.since,
                until: flags.until,
                lookback: section
                    .lookback_seconds
                    .map_or(LOOKBACK, |seconds| TimeDelta::seconds(seconds.into())),
                full_refresh: flags.full_refresh,
                changed_parents_only: flags.changed_parents_only || section.changed_parents_only,
            },
            hosts: section.hosts(connector)?,
            authorities: section.ca_certificate.as_deref().map_or(Ok(Vec::new()), authorities)?,
            keep_secrets: section.secrets == Some(SecretsSetting::Keep),
            fuse: section.deletes.fuse(flags.allow_deletes)?,
            quarantine: section.quarantine.tolerance(Tolerance::default())?,
            resources,
            rate: section.requests_per_second.map(Rate::per_second).or(connector.rate),
            limits: Limits::default(),
            first_wait: None,
            resume_within: section
                .resume_within_minutes
                .map_or(RESUME_WITHIN, |minutes| TimeDelta::minutes(minutes.into())),
            batch_rows: section.batch_rows.unwrap_or(BATCH_ROWS),
            waits: flags.wait,
            stop: Stop::new(),
            progress: Progress::default(),
            max_requests: flags.max_requests,
            max_duration: flags.max_duration,
        };
        check_range(flags)?;
        for resource in connection.selected() {
            check_required(connector, resource, &connection.params)?;
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
        Ok(Self {
            connector,
            schema: connector.name.to_owned(),
            preset: DOCUMENTED.to_owned(),
            params: params_of(connector, &BTreeMap::new(), connector.name)?,
            base_url: address(Some(base_url), connector, "", false)?,
            api_key,
            database_url,
            range: Range::default(),
            hosts: Vec::new(),
            authorities: Vec::new(),
            keep_secrets: false,
            fuse: Tolerance::DELETES,
            quarantine: Tolerance::default(),
            resources: Vec::new(),
            rate: connector.rate,
            limits: Limits::default(),
            first_wait: None,
            resume_within: RESUME_WITHIN,
            batch_rows: BATCH_ROWS,
            waits: false,
            stop: Stop::new(),
            progress: Progress::default(),
            max_requests: None,
            max_duration: None,
        })
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

    /// Sets the longest wait before the first repetition of a request.
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
                (since, until, changed_parents_only, self.keep_secrets),
            )
        );
        format!("{:016x}", xxhash_rust::xxh3::xxh3_64(asked.as_bytes()))
    }

    /// Lets the key go to another host too, where the vendor's links lead there.
    pub fn allowing_host(mut self, host: &str) -> Result<Self> {
        self.hosts.push(address(Some(host), self.connector, "", false)?.origin());
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
        let first_wait = self.first_wait.unwrap_or(self.connector.retry.first_wait);
        self.client_with(Retry { first_wait, ..self.connector.retry }, self.limits)
    }

    fn client_with(&self, retry: Retry, limits: Limits) -> Result<Client> {
        let credential = Credential::new(self.connector.auth, self.api_key.clone())?;
        let declared = (retry, self.rate, self.connector.errors);
        let limited = (self.stop.clone(), self.max_requests);
        let places = (self.base_url.clone(), self.hosts.clone(), self.authorities.clone());
        Client::new(places, credential, declared, limits, limited)
    }

    /// The rate limit that requests keep, and where the vendor is.
    pub(crate) fn vendor(&self) -> (Option<Rate>, &Url) {
        (self.rate, &self.base_url)
    }

    /// The database, started if it is the embedded one.
    pub(crate) async fn database(&self) -> Result<Database> {
        match &self.database_url {
            Some(url) => Database::server(url.expose_secret()),
            None => Database::embedded(Path::new(EMBEDDED_DIRECTORY)).await,
        }
    }

    /// Whether the rows of both go to the same database.
    pub(crate) fn shares_database(&self, other: &Self) -> bool {
        let url = |connection: &Self| {
            connection.database_url.as_ref().map(|url| url.expose_secret().to_owned())
        };
        url(self) == url(other)
    }
}

/// The certificate authorities in a file, which are believed besides those of the system.
fn authorities(path: &Path) -> Result<Vec<Authority>> {
    let place = |error: Error| error.at("ca_certificate", path.display());
    let text = std::fs::read(path).map_err(|error| {
        let what = format!("the certificate cannot be read: {}", error.kind());
        place(Error::settings(what))
            .next(
                "check the path, which begins where the command is run, and who may read the file",
            )
            .because(error)
    })?;
    match Authority::from_pem_bundle(&text) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(place(Error::settings("the file holds no certificate"))
            .next("name a PEM file, with lines of BEGIN CERTIFICATE")),
    }
}

/// The API's address, if a key may be sent there.
fn address(
    set: Option<&str>,
    connector: &Connector,
    prefix: &str,
    allow_http: bool,
) -> Result<Url> {
    let Some(text) = set else {
        // Documents name a host that exists nowhere, so the default only tells the path.
        return Err(Error::settings(format!(
            "the address of the API is not known: {prefix}_BASE_URL is not set"
        ))
        .next(mistaken_for(&format!("{prefix}_BASE_URL")).unwrap_or_else(|| {
            format!(
                "export {prefix}_BASE_URL=https://…; the document's {} is an example",
                connector.base_url
            )
        })));
    };
    let url = Url::parse(text).map_err(|error| {
        Error::settings(format!("the base URL is not understood: {error}"))
            .next("write it with its scheme, as in https://api.example.com")
    })?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => {
            return Err(Error::settings("the base URL has no host")
                .next("write it as in https://api.example.com"));
        }
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback || allow_http => {}
        "http" => {
            return Err(Error::settings(
                "the base URL is plain HTTP, which would show the key to everybody on the way",
            )
            .next(
                "write https://…, or set `allow_http = true` for the connection if you mean it",
            ));
        }
        scheme => {
            return Err(Error::settings(format!("the base URL has the scheme `{scheme}`"))
                .next("write https://…"));
        }
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(Error::settings(
            "the base URL is a host and a path only, without a user, a query or a fragment",
        )
        .next("leave them out; the key is set by itself, as `api_key` or as its variable"));
    }
    Ok(url)
}

fn check_schema(schema: &str) -> Result<()> {
    let reserved =
        ["sync", "public", "information_schema"].contains(&schema) || schema.starts_with("pg_");
    if reserved {
        return Err(Error::settings(format!("the schema `{schema}` is taken"))
            .next("name another one with --schema"));
    }
    if schema.is_empty() || schema.len() > 63 || schema.contains('\0') {
        return Err(Error::settings("a schema's name has 1 to 63 bytes")
            .next("name another one with --schema"));
    }
    Ok(())
}

/// Fails if one of the names is no resource.
pub(crate) fn check_resources(connector: &Connector, names: &[String]) -> Result<()> {
    let Some(unknown) = names.iter().find(|name| connector.resource(name).is_none()) else {
        return Ok(());
    };
    let known: Vec<&str> = connector.resources.iter().map(|resource| resource.name).collect();
    Err(Error::settings(format!("`{}` has no resource `{unknown}`", connector.name))
        .next(nearest(unknown, &known)))
}

/// The resources of these names and their parents, or all, in the order of the declaration.
fn selected(
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

/// The file's parameters, with those of flags in the place of the same names.
fn with_flags(
    file: &BTreeMap<String, OneOrMany>,
    flags: &[String],
) -> Result<BTreeMap<String, OneOrMany>> {
    let mut set: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for flag in flags {
        let (name, value) = flag.split_once('=').ok_or_else(|| {
            Error::settings(format!("--param {flag} is not NAME=VALUE"))
                .next("write it as in --param account=123")
        })?;
        set.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    let mut params = file.clone();
    params.extend(set.into_iter().map(|(name, values)| (name, OneOrMany::Many(values))));
    Ok(params)
}

/// Values of a connector's parameters; those that listings are asked for can have several.
pub(crate) type Params = BTreeMap<&'static str, Vec<String>>;

fn params_of(
    connector: &'static Connector,
    set: &BTreeMap<String, OneOrMany>,
    name: &str,
) -> Result<Params> {
    if let Some(unknown) =
        set.keys().find(|key| connector.params.iter().all(|param| param.name != key.as_str()))
    {
        let known: Vec<&str> = connector.params.iter().map(|param| param.name).collect();
        return Err(Error::settings(format!(
            "the connection `{name}` has no parameter `{unknown}`"
        ))
        .next(nearest(unknown, &known)));
    }
    let mut params = Params::new();
    for param in connector.params {
        let values = match (set.get(param.name), param.unset) {
            (Some(set), _) => set.clone().into_values(),
            (None, Unset::Default(value)) => vec![value.to_owned()],
            (None, Unset::Omitted | Unset::Implied(_) | Unset::Required) => continue,
        };
        let several = connector
            .resources
            .iter()
            .any(|resource| resource.partition_columns().any(|column| column.name == param.name));
        if values.len() != 1 && !several {
            return Err(Error::settings(format!("the parameter `{}` has one value", param.name))
                .next("leave the others out, or write a connection for each"));
        }
        for value in &values {
            check_value(param, value)?;
        }
        params.insert(param.name, values);
    }
    Ok(params)
}

fn check_value(param: &Param, value: &str) -> Result<()> {
    let wanted = match param.values {
        Values::Text if !value.is_empty() => return Ok(()),
        Values::Text => "a text that is not empty".to_owned(),
        Values::Number if value.parse::<u64>().is_ok() => return Ok(()),
        Values::Number => "a whole number".to_owned(),
        Values::Flag if matches!(value, "true" | "false") => return Ok(()),
        Values::Flag => "true or false".to_owned(),
        Values::OneOf(values) if values.contains(&value) => return Ok(()),
        Values::OneOf(values) => format!("one of {}", values.join(", ")),
    };
    Err(Error::settings(format!("the parameter `{}` is {wanted}", param.name)).next(param.doc))
}

/// Fails if a resource that is to be synced needs a parameter that is not set.
fn check_required(connector: &Connector, resource: &Resource, params: &Params) -> Result<()> {
    let placeholders =
        resource.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    let used = placeholders
        .chain(resource.params.iter().copied())
        .chain(resource.each_param.map(|each| each.name));
    for name in used {
        let param = connector
            .params
            .iter()
            .find(|param| param.name == name && param.unset == Unset::Required);
        if let Some(param) = param.filter(|param| !params.contains_key(param.name)) {
            let what =
                format!("`{}` needs the parameter `{}`: {}", resource.name, param.name, param.doc);
            return Err(Error::settings(what).next(format!("set `params.{}` for the connection in {CONFIG_FILE}, or sync other resources with --resource", param.name)));
        }
    }
    Ok(())
}

fn check_range(flags: &Flags) -> Result<()> {
    if flags.since.zip(flags.until).is_some_and(|(since, until)| since >= until) {
        return Err(Error::settings("--since is not before --until")
            .next("exchange them, or leave one of them out"));
    }
    Ok(())
}

/// Advice that names what was meant, or everything there is.
pub(crate) fn nearest(unknown: &str, known: &[&str]) -> String {
    let closest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match closest {
        Some((similarity, name)) if similarity > 0.8 => {
            format!("did you mean `{name}`? there are: {}", known.join(", "))
        }
        _ => format!("there are: {}", known.join(", ")),
    }
}
