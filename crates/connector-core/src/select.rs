//! Where the rows are in a response. Pure.
//!
//! The declared places are tried in order, and a response that fits none of
//! them is an error: an envelope that was renamed is not an empty listing.

use crate::http::{Client, Response};
use crate::json;
use crate::paging::{PageFacts, Paging, Total};
use crate::resource::Resource;

/// The rows of one response.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    /// Each row as the vendor sent it.
    pub(crate) each: Vec<&'a str>,
    /// Whether one object stood where a list would.
    pub(crate) object: bool,
    /// The text that holds them all.
    text: &'a str,
}

/// Finds the rows of a response.
pub(crate) fn select<'a>(body: &'a str, resource: &Resource) -> Result<Rows<'a>, String> {
    for place in resource.select {
        let Some(text) = json::at(body, place) else { continue };
        if json::is_list(text) {
            let mut rows = Vec::new();
            json::each_element(text, |row| rows.push(row))
                .map_err(|malformed| malformed.to_string())?;
            return Ok(Rows { each: rows, object: false, text });
        }
        if json::is_object(text) && !is_envelope(place, text, resource) {
            return Ok(Rows { each: vec![text], object: true, text });
        }
    }
    if resource.missing_is_empty && json::is_object(body) {
        return Ok(Rows { each: Vec::new(), object: false, text: "" });
    }
    let places: Vec<_> = resource
        .select
        .iter()
        .map(
            |place| if *place == "$" { "the body itself".to_owned() } else { format!("`{place}`") },
        )
        .collect();
    Err(format!("the response has no rows at {}; it {}", places.join(" or "), shape(body)))
}

/// Whether the object at the root is the envelope of another place, and no row.
fn is_envelope(place: &str, text: &str, resource: &Resource) -> bool {
    place == "$"
        && resource.select.iter().any(|other| *other != "$" && json::at(text, other).is_some())
}

/// What a response looks like, without anything that it says.
fn shape(body: &str) -> String {
    if !json::is_object(body) {
        return format!("is a {}", json::type_name(body));
    }
    let mut names = Vec::new();
    let _ = json::each_member(body, |name, value| {
        if names.len() < 8 {
            let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            names.push(format!("`{name}` ({})", json::type_name(value)));
        }
    });
    if names.is_empty() {
        "is an empty object".to_owned()
    } else {
        format!("has {}", names.join(", "))
    }
}

/// What the walk has to know about a response.
pub(crate) fn facts(
    response: &Response,
    body: &str,
    rows: &Rows<'_>,
    paging: &Paging,
) -> PageFacts {
    let total = match paging.total() {
        Some(Total::Body(path)) => json::at(body, path).and_then(whole),
        Some(Total::Header(name)) => response.header(name).and_then(whole),
        None => None,
    };
    let (next, done) = match *paging {
        Paging::Token { next, done, .. } => (
            json::at(body, next).and_then(token),
            done.and_then(|path| json::at(body, path)).and_then(|flag| flag.parse().ok()),
        ),
        Paging::NextUrl { path, .. } => (json::at(body, path).and_then(token), None),
        Paging::LinkHeader { .. } => (response.next_link(), None),
        _ => (None, None),
    };
    let place = match *paging {
        Paging::Token { next, .. } => Some(next),
        Paging::NextUrl { path, .. } => Some(path),
        _ => None,
    };
    PageFacts {
        rows: rows.each.len() as u64,
        object: rows.object,
        fingerprint: xxhash_rust::xxh3::xxh3_64(rows.text.as_bytes()),
        total,
        next,
        unreadable_next: place.is_some_and(|place| unreadable(json::at(body, place))),
        done,
    }
}

/// A count, also as text.
fn whole(json: &str) -> Option<u64> {
    json.trim_matches('"').parse().ok()
}

/// Whether something stands where a token should, and is none.
fn unreadable(json: Option<&str>) -> bool {
    // Some vendors write `false` where there is none.
    json.is_some_and(|json| !matches!(json, "null" | "false") && token(json).is_none())
}

/// A token, also as a number.
fn token(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => json::text(json).map(std::borrow::Cow::into_owned),
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

/// Whether the response is an error with a status of success, in the vendor's words.
pub(crate) fn error_in(body: &str, client: &Client) -> Option<String> {
    if json::is_object(body) { client.vendor_error(body) } else { None }
}
