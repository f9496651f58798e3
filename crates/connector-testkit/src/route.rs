//! Requests: which resource one is for, and whether the declaration explains it.
//!
//! The vendor is strict on purpose. A parameter that no declaration names, that
//! is there twice, or that lacks its declared value is an error, because a real
//! vendor that ignores it would send the wrong rows without a word.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Auth, Connector, Paging, Param, Resource, Unset, Values};
use hyper::HeaderMap;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

/// The parameter in the addresses of next pages, where no declaration names one.
pub(crate) const AFTER: &str = "after";

/// A request, as the vendor took it. The key is in no part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Request {
    /// The method.
    pub method: String,
    /// The path, as it was sent.
    pub path: String,
    /// The query's names and values, in order.
    pub query: Vec<(String, String)>,
    /// The resource that it is for, if any.
    pub resource: Option<&'static str>,
    /// Which of the resource's listings: the parent's key, or the value of a parameter.
    pub partition: Option<String>,
    /// How many requests for the same resource came before it.
    pub nth: usize,
    /// The status of the answer; none if the connection was closed without one.
    ///
    /// For a script it is the honest answer's.
    pub status: Option<u16>,
}

impl Request {
    /// The value of a query parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// `GET /v1/users?limit=50&offset=0 200`
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        for (position, (name, value)) in self.query.iter().enumerate() {
            write!(f, "{}{name}={value}", if position == 0 { '?' } else { '&' })?;
        }
        match self.status {
            Some(status) => write!(f, " {status}"),
            None => f.write_str(" closed"),
        }
    }
}

/// The resource whose path this is, and which of its listings.
///
/// `/apps/new` goes to the resource of that path before that of `/apps/{id}`;
/// of two with the same path the one whose own query is there, or the first.
pub(crate) fn find(
    connector: &'static Connector,
    path: &str,
    query: &[(String, String)],
) -> Option<(&'static Resource, Option<String>)> {
    let resources = connector.resources.iter();
    let fitting = resources.filter_map(|resource| {
        let filled = fill(resource.path, path);
        // A parameter that need not be set may leave its segment out.
        let filled = filled.or_else(|| fill(&without_optional(connector, resource.path), path));
        Some((resource, filled?))
    });
    let (resource, filled) = fitting.min_by_key(|(resource, filled)| {
        let sent = |(name, value): &(&str, &str)| has(query, name, value);
        (filled.len(), !resource.query.iter().all(sent))
    })?;
    let partition = match (resource.parent, resource.each_param) {
        (Some(parent), _) => filled.into_iter().find(|(name, _)| *name == parent.placeholder),
        (None, Some(each)) => query.iter().find(|(name, _)| name == each.name).cloned(),
        (None, None) => None,
    };
    let unsent = resource.each_param.and_then(|each| match param(connector, each.name)?.unset {
        Unset::Implied(value) => Some(value.to_owned()),
        _ => None,
    });
    Some((resource, partition.map(|(_, value)| value).or(unsent)))
}

/// The path of a resource where none of the parameters in it is set that may be left out.
fn without_optional(connector: &Connector, template: &str) -> String {
    let optional = |segment: &&str| {
        connector
            .params
            .iter()
            .any(|param| param.unset == Unset::Omitted && *segment == format!("{{{}}}", param.name))
    };
    template.split('/').filter(|segment| !optional(segment)).collect::<Vec<_>>().join("/")
}

/// What the path has in the places of the template's placeholders.
fn fill(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let mut filled = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_decode_str(segment).decode_utf8().ok()?;
                filled.push((name.to_owned(), value.into_owned()));
            }
            _ if segment != expected => return None,
            _ => {}
        }
    }
    segments.next().is_none().then_some(filled)
}

fn has(query: &[(String, String)], name: &str, value: &str) -> bool {
    query.iter().any(|other| other.0 == name && other.1 == value)
}

fn param(connector: &Connector, name: &str) -> Option<Param> {
    connector.params.iter().copied().find(|param| param.name == name)
}

/// Says what of the query the declaration does not explain.
pub(crate) fn check_query(
    connector: &Connector,
    resource: &Resource,
    query: &[(String, String)],
) -> Result<(), String> {
    let paging = paging_params(&resource.paging);
    let each = resource.each_param.map(|each| each.name);
    let settable = |name: &str| resource.params.contains(&name) || each == Some(name);
    for (position, (name, value)) in query.iter().enumerate() {
        if query[..position].iter().any(|(other, _)| other == name) {
            return Err(format!("the parameter `{name}` is there twice"));
        }
        if paging.contains(&Some(name)) || resource.query.contains(&(name, value)) {
            continue;
        }
        if resource.filter.is_some_and(|filter| [filter.since, filter.until].contains(&&**name)) {
            continue;
        }
        match param(connector, name).filter(|_| settable(name)) {
            None => return Err(format!("no declaration has the parameter `{name}`")),
            Some(param) if !fits(param.values, value) => {
                return Err(format!("`{name}` has a value that its declaration excludes"));
            }
            Some(_) => {}
        }
    }
    let unsent =
        resource.query.iter().find(|(name, value)| !settable(name) && !has(query, name, value));
    if let Some((name, value)) = unsent {
        return Err(format!("the declared `{name}={value}` is not there"));
    }
    let is_sent = |name: &&str| query.iter().any(|(other, _)| other == name);
    let required =
        |name: &&str| param(connector, name).is_some_and(|param| param.unset == Unset::Required);
    match resource.params.iter().copied().chain(each).find(|name| required(name) && !is_sent(name))
    {
        Some(name) => Err(format!("`{name}` is required")),
        None => Ok(()),
    }
}

fn fits(values: Values, value: &str) -> bool {
    match values {
        Values::Text => !value.is_empty(),
        Values::Number => value.parse::<u64>().is_ok(),
        // Nothing is sent for the other one.
        Values::Flag => value == "1",
        Values::OneOf(values) => values.contains(&value),
    }
}

fn paging_params(paging: &Paging) -> [Option<&'static str>; 2] {
    match *paging {
        Paging::Single => [None, None],
        Paging::Window { limit: (limit, _) } => [None, Some(limit)],
        Paging::Offset { offset, limit: (limit, _), .. } => [Some(offset), Some(limit)],
        Paging::Page { page, limit, .. } => [Some(page), limit.map(|(name, _)| name)],
        Paging::Token { param, limit, .. } => [Some(param), limit.map(|(name, _)| name)],
        Paging::LinkHeader { limit } | Paging::NextUrl { limit, .. } => {
            [Some(AFTER), limit.map(|(name, _)| name)]
        }
    }
}

/// Whether the request shows the key; a key in the query is taken out of it.
pub(crate) fn is_authorized(
    auth: Auth,
    key: &str,
    headers: &HeaderMap,
    query: &mut Vec<(String, String)>,
) -> bool {
    let header = |name: &str| headers.get(name).map(HeaderValue::as_bytes);
    match auth {
        Auth::Header { name, prefix } => header(name) == Some(format!("{prefix}{key}").as_bytes()),
        Auth::Basic => {
            let pair = if key.contains(':') { key.to_owned() } else { format!("{key}:") };
            header("authorization") == Some(format!("Basic {}", STANDARD.encode(pair)).as_bytes())
        }
        Auth::Query { name } => {
            let (keys, rest): (Vec<_>, Vec<_>) =
                std::mem::take(query).into_iter().partition(|(other, _)| other == name);
            *query = rest;
            matches!(&keys[..], [(_, value)] if value == key)
        }
    }
}
