//! The flow of a run: resources, partitions, walks, batches.
//!
//! Fetching and decoding go ahead of loading by a bounded number of bytes. The
//! order of one walk's pages is kept from the socket to the commit.

mod ahead;
mod connection;
mod context;
mod event;
mod job;
mod lineage;
mod load;
mod owner;
mod page;
mod part;
pub mod probe;
pub mod progress;
mod reading;
mod request_hash;
mod resource;
mod resource_settings;
mod spans;
mod verbs;
mod walker;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tracing::{Instrument as _, Span, debug, info, warn};

pub use self::connection::{Connection, Lineage, Range, check_resources, selected};
use self::context::Context;
pub use self::job::{Member, take_part};
use self::lineage::ToldRun;
use self::resource::{Fatal, known, skip, skipped};
pub use self::resource_settings::{AllSettings, ResourceSettings};
pub use self::verbs::{
    Begun, PartOutcome, Step, begin, finish, prepare, settle, shard, stop, work,
};
pub use self::worker::{Gone, Worker};
use crate::ask::{Client, millis};
use crate::error::{Error, ErrorKind, Result};
use crate::stop::Stop;
use crate::store::{Database, Plan, Snapshot, Store};
use crate::verdict::{Report, ResourceReport, Tolerance, Verdict};
use connector_spec::Resource;

/// The number of resources that are read at the same time.
const PARALLEL_RESOURCES: usize = 4;

/// Syncs a connection: everything, or the resources that it selects and their parents.
pub async fn sync(connection: &Connection, started_at: DateTime<Utc>) -> Result<Report> {
    sync_among(connection, started_at, 1, |_, _| {}).await
}

/// Syncs a connection, and does something with its tables as that run left them, whatever others
/// write meanwhile. The run has ended, in whichever way, and its report says in which.
pub async fn sync_then<T>(
    connection: &Connection,
    started_at: DateTime<Utc>,
    then: impl AsyncFnOnce(&Report, Snapshot) -> Result<T>,
) -> Result<(Report, Result<T>)> {
    let database = connection.database().await?;
    let mut taken = Err(Error::new(ErrorKind::Storage, "the run came to no end"));
    let ended = async |report: &Report| {
        // As long as the lock is held, nobody else begins to write.
        taken = database.snapshot(&report.connection, report.run_id).await;
    };
    let around = Around { sample: None, workers: 1, begun: |_, _| {}, ended };
    let run = Box::pin(conduct(&database, connection, started_at, around));
    let done = match traced(connection, run).await {
        Ok(report) => {
            let done = match taken {
                Ok(snapshot) => then(&report, snapshot).await,
                Err(error) => Err(error),
            };
            Ok((report, done))
        }
        Err(error) => Err(error),
    };
    database.close().await;
    done
}

/// Rehearses a sync: everything is done, in one transaction that is rolled back. The report
/// says what would have changed, with the keys of so many rows of each resource.
pub async fn plan(
    connection: &Connection,
    started_at: DateTime<Utc>,
    sample: usize,
) -> Result<Report> {
    let sample = Some(i64::try_from(sample).unwrap_or(i64::MAX));
    traced(
        connection,
        Box::pin(async {
            let database = connection.database().await?.rehearsing();
            let report = sync_into(&database, connection, started_at, sample).await;
            database.close().await;
            report
        }),
    )
    .await
}

/// Syncs several connections side by side; one that fails does not stop the others.
pub async fn sync_all(
    connections: &[Connection],
    started_at: DateTime<Utc>,
) -> Vec<Result<Report>> {
    let mut databases: Vec<(&Connection, Database)> = Vec::new();
    let mut failures = Vec::new();
    for connection in connections {
        if databases.iter().any(|(other, _)| connection.shares_database(other)) {
            failures.push(None);
            continue;
        }
        match connection.database().await {
            Ok(database) => {
                databases.push((connection, database));
                failures.push(None);
            }
            Err(error) => failures.push(Some(error)),
        }
    }
    let runs = connections.iter().zip(failures).map(async |(connection, failure)| {
        let database = databases.iter().find(|(other, _)| connection.shares_database(other));
        traced(
            connection,
            Box::pin(async {
                match (failure, database) {
                    (None, Some((_, database))) => {
                        sync_into(database, connection, started_at, None).await
                    }
                    (Some(error), _) => Err(error),
                    (None, None) => Err(Error::settings("the database could not be opened")),
                }
            }),
        )
        .await
    });
    let reports = futures_util::future::join_all(runs).await;
    for (_, database) in databases {
        database.close().await;
    }
    reports
}

/// Does a run within its span: what its log lines have in common, and in the end how it came out.
async fn traced(
    connection: &Connection,
    run: impl Future<Output = Result<Report>>,
) -> Result<Report> {
    let span = spans::of_run(connection);
    let report = run.instrument(span.clone()).await;
    match &report {
        Ok(report) => spans::note_verdict(&span, report.verdict),
        Err(error) => spans::note_error(&span, error),
    }
    report
}

async fn sync_into(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    sample: Option<i64>,
) -> Result<Report> {
    let around = Around { sample, workers: 1, begun: |_, _| {}, ended: async |_: &Report| () };
    conduct(database, connection, started_at, around).await
}

/// Syncs a connection whose parts are read by so many workers.
///
/// Once the run has begun, `begun` is told its number and a way to say which workers are no more;
/// it starts them, and each does [`work`] for that run. One worker is this process itself.
pub async fn sync_among(
    connection: &Connection,
    started_at: DateTime<Utc>,
    workers: u64,
    begun: impl FnOnce(i64, Gone),
) -> Result<Report> {
    traced(
        connection,
        Box::pin(async {
            let database = connection.database().await?;
            let around = Around { sample: None, workers, begun, ended: async |_: &Report| () };
            let report = conduct(&database, connection, started_at, around).await;
            database.close().await;
            report
        }),
    )
    .await
}

/// What is done around the resources of a run.
struct Around<B, E> {
    /// How many changed rows are shown, if it is a rehearsal.
    sample: Option<i64>,
    /// How many read its parts.
    workers: u64,
    /// Told where there are several, once it has begun.
    begun: B,
    /// Done when it has ended, and nobody else can have begun.
    ended: E,
}

/// Begins a run, lets its resources be read in their order, ends it, and lets those know of it who
/// keep lineage.
async fn conduct(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    around: Around<impl FnOnce(i64, Gone), impl AsyncFnOnce(&Report)>,
) -> Result<Report> {
    let stop = connection.stop();
    // Whoever bounds its time means that of waiting for its turn too.
    let _clock = connection.max_duration.map(|limit| Clock::started(&stop, limit));
    let client = connection.client()?;
    let plan = Plan { sample: around.sample, ..plan_of(connection, started_at)? };
    let store = Store::begin(database, &plan, &stop).await?;
    Span::current().record("run_id", store.run_id);
    let told = ToldRun::of(connection, &store).map(ToldRun::begin);
    // A run that waited for its turn was no slower by that.
    let start = store.turn;
    let report = Box::pin(conduct_begun(connection, client, store, &stop, around)).await;
    let report = report.map(|report| Report { elapsed_ms: millis(start.elapsed()), ..report });
    if let Some(told) = told {
        told.end(&report, TimeDelta::from_std(start.elapsed()).unwrap_or_default()).await;
    }
    report
}

/// The same from when it has begun.
async fn conduct_begun(
    connection: &Connection,
    client: Client,
    mut store: Store,
    stop: &Stop,
    around: Around<impl FnOnce(i64, Gone), impl AsyncFnOnce(&Report)>,
) -> Result<Report> {
    let Around { workers, begun, ended, .. } = around;
    let lock = store.take_lock();
    let before = store.complete_before(connection.connector).await?;
    for what in &store.chosen {
        // The report tells it.
        debug!("{what}");
    }
    if let Some(first) = store.continues {
        info!("going on with run {first}, which was interrupted");
    }
    let context = Context::new(connection, client, store, (Worker::default(), workers));
    if context.store.sample.is_none() {
        context.share_limit().await?;
    }
    let stranger = context.ask_owner(connection, &before).await;
    if workers > 1 && stranger.is_none() {
        begun(context.store.run_id, context.gone.clone());
    }
    let resources = sync_resources(&context, connection, &before, stranger).await;
    let report = end(&context, resources, stop.is_asked()).await;
    ended(&report).await;
    lock.give_back().await;
    Ok(report)
}

/// Records the end of a run, and reports it.
async fn end(context: &Context, resources: Vec<ResourceReport>, is_stopped: bool) -> Report {
    let verdict =
        resources.iter().map(|resource| resource.verdict).max().unwrap_or(Verdict::Complete);
    let interrupted = is_stopped && verdict != Verdict::Complete;
    // A run whose record cannot be written is no green run; the reason was said with its resource.
    let verdict = match context.store.end_run(verdict, interrupted).await {
        Ok(()) => verdict,
        Err(error) => {
            warn!("{error}");
            verdict.max(Verdict::Failed)
        }
    };
    report(context, resources, (verdict, interrupted))
}

/// The report of a run that came out so.
fn report(
    context: &Context,
    resources: Vec<ResourceReport>,
    (verdict, interrupted): (Verdict, bool),
) -> Report {
    Report {
        connection: context.store.schema.clone(),
        connector: context.connector.name,
        run_id: context.store.run_id,
        started_at: context.store.started_at,
        elapsed_ms: 0,
        // What other workers were told is known to them alone.
        rests_ms: if context.workers > 1 { 0 } else { context.client.rested_ms() },
        continues: context.store.continues,
        interrupted,
        verdict,
        resources,
        invocation: context.invocation.clone(),
        chosen: context.store.chosen.clone(),
        ddl: context.store.ddl.clone(),
    }
}

/// What a run of a connection is about.
fn plan_of(connection: &Connection, started_at: DateTime<Utc>) -> Result<Plan<'_>> {
    let range = connection.range;
    Ok(Plan {
        connector: connection.connector,
        schema: &connection.schema,
        preset: &connection.preset,
        started_at,
        request_hashes: request_hash::of_run(connection),
        scope: connection.scope(),
        syncs: connection.usual().map(|resource| resource.name).collect(),
        invocation: &connection.invocation,
        takes_over: connection.settings.all.deletes == Tolerance::ALL && connection.is_whole(),
        resume_within: Some(connection.resume_within).filter(|_| !range.full_refresh),
        waits: connection.waits,
        leased: false,
        job: None,
        takes_over_run: connection.takes_over_run,
        patience: connection.patience,
        sample: None,
        reads: connection.selected().map(|resource| resource.name).collect(),
        histories: connection.histories(),
        choices: connection.choices()?,
        keep_secrets: connection.keep_secrets,
    })
}

/// Syncs the resources of a connection, some at a time, and each after its parent.
async fn sync_resources(
    context: &Arc<Context>,
    connection: &Connection,
    before: &[String],
    mut stranger: Option<Error>,
) -> Vec<ResourceReport> {
    let all: Vec<&'static Resource> = connection.selected().collect();
    context.progress.expect(all.len());
    let mut reports: Vec<Option<ResourceReport>> = all.iter().map(|_| None).collect();
    let mut waiting: Vec<usize> = (0..all.len()).collect();
    // Whatever uses the database is among these: what is waited for beside them would keep them from
    // giving back the sessions that it waits for.
    let mut running = FuturesUnordered::new();
    let mut stopped: Option<Fatal> = None;
    loop {
        let parent_of = |resource: &Resource| {
            resource
                .parent
                .filter(|parent| !connection.params.contains_key(parent.placeholder))
                .and_then(|parent| all.iter().position(|other| other.name == parent.resource))
        };
        let mut next = None;
        if running.len() < PARALLEL_RESOURCES {
            // Whoever tells whose rows they are goes first.
            let told = (all.iter().zip(&reports))
                .all(|(resource, report)| resource.tells_owner.is_none() || report.is_some());
            let ready = |at: &usize| {
                (told || all[*at].tells_owner.is_some())
                    && parent_of(all[*at]).is_none_or(|by| reports[by].is_some())
            };
            next = waiting.iter().position(ready).map(|place| waiting.remove(place));
        }
        let Some(at) = next else {
            let Some((at, report, fatal)) = running.next().await else { break };
            reports[at] = Some(report);
            stopped = stopped.or(fatal);
            continue;
        };
        let resource = all[at];
        let parent = parent_of(resource).and_then(|by| reports[by].as_ref());
        let parent = parent.map(|parent| parent.verdict);
        let why_not = match (stopped, parent) {
            _ if before.iter().any(|known| known == resource.name) => {
                reports[at] = Some(known(resource));
                continue;
            }
            // A database that failed would be waited for once more for each resource.
            (Some((ErrorKind::Storage, reason)), _) => {
                reports[at] = Some(skipped(resource, reason));
                continue;
            }
            (Some((_, reason)), _) => Some(reason),
            (None, Some(Verdict::Failed | Verdict::Skipped)) => {
                Some("its parent could not be read")
            }
            (None, _) => None,
        };
        let stranger = if why_not.is_none() { stranger.take() } else { None };
        running.push(async move {
            if let Some(reason) = why_not {
                return (at, skip(context, resource, reason).await, None);
            }
            let span = spans::of_resource(context, resource);
            let synced = resource::sync(context, resource, parent, stranger);
            let (report, fatal) = synced.instrument(span.clone()).await;
            spans::note_report(&span, &report);
            (at, report, fatal)
        });
    }
    reports.into_iter().flatten().collect()
}

/// Asks a run to stop when its time is over, as long as this is there.
struct Clock(tokio::task::JoinHandle<()>);

impl Clock {
    fn started(stop: &Stop, limit: Duration) -> Self {
        let stop = stop.clone();
        Self(tokio::spawn(async move {
            tokio::time::sleep(limit).await;
            stop.ask("the time of --max-duration is over");
        }))
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.0.abort();
    }
}
