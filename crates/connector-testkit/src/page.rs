//! Pages: from a declaration and a request to the honest answer.
//!
//! Every paging rule comes down to the row that a page starts with, so that one
//! function slices the listing and one writes where the next page is.

use std::ops::Range;

use connector_core::{Connector, Paging, Resource, Total};
use serde_json::Value;
use url::form_urlencoded;

use crate::answer::Answer;
use crate::envelope::{self, Envelope};
use crate::fixture;
use crate::listing::Listing;
use crate::route::{AFTER, Request};
use crate::store::Store;

/// The size of a page where neither the request nor the declaration has one.
const DEFAULT_SIZE: u64 = 50;

/// The page that the request asks for, or what is wrong with its parameters.
pub(crate) fn answer(
    resource: &Resource,
    listing: &Listing,
    request: &Request,
    store: &mut Store,
    cap: Option<u64>,
    base_url: &str,
) -> Result<Answer, String> {
    let picked = picked(resource, listing, request, store)?;
    let total = picked.as_ref().map_or_else(|| store.rows(listing), |items| items.len() as u64);
    let envelope = store.envelope(listing);
    let start = start(resource, listing, request, store, cap)?.min(total);
    let rows = match resource.paging {
        _ if envelope.single => 0..total.min(1),
        Paging::Single => 0..total,
        // The newest come first.
        Paging::Window { .. } => 0..size(resource, request, cap)?.min(total),
        _ => start..start.saturating_add(size(resource, request, cap)?).min(total),
    };
    let more = rows.end < total && !envelope.single;
    let next = more.then(|| {
        let [before, at] = store.marks(listing, rows.end);
        // It is full of what has to be escaped in a query.
        format!("{:x}/{before:x}+{at:x}=", rows.end)
    });
    let mut answer = Answer::new(200, "application/json", Vec::new());
    let envelope = signal(resource, envelope, total, next, &mut answer, |token| {
        address(request, base_url, token)
    });
    answer.body = body(envelope, !rows.is_empty(), |out| match &picked {
        Some(items) => out.extend_from_slice(items[range(&rows)].join(",").as_bytes()),
        None => store.write(listing, rows, out),
    });
    Ok(answer)
}

/// The number of the first row of the page.
fn start(
    resource: &Resource,
    listing: &Listing,
    request: &Request,
    store: &Store,
    cap: Option<u64>,
) -> Result<u64, String> {
    match resource.paging {
        Paging::Single | Paging::Window { .. } => Ok(0),
        Paging::Offset { offset, .. } => Ok(number(request, offset)?.unwrap_or(0)),
        Paging::Page { page, first, .. } => {
            let asked = number(request, page)?.unwrap_or(first);
            let before =
                asked.checked_sub(first).ok_or_else(|| format!("`{page}` starts at {first}"))?;
            Ok(before.saturating_mul(size(resource, request, cap)?))
        }
        Paging::Token { param, .. } => token(listing, request, store, param),
        Paging::LinkHeader { .. } | Paging::NextUrl { .. } => token(listing, request, store, AFTER),
    }
}

/// How many rows the page may have: what is asked for, as far as the vendor grants it.
fn size(resource: &Resource, request: &Request, cap: Option<u64>) -> Result<u64, String> {
    let limit = match resource.paging {
        Paging::Single => None,
        Paging::Window { limit } | Paging::Offset { limit, .. } => Some(limit),
        Paging::Page { limit, .. }
        | Paging::Token { limit, .. }
        | Paging::LinkHeader { limit }
        | Paging::NextUrl { limit, .. } => limit,
    };
    let asked = match limit {
        Some((name, size)) => match number(request, name)? {
            Some(0) => return Err(format!("`{name}` is at least 1")),
            asked => asked.unwrap_or(size),
        },
        None => DEFAULT_SIZE,
    };
    Ok(cap.map_or(asked, |cap| asked.min(cap)))
}

fn number(request: &Request, name: &str) -> Result<Option<u64>, String> {
    let value = request.param(name).map(str::parse);
    value.transpose().map_err(|_| format!("`{name}` is not a number"))
}

fn token(listing: &Listing, request: &Request, store: &Store, name: &str) -> Result<u64, String> {
    let Some(token) = request.param(name) else { return Ok(0) };
    let parts = || {
        let (row, marks) = token.strip_suffix('=')?.split_once('/')?;
        let (before, at) = marks.split_once('+')?;
        let hex = |digits| u64::from_str_radix(digits, 16).ok();
        Some((hex(row)?, [hex(before)?, hex(at)?]))
    };
    let (row, marks) = parts().ok_or_else(|| format!("`{name}` is no token of this vendor"))?;
    Ok(store.resume(listing, row, marks))
}

/// Puts the total and the way to the next page where the declaration has them.
fn signal(
    resource: &Resource,
    mut envelope: Envelope,
    total: u64,
    next: Option<String>,
    answer: &mut Answer,
    address: impl Fn(&str) -> String,
) -> Envelope {
    let body = &mut envelope.body;
    match resource.paging.total() {
        Some(Total::Body(place)) => envelope::set(body, place, Value::from(total)),
        Some(Total::Header(name)) => answer.headers.push((name.to_owned(), total.to_string())),
        None => {}
    }
    match resource.paging {
        Paging::Single | Paging::Window { .. } | Paging::Offset { .. } | Paging::Page { .. } => {}
        Paging::Token { next: place, done: Some(done), .. } => {
            envelope::set(body, done, Value::from(next.is_none()));
            envelope::set(body, place, Value::from(next));
        }
        Paging::Token { next: place, done: None, .. } => match next {
            Some(token) => envelope::set(body, place, Value::from(token)),
            None => envelope::remove(body, place),
        },
        Paging::LinkHeader { .. } => {
            let link = next.map(|token| format!("<{}>; rel=\"next\"", address(&token)));
            answer.headers.extend(link.map(|link| ("link".to_owned(), link)));
        }
        Paging::NextUrl { path, .. } => {
            envelope::set(body, path, Value::from(next.map(|token| address(&token))));
        }
    }
    envelope
}

/// The address of the next page: this one's, with another token.
fn address(request: &Request, base_url: &str, token: &str) -> String {
    let kept = request.query.iter().filter(|(name, _)| name != AFTER);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .append_pair(AFTER, token)
        .finish();
    format!("{base_url}{}?{query}", request.path)
}

/// The items within the range of the cursor that the request asks for, if it asks for one.
fn picked(
    resource: &Resource,
    listing: &Listing,
    request: &Request,
    store: &mut Store,
) -> Result<Option<Vec<String>>, String> {
    let Some(filter) = resource.filter else { return Ok(None) };
    let bound = |name: &str| {
        let time = request.param(name).map(fixture::time);
        time.map(|time| time.ok_or_else(|| format!("`{name}` is not a time"))).transpose()
    };
    let (since, until) = (bound(filter.since)?, bound(filter.until)?);
    if since.is_none() && until.is_none() {
        return Ok(None);
    }
    let cursor = resource.columns.iter().find(|column| Some(column.name) == resource.cursor);
    let within = |item: &String| {
        let value = cursor.and_then(|column| Some(*fixture::members(item)?.get(column.wire)?));
        let time = value.and_then(|value| fixture::time(value.trim_matches('"')));
        time.is_some_and(|time| {
            since.is_none_or(|since| time >= since) && until.is_none_or(|until| time <= until)
        })
    };
    Ok(Some(store.texts(listing).into_iter().filter(within).collect()))
}

fn range(rows: &Range<u64>) -> Range<usize> {
    let number = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
    number(rows.start)..number(rows.end)
}

fn body(envelope: Envelope, any: bool, write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    // An empty listing is a list even where one object would be.
    let single = envelope.single && any;
    let (before, after) = envelope.around_items();
    let mut body = before.into_bytes();
    if !single {
        body.push(b'[');
    }
    write(&mut body);
    if !single {
        body.push(b']');
    }
    body.extend_from_slice(after.as_bytes());
    body
}

/// An error in the words of the connector's vendor.
pub(crate) fn error(connector: &Connector, status: u16, code: &str, message: &str) -> Answer {
    let mut body = Value::Null;
    if let Some(shape) = connector.errors.first() {
        if let Some(place) = shape.code {
            envelope::set(&mut body, place, Value::from(code));
        }
        envelope::set(&mut body, shape.message, Value::from(message));
        if !envelope::contains(&body, shape.marker) {
            envelope::set(&mut body, shape.marker, Value::from(true));
        }
    } else {
        envelope::set(&mut body, "message", Value::from(message));
    }
    Answer::json(status, &body)
}
