//! A process that does pieces of runs, until it is to end.

use std::path::PathBuf;
use std::time::Duration;

use connector_core::foreign::Foreign;
use connector_core::{Error, ErrorKind, Result, Stop};
use temporalio_sdk::error::WorkerRunError;
use temporalio_sdk::runtime::RuntimeOptions;
use temporalio_sdk::runtime::worker_tuner::{FixedSizeSlotSupplier, TunerHolder};
use temporalio_sdk::{Runtime, Worker, WorkerOptions, WorkerOptionsBuilder};
use tracing::{info, warn};

use crate::activities::Activities;
use crate::server::{Reached, Server};
use crate::workflow::{ScheduledSync, SyncConnection};

/// How long pieces may take to end in order: longer than a page in flight and its commit.
const LAST_WORK: Duration = Duration::from_secs(30);

/// How often the server hears of a piece at the most, which is also when it can say that it does
/// not want it any more.
const HEARD: Duration = Duration::from_secs(5);

/// How often it is looked whether the server is there.
const LOOK: Duration = Duration::from_secs(15);

/// How many workflows are decided at the same time.
const DECISIONS: usize = 20;

/// Does what the server has to do, until it is asked to stop.
pub async fn work(
    server: &Server,
    config: Option<PathBuf>,
    parts_at_once: usize,
    stop: &Stop,
) -> Result<()> {
    let name = name();
    let activities = Activities::new(config, name.clone(), stop.clone())?;
    let reached = server.reach(&name).await?;
    let runtime = RuntimeOptions::builder().build().map_err(|error| broken(&error))?;
    let runtime = Runtime::from_current_tokio(runtime).map_err(|error| broken(&error))?;
    let slots = FixedSizeSlotSupplier::new;
    let tuner = TunerHolder::builder()
        .workflow_task_slot_supplier(slots(DECISIONS))
        .activity_task_slot_supplier(slots(parts_at_once))
        .local_activity_task_slot_supplier(slots(1))
        .nexus_task_slot_supplier(slots(1))
        .build();
    let options = WorkerOptions::new(reached.task_queue.clone())
        .register_activities(activities)
        .register_workflow::<SyncConnection>()
        .and_then(WorkerOptionsBuilder::register_workflow::<ScheduledSync>)
        .map_err(|error| broken(&error))?
        .tuner(tuner)
        .max_heartbeat_throttle_interval(HEARD)
        .default_heartbeat_throttle_interval(HEARD)
        .graceful_shutdown_period(LAST_WORK)
        .build();
    let mut worker =
        Worker::new(&runtime, reached.client.clone(), options).map_err(|error| broken(&error))?;
    let end = worker.shutdown_handle();
    info!(
        "waiting for work from the Temporal server at `{}`, namespace `{}`, queue `{}`",
        reached.address(),
        reached.client.options().namespace,
        reached.task_queue
    );
    let mut running = Box::pin(worker.run());
    let ended = tokio::select! {
        ended = &mut running => ended,
        () = tell_of(&reached) => unreachable!("it goes on for as long as the worker"),
        _ = stop.asked() => {
            // It asks for nothing more; what is under way has heard it too, and stops in order.
            end();
            running.await
        }
    };
    ended.map_err(|error| match error {
        WorkerRunError::Validation(_) => {
            let what = format!(
                "the Temporal server at `{}` has no namespace `{}`, or does not tell of it",
                reached.address(),
                reached.client.options().namespace
            );
            Error::settings(what).next(
                "name one that is there with --namespace or TEMPORAL_NAMESPACE; `temporal operator namespace list` shows them",
            )
        }
        other => {
            let what = format!("the worker cannot go on: {}", Foreign(&other.to_string()));
            Error::new(ErrorKind::Unavailable, what).next("start it again").because(other)
        }
    })
}

/// Says when the server does not answer any more, and when it does again: what asks it for work waits
/// for that, and says nothing.
async fn tell_of(reached: &Reached) {
    let mut is_away = false;
    loop {
        tokio::time::sleep(LOOK).await;
        match reached.answers().await {
            Err(error) if !std::mem::replace(&mut is_away, true) => {
                warn!("{error}; it is waited for");
            }
            Ok(()) if std::mem::take(&mut is_away) => info!("the Temporal server answers again"),
            _ => {}
        }
    }
}

/// What this process is called where its work is shown.
fn name() -> String {
    let process = format!("process {}", std::process::id());
    // In containers, all have the same number.
    match std::env::var("HOSTNAME") {
        Ok(host) if !host.is_empty() => format!("{process} on {host}"),
        _ => process,
    }
}

fn broken(error: &dyn std::fmt::Display) -> Error {
    Error::settings("the worker cannot be made").because(error)
}
