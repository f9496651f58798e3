//! A good answer: one JSON value, and what its headers say.

use std::sync::Arc;

use reqwest::header::{CONTENT_TYPE, HeaderMap, LINK};
use url::Url;

use crate::budget::Reservation;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::Foreign;
use connector_spec::json::{self, Document, Outline};

/// A response that is what a response should be: status 200, and one JSON value.
#[derive(Debug)]
pub struct Response {
    body: String,
    /// Where the JSON value is in it.
    json: std::ops::Range<usize>,
    outline: Outline,
    headers: HeaderMap,
    /// Where it came from.
    pub(super) url: Url,
    /// The memory that it takes.
    room: Arc<Reservation>,
}

impl Response {
    /// Fails if the body is not JSON.
    pub(super) fn new(
        body: Vec<u8>,
        headers: HeaderMap,
        url: Url,
        room: Arc<Reservation>,
    ) -> Result<Self> {
        let read = Outline::read(&body).map_err(|malformed| not_json(&malformed, &headers));
        let (value, outline) = read?;
        let start = value.as_ptr().addr() - body.as_ptr().addr();
        let json = start..start + value.len();
        let body = String::from_utf8(body).map_err(|_| {
            let malformed = json::Malformed { line: 1, column: 1, kind: json::Kind::NotUtf8 };
            not_json(&malformed, &headers)
        })?;
        Ok(Self { body, json, outline, headers, url, room })
    }

    /// The JSON value.
    pub fn json(&self) -> &str {
        &self.body[self.json.clone()]
    }

    /// The JSON value, with what was seen of it when it was read.
    pub(crate) fn document(&self) -> Document<'_> {
        self.outline.of(self.json())
    }

    /// The memory that it takes, to be held for longer.
    pub fn reservation(&self) -> Arc<Reservation> {
        Arc::clone(&self.room)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the headers say of a rate limit, in numbers and short words.
    pub fn rate_limit(&self) -> Vec<String> {
        let names = ["ratelimit", "x-ratelimit", "x-rate-limit"];
        let told = self.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str();
            names.iter().find(|start| name.starts_with(**start))?;
            let value = value.to_str().ok().filter(|value| value.len() <= 40)?;
            Some(Foreign(&format!("{name}: {value}")).to_string())
        });
        told.collect()
    }

    /// The address that the `Link` header calls `next`.
    pub fn next_link(&self) -> Option<String> {
        let values = self.headers.get_all(LINK).into_iter();
        // Some vendors leave letters in it that ASCII does not have.
        let values = values.map(|value| String::from_utf8_lossy(value.as_bytes()));
        let values: Vec<_> = values.collect();
        // An address may hold a comma, and never an angle bracket.
        values.iter().flat_map(|value| value.split('<').skip(1)).find_map(|link| {
            let (address, parameters) = link.split_once('>')?;
            let next = parameters.split([';', ',']).any(|parameter| {
                let (name, relations) = parameter.split_once('=').unwrap_or_default();
                let mut relations = relations.trim().trim_matches('"').split_ascii_whitespace();
                name.trim().eq_ignore_ascii_case("rel")
                    && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
            });
            next.then(|| address.trim().to_owned())
        })
    }
}

fn not_json(malformed: &json::Malformed, headers: &HeaderMap) -> Error {
    const KNOWN: [&str; 6] = [
        "application/json",
        "text/html",
        "text/plain",
        "text/xml",
        "application/xml",
        "application/octet-stream",
    ];
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // Anything can stand there, so only what is known is shown.
    let kind = KNOWN.into_iter().find(|known| kind.starts_with(known)).unwrap_or("another one");
    Error::new(ErrorKind::Contract, format!("{malformed} (its content type: {kind})"))
        .next("check that the base URL is the API's and not a web page's")
}
