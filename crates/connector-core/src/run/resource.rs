//! A resource of a run: divided, read and settled, or not tried.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use tracing::{Level, warn};

use super::context::Context;
use super::part;
use crate::ask::{Traffic, millis};
use crate::error::{Error, ErrorKind, NotTried, Remedy, Result};
use crate::stop::REQUESTS_USED_UP;
use crate::store::{Division, Heard, Prepared, Statements, Table};
use crate::verdict::{ResourceReport, Tally, Tolerated, Verdict};
use crate::words::{Invocation, count};
use connector_spec::Resource;

/// After what time it is looked how far workers are: soon, as a resource may be small, and then
/// less often.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LONGEST_LOOK: Duration = Duration::from_millis(250);
/// How long workers that are to stop may take to let go.
const LAST_WORK: Duration = Duration::from_secs(20);

/// Why nothing else of a connection can work: the kind of an error, and a reason in words.
pub(super) type Fatal = (ErrorKind, &'static str);

/// Syncs one resource; the second value is why nothing else of the connection can work.
pub(super) async fn sync(
    context: &Arc<Context>,
    resource: &'static Resource,
    parent: Option<Verdict>,
    stranger: Option<Error>,
) -> (ResourceReport, Option<Fatal>) {
    let start = Instant::now();
    let traffic = Arc::new(context.client.traffic());
    let line = context.progress.begin(resource.name, &traffic);
    let outcome = match stranger {
        Some(error) => context.begin(resource).await.and(Err(error)),
        None => Box::pin(read(context, resource, parent, &traffic)).await,
    };
    let mut tally = outcome.unwrap_or_else(|error| Tally::failed(context.store.sample, error));
    if context.range.full_refresh {
        let with_flag =
            |error: &Error| error.kind() == ErrorKind::Stopped && error.advice().is_some();
        if let Some(stopped) = tally.error.take_if(|error| with_flag(error)) {
            let next = "run again without --full-refresh: it goes on from here";
            tally.error = Some(stopped.next(next));
        }
    }
    if tally.has_drift() {
        match context.store.known_drift(resource.name).await {
            Ok(known) => tally.know_drift(&known),
            Err(error) => warn!("{error}"),
        }
    }
    let fatal = tally.error.as_ref().and_then(stops_all);
    let report = judged(context, tally, resource, millis(start.elapsed()));
    record(context, &report).await;
    drop(line);
    tell(&report);
    (report, fatal)
}

/// Reads a resource, or lets workers read its parts, and returns what it came to.
async fn read(
    context: &Arc<Context>,
    resource: &'static Resource,
    parent: Option<Verdict>,
    traffic: &Arc<Traffic>,
) -> Result<Tally> {
    let statements = context.statements(resource);
    let mut table = context.table(resource, &statements);
    let mut read = Tally::new(context.store.sample, false);
    let mut own = None;
    if context.workers > 1 {
        let divided = divide(context, resource, &statements, parent, context.workers);
        Box::pin(divided).await?;
        if let Err(error) = wait_for_workers(context, resource, traffic).await {
            read.fail(error);
        }
    } else {
        let taken = begun(context, resource, async {
            let division = division(context, resource, &table, parent)?;
            table.take(&division, &context.worker.name).await
        });
        if let Some(claimed) = Box::pin(taken).await? {
            let tally;
            (table, tally) = Box::pin(part::walk(context, table, claimed, traffic)).await;
            read.absorb(tally.clone());
            own = Some(tally);
        }
    }
    if read.is_unstored() {
        // It would be waited for once more.
        return Ok(read);
    }
    let settled = match Box::pin(table.settle(own.as_ref())).await {
        Ok(tally) => table.prune().await.map(|()| tally),
        Err(error) => Err(error),
    };
    Ok(settled.unwrap_or_else(|error| {
        read.fail(error);
        read
    }))
}

/// How a resource is to be divided into parts, if its table is as it should be.
fn division<'a>(
    context: &Context,
    resource: &'static Resource,
    table: &Table<'_>,
    parent: Option<Verdict>,
) -> Result<Division<'a>> {
    table.check()?;
    Ok(Division {
        listings: part::listings(context, resource)?,
        prepared: Prepared::by(parent, context.lists_parents(resource)),
        ranged: context.is_ranged(resource),
        since: context.resume_since,
        anew: context.range.full_refresh,
    })
}

/// Begins with a resource in the way that is given. If that fails, it is recorded all the same
/// that it began, as is then how it came out.
async fn begun<T>(
    context: &Context,
    resource: &Resource,
    beginning: impl Future<Output = Result<T>>,
) -> Result<T> {
    match beginning.await {
        Ok(begun) => Ok(begun),
        Err(error) => context.begin(resource).await.and(Err(error)),
    }
}

/// Divides a resource into parts, and says how many they are.
pub(super) async fn divide(
    context: &Context,
    resource: &'static Resource,
    statements: &Arc<Statements>,
    parent: Option<Verdict>,
    workers: u64,
) -> Result<u64> {
    let table = context.table(resource, statements);
    Box::pin(begun(context, resource, async {
        let division = division(context, resource, &table, parent)?;
        table.prepare(&division, workers).await
    }))
    .await
}

/// Waits until workers have read all parts of a resource, or do not go on with it.
async fn wait_for_workers(
    context: &Context,
    resource: &'static Resource,
    traffic: &Traffic,
) -> Result<()> {
    let mut wait = FIRST_LOOK;
    let mut shown = 0;
    let mut stopping: Option<Instant> = None;
    loop {
        for worker in context.gone.take() {
            context.store.let_go(&worker).await?;
        }
        let progress = context.store.progress(resource.name).await?;
        traffic.requests.store(progress.requests.unsigned_abs(), Relaxed);
        traffic.rows.store(progress.rows.unsigned_abs(), Relaxed);
        let rows = progress.rows.unsigned_abs();
        context.progress.add_rows(rows.saturating_sub(shown));
        shown = shown.max(rows);
        if progress.open == 0 {
            return Ok(());
        }
        if context.max_requests.is_some_and(|most| progress.spent.unsigned_abs() >= most) {
            context.stop.ask(REQUESTS_USED_UP);
        }
        if let Some(since) = stopping {
            // They commit what they have, and let go.
            if progress.held == 0 || since.elapsed() > LAST_WORK {
                return Ok(());
            }
        } else if let Err(error) = context.stop.check() {
            let why = error.to_string();
            // Each of them says that it stopped.
            context.store.tell_to_stop(why.strip_prefix("stopped: ").unwrap_or(&why)).await?;
            stopping = Some(Instant::now());
        } else if !matches!(context.store.hear().await?, Heard::GoesOn) {
            stopping = Some(Instant::now());
        }
        // Being asked to stop cuts the time, and is heard in the next round.
        let _ = context.stop.sleep(wait).await;
        if context.stop.is_asked() {
            tokio::time::sleep(FIRST_LOOK).await;
        }
        wait = (wait * 2).min(LONGEST_LOOK);
    }
}

/// Logs how a resource came out, as loudly as that deserves.
fn tell(report: &ResourceReport) {
    let ResourceReport { rows, requests, inserted, updated, deleted, elapsed_ms, verdict, .. } =
        *report;
    let mut said = format!(
        "`{}`: {} in {}, {verdict}",
        report.resource,
        count(rows, "row", "rows"),
        count(requests, "request", "requests"),
    );
    if let Some(why) = report.why() {
        said = format!("{said}: {why}");
    }
    macro_rules! log {
        ($level:expr) => {
            tracing::event!(
                $level,
                rows_read = rows,
                requests,
                inserted,
                updated,
                deleted,
                elapsed_ms,
                verdict = verdict.name(),
                error = report.why(),
                "{said}"
            )
        };
    }
    match verdict {
        Verdict::Complete => log!(Level::INFO),
        Verdict::Skipped | Verdict::Incomplete => log!(Level::WARN),
        Verdict::Failed => log!(Level::ERROR),
    }
}

/// What a resource came to, which is judged by what a person tolerates.
pub(super) fn judged(
    context: &Context,
    tally: Tally,
    resource: &'static Resource,
    elapsed_ms: u64,
) -> ResourceReport {
    tally.report(resource, elapsed_ms, context.tolerated(resource), &context.invocation)
}

/// Records how a resource came out; whoever waits for it has the report all the same.
pub(super) async fn record(context: &Context, report: &ResourceReport) {
    if let Err(error) = context.store.end_resource(report).await {
        warn!("{error}");
    }
}

/// A resource of which nothing was read.
fn nothing_of(resource: &'static Resource) -> ResourceReport {
    Tally::default().report(resource, 0, Tolerated::default(), &Invocation::default())
}

/// A resource that is complete in the interrupted run that this one goes on with.
pub(super) fn known(resource: &'static Resource) -> ResourceReport {
    let mut report = nothing_of(resource);
    report.evidence.known = 1;
    report
}

/// A resource that is not tried, which is recorded like all others.
pub(super) async fn skip(
    context: &Context,
    resource: &'static Resource,
    reason: &str,
) -> ResourceReport {
    let report = skipped(resource, reason);
    match context.begin(resource).await {
        Ok(()) => record(context, &report).await,
        Err(error) => warn!("{error}"),
    }
    report
}

pub(super) fn skipped(resource: &'static Resource, reason: &str) -> ResourceReport {
    let mut report = nothing_of(resource);
    report.verdict = Verdict::Skipped;
    report.kind = Some(ErrorKind::Stopped);
    report.error = Some(format!("not tried: {reason}"));
    report
}

/// Why nothing else of a connection can work after an error, if it is so.
pub(super) fn stops_all(error: &Error) -> Option<Fatal> {
    let reason = match error.kind() {
        ErrorKind::Auth => "the key was refused",
        ErrorKind::Settings => "the key reads another account",
        ErrorKind::Unreachable => "the vendor cannot be reached",
        ErrorKind::Busy => "the vendor wants a rest",
        // A table that takes no rows is no database that fails.
        ErrorKind::Storage if matches!(error.remedy(), Remedy::LeaveOut | Remedy::LeaveTable) => {
            return None;
        }
        ErrorKind::Storage => "the database failed",
        // The resource that met the cause reports it; this one repeats the reason.
        ErrorKind::Stopped => error.why_not_tried().map_or("the run was stopped", NotTried::reason),
        _ => return None,
    };
    Some((error.kind(), reason))
}
