//! Where the rows are in a response.
//!
//! The declared places are tried in order, and a response that fits none of
//! them is an error: an envelope that was renamed is not an empty listing.

use std::fmt;

use crate::ask::{Client, Response};
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::Foreign;
use crate::read::Decoder;
use crate::walk::{MAX_TOKEN_BYTES, PageFacts};
use connector_spec::json::{self, Document};
use connector_spec::{Paging, Resource, Source, Total};

/// The most rows of one response: as many as take, at their smallest, about the memory
/// of the largest response. Those of real listings are larger, or cut into pages.
const MAX_ROWS: usize = 250_000;

/// The rows of one response.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    /// Each row as the vendor sent it.
    pub(crate) each: Vec<&'a str>,
    /// Whether one object stood where a list would.
    object: bool,
    /// The text that holds them all.
    pub(crate) text: &'a str,
}

/// Why a response has no rows that can be taken.
#[derive(Debug)]
pub(crate) enum NoRows {
    /// There are none where they should be.
    Elsewhere(String),
    /// They are more than memory is kept for.
    TooMany(usize),
}

impl fmt::Display for NoRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elsewhere(what) => f.write_str(what),
            Self::TooMany(rows) => write!(
                f,
                "the response has {rows} rows, and no more than {MAX_ROWS} are taken at a time"
            ),
        }
    }
}

impl NoRows {
    /// What a person can do about it.
    fn advice(&self) -> &'static str {
        match self {
            Self::Elsewhere(_) => {
                "check the base URL, and whether the live API answers in another shape than its document"
            }
            Self::TooMany(_) => {
                "ask for smaller pages with `limit` in a preset's `paging`, or for a part of the listing with its `query`"
            }
        }
    }
}

/// Finds the rows of a response.
pub(crate) fn select<'a>(body: Document<'a>, resource: &Resource) -> Result<Rows<'a>, NoRows> {
    let (mut nothing, mut strange) = (false, None);
    for place in resource.select {
        let Some(text) = body.at(place) else { continue };
        if json::is_list(text) {
            let mut rows = Vec::new();
            let mut number = 0_usize;
            json::each_element(text, |row| {
                number += 1;
                if number <= MAX_ROWS {
                    rows.push(row);
                }
            })
            .map_err(|malformed| NoRows::Elsewhere(malformed.to_string()))?;
            if number > MAX_ROWS {
                return Err(NoRows::TooMany(number));
            }
            return Ok(Rows { each: rows, object: false, text });
        }
        if json::is_empty(text) {
            nothing = true;
        } else if json::is_object(text) && !is_envelope(place, text, resource) {
            if is_row(text, resource) {
                return Ok(Rows { each: vec![text], object: true, text });
            }
            strange.get_or_insert(*place);
        }
    }
    if (resource.missing_is_empty && is_bare_envelope(body, resource))
        || (nothing && says_that_there_are_none(body, &resource.paging))
    {
        return Ok(Rows { each: Vec::new(), object: false, text: "" });
    }
    let list = if needs_a_list(resource) { ", where a list is needed" } else { "" };
    if let Some(place) = strange.filter(|place| *place != "$" && list.is_empty()) {
        let what = format!("the object at `{place}` has no field that the table has");
        return Err(NoRows::Elsewhere(what));
    }
    let places: Vec<_> = resource
        .select
        .iter()
        .map(
            |place| if *place == "$" { "the body itself".to_owned() } else { format!("`{place}`") },
        )
        .collect();
    let places = places.join(" or ");
    let what = format!("the response has no rows at {places}{list}; it {}", shape(body.text()));
    Err(NoRows::Elsewhere(what))
}

/// Whether the object is the envelope of another place, and no row.
fn is_envelope(place: &str, text: &str, resource: &Resource) -> bool {
    resource.select.iter().any(|other| {
        let below = if place == "$" {
            (*other != "$").then_some(*other)
        } else {
            other.strip_prefix(place).and_then(|rest| rest.strip_prefix('.'))
        };
        below.is_some_and(|below| json::at(text, below).is_some())
    })
}

/// Whether an object in place of a list has a field that rows have: a vendor that has
/// something else to say, as that it is closed for today, says it in an object too.
fn is_row(text: &str, resource: &Resource) -> bool {
    if needs_a_list(resource) {
        return false;
    }
    let mut known = resource.columns.iter().any(|column| column.source == Source::Whole);
    let fields = || resource.columns.iter().filter(|column| column.source == Source::Field);
    json::is_object(text)
        && json::each_member(text, |name, _| {
            known = known
                || fields().any(|column| column.wire == name || column.aliases.contains(&&*name));
        })
        .is_ok()
        && known
}

/// Whether nothing tells a row from whatever else an object may be: any object can be one,
/// or what identifies a row is its place in a list.
fn needs_a_list(resource: &Resource) -> bool {
    !resource.singleton
        && resource
            .columns
            .iter()
            .any(|column| matches!(column.source, Source::Whole | Source::Position))
}

/// Whether the body is an object with nothing in it but what surrounds the rows of this
/// listing, so that they may have been left out because there are none.
fn is_bare_envelope(body: Document<'_>, resource: &Resource) -> bool {
    let (next, done) = match resource.paging {
        Paging::Token { next, done, .. } => (Some(next), done),
        Paging::NextUrl { path, .. } => (Some(path), None),
        _ => (None, None),
    };
    let total = match resource.paging.total() {
        Some(Total::Body(path)) => Some(path),
        _ => None,
    };
    let around = [next, done, total];
    let places = || resource.select.iter().copied().filter(|place| *place != "$");
    let mut bare = json::is_object(body.text());
    let read = json::each_member(body.text(), |name, value| {
        let mut known = places().chain(around.into_iter().flatten());
        // A count of none, or nothing at all, is nothing else to say.
        bare &= matches!(value, "0" | "null" | "\"\"")
            || known.any(|path| path.split('.').next() == Some(&*name));
    });
    // What stands at a place has to be nothing, or the envelope of another one.
    bare && read.is_ok()
        && places().all(|place| {
            body.at(place).is_none_or(|text| {
                json::is_empty(text)
                    || text == "false"
                    || (json::is_object(text) && is_envelope(place, text, resource))
            })
        })
}

/// Whether the response says by its total, or by its done flag, that there is no row.
fn says_that_there_are_none(body: Document<'_>, paging: &Paging) -> bool {
    match (paging.total(), *paging) {
        (Some(Total::Body(path)), _) => body.at(path).and_then(whole) == Some(0),
        (None, Paging::Token { done: Some(path), .. }) => body.at(path) == Some("true"),
        _ => false,
    }
}

/// What a response looks like, without anything that it says.
fn shape(body: &str) -> String {
    if !json::is_object(body) {
        return format!("is a {}", json::type_name(body));
    }
    let mut names = Vec::new();
    let _ = json::each_member(body, |name, value| {
        if names.len() < 8 {
            names.push(format!(
                "`{}` ({})",
                Foreign(json::plain_name(&name)),
                json::type_name(value)
            ));
        }
    });
    if names.is_empty() {
        "is an empty object".to_owned()
    } else {
        format!("has {}", names.join(", "))
    }
}

/// What the walk has to know about a response; a decoder tells its rows from others.
pub(crate) fn facts(
    response: &Response,
    rows: &Rows<'_>,
    paging: &Paging,
    (decoder, partition): (&Decoder, &[String]),
) -> PageFacts {
    let identity = |row: &&str| decoder.identity(row, partition);
    let body = response.document();
    let total = match paging.total() {
        Some(Total::Body(path)) => body.at(path).and_then(whole),
        Some(Total::Header(name)) => response.header(name).and_then(whole),
        None => None,
    };
    let (next, done) = match *paging {
        Paging::Token { next, done, .. } => (
            body.at(next).and_then(token),
            done.and_then(|path| body.at(path)).and_then(|flag| flag.parse().ok()),
        ),
        Paging::NextUrl { path, .. } => (body.at(path).and_then(token), None),
        Paging::LinkHeader { .. } => {
            (response.next_link().filter(|link| link.len() <= MAX_TOKEN_BYTES), None)
        }
        _ => (None, None),
    };
    let place = match *paging {
        Paging::Token { next, .. } => Some(next),
        Paging::NextUrl { path, .. } => Some(path),
        _ => None,
    };
    let ends = matches!(paging, Paging::Offset { .. });
    PageFacts {
        rows: rows.each.len() as u64,
        object: rows.object,
        fingerprint: decoder.fingerprint(&rows.each, rows.text),
        first: rows.each.first().filter(|_| ends).map(identity),
        last: rows.each.last().filter(|_| ends).map(identity),
        keys: None,
        total,
        next,
        unreadable_next: place.is_some_and(|place| unreadable(body.at(place))),
        long_next: match *paging {
            Paging::LinkHeader { .. } => {
                response.next_link().is_some_and(|link| link.len() > MAX_TOKEN_BYTES)
            }
            _ => place.is_some_and(|place| too_long(body.at(place))),
        },
        done,
        names_more: matches!(paging, Paging::Single | Paging::Window { .. })
            && names_more(response, rows),
    }
}

/// Whether a response that should be the whole listing names a next page, in one
/// of the ways in which APIs do.
fn names_more(response: &Response, rows: &Rows<'_>) -> bool {
    const FLAGS: [&str; 4] = ["has_more", "hasMore", "has_next", "hasNext"];
    const NEXT: [&str; 12] = [
        "next",
        "next_page",
        "nextPage",
        "next_url",
        "nextUrl",
        "next_cursor",
        "nextCursor",
        "next_page_token",
        "nextPageToken",
        "links.next",
        "_links.next",
        "paging.next",
    ];
    if response.next_link().is_some() {
        return true;
    }
    let body = response.document();
    // Around the rows, that is: a row may have fields of any name.
    rows.text.len() < body.text().len()
        && (FLAGS.iter().any(|path| body.at(path) == Some("true"))
            || NEXT
                .iter()
                .any(|path| body.at(path).and_then(token).is_some_and(|token| !token.is_empty())))
}

/// A count, also as text.
fn whole(json: &str) -> Option<u64> {
    json::normal_number(json.trim_matches('"')).parse().ok()
}

/// Whether what stands where a token should is longer than any is.
fn too_long(json: Option<&str>) -> bool {
    json.is_some_and(|json| json.len() > MAX_TOKEN_BYTES)
}

/// Whether something stands where a token should, and is none.
fn unreadable(json: Option<&str>) -> bool {
    // Some vendors write `false` where there is none.
    json.is_some_and(|json| !matches!(json, "null" | "false") && token(json).is_none())
}

/// A token, also as a number.
fn token(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        _ if json.len() > MAX_TOKEN_BYTES => None,
        b'"' => json::text(json).map(std::borrow::Cow::into_owned),
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

/// The rows of a response that is no error.
pub(crate) fn rows_of<'a>(
    response: &'a Response,
    resource: &Resource,
    client: &Client,
) -> Result<Rows<'a>> {
    let body = response.document();
    let rows = select(body, resource);
    // One object is no list of rows: it may be the error itself.
    let beside_rows = rows.as_ref().is_ok_and(|rows| !rows.object && !rows.each.is_empty());
    if json::is_object(body.text())
        && let Some(said) = client.vendor_error(body, beside_rows)
    {
        let what = format!("the vendor answered with an error: {said}");
        return Err(Error::new(ErrorKind::Rejected, what)
            .next("check the base URL and the preset; the vendor's words say more"));
    }
    rows.map_err(|none| Error::new(ErrorKind::Contract, none.to_string()).next(none.advice()))
}
