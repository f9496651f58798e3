//! Presets: what an API does differently from its declaration, as data.
//!
//! A preset is a TOML text over a connector's declaration, from the connector
//! itself or from a person's own file. It is checked when it is read, and a
//! mistake in it is reported with its line and what would be right there.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;

use crate::column::Column;
use crate::paging::{Paging, Total};
use crate::resource::{
    Auth, Connector, Filter, KeyFallback, Rate, Resource, Retry, TimeFormat, placeholder,
};

/// The preset that is the declaration itself.
pub const DOCUMENTED: &str = "documented";

/// What a preset may say of a connector.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Overlay {
    auth: Option<AuthOverlay>,
    rate: Option<RateOverlay>,
    retry: Option<RetryOverlay>,
    #[serde(default)]
    resources: BTreeMap<String, ResourceOverlay>,
}

#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "auth is \"basic\", { header = \"…\", prefix = \"…\" } or { query = \"…\" }"
)]
enum AuthOverlay {
    Header { header: String, prefix: String },
    Query { query: String },
    Name(String),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RateOverlay {
    requests: u32,
    per_seconds: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetryOverlay {
    statuses: Option<Vec<u16>>,
    max_retries: Option<u32>,
    backoff_factor: Option<u32>,
    least_wait_seconds: Option<u64>,
}

/// What a preset may say of a resource.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResourceOverlay {
    path: Option<String>,
    select: Option<Vec<String>>,
    missing_is_empty: Option<bool>,
    query: Option<BTreeMap<String, String>>,
    paging: Option<PagingOverlay>,
    key_fallback: Option<KeyOverlay>,
    filter: Option<FilterOverlay>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FilterOverlay {
    since: String,
    until: String,
    format: FormatOverlay,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FormatOverlay {
    EpochSeconds,
    Rfc3339,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum PagingOverlay {
    Single,
    Window { limit: (String, u64) },
    Offset { offset: String, limit: (String, u64), total: Option<TotalOverlay> },
    Page { page: String, first: u64, limit: Option<(String, u64)>, total: Option<TotalOverlay> },
    Token { param: String, next: String, done: Option<String>, limit: Option<(String, u64)> },
    LinkHeader { limit: Option<(String, u64)> },
    NextUrl { path: String, limit: Option<(String, u64)> },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum TotalOverlay {
    Body(String),
    Header(String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "key_fallback is \"singleton\" or a list of columns")]
enum KeyOverlay {
    Columns(Vec<String>),
    Name(String),
}

/// Why a preset cannot be laid over a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetError {
    /// The connector has none of that name.
    Unknown,
    /// The text is no TOML, or has a word that no preset has.
    Misread {
        /// What is wrong. It can quote the text.
        what: String,
        /// Where in the text, in bytes.
        at: Option<Range<usize>>,
    },
    /// It is about a resource that the connector does not have.
    NoResource(String),
    /// It asks for what makes no sense.
    Wrong {
        /// The resource, unless it is about the vendor as a whole.
        resource: Option<&'static str>,
        /// What is wrong.
        what: String,
    },
}

impl Display for PresetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("there is no such preset"),
            Self::Misread { what, .. } | Self::Wrong { resource: None, what } => f.write_str(what),
            Self::NoResource(name) => write!(f, "there is no resource `{name}`"),
            Self::Wrong { resource: Some(name), what } => write!(f, "resource `{name}`: {what}"),
        }
    }
}

impl std::error::Error for PresetError {}

/// What was made of presets so far: by the declaration, which lives as long as the program, and the text.
static OVERLAID: Mutex<BTreeMap<(usize, String), &'static Connector>> = Mutex::new(BTreeMap::new());

impl Connector {
    /// The connector as one of its own presets describes it; [`DOCUMENTED`] is the declaration itself.
    pub fn with_preset(&'static self, preset: &str) -> Result<&'static Self, PresetError> {
        if preset == DOCUMENTED {
            return Ok(self);
        }
        let text = self.presets.iter().find(|(name, _)| *name == preset);
        self.overlaid(text.ok_or(PresetError::Unknown)?.1)
    }

    /// The names of its presets.
    pub fn preset_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [DOCUMENTED].into_iter().chain(self.presets.iter().map(|(name, _)| *name))
    }

    /// The connector as the text of a preset describes it.
    ///
    /// What is made here lives as long as the program, as the declaration does, and is made once.
    pub fn overlaid(&'static self, text: &str) -> Result<&'static Self, PresetError> {
        let mut made = OVERLAID.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (std::ptr::from_ref(self).addr(), text.to_owned());
        if let Some(overlaid) = made.get(&key) {
            return Ok(overlaid);
        }
        let overlaid = Box::leak(Box::new(self.overlay(text)?));
        made.insert(key, overlaid);
        Ok(overlaid)
    }

    fn overlay(&self, text: &str) -> Result<Self, PresetError> {
        let overlay: Overlay = toml::from_str(text).map_err(|error| PresetError::Misread {
            what: error.message().trim().replace('\n', "; "),
            at: error.span(),
        })?;
        if let Some(unknown) = overlay.resources.keys().find(|key| self.resource(key).is_none()) {
            return Err(PresetError::NoResource(unknown.clone()));
        }
        let of_vendor = |what| PresetError::Wrong { resource: None, what };
        let mut connector = *self;
        if let Some(auth) = overlay.auth {
            connector.auth = auth.resolve().map_err(of_vendor)?;
        }
        if let Some(rate) = overlay.rate {
            connector.rate = Some(rate.resolve().map_err(of_vendor)?);
        }
        if let Some(retry) = overlay.retry {
            connector.retry = retry.resolve(connector.retry).map_err(of_vendor)?;
        }
        let mut overlays = overlay.resources;
        let overlaid = |resource: &Resource| match overlays.remove(resource.name) {
            Some(overlay) => overlay
                .resolve(self, resource)
                .map_err(|what| PresetError::Wrong { resource: Some(resource.name), what }),
            None => Ok(*resource),
        };
        let resources: Vec<Resource> =
            self.resources.iter().map(overlaid).collect::<Result<_, _>>()?;
        connector.resources = resources.leak();
        Ok(connector)
    }
}

impl AuthOverlay {
    fn resolve(self) -> Result<Auth, String> {
        match self {
            Self::Header { header, prefix } => {
                Ok(Auth::Header { name: header.leak(), prefix: prefix.leak() })
            }
            Self::Query { query } => Ok(Auth::Query { name: query.leak() }),
            Self::Name(name) if name == "basic" => Ok(Auth::Basic),
            Self::Name(name) => Err(format!(
                "auth `{name}` is not known; it is \"basic\", a header or a query parameter"
            )),
        }
    }
}

impl RateOverlay {
    fn resolve(self) -> Result<Rate, String> {
        // More would be no limit, and a longer time no rate.
        let requests = number("`requests`", 1, 1_000_000, self.requests)?;
        let seconds = number("`per_seconds`", 1, 86_400, self.per_seconds)?;
        Ok(Rate { requests, per: Duration::from_secs(seconds) })
    }
}

impl RetryOverlay {
    fn resolve(self, declared: Retry) -> Result<Retry, String> {
        let mut retry = declared;
        if let Some(statuses) = self.statuses {
            for status in &statuses {
                number("a status in `statuses`", 400, 599, *status)?;
            }
            retry.statuses = statuses.leak();
        }
        if let Some(retries) = self.max_retries {
            retry.max_retries = number("`max_retries`", 0, 20, retries)?;
        }
        if let Some(factor) = self.backoff_factor {
            retry.backoff_factor = number("`backoff_factor`", 1, 10, factor)?;
        }
        if let Some(seconds) = self.least_wait_seconds {
            let seconds =
                number("`least_wait_seconds`", 0, Retry::LONGEST_WAIT.as_secs(), seconds)?;
            retry.least_wait = Duration::from_secs(seconds);
        }
        Ok(retry)
    }
}

impl ResourceOverlay {
    fn resolve(self, connector: &Connector, resource: &Resource) -> Result<Resource, String> {
        let mut overlaid = *resource;
        if let Some(path) = self.path {
            check_path(&path, connector, resource)?;
            overlaid.path = path.leak();
        }
        if let Some(select) = self.select {
            if select.is_empty() {
                return Err(
                    "`select` names at least one place, or \"$\" for the whole body".to_owned()
                );
            }
            overlaid.select = leak_all(select);
        }
        if let Some(query) = self.query {
            let query: Vec<(&'static str, &'static str)> =
                query.into_iter().map(|(name, value)| (&*name.leak(), &*value.leak())).collect();
            overlaid.query = query.leak();
        }
        overlaid.missing_is_empty = self.missing_is_empty.unwrap_or(resource.missing_is_empty);
        if let Some(paging) = self.paging {
            overlaid.paging = paging.resolve()?;
        }
        if let Some(filter) = self.filter {
            if resource.cursor.is_none() {
                return Err("a filter needs a cursor, and the resource has none".to_owned());
            }
            let format = match filter.format {
                FormatOverlay::EpochSeconds => TimeFormat::EpochSeconds,
                FormatOverlay::Rfc3339 => TimeFormat::Rfc3339,
            };
            overlaid.filter =
                Some(Filter { since: filter.since.leak(), until: filter.until.leak(), format });
        }
        match self.key_fallback {
            None => {}
            Some(KeyOverlay::Name(name)) if name == "singleton" => {
                overlaid.key_fallback = KeyFallback::Singleton;
            }
            Some(KeyOverlay::Name(name)) => {
                return Err(format!(
                    "key_fallback `{name}` is not known; it is \"singleton\" or a list of columns"
                ));
            }
            Some(KeyOverlay::Columns(columns)) => {
                if let Some(unknown) = columns
                    .iter()
                    .find(|name| resource.columns.iter().all(|column| column.name != name.as_str()))
                {
                    return Err(format!("key_fallback names no column with `{unknown}`"));
                }
                let secret = |column: &&Column| {
                    (column.secret || column.secret_address || !column.secret_members.is_empty())
                        && columns.iter().any(|name| name == column.name)
                };
                if let Some(column) = resource.columns.iter().find(secret) {
                    return Err(format!(
                        "key_fallback names `{}`, which is secret: keys are shown and compared, so name another column",
                        column.name
                    ));
                }
                overlaid.key_fallback = KeyFallback::Columns(leak_all(columns));
            }
        }
        Ok(overlaid)
    }
}

impl PagingOverlay {
    fn resolve(self) -> Result<Paging, String> {
        let limit = |(name, size): (String, u64)| {
            let size = page_number("a page's size in `limit`", 1, size)?;
            Ok::<(&'static str, u64), String>((name.leak(), size))
        };
        let total = |total: Option<TotalOverlay>| {
            total.map(|total| match total {
                TotalOverlay::Body(path) => Total::Body(path.leak()),
                TotalOverlay::Header(name) => Total::Header(name.leak()),
            })
        };
        Ok(match self {
            Self::Single => Paging::Single,
            Self::Window { limit: size } => Paging::Window { limit: limit(size)? },
            Self::Offset { offset, limit: size, total: place } => {
                Paging::Offset { offset: offset.leak(), limit: limit(size)?, total: total(place) }
            }
            Self::Page { page, first, limit: size, total: place } => Paging::Page {
                page: page.leak(),
                first: page_number("`first`", 0, first)?,
                limit: size.map(limit).transpose()?,
                total: total(place),
            },
            Self::Token { param, next, done, limit: size } => Paging::Token {
                param: param.leak(),
                next: next.leak(),
                done: done.map(|done| &*done.leak()),
                limit: size.map(limit).transpose()?,
            },
            Self::LinkHeader { limit: size } => {
                Paging::LinkHeader { limit: size.map(limit).transpose()? }
            }
            Self::NextUrl { path, limit: size } => {
                Paging::NextUrl { path: path.leak(), limit: size.map(limit).transpose()? }
            }
        })
    }
}

/// A number that walks begin with and add to, which leaves room for all that they add.
fn page_number(what: &str, least: u64, number: u64) -> Result<u64, String> {
    self::number(what, least, u32::MAX.into(), number)
}

/// A number, if it lies between these.
fn number<T: Copy + PartialOrd + Display>(
    what: &str,
    least: T,
    most: T,
    number: T,
) -> Result<T, String> {
    if (&least..=&most).contains(&&number) {
        Ok(number)
    } else {
        Err(format!("{what} is a number from {least} to {most}"))
    }
}

fn leak_all(texts: Vec<String>) -> &'static [&'static str] {
    let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
    texts.leak()
}

/// What the compiler checks for a declaration: each placeholder is filled, and the parent's is there.
fn check_path(path: &str, connector: &Connector, resource: &Resource) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err("a path starts with a slash".to_owned());
    }
    let placeholders: Vec<&str> = path.split('/').filter_map(placeholder).collect();
    let parent = resource.parent.map(|parent| parent.placeholder);
    let filled = |name: &str| parent == Some(name) || connector.param(name).is_some();
    if let Some(unknown) = placeholders.iter().find(|name| !filled(name)) {
        return Err(format!("nothing fills the placeholder `{{{unknown}}}`"));
    }
    match parent.filter(|parent| !placeholders.contains(parent)) {
        Some(parent) => Err(format!("the path needs the placeholder `{{{parent}}}`")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Record;

    #[derive(connector_derive::Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Thing {
        id: String,
        name: Option<String>,
        #[record(secret)]
        value: Option<String>,
    }

    static THINGS: Connector = Connector {
        name: "things",
        doc: Thing::DOC,
        base_url: "https://api.example.com",
        auth: Auth::BEARER,
        retry: Retry::STANDARD,
        rate: None,
        errors: &[],
        params: &[],
        migrations: &[],
        presets: &[],
        resources: &[
            Resource::new::<Thing>("things", "/v1/things"),
            Resource::new::<Thing>("parts", "/v1/things/{id}/parts").each("id", "things", "id"),
        ],
    };

    #[test]
    fn what_a_preset_does_not_say_is_as_declared() {
        let text = "rate = { requests = 2, per_seconds = 60 }\n[resources.things]\npath = \"/things\"\npaging = { token = { param = \"after\", next = \"next\" } }";
        let overlaid = THINGS.overlaid(text).unwrap();
        assert_eq!(overlaid.rate, Some(Rate::per_minute(2)));
        assert_eq!((overlaid.auth, overlaid.retry), (THINGS.auth, THINGS.retry));
        let [things, parts] = overlaid.resources else { panic!("two resources") };
        assert_eq!(
            (things.path, things.paging, things.select),
            ("/things", Paging::token("after", "next"), THINGS.resources[0].select)
        );
        assert_eq!(parts.path, THINGS.resources[1].path);
    }

    #[test]
    fn a_mistake_in_a_preset_is_told_with_its_place_and_what_would_be_right() {
        for (text, said) in [
            (
                "[resources.things]\n\npaht = \"/x\"",
                "unknown field `paht`, expected one of `path`, `select`",
            ),
            ("rate = 7", "invalid type: integer `7`, expected struct RateOverlay"),
            (
                "rate = { requests = 0, per_seconds = 1 }",
                "`requests` is a number from 1 to 1000000",
            ),
            (
                "rate = { requests = 1, per_seconds = 18446744073709551615 }",
                "`per_seconds` is a number from 1 to 86400",
            ),
            ("retry = { max_retries = 4294967295 }", "`max_retries` is a number from 0 to 20"),
            ("retry = { backoff_factor = 0 }", "`backoff_factor` is a number from 1 to 10"),
            ("retry = { statuses = [200] }", "a status in `statuses` is a number from 400 to 599"),
            (
                "retry = { least_wait_seconds = 901 }",
                "`least_wait_seconds` is a number from 0 to 900",
            ),
            ("auth = \"digest\"", "auth `digest` is not known"),
            ("[resources.thing]\npath = \"/x\"", "there is no resource `thing`"),
            (
                "[resources.parts]\npath = \"/x\"",
                "resource `parts`: the path needs the placeholder `{id}`",
            ),
            (
                "[resources.things]\npath = \"/{x}\"",
                "resource `things`: nothing fills the placeholder `{x}`",
            ),
            (
                "[resources.things]\nkey_fallback = [\"nmae\"]",
                "resource `things`: key_fallback names no column with `nmae`",
            ),
            (
                "[resources.things]\nkey_fallback = [\"name\", \"value\"]",
                "resource `things`: key_fallback names `value`, which is secret: keys are shown",
            ),
            (
                "[resources.things]\npaging = { offset = { offset = \"at\", limit = [\"limit\", 0] } }",
                "resource `things`: a page's size in `limit` is a number from 1 to",
            ),
            (
                "[resources.things]\npaging = { link_header = { limit = [\"limit\", 4294967296] } }",
                "resource `things`: a page's size in `limit` is a number from 1 to",
            ),
            (
                "[resources.things]\npaging = { page = { page = \"page\", first = 18446744073709551615 } }",
                "resource `things`: `first` is a number from 0 to 4294967295",
            ),
            (
                "[resources.things]\npaging = { ofset = 1 }",
                "unknown variant `ofset`, expected one of `single`, `window`, `offset`",
            ),
        ] {
            let error = THINGS.overlaid(text).unwrap_err();
            assert!(error.to_string().starts_with(said), "{error}");
        }
        assert_eq!(THINGS.with_preset("none").unwrap_err(), PresetError::Unknown);
    }

    #[test]
    fn a_preset_is_made_once_however_often_it_is_asked_for() {
        let text = "[resources.things]\npath = \"/other\"";
        let [one, other] = [text, text].map(|text| THINGS.overlaid(text).unwrap());
        assert!(std::ptr::eq(one, other));
    }
}
