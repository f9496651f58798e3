//! The flow of a run: resources, partitions, walks, batches.
//!
//! Fetching and decoding go ahead of loading by a bounded number of bytes. The
//! order of one walk's pages is kept from the socket to the commit.

mod ahead;
mod connection;
mod event;
mod load;
mod owner;
mod page;
pub mod probe;
pub mod progress;
mod request_hash;
mod resource_settings;
mod walker;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tracing::{info, warn};

pub use self::connection::{Connection, Range, check_resources, selected};
use self::event::Event;
use self::load::load;
use self::progress::Watch;
use self::request_hash::Part;
pub use self::resource_settings::{AllSettings, ResourceSettings};
use self::walker::{Failing, Walker};
use crate::ask::{Client, Traffic};
use crate::budget::Budget;
use crate::error::{Error, ErrorKind, NotTried, Remedy, Result};
use crate::params::Params;
use crate::read::secret::SecretNames;
use crate::stop::Stop;
use crate::store::{Database, Plan, ResourceOutcome, Statements, Store, Table};
use crate::verdict::{Report, ResourceReport, Tally, Tolerance, Tolerated, Verdict};
use crate::walk::{Bookmark, Partition, RequestHash};
use crate::words::count;
use connector_spec::{Connector, Parent, Resource};

/// The number of resources that are read at the same time.
const PARALLEL_RESOURCES: usize = 4;
/// The number of a resource's listings that are read at the same time.
const PARALLEL_WALKS: usize = 10;
/// How far decoded pages may be ahead of the commits, in KiB, over all resources.
const AHEAD_KIB: u32 = 1 << 10;
/// The number of parent rows that are read from the database at a time.
const PARENTS: i64 = 500;

/// What all walks of a run share.
struct Context {
    connector: &'static Connector,
    client: Client,
    store: Store,
    params: Params,
    range: Range,
    keep_secrets: bool,
    secret_names: SecretNames,
    settings: AllSettings,
    batch_rows: u64,
    /// Walks that were committed before this time are begun anew.
    resume_since: Option<DateTime<Utc>>,
    stop: Stop,
    progress: Arc<dyn Watch>,
    /// Room for pages that are not committed yet, in KiB.
    ahead: Arc<Semaphore>,
    budget: Budget,
}

impl Context {
    /// The table of a resource, for its listings as they are asked for.
    fn table(&self, resource: &'static Resource, statements: &Arc<Statements>) -> Table<'_> {
        let fuse = self.settings.of(resource.name).deletes;
        let request = self.request_hash(resource, None);
        Table::new(&self.store, resource, Arc::clone(statements), request, fuse)
    }

    /// Records that a resource begins.
    async fn begin(&self, resource: &Resource) -> Result<()> {
        let Range { since, until, changed_parents_only, .. } = self.range;
        let ranged = (resource.cursor.is_some() && since.or(until).is_some())
            || (resource.parent.is_some() && changed_parents_only);
        self.store.begin_resource(resource.name, self.store.now(), ranged).await
    }

    /// Whether the run lists all rows of the resource's parent, and not some of them.
    fn lists_parents(&self, resource: &Resource) -> bool {
        let parent = resource.parent.and_then(|parent| self.connector.resource(parent.resource));
        let ranged = self.range.since.or(self.range.until).is_some();
        parent.is_some_and(|parent| parent.cursor.is_none() || !ranged && parent.filter.is_none())
    }

    /// Tells the listings of a resource, or a part of each, from everything else that one
    /// could ask for.
    fn request_hash(&self, resource: &Resource, part: Option<&Part<'_>>) -> RequestHash {
        let base = self.client.base();
        request_hash::of_listings(resource, &self.params, base, self.keep_secrets, part)
    }
}

/// Syncs a connection: everything, or the resources that it selects and their parents.
pub async fn sync(connection: &Connection, started_at: DateTime<Utc>) -> Result<Report> {
    let database = connection.database().await?;
    let report = Box::pin(sync_into(&database, connection, started_at, None)).await;
    database.close().await;
    report
}

/// Rehearses a sync: everything is done, in one transaction that is rolled back. The report
/// says what would have changed, with the keys of so many rows of each resource.
pub async fn plan(
    connection: &Connection,
    started_at: DateTime<Utc>,
    sample: usize,
) -> Result<Report> {
    let database = connection.database().await?.rehearsing();
    let sample = Some(i64::try_from(sample).unwrap_or(i64::MAX));
    let report = sync_into(&database, connection, started_at, sample).await;
    database.close().await;
    report
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
        match (failure, databases.iter().find(|(other, _)| connection.shares_database(other))) {
            (None, Some((_, database))) => sync_into(database, connection, started_at, None).await,
            (Some(error), _) => Err(error),
            (None, None) => Err(Error::settings("the database could not be opened")),
        }
    });
    let reports = futures_util::future::join_all(runs).await;
    for (_, database) in databases {
        database.close().await;
    }
    reports
}

async fn sync_into(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    sample: Option<i64>,
) -> Result<Report> {
    let start = Instant::now();
    let connector = connection.connector;
    let client = connection.client()?;
    let stop = connection.stop();
    let resume_within = Some(connection.resume_within).filter(|_| !connection.range.full_refresh);
    let plan = Plan {
        connector,
        schema: &connection.schema,
        preset: &connection.preset,
        started_at,
        request_hashes: request_hash::of_run(connection),
        scope: connection.scope(),
        takes_over: connection.settings.all.deletes == Tolerance::ALL && connection.is_whole(),
        resume_within,
        waits: connection.waits,
        patience: connection.patience,
        sample,
        histories: connection.histories(),
    };
    let mut store = Store::begin(database, &plan, &stop).await?;
    let lock = store.take_lock();
    let before = store.complete_before(connector).await?;
    if let Some(first) = store.continues {
        info!("going on with run {first}, which was interrupted");
    }
    let clock = connection.max_duration.map(|limit| tokio::spawn(stop_after(stop.clone(), limit)));
    let context = Arc::new(Context {
        connector,
        client,
        store,
        params: connection.params.clone(),
        range: connection.range,
        keep_secrets: connection.keep_secrets,
        secret_names: SecretNames::of(connector.resources),
        settings: connection.settings.clone(),
        batch_rows: connection.batch_rows,
        resume_since: resume_within.and_then(|within| started_at.checked_sub_signed(within)),
        stop: stop.clone(),
        progress: Arc::clone(&connection.progress),
        ahead: Arc::new(Semaphore::new(AHEAD_KIB as usize)),
        budget: connection.budget.clone(),
    });
    let stranger = context.ask_owner(connection, &before).await;
    let resources = sync_resources(&context, connection, &before, stranger).await;
    if let Some(clock) = clock {
        clock.abort();
    }
    let verdict =
        resources.iter().map(|resource| resource.verdict).max().unwrap_or(Verdict::Complete);
    // A run whose record cannot be written is no green run; the reason was said with its resource.
    let interrupted = stop.is_asked() && verdict != Verdict::Complete;
    let verdict = match context.store.end_run(verdict, interrupted).await {
        Ok(()) => verdict,
        Err(error) => {
            warn!("{error}");
            verdict.max(Verdict::Failed)
        }
    };
    let (run_id, continues) = (context.store.run_id, context.store.continues);
    lock.give_back().await;
    Ok(Report {
        connection: connection.schema.clone(),
        connector: connector.name,
        run_id,
        started_at,
        elapsed_ms: millis(start),
        continues,
        interrupted,
        verdict,
        resources,
        ddl: context.store.ddl.clone(),
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
        match (&stopped, parent.map(|parent| parent.verdict)) {
            _ if before.iter().any(|known| known == resource.name) => {
                reports[at] = Some(known(resource));
            }
            (Some((kind, reason)), _) => {
                // A database that failed would be waited for once more for each resource.
                reports[at] = Some(if *kind == ErrorKind::Storage {
                    skipped(resource, reason)
                } else {
                    skip(context, resource, reason).await
                });
            }
            (None, Some(Verdict::Failed | Verdict::Skipped)) => {
                let reason = "its parent could not be read";
                reports[at] = Some(skip(context, resource, reason).await);
            }
            (None, parent) => {
                let stranger = stranger.take();
                running.push(async move {
                    let (report, fatal) = sync_resource(context, resource, parent, stranger).await;
                    (at, report, fatal)
                });
            }
        }
    }
    reports.into_iter().flatten().collect()
}

/// Syncs one resource; the second value is why nothing else of the connection can work.
async fn sync_resource(
    context: &Arc<Context>,
    resource: &'static Resource,
    parent: Option<Verdict>,
    stranger: Option<Error>,
) -> (ResourceReport, Option<Fatal>) {
    let start = Instant::now();
    let traffic = Arc::new(Traffic::default());
    let line = context.progress.begin(resource.name, &traffic);
    let listed = parent == Some(Verdict::Complete) && context.lists_parents(resource);
    let mut tally = Tally::new(context.store.sample, listed);
    if parent == Some(Verdict::Incomplete) {
        tally.problem("its parent is not complete, so listings may be missing".to_owned());
    }
    let outcome = match stranger {
        Some(error) => context.begin(resource).await.and(Err(error)),
        None => run_walks(context, resource, &traffic, &mut tally).await,
    };
    if let Err(error) = outcome {
        tally.fail(error);
    }
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
    let tolerated = context.settings.of(resource.name).tolerated();
    let report = tally.report(resource, &traffic, millis(start), tolerated);
    record(context, &report, &traffic).await;
    drop(line);
    let said = format!(
        "`{}`: {} in {}, {}",
        resource.name,
        count(report.rows, "row", "rows"),
        count(report.requests, "request", "requests"),
        report.verdict
    );
    if report.verdict == Verdict::Complete {
        info!("{said}");
    } else {
        warn!("{said}");
    }
    (report, fatal)
}

/// Records how a resource came out; whoever waits for it has the report all the same.
async fn record(context: &Context, report: &ResourceReport, traffic: &Traffic) {
    let outcome = ResourceOutcome {
        verdict: report.verdict,
        evidence: serde_json::to_value(&report.evidence).unwrap_or_default(),
        error: report.error.as_deref(),
        next: report.next.as_deref(),
        traffic,
        pages: report.evidence.pages,
    };
    if let Err(error) = context.store.end_resource(report.resource, &outcome).await {
        warn!("{error}");
    }
}

/// Reads all listings of a resource and loads them.
async fn run_walks(
    context: &Arc<Context>,
    resource: &'static Resource,
    traffic: &Arc<Traffic>,
    tally: &mut Tally,
) -> Result<()> {
    context.begin(resource).await?;
    let parent = resource.parent.and_then(|parent| context.connector.resource(parent.resource));
    let statements = Arc::new(Statements::new(
        &context.store.schema,
        resource,
        parent,
        context.store.has_history(resource.name),
    ));
    let table = context.table(resource, &statements);
    table.check()?;
    let anew = context.range.full_refresh;
    table.remember_deletes().await?;
    let open = Arc::new(table.open_walks(context.resume_since, anew).await?);
    let (events, received) = mpsc::channel(64);
    let tables = (statements, open);
    let fetch = fetch(Arc::clone(context), resource, Arc::clone(traffic), events, tables);
    let walks = tokio::spawn(fetch);
    // A parameter in the place of the parent says which listings there are, whatever became of its rows.
    let by_parent =
        resource.parent.is_some_and(|parent| !context.params.contains_key(parent.placeholder));
    let share = (context.batch_rows, context.budget.load());
    let loaded = load(&table, received, share, by_parent, tally).await;
    // The loader ends after the last walk, or fails, which ends the walks.
    let fetched = walks.await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Stopped, "a walk broke off").because(error))
    });
    loaded.and(fetched)?;
    table.prune().await
}

/// Starts a walk for each partition, some at a time.
async fn fetch(
    context: Arc<Context>,
    resource: &'static Resource,
    traffic: Arc<Traffic>,
    events: mpsc::Sender<Event>,
    (statements, open): (Arc<Statements>, Arc<HashMap<String, Bookmark>>),
) -> Result<()> {
    let failing = Arc::new(Failing::default());
    let mut walks = JoinSet::new();
    let start = |partition: Partition, walks: &mut JoinSet<()>| {
        let walker = Walker {
            context: Arc::clone(&context),
            resource,
            partition: Arc::new(partition),
            traffic: Arc::clone(&traffic),
            events: events.clone(),
            failing: Arc::clone(&failing),
            open: Arc::clone(&open),
            statements: Arc::clone(&statements),
        };
        walks.spawn(walker.run());
    };
    let table = context.table(resource, &statements);
    let mut parents = Parents::of(&context, resource)?;
    let mut outcome = Ok(());
    'all: while let Some(mut partitions) = parents.next(&context, resource).await? {
        let ids: Vec<String> = partitions.iter().map(Partition::id).collect();
        let known = table.known(&ids).await?;
        partitions.retain(|partition| !known.contains(&partition.id()));
        for _ in known {
            // A closed channel means that the loader failed, and it has said why.
            let _ = events.send(Event::Known).await;
        }
        for partition in partitions {
            room_for_one(&mut walks).await;
            outcome = failing.check().and(context.stop.check());
            if outcome.is_err() || events.is_closed() {
                break 'all;
            }
            start(partition, &mut walks);
        }
    }
    walks.join_all().await;
    outcome
}

/// The listings of a resource, some at a time.
enum Parents {
    /// Those that the declaration and the settings name.
    Named(Vec<Partition>),
    /// Those of the rows of a parent, behind one of them.
    Rows {
        parent: Parent,
        table: &'static str,
        after: Option<String>,
        /// How many there are before it.
        before: u64,
    },
    /// No more.
    End,
}

impl Parents {
    fn of(context: &Context, resource: &'static Resource) -> Result<Self> {
        if let Some(named) = Partition::of_params(resource, context.connector, &context.params) {
            return Ok(Self::Named(named));
        }
        let parent = resource.parent.and_then(|parent| {
            let table = context.connector.resource(parent.resource)?.table;
            Some(Self::Rows { parent, table, after: None, before: 0 })
        });
        parent.ok_or_else(|| {
            Error::settings(format!("`{}` has no listings to ask for", resource.name))
        })
    }

    async fn next(
        &mut self,
        context: &Context,
        resource: &'static Resource,
    ) -> Result<Option<Vec<Partition>>> {
        match std::mem::replace(self, Self::End) {
            Self::End => Ok(None),
            Self::Named(named) => Ok(Some(named)),
            Self::Rows { parent, table, after, before } => {
                let child = Some(resource.name).filter(|_| context.range.changed_parents_only);
                let column = parent.column;
                let keys =
                    context.store.parents(table, column, after.as_deref(), PARENTS, child).await?;
                let Some(last) = keys.last().cloned() else { return Ok(None) };
                let after = Some(last);
                *self = Self::Rows { parent, table, after, before: before + keys.len() as u64 };
                let of = |(row, key)| Partition::of_parent(parent.placeholder, key, row);
                Ok(Some((before + 1..).zip(keys).map(of).collect()))
            }
        }
    }
}

/// Asks a run to stop when its time is over.
async fn stop_after(stop: Stop, limit: Duration) {
    tokio::time::sleep(limit).await;
    stop.ask("its time is over");
}

/// Waits until one more walk may begin.
async fn room_for_one(walks: &mut JoinSet<()>) {
    while walks.len() >= PARALLEL_WALKS {
        walks.join_next().await;
    }
}

/// A resource that is complete in the interrupted run that this one goes on with.
fn known(resource: &'static Resource) -> ResourceReport {
    let mut report =
        Tally::default().report(resource, &Traffic::default(), 0, Tolerated::default());
    report.evidence.known = 1;
    report
}

/// Why nothing else of a connection can work: the kind of an error, and a reason in words.
type Fatal = (ErrorKind, &'static str);

/// Why nothing else of a connection can work after an error, if it is so.
fn stops_all(error: &Error) -> Option<Fatal> {
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

/// A resource that is not tried, which is recorded like all others.
async fn skip(context: &Context, resource: &'static Resource, reason: &str) -> ResourceReport {
    let report = skipped(resource, reason);
    match context.begin(resource).await {
        Ok(()) => record(context, &report, &Traffic::default()).await,
        Err(error) => warn!("{error}"),
    }
    report
}

fn skipped(resource: &'static Resource, reason: &str) -> ResourceReport {
    let mut report =
        Tally::default().report(resource, &Traffic::default(), 0, Tolerated::default());
    report.verdict = Verdict::Skipped;
    report.error = Some(format!("not tried: {reason}"));
    report
}

fn millis(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
