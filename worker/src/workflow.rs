//! The workflow of a connection: which piece of its run is done next, by whoever is free.

use std::time::Duration;

use connector_core::words::count;
use futures_util::FutureExt as _;
use futures_util::future::{LocalBoxFuture, select_all};
use temporalio_common::RetryPolicy;
use temporalio_common::error::IncomingError;
use temporalio_macros::{workflow, workflow_methods};
use temporalio_sdk::{
    ActivityCancellationType, ActivityExecutionError, ActivityOptions, ApplicationFailure,
    ChildWorkflowOptions, ChildWorkflowStartError, ContinueAsNewOptions, ParentClosePolicy,
    StartChildWorkflowExecutionFailedCause, WorkflowCancellationToken, WorkflowContext,
    WorkflowResult, WorkflowTermination,
};

use crate::activities::Activities;
use crate::failures::ends_all;
use crate::names::{Came, LARGEST_WINDOW, OfPart, OfResource, OfRun, Sync};
use crate::order::{End, Order, Piece};

/// The longest that a part is read: a listing that cannot be divided may take a day.
const PART: Duration = Duration::from_hours(24);
/// The longest that the database is asked for something; a run that waits for another one has begun
/// by then.
const OTHERS: Duration = Duration::from_hours(6);

/// How often a piece is tried at the most: over a quarter of an hour, where the vendor names no
/// time.
const TRIES: u32 = 12;
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(5);

/// Syncs a connection.
#[workflow]
#[derive(Debug, Default)]
pub struct SyncConnection;

#[workflow_methods]
impl SyncConnection {
    /// Does a run to its end, or as much of it as one history holds, and says what came of it. A
    /// run that is not complete fails the workflow, so that whoever looks at it sees it.
    #[run(name = "sync")]
    pub async fn run(ctx: &mut WorkflowContext<Self>, asked: Sync) -> WorkflowResult<Came> {
        let ctx = &*ctx;
        let mut order = match asked.carried.clone() {
            Some(carried) => carried,
            None => begin(ctx, &asked).await?,
        };
        let is_whole = read(ctx, &asked, &mut order).await;
        if !is_whole {
            let next = Sync { carried: Some(order), ..asked };
            match ctx.continue_as_new(next, ContinueAsNewOptions::default())? {}
        }
        let stopped = ctx.cancellation_token().is_cancelled();
        let of = OfRun { connection: asked.connection.clone(), run: order.run, stopped };
        let options = options(&asked, OTHERS, format!("run {}", order.run), true);
        let finished = ctx.execute_activity(Activities::finish, of, options).await;
        let came = finished.map_err(|error| failed(&error))?;
        if stopped {
            return Err(WorkflowTermination::cancelled_with_details(came));
        }
        if came.is_complete() {
            return Ok(came);
        }
        let failure = ApplicationFailure::builder(came.to_problems(&asked.connection))
            .type_name(came.verdict.clone())
            .non_retryable(true)
            .details(came)
            .build();
        Err(failure.into())
    }
}

/// Syncs a connection when the server's clock says so, unless a sync of it goes on: what a schedule
/// starts has a name of its own each time, and what it starts itself has the connection's.
#[workflow]
#[derive(Debug, Default)]
pub struct ScheduledSync;

#[workflow_methods]
impl ScheduledSync {
    /// Starts the workflow of a connection, and comes to what that comes to; to nothing, if that goes
    /// on already.
    #[run(name = "scheduled_sync")]
    pub async fn run(ctx: &mut WorkflowContext<Self>, asked: Sync) -> WorkflowResult<Option<Came>> {
        let options = ChildWorkflowOptions::builder()
            .workflow_id(asked.id())
            // Its parts stop in order.
            .parent_close_policy(ParentClosePolicy::RequestCancel)
            .build();
        let started = match ctx.start_child_workflow(SyncConnection::run, asked, options).await {
            Ok(started) => started,
            Err(ChildWorkflowStartError::StartFailed {
                cause: StartChildWorkflowExecutionFailedCause::WorkflowAlreadyExists,
                ..
            }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match started.result().await {
            Ok(came) => Ok(Some(came)),
            Err(error) => Err(ended(error.as_cancelled().is_some(), error.reason())),
        }
    }
}

type Context = WorkflowContext<SyncConnection>;

/// Begins a run.
async fn begin(ctx: &Context, asked: &Sync) -> WorkflowResult<Order> {
    let options = options(asked, OTHERS, asked.connection.clone(), false);
    let begun = ctx.execute_activity(Activities::begin, asked.clone(), options).await;
    match begun {
        Ok(begun) => Ok(Order::of(begun.run, begun.resources)),
        Err(error) => Err(failed(&error)),
    }
}

/// Does what is left of a run, piece by piece; returns whether all of it is done, as the history may
/// have become too long before.
async fn read(ctx: &Context, asked: &Sync, order: &mut Order) -> bool {
    let window = asked.window.clamp(1, LARGEST_WINDOW);
    let cancelled = ctx.cancellation_token();
    let mut under_way: Vec<LocalBoxFuture<'_, (Piece, End)>> = Vec::new();
    let mut begun = 0;
    loop {
        if cancelled.is_cancelled() {
            order.end();
        }
        // What goes on as another workflow would not know that it is cancelled.
        let is_long =
            !cancelled.is_cancelled() && (begun >= asked.pieces || ctx.continue_as_new_suggested());
        while !is_long && let Some(piece) = order.next(window) {
            begun += 1;
            under_way.push(start(ctx, asked, order.run, piece));
        }
        if under_way.is_empty() {
            return order.is_over();
        }
        // It asks all of them in the same order each time, as the history is repeated.
        let ((piece, end), _, others) = select_all(under_way).await;
        order.note(&piece, end);
        under_way = others;
    }
}

/// Lets a piece be done by whoever is free.
fn start<'a>(
    ctx: &'a Context,
    asked: &Sync,
    run: i64,
    piece: Piece,
) -> LocalBoxFuture<'a, (Piece, End)> {
    let connection = asked.connection.clone();
    let workers = asked.workers;
    match piece.clone() {
        Piece::Prepare(resource) => {
            let options = options(asked, OTHERS, resource.clone(), false);
            let of = OfResource { connection, run, resource, workers };
            let done = ctx.execute_activity(Activities::prepare, of, options);
            done.map(|done| (piece, done.map_or_else(|error| lost(&error), End::Parts)))
                .boxed_local()
        }
        Piece::Shard(resource, part) => {
            let options = options(asked, PART, format!("{resource}, part {part}"), false);
            let of = OfPart { connection, run, resource, part };
            let done = ctx.execute_activity(Activities::shard, of, options);
            done.map(|done| (piece, done.map_or_else(|error| lost(&error), |_| End::Done)))
                .boxed_local()
        }
        Piece::Settle(resource) => {
            // What was read is settled even if the rest of it is not wanted any more.
            let options = options(asked, OTHERS, resource.clone(), true);
            let of = OfResource { connection, run, resource, workers };
            let done = ctx.execute_activity(Activities::settle, of, options);
            done.map(|done| (piece, done.map_or_else(|error| lost(&error), |()| End::Done)))
                .boxed_local()
        }
    }
}

/// How a piece is given to workers: for how long, how often, and whether it is done even if the
/// workflow is cancelled.
fn options(asked: &Sync, longest: Duration, about: String, always: bool) -> ActivityOptions {
    let retry = RetryPolicy::builder()
        .initial_interval(FIRST_WAIT)
        .maximum_interval(LONGEST_WAIT)
        .maximum_attempts(TRIES)
        .build();
    ActivityOptions::with_start_to_close_timeout(longest)
        .heartbeat_timeout(Duration::from_secs(asked.silence_s.max(1)))
        .retry_policy(retry)
        .cancellation_type(ActivityCancellationType::WaitCancellationCompleted)
        .maybe_cancellation_token(always.then(WorkflowCancellationToken::new))
        .summary(about)
        .build()
}

/// What it means for the others that a piece was lost.
fn lost(error: &ActivityExecutionError) -> End {
    match error.reason() {
        Some(IncomingError::Application(failure)) if failure.type_name().is_some_and(ends_all) => {
            End::LostLikeAll
        }
        _ => End::Lost,
    }
}

/// What a workflow comes to without whose first or last piece there is no run.
fn failed(error: &ActivityExecutionError) -> WorkflowTermination {
    ended(matches!(error, ActivityExecutionError::Cancelled(_)), error.reason())
}

/// What a workflow comes to without which something else did not.
fn ended(is_cancelled: bool, reason: Option<&IncomingError>) -> WorkflowTermination {
    let (kind, words) = match reason {
        _ if is_cancelled => return WorkflowTermination::cancelled(),
        Some(IncomingError::Application(failure)) => {
            (failure.type_name().unwrap_or("failed").to_owned(), failure.to_string())
        }
        Some(IncomingError::Timeout(_)) => {
            let tries = count(TRIES, "try", "tries");
            ("lost".to_owned(), format!("no worker did it in {tries}; next: look at their logs"))
        }
        _ => ("failed".to_owned(), "it was lost; next: look at the log of the workers".to_owned()),
    };
    let failure = ApplicationFailure::builder(words).type_name(kind).non_retryable(true).build();
    failure.into()
}
