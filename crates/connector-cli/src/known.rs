//! What is known of a connection: how its newest run came out, what is too old, and what is due.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::Serialize;

use super::ago::ago;
use crate::settings::Place;
use connector_core::error::Result;
use connector_core::store::{ConnectionStatus, Database, HistoryStatus, ResourceStatus, RunStatus};
use connector_core::words::Invocation;
use connector_spec::{Connector, Paging, Resource};

/// What is known of a connection, and what is wrong with it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ConnectionKnown {
    pub(super) connection: String,
    pub(super) schema: String,
    #[serde(flatten)]
    pub(super) status: ConnectionStatus,
    /// Resources that are older than they may be, or not complete.
    pub(super) stale: Vec<String>,
    /// How old they may be, if somebody said so.
    #[serde(skip)]
    pub(super) max_age: Option<TimeDelta>,
    /// Resources of which runs read only what is new, and when all of each is read again.
    pub(super) whole_walks: Vec<WholeWalk>,
    /// Resources that settings leave out, though runs have read them: their tables stay as they are.
    #[serde(skip)]
    pub(super) left_out: Vec<&'static str>,
    #[serde(skip)]
    pub(super) invocation: Invocation,
}

/// A resource of which runs read only what is new.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WholeWalk {
    /// The resource.
    pub(super) resource: &'static str,
    /// When all of it was last read.
    pub(super) last: Option<DateTime<Utc>>,
    /// When it will be again; nothing if that is turned off.
    pub(super) due: Option<DateTime<Utc>>,
    /// Whether it was never complete.
    #[serde(skip)]
    never: bool,
}

impl WholeWalk {
    /// Those of a place; of a window, no walk has all.
    fn of(place: &Place, status: &ConnectionStatus, now: DateTime<Utc>) -> Vec<Self> {
        let reads_part = |resource: &&&'static Resource| {
            let is_window = matches!(resource.paging, Paging::Window { .. });
            (resource.filter.is_some() || resource.append_only.is_some()) && !is_window
        };
        let walk = |resource: &&'static Resource| {
            let known = status.resources.iter().find(|known| known.resource == resource.name)?;
            known.run_id?;
            let last = known.whole_at;
            let every = place.settings.of(resource.name).full_refresh_every;
            let due = every.map(|every| {
                last.and_then(|last| last.checked_add_signed(every)).unwrap_or(now).max(now)
            });
            Some(Self { resource: resource.name, last, due, never: known.complete_at.is_none() })
        };
        place.resources.iter().filter(reads_part).filter_map(walk).collect()
    }

    /// When it was, and when it will be, in words.
    pub(super) fn said(&self, now: DateTime<Utc>) -> String {
        let last = match self.last {
            Some(last) => format!("all of it was last read {} ago", ago(last, now)),
            None if self.never => "all of it was never read".to_owned(),
            None => "it is not known when all of it was last read".to_owned(),
        };
        let due = match self.due {
            Some(due) if due <= now => "the next run does it".to_owned(),
            Some(due) => format!("the next time is in {}", ago(now, due)),
            None => "no run does it by itself, so rows that the vendor deletes stay".to_owned(),
        };
        format!("{last}; {due}")
    }
}

impl ConnectionKnown {
    /// Reads what is known of the connection of a place; the numbers of rows only if they are to
    /// be counted.
    pub(super) async fn read(
        (connector, place, database): (&'static Connector, &Place, &Database),
        counting: bool,
        max_age: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let status = database.status(&place.schema, &place.resources, counting).await?;
        let status = status.ok_or_else(|| place.never_synced(connector))?;
        let left_out = match &place.left_out[..] {
            [] => Vec::new(),
            others => {
                let before = database.status(&place.schema, others, false).await?;
                let all = before.into_iter().flat_map(|before| before.resources);
                all.filter(|one| one.complete_at.is_some()).map(|one| one.resource).collect()
            }
        };
        let stale = max_age.map(|age| stale(&status, age, now)).unwrap_or_default();
        let whole_walks = WholeWalk::of(place, &status, now);
        let Place { name, schema, invocation, .. } = place;
        let (connection, schema, invocation) = (name.clone(), schema.clone(), invocation.clone());
        Ok(Self { connection, schema, status, stale, max_age, whole_walks, left_out, invocation })
    }

    /// What to type for another command about it.
    pub(super) fn command(&self, verb: &str) -> String {
        self.invocation.of(verb)
    }

    /// Puts those resources first that are not as they should be.
    pub(super) fn worst_first(&mut self) {
        let mut resources = std::mem::take(&mut self.status.resources);
        resources.sort_by_key(|one| !self.needs_somebody(one));
        self.status.resources = resources;
    }

    /// How it stands, in a word.
    pub(super) fn verdict(&self) -> &str {
        let run = &self.status.run;
        match (run.finished_at, run.running) {
            (None, true) => "running",
            (None, false) => "broken off",
            (Some(_), _) if was_stopped(run) => "stopped",
            (Some(_), _) if run.verdict == "complete" && !self.stale.is_empty() => "too old",
            (Some(_), _) => &run.verdict,
        }
    }

    /// What is worse is looked at first.
    pub(super) fn badness(&self) -> u8 {
        match self.verdict() {
            "failed" => 4,
            "incomplete" | "broken off" => 3,
            "too old" | "stopped" => 2,
            _ if !self.stale.is_empty() => 2,
            "complete" => 0,
            _ => 1,
        }
    }

    /// How a resource came out, if its rows are young enough.
    pub(super) fn verdict_of<'a>(&'a self, one: &'a ResourceStatus) -> &'a str {
        match verdict(one, &self.status.run) {
            "complete" if self.stale.iter().any(|name| name == one.resource) => "too old",
            verdict => verdict,
        }
    }

    /// Whether nobody has to do anything about it. What is under way counts as well.
    pub(super) fn is_well(&self) -> bool {
        let resources = &self.status.resources;
        self.badness() <= 1 && !resources.iter().any(|one| self.needs_somebody(one))
    }

    /// Whether a resource is not as it should be.
    pub(super) fn needs_somebody(&self, one: &ResourceStatus) -> bool {
        let bad = !matches!(verdict(one, &self.status.run), "complete" | "running" | "-");
        bad || self.stale.iter().any(|name| name == one.resource)
    }
}

/// The resources without a complete run within that time, or with a newest run that is not complete.
fn stale(status: &ConnectionStatus, max_age: TimeDelta, now: DateTime<Utc>) -> Vec<String> {
    let bad = |resource: &&ResourceStatus| {
        let fresh = resource.complete_at.is_some_and(|at| now - at <= max_age);
        // A resource that is being read is judged by the run before.
        let whole = resource.verdict.as_deref() == Some("complete")
            || (resource.finished_at.is_none() && status.run.running);
        !fresh || !whole
    };
    status.resources.iter().filter(bad).map(|resource| resource.resource.to_owned()).collect()
}

/// The verdict, or what there is in its place.
pub(super) fn verdict<'a>(resource: &'a ResourceStatus, run: &RunStatus) -> &'a str {
    let goes_on = run.running && resource.run_id == Some(run.run_id);
    came_out(resource.verdict.as_deref(), resource.finished_at.is_some(), goes_on)
}

/// How a run came out for a resource, or that it did not end with it: what it began with counts as
/// incomplete until then.
pub(super) fn came_out(verdict: Option<&str>, has_ended: bool, goes_on: bool) -> &str {
    match (verdict, has_ended) {
        (None, _) => "-",
        (Some(_), false) if goes_on => "running",
        (Some(_), false) => "broken off",
        (Some(verdict), true) => verdict,
    }
}

/// The same of a resource in a word, for somebody who has to do something about it.
pub(super) fn problem<'a>(known: &'a ConnectionKnown, one: &'a ResourceStatus) -> &'a str {
    match known.verdict_of(one) {
        "-" => "never synced",
        other => other,
    }
}

/// Whether a run is incomplete because somebody stopped it, and for nothing worse.
fn was_stopped(run: &RunStatus) -> bool {
    run.interrupted && matches!(&*run.verdict, "incomplete" | "skipped")
}

/// How a run came out, or goes on.
pub(super) fn outcome(run: &RunStatus, now: DateTime<Utc>) -> String {
    let began = ago(run.started_at, now);
    let ended = run.finished_at.map_or_else(|| began.clone(), |at| ago(at, now));
    match (run.finished_at, run.running) {
        (None, true) => format!("is running, for {began}"),
        (None, false) => {
            format!("broke off; it began {began} ago, and the next one goes on from there")
        }
        (Some(_), _) if was_stopped(run) => {
            format!("was stopped, {ended} ago; the next one goes on from there")
        }
        (Some(_), _) if run.interrupted => format!("was stopped, {ended} ago, and {}", run.verdict),
        (Some(_), _) if run.verdict == "failed" => format!("failed, {ended} ago"),
        (Some(_), _) => format!("was {}, {ended} ago", run.verdict),
    }
}

/// That a run may be waiting for a vendor. Which one it is, only a run that has the key knows.
pub(super) fn resting(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let still = ago(now, until);
    format!("vendor wants a rest, for {still} still")
}

/// What is known of former versions.
pub(super) fn history(history: &HistoryStatus, now: DateTime<Utc>) -> String {
    let since = ago(history.since, now);
    match history.until {
        None => format!("history since {since} ago"),
        Some(until) => format!(
            "history was turned off {} ago; what is known of the time from {since} ago until then stays",
            ago(until, now)
        ),
    }
}
