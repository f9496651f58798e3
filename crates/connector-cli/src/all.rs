//! All connections of a file at once, whichever connectors they are of.

use std::path::PathBuf;

use connector_core::error::{Error, Result};
use connector_core::run::Connection;
use connector_core::verdict::Report;
use connector_spec::Connector;

use super::check::{self, Examined};
use super::settings::{CONFIG_FILE, File, Flags, resolve};
use super::{
    Log, LogFormat, Progress, block_on, now, prepare, print, print_error, print_problems,
    print_report, start_logging, status, stop_on_signals, to_json,
};

/// Which connections: all of a file.
#[derive(Debug, clap::Args)]
struct AllConnections {
    /// All connections of the file, of all connectors
    #[arg(long, required = true)]
    all: bool,
    /// The file that holds connections [default: connectors.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What a sync of all connections is told.
#[derive(Debug, clap::Args)]
pub struct SyncAll {
    #[command(flatten)]
    which: AllConnections,
    /// Print the reports as one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    log: Log,
}

impl SyncAll {
    /// What a program tells it: the file, and whether the report is JSON.
    pub fn of(config: Option<PathBuf>, json: bool) -> Self {
        let which = AllConnections { all: true, config };
        Self { which, json, log: Log::default() }
    }
}

/// What `status` of all connections is told.
#[derive(Debug, clap::Args)]
pub struct StatusAll {
    #[command(flatten)]
    which: AllConnections,
    #[command(flatten)]
    how: status::How,
}

/// What `check` of all connections is told.
#[derive(Debug, clap::Args)]
pub struct CheckAll {
    #[command(flatten)]
    which: AllConnections,
    /// Print one JSON document
    #[arg(long)]
    json: bool,
}

/// A connection of the file, or why it is none.
type Named = Result<(&'static Connector, Flags)>;

impl AllConnections {
    /// The connections of the file, in the order of their names.
    fn read(&self, connectors: &[&'static Connector]) -> Result<(File, Vec<Named>)> {
        prepare(self.config.as_deref())?;
        let file = File::read(self.config.as_deref())?;
        let named: Vec<Named> = file
            .connections()
            .map(|(name, connector)| self.flags(connectors, name, connector))
            .collect();
        if named.is_empty() {
            return Err(Error::settings("there are no connections")
                .next(format!("make one with the `init` of a connector, which writes {CONFIG_FILE}, or name its file with --config")));
        }
        Ok((file, named))
    }

    fn flags(&self, connectors: &[&'static Connector], name: &str, connector: &str) -> Named {
        let known = connectors.iter().find(|known| known.name == connector);
        let Some(known) = known else {
            let names: Vec<&str> = connectors.iter().map(|connector| connector.name).collect();
            return Err(Error::settings(format!(
                "the connection `{name}` is one of the connector `{connector}`, which does not exist"
            ))
            .next(format!("there are: {}", names.join(", "))));
        };
        let connection = Some(name.to_owned());
        Ok((known, Flags { config: self.config.clone(), connection, ..Flags::default() }))
    }
}

/// Syncs all connections of a file side by side; one that fails does not stop the others.
pub fn sync_all(connectors: &[&'static Connector], args: &SyncAll) -> Result<u8> {
    // An error in the settings comes before anything is shown.
    let (file, named) = args.which.read(connectors)?;
    let Log { quiet, log_format } = args.log;
    let progress = match (quiet, log_format) {
        (false, LogFormat::Text) => Progress::on_terminal(),
        _ => Progress::default(),
    };
    start_logging(quiet, log_format, &progress);
    let (mut connections, mut outcomes) = (Vec::new(), Vec::new());
    for one in named {
        match one.and_then(|(connector, flags)| resolve(connector, &file, &flags)) {
            Ok(connection) => connections.push(connection),
            Err(error) => outcomes.push(Err(error)),
        }
    }
    let synced = sync_together(connections, &progress);
    progress.clear();
    outcomes.extend(synced?);
    tell_all(outcomes, args.json, quiet)
}

/// Prints what came of several connections, errors first, and returns the exit status.
pub fn tell_all(outcomes: Vec<Result<Report>>, json: bool, quiet: bool) -> Result<u8> {
    let (mut tried, mut status, mut reports) = (false, 0, Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(report) => {
                tried = true;
                status = status.max(report.exit_status());
                reports.push(report);
            }
            Err(error) => {
                tried |= error.exit_status() == 1;
                status = 1;
                print_error(&error);
            }
        }
    }
    if json {
        print(&to_json(&reports)?)?;
    } else {
        for report in &reports {
            if quiet {
                print_problems(report)?;
            } else {
                print_report(report, false)?;
                print("")?;
            }
        }
    }
    Ok(if tried { status } else { 2 })
}

/// Syncs connections that stop together and are shown together.
pub fn sync_together(
    connections: Vec<Connection>,
    progress: &Progress,
) -> Result<Vec<Result<Report>>> {
    let Some(stop) = connections.first().map(Connection::stop) else { return Ok(Vec::new()) };
    let together = |connection: Connection| connection.stopped_by(&stop).shown_by(progress.clone());
    let connections: Vec<Connection> = connections.into_iter().map(together).collect();
    block_on(async {
        stop_on_signals(&stop, progress);
        connector_core::sync_all(&connections, now()).await
    })
}

/// Shows the state of all connections of a file.
pub fn status_all(connectors: &[&'static Connector], args: &StatusAll) -> Result<u8> {
    start_logging(false, LogFormat::Text, &Progress::default());
    let (file, named) = args.which.read(connectors)?;
    let (mut each, mut wrong) = (Vec::new(), 0);
    for one in named {
        match one {
            Ok(one) => each.push(one),
            Err(error) => {
                print_error(&error);
                wrong = 1;
            }
        }
    }
    Ok(status::show(&file, &each, &args.how)?.max(wrong))
}

/// Tries all that syncs of all connections need.
pub fn check_all(connectors: &[&'static Connector], args: &CheckAll) -> Result<u8> {
    start_logging(false, LogFormat::Text, &Progress::default());
    let (file, named) = args.which.read(connectors)?;
    let mut examined = Examined::nothing();
    for one in named {
        match one {
            Ok((connector, flags)) => examined.add(check::examine(connector, &file, &[flags])?),
            Err(error) => {
                print_error(&error);
                examined.is_whole = false;
            }
        }
    }
    check::tell(&examined, args.json)
}
