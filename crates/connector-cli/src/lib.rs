//! The command line that all connectors share, and the settings that it reads.
//!
//! Data goes to stdout and everything else to stderr. The exit status is 0 if
//! all is complete, 1 if something failed or is incomplete, and 2 if nothing
//! was tried.

mod ago;
mod all;
mod called;
mod check;
mod generate;
mod init;
mod pieces;
mod plan;
mod progress;
mod resources;
mod settings;
mod signals;
mod status;
mod sync;
mod team;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, Args, Parser, Subcommand};
use tracing::subscriber::set_global_default;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterFn, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;

pub use all::{
    CheckAll, StatusAll, SyncAll, check_all, status_all, sync_all, sync_together, tell_all,
};
pub use called::{called_as_part_of, named_by_its_first_word, word};
pub use generate::{Completions, Man, commands_as_markdown, completions, man};
pub use init::{InitSeveral, init_several};
pub use progress::Progress;
pub use resources::{columns_as_markdown, resources_as_markdown};
pub use settings::{CONFIG_FILE, File, Flags, preset_of, resolve};
pub use signals::stop_on_signals;

use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::{ascii_json, escaped_line, escaped_lines};

use crate::settings::{colour_is_welcome, env_file, prefix};
use connector_core::verdict::{Look, Report};
use connector_spec::Connector;

#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set a connection up: by questions on a terminal, or by flags
    Init(init::Args),
    /// Fetch what the vendor has and merge it into Postgres
    Sync(Box<sync::Args>),
    /// Show what a sync would do: the statements for the tables, and the rows that would change
    #[command(
        after_help = "The vendor is asked as by a sync. Everything is done in one transaction that is rolled back, and a sync that begins meanwhile has to wait.\n\nExit status: as that of the sync"
    )]
    Plan(Box<plan::Args>),
    /// Try all that a sync needs, and say what to do; nothing is written
    #[command(
        after_help = "Exit status: 0 ready, 1 something failed, 2 the settings are not right"
    )]
    Check(check::Args),
    /// Show the last run, verdict, freshness and rows of each resource
    #[command(
        after_help = "Exit status: 0; with --max-age, 1 if something is older, or not complete; 2 if nothing was synced yet"
    )]
    Status(status::Args),
    /// Show what is synced: paths, keys, paging, tables and columns
    Resources(resources::Args),
    /// A run in pieces, for schedulers and for the workers of `sync --workers`
    #[command(hide = true)]
    Run(Box<pieces::Args>),
    /// Print the completions of a shell
    Completions(generate::Completions),
    /// Print a manual page, for `man -l -`
    Man(generate::Man),
}

/// Which connections a command is about.
#[derive(Debug, Args)]
struct Which {
    /// The connection in the file [default: all of this connector]
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
    /// The file that holds connections [default: connectors.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The schema of the tables [default: the connection's name]
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// `documented`, `live`, or a file of your own
    #[arg(long, value_name = "NAME|FILE")]
    preset: Option<String>,
    /// Only this resource, and its parents; may be repeated
    #[arg(short, long = "resource", value_name = "NAME")]
    resources: Vec<String>,
}

impl Which {
    /// What they say, for each connection.
    fn each(self, connector: &'static Connector) -> Result<(File, Vec<Flags>)> {
        let Self { connection, config, schema, preset, resources } = self;
        let flags = Flags { config, connection, schema, resources, preset, ..Flags::default() };
        let file = File::read(flags.config.as_deref())?;
        let each = flags.each(connector, &file);
        Ok((file, each))
    }
}

/// What a command tells while it runs.
#[derive(Clone, Copy, Debug, Default, Args)]
struct Log {
    /// Write no log and no progress, but errors
    #[arg(short, long)]
    quiet: bool,
    /// How log lines are written; progress is shown on a terminal only, and not among JSON
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    log_format: LogFormat,
}

/// Runs a connector's command line to its exit status. Without a command, it syncs.
pub fn main(connector: &'static Connector) -> ExitCode {
    run(connector, &command(connector).get_matches())
}

/// Runs the command that a connector's command line names; one that names none syncs.
pub fn run(connector: &'static Connector, matches: &ArgMatches) -> ExitCode {
    if matches.subcommand().is_some() {
        return run_command(connector, matches);
    }
    let sync =
        command(connector).try_get_matches_from([called::binary(connector), "sync".to_owned()]);
    match sync {
        Ok(matches) => run_command(connector, &matches),
        Err(error) => error.exit(),
    }
}

fn run_command(connector: &'static Connector, matches: &ArgMatches) -> ExitCode {
    // A command that takes no file of settings looks at none.
    let innermost = |args: &'_ ArgMatches| args.subcommand().map(|(_, args)| args.clone());
    let args = matches.subcommand().map(|(_, args)| innermost(args).unwrap_or(args.clone()));
    let config = args.as_ref().map(|args| args.try_get_one::<PathBuf>("config"));
    if let Some(Ok(config)) = config
        && let Err(error) = prepare(config.map(PathBuf::as_path))
    {
        print_error(&error);
        return ExitCode::from(error.exit_status());
    }
    let cli = <Cli as clap::FromArgMatches>::from_arg_matches(matches);
    let cli = cli.unwrap_or_else(|error| error.exit());
    let log = match &cli.command {
        Command::Sync(args) => Some(args.log),
        Command::Plan(args) => Some(args.log),
        Command::Run(args) => Some(args.log()),
        _ => None,
    };
    let progress = match log {
        Some(Log { quiet: false, log_format: LogFormat::Text }) => Progress::on_terminal(),
        _ => Progress::default(),
    };
    let Log { quiet, log_format } = log.unwrap_or_default();
    start_logging(quiet, log_format, &progress);
    let ended = dispatch(connector, cli.command, &progress);
    // An error in the settings comes before anything was begun, and on a clean line.
    progress.clear();
    match ended {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            print_error(&error);
            ExitCode::from(error.exit_status())
        }
    }
}

/// What comes first in a program, before it has threads: the file `.env` beside the
/// one that holds connections is read.
pub fn prepare(config: Option<&Path>) -> Result<()> {
    crate::settings::load(&env_file(config))
}

/// The version of the programs, with the commit that they are built from, if that is known.
pub fn version() -> String {
    match env!("CONNECTOR_COMMIT") {
        "" => env!("CARGO_PKG_VERSION").to_owned(),
        commit => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
    }
}

/// The commands, with the connector's own names in their words.
pub fn command(connector: &'static Connector) -> clap::Command {
    let binary = called::binary(connector);
    let prefix = prefix(connector.name);
    let params: Vec<String> =
        connector.params.iter().map(|param| format!("  {}: {}", param.name, param.doc)).collect();
    let params = match params.join("\n") {
        none if none.is_empty() => none,
        params => format!("Parameters, for --param and connectors.toml:\n{params}\n\n"),
    };
    let environment = format!(
        "{params}Environment, needed where connectors.toml does not set it:\n  {prefix}_API_KEY   The key\n  {prefix}_BASE_URL  Where the API is\n  \
         DATABASE_URL       Where rows go; without it, an embedded Postgres in .connectors/\n\n\
         Exit status: 0 all complete, 1 something failed or is incomplete, 2 nothing was tried"
    );
    <Cli as clap::CommandFactory>::command()
        .mut_subcommand("sync", |sync| {
            sync.after_help(environment.clone()).mut_arg("quiet", |quiet| {
                quiet.help("Write nothing if all is complete; otherwise the problems to stderr, and the table to stdout")
            })
        })
        .name(binary.clone())
        .bin_name(binary)
        .subcommand_required(false)
        .arg_required_else_help(false)
        .version(version())
        .about(format!("Syncs the {} API into Postgres", connector.name.replace('_', " ")))
        .after_help(format!("Without a command, it syncs.\n\n{environment}"))
}

fn dispatch(connector: &'static Connector, command: Command, progress: &Progress) -> Result<u8> {
    match command {
        Command::Init(args) => init::run(connector, args),
        Command::Sync(args) => sync::run(connector, *args, progress),
        Command::Plan(args) => plan::run(connector, *args, progress),
        Command::Check(args) => check::run(connector, args),
        Command::Status(args) => status::run(connector, args),
        Command::Resources(args) => resources::run(connector, &args),
        Command::Run(args) => pieces::run(connector, *args),
        Command::Completions(args) => generate::completions(self::command(connector), &args),
        Command::Man(args) => generate::man(self::command(connector), &args),
    }
}

/// A table without lines, as wide as it has to be, or as the terminal is.
fn table(headers: &[&str]) -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(headers.iter().copied());
    table
}

/// A table as text, without spaces at the ends of its lines.
fn lines(table: &comfy_table::Table) -> String {
    table.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Runs a future to its end on a new runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime
        .map_err(|error| Error::settings("the program has no threads to run on").because(error))?;
    let done = runtime.block_on(future);
    // What is still decoded for nobody is not waited for.
    runtime.shutdown_background();
    Ok(done)
}

/// The time at which a run begins; everything else is told it.
pub fn now() -> chrono::DateTime<chrono::Utc> {
    #[expect(clippy::disallowed_methods, reason = "the one place where a run's time is taken")]
    chrono::Utc::now()
}

/// A time with its unit, as a person types it.
fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .map_err(|_| "a number and a unit are needed, as in 90s, 15m or 26h")
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    #[default]
    Text,
    /// A JSON object, with its time.
    Json,
}

/// Sends log lines to stderr, above the lines of the progress; `RUST_LOG` chooses which.
pub fn start_logging(quiet: bool, format: LogFormat, progress: &Progress) {
    let default = if quiet {
        "error"
    } else {
        "connector_core=info,connector_cli=info,embedded_postgres=info"
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let progress = progress.clone();
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || LogLines(progress.clone(), format))
        .with_ansi(std::io::stderr().is_terminal() && colour_is_welcome())
        .with_target(false);
    // A second start, in a test, leaves the first one's settings.
    let _ = match format {
        LogFormat::Text => set_global_default(log.without_time().finish().with(own_lines())),
        LogFormat::Json => {
            set_global_default(log.json().flatten_event(true).finish().with(own_lines()))
        }
    };
}

/// Lets the lines of these crates through, and none of a library: those quote what comes
/// from a socket, which may be a key or a row.
fn own_lines() -> FilterFn {
    filter_fn(|line| {
        let from = line.target().split("::").next();
        from.is_some_and(|from| {
            ["connector_core", "connector_cli", "embedded_postgres"].contains(&from)
        })
    })
}

/// Where log lines go.
struct LogLines(Progress, LogFormat);

impl std::io::Write for LogLines {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        // Each event comes at once, and is one line, whatever stands in it.
        let line = String::from_utf8_lossy(text);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        let line = match self.1 {
            LogFormat::Text => escaped_line(line),
            LogFormat::Json => ascii_json(line),
        };
        // A log that cannot be written, as on a full disk, is no reason to sync less.
        let _ = self.0.write(format!("{line}\n").as_bytes());
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Prints a report to stdout.
pub fn print_report(report: &Report, json: bool) -> Result<()> {
    print(&if json { to_json(report)? } else { report.to_text_as(Look::of_stdout()) })
}

/// Data as one JSON document, in ASCII.
pub fn to_json(data: &impl serde::Serialize) -> Result<String> {
    connector_core::to_json(data)
        .map_err(|error| Error::settings("the report cannot be written").because(error))
}

/// Prints what is wrong with a run: the problems to stderr, and the table to stdout.
fn print_problems(report: &Report) -> Result<()> {
    if report.exit_status() == 0 {
        return Ok(());
    }
    tell(&report.to_problems());
    print(&report.to_table(Look::of_stdout()))
}

/// Prints an error to stderr: what happened, where, and what to do next.
pub fn print_error(error: &Error) {
    tell(&format!("error: {error}"));
    if let Some(next) = error.advice() {
        tell(&format!("  next: {next}"));
    }
}

/// Prints text to stderr. Where that is closed or full, there is nobody to tell.
fn tell(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{}", escaped_lines(text));
}

/// Prints data to stdout.
pub fn print(text: &str) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{}", escaped_lines(text)) {
        // The reader has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        result => {
            let next =
                "free space where stdout goes; what a sync wrote stays, and `status` shows it";
            let what = "what was found out cannot be written to stdout";
            result.map_err(|error| Error::new(ErrorKind::Output, what).next(next).because(error))
        }
    }
}
