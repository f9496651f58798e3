//! An answer that is none: what it means, in the vendor's words, and what to do.

use std::borrow::Cow;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use super::cause::{Cause, PROXY_USER};
use super::{Client, reach};
use crate::ask::retry;
use crate::error::{Error, ErrorKind};
use crate::foreign::Foreign;
use connector_spec::json::{self, Document, Outline};

/// What to do about what passes by itself.
pub(super) const LATER: &str = "run again later; what is already there stays";

/// What to do about a vendor that is asked too often.
const SLOWER: &str = "run again later, and with a lower `requests_per_second` in connectors.toml if it happens again; what is already there stays";

/// One try that brought nothing to read.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) passes: bool,
    pub(super) limited: bool,
    /// Whether the vendor asks for a rest, which all requests then take.
    pub(super) rests: bool,
    /// The answer, if there was one.
    pub(super) answer: Option<(StatusCode, HeaderMap)>,
    pub(super) redirect: Option<String>,
}

impl Failure {
    pub(super) fn passing(error: Error) -> Self {
        Self { passes: true, ..Self::lasting(error) }
    }

    pub(super) fn lasting(error: Error) -> Self {
        Self { error, passes: false, limited: false, rests: false, answer: None, redirect: None }
    }
}

impl Client {
    /// What a status other than 200 means.
    pub(super) fn refused(&self, status: StatusCode, headers: HeaderMap, body: &[u8]) -> Failure {
        if status.is_redirection() {
            let location =
                headers.get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let error = Error::new(
                ErrorKind::Contract,
                format!("the vendor answered {status} without an address"),
            )
            .next("check the base URL; something between here and the vendor may answer for it");
            return Failure { redirect: location, ..Failure::lasting(error) };
        }
        if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
            && let Some(proxy) = reach::proxy(&self.base)
        {
            let what = format!(
                "the proxy `{}` ({}) wants a user and a password",
                proxy.address, proxy.variable
            );
            return Failure::lasting(Error::new(ErrorKind::Unreachable, what).next(PROXY_USER));
        }
        let said = self.words(&headers, body);
        let said = said.map(|said| format!(": \"{}\"", Foreign(&said))).unwrap_or_default();
        let what = format!("the vendor answered {status}{said}");
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        let now = SystemTime::now();
        let passes = retry::passes(&self.retry, status, &headers, now);
        let asks_again = passes && retry::asks_again(&headers, now);
        let error = match status {
            _ if limited => Error::new(ErrorKind::Busy, what).next(SLOWER),
            // Also a refusal, if it is one for a time.
            _ if asks_again => Error::new(ErrorKind::Unavailable, what).next(LATER),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.key_refused(status, what),
            StatusCode::NOT_FOUND => {
                let path = self.base.path().trim_matches('/');
                let error = Error::new(ErrorKind::NotFound, what);
                if path.is_empty() {
                    error.next(self.with_base_source(
                        "check the base URL and the preset if all resources answer so: the live API may have other paths than its document; if this one does alone, it may want a parameter in its path, or the account has none: leave it out by `only_resources` in connectors.toml",
                    ))
                } else {
                    error.next(self.with_base_source(&format!("check the base URL if all resources answer so: its path `/{path}` comes before each path that the command `resources` shows; if this one does alone, it may want a parameter in its path, or the account has none: leave it out by `only_resources` in connectors.toml")))
                }
            }
            _ if passes => Error::new(ErrorKind::Unavailable, what).next(LATER),
            _ if status.is_server_error() => Error::new(ErrorKind::Unavailable, what).next(
                "check the base URL and the preset: a server that answers so does not offer this, and it was not tried again",
            ),
            _ => Error::new(ErrorKind::Rejected, what)
                .next("check the parameters and the preset; the vendor's words say more"),
        };
        if limited {
            self.limited.store(true, Ordering::Relaxed);
        }
        let rests = limited || asks_again;
        Failure {
            passes,
            limited,
            rests,
            answer: Some((status, headers)),
            ..Failure::lasting(error)
        }
    }

    /// What it means that the key is not enough: for this request, or for any.
    fn key_refused(&self, status: StatusCode, what: String) -> Error {
        /// A key is not shown more often that was good before, and is refused each time since.
        const TOO_MANY: u32 = 10;
        if self.limited.load(Ordering::Relaxed) {
            self.refused.store(true, Ordering::Relaxed);
            return Error::new(ErrorKind::Auth, what).next(
                "a 429 came before: this vendor may have revoked the key, so make a new one and sync more slowly",
            );
        }
        let accepted = self.accepted.load(Ordering::Relaxed);
        // 403 says that the key is known, and not allowed this; many vendors say 401 for it.
        let partly = status == StatusCode::FORBIDDEN
            || accepted && self.denied.fetch_add(1, Ordering::Relaxed) < TOO_MANY;
        match (partly, accepted) {
            (true, true) => Error::new(ErrorKind::Forbidden, what).next(
                "the key was good for other resources: allow it this one, or leave this one out by `only_resources` in connectors.toml",
            ),
            (true, false) => Error::new(ErrorKind::Forbidden, what).next(self.about_the_key()),
            (false, _) => {
                self.refused.store(true, Ordering::Relaxed);
                Error::new(ErrorKind::Auth, what).next(self.about_the_key())
            }
        }
    }

    /// What to look at when the key is refused.
    fn about_the_key(&self) -> String {
        let place = self.credential.place();
        let others: Vec<String> =
            self.other_ways.iter().map(|preset| format!("--preset {preset}")).collect();
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(" ({} sends it in another way)", others.join(" or "))
        };
        let key = match self.credential.source() {
            Some(source) => format!("the key, which is {source},"),
            None => "the key,".to_owned(),
        };
        format!("check {key} and what it is allowed to read; it was sent {place}{others}")
    }

    /// What it means that there was no answer from an address.
    pub(super) fn unreachable(&self, url: &Url, error: &reqwest::Error) -> Failure {
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let cause = Cause::of(error);
        let proxy = reach::proxy(url);
        let (kind, what) = if error.is_connect() {
            (ErrorKind::Unreachable, "cannot be reached")
        } else if error.is_timeout() {
            (ErrorKind::Unavailable, "did not answer in time")
        } else {
            (ErrorKind::Unavailable, "broke the connection")
        };
        let next = match (kind, &proxy, cause.next) {
            (_, Some(_), Some(next)) => next.to_owned(),
            (_, None, Some(next)) => self.with_base_source(next),
            (ErrorKind::Unreachable, Some(proxy), None) => reach::advice_of(proxy),
            (ErrorKind::Unreachable, None, None) => self.with_base_source(reach::ADVICE),
            _ if error.is_timeout() => {
                "run again later, or check the address and the network".to_owned()
            }
            _ => "run again later".to_owned(),
        };
        let way = proxy
            .map(|proxy| format!(" through the proxy `{}` ({})", proxy.address, proxy.variable));
        let what = format!("`{host}` {what}{}: {}", way.unwrap_or_default(), cause.what);
        let error = Error::new(kind, what).next(next);
        if cause.lasts { Failure::lasting(error) } else { Failure::passing(error) }
    }

    /// What to check about the base URL, and where that is set.
    pub(super) fn with_base_source(&self, next: &str) -> String {
        match &self.base_source {
            Some(source) => format!("{next}; the base URL is {source}"),
            None => next.to_owned(),
        }
    }

    /// The vendor's own words about an error, if the body is declared to be one. A word or a
    /// number in the place of an error is none beside rows: some vendors say `OK` there.
    pub(crate) fn vendor_error(&self, body: Document<'_>, beside_rows: bool) -> Option<String> {
        let is_word =
            |marker: &str| marker.starts_with(|c: char| matches!(c, '"' | '-' | '0'..='9'));
        let (code, message) = self.declared(body, |marker| !(beside_rows && is_word(marker)))?;
        let message = message.unwrap_or_else(|| "no message".to_owned());
        let said = format!("{} {message}", code.unwrap_or_default());
        Some(format!("\"{}\"", Foreign(&said)))
    }

    /// The code and the message of a body that is declared to be an error.
    fn declared(
        &self,
        body: Document<'_>,
        counts: impl Fn(&str) -> bool,
    ) -> Option<(Option<String>, Option<String>)> {
        let shape = self.errors.iter().find(|shape| {
            // An empty list of errors, or a null, is none.
            body.at(shape.marker).is_some_and(|marker| {
                marker != "false" && !json::is_empty(marker) && counts(marker)
            })
        })?;
        let code = shape.code.and_then(|path| body.at(path)).and_then(words);
        Some((code, body.at(shape.message).and_then(words)))
    }

    /// What an answer with the status of an error says: where its body is declared to say
    /// it, or else where APIs mostly do.
    fn words(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let Ok((text, outline)) = Outline::read(body) else { return plain(headers, body) };
        let body = outline.of(text);
        let (code, message) = self.declared(body, |_| true).unwrap_or_default();
        let message = message.or_else(|| first(body, &MESSAGES));
        let code = code.or_else(|| first(body, &CODES));
        let said = [code, message].into_iter().flatten();
        said.reduce(
            |code, message| if code == message { code } else { format!("{code} {message}") },
        )
    }
}

/// Where APIs say what is wrong.
const MESSAGES: [&str; 9] = [
    "message",
    "error.message",
    "error_description",
    "detail",
    "errors.0.message",
    "errors.0.detail",
    "errors.0",
    "title",
    "$",
];

/// Where APIs say it in a word.
const CODES: [&str; 4] = ["error.code", "code", "errors.0.code", "error"];

/// The first text at one of these places.
fn first(body: Document<'_>, places: &[&str]) -> Option<String> {
    let mut texts =
        places.iter().filter_map(|place| json::text(body.at(place)?).map(Cow::into_owned));
    texts.find(|text| is_for_a_line(text))
}

/// A body that is no JSON, if it is a plain text.
fn plain(headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let is_other = headers.get(CONTENT_TYPE).is_some_and(|kind| {
        kind.to_str().map_or(true, |kind| !kind.to_ascii_lowercase().starts_with("text/plain"))
    });
    let text = std::str::from_utf8(body).ok().filter(|_| !is_other)?;
    // What begins as JSON and is none was cut off, and may be anything.
    (is_for_a_line(text) && !text.trim_start().starts_with(['{', '[', '"']))
        .then(|| text.to_owned())
}

/// Whether there is a text, and no page for a browser.
fn is_for_a_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains("</") && !text.trim_start().starts_with('<')
}

/// A value of an error's body as a text, without the escapes that could hide a key in it.
fn words(json: &str) -> Option<String> {
    let text = match json::text(json) {
        Some(text) => text.into_owned(),
        None => serde_json::from_str::<serde_json::Value>(json).ok()?.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}

/// A response that stopped in its middle.
pub(super) fn cut_off(error: &reqwest::Error) -> Error {
    let what =
        if error.is_timeout() { "the response stopped coming" } else { "the response broke off" };
    Error::new(ErrorKind::Unavailable, format!("{what}: {}", Cause::of(error).what))
}

/// A response that does not come out of its compression.
pub(super) fn damaged(error: &std::io::Error) -> Error {
    let what = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the compressed response ends too early",
        _ => "the compressed response is damaged",
    };
    Error::new(ErrorKind::Unavailable, what)
}

/// A response that came in a way that was not asked for.
pub(super) fn packed() -> Error {
    let what = "the response is compressed in a way that was not asked for";
    Error::new(ErrorKind::Contract, what)
        .next("ask the vendor for answers in gzip or as they are; a proxy on the way may do that")
}
