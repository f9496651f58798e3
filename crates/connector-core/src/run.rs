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
mod part;
pub mod probe;
pub mod progress;
mod request_hash;
mod resource_settings;
mod verbs;
mod walker;
mod worker;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Semaphore;
use tracing::{Instrument as _, Level, info, info_span, warn};

pub use self::connection::{Connection, Range, check_resources, selected};
use self::progress::Watch;
use self::request_hash::Part;
pub use self::resource_settings::{AllSettings, ResourceSettings};
pub use self::verbs::{Begun, PartOutcome, Step, begin, finish, prepare, settle, shard, work};
pub use self::worker::{Gone, Worker};
use crate::ask::{Client, Traffic, millis};
use crate::budget::Budget;
use crate::error::{Error, ErrorKind, NotTried, Remedy, Result};
use crate::params::Params;
use crate::read::chosen::Chosen;
use crate::read::secret::SecretNames;
use crate::stop::Stop;
use crate::store::{Database, Division, Heard, Plan, Prepared, Statements, Store, Table};
use crate::verdict::{Report, ResourceReport, Tally, Tolerance, Tolerated, Verdict};
use crate::walk::RequestHash;
use crate::words::count;
use connector_spec::{Connector, Resource};

/// The number of resources that are read at the same time.
const PARALLEL_RESOURCES: usize = 4;
/// How far decoded pages may be ahead of the commits, in KiB, over all resources.
const AHEAD_KIB: u32 = 1 << 10;
/// After what time it is looked how far workers are: soon, as a resource may be small, and then
/// less often.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LONGEST_LOOK: Duration = Duration::from_millis(250);
/// How long workers that are to stop may take to let go.
const LAST_WORK: Duration = Duration::from_secs(20);

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
    /// Who reads here, and how many processes do.
    worker: Worker,
    workers: u64,
    /// Those of them that are no more.
    gone: Gone,
    /// The most requests of all workers together.
    max_requests: Option<u64>,
    /// Room for pages that are not committed yet, in KiB.
    ahead: Arc<Semaphore>,
    budget: Budget,
}

impl Context {
    /// What all walks share of a run of this connection.
    fn new(
        connection: &Connection,
        client: Client,
        store: Store,
        (worker, workers): (Worker, u64),
    ) -> Arc<Self> {
        let within = Some(connection.resume_within).filter(|_| !connection.range.full_refresh);
        let resume_since = within.and_then(|within| store.started_at.checked_sub_signed(within));
        Arc::new(Self {
            connector: connection.connector,
            client,
            store,
            params: connection.params.clone(),
            range: connection.range,
            keep_secrets: connection.keep_secrets,
            secret_names: SecretNames::of(connection.connector.resources),
            settings: connection.settings.clone(),
            batch_rows: connection.batch_rows,
            resume_since,
            stop: connection.stop(),
            progress: Arc::clone(&connection.progress),
            worker,
            workers,
            gone: Gone::default(),
            max_requests: connection.max_requests,
            ahead: Arc::new(Semaphore::new(AHEAD_KIB as usize)),
            budget: connection.budget.clone(),
        })
    }

    /// What a resource may lack and be complete.
    fn tolerated(&self, resource: &Resource) -> Tolerated {
        self.settings.of(resource.name).tolerated()
    }

    /// Lets the limit of the vendor be kept by all who use this database, and rests be heard.
    async fn share_limit(&self) -> Result<()> {
        if self.client.has_limit() || self.worker.lease.is_some() {
            let key = self.limit_key().await?;
            self.client.share(Arc::new(self.store.budget(key)));
        }
        Ok(())
    }

    /// What the key of the vendor is called where others see it.
    async fn limit_key(&self) -> Result<String> {
        Ok(self.client.fingerprint(&self.store.budget_secret().await?))
    }

    /// The table of a resource, for its listings as they are asked for.
    fn table(&self, resource: &'static Resource, statements: &Arc<Statements>) -> Table<'_> {
        let fuse = self.settings.of(resource.name).deletes;
        let request = self.request_hash(resource, None);
        Table::new(&self.store, resource, Arc::clone(statements), request, fuse)
    }

    /// The statements of a resource's table.
    fn statements(&self, resource: &'static Resource) -> Arc<Statements> {
        let parent = resource.parent.and_then(|parent| self.connector.resource(parent.resource));
        let has_history = self.store.has_history(resource.name);
        Arc::new(Statements::new(&self.store.schema, resource, parent, has_history))
    }

    /// What a person has chosen to leave out of a resource's rows, or to veil.
    fn chosen(&self, resource: &Resource) -> Chosen {
        let key = &self.store.fingerprint_key;
        let choice = self.settings.of(resource.name).choice.about(resource);
        Chosen::of(resource, &choice, Some(key)).expect("the choice was checked before the run")
    }

    /// Records that a resource begins.
    async fn begin(&self, resource: &Resource) -> Result<()> {
        self.store.begin_resource(resource.name, self.is_ranged(resource)).await
    }

    /// Whether only a part of the resource's rows is asked for.
    fn is_ranged(&self, resource: &Resource) -> bool {
        let Range { since, until, changed_parents_only, .. } = self.range;
        (resource.cursor.is_some() && since.or(until).is_some())
            || (resource.parent.is_some() && changed_parents_only)
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
        let choice = self.settings.of(resource.name).choice.about(resource);
        let kept = (self.keep_secrets, &choice);
        request_hash::of_listings(resource, &self.params, base, kept, part)
    }
}

/// Syncs a connection: everything, or the resources that it selects and their parents.
pub async fn sync(connection: &Connection, started_at: DateTime<Utc>) -> Result<Report> {
    let database = connection.database().await?;
    let run = sync_into(&database, connection, started_at, None).instrument(of(connection));
    let report = Box::pin(run).await;
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
    let run = sync_into(&database, connection, started_at, sample).instrument(of(connection));
    let report = Box::pin(run).await;
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
            (None, Some((_, database))) => {
                let run = sync_into(database, connection, started_at, None);
                Box::pin(run.instrument(of(connection))).await
            }
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

/// What the log lines of a connection's run have in common.
fn of(connection: &Connection) -> tracing::Span {
    info_span!("run", connection = connection.schema)
}

async fn sync_into(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    sample: Option<i64>,
) -> Result<Report> {
    conduct(database, connection, started_at, (sample, 1), |_, _| {}).await
}

/// Syncs a connection whose parts so many workers read, which [`work`] for the run
/// that this tells, once it has begun, with a way to say which of them are no more. One needs no
/// others: it is this process.
pub async fn sync_among(
    connection: &Connection,
    started_at: DateTime<Utc>,
    workers: u64,
    begun: impl FnOnce(i64, Gone),
) -> Result<Report> {
    let database = connection.database().await?;
    let run = conduct(&database, connection, started_at, (None, workers), begun);
    let report = Box::pin(run).await;
    database.close().await;
    report
}

/// Begins a run, lets its resources be read in their order, and ends it.
async fn conduct(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    (sample, workers): (Option<i64>, u64),
    begun: impl FnOnce(i64, Gone),
) -> Result<Report> {
    let start = Instant::now();
    let stop = connection.stop();
    let client = connection.client()?;
    let plan = Plan { sample, ..plan_of(connection, started_at)? };
    let mut store = Store::begin(database, &plan, &stop).await?;
    let lock = store.take_lock();
    let before = store.complete_before(connection.connector).await?;
    for what in &store.chosen {
        info!("{what}");
    }
    if let Some(first) = store.continues {
        info!("going on with run {first}, which was interrupted");
    }
    let clock = connection.max_duration.map(|limit| tokio::spawn(stop_after(stop.clone(), limit)));
    let context = Context::new(connection, client, store, (Worker::default(), workers));
    if sample.is_none() {
        context.share_limit().await?;
    }
    let stranger = context.ask_owner(connection, &before).await;
    if workers > 1 && stranger.is_none() {
        begun(context.store.run_id, context.gone.clone());
    }
    let resources = sync_resources(&context, connection, &before, stranger).await;
    if let Some(clock) = clock {
        clock.abort();
    }
    let report = end(&context, resources, stop.is_asked()).await;
    lock.give_back().await;
    Ok(Report { elapsed_ms: millis(start.elapsed()), ..report })
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
        continues: context.store.continues,
        interrupted,
        verdict,
        resources,
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
        takes_over: connection.settings.all.deletes == Tolerance::ALL && connection.is_whole(),
        resume_within: Some(connection.resume_within).filter(|_| !range.full_refresh),
        waits: connection.waits,
        leased: false,
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
                let span = info_span!(
                    "resource",
                    connection = context.store.schema,
                    run_id = context.store.run_id,
                    resource = resource.name
                );
                let synced = async move {
                    let (report, fatal) = sync_resource(context, resource, parent, stranger).await;
                    (at, report, fatal)
                };
                running.push(synced.instrument(span));
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
    let traffic = Arc::new(context.client.traffic());
    let line = context.progress.begin(resource.name, &traffic);
    let outcome = match stranger {
        Some(error) => context.begin(resource).await.and(Err(error)),
        None => Box::pin(read_resource(context, resource, parent, &traffic)).await,
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
    let report = tally.report(resource, millis(start.elapsed()), context.tolerated(resource));
    record(context, &report).await;
    drop(line);
    tell(&report);
    (report, fatal)
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

/// Records how a resource came out; whoever waits for it has the report all the same.
async fn record(context: &Context, report: &ResourceReport) {
    if let Err(error) = context.store.end_resource(report).await {
        warn!("{error}");
    }
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
async fn divide(
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

/// Reads a resource, or lets workers read its parts, and returns what it came to.
async fn read_resource(
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
            context.stop.ask("the requests that it may make are used up");
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

/// Asks a run to stop when its time is over.
async fn stop_after(stop: Stop, limit: Duration) {
    tokio::time::sleep(limit).await;
    stop.ask("its time is over");
}

/// A resource that is complete in the interrupted run that this one goes on with.
fn known(resource: &'static Resource) -> ResourceReport {
    let mut report = Tally::default().report(resource, 0, Tolerated::default());
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
        Ok(()) => record(context, &report).await,
        Err(error) => warn!("{error}"),
    }
    report
}

fn skipped(resource: &'static Resource, reason: &str) -> ResourceReport {
    let mut report = Tally::default().report(resource, 0, Tolerated::default());
    report.verdict = Verdict::Skipped;
    report.error = Some(format!("not tried: {reason}"));
    report
}
