//! The command line that all connectors share, and the settings that it reads.
//!
//! Data goes to stdout and everything else to stderr. The exit status is 0 if
//! all is complete, 1 if something failed or is incomplete, and 2 if nothing
//! was tried.

mod ago;
mod all;
mod called;
mod changes;
mod check;
mod chosen;
mod complete;
mod dbt;
mod drift;
mod forget;
mod generate;
mod init;
mod json;
mod known;
mod log;
mod log_options;
mod page;
mod pieces;
mod plan;
mod progress;
mod prometheus;
mod quarantine;
mod readers;
mod resources;
mod schemas;
mod serve;
mod settings;
mod signals;
mod status;
mod sync;
mod team;
mod telemetry;
mod tips;
mod together;
mod whole_file;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{ArgMatches, Parser, Subcommand};

pub use all::AllCommand;
pub use called::{called_as_part_of, named_by_its_first_word, word};
pub use complete::{answer_a_shell, with_names};
pub use dbt::{View, dbt_package, views};
pub use generate::{Completions, Man, as_markdown, commands_as_markdown, write_pages};
pub use init::{InitSeveral, init_several};
pub use json::{FORMAT, print_failure};
pub use log::{start_logging, start_logging_of_pieces};
pub use log_options::{Log, LogFormat};
pub use progress::Progress;
pub use resources::{columns_as_markdown, resources_as_markdown};
pub use schemas::{file_schema, print_file_schema, schemas};
pub use settings::{CONFIG_FILE, File, Flags, preset_of, read_named, resolve, write_names};
pub use signals::stop_on_signals;
pub use tips::matches_of;
pub use together::{sync_together, tell_all};

use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::escaped_lines;
use connector_core::words::nearest;
use secrecy::SecretString;

use crate::settings::{env_file, prefix};
use connector_core::store::Since;
use connector_core::verdict::{Look, Report, wrapped};
use connector_spec::Connector;

#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up a connection, by questions on a terminal or by flags
    Init(init::Args),
    /// Fetch what the vendor has and merge it into Postgres
    Sync(Box<sync::Args>),
    /// Show what a sync would do: the statements for the tables, and the rows that would change
    #[command(
        after_help = "The vendor is asked as by a sync. Everything is done in one transaction that is rolled back, and a sync that begins meanwhile has to wait.\n\nExit status: as that of the sync"
    )]
    Plan(Box<plan::Args>),
    /// Check everything that a sync needs, and say what to do; nothing is written
    #[command(
        after_help = "Exit status: 0 ready, 1 something failed, 2 the settings are not right"
    )]
    Check(check::Args),
    /// Show the last run, verdict, freshness and rows of each resource
    #[command(
        after_help = "Exit status: 0; with --max-age, 1 if something is older, or not complete; 2 if nothing was synced yet"
    )]
    Status(status::Args),
    /// Show which rows are new, changed, back and gone since a run or a time
    Changes(changes::Args),
    /// Show the rows that have no place in their tables, and why
    Quarantine(quarantine::Args),
    /// Show the fields that are unlike the models, and where their values are
    Drift(drift::Args),
    /// Forget a connection and all that is known of it, or the records of old runs
    Forget(forget::Args),
    /// Write a package for dbt: sources, staging models and tests of what is synced
    Dbt(dbt::Args),
    /// Show what is synced: paths, keys, paging, tables and columns
    Resources(resources::Args),
    /// Print the JSON Schema of connectors.toml, by which editors complete and check it
    #[command(
        after_help = "`init` writes it to .connectors.schema.json, and names that in the first line of a new connectors.toml"
    )]
    Schema,
    /// Be a source of Airbyte: sync, and send what changed as its protocol wants it
    #[command(hide = true)]
    Airbyte(readers::AirbyteArgs),
    /// Be a tap of Singer: sync, and send what changed as its specification wants it
    #[command(
        hide = true,
        after_help = "Exit status: 0 all that was asked for is proved whole and sent, 1 something is not, 2 nothing was tried"
    )]
    Singer(readers::SingerArgs),
    /// A run in pieces, for schedulers and for the workers of `sync --workers`
    #[command(hide = true)]
    Run(Box<pieces::Args>),
    /// Print what makes a shell complete commands, options and names: source it when the shell starts
    #[command(
        after_help = "In ~/.bashrc: source <(PROGRAM completions bash)\nIn ~/.zshrc:  source <(PROGRAM completions zsh)"
    )]
    Completions(generate::Completions),
    /// Print a manual page, for `man -l -`, or write those of all commands into a folder
    Man(generate::Man),
}

/// Runs a connector's command line to its exit status. Without a command, it syncs.
pub fn main(connector: &'static Connector) -> ExitCode {
    answer_a_shell(|| command(connector), std::env::args_os());
    run(connector, &matches_of(command(connector), std::env::args_os(), &[connector]))
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
    // A program that reads JSON finds what went wrong there too; of `run`, all is JSON.
    let is_json = matches.subcommand().is_some_and(|(name, args)| {
        name == "run" || matches!(args.try_get_one::<bool>("json"), Ok(Some(true)))
    });
    let failed = |error: &Error| {
        print_error(error);
        if is_json {
            print_failure(error);
        }
        error.exit_status()
    };
    // A command that takes no file of settings looks at none.
    let innermost = |args: &'_ ArgMatches| args.subcommand().map(|(_, args)| args.clone());
    let args = matches.subcommand().map(|(_, args)| innermost(args).unwrap_or(args.clone()));
    let config = args.as_ref().map(|args| args.try_get_one::<PathBuf>("config"));
    if let Some(Ok(config)) = config
        && let Err(error) = prepare(config.map(PathBuf::as_path))
    {
        return ExitCode::from(failed(&error));
    }
    let cli = <Cli as clap::FromArgMatches>::from_arg_matches(matches);
    let cli = cli.unwrap_or_else(|error| error.exit());
    let (log, start): (_, fn(Log, &Progress)) = match &cli.command {
        Command::Sync(args) => (Some(args.how.log), log::start_telling),
        Command::Plan(args) => (Some(args.how.log), start_logging),
        Command::Run(args) => (Some(args.log()), log::start_telling),
        Command::Airbyte(_) | Command::Singer(_) => (Some(Log::default()), log::start_telling),
        _ => (None, start_logging),
    };
    // A run waits for its workers.
    let programs = match &cli.command {
        Command::Sync(args) if args.how.workers == 1 => 1,
        Command::Airbyte(_) | Command::Singer(_) => 1,
        _ => 2,
    };
    let progress = log.map_or_else(Progress::default, Progress::of);
    start(log.unwrap_or_default(), &progress);
    let ended = dispatch(connector, cli.command, &progress);
    // An error in the settings comes before anything was begun, and on a clean line.
    progress.clear();
    let status = ended.unwrap_or_else(|error| failed(&error));
    // Whoever waits for what came of it has it by now.
    telemetry::end(programs);
    ExitCode::from(status)
}

/// What comes first in a program, before it has threads: the file `.env` beside the
/// one that holds connections is read.
pub fn prepare(config: Option<&Path>) -> Result<()> {
    crate::settings::load(&env_file(config))
}

/// The address of the database of a connection, or of all that no other is named for, by variables
/// and the file that holds connections; nothing, where it is the embedded Postgres.
pub fn database_url_of(
    config: Option<&Path>,
    connection: Option<&str>,
) -> Result<Option<SecretString>> {
    let file = crate::settings::File::read(config)?;
    if let Some(name) = connection.filter(|name| !file.has(name)) {
        let known: Vec<&str> = file.connections().map(|(name, _)| name).collect();
        let what = format!("{} has no connection `{name}`", file.name());
        return Err(Error::settings(what).next(nearest(name, &known)));
    }
    Ok(crate::settings::Destination::of(&file, connection)?.database_url())
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
    let (key, address) = (format!("{prefix}_API_KEY"), format!("{prefix}_BASE_URL"));
    let width = address.len();
    let environment = format!(
        "{params}Environment, needed where connectors.toml does not set it:\n  {key:width$}  The key\n  {address}  Where the API is\n  \
         {:width$}  Where rows go; without it, an embedded Postgres in .connectors/\n\n\
         Exit status: 0 all complete, 1 something failed or is incomplete, 2 nothing was tried",
        "DATABASE_URL",
    );
    with_names(<Cli as clap::CommandFactory>::command(), &[connector])
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
        Command::Changes(args) => changes::run(connector, args),
        Command::Quarantine(args) => quarantine::run(connector, args),
        Command::Drift(args) => drift::run(connector, args),
        Command::Forget(args) => forget::run(&args),
        Command::Dbt(args) => dbt::run(connector, args),
        Command::Resources(args) => resources::run(connector, &args),
        Command::Airbyte(args) => readers::airbyte(connector, args, progress),
        Command::Singer(args) => readers::singer(connector, &args, progress),
        Command::Schema => print_file_schema(&schemas::of_file(connector)?),
        Command::Run(args) => pieces::run(connector, *args),
        Command::Completions(args) => args.run(&called::program(connector)),
        Command::Man(args) => args.run(self::command(connector)),
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

/// Runs a future to its end on a new runtime, and on this thread: vendors are read on one of its own.
pub fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
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
pub fn duration(text: &str) -> Result<Duration, &'static str> {
    humantime::parse_duration(text)
        .map_err(|_| "a number and a unit are needed, as in 90s, 15m or 26h")
}

/// A time, or a day, which begins at midnight UTC.
fn time(text: &str) -> std::result::Result<DateTime<Utc>, &'static str> {
    let day = || text.parse().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc());
    let time = text.parse().or_else(|_| day());
    time.map_err(|_| "write it as 2024-01-31, or as 2024-01-31T12:00:00Z")
}

/// A run, or a time, or how long ago that was.
fn since(text: &str) -> std::result::Result<Since, &'static str> {
    if let Ok(run) = text.parse() {
        return Ok(Since::Run(run));
    }
    if let Some(time) = humantime::parse_duration(text)
        .ok()
        .and_then(|ago| now().checked_sub_signed(chrono::TimeDelta::from_std(ago).ok()?))
    {
        return Ok(Since::Time(time));
    }
    time(text)
        .map(Since::Time)
        .map_err(|_| "write a run as 41, a time as 2024-01-31 or 2024-01-31T12:00:00Z, or how long ago as 14h")
}

/// Prints what is wrong with a run: the problems to stderr, and the table to stdout.
fn print_problems(report: &Report) -> Result<()> {
    if report.exit_status() == 0 {
        return Ok(());
    }
    tell_problems(&report.to_problems());
    print(&report.to_table(Look::of_stdout()))
}

/// Prints errors to stderr: one that several connections share is told once, with their names.
fn print_errors(errors: &[Error]) {
    let mut told: Vec<(Error, Vec<String>)> = Vec::new();
    for error in errors {
        let (error, names) = error.clone().apart_from("connection");
        let same = |(other, of): &&mut (Error, Vec<String>)| {
            !of.is_empty()
                && !names.is_empty()
                && (other.to_string(), other.advice()) == (error.to_string(), error.advice())
        };
        match told.iter_mut().find(same) {
            Some((_, of)) => of.extend(names),
            None => told.push((error, names)),
        }
    }
    for (error, names) in told {
        print_error(&match &names[..] {
            [] => error,
            [name] => error.at("connection", name),
            several => error.at("connections", several.join("`, `")),
        });
    }
}

/// Prints an error to stderr: what happened, where, and what to do next.
pub fn print_error(error: &Error) {
    if log::is_json() {
        return log::write_error(error);
    }
    let next = error.advice().map(|next| format!("\n  next: {next}"));
    tell(&wrapped(&format!("error: {error}{}", next.unwrap_or_default()), look_of_stderr()));
}

/// What a text on stderr has to fit into.
fn look_of_stderr() -> Look {
    let columns = console::Term::stderr().size_checked().map(|(_, columns)| columns);
    Look { columns, colours: false }
}

/// Prints text to stderr. Where that is closed or full, there is nobody to tell.
fn tell(text: &str) {
    if log::is_json() {
        return log::write_problems(text);
    }
    let _ = writeln!(std::io::stderr().lock(), "{}", escaped_lines(text));
}

/// Prints what is wrong to stderr, with an empty line between it and the table that comes next:
/// a mail has both.
fn tell_problems(problems: &str) {
    if log::is_json() {
        return tell(problems);
    }
    tell(&wrapped(problems, look_of_stderr()));
    tell("");
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
