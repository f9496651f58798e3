//! All connections of a file at once, whichever connectors they are of.

use std::path::PathBuf;

use connector_core::error::{Error, Result};
use connector_spec::Connector;

use super::called::program_of_all;
use super::chosen::{Chosen, WhichOfAll};
use super::log::{start_logging, start_telling, write_as};
use super::log_options::Log;
use super::progress::Progress;
use super::together::tell_together;
use super::{
    changes, check, dbt, drift, forget, plan, prepare, quarantine, status, sync, telemetry,
};

/// Commands about all connections of a file.
#[derive(Debug, clap::Subcommand)]
pub enum AllCommand {
    /// Sync connections of connectors.toml side by side
    #[command(
        after_help = "One that fails does not stop the others.\n\nExit status: 0 all complete, 1 something failed or is incomplete, 2 nothing was tried"
    )]
    Sync(SyncAll),
    /// Show what syncs would do, one after the other; nothing is written
    #[command(after_help = "Exit status: as that of the syncs")]
    Plan(PlanAll),
    /// Show how connections stand: last run, freshness, rows, and what needs somebody
    #[command(
        after_help = "Exit status: 0; 1 if one of several connections cannot be read, and with --max-age if something is older, or not complete; 2 if nothing was synced yet"
    )]
    Status(Of<status::How>),
    /// Try all that syncs of connections need, and say what to do; nothing is written
    #[command(
        after_help = "Exit status: 0 ready, 1 something failed, 2 the settings are not right"
    )]
    Check(CheckAll),
    /// Show which rows are new, changed, back and gone since a run or a time
    Changes(Of<changes::How>),
    /// Show the rows that have no place in their tables, and why
    Quarantine(Of<quarantine::How>),
    /// Show the fields that are unlike the models, and where their values are
    Drift(Of<drift::How>),
    /// Write a package for dbt: sources, staging models and tests of what is synced
    Dbt(DbtAll),
    /// Forget a connection and all that is known of it, or the records of old runs
    Forget(forget::Args),
}

/// What a sync of several connections is told.
#[derive(Debug, clap::Args)]
pub struct SyncAll {
    #[command(flatten)]
    which: WhichOfAll,
    /// Only this resource, of the connections that have it, and its parents; may be repeated
    #[arg(short, long = "resource", value_name = "NAME")]
    resources: Vec<String>,
    /// Ignore what earlier runs reached, interrupted ones included, and read everything; of connections that are named
    #[arg(long)]
    full_refresh: bool,
    /// Mark rows deleted however many are no longer listed, of connections that are named; without it, 5 rows or more that are over 30 % are not believed at once
    #[arg(long)]
    allow_deletes: bool,
    #[command(flatten)]
    how: sync::How,
}

/// What a plan of several connections is told.
#[derive(Debug, clap::Args)]
pub struct PlanAll {
    #[command(flatten)]
    which: WhichOfAll,
    /// Only this resource, of the connections that have it, and its parents; may be repeated
    #[arg(short, long = "resource", value_name = "NAME")]
    resources: Vec<String>,
    #[command(flatten)]
    how: plan::How,
}

/// What `check` of several connections is told.
#[derive(Debug, clap::Args)]
pub struct CheckAll {
    #[command(flatten)]
    which: WhichOfAll,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// What the package of several connections is told.
#[derive(Debug, clap::Args)]
pub struct DbtAll {
    #[command(flatten)]
    which: WhichOfAll,
    #[command(flatten)]
    how: dbt::How,
}

/// What a command that looks at several connections is told.
#[derive(Debug, clap::Args)]
pub struct Of<How: clap::Args> {
    #[command(flatten)]
    which: WhichOfAll,
    /// Only this resource, of the connections that have it; may be repeated
    #[arg(short, long = "resource", value_name = "NAME")]
    resources: Vec<String>,
    #[command(flatten)]
    how: How,
}

impl<How: clap::Args> Of<How> {
    fn choose(&self, connectors: &[&'static Connector]) -> Result<Chosen> {
        self.which.choose(connectors, &self.resources)
    }
}

impl AllCommand {
    /// Syncs all connections of a file.
    pub fn sync(config: Option<PathBuf>, json: bool) -> Self {
        let (which, resources) = (WhichOfAll::all_of(config), Vec::new());
        let how = sync::How::told_as(json);
        Self::Sync(SyncAll { which, resources, full_refresh: false, allow_deletes: false, how })
    }

    /// Whether it was asked for JSON.
    pub fn is_json(&self) -> bool {
        match self {
            Self::Sync(args) => args.how.json,
            Self::Plan(args) => args.how.json,
            Self::Status(args) => args.how.json,
            Self::Check(args) => args.json,
            Self::Changes(args) => args.how.json,
            Self::Quarantine(args) => args.how.json,
            Self::Drift(args) => args.how.json,
            Self::Dbt(_) => false,
            Self::Forget(args) => args.json,
        }
    }

    /// Does it, and returns the exit status.
    pub fn run(&self, connectors: &[&'static Connector]) -> Result<u8> {
        match self {
            Self::Sync(args) => write_as(args.how.log.log_format),
            Self::Plan(args) => write_as(args.how.log.log_format),
            _ => start_logging(Log::default(), &Progress::default()),
        }
        match self {
            Self::Sync(args) => {
                args.check()?;
                let mut chosen = args.which.named()?.choose(connectors, &args.resources)?;
                for (_, flags) in &mut chosen.each {
                    flags.full_refresh = args.full_refresh;
                    flags.allow_deletes = args.allow_deletes;
                }
                sync_chosen(chosen, &args.how)
            }
            Self::Plan(args) => {
                let chosen = args.which.named()?.choose(connectors, &args.resources)?;
                plan_chosen(chosen, &args.how)
            }
            Self::Status(args) => status::show(args.choose(connectors)?, &args.how),
            Self::Check(args) => check::show(args.which.choose(connectors, &[])?, args.json),
            Self::Changes(args) => changes::show(args.choose(connectors)?, &args.how),
            Self::Quarantine(args) => quarantine::show(args.choose(connectors)?, &args.how),
            Self::Drift(args) => drift::show(args.choose(connectors)?, &args.how),
            Self::Dbt(args) => dbt::show(args.which.choose(connectors, &[])?, &args.how),
            Self::Forget(args) => {
                prepare(args.config.as_deref())?;
                forget::run(args)
            }
        }
    }
}

impl SyncAll {
    /// Fails where something is asked for that no person means for connections that are not named.
    fn check(&self) -> Result<()> {
        let flags =
            [("--full-refresh", self.full_refresh), ("--allow-deletes", self.allow_deletes)];
        let Some((flag, _)) = flags.into_iter().find(|(_, is_set)| *is_set) else { return Ok(()) };
        if self.which.names_connections() {
            return Ok(());
        }
        let what = format!("{flag} is for connections that are named one by one");
        let program = program_of_all().map_or(String::new(), |program| format!("{program} "));
        Err(Error::settings(what).next(format!("`{program}sync --connection NAME {flag}`")))
    }
}

fn sync_chosen(chosen: Chosen, how: &sync::How) -> Result<u8> {
    // An error in the settings comes before anything is shown.
    if chosen.each.len() > 1 {
        how.check_together()?;
    }
    let progress = Progress::of(how.log);
    start_telling(how.log, &progress);
    let has_workers = how.workers > 1 && chosen.each.len() == 1 && chosen.wrong.is_empty();
    let status = if has_workers {
        sync::one(chosen, how, &progress)
    } else {
        sync::several(chosen, how, &progress)
            .and_then(|outcomes| tell_together(outcomes, (how.json, how.log.quiet), &progress))
    };
    progress.clear();
    telemetry::end(if has_workers { 2 } else { 1 });
    status
}

fn plan_chosen(chosen: Chosen, how: &plan::How) -> Result<u8> {
    let progress = Progress::of(how.log);
    start_logging(how.log, &progress);
    let outcomes = plan::several(chosen, how, &progress);
    progress.clear();
    plan::tell_several(outcomes, how)
}
