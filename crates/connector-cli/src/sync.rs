//! `sync`: fetch what the vendor has and merge it.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::chosen::Chosen;
use super::json::print_json;
use super::log_options::Log;
use super::together::{Reports, sync_together, tell_together};
use super::{
    block_on, duration, now, print, print_problems, stop_on_signals, telemetry, tell, time,
};
use crate::progress::Progress;
use crate::settings::{File, Flags, resolve};
use crate::team::Team;
use connector_core::error::{Error, Result};
use connector_core::run::Connection;
use connector_core::verdict::{Look, Report};
use connector_spec::Connector;

/// What is asked of a vendor, and of which connection.
#[derive(Debug, clap::Args)]
pub(super) struct What {
    /// Only this resource, and its parents; may be repeated
    #[arg(short, long = "resource", value_name = "NAME")]
    resources: Vec<String>,
    /// `documented`, `live`, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// The schema of the tables [default: the connection's name]
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// The connection in the file; may be repeated [default: the connector's name, or its only one]
    #[arg(long = "connection", value_name = "NAME")]
    connections: Vec<String>,
    /// All connections of this connector in the file
    #[arg(long, conflicts_with_all = ["connections", "schema"])]
    all: bool,
    /// The file that holds connections [default: connectors.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only rows whose cursor is at this time or later, as in 2024-01-31 or 2024-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<DateTime<Utc>>,
    /// Only rows whose cursor is before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<DateTime<Utc>>,
    /// A value of one of the connector's parameters, as in account=123; repeat it for several
    #[arg(long = "param", value_name = "NAME=VALUE")]
    params: Vec<String>,
    /// Ask only for the children of rows that this run changed; changes of children alone are missed until a run without it
    #[arg(long)]
    changed_parents_only: bool,
    /// Ignore what earlier runs reached, interrupted ones included, and read everything
    #[arg(long)]
    full_refresh: bool,
    /// Mark rows deleted however many are no longer listed; without it, 5 rows or more that are over 30 % are not believed at once
    #[arg(long)]
    allow_deletes: bool,
}

/// Fetch what the vendor has and merge it into Postgres
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    pub(super) how: How,
}

/// How a sync goes on, and what is told of it.
#[derive(Debug, Default, clap::Args)]
pub(super) struct How {
    /// Wait until another run of the connection has ended, instead of failing
    #[arg(long)]
    wait: bool,
    /// Read with this many processes on this machine; for accounts with many parents, or a vendor that answers slowly
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    pub(super) workers: u64,
    /// End a run whose workers are gone, or that others began on other machines
    #[arg(long)]
    take_over: bool,
    /// Stop after this many requests; the next run goes on from there
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// Stop after this time, as in 90s, 15m or 2h; the next run goes on from there
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_duration: Option<Duration>,
    /// Print the report as one JSON document
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) log: Log,
}

impl What {
    /// The connections that are meant; none of them is named where there is one that goes without.
    pub(super) fn choose(self, connector: &'static Connector) -> Result<Chosen> {
        let flags = Flags {
            config: self.config,
            schema: self.schema,
            resources: self.resources,
            preset: self.preset,
            since: self.since,
            until: self.until,
            full_refresh: self.full_refresh,
            allow_deletes: self.allow_deletes,
            params: self.params,
            changed_parents_only: self.changed_parents_only,
            ..Flags::default()
        };
        let file = File::read(flags.config.as_deref())?;
        let each =
            if self.all { flags.each(connector, &file) } else { flags.of_these(&self.connections) };
        let each = each.into_iter().map(|flags| (connector, flags)).collect();
        Ok(Chosen { file, each, wrong: Vec::new() })
    }
}

impl How {
    /// All as by default, told as JSON or not.
    pub(super) fn told_as(json: bool) -> Self {
        Self { json, ..Self::default() }
    }

    /// Fails where connections that run side by side are to have workers of their own.
    pub(super) fn check_together(&self) -> Result<()> {
        if self.workers <= 1 {
            return Ok(());
        }
        let what = "--workers is for one connection, and there are several";
        Err(Error::settings(what).next("sync each by itself, with --connection"))
    }

    /// Adds what is said of the run itself.
    fn add_to(&self, flags: &mut Flags) {
        flags.wait = self.wait;
        flags.take_over = self.take_over;
        flags.max_requests = self.max_requests;
        flags.max_duration = self.max_duration;
    }
}

pub(super) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let Args { what, how } = args;
    let chosen = what.choose(connector)?;
    if chosen.each.len() > 1 {
        how.check_together()?;
        return tell_together(
            several(chosen, &how, progress)?,
            (how.json, how.log.quiet),
            progress,
        );
    }
    one(chosen, &how, progress)
}

/// Syncs the one connection that is chosen, with workers of its own if it is to have some.
pub(super) fn one(mut chosen: Chosen, how: &How, progress: &Progress) -> Result<u8> {
    for (_, flags) in &mut chosen.each {
        how.add_to(flags);
    }
    let quiet = how.log.quiet;
    let report = to_its_end(&chosen, progress, async |connection| {
        if quiet {
            note_of_new_database(connection);
        }
        let (workers, (connector, flags)) = (how.workers, &chosen.each[0]);
        if workers <= 1 {
            return connector_core::run::sync(connection, now()).await;
        }
        let mut team = Team::new(connector, flags, connection.stop());
        let begun = |run, gone| team.start(run, workers, gone);
        let report = connector_core::run::sync_among(connection, now(), workers, begun).await;
        team.end();
        report
    })?;
    telemetry::count(&report);
    if how.json {
        print_json(&Reports { runs: vec![report.clone()] }, &[])?;
    } else if quiet {
        print_problems(&report)?;
    } else {
        print(&report.to_text_as(Look::of_stdout()))?;
    }
    Ok(report.exit_status())
}

fn note_of_new_database(connection: &Connection) {
    let Some(folder) = connection.new_database() else { return };
    let shown = folder.display();
    tell(&format!("note: DATABASE_URL is not set: a new embedded Postgres begins in {shown}/"));
    if let Some(old) = embedded_postgres::leftover(&folder) {
        tell(&format!("note: the rows of an older version stay in {}", old.display()));
    }
}

/// Syncs connections side by side; one that fails does not stop the others.
pub(super) fn several(
    chosen: Chosen,
    how: &How,
    progress: &Progress,
) -> Result<Vec<Result<Report>>> {
    let mut outcomes: Vec<Result<Report>> = chosen.wrong.into_iter().map(Err).collect();
    let mut connections = Vec::new();
    for (connector, mut flags) in chosen.each {
        how.add_to(&mut flags);
        match resolve(connector, &chosen.file, &flags) {
            Ok(connection) => connections.push(connection),
            Err(error) => outcomes.push(Err(error)),
        }
    }
    if how.log.quiet
        && let Some(connection) = connections.first()
    {
        note_of_new_database(connection);
    }
    outcomes.extend(sync_together(connections, progress)?);
    outcomes.iter().flatten().for_each(telemetry::count);
    Ok(outcomes)
}

/// The one connection that is chosen.
pub(super) fn the_one(chosen: &Chosen) -> Result<(&'static Connector, &Flags)> {
    match &chosen.each[..] {
        [(connector, flags)] => Ok((connector, flags)),
        _ => Err(Error::settings("this is for one connection").next("name one with --connection")),
    }
}

/// Does this with the one connection that is chosen, which shows how far it is, and stops on a signal.
pub(super) fn to_its_end(
    chosen: &Chosen,
    progress: &Progress,
    run: impl AsyncFnOnce(&Connection) -> Result<Report>,
) -> Result<Report> {
    let (connector, flags) = the_one(chosen)?;
    let connection = resolve(connector, &chosen.file, flags)?.shown_by(progress.clone());
    let report = block_on(async {
        stop_on_signals(&connection.stop(), progress);
        run(&connection).await
    });
    progress.clear();
    report?
}
