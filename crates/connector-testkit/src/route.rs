//! Requests: which resource one is for, and whether the declaration explains it.
//!
//! The vendor is strict on purpose. A parameter that no declaration names, that
//! is there twice, or that lacks its declared value is an error, because a real
//! vendor that ignores it would send the wrong rows without a word.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connector_core::{Auth, Connector, Paging, Resource};
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
    /// The parent that it is for, if the resource is a child.
    pub parent: Option<String>,
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

/// The resource whose path this is, and the parent's key in it.
///
/// `/apps/new` goes to the resource of that path before that of `/apps/{id}`;
/// of two with the same path the one whose own query is there, or the first.
pub(crate) fn find(
    connector: &'static Connector,
    path: &str,
    query: &[(String, String)],
) -> Option<(&'static Resource, Option<String>)> {
    let fitting = connector
        .resources
        .iter()
        .filter_map(|resource| Some((resource, fill(resource.path, path)?)));
    let (resource, filled) = fitting.min_by_key(|(resource, filled)| {
        let sent = |(name, value): &(&str, &str)| {
            query.iter().any(|other| other.0 == *name && other.1 == *value)
        };
        (filled.len(), !resource.query.iter().all(sent))
    })?;
    let parent = resource.parent.and_then(|parent| {
        filled.into_iter().find(|(name, _)| *name == parent.placeholder).map(|(_, value)| value)
    });
    Some((resource, parent))
}

/// What the path has in the places of the template's placeholders.
fn fill<'a>(template: &'a str, path: &str) -> Option<Vec<(&'a str, String)>> {
    let mut filled = Vec::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        let Some((before, (name, after))) = expected
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
        else {
            if segment != expected {
                return None;
            }
            continue;
        };
        let value =
            segment.strip_prefix(before)?.strip_suffix(after).filter(|value| !value.is_empty())?;
        filled.push((name, percent_decode_str(value).decode_utf8().ok()?.into_owned()));
    }
    segments.next().is_none().then_some(filled)
}

/// Says what of the query the declaration does not explain.
pub(crate) fn check_query(
    connector: &Connector,
    resource: &Resource,
    query: &[(String, String)],
) -> Result<(), String> {
    let paging = paging_params(&resource.paging);
    let known = |name: &str| {
        paging.contains(&Some(name))
            || resource.query.iter().any(|(other, _)| *other == name)
            || connector.params.iter().any(|param| param.name == name)
    };
    for (position, (name, _)) in query.iter().enumerate() {
        if !known(name) {
            return Err(format!("no declaration has the parameter `{name}`"));
        }
        if query[..position].iter().any(|(other, _)| other == name) {
            return Err(format!("the parameter `{name}` is there twice"));
        }
    }
    let missing = resource
        .query
        .iter()
        .find(|(name, value)| !query.iter().any(|other| other.0 == *name && other.1 == *value));
    missing
        .map_or(Ok(()), |(name, value)| Err(format!("the declared `{name}={value}` is not there")))
}

fn paging_params(paging: &Paging) -> [Option<&'static str>; 2] {
    match *paging {
        Paging::Single => [None, None],
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
