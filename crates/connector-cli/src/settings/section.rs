//! What stands in `connectors.toml` of a connection, and of each of its resources.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use url::Url;

use super::setting::Setting;
use connector_core::Choice;
use connector_core::ask::address;
use connector_core::error::{Error, Result};
use connector_core::run::ResourceSettings;
use connector_core::store::Keep;
use connector_core::verdict::Tolerance;
use connector_spec::Rate;

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
