//! `connectors.toml`: what stands in it, and what is wrong with it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::env_file::env_file;
use super::names::check_letters;
use super::plain_files;
use super::variables::{how_unset, mistaken_for};
use connector_core::Choice;
use connector_core::ask::address;
use connector_core::budget::Budget;
use connector_core::environment::environment;
use connector_core::error::{Error, Result};
use connector_core::foreign::Foreign;
use connector_core::run::ResourceSettings;
use connector_core::store::Keep;
use connector_core::verdict::Tolerance;
use connector_core::words::nearest;
use connector_spec::{Connector, Rate};

/// The file that holds connections.
pub const CONFIG_FILE: &str = "connectors.toml";

/// The file that holds connections.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(title = "connectors.toml")]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Whether there is one.
    #[serde(skip)]
    absent: bool,
    /// Where it is, if it was read.
    #[serde(skip)]
    path: Option<PathBuf>,
    /// Whether it holds what a caller gave for one connection, which counts before variables.
    #[serde(skip)]
    pub(super) given: bool,
    /// Where the rows of all connections go: an address of Postgres, or `env:NAME`, or `file:PATH`.
    /// Without one, it is the embedded Postgres in .connectors/.
    pub(super) database_url: Option<Setting>,
    /// What answers and batches of all connections may take in memory together, in MiB: 64, if it is
    /// not set.
    #[schemars(range(min = Budget::LEAST_MIB, max = Budget::MOST_MIB))]
    pub(super) memory_mib: Option<u32>,
    /// What `memory_mib` stands for, shared by all connections.
    #[serde(skip)]
    pub(super) budget: Budget,
    /// One for each account with a vendor; the name is also that of its schema.
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9_]*$"}))]
    #[serde(default)]
    pub(super) connections: BTreeMap<String, Section>,
}

/// One connection in the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    /// Which API it is: a connector, with `_` for `-`; the name of the connection, if it is not set.
    pub(super) connector: Option<String>,
    /// Where the API is: an address, or `env:NAME`, or `file:PATH`.
    pub(super) base_url: Option<Setting>,
    /// The key; write `env:NAME` or `file:PATH`, so that it does not stand here.
    pub(super) api_key: Option<Setting>,
    /// Where its rows go, if not where the file says.
    pub(super) database_url: Option<Setting>,
    /// The schema of its tables: the name of the connection, if it is not set.
    pub(super) schema: Option<String>,
    /// How the API answers: `documented` (if it is not set), `live`, or the path of a file.
    pub(super) preset: Option<String>,
    /// What is set for one resource alone. A list of names means the same as `only_resources`.
    pub(super) resources: Option<Resources>,
    /// Only these resources, and their parents; all, if it is not set.
    pub(super) only_resources: Option<Vec<String>>,
    /// The rate limit that is kept; `0.5` is one request in two seconds.
    #[schemars(range(min = 0.001, max = 1_000_000.0))]
    pub(super) requests_per_second: Option<f64>,
    /// How many requests may be under way at the same time: 10, if it is not set.
    #[schemars(range(min = 1, max = 1_000))]
    pub(super) requests_at_a_time: Option<u32>,
    /// How far behind the last run a listing is read again, where the vendor filters by time: 86400,
    /// if it is not set.
    #[schemars(range(min = 0, max = TEN_YEARS_IN_MINUTES * 60))]
    pub(super) lookback_seconds: Option<u32>,
    /// How old the last walk through a whole listing may be, where runs read only what is new: `"7d"`,
    /// `"12h"` or `"never"`; `"30d"`, if it is not set.
    pub(super) full_refresh_every: Option<String>,
    /// Keep each version of the rows: of all resources, or of these.
    pub(super) history: Option<HistorySetting>,
    /// How much of a history is kept: all, if it is not set.
    pub(super) keep_history: Option<KeepSetting>,
    /// Columns, members inside of them (`detail.email`) and fields without a column (`_extra.email`)
    /// that are left out of rows.
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    /// The same, kept as keyed fingerprints.
    #[serde(default)]
    pub(super) fingerprint: Vec<String>,
    /// How old an interrupted run may be to go on with: 60, if it is not set.
    #[schemars(range(min = 0, max = TEN_YEARS_IN_MINUTES))]
    pub(super) resume_within_minutes: Option<u32>,
    /// Commit after so many rows: 20000, if it is not set.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) batch_rows: Option<u64>,
    /// Where else the key may go, if the vendor's links lead there: addresses.
    #[serde(default)]
    pub(super) allow_hosts: Vec<String>,
    /// Whether secret fields are stored as keyed fingerprints (if it is not set), or as they are.
    pub(super) secrets: Option<SecretsSetting>,
    /// From this number of rows on, and beyond this share, rows that are no longer listed are not
    /// marked deleted: 5 rows and 0.3, if it is not set.
    pub(super) deletes: Option<ToleranceSetting>,
    /// From this number of rows without a place on, and beyond this share, the resource is
    /// incomplete: from the first one on, if it is not set.
    pub(super) quarantine: Option<ToleranceSetting>,
    /// From this number of listings on, and beyond this share, that are missing though the rows
    /// that they belong to are listed, the resource is incomplete: 2 and 0.05, and from the first one
    /// on that is missing in two runs, if it is not set.
    pub(super) missing_children: Option<ToleranceSetting>,
    /// Ask only for the children of rows that the run changed; changes of children alone are missed.
    #[serde(default)]
    pub(super) changed_parents_only: bool,
    /// Send the key over plain HTTP to a host that is not this machine.
    #[serde(default)]
    pub(super) allow_http: bool,
    /// A PEM file of certificate authorities that are believed besides those of the system.
    pub(super) ca_certificate: Option<PathBuf>,
    /// The parameters of the connector.
    #[serde(default)]
    params: BTreeMap<String, OneOrMany>,
}

impl Section {
    /// Fails if a number is so far off that nobody can mean it.
    pub(super) fn check(&self) -> Result<()> {
        // A vendor that is asked once in a quarter of an hour is asked slowly enough.
        if self.requests_per_second.is_some_and(|rate| !(0.001..=1_000_000.0).contains(&rate)) {
            let what = "`requests_per_second` must be a number from 0.001 to 1000000";
            let next = "correct it, or leave it out for the default";
            return Err(Error::settings(what).next(next));
        }
        check_numbers([
            ("requests_at_a_time", self.requests_at_a_time.map(u64::from), 1, 1_000),
            (
                "resume_within_minutes",
                self.resume_within_minutes.map(u64::from),
                0,
                TEN_YEARS_IN_MINUTES,
            ),
            ("batch_rows", self.batch_rows, 1, 1_000_000),
        ])
    }

    /// What is set for all of its resources.
    pub(super) fn for_all(&self) -> ResourceSection {
        ResourceSection {
            lookback_seconds: self.lookback_seconds,
            full_refresh_every: self.full_refresh_every.clone(),
            history: match &self.history {
                Some(HistorySetting::All(on)) => Some(*on),
                Some(HistorySetting::Named(_)) | None => None,
            },
            keep_history: self.keep_history,
            exclude: self.exclude.clone(),
            fingerprint: self.fingerprint.clone(),
            deletes: self.deletes,
            quarantine: self.quarantine,
            missing_children: self.missing_children,
        }
    }

    /// What is set for some of its resources alone, by their names.
    pub(super) fn for_each(&self) -> BTreeMap<&str, ResourceSection> {
        let mut each: BTreeMap<&str, ResourceSection> = BTreeMap::new();
        if let Some(Resources::Each(own)) = &self.resources {
            each.extend(own.iter().map(|(name, section)| (name.as_str(), section.clone())));
        }
        if let Some(HistorySetting::Named(names)) = &self.history {
            for name in names {
                each.entry(name).or_default().history.get_or_insert(true);
            }
        }
        each
    }

    /// The names of the resources that are synced, if they are not all of them.
    pub(super) fn only(&self) -> Option<&[String]> {
        match (&self.only_resources, &self.resources) {
            (Some(names), _) | (None, Some(Resources::Named(names))) => Some(names),
            (None, Some(Resources::Each(_)) | None) => None,
        }
    }

    /// The rate limit that is to be kept, if one is set; less than one request in a second too.
    pub(super) fn rate(&self) -> Option<Rate> {
        let requests = self.requests_per_second?;
        let whole = requests.round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it was checked to be from 0.001 to 1,000,000"
        )]
        Some(if whole >= 1.0 && (whole - requests).abs() < f64::EPSILON {
            Rate::per_second(whole as u32)
        } else {
            Rate { requests: 1, per: Duration::from_secs_f64(requests.recip()) }
        })
    }

    /// Whether the key stands in the file itself.
    pub(super) fn has_plain_key(&self) -> bool {
        self.api_key.as_ref().is_some_and(Setting::is_plain)
    }

    /// The values of the parameters.
    pub(super) fn params(&self) -> BTreeMap<String, Vec<String>> {
        let set = self.params.iter();
        set.map(|(name, set)| (name.clone(), set.clone().into_values())).collect()
    }

    /// Where else the key may go.
    pub(super) fn hosts(&self) -> Result<Vec<Url>> {
        let host = |text: &String| {
            address(text, self.allow_http).map_err(|error| error.at("setting", "allow_hosts"))
        };
        self.allow_hosts.iter().map(host).collect()
    }
}

const TEN_YEARS_IN_MINUTES: u64 = 5_256_000;

/// Fails if a number does not lie between its least and its most.
fn check_numbers<const N: usize>(numbers: [(&str, Option<u64>, u64, u64); N]) -> Result<()> {
    for (name, number, least, most) in numbers {
        if number.is_some_and(|number| !(least..=most).contains(&number)) {
            let what = format!("`{name}` must be a number from {least} to {most}");
            return Err(Error::settings(what).next("correct it, or leave it out for the default"));
        }
    }
    Ok(())
}

/// The names of the resources that are synced, or what is set for each of some.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum Resources {
    Named(Vec<String>),
    Each(BTreeMap<String, ResourceSection>),
}

impl<'de> Deserialize<'de> for Resources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Resources;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                names: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(Resources::Named)
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                each: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(each)).map(Resources::Each)
            }
        }
        // `untagged` would not say what is wrong with the one that is meant.
        deserializer.deserialize_any(Either)
    }
}

/// What may be set for one resource, and for all.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceSection {
    /// How far behind the last run a listing is read again, where the vendor filters by time: 86400,
    /// if it is not set.
    #[schemars(range(min = 0, max = TEN_YEARS_IN_MINUTES * 60))]
    pub(super) lookback_seconds: Option<u32>,
    /// How old the last walk through a whole listing may be, where runs read only what is new: `"7d"`,
    /// `"12h"` or `"never"`; `"30d"`, if it is not set.
    pub(super) full_refresh_every: Option<String>,
    /// Keep each version of the rows.
    pub(super) history: Option<bool>,
    /// How much of a history is kept: all, if it is not set.
    pub(super) keep_history: Option<KeepSetting>,
    /// Columns, members inside of them (`detail.email`) and fields without a column (`_extra.email`)
    /// that are left out of rows.
    #[serde(default)]
    pub(super) exclude: Vec<String>,
    /// The same, kept as keyed fingerprints.
    #[serde(default)]
    pub(super) fingerprint: Vec<String>,
    /// From this number of rows on, and beyond this share, rows that are no longer listed are not
    /// marked deleted: 5 rows and 0.3, if it is not set.
    pub(super) deletes: Option<ToleranceSetting>,
    /// From this number of rows without a place on, and beyond this share, the resource is
    /// incomplete: from the first one on, if it is not set.
    pub(super) quarantine: Option<ToleranceSetting>,
    /// From this number of listings on, and beyond this share, that are missing though the rows
    /// that they belong to are listed, the resource is incomplete: 2 and 0.05, and from the first one
    /// on that is missing in two runs, if it is not set.
    pub(super) missing_children: Option<ToleranceSetting>,
}

impl ResourceSection {
    /// These settings, and the given ones where nothing is set.
    pub(super) fn over(&self, others: &ResourceSettings) -> Result<ResourceSettings> {
        const ROWS: u64 = i64::MAX as u64;
        let rows = |set: Option<ToleranceSetting>| set.and_then(|set| set.rows);
        let KeepSetting { days, versions } = self.keep_history.unwrap_or_default();
        check_numbers([
            (
                "lookback_seconds",
                self.lookback_seconds.map(u64::from),
                0,
                TEN_YEARS_IN_MINUTES * 60,
            ),
            ("keep_history.days", days.map(u64::from), 1, TEN_YEARS_IN_MINUTES / 1_440 * 10),
            ("keep_history.versions", versions.map(u64::from), 1, 1_000_000),
            ("deletes.rows", rows(self.deletes), 0, ROWS),
            ("quarantine.rows", rows(self.quarantine), 0, ROWS),
        ])?;
        let or = |set: Option<ToleranceSetting>, other| set.unwrap_or_default().or(other);
        Ok(ResourceSettings {
            lookback: self
                .lookback_seconds
                .map_or(others.lookback, |seconds| TimeDelta::seconds(seconds.into())),
            full_refresh_every: match &self.full_refresh_every {
                Some(text) => every(text)?,
                None => others.full_refresh_every,
            },
            history: self.history.unwrap_or(others.history),
            keep_history: Keep {
                days: days.or(others.keep_history.days),
                versions: versions.or(others.keep_history.versions),
            },
            choice: others.choice.and(&Choice {
                exclude: self.exclude.clone(),
                fingerprint: self.fingerprint.clone(),
            }),
            deletes: or(self.deletes, others.deletes)?,
            quarantine: or(self.quarantine, others.quarantine)?,
            missing_children: match self.missing_children {
                Some(set) => Some(set.or(others.missing_children.unwrap_or(Tolerance::MISSING))?),
                None => others.missing_children,
            },
        })
    }

    /// What is set, each in words.
    pub(super) fn said(&self) -> impl Iterator<Item = (&'static str, String)> {
        let tolerance = |set: ToleranceSetting| {
            let rows = set.rows.map(|rows| format!("rows = {rows}"));
            let share = set.share.map(|share| format!("share = {share}"));
            let parts: Vec<String> = rows.into_iter().chain(share).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        };
        let names = |names: &[String]| (!names.is_empty()).then(|| names.join(", "));
        let keep = |set: KeepSetting| {
            let days = set.days.map(|days| format!("days = {days}"));
            let versions = set.versions.map(|versions| format!("versions = {versions}"));
            let parts: Vec<String> = days.into_iter().chain(versions).collect();
            (!parts.is_empty()).then(|| parts.join(", "))
        };
        [
            ("lookback_seconds", self.lookback_seconds.map(|value| value.to_string())),
            ("full_refresh_every", self.full_refresh_every.clone()),
            ("history", self.history.map(|on| on.to_string())),
            ("keep_history", self.keep_history.and_then(keep)),
            ("exclude", names(&self.exclude)),
            ("fingerprint", names(&self.fingerprint)),
            ("deletes", self.deletes.and_then(tolerance)),
            ("quarantine", self.quarantine.and_then(tolerance)),
            ("missing_children", self.missing_children.and_then(tolerance)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// A time with its unit, or that there is none.
fn every(text: &str) -> Result<Option<TimeDelta>> {
    const TEN_YEARS: TimeDelta = TimeDelta::days(3_650);
    if text == "never" {
        return Ok(None);
    }
    let time = humantime::parse_duration(text).ok().and_then(|time| TimeDelta::from_std(time).ok());
    let what = match time {
        Some(_) => "`full_refresh_every` must be a time of at most ten years",
        None => "`full_refresh_every` is not understood",
    };
    let time = time.filter(|time| *time <= TEN_YEARS).ok_or_else(|| {
        Error::settings(what)
            .next("write a number and a unit, as in \"7d\" or \"12h\", or \"never\"")
    });
    time.map(Some)
}

/// Of which resources each version is kept.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum HistorySetting {
    All(bool),
    Named(Vec<String>),
}

impl<'de> Deserialize<'de> for HistorySetting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = HistorySetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean")
            }

            fn visit_bool<E>(self, on: bool) -> std::result::Result<Self::Value, E> {
                Ok(HistorySetting::All(on))
            }

            fn visit_seq<A: SeqAccess<'de>>(
                self,
                names: A,
            ) -> std::result::Result<Self::Value, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(names)).map(HistorySetting::Named)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// How much of a history is kept.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepSetting {
    /// How many days a version is kept after its end.
    #[schemars(range(min = 1, max = TEN_YEARS_IN_MINUTES / 1_440 * 10))]
    pub(super) days: Option<u32>,
    /// How many closed versions of a row are kept.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) versions: Option<u32>,
}

/// How many rows are tolerated, as a number and as a share.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToleranceSetting {
    /// The number of rows.
    pub(super) rows: Option<u64>,
    /// The part of all rows, from 0 to 1.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub(super) share: Option<f64>,
}

impl ToleranceSetting {
    /// What is set, and the rest as by default.
    pub(super) fn or(self, default: Tolerance) -> Result<Tolerance> {
        let share = self.share.unwrap_or(default.share);
        if !(0.0..=1.0).contains(&share) {
            return Err(Error::settings("a `share` of rows must be a number from 0 to 1")
                .next("write 30 % as 0.3"));
        }
        Ok(Tolerance { rows: self.rows.unwrap_or(default.rows), share })
    }
}

/// What becomes of secret values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum SecretsSetting {
    /// As keyed fingerprints.
    Fingerprint,
    /// As they are.
    Keep,
}

/// A parameter's value, or several.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
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
pub(super) struct Setting(SecretString);

impl JsonSchema for Setting {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Setting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Setting(..)")
    }
}

impl Setting {
    /// What stands in a file, or would.
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether it is the value itself, and says not where that is.
    pub(super) fn is_plain(&self) -> bool {
        let text = self.0.expose_secret();
        !text.starts_with("env:") && !text.starts_with("file:")
    }

    /// The variable that it is read from.
    pub(super) fn variable(&self) -> Option<&str> {
        self.0.expose_secret().strip_prefix("env:")
    }

    /// The value of the setting of this name, which stands in this file.
    pub(super) fn read(&self, name: &str, file: &File) -> Result<SecretString> {
        let text = self.0.expose_secret();
        if let Some(variable) = self.variable() {
            return environment(variable).ok_or_else(|| {
                let how = how_unset(variable);
                Error::settings(format!(
                    "`{name}` is to be read from the variable `{variable}`, which is {how}"
                ))
                .next(mistaken_for(variable, variable).unwrap_or_else(|| {
                    // Of settings that are given for one call, no file of variables is read.
                    let set = if file.given {
                        String::new()
                    } else {
                        format!(" set it in {},", env_file(file.path.as_deref()).display())
                    };
                    let name = file.name();
                    format!("export {variable}=…,{set} or correct the name in {name}")
                }))
            });
        }
        if let Some(path) = text.strip_prefix("file:") {
            let content = plain_files::read_text(Path::new(path)).map_err(|error| {
                Error::settings(format!(
                    "`{name}` cannot be read from the file `{path}`: {}",
                    plain_files::reason(&error)
                ))
                .next("check the path, which begins where the command is run, and who may read the file")
                .because(error)
            })?;
            if content.trim().is_empty() {
                let what = format!("`{name}` is to be read from the file `{path}`, which is empty");
                return Err(Error::settings(what).next("write the value into the file"));
            }
            return Ok(content.trim().into());
        }
        Ok(self.0.clone())
    }
}

impl File {
    /// Reads the file that a flag names, or `connectors.toml` if there is one.
    pub fn read(config: Option<&Path>) -> Result<Self> {
        let path = config.unwrap_or(Path::new(CONFIG_FILE));
        let read = match config {
            Some(_) => plain_files::read_text(path),
            None => plain_files::read_found_text(path),
        };
        let text = match read {
            Ok(text) => text,
            Err(error) if config.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { absent: true, ..Self::default() });
            }
            Err(error) => {
                return Err(Error::settings(format!(
                    "the file `{}` cannot be read: {}",
                    path.display(),
                    plain_files::reason(&error)
                ))
                .next("check the path and who may read and write the file, or make one with `init`")
                .because(error));
            }
        };
        Self::parse(path, &text)
    }

    /// The one connection whose settings a caller gives.
    pub(super) fn given(name: &str, section: Section) -> Self {
        let connections = BTreeMap::from([(name.to_owned(), section)]);
        Self { given: true, connections, ..Self::default() }
    }

    /// What a text says, as if it stood in the file.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut file: Self = toml::from_str(text).map_err(|error| {
            // The library's text shows the line, and so the secret that may stand there.
            let line = line_of(&error, text);
            let (what, next) = misread(error.message(), text.lines().nth(line - 1));
            let what = format!("`{}`, line {line}: {}", path.display(), Foreign(&what));
            Error::settings(what).next(next)
        })?;
        for name in file.connections.keys() {
            check_letters(name).map_err(|error| error.at("file", path.display()))?;
        }
        if let Some(mib) = file.memory_mib {
            let (least, most) = (Budget::LEAST_MIB, Budget::MOST_MIB);
            if !(least..=most).contains(&mib) {
                let what = format!("`memory_mib` must be a number from {least} to {most}");
                return Err(Error::settings(what).next("leave it out for the default"));
            }
            file.budget = Budget::of_mib(mib);
        }
        file.path = Some(path.to_owned());
        Ok(file)
    }

    /// The names of the connections, each with its connector's name.
    pub fn connections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.connections
            .iter()
            .map(|(name, section)| (name.as_str(), section.connector.as_deref().unwrap_or(name)))
    }

    /// What it is called in words to a person.
    pub(crate) fn name(&self) -> String {
        match &self.path {
            _ if self.given => "the file of --config".to_owned(),
            Some(path) => path.display().to_string(),
            None => CONFIG_FILE.to_owned(),
        }
    }

    /// Where it is not, if there is none.
    pub(crate) fn nowhere(&self) -> Option<Nowhere> {
        self.absent.then(Nowhere::here)
    }

    /// Whether the rows of these connections go to one database, as far as the file says.
    pub(crate) fn has_one_database<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        let of = |name| {
            let own = self.connections.get(name).and_then(|section| section.database_url.as_ref());
            own.or(self.database_url.as_ref()).map(|setting| setting.0.expose_secret())
        };
        let first = names.next().and_then(of);
        environment("DATABASE_URL").is_some() || names.all(|name| of(name) == first)
    }

    /// Whether it names a database for all connections.
    pub(crate) fn has_database(&self) -> bool {
        self.database_url.is_some()
    }

    /// The address of a connection, as it stands there.
    pub(crate) fn address(&self, name: &str) -> Option<&str> {
        Some(self.connections.get(name)?.base_url.as_ref()?.0.expose_secret())
    }

    /// The settings of a connection.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.connections.get(name)
    }

    /// Whether it has a connection of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.connections.contains_key(name)
    }

    /// The names of the connections of one connector.
    pub(crate) fn of(&self, connector: &Connector) -> Vec<&str> {
        let own = |(name, other)| (other == connector.name).then_some(name);
        self.connections().filter_map(own).collect()
    }
}

/// A folder without a file of connections, which is often not the one that was meant.
#[derive(Clone, Debug)]
pub(crate) struct Nowhere(PathBuf);

impl Nowhere {
    fn here() -> Self {
        Self(std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")))
    }

    pub(crate) fn advice(connector: &Connector) -> String {
        let init = crate::called::binary(connector);
        format!(
            "`cd` to the folder that has it, name it with --config, or make one with `{init} init`"
        )
    }
}

impl std::fmt::Display for Nowhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {CONFIG_FILE} in {}", self.0.display())
    }
}

/// The line in which TOML is wrong.
pub(crate) fn line_of(error: &toml::de::Error, text: &str) -> usize {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    text[..start].matches('\n').count() + 1
}

/// A type of TOML, as people call it.
fn in_words(kind: &str) -> &str {
    match kind.split(' ').next().unwrap_or_default() {
        "u64" | "u32" | "i64" | "integer" => "a whole number",
        "f64" | "floating" => "a number",
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "sequence" => "a list",
        "map" | "struct" => "a table",
        "a" | "an" => match kind.split(' ').nth(1).unwrap_or_default() {
            "string" => "a text",
            "boolean" => "`true` or `false`",
            "sequence" => "a list",
            "map" => "a table",
            _ => kind,
        },
        _ => "something else",
    }
}

/// What the TOML library says of a line, in one line, and what to do.
pub(super) fn misread(message: &str, line: Option<&str>) -> (String, String) {
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
    // The name of a setting, and nothing else that may stand there by mistake.
    let name = line.and_then(|line| line.split_once('=')).map_or("", |(name, _)| name.trim());
    let good = |c: char| c.is_ascii_lowercase() || c == '_';
    let subject = match name {
        name if !name.is_empty() && name.chars().all(good) => format!("`{name}`"),
        _ => "this".to_owned(),
    };
    let value = line.and_then(|line| line.split_once('=')).map_or("", |(_, value)| value.trim());
    let word: String = value.chars().take_while(|c| !matches!(c, ' ' | '#')).collect();
    let is_bare = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !matches!(word.as_str(), "true" | "false" | "inf" | "nan");
    if types.is_none() && is_bare {
        let next = match name {
            name if name.chars().all(good) => format!("write it as in {name} = \"…\""),
            _ => "write the text between quotes".to_owned(),
        };
        return (format!("the quotes around {subject} are missing"), next);
    }
    let what = match types {
        Some((found, expected)) => {
            format!("{subject} must be {}, not {}", in_words(expected), in_words(found))
        }
        None if what.starts_with("invalid value: integer `-") => {
            format!("{subject} must not be negative")
        }
        None if what.starts_with("invalid value: ") => format!("{subject} cannot have this value"),
        None => what.to_owned(),
    };
    let next = lines.next().map_or_else(
        || "correct the line; the command `schema` prints every setting".to_owned(),
        str::to_owned,
    );
    (what, next)
}
