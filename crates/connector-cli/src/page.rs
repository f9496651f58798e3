//! The page: how all connections stand, as one document that loads nothing from elsewhere and
//! holds no row's value. What needs somebody comes first.
//!
//! Whatever a vendor or a person named comes out as text: it is escaped by the macro that makes
//! the markup, and the page's policy lets nothing act but its own script, which is known by its hash.

mod chart;
mod connection;
mod document;
mod resource;
mod words;

use std::cmp::Reverse;

use chrono::{DateTime, TimeDelta, Utc};

use super::ago::ago;
use super::known::ConnectionKnown;
use crate::settings::Place;
use connector_core::error::{Error, Result};
use connector_core::foreign::{Foreign, escaped};
use connector_core::store::{Database, DriftRecord, Recent, ResourceQuarantine, ResourceStatus};
use connector_spec::{Connector, Resource};

pub(super) use document::SERVED_POLICY;

/// The runs that a strip and the charts show.
const RUNS: i64 = 30;

/// The most resources that charts are drawn of: of others there is a line, so that the page of
/// many connections can still be mailed.
const DETAILED: usize = 200;

/// What the page shows.
pub(super) struct Page {
    /// When it was made.
    now: DateTime<Utc>,
    /// How old a resource may be, if somebody said so.
    max_age: Option<TimeDelta>,
    connections: Vec<Seen>,
    /// What could not be read: what happened, and what to do.
    failures: Vec<(String, Option<String>)>,
    /// Whether it is shown by a server, and can be asked for again.
    served: bool,
}

/// How all connections stand together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// All is proved whole.
    Well,
    /// Somebody has to do something.
    Badly,
    /// Neither: something is being read, or was never.
    Open,
}

/// A connection, with its last runs and all that is odd about its rows.
pub(super) struct Seen {
    pub(super) known: ConnectionKnown,
    pub(super) recent: Recent,
    drift: Vec<DriftRecord>,
    quarantine: Vec<ResourceQuarantine>,
    /// Which resources are shown with their charts.
    detailed: Vec<bool>,
}

impl Seen {
    /// Reads it; the numbers of rows only if they are to be counted.
    pub(super) async fn read(
        (connector, place, database): (&'static Connector, &Place, &Database),
        counting: bool,
        max_age: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let mut known =
            ConnectionKnown::read((connector, place, database), counting, max_age, now).await?;
        let names: Vec<&str> =
            place.resources.iter().map(|resource: &&Resource| resource.name).collect();
        let recent = database.recent(&place.schema, &names, RUNS).await?.unwrap_or_default();
        // Most connections have neither, and are not asked about them.
        let has =
            |of: fn(&ResourceStatus) -> i64| known.status.resources.iter().any(|one| of(one) > 0);
        let drift = if has(|one| one.drift) {
            database.drift(&place.schema, &names).await?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let quarantine = if has(|one| one.quarantined) {
            database.quarantine(&place.schema, &names, 0).await?.unwrap_or_default()
        } else {
            Vec::new()
        };
        known.worst_first();
        let detailed = vec![false; known.status.resources.len()];
        Ok(Self { known, recent, drift, quarantine, detailed })
    }
}

impl Page {
    /// The page of these connections, and of what could not be read of others.
    pub(super) fn of(
        mut connections: Vec<Seen>,
        failures: &[&Error],
        max_age: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Self {
        connections.sort_by(|a, b| {
            let key = |seen: &Seen| (Reverse(seen.known.badness()), seen.known.connection.clone());
            key(a).cmp(&key(b))
        });
        let mut left = DETAILED;
        // Those that need somebody have the first right to be shown in full.
        for bad in [true, false] {
            for seen in &mut connections {
                let resources = seen.known.status.resources.iter().zip(&mut seen.detailed);
                let meant = resources.filter(|(one, _)| seen.known.needs_somebody(one) == bad);
                for (_, detailed) in meant.take(left) {
                    *detailed = true;
                    left -= 1;
                }
            }
        }
        let failures = failures.iter().map(|error| {
            let shown = |text: &str| escaped(text).into_owned();
            (shown(&error.to_string()), error.advice().map(shown))
        });
        Self { now, max_age, connections, failures: failures.collect(), served: false }
    }

    /// The same, as a server shows it.
    pub(super) fn served(self) -> Self {
        Self { served: true, ..self }
    }

    /// What can be said of all connections in one sentence.
    pub(super) fn sentence(&self) -> String {
        let all = || self.connections.iter().flat_map(|seen| &seen.known.status.resources);
        let whole = all().filter(|one| one.verdict.as_deref() == Some("complete"));
        let oldest = whole.clone().filter_map(|one| one.complete_at).min();
        let of = words::many(all().count(), "resource", "resources");
        let whole = words::number(whole.count());
        let age = oldest.map_or(String::new(), |oldest| {
            format!("; the oldest is {} old", ago(oldest, self.now))
        });
        let unread = match self.failures.len() {
            0 => String::new(),
            some => {
                format!("; {} could not be read", words::many(some, "connection", "connections"))
            }
        };
        format!("{whole} of {of} proved whole{age}{unread}")
    }

    /// How all of it stands.
    fn stands(&self) -> Stands {
        let bad = |seen: &Seen| {
            let resources = &seen.known.status.resources;
            !seen.known.stale.is_empty()
                || resources.iter().any(|one| seen.known.needs_somebody(one))
        };
        let all = || self.connections.iter().flat_map(|seen| &seen.known.status.resources);
        if !self.failures.is_empty() || self.connections.iter().any(bad) {
            Stands::Badly
        } else if all().any(|one| one.verdict.as_deref() != Some("complete")) {
            Stands::Open
        } else {
            Stands::Well
        }
    }

    /// The page as HTML.
    pub(super) fn html(&self) -> String {
        document::html(self)
    }
}

/// A name as it stands in the address of a place on the page.
fn anchor(connection: &str, resource: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '.' };
    let (connection, resource): (String, String) =
        (connection.chars().map(plain).collect(), resource.chars().map(plain).collect());
    format!("{connection}.{resource}")
}

/// The name of a field, which is a vendor's.
fn named(field: &str) -> String {
    Foreign(field).to_string()
}
