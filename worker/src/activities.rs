//! The pieces of a run, done in this process with its settings.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use connector_cli::{File, Flags, now, resolve};
use connector_core::run::{self, Connection, Worker};
use connector_core::words::nearest;
use connector_core::{Error, Result, Stop};
use temporalio_common::error::ApplicationFailure;
use temporalio_macros::activities;
use temporalio_sdk::activities::{ActivityContext, ActivityError};
use tracing::{Instrument as _, Span, info, info_span, warn};
use vendor_connectors::connectors;

use crate::failures::Failing;
use crate::names::{Begun, Came, Heard, OfPart, OfResource, OfRun, Sync};
use crate::pulse::Pulse;

/// How often it is looked whether something came.
const LOOK: Duration = Duration::from_secs(1);

/// What pieces are done with.
pub struct Activities {
    file: File,
    config: Option<PathBuf>,
    /// What the process is called where its work is shown.
    name: String,
    /// Whether the process is to end.
    leaving: Stop,
    /// Those that were asked for, so that their settings are read and judged once.
    known: Mutex<HashMap<String, Connection>>,
}

/// Why a piece was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    No,
    /// The server does not want it any more, or has given it to another worker.
    Cancelled,
    /// The process is to end.
    Leaving,
}

#[activities]
impl Activities {
    /// Begins a run. Who is told to do it again has lost the answer, or died: a run that was begun
    /// so is taken over.
    #[activity(name = "begin")]
    pub async fn begin(
        self: Arc<Self>,
        ctx: ActivityContext,
        of: Sync,
    ) -> Result<Begun, ActivityError> {
        let span = info_span!("piece", connection = of.connection);
        let work = async {
            let mut connection = self.connection(&of.connection)?;
            connection.waits = true;
            connection.takes_over_run = ctx.info().attempt > 1;
            let work = Box::pin(run::begin(&connection, now()));
            let (done, asked) = self.watch(&ctx, &connection, None, work).await;
            let begun = done.map_err(|error| failed(&error, asked))?;
            info!("run {} began", begun.run);
            Ok(begun.into())
        };
        work.instrument(span).await
    }

    /// Divides a resource into parts, and says how many they are.
    #[activity(name = "prepare")]
    pub async fn prepare(
        self: Arc<Self>,
        ctx: ActivityContext,
        of: OfResource,
    ) -> Result<u64, ActivityError> {
        let work = async {
            let connection = self.connection(&of.connection)?;
            let prepare = Box::pin(run::prepare(&connection, of.run, &of.resource, of.workers));
            let (parts, asked) = self.watch(&ctx, &connection, None, prepare).await;
            let parts = parts.map_err(|error| failed(&error, asked))?;
            info!("{parts} parts");
            Ok(parts)
        };
        work.instrument(span_of(&of)).await
    }

    /// Reads a part of a resource.
    #[activity(name = "shard")]
    pub async fn shard(
        self: Arc<Self>,
        ctx: ActivityContext,
        of: OfPart,
    ) -> Result<Heard, ActivityError> {
        let span = info_span!(
            "piece",
            connection = of.connection,
            run = of.run,
            resource = of.resource,
            part = of.part
        );
        let work = async {
            let pulse = Pulse::default();
            let connection = self.connection(&of.connection)?.shown_by(pulse.clone());
            let worker = Worker::named(format!("{}, try {}", self.name, ctx.info().attempt));
            let read = Box::pin(run::shard(&connection, of.run, &of.resource, of.part, worker));
            let (read, asked) = self.watch(&ctx, &connection, Some(&pulse), read).await;
            let outcome = read.map_err(|error| failed(&error, asked))?;
            match Failing::of_part(&outcome, asked == Asked::Leaving) {
                None => Ok(pulse.beat(&mut None).unwrap_or_default()),
                Some(failing) => Err(ended(failing, asked)),
            }
        };
        work.instrument(span).await
    }

    /// Marks what is gone from a resource, when its parts were read.
    #[activity(name = "settle")]
    pub async fn settle(
        self: Arc<Self>,
        ctx: ActivityContext,
        of: OfResource,
    ) -> Result<(), ActivityError> {
        let work = async {
            let connection = self.connection(&of.connection)?;
            let settle = Box::pin(run::settle(&connection, of.run, &of.resource));
            let (report, asked) = self.watch(&ctx, &connection, None, settle).await;
            let report = report.map_err(|error| failed(&error, asked))?;
            info!("{}", report.verdict);
            Ok(())
        };
        work.instrument(span_of(&of)).await
    }

    /// Ends a run, and says what came of it.
    #[activity(name = "finish")]
    pub async fn finish(
        self: Arc<Self>,
        ctx: ActivityContext,
        of: OfRun,
    ) -> Result<Came, ActivityError> {
        let span = info_span!("piece", connection = of.connection, run = of.run);
        let work = async {
            let connection = self.connection(&of.connection)?;
            let finish = Box::pin(async {
                if of.stopped {
                    run::stop(&connection, of.run, "its workflow was cancelled").await?;
                }
                run::finish(&connection, of.run).await
            });
            let (report, asked) = self.watch(&ctx, &connection, None, finish).await;
            let report = report.map_err(|error| failed(&error, asked))?;
            for line in report.to_problems().lines() {
                info!("{}", line.trim());
            }
            Ok(Came::from(&report))
        };
        work.instrument(span).await
    }
}

impl Activities {
    /// Those of a process with that name and the settings of that file, until it is to end.
    pub fn new(config: Option<PathBuf>, name: String, leaving: Stop) -> Result<Self> {
        let file = File::read(config.as_deref())?;
        Ok(Self { file, config, name, leaving, known: Mutex::default() })
    }

    /// A connection that nobody has asked to stop.
    fn connection(&self, name: &str) -> Result<Connection, ActivityError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = known.get(name) {
            return Ok(connection.clone().stopped_by(&Stop::new()));
        }
        let resolved = self.resolve(name).inspect_err(|error| warn!("{error}"));
        let connection = resolved.map_err(|error| failed(&error, Asked::No))?;
        known.insert(name.to_owned(), connection.clone());
        Ok(connection.stopped_by(&Stop::new()))
    }

    fn resolve(&self, name: &str) -> Result<Connection> {
        let all: Vec<(&str, &str)> = self.file.connections().collect();
        let Some((_, connector)) = all.iter().find(|(known, _)| *known == name) else {
            let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
            let what = format!("this worker has no connection `{name}`");
            return Err(Error::settings(what).next(nearest(name, &known)));
        };
        let Some(connector) = connectors::find(connector) else {
            let known = connectors::ALL.map(|known| known.name);
            let what =
                format!("`{name}` belongs to a connector `{connector}`, which does not exist");
            return Err(Error::settings(what).next(nearest(connector, &known)));
        };
        let connection = Some(name.to_owned());
        let flags = Flags { config: self.config.clone(), connection, ..Flags::default() };
        resolve(connector, &self.file, &flags)
    }

    /// Does a piece to its end, and asks it to stop when the server does not want it any more, or
    /// the process is to end. The server hears of it as long as something comes of it; where
    /// nothing but the database is asked, whose time is limited elsewhere, as long as the process
    /// is there.
    async fn watch<T>(
        &self,
        ctx: &ActivityContext,
        connection: &Connection,
        pulse: Option<&Pulse>,
        work: impl Future<Output = Result<T>> + Unpin,
    ) -> (Result<T>, Asked) {
        let stop = connection.stop();
        let (mut asked, mut last, mut work) = (Asked::No, None, work);
        let mut looks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                done = &mut work => {
                    if let Err(error) = &done {
                        warn!("{error}");
                    }
                    return (done, asked);
                }
                _ = self.leaving.asked(), if asked == Asked::No => {
                    asked = Asked::Leaving;
                    stop.ask("its worker is to end");
                }
                () = ctx.cancelled(), if asked == Asked::No => {
                    asked = Asked::Cancelled;
                    stop.ask("the server does not want it any more");
                }
                _ = looks.tick() => {
                    let heard = match pulse {
                        Some(pulse) => pulse.beat(&mut last),
                        None => Some(Heard::default()),
                    };
                    if let Some(heard) = heard {
                        // Two numbers can be written as JSON.
                        let _ = ctx.record_heartbeat(heard).await;
                    }
                }
            }
        }
    }
}

/// What all lines of the log about a resource have in common.
fn span_of(of: &OfResource) -> Span {
    info_span!("piece", connection = of.connection, run = of.run, resource = of.resource)
}

/// A piece that could not be done.
fn failed(error: &Error, asked: Asked) -> ActivityError {
    ended(Failing::of(error, asked == Asked::Leaving), asked)
}

/// A piece that ended before its end.
fn ended(failing: Failing, asked: Asked) -> ActivityError {
    if asked == Asked::Cancelled && failing.is_stopped() {
        return ActivityError::cancelled();
    }
    ActivityError::application(ApplicationFailure::from(failing))
}
