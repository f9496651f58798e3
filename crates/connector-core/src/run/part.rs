//! A part of a resource: its listings, walked side by side, and loaded.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use super::context::Context;
use super::event::Event;
use super::load::load;
use super::reading;
use super::spans;
use super::walker::{Failing, Walker};
use super::worker::Worker;
use crate::ask::Traffic;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Claimed, Listings, Shard, Statements, Table};
use crate::verdict::Tally;
use crate::walk::{Bookmark, Partition};
use connector_spec::{Parent, Resource};

/// The number of parent rows that are read from the database at a time: more than a part has where
/// there are many, so that one look is enough.
const PARENTS: usize = 2_000;

/// The listings of a resource, to be divided into parts.
pub(super) fn listings<'a>(context: &Context, resource: &'static Resource) -> Result<Listings<'a>> {
    if let Some(named) = Partition::of_params(resource, context.connector, &context.params) {
        return Ok(Listings::Named(named.len() as u64));
    }
    let parent = resource.parent.map(|_| {
        let child = Some(resource.name).filter(|_| context.range.changed_parents_only);
        Listings::Rows { child }
    });
    parent.ok_or_else(|| Error::settings(format!("`{}` has no listings to ask for", resource.name)))
}

/// Reads a part of a resource, and returns what came of it, by whoever has read it; nothing if
/// all of it was read before, or, `only_if_free`, if somebody else reads it.
pub(super) async fn read(
    context: &Arc<Context>,
    resource: &'static Resource,
    statements: &Arc<Statements>,
    number: i32,
    traffic: &Arc<Traffic>,
    only_if_free: bool,
) -> Result<Option<Tally>> {
    let Worker { name, lease } = &context.worker;
    let table = context.table(resource, statements);
    let claimed = Box::pin(table.claim(number, (name, *lease), only_if_free)).await?;
    let Some(claimed) = claimed else { return Ok(None) };
    let (table, mut tally) = Box::pin(walk(context, table, claimed, traffic)).await;
    // A database that failed would be waited for once more.
    if !tally.is_unstored()
        && let Err(error) = table.close(&tally).await
    {
        tally.fail(error);
    }
    Ok(Some(tally))
}

/// Walks the listings of a part that is this worker's, and loads them; what came of it is for the
/// caller to record.
pub(super) async fn walk<'a>(
    context: &Arc<Context>,
    table: Table<'a>,
    (mut shard, open): Claimed,
    traffic: &Arc<Traffic>,
) -> (Table<'a>, Tally) {
    let mut tally = std::mem::take(&mut shard.tally);
    let table = table.reading(shard.clone(), tally.has_swallowed());
    let (resource, statements) = table.of();
    let (events, received) = mpsc::channel(64);
    let known = (Arc::clone(statements), Arc::new(open), shard);
    let fetch = fetch(Arc::clone(context), resource, Arc::clone(traffic), events, known);
    let (before, spent) = (traffic.cost(), tally.cost);
    let mut walks = reading::spawn(fetch.in_current_span());
    let most = (context.batch_rows, context.budget.load());
    let cost = || {
        let mut cost = traffic.cost().since(before);
        cost.add(spent);
        cost
    };
    let loaded = tokio::select! {
        loaded = Box::pin(load(&table, received, most, cost, &mut tally)) => loaded,
        lost = keep(&table, traffic, context.worker.lease) => Err(lost),
    };
    // The loader ends after the last walk, or fails, which ends the walks.
    let fetched = walks.join_next().await.unwrap_or(Ok(Ok(()))).unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Stopped, "a walk broke off").because(error))
    });
    if let Err(error) = loaded.and(fetched) {
        tally.fail(error);
    }
    tally.cost = cost();
    (table, tally)
}

/// Keeps a part as long as something comes of it, and returns why it is lost. Nothing but what
/// comes counts: a walk that is stuck is to look like one, and a rest that the vendor wants is not.
async fn keep(table: &Table<'_>, traffic: &Traffic, lease: Option<Duration>) -> Error {
    let Some(lease) = lease else { return std::future::pending().await };
    let mut before = None;
    loop {
        tokio::time::sleep(lease / 3).await;
        let now = (traffic.cost(), traffic.pages.load(Relaxed));
        if before.replace(now) == Some(now) && !traffic.waits() {
            continue;
        }
        if let Err(error) = table.renew().await {
            return error;
        }
    }
}

/// Starts a walk for each partition, some at a time.
async fn fetch(
    context: Arc<Context>,
    resource: &'static Resource,
    traffic: Arc<Traffic>,
    events: mpsc::Sender<Event>,
    (statements, open, shard): (Arc<Statements>, Arc<HashMap<String, Bookmark>>, Shard),
) -> Result<()> {
    let failing = Arc::new(Failing::default());
    let unfiltered = context.listing_hash(resource, &[]);
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
            unfiltered,
        };
        let span = spans::of_listing(&context, resource, &walker.partition);
        // It is large, and a task is moved more than once before it begins and after it ends.
        let walk = Box::pin(walker.run(span.clone()));
        walks.spawn(walk.instrument(span.or_current()));
    };
    let mut parents = Parents::of(&context, resource, (&shard, &statements))?;
    let table = context.table(resource, &statements).reading(shard, false);
    let mut outcome = Ok(());
    'all: while let Some(mut partitions) = parents.next(&context, resource).await? {
        let ids: Vec<String> = partitions.iter().map(Partition::id).collect();
        let known = table.known(&ids).await?;
        partitions.retain(|partition| !known.iter().any(|(id, _)| *id == partition.id()));
        for _ in known.iter().filter(|(_, in_this_run)| !in_this_run) {
            // A closed channel means that the loader failed, and it has said why.
            let _ = events.send(Event::Known).await;
        }
        for partition in partitions {
            room_for_one(&mut walks, context.client.at_a_time()).await;
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

/// The listings of a part, some at a time.
enum Parents {
    /// Those that the declaration and the settings name.
    Named(Vec<Partition>),
    /// Those of the rows of a parent.
    Rows(Box<Rows>),
    /// No more.
    End,
}

/// The rows of a parent, behind one of them and up to another.
struct Rows {
    parent: Parent,
    statements: Arc<Statements>,
    after: Option<String>,
    upto: Option<String>,
    /// How many there are before it.
    before: u64,
}

impl Parents {
    fn of(
        context: &Context,
        resource: &'static Resource,
        (shard, statements): (&Shard, &Arc<Statements>),
    ) -> Result<Self> {
        if let Some(named) = Partition::of_params(resource, context.connector, &context.params) {
            let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
            let own = named.into_iter().skip(count(shard.before)).take(count(shard.listings));
            return Ok(Self::Named(own.collect()));
        }
        let parent = resource.parent.and_then(|parent| {
            statements.parents.as_ref()?;
            let (statements, before) = (Arc::clone(statements), shard.before);
            let (after, upto) = (shard.after.clone(), shard.upto.clone());
            Some(Self::Rows(Box::new(Rows { parent, statements, after, upto, before })))
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
            Self::Rows(mut rows) => {
                let child = Some(resource.name).filter(|_| context.range.changed_parents_only);
                let range = (rows.after.as_deref(), rows.upto.as_deref());
                let Some(parents) = &rows.statements.parents else { return Ok(None) };
                let keys = context.store.parents(parents, range, PARENTS, child).await?;
                let Some(last) = keys.last() else { return Ok(None) };
                let (first, placeholder) = (rows.before + 1, rows.parent.placeholder);
                // Fewer than might have come are the last ones.
                if keys.len() == PARENTS {
                    rows.after = Some(last.clone());
                    rows.before += keys.len() as u64;
                    *self = Self::Rows(rows);
                }
                let of = |(row, key)| Partition::of_parent(placeholder, key, row);
                Ok(Some((first..).zip(keys).map(of).collect()))
            }
        }
    }
}

/// Waits until one more walk may begin.
async fn room_for_one(walks: &mut JoinSet<()>, most: usize) {
    while walks.len() >= most {
        walks.join_next().await;
    }
}
