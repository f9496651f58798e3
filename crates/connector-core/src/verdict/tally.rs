//! What a resource's walks and commits came to, and the verdict on it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use connector_spec::{KeyFallback, Resource};
use serde::{Deserialize, Serialize};

use super::ended::{EndedWalk, WalkEnd, is_over};
use super::{
    Changes, Counts, DriftReport, Evidence, ResourceReport, Settled, Tolerance, Tolerated, Verdict,
    missing,
};
use crate::ask::Cost;
use crate::error::{Error, ErrorKind, Result};
use crate::read::{Drift, DriftSeen, drift_as_list};
use crate::walk::Partition;
use crate::words::{Invocation, count};

/// The most problems that a report lists for one resource.
const MAX_PROBLEMS: usize = 10;

/// The most reasons why rows have no place that a report tells apart; a server may name a value in each.
const MAX_REASONS: usize = 3;

/// What came in a batch.
pub(crate) struct Came<'a> {
    /// The number of rows.
    pub(crate) rows: u64,
    /// Those of them that lie outside of the range that is asked for.
    pub(crate) left_out: u64,
    /// Where they disagree with the model.
    pub(crate) drift: &'a BTreeMap<Drift, DriftSeen>,
    /// Why some have no place in the table, as far as they are kept: the reason, and the page.
    pub(crate) set_aside: Vec<(&'a str, u64)>,
}

/// What the walks and commits of a resource, or of a part of it, came to.
///
/// It is committed with each batch, so that whoever goes on with a part knows all of it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Tally {
    rows: u64,
    counts: Counts,
    /// What the requests cost.
    pub(crate) cost: Cost,
    evidence: Evidence,
    more_problems: u64,
    /// What to do about the problems.
    advice: Option<Cow<'static, str>>,
    #[serde(with = "drift_as_list")]
    drift: BTreeMap<Drift, DriftSeen>,
    /// What changes, where it is a rehearsal, and how many rows of that are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Changes>,
    sample: usize,
    /// Rows that were marked deleted.
    deleted: u64,
    /// Why rows were set aside: how many for each reason, and the page of the first of them.
    set_aside: BTreeMap<String, (u64, u64)>,
    /// Rows that were set aside before this run, of listings that it went on with.
    carried: u64,
    /// Rows that are no longer listed, and too many to be marked deleted.
    fused: u64,
    /// Rows that did not come, of listings in which rows move.
    strays: u64,
    /// Windows behind which rows may be missing.
    gaps: u64,
    /// Rows that were written and are not in the table.
    swallowed: u64,
    /// Why the first of the vanished listings is not there.
    vanished: Option<Error>,
    pub(crate) error: Option<Error>,
}

impl Tally {
    /// Nothing yet, of a run that shows so many rows if it is a rehearsal, and of a resource
    /// whose parent's rows it has listed or not.
    pub(crate) fn new(sample: Option<i64>, parents_listed: bool) -> Self {
        Self {
            evidence: Evidence { parents_listed, ..Evidence::default() },
            changes: sample.map(|_| Changes::default()),
            sample: sample.and_then(|rows| usize::try_from(rows).ok()).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// So many listings that were asked for.
    #[cfg(test)]
    pub(crate) fn of_listings(partitions: u64) -> Self {
        Self { evidence: Evidence { partitions, ..Evidence::default() }, ..Self::default() }
    }

    /// Nothing but a failure.
    pub(crate) fn failed(sample: Option<i64>, error: Error) -> Self {
        Self { error: Some(error), ..Self::new(sample, false) }
    }

    /// Adds what came, and what its commit did.
    pub(crate) fn add(&mut self, came: &Came<'_>, counts: Counts) {
        self.rows += came.rows;
        self.counts.inserted += counts.inserted;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
        self.counts.versions += counts.versions;
        self.counts.quarantined += counts.quarantined;
        self.evidence.repeats += counts.repeats;
        self.evidence.left_out += came.left_out;
        self.evidence.distinct += counts.distinct;
        if let Some(changes) = &mut self.changes {
            changes.add(counts.changes, self.sample);
        }
        self.swallowed += counts.swallowed;
        self.evidence.vanished_again += counts.missing_again;
        self.evidence.went_back += counts.went_back;
        self.evidence.collisions += counts.collisions;
        self.strays += counts.strays;
        for gap in counts.gaps {
            self.gaps += 1;
            self.problem(gap);
        }
        for short in counts.short {
            self.problem(short);
            self.advise(
                "run again; if it stays so, the vendor repeats rows, or its total counts others",
            );
        }
        DriftSeen::add_all(&mut self.drift, came.drift);
        for (reason, page) in &came.set_aside {
            self.note_reason(reason, 1, *page);
        }
    }

    /// Takes note of why rows were set aside.
    fn note_reason(&mut self, reason: &str, rows: u64, page: u64) {
        if let Some((all, first)) = self.set_aside.get_mut(reason) {
            *all += rows;
            *first = (*first).min(page);
        } else if self.set_aside.len() < MAX_REASONS {
            self.set_aside.insert(reason.to_owned(), (rows, page));
        }
    }

    /// Takes note of rows that were set aside, if there are more than are tolerated.
    fn note_set_aside(&mut self, tolerated: Tolerance, invocation: &Invocation) {
        let quarantined = self.counts.quarantined + self.carried;
        if tolerated.is_exceeded(quarantined, self.rows) {
            for said in self.said_of_set_aside(quarantined) {
                self.problem(said);
            }
            let shows = invocation.of("quarantine");
            let (they_are, them) =
                if quarantined == 1 { ("it is", "it") } else { ("they are", "them") };
            self.advise(format!(
                "`{shows}` shows {them}; {they_are} taken away when a whole listing comes without {them}"
            ));
        }
    }

    /// Takes away where it was stopped: nothing was asked for.
    fn was_stopped_nowhere(&mut self) {
        let is_stop = |error: &mut Error| error.kind() == ErrorKind::Stopped;
        if let Some(stop) = self.error.take_if(is_stop) {
            self.error = Some(stop.nowhere());
        }
    }

    /// The rows that were set aside, in words.
    fn said_of_set_aside(&self, rows: u64) -> Vec<String> {
        let why = self.set_aside.iter().map(|(reason, (rows, page))| match rows {
            1 => format!("1 row on page {page} is set aside: {reason}"),
            rows => format!("{rows} rows are set aside, the first on page {page}: {reason}"),
        });
        let told: u64 = self.set_aside.values().map(|(rows, _)| rows).sum();
        let others = rows.saturating_sub(told);
        let more = if self.set_aside.is_empty() { "" } else { " more" };
        let others = (others > 0).then(|| {
            let are = if others == 1 { "is" } else { "are" };
            format!("{}{more} {are} set aside", count(others, "row", "rows"))
        });
        why.chain(others).collect()
    }

    /// Adds what another part of the resource came to.
    pub(crate) fn absorb(&mut self, other: Self) {
        self.rows += other.rows;
        self.counts.inserted += other.counts.inserted;
        self.counts.updated += other.counts.updated;
        self.counts.unchanged += other.counts.unchanged;
        self.counts.quarantined += other.counts.quarantined;
        self.counts.versions += other.counts.versions;
        self.cost.add(other.cost);
        self.evidence.absorb(&other.evidence);
        for problem in other.evidence.problems {
            self.problem(problem);
        }
        self.more_problems += other.more_problems;
        self.advice = self.advice.take().or(other.advice);
        DriftSeen::add_all(&mut self.drift, &other.drift);
        if let (Some(changes), Some(others)) = (&mut self.changes, other.changes) {
            changes.add(others, self.sample);
        }
        for (reason, (rows, page)) in other.set_aside {
            self.note_reason(&reason, rows, page);
        }
        self.carried += other.carried;
        self.strays += other.strays;
        self.gaps += other.gaps;
        self.swallowed += other.swallowed;
        self.vanished = self.vanished.take().or(other.vanished);
        // What stops one part stops others in the same words.
        let told = self.error.as_ref().map(Error::to_string);
        if let Some(error) = other.error.filter(|error| told != Some(error.to_string())) {
            self.fail(error);
        }
    }

    /// Adds what came of the rows that no listing has any more, when all parts were read.
    pub(crate) fn settle(&mut self, settled: Settled) {
        self.deleted = settled.deleted;
        self.fused = settled.fused;
        if let Some(changes) = &mut self.changes {
            changes.add(settled.changes, self.sample);
        }
        for problem in settled.problems {
            self.problem(problem);
            self.advise("run again: it goes on from here");
        }
    }

    /// Whether rows were written that are not in the table.
    pub(crate) fn has_swallowed(&self) -> bool {
        self.swallowed > 0
    }

    /// Whether it ended because the database failed.
    pub(crate) fn is_unstored(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.kind() == ErrorKind::Storage)
    }

    /// The number of listings that were asked for or are known.
    pub(crate) fn listings(&self) -> u64 {
        self.evidence.partitions + self.evidence.known
    }

    /// The number of rows that are there, of listings that were read whole.
    pub(crate) fn distinct(&self) -> u64 {
        self.evidence.distinct
    }

    /// Says what to do, if nobody did before.
    fn advise(&mut self, next: impl Into<Cow<'static, str>>) {
        self.advice.get_or_insert(next.into());
    }

    /// Goes on with a part in which others have been: those listings that an earlier run has
    /// read whole are met again.
    pub(crate) fn gone_on_with(mut self) -> Self {
        self.evidence.known = 0;
        self.error.take_if(|error| !is_over(Some(error)));
        self
    }

    /// The number of rows that the vendor sent.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes note of a listing that an earlier run read whole, which this one goes on with.
    pub(crate) fn know(&mut self) {
        self.evidence.known += 1;
    }

    /// Takes note of a walk's end, and returns what has to be committed of it.
    pub(crate) fn end(
        &mut self,
        partition: Partition,
        pages: u64,
        passes: u32,
        end: Result<WalkEnd>,
    ) -> Option<EndedWalk> {
        self.evidence.partitions += 1;
        self.evidence.pages += pages;
        self.evidence.passes = self.evidence.passes.max(passes);
        let error = match end {
            Ok(end) => {
                *self.evidence.endings.entry(end.ending).or_default() += 1;
                self.evidence.total_moved |= end.total_moved;
                self.evidence.resumed += end.resumed;
                self.carried += end.rejected_before;
                if let Some(total) = end.total {
                    self.evidence.total = Some(self.evidence.total.unwrap_or(0) + total);
                }
                // A row that was set aside has to be asked for again.
                let good = end.rejected == 0;
                let compares = end.whole && good && !end.backfill;
                return Some(EndedWalk {
                    partition,
                    first_run: end.first_run,
                    whole: end.whole,
                    deletes: compares && end.absence_proves,
                    compares: compares && !end.absence_proves,
                    window: end.window,
                    backfill: end.backfill,
                    expect: end.expect.filter(|_| good),
                    cursor: end.cursor.filter(|_| good && !end.backfill),
                    tail: end.tail.filter(|_| good),
                    missing: false,
                    over: true,
                });
            }
            Err(error) => error,
        };
        let kind = error.kind();
        // The parent's row may be gone too; a listing that was there a page ago is another matter.
        if kind == ErrorKind::NotFound && partition.is_of_a_parent() && pages == 0 {
            self.evidence.vanished += 1;
            self.vanished.get_or_insert(error);
            return self.evidence.parents_listed.then(|| EndedWalk::missing(partition));
        }
        self.fail(error);
        // A walk that is stuck would be stuck there again.
        (kind == ErrorKind::Contract).then(|| EndedWalk::given_up(partition))
    }

    /// Whether anything disagreed with the model.
    pub(crate) fn has_drift(&self) -> bool {
        !self.drift.is_empty()
    }

    /// Takes note of what an earlier run said of fields.
    pub(crate) fn know_drift(&mut self, known: &[(String, String, String)]) {
        for ((field, kind, json_type), seen) in &mut self.drift {
            seen.known = known.iter().any(|(of, by, with)| {
                (of.as_str(), by.as_str(), with.as_str()) == (&**field, kind.name(), &**json_type)
            });
        }
    }

    pub(crate) fn problem(&mut self, problem: String) {
        if self.evidence.problems.len() < MAX_PROBLEMS {
            self.evidence.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// Keeps the error that says most: the first, unless a later one stops everything.
    pub(crate) fn fail(&mut self, error: Error) {
        let stops = |error: &Error| {
            matches!(
                error.kind(),
                ErrorKind::Settings
                    | ErrorKind::Auth
                    | ErrorKind::Busy
                    | ErrorKind::Unreachable
                    | ErrorKind::Storage
            )
        };
        match &self.error {
            // What was not tried any more is a consequence, and no news.
            Some(_) if error.kind() == ErrorKind::Stopped => {}
            Some(first) if first.kind() == ErrorKind::Stopped => self.error = Some(error),
            Some(first) if stops(first) || !stops(&error) => self.problem(error.to_string()),
            _ => {
                if let Some(first) = self.error.replace(error) {
                    self.problem(first.to_string());
                }
            }
        }
    }

    pub(crate) fn report(
        mut self,
        resource: &'static Resource,
        elapsed_ms: u64,
        tolerated: Tolerated,
        invocation: &Invocation,
    ) -> ResourceReport {
        if self.swallowed > 0 {
            let rows = count(self.swallowed, "row", "rows");
            self.problem(format!("{rows} of those that were written are not in the table"));
            self.advise(
                "a trigger of the table takes rows away (`return null`): let it return the row, or take the trigger away",
            );
        }
        if self.fused > 0 {
            self.problem(format!(
                "{} rows are no longer listed, too many at once to be marked deleted",
                self.fused
            ));
            let once = format!("sync --resource {} --allow-deletes", resource.name);
            self.advise(format!("if they are really gone, run once: `{}`", invocation.of(&once)));
        }
        if self.gaps > 0 {
            self.advise(match resource.filter {
                Some(_) => "they are out of reach now: raise the limit in the preset's `paging`, sync more often, or ask for the time with --since and --until",
                None => "they are out of reach now: raise the limit in the preset's `paging`, or sync more often",
            });
        }
        if self.strays > 0 {
            self.problem(format!(
                "rows that are known and did not come: {}; they stay, because the places of rows move where some are left out",
                self.strays
            ));
            self.advise(
                "if they are from a run with other parameters, or really gone, empty the table and run again",
            );
        }
        self.note_set_aside(tolerated.quarantine, invocation);
        if self.evidence.collisions > 0 {
            self.problem(collided(resource, self.evidence.collisions));
            self.advise(
                "name columns that tell them apart as `key_fallback` in a preset: the vendor sends no key",
            );
        }
        if let Some((problem, advice)) = missing::problem(&self.evidence, tolerated.missing) {
            self.problem(problem);
            self.advise(advice);
        }
        // One parent may be deleted at any time, and all of them hardly at once.
        if self.evidence.vanished > 0
            && self.evidence.vanished == self.evidence.partitions
            && self.evidence.known == 0
            && let Some(error) = self.vanished.take()
        {
            self.fail(error);
        }
        if self.more_problems > 0 {
            self.evidence.problems.push(format!("and {} more", self.more_problems));
        }
        let untried = self.cost.requests == 0;
        if untried {
            self.was_stopped_nowhere();
        }
        let verdict = match &self.error {
            // Another resource met what keeps this one from being tried.
            Some(error) if error.kind() == ErrorKind::Stopped && untried => Verdict::Skipped,
            // Who stops a run does not make it fail.
            Some(error) if error.kind() == ErrorKind::Stopped => Verdict::Incomplete,
            Some(_) if self.rows > 0 => Verdict::Incomplete,
            Some(_) => Verdict::Failed,
            None if !self.evidence.problems.is_empty() => Verdict::Incomplete,
            None => Verdict::Complete,
        };
        let drift = self.drift.into_iter().map(|((field, kind, json_type), seen)| DriftReport {
            adopt: seen.adoption(&field, kind),
            field,
            kind: kind.name(),
            json_type,
            shape: seen.shape,
            rows: seen.rows,
            known: seen.known,
        });
        ResourceReport {
            resource: resource.name,
            table: resource.table,
            verdict,
            rows: self.rows,
            inserted: self.counts.inserted,
            updated: self.counts.updated,
            unchanged: self.counts.unchanged,
            deleted: self.deleted,
            versions: self.counts.versions,
            quarantined: self.counts.quarantined,
            requests: self.cost.requests,
            retries: self.cost.retries,
            throttled: self.cost.throttled,
            bytes: self.cost.bytes,
            waited_ms: self.cost.waited_ms,
            elapsed_ms,
            evidence: Evidence { unused_requests: self.cost.unused, ..self.evidence },
            drift: drift.collect(),
            kind: self.error.as_ref().map(Error::kind),
            error: self.error.as_ref().map(Error::to_string),
            rest_ms: self.error.as_ref().and_then(Error::rest_ms),
            next: match &self.error {
                Some(error) => error.advice().map(str::to_owned),
                None => self.advice.map(Cow::into_owned),
            },
            changes: self.changes,
        }
    }
}

/// Rows that have one key and differ, in words.
fn collided(resource: &Resource, rows: u64) -> String {
    let made = match resource.key_fallback {
        KeyFallback::Columns(columns) => format!("made from {}", columns.join(", ")),
        KeyFallback::None | KeyFallback::Singleton => "the same for all".to_owned(),
    };
    let rows = count(rows, "row differs from another", "rows differ from others");
    format!("{rows} with the same key, which is {made}; only the newest is in the table")
}
