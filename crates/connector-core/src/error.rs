//! What went wrong, where, and what to do about it.
//!
//! No text here holds a secret, a response or a row's value: what a library
//! reports is reduced to the parts that cannot contain one, and what somebody
//! else wrote comes as [`Foreign`](crate::foreign::Foreign) text. An error is one line, whatever it is made of.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::foreign::{Cause, escaped};

/// What the caller should do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// Fix the settings; nothing was tried.
    Settings,
    /// Fix the key; every request to this vendor will fail.
    Auth,
    /// Check the address and the network: the vendor cannot be reached at all.
    Unreachable,
    /// Run again later: the vendor wants a rest, from all requests alike.
    Busy,
    /// Run again later: another run of the connection is writing.
    Locked,
    /// Run again later: the vendor kept failing after every repetition.
    Unavailable,
    /// Ask for something else: the vendor refuses this request.
    Rejected,
    /// Allow the key this, or leave it out: the vendor refuses it this one request.
    Forbidden,
    /// The vendor does not have what was asked for.
    NotFound,
    /// Fix the declaration or choose another preset: the response is not what it says.
    Contract,
    /// Fix the database; nothing was lost.
    Storage,
    /// Run again: the run was asked to stop.
    Stopped,
    /// Look at the place where stdout goes: what was done stays, but could not be told.
    Output,
}

impl ErrorKind {
    /// The word for it where programs read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Auth => "auth",
            Self::Unreachable => "unreachable",
            Self::Busy => "busy",
            Self::Locked => "locked",
            Self::Unavailable => "unavailable",
            Self::Rejected => "rejected",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Contract => "contract",
            Self::Storage => "storage",
            Self::Stopped => "stopped",
            Self::Output => "output",
        }
    }
}

/// A failure, in words for the person who has to act on it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Error {
    kind: ErrorKind,
    what: String,
    place: Vec<(&'static str, String)>,
    next: Option<String>,
    rest: Option<Duration>,
    source: Option<Cause>,
    tried: bool,
    remedy: Remedy,
    not_tried: Option<NotTried>,
}

/// What is kept of a failure for another process: its words, and what follows from it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    kind: ErrorKind,
    what: String,
    next: Option<String>,
    #[serde(default)]
    rest: Option<Duration>,
    remedy: Remedy,
    not_tried: Option<NotTried>,
}

impl From<Error> for Kept {
    fn from(error: Error) -> Self {
        let what = error.to_string();
        let Error { kind, next, rest, remedy, not_tried, .. } = error;
        Self { kind, what, next, rest, remedy, not_tried }
    }
}

impl From<Kept> for Error {
    fn from(kept: Kept) -> Self {
        let Kept { kind, what, next, rest, remedy, not_tried } = kept;
        // Others may write where it was kept.
        let next = next.map(|next| escaped(&next).into_owned());
        Self { next, rest, remedy, not_tried, ..Self::new(kind, what) }
    }
}

/// Why something was not tried: another request met the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTried {
    /// The key was refused.
    KeyRefused,
    /// The vendor wants a rest.
    Rest,
}

impl NotTried {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::KeyRefused => "the key was refused",
            Self::Rest => "the vendor wants a rest",
        }
    }
}

/// What may help against a failure of the database, besides a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Remedy {
    /// Nothing.
    None,
    /// To wait: the server cannot be reached, or is restarting.
    Wait,
    /// To do the same again: two transactions were in each other's way.
    Again,
    /// To leave a row out: the server refuses what is written, and not the statement.
    LeaveOut,
    /// To leave a table out: it is not as it should be, and all others are.
    LeaveTable,
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of that kind.
    pub fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: escaped(&what.into()).into_owned(),
            place: Vec::new(),
            next: None,
            rest: None,
            source: None,
            tried: kind != ErrorKind::Settings,
            remedy: Remedy::None,
            not_tried: None,
        }
    }

    /// Something that was not tried, as another request met the cause.
    pub fn not_tried(why: NotTried) -> Self {
        let what = format!("not tried: {}", why.reason());
        Self { not_tried: Some(why), ..Self::new(ErrorKind::Stopped, what) }
    }

    /// Why it was not tried, if it is about that.
    pub(crate) fn why_not_tried(&self) -> Option<NotTried> {
        self.not_tried
    }

    /// A failure of the settings.
    pub fn settings(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Settings, what)
    }

    /// Adds where it happened; the outermost place comes last.
    #[must_use]
    pub fn at(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        // What was not tried did not happen anywhere.
        if self.not_tried.is_none() {
            self.place.push((name, escaped(&value.to_string()).into_owned()));
        }
        self
    }

    /// The same without the places of that name, and these: so that what several places have in
    /// common can be told once.
    #[must_use]
    pub fn apart_from(mut self, name: &str) -> (Self, Vec<String>) {
        let (here, others) = self.place.into_iter().partition(|(other, _)| *other == name);
        self.place = others;
        let here: Vec<(&str, String)> = here;
        (self, here.into_iter().map(|(_, value)| value).collect())
    }

    /// The same without all places: what was not begun is nowhere yet.
    #[must_use]
    pub(crate) fn nowhere(mut self) -> Self {
        self.place.clear();
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(escaped(&next.into()).into_owned());
        self
    }

    /// Adds for how long the vendor wants to be left alone.
    #[must_use]
    pub fn rests(mut self, rest: Duration) -> Self {
        self.rest = Some(rest);
        self
    }

    /// Keeps the words of the cause for programs, as foreign text may be shown; it is not
    /// among those of this error.
    #[must_use]
    pub fn because(mut self, source: impl fmt::Display) -> Self {
        self.source = Some(Cause::of(&source));
        self
    }

    /// Says that nothing was tried yet when it failed.
    #[must_use]
    pub fn before_start(mut self) -> Self {
        self.tried = false;
        self
    }

    /// The exit status of a command that ends with this failure: 2 if nothing was tried, else 1.
    pub fn exit_status(&self) -> u8 {
        if self.tried { 1 } else { 2 }
    }

    /// What the caller should do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do next, in words.
    pub fn advice(&self) -> Option<&str> {
        self.next.as_deref()
    }

    /// For how long the vendor wants to be left alone, in milliseconds, if it said so.
    pub fn rest_ms(&self) -> Option<u64> {
        self.rest.map(|rest| u64::try_from(rest.as_millis()).unwrap_or(u64::MAX))
    }

    /// The same failure, with what may help against it.
    #[must_use]
    pub(crate) fn helped_by(mut self, remedy: Remedy) -> Self {
        self.remedy = remedy;
        self
    }

    /// What may help against it.
    pub(crate) fn remedy(&self) -> Remedy {
        self.remedy
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (position, (name, value)) in self.place.iter().rev().enumerate() {
            write!(f, "{}{name} `{value}`", if position == 0 { " (" } else { ", " })?;
        }
        if self.place.is_empty() { Ok(()) } else { f.write_str(")") }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
