//! An answer that is none: what it means, in the vendor's words, and what to do.

use std::sync::atomic::Ordering;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION};

use super::{Client, reach};
use crate::error::{Error, ErrorKind};
use crate::json;

/// What to do about what passes by itself.
pub(super) const LATER: &str = "run again later; what is already there stays";

/// One try that brought nothing to read.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) passes: bool,
    pub(super) limited: bool,
    pub(super) headers: Option<HeaderMap>,
    pub(super) redirect: Option<String>,
}

impl Failure {
    pub(super) fn passing(error: Error) -> Self {
        Self { passes: true, ..Self::lasting(error) }
    }

    pub(super) fn lasting(error: Error) -> Self {
        Self { error, passes: false, limited: false, headers: None, redirect: None }
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
        let said = json::document(body).ok().and_then(|body| self.vendor_error(body));
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        let what = format!("the vendor answered {status}{said}");
        let limited = status == StatusCode::TOO_MANY_REQUESTS;
        // A key that was good for another resource may not be allowed this one.
        let partly = status == StatusCode::FORBIDDEN && self.accepted.load(Ordering::Relaxed);
        let error = match status {
            StatusCode::FORBIDDEN if partly => Error::new(ErrorKind::Rejected, what).next(
                "the key was good for other resources: allow it this one, or leave this one out",
            ),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let after_limit = self.limited.load(Ordering::Relaxed);
                let next = if after_limit {
                    "a 429 came before: this vendor may have revoked the key, so make a new one and sync more slowly"
                } else {
                    "check the key, and what it is allowed to read"
                };
                self.refused.store(true, Ordering::Relaxed);
                Error::new(ErrorKind::Auth, what).next(next)
            }
            StatusCode::NOT_FOUND => {
                let path = self.base.path().trim_matches('/');
                let error = Error::new(ErrorKind::NotFound, what);
                if path.is_empty() {
                    error.next(
                        "check the base URL; the live API may have other paths than its document",
                    )
                } else {
                    error.next(format!("check the base URL: its path `/{path}` comes before each path that `resources` shows"))
                }
            }
            _ if limited => Error::new(ErrorKind::Busy, what).next(LATER),
            _ if status.is_server_error() => Error::new(ErrorKind::Unavailable, what).next(LATER),
            _ => Error::new(ErrorKind::Rejected, what)
                .next("check the parameters and the preset; the vendor's words say more"),
        };
        if limited {
            self.limited.store(true, Ordering::Relaxed);
        }
        Failure {
            error,
            passes: self.retry.statuses.contains(&status.as_u16()),
            limited,
            headers: Some(headers),
            redirect: None,
        }
    }

    /// The vendor's own words about an error, if the body is one.
    pub(crate) fn vendor_error(&self, body: &str) -> Option<String> {
        let shape = self.errors.iter().find(|shape| {
            // An empty list of errors, or a null, is none.
            json::at(body, shape.marker)
                .is_some_and(|marker| marker != "false" && !json::is_empty(marker))
        })?;
        let code = shape.code.and_then(|path| json::at(body, path)).map(words);
        let message = json::at(body, shape.message).map_or("no message".to_owned(), words);
        Some(self.quoted(&format!("{} {message}", code.unwrap_or_default())))
    }

    /// What a vendor said, as it may be shown.
    fn quoted(&self, said: &str) -> String {
        // Far more than is shown, as the key may be as long, and is taken out first.
        const MUCH: usize = 16 << 10;
        const SHOWN: usize = 200;
        let said: String = said.chars().filter(|c| !c.is_control()).take(MUCH).collect();
        let said: String = self.credential.redact(said.trim()).chars().take(SHOWN).collect();
        format!("\"{said}\"")
    }

    pub(super) fn unreachable(&self, error: reqwest::Error) -> Error {
        let host = self.base.host_str().unwrap_or_default().to_owned();
        let reason = reason(&error);
        let (kind, what, next) = if error.is_connect() {
            let next = reach::advice(&reason, self.proxy().is_some());
            (ErrorKind::Unreachable, "cannot be reached", next)
        } else if error.is_timeout() {
            let next = "run again later, or check the address and the network";
            (ErrorKind::Unavailable, "did not answer in time", next)
        } else {
            (ErrorKind::Unavailable, "broke the connection", "run again later")
        };
        let way = self.proxy().map(|proxy| format!(" through the proxy `{proxy}`"));
        let what = format!("`{host}` {what}{}: {reason}", way.unwrap_or_default());
        Error::new(kind, what).next(next).because(error.without_url())
    }
}

/// A value of an error's body as a text, without the escapes that could hide a key in it.
fn words(json: &str) -> String {
    let value = || serde_json::from_str::<serde_json::Value>(json).ok();
    match json::text(json) {
        Some(text) => text.into_owned(),
        None => value().map(|value| value.to_string()).unwrap_or_default(),
    }
}

/// The innermost cause, which names no address and no query.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    if std::ptr::addr_eq(cause, error) { "no reason given".to_owned() } else { cause.to_string() }
}

/// A response that stopped in its middle.
pub(super) fn cut_off(error: &reqwest::Error) -> Error {
    let what =
        if error.is_timeout() { "the response stopped coming" } else { "the response broke off" };
    Error::new(ErrorKind::Unavailable, format!("{what}: {}", reason(error)))
}
