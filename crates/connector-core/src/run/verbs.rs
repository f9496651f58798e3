//! A run in pieces, for schedulers: each piece is a process of its own, on whatever machine.
//!
//! ```text
//! begin → for each resource, after its parent: prepare → shard, shard, … → settle → finish
//! ```
//!
//! Who does what, when, and again is the scheduler's. What is right stands in Postgres, so each
//! piece can be done again, by anybody, at any time. Names and numbers are all that goes from one to
//! the next: no key, no address and no row.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde::Serialize;
use tracing::{Instrument as _, info, warn};

use super::connection::Connection;
use super::context::Context;
use super::lineage::ToldRun;
use super::resource::{divide, judged, known, record, skip, skipped, stops_all};
use super::spans::{self, note_error};
use super::worker::Worker;
use super::{PARALLEL_RESOURCES, end, part, plan_of, report};
use crate::ask::signed;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Database, Free, Heard, Plan, SILENT, Store};
use crate::verdict::{Report, ResourceReport, Verdict, is_over};
use connector_spec::Resource;

/// How long a worker that has nothing to do waits before it looks again.
const IDLE: Duration = Duration::from_millis(100);

/// A run that began.
#[derive(Clone, Debug, Serialize)]
pub struct Begun {
    /// Its number, which all pieces are told.
    pub run: i64,
    /// Its resources, each of which comes after the one that it names.
    pub resources: Vec<Step>,
}

/// A resource of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its name.
    pub resource: &'static str,
    /// The resource that has to be settled before it is prepared.
    pub after: Option<&'static str>,
}

/// What a worker came to with a part.
#[derive(Clone, Debug, Serialize)]
pub struct PartOutcome {
    /// Whether all of its listings were asked for, however they ended; if not, it can be read again.
    pub closed: bool,
    /// The kind of what went wrong.
    pub kind: Option<ErrorKind>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// What to do about it.
    pub next: Option<String>,
    /// For how long the vendor wants to be left alone, in milliseconds, if it said so.
    pub rest_ms: Option<u64>,
}

/// Takes part in a run, does this with it, and closes the database.
async fn with<T>(
    connection: &Connection,
    run: i64,
    worker: Worker,
    work: impl AsyncFnOnce(Arc<Context>) -> Result<T>,
) -> Result<T> {
    with_one(connection, (run, false), (worker, 1), work).await
}

/// The same among so many workers, with a run that may have ended if that is `enough`.
pub(super) async fn with_one<T>(
    connection: &Connection,
    run: (i64, bool),
    worker: (Worker, u64),
    work: impl AsyncFnOnce(Arc<Context>) -> Result<T>,
) -> Result<T> {
    let database = connection.database().await?;
    let done = match join(&database, connection, run, worker).await {
        Ok(context) => Box::pin(work(context)).await,
        Err(error) => Err(error),
    };
    database.close().await;
    done
}

async fn join(
    database: &Database,
    connection: &Connection,
    run: (i64, bool),
    worker: (Worker, u64),
) -> Result<Arc<Context>> {
    let client = connection.client()?;
    let plan = plan_of(connection, DateTime::<Utc>::MIN_UTC)?;
    let store = Store::join(database, &plan, run, &connection.stop()).await?;
    let shares = worker.0.lease.is_some();
    let context = Context::new(connection, client, store, worker);
    if shares {
        context.share_limit().await?;
    }
    Ok(context)
}

/// Begins a run, which keeps others out until it ends, or nothing is heard of its workers for
/// twenty minutes.
pub async fn begin(connection: &Connection, started_at: DateTime<Utc>) -> Result<Begun> {
    let database = connection.database().await?;
    let begun = begin_in(&database, connection, started_at, None).await;
    database.close().await;
    begun
}

/// Begins a run, which may be that of a job.
pub(super) async fn begin_in(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    job: Option<&str>,
) -> Result<Begun> {
    let client = connection.client()?;
    let plan = Plan { leased: true, job, ..plan_of(connection, started_at)? };
    let mut store = Store::begin(database, &plan, &connection.stop()).await?;
    let told = ToldRun::of(connection, &store).map(ToldRun::begin);
    let lock = store.take_lock();
    let before = store.complete_before(connection.connector).await?;
    let context = Context::new(connection, client, store, (Worker::default(), 1));
    let stranger = context.ask_owner(connection, &before).await;
    let run = context.store.run_id;
    if let Some(error) = stranger {
        context.store.end_run(Verdict::Failed, false).await?;
        lock.give_back().await;
        if let Some(told) = told {
            told.end(&Err(error.clone()), TimeDelta::zero()).await;
        }
        return Err(error);
    }
    lock.give_back().await;
    if let Some(told) = told {
        told.begun().await;
    }
    let all: Vec<&'static Resource> = connection.selected().collect();
    let step = |resource: &&'static Resource| Step {
        resource: resource.name,
        after: parent_of(connection, resource, &all),
    };
    Ok(Begun { run, resources: all.iter().map(step).collect() })
}

/// The resource that one comes after: its parent, or one that tells whose rows they are.
fn parent_of(
    connection: &Connection,
    resource: &Resource,
    all: &[&'static Resource],
) -> Option<&'static str> {
    let parent = resource
        .parent
        .filter(|parent| !connection.params.contains_key(parent.placeholder))
        .and_then(|parent| all.iter().find(|other| other.name == parent.resource));
    let teller = || {
        let tells = all.iter().find(|other| other.tells_owner.is_some());
        tells.filter(|_| resource.tells_owner.is_none())
    };
    parent.or_else(teller).map(|resource| resource.name)
}

fn named(connection: &Connection, name: &str) -> Result<&'static Resource> {
    let found = connection.selected().find(|resource| resource.name == name);
    found.ok_or_else(|| {
        Error::settings(format!("the run has no resource `{name}`"))
            .next("name one of those that `begin` tells")
    })
}

/// Divides a resource into parts for so many workers, and says how many parts there are: none, if
/// it is complete already in the run that this one goes on with, or cannot be read.
pub async fn prepare(
    connection: &Connection,
    run: i64,
    resource: &str,
    workers: u64,
) -> Result<u64> {
    let resource = named(connection, resource)?;
    with(connection, run, Worker::default(), async |context| {
        let before = context.store.complete_before(context.connector).await?;
        if before.iter().any(|known| known == resource.name) {
            return Ok(0);
        }
        let parent = resource
            .parent
            .filter(|parent| !context.params.contains_key(parent.placeholder))
            .map(|parent| parent.resource);
        let verdict = match parent {
            None => None,
            Some(parent) if before.iter().any(|known| known == parent) => Some(Verdict::Complete),
            Some(parent) => Some(context.store.verdict_of(parent).await?),
        };
        if matches!(verdict, Some(Verdict::Failed | Verdict::Skipped)) {
            skip(&context, resource, "its parent could not be read").await;
            return Ok(0);
        }
        let statements = context.statements(resource);
        let divide = Box::pin(divide(&context, resource, &statements, verdict, workers));
        let divided = context.store.past_frozen(SILENT, divide).await;
        if let Err(error) = &divided
            && error.kind() != ErrorKind::Stopped
        {
            record(&context, &failed(&context, resource, error)).await;
        }
        divided
    })
    .await
}

/// A resource of which nothing can be read.
fn failed(context: &Context, resource: &'static Resource, error: &Error) -> ResourceReport {
    let tally = crate::verdict::Tally::failed(context.store.sample, error.clone());
    judged(context, tally, resource, 0)
}

/// Reads a part of a resource, which from now on no other worker may write.
pub async fn shard(
    connection: &Connection,
    run: i64,
    resource: &str,
    number: i32,
    worker: Worker,
) -> Result<PartOutcome> {
    let resource = named(connection, resource)?;
    with(connection, run, worker, async |context| {
        if let Heard::Stopped(why) = context.store.hear().await? {
            context.stop.ask(why);
        }
        let told = listen(&context);
        let read = Box::pin(read_part(&context, resource, number, false)).await;
        told.abort();
        let mut outcome = read?;
        match outcome.kind {
            // What will pass is for the scheduler to try again; what is refused, nobody asks once more.
            Some(ErrorKind::Auth | ErrorKind::Settings) => tell_all(&context, &outcome).await?,
            // All of the run has to stop, so that another try would hear the same.
            Some(ErrorKind::Stopped)
                if matches!(context.store.hear().await?, Heard::Stopped(_)) =>
            {
                outcome.kind = Some(ErrorKind::Settings);
                outcome.next =
                    Some("settle and finish the run; another one reads the rest".to_owned());
            }
            _ => {}
        }
        Ok(outcome)
    })
    .await
}

async fn read_part(
    context: &Arc<Context>,
    resource: &'static Resource,
    number: i32,
    only_if_free: bool,
) -> Result<PartOutcome> {
    let span = spans::of_part(context, resource, number);
    let statements = context.statements(resource);
    let traffic = Arc::new(context.client.traffic());
    let _shown = context.progress.begin(resource.name, &traffic);
    let noted = span.clone();
    let read = async {
        context.table(resource, &statements).check()?;
        info!("reading");
        let read = part::read(context, resource, &statements, number, &traffic, only_if_free);
        let read = Box::pin(read).await?;
        let error = read.and_then(|tally| tally.error);
        if let Some(error) = &error {
            warn!("{error}");
            note_error(&noted, error);
        } else {
            info!("read");
        }
        noted.record("requests", signed(traffic.cost().requests));
        Ok(PartOutcome {
            closed: is_over(error.as_ref()),
            kind: error.as_ref().map(Error::kind),
            error: error.as_ref().map(ToString::to_string),
            next: error.as_ref().and_then(Error::advice).map(str::to_owned),
            rest_ms: error.as_ref().and_then(Error::rest_ms),
        })
    };
    read.instrument(span).await
}

/// Listens to the run, and stops what is done for it when it is to stop. Others that are frozen
/// lose what they have locked, which whoever begins with a part or commits its rows would wait for.
fn listen(context: &Arc<Context>) -> tokio::task::JoinHandle<()> {
    const EACH: Duration = Duration::from_secs(1);
    let context = Arc::clone(context);
    tokio::spawn(async move {
        let Ok(key) = context.limit_key().await else { return };
        let lease = context.worker.lease.unwrap_or(SILENT);
        loop {
            // What these fail with, that which is done itself will show.
            if context.store.end_frozen(lease.min(SILENT), lease).await.is_err() {
                return;
            }
            if let Ok(Some(rest)) = context.store.rest(&key).await {
                context.client.hear_rest(rest);
            }
            match context.store.hear().await {
                Ok(Heard::GoesOn) => tokio::time::sleep(EACH).await,
                Ok(Heard::Ended) => return context.stop.ask("the run came to its end"),
                Ok(Heard::Stopped(why)) => return context.stop.ask(why),
                Err(_) => return,
            }
        }
    })
}

/// Marks what is gone from a resource, when its parts were read, and returns what came of it.
pub async fn settle(connection: &Connection, run: i64, resource: &str) -> Result<ResourceReport> {
    let resource = named(connection, resource)?;
    with(connection, run, Worker::default(), async |context| {
        let before = context.store.complete_before(context.connector).await?;
        if before.iter().any(|known| known == resource.name) {
            return Ok(known(resource));
        }
        if !context.store.is_prepared(resource.name).await? {
            return Box::pin(report_of(&context, resource)).await;
        }
        let statements = context.statements(resource);
        let table = context.table(resource, &statements);
        let mut tally = context.store.past_frozen(SILENT, Box::pin(table.settle(None))).await?;
        table.prune().await?;
        if tally.has_drift() {
            tally.know_drift(&context.store.known_drift(resource.name).await?);
        }
        let elapsed = context.store.elapsed(resource.name).await?;
        let report = judged(&context, tally, resource, elapsed);
        context.store.end_resource(&report).await?;
        Ok(report)
    })
    .await
}

/// What came of a resource that was settled, or could not be read.
async fn report_of(context: &Context, resource: &'static Resource) -> Result<ResourceReport> {
    let statements = context.statements(resource);
    if let Some(mut tally) = context.table(resource, &statements).settled().await? {
        if tally.has_drift() {
            tally.know_drift(&context.store.known_drift(resource.name).await?);
        }
        let elapsed = context.store.elapsed(resource.name).await?;
        return Ok(judged(context, tally, resource, elapsed));
    }
    let mut report = skipped(resource, "the run ended before");
    if let Some((verdict, error, next)) = context.store.recorded(resource.name).await? {
        (report.verdict, report.error, report.next) = (verdict, error, next);
    }
    Ok(report)
}

/// Ends a run, and returns its report; that of a run that came to its end before, as long as it is
/// the newest one.
pub async fn finish(connection: &Connection, run: i64) -> Result<Report> {
    with_one(connection, (run, true), (Worker::default(), 1), async |context| {
        let before = context.store.complete_before(context.connector).await?;
        let mut resources = Vec::new();
        for resource in connection.selected() {
            resources.push(if before.iter().any(|known| known == resource.name) {
                known(resource)
            } else {
                Box::pin(report_of(&context, resource)).await?
            });
        }
        let elapsed_ms = context.store.age_ms();
        if let Some(ended) = context.store.ended {
            return Ok(Report { elapsed_ms, ..report(&context, resources, ended) });
        }
        let stopped = matches!(context.store.hear().await?, Heard::Stopped(_));
        let report = Ok(Report { elapsed_ms, ..end(&context, resources, stopped).await });
        if let Some(told) = ToldRun::of(connection, &context.store) {
            let took = i64::try_from(elapsed_ms).unwrap_or(i64::MAX);
            told.end(&report, TimeDelta::try_milliseconds(took).unwrap_or_default()).await;
        }
        report
    })
    .await
}

/// Tells all who read parts of a run to stop, so that whoever ends it says so, and the next one goes
/// on from there; a run that came to its end stays as it is.
pub async fn stop(connection: &Connection, run: i64, why: &str) -> Result<()> {
    with_one(connection, (run, true), (Worker::default(), 1), async |context| {
        if context.store.ended.is_none() {
            context.store.tell_to_stop(why).await?;
        }
        Ok(())
    })
    .await
}

/// Reads whatever parts of a run are free, until it ends.
pub async fn work(connection: &Connection, run: i64, worker: Worker) -> Result<()> {
    with(connection, run, worker, async |context| {
        let told = listen(&context);
        let done = work_in(&context).await;
        told.abort();
        done
    })
    .await
}

async fn work_in(context: &Arc<Context>) -> Result<()> {
    // All of them are polled whatever else is waited for: they have sessions, which are needed here too.
    let mut running = FuturesUnordered::new();
    let mut busy: Vec<&'static str> = Vec::new();
    loop {
        let is_stopped = context.stop.is_asked();
        if is_stopped && running.is_empty() {
            return Ok(());
        }
        let has_room = running.len() < PARALLEL_RESOURCES && !is_stopped;
        let look = async {
            if !has_room {
                return std::future::pending().await;
            }
            let free = context.store.free_part(&busy).await?;
            if free.is_none() {
                // Whether it has to stop is seen above.
                let _ = context.stop.sleep(IDLE).await;
            }
            Ok(free)
        };
        tokio::select! {
            Some((name, read)) = running.next(), if !running.is_empty() => {
                busy.retain(|other| *other != name);
                read?;
            }
            free = look => {
                let free: Result<Option<Free>> = free;
                if let Some(part) = free?
                    && let Some(resource) = context.connector.resource(&part.resource)
                {
                    busy.push(resource.name);
                    running.push(async move {
                        let read = read_part(context, resource, part.number, true).await;
                        let told = match &read {
                            Ok(outcome) => tell_all(context, outcome).await,
                            Err(_) => Ok(()),
                        };
                        (resource.name, read.and(told))
                    });
                }
            }
        }
    }
}

/// Tells all workers of the run to stop, where a part ended with what each of them would meet.
async fn tell_all(context: &Context, outcome: &PartOutcome) -> Result<()> {
    if let (Some(kind), Some(error)) = (outcome.kind, &outcome.error)
        && !outcome.closed
        && kind != ErrorKind::Stopped
        && stops_all(&Error::new(kind, error.as_str())).is_some()
    {
        context.store.tell_to_stop(error).await?;
    }
    Ok(())
}
