//! The run of a job: processes that are started alike, by who knows nothing of runs, and find each
//! other by the name of their job.
//!
//! Each of them can be lost at any time, and be started anew: what is right stands in Postgres.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tracing::{info, warn};

use super::connection::Connection;
use super::verbs::{begin_in, finish, with_one, work};
use super::worker::Worker;
use super::{Clock, sync_resources};
use crate::error::{Error, ErrorKind, Result};
use crate::stop::Stop;
use crate::store::Database;
use crate::verdict::Report;

/// How long the first process of a job may take to begin its run.
const BEGINNING: Duration = Duration::from_mins(10);

/// How often it is looked whether a run began, or can begin.
const LOOK: Duration = Duration::from_secs(1);

/// One of the processes of a job.
#[derive(Clone, Debug)]
pub struct Member {
    /// What the job is called: by another name each time that it is to be done.
    pub job: String,
    /// Which of its processes this is. The one with number 0 begins the run, divides its resources,
    /// settles them, and ends it.
    pub number: u64,
    /// How many they are.
    pub of: u64,
}

/// Does a process's share of a job: reads what parts of its run are free, until it ends. The first
/// one returns the run's report.
///
/// A process that is started once more takes its place again. If the first one is stopped, its run
/// does not end: the others read on, and who comes in its place conducts it further.
///
/// # Errors
///
/// If the run does not begin; if the process is stopped before it ends; if the first one cannot go
/// on; and in any other, if the database fails.
pub async fn take_part(
    connection: &Connection,
    started_at: DateTime<Utc>,
    member: &Member,
    worker: Worker,
) -> Result<Option<Report>> {
    let database = connection.database().await?;
    let run = if member.number == 0 {
        Box::pin(begun_or_begin(&database, connection, started_at, &member.job)).await
    } else {
        begun(&database, connection, &member.job).await
    };
    database.close().await;
    let run = run?;
    if member.number > 0 {
        return read(connection, run, worker).await.map(|()| None);
    }
    // What fails here besides the conducting, others do.
    let reading = async {
        if let Err(error) = read(connection, run, worker).await {
            warn!("{error}");
        }
    };
    let conducting = async {
        let report = Box::pin(conduct(connection, run, member.of)).await;
        if report.is_err() {
            connection.stop().ask("its run is not conducted here any more");
        }
        report
    };
    let (report, ()) = tokio::join!(conducting, Box::pin(reading));
    report.map(Some)
}

/// The run of a job, once another process has begun it.
async fn begun(database: &Database, connection: &Connection, job: &str) -> Result<i64> {
    let waited = tokio::time::timeout(BEGINNING, async {
        loop {
            if let Some(run) = database.run_of_job(&connection.schema, job).await? {
                return Ok(run);
            }
            connection.stop.sleep(LOOK).await?;
        }
    });
    waited.await.unwrap_or_else(|_| {
        let what = format!("no run of `{}` began for this job in ten minutes", connection.schema);
        Err(Error::settings(what).next("look what the process with number 0 says"))
    })
}

/// The run of a job, which begins if it did not before.
async fn begun_or_begin(
    database: &Database,
    connection: &Connection,
    started_at: DateTime<Utc>,
    job: &str,
) -> Result<i64> {
    if let Some(run) = database.run_of_job(&connection.schema, job).await? {
        info!("going on with run {run}, which this job began");
        return Ok(run);
    }
    match begin_in(database, connection, started_at, Some(job)).await {
        Ok(begun) => Ok(begun.run),
        // Another process that takes itself for the first one may have been faster.
        Err(error) => database.run_of_job(&connection.schema, job).await?.ok_or(error),
    }
}

/// Reads what parts are free, until the run ends; fails if this process is stopped before.
async fn read(connection: &Connection, run: i64, worker: Worker) -> Result<()> {
    // The end of the run stops its readers too, and what may be asked is counted over all of them.
    let run_stops = Stop::new();
    let reader = connection.clone().stopped_by(&run_stops);
    let reader = Connection { max_requests: None, ..reader };
    let stopping = async {
        connection.stop.asked().await;
        run_stops.ask("its process is to stop");
        std::future::pending::<()>().await;
    };
    let read = tokio::select! {
        read = Box::pin(work(&reader, run, worker)) => read,
        () = stopping => Ok(()),
    };
    connection.stop.check()?;
    match read {
        // It ended before this one came.
        Err(error) if error.kind() == ErrorKind::Stopped => Ok(()),
        read => read,
    }
}

/// Lets the resources of a run be read in their order, and ends it, unless this process is stopped.
async fn conduct(connection: &Connection, run: i64, workers: u64) -> Result<Report> {
    // What ends the run, as a limit does, is not what ends this process.
    let run_stops = Stop::new();
    let conducted = connection.clone().stopped_by(&run_stops);
    let conductor = (Worker::default(), workers.max(2));
    with_one(&conducted, (run, true), conductor, async |context| {
        if context.store.ended.is_some() {
            return Ok(());
        }
        let before = context.store.complete_before(context.connector).await?;
        let limit = connection.max_duration;
        let _clock = limit.map(|limit| Clock::started(&run_stops, limit));
        tokio::select! {
            error = connection.stop.asked() => Err(error),
            _ = sync_resources(&context, &conducted, &before, None) => Ok(()),
        }
    })
    .await?;
    finish(connection, run).await
}
