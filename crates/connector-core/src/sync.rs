//! The flow of a run: resources, partitions, walks, batches.
//!
//! Fetching and decoding go ahead of loading by a bounded number of bytes. The
//! order of one walk's pages is kept from the socket to the commit.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::column::{Source, postgres_micros};
use crate::decode::{Bounds, Decoder, Drift, Encoded};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Client, Traffic};
use crate::paging::{Ending, Position, Step, Walk};
use crate::partition::Partition;
use crate::report::{DriftReport, Evidence, Report, ResourceReport};
use crate::resource::{Connector, Resource};
use crate::secret::Secrets;
use crate::select;
use crate::settings::{Connection, Params, Range};
use crate::store::{Batch, Counts, Database, EndedWalk, ResourceOutcome, Store, Table, Verdict};

/// The size at which a batch is committed.
const BATCH_BYTES: usize = 4 << 20;
/// The number of rows at which a batch is committed.
const BATCH_ROWS: u64 = 20_000;
/// The age at which a batch is committed, however small it is.
const BATCH_AGE: Duration = Duration::from_secs(30);
/// How far decoded pages may be ahead of the commits, in KiB.
const AHEAD_KIB: u32 = 8 << 10;
/// The number of a resource's listings that are read at the same time.
const PARALLEL_WALKS: usize = 4;
/// The number of parent rows that are read from the database at a time.
const PARENTS: i64 = 500;
/// The most problems that a report lists for one resource.
const MAX_PROBLEMS: usize = 10;

/// What all walks of a run share.
struct Context {
    connector: &'static Connector,
    client: Client,
    store: Store,
    params: Params,
    range: Range,
    keep_secrets: bool,
}

/// What a walk sends to the loader.
enum Event {
    /// A page, and where the walk is after it.
    Page {
        partition: Arc<Partition>,
        page: Encoded,
        position: Position,
        _ahead: OwnedSemaphorePermit,
    },
    /// The walk ended, one way or the other.
    End { partition: Arc<Partition>, pages: u64, end: Result<WalkEnd> },
}

/// How a walk ended that did not fail.
struct WalkEnd {
    ending: Ending,
    total: Option<u64>,
    total_moved: bool,
    /// Whether it went through the whole listing, and not through a range of it.
    whole: bool,
    /// Whether a person chose the range, so that it says nothing about how far the data reaches.
    backfill: bool,
}

/// Syncs a connection: everything, or the resources that it selects and their parents.
pub async fn sync(connection: &Connection, started_at: DateTime<Utc>) -> Result<Report> {
    let database = connection.database().await?;
    let report = sync_into(&database, connection, started_at).await;
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
            (None, Some((_, database))) => sync_into(database, connection, started_at).await,
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
) -> Result<Report> {
    let start = Instant::now();
    let connector = connection.connector;
    let client = connection.client()?;
    let store =
        Store::begin(database, connector, &connection.schema, &connection.preset, started_at)
            .await?;
    let context = Arc::new(Context {
        connector,
        client,
        store,
        params: connection.params.clone(),
        range: connection.range,
        keep_secrets: connection.keep_secrets,
    });
    let mut resources: Vec<ResourceReport> = Vec::new();
    let mut stopped: Option<&'static str> = None;
    for resource in connection.selected() {
        let parent = resource
            .parent
            .filter(|parent| !connection.params.contains_key(parent.placeholder))
            .and_then(|parent| resources.iter().find(|report| report.resource == parent.resource));
        let report = match (&stopped, parent.map(|parent| parent.verdict)) {
            (Some(reason), _) => skipped(resource, reason),
            (None, Some(Verdict::Failed | Verdict::Skipped)) => {
                skipped(resource, "its parent could not be read")
            }
            (None, parent) => {
                let (report, fatal) = sync_resource(&context, resource, parent).await;
                stopped = fatal;
                report
            }
        };
        resources.push(report);
    }
    if let Err(error) = context.store.look_after().await {
        warn!("{error}");
    }
    let verdict =
        resources.iter().map(|resource| resource.verdict).max().unwrap_or(Verdict::Complete);
    // A run whose record cannot be written is no green run; the reason was said with its resource.
    let verdict = match context.store.end_run(verdict).await {
        Ok(()) => verdict,
        Err(error) => {
            warn!("{error}");
            verdict.max(Verdict::Failed)
        }
    };
    let run_id = context.store.run_id;
    if let Some(context) = Arc::into_inner(context) {
        context.store.close().await;
    }
    Ok(Report {
        connection: connection.schema.clone(),
        connector: connector.name,
        run_id,
        started_at,
        elapsed_ms: millis(start),
        verdict,
        resources,
    })
}

/// Syncs one resource; the second value is why nothing else of the connection can work.
async fn sync_resource(
    context: &Arc<Context>,
    resource: &'static Resource,
    parent: Option<Verdict>,
) -> (ResourceReport, Option<&'static str>) {
    let start = Instant::now();
    let traffic = Arc::new(Traffic::default());
    let mut tally = Tally::default();
    if parent == Some(Verdict::Incomplete) {
        tally.problem("its parent is not complete, so listings may be missing".to_owned());
    }
    let outcome = run_walks(context, resource, &traffic, &mut tally).await;
    if let Err(error) = outcome {
        tally.fail(error);
    }
    let fatal = tally.error.as_ref().and_then(|error| match error.kind() {
        ErrorKind::Auth => Some("the key was refused"),
        ErrorKind::Unreachable => Some("the vendor cannot be reached"),
        ErrorKind::Storage => Some("the database failed"),
        ErrorKind::Stopped => Some("the run was stopped"),
        _ => None,
    });
    let report = tally.report(resource, &traffic, millis(start));
    let outcome = ResourceOutcome {
        verdict: report.verdict,
        evidence: serde_json::to_value(&report.evidence).unwrap_or_default(),
        error: report.error.as_deref(),
        traffic: &traffic,
        pages: report.evidence.pages,
    };
    if let Err(error) = context.store.end_resource(resource.name, &outcome).await {
        warn!("{error}");
    }
    info!(
        "`{}`: {} rows in {} requests, {}",
        resource.name, report.rows, report.requests, report.verdict
    );
    (report, fatal)
}

/// Reads all listings of a resource and loads them.
async fn run_walks(
    context: &Arc<Context>,
    resource: &'static Resource,
    traffic: &Arc<Traffic>,
    tally: &mut Tally,
) -> Result<()> {
    context.store.begin_resource(resource.name, context.store.started_at).await?;
    let parent = resource.parent.and_then(|parent| context.connector.resource(parent.resource));
    let table = Table::new(&context.store, resource, parent);
    table.forget_walks().await?;
    let (events, received) = mpsc::channel(64);
    let walks = tokio::spawn(fetch(Arc::clone(context), resource, Arc::clone(traffic), events));
    let loaded = load(&table, received, tally).await;
    if loaded.is_ok() {
        tally.counts.deleted += table.mark_orphans().await?;
    }
    // The loader ends after the last walk, or fails, which ends the walks.
    let fetched = walks.await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Stopped, "a walk broke off").because(error))
    });
    loaded.and(fetched)
}

/// Starts a walk for each partition, some at a time.
async fn fetch(
    context: Arc<Context>,
    resource: &'static Resource,
    traffic: Arc<Traffic>,
    events: mpsc::Sender<Event>,
) -> Result<()> {
    let ahead = Arc::new(Semaphore::new(AHEAD_KIB as usize));
    let mut walks = JoinSet::new();
    let start = |partition: Partition, walks: &mut JoinSet<()>| {
        let walker = Walker {
            context: Arc::clone(&context),
            resource,
            partition: Arc::new(partition),
            traffic: Arc::clone(&traffic),
            events: events.clone(),
            ahead: Arc::clone(&ahead),
        };
        walks.spawn(walker.run());
    };
    if let Some(partitions) = Partition::of_params(resource, context.connector, &context.params) {
        for partition in partitions {
            room_for_one(&mut walks).await;
            start(partition, &mut walks);
        }
        walks.join_all().await;
        return Ok(());
    }
    let parent = resource
        .parent
        .and_then(|parent| Some((parent, context.connector.resource(parent.resource)?)));
    let Some((parent, parent_resource)) = parent else {
        return Err(Error::settings(format!("`{}` has no listings to ask for", resource.name)));
    };
    let mut after: Option<String> = None;
    loop {
        let keys = context
            .store
            .parents(
                parent_resource.table,
                parent.column,
                after.as_deref(),
                PARENTS,
                context.range.changed_parents_only,
            )
            .await?;
        let Some(last) = keys.last() else { break };
        after = Some(last.clone());
        for key in keys {
            room_for_one(&mut walks).await;
            if events.is_closed() {
                return Ok(());
            }
            start(Partition::of_parent(parent.placeholder, key), &mut walks);
        }
    }
    walks.join_all().await;
    Ok(())
}

/// Waits until one more walk may begin.
async fn room_for_one(walks: &mut JoinSet<()>) {
    while walks.len() >= PARALLEL_WALKS {
        walks.join_next().await;
    }
}

/// One walk through one listing.
struct Walker {
    context: Arc<Context>,
    resource: &'static Resource,
    partition: Arc<Partition>,
    traffic: Arc<Traffic>,
    events: mpsc::Sender<Event>,
    ahead: Arc<Semaphore>,
}

impl Walker {
    async fn run(self) {
        let mut walk = self.new_walk();
        let end = self.walk(&mut walk).await.map_err(|error| {
            let error = error.at("page", walk.pages() + 1);
            if self.partition.values.is_empty() {
                error
            } else {
                error.at("partition", &self.partition)
            }
        });
        // A closed channel means that the loader failed, and it has said why.
        let _ = self
            .events
            .send(Event::End { partition: Arc::clone(&self.partition), pages: walk.pages(), end })
            .await;
    }

    /// A walk from the start of the listing.
    fn new_walk(&self) -> Walk {
        let positional =
            self.resource.columns.iter().any(|column| column.source == Source::Position);
        Walk::new(self.resource.paging, positional).sparse(self.any_set(self.resource.sparse_if))
    }

    fn any_set(&self, params: &[&str]) -> bool {
        params.iter().any(|name| {
            self.context
                .params
                .get(name)
                .is_some_and(|values| values.iter().any(|value| value != "false"))
        })
    }

    /// Where an append-only listing is read from: behind the rows that are known.
    async fn known_rows(&self) -> Result<u64> {
        match self.resource.append_only {
            Some(unless) if !self.context.range.full_refresh && !self.any_set(unless) => {
                Table::new(&self.context.store, self.resource, None)
                    .known_rows(&self.partition)
                    .await
            }
            _ => Ok(0),
        }
    }

    /// The values of the cursor that this walk asks for.
    async fn bounds(&self) -> Result<(Bounds, Option<DateTime<Utc>>)> {
        let range = self.context.range;
        if self.resource.cursor.is_none() {
            return Ok((Bounds::default(), None));
        }
        let bounds = Bounds {
            since: range.since.map(postgres_micros),
            until: range.until.map(postgres_micros),
        };
        if bounds.any() || self.resource.filter.is_none() || range.full_refresh {
            return Ok((bounds, range.since));
        }
        let table = Table::new(&self.context.store, self.resource, None);
        let reached = table.cursor_reached(&self.partition).await?;
        let since = reached.and_then(|reached| reached.checked_sub_signed(range.lookback));
        Ok((Bounds { since: since.map(postgres_micros), until: None }, since))
    }

    async fn walk(&self, walk: &mut Walk) -> Result<WalkEnd> {
        let contract = |what: String| Error::new(ErrorKind::Contract, what);
        let (bounds, since) = self.bounds().await?;
        let secrets = if self.context.keep_secrets {
            Secrets::Keep
        } else {
            Secrets::Fingerprint(self.context.store.fingerprint_key.clone())
        };
        let decoder = Decoder::new(self.resource, secrets, bounds);
        let filter = self
            .resource
            .filter
            .map_or_else(Vec::new, |filter| filter.query(since, self.context.range.until));
        let known = self.known_rows().await?;
        *walk = self.new_walk().starting_at(known);
        let mut response = self.request(walk, &filter).await;
        loop {
            let answer = response?;
            let body = answer.json();
            if let Some(said) = select::error_in(body, &self.context.client) {
                let error = Error::new(
                    ErrorKind::Rejected,
                    format!("the vendor answered with an error: {said}"),
                );
                return Err(
                    error.next("check the base URL and the preset; the vendor's words say more")
                );
            }
            let rows = select::select(body, self.resource).map_err(|what| {
                contract(what).next("check the base URL, and whether the live API answers in another shape than its document")
            })?;
            let facts = select::facts(&answer, body, &rows, &self.resource.paging);
            if facts.total.is_some_and(|total| walk.pages() == 0 && total < known) {
                // Fewer rows than were read before: it is another listing by now, and is read anew.
                *walk = self.new_walk();
                drop(rows);
                response = self.request(walk, &filter).await;
                continue;
            }
            let first = walk.first_row();
            let step = walk.advance(&facts);
            // The next page is asked for while this one is decoded.
            let next = (step == Ok(Step::Next)).then(|| tokio::spawn(self.request(walk, &filter)));
            let page = decoder.page(&rows.each, &self.partition.values, first);
            drop(rows);
            let kib =
                u32::try_from(page.tuples.len() >> 10).unwrap_or(u32::MAX).clamp(1, AHEAD_KIB);
            let stopped = || Error::new(ErrorKind::Stopped, "the load stopped");
            let ahead =
                Arc::clone(&self.ahead).acquire_many_owned(kib).await.map_err(|_| stopped())?;
            let event = Event::Page {
                partition: Arc::clone(&self.partition),
                page,
                position: walk.position().clone(),
                _ahead: ahead,
            };
            self.events.send(event).await.map_err(|_| stopped())?;
            // A walk that is stuck ends here, and what its last page held is kept.
            let step = step.map_err(|stuck| contract(stuck.to_string()).next(stuck.advice()))?;
            match (step, next) {
                (Step::End(ending), _) => {
                    let whole = !bounds.any() && walk.starts_at_the_start();
                    return Ok(WalkEnd {
                        ending,
                        total: walk.total(),
                        total_moved: walk.total_moved(),
                        whole,
                        backfill: self.context.range.since.or(self.context.range.until).is_some(),
                    });
                }
                (Step::Next, Some(next)) => {
                    response = next.await.unwrap_or_else(|_| Err(stopped()));
                }
                (Step::Next, None) => response = self.request(walk, &filter).await,
            }
        }
    }

    /// The request for the page that the walk is at, to be awaited anywhere.
    fn request(
        &self,
        walk: &Walk,
        filter: &[(&str, String)],
    ) -> impl Future<Output = Result<crate::http::Response>> + Send + use<> {
        let target = self.partition.target(
            self.resource,
            self.context.connector,
            &self.context.params,
            walk,
            filter,
        );
        let (context, traffic) = (Arc::clone(&self.context), Arc::clone(&self.traffic));
        async move { context.client.get(&target, &traffic).await }
    }
}

/// Gathers pages into batches and commits them.
async fn load(
    table: &Table<'_>,
    mut events: mpsc::Receiver<Event>,
    tally: &mut Tally,
) -> Result<()> {
    let mut batch = Batch::default();
    let mut oldest: Option<Instant> = None;
    let mut rejected_in: BTreeMap<String, u64> = BTreeMap::new();
    let mut cursors: BTreeMap<String, i64> = BTreeMap::new();
    loop {
        let age = oldest.map_or(BATCH_AGE, |oldest| BATCH_AGE.saturating_sub(oldest.elapsed()));
        let event = tokio::time::timeout(age, events.recv()).await;
        match event {
            Ok(Some(Event::Page { partition, page, position, _ahead })) => {
                oldest.get_or_insert_with(Instant::now);
                let id = partition.id();
                *rejected_in.entry(id.clone()).or_default() += page.rejected.len() as u64;
                if let Some(cursor) = page.cursor {
                    cursors
                        .entry(id)
                        .and_modify(|reached| *reached = cursor.max(*reached))
                        .or_insert(cursor);
                }
                batch.add(&partition, page, position);
            }
            Ok(Some(Event::End { partition, pages, end })) => {
                let id = partition.id();
                let (rejected, cursor) =
                    (rejected_in.remove(&id).unwrap_or(0), cursors.remove(&id));
                let whole = end.as_ref().is_ok_and(|end| end.whole);
                // A row that was set aside has to be asked for again.
                let advances = rejected == 0 && end.as_ref().is_ok_and(|end| !end.backfill);
                if tally.end(&partition, pages, end) {
                    batch.end(EndedWalk {
                        partition: Arc::unwrap_or_clone(partition),
                        deletes: whole && rejected == 0,
                        cursor: cursor.filter(|_| advances),
                    });
                }
            }
            Ok(None) => break,
            Err(_) => {}
        }
        let old = oldest.is_some_and(|oldest| oldest.elapsed() >= BATCH_AGE);
        if batch.bytes() >= BATCH_BYTES || batch.rows >= BATCH_ROWS || old {
            commit(table, &mut batch, tally).await?;
            oldest = None;
        }
    }
    commit(table, &mut batch, tally).await
}

async fn commit(table: &Table<'_>, batch: &mut Batch, tally: &mut Tally) -> Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let counts = table.commit(batch).await?;
    tally.add(batch, counts);
    batch.clear();
    Ok(())
}

/// What a resource's walks and commits came to.
#[derive(Default)]
struct Tally {
    rows: u64,
    counts: Counts,
    evidence: Evidence,
    more_problems: u64,
    drift: BTreeMap<Drift, u64>,
    error: Option<Error>,
}

impl Tally {
    fn add(&mut self, batch: &Batch, counts: Counts) {
        self.rows += batch.rows;
        self.counts.inserted += counts.inserted;
        self.counts.updated += counts.updated;
        self.counts.unchanged += counts.unchanged;
        self.counts.deleted += counts.deleted;
        self.counts.quarantined += counts.quarantined;
        self.evidence.repeats += counts.repeats;
        if counts.fused > 0 {
            self.problem(format!(
                "{} rows are no longer listed, too many at once to be marked deleted",
                counts.fused
            ));
        }
        for (drift, rows) in batch.drift() {
            *self.drift.entry(drift.clone()).or_default() += rows;
        }
    }

    /// Takes note of a walk's end; true if it is one that proves the listing whole.
    fn end(&mut self, partition: &Partition, pages: u64, end: Result<WalkEnd>) -> bool {
        self.evidence.partitions += 1;
        self.evidence.pages += pages;
        match end {
            Ok(end) => {
                *self.evidence.endings.entry(end.ending.name()).or_default() += 1;
                self.evidence.total_moved |= end.total_moved;
                if let Some(total) = end.total {
                    self.evidence.total = Some(self.evidence.total.unwrap_or(0) + total);
                }
                true
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !partition.values.is_empty() => {
                self.evidence.vanished += 1;
                false
            }
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }

    fn problem(&mut self, problem: String) {
        if self.evidence.problems.len() < MAX_PROBLEMS {
            self.evidence.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }

    /// Keeps the error that says most: the first, unless a later one stops everything.
    fn fail(&mut self, error: Error) {
        let stops = |error: &Error| {
            matches!(error.kind(), ErrorKind::Auth | ErrorKind::Unreachable | ErrorKind::Storage)
        };
        match &self.error {
            Some(first) if stops(first) || !stops(&error) => self.problem(error.to_string()),
            _ => {
                if let Some(first) = self.error.replace(error) {
                    self.problem(first.to_string());
                }
            }
        }
    }

    fn report(
        mut self,
        resource: &'static Resource,
        traffic: &Traffic,
        elapsed_ms: u64,
    ) -> ResourceReport {
        if self.counts.quarantined > 0 {
            self.problem(format!(
                "{} rows have no place in the table; they are in sync.quarantine",
                self.counts.quarantined
            ));
        }
        if self.more_problems > 0 {
            self.evidence.problems.push(format!("and {} more", self.more_problems));
        }
        let verdict = match &self.error {
            Some(_) if self.rows > 0 => Verdict::Incomplete,
            Some(_) => Verdict::Failed,
            None if !self.evidence.problems.is_empty() => Verdict::Incomplete,
            None => Verdict::Complete,
        };
        let drift = self.drift.into_iter().map(|((field, kind, json_type), rows)| DriftReport {
            field,
            kind: kind.name(),
            json_type,
            rows,
        });
        ResourceReport {
            resource: resource.name,
            table: resource.table,
            verdict,
            rows: self.rows,
            inserted: self.counts.inserted,
            updated: self.counts.updated,
            unchanged: self.counts.unchanged,
            deleted: self.counts.deleted,
            quarantined: self.counts.quarantined,
            requests: traffic.requests.load(Relaxed),
            retries: traffic.retries.load(Relaxed),
            bytes: traffic.bytes.load(Relaxed),
            waited_ms: traffic.waited_ms.load(Relaxed),
            elapsed_ms,
            evidence: self.evidence,
            drift: drift.collect(),
            error: self.error.as_ref().map(Error::to_string),
            next: self.error.as_ref().and_then(|error| error.advice().map(str::to_owned)),
        }
    }
}

fn skipped(resource: &'static Resource, reason: &str) -> ResourceReport {
    let mut report = Tally::default().report(resource, &Traffic::default(), 0);
    report.verdict = Verdict::Skipped;
    report.error = Some(format!("not tried: {reason}"));
    report
}

fn millis(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}
