//! `sync`: fetch what the vendor has and merge it.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{Log, block_on, duration, now, print_problems, print_report, stop_on_signals, tell};
use crate::progress::Progress;
use crate::settings::{File, Flags, resolve};
use crate::team::Team;
use connector_core::error::Result;
use connector_core::run::Connection;
use connector_core::verdict::Report;
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
    /// The connection in the file [default: the connector's name, or its only one]
    #[arg(long, value_name = "NAME")]
    connection: Option<String>,
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
    /// Mark rows deleted however many are no longer listed; without it, 5 rows and 30 % at once are not believed
    #[arg(long)]
    allow_deletes: bool,
}

/// Fetch what the vendor has and merge it into Postgres
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    what: What,
    /// Wait until another run of the connection has ended, instead of failing
    #[arg(long)]
    wait: bool,
    /// Read with so many processes of this machine; for accounts with many parents, or a vendor that answers slowly
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    workers: u64,
    /// End a run whose workers are gone, or that others began on other machines
    #[arg(long)]
    take_over: bool,
    /// Stop after so many requests; the next run goes on from there
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// Stop after this time, as in 90s, 15m or 2h; the next run goes on from there
    #[arg(long, value_name = "TIME", value_parser = duration)]
    max_duration: Option<Duration>,
    /// Print the report as one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pub(super) log: Log,
}

impl What {
    /// The same as flags, which say nothing of the run itself.
    pub(super) fn flags(self) -> Flags {
        Flags {
            config: self.config,
            connection: self.connection,
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
        }
    }
}

pub(super) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let flags = Flags {
        wait: args.wait,
        take_over: args.take_over,
        max_requests: args.max_requests,
        max_duration: args.max_duration,
        ..args.what.flags()
    };
    let quiet = args.log.quiet;
    let report = to_its_end(connector, &flags, progress, async |connection| {
        if let Some(folder) = connection.new_database().filter(|_| quiet) {
            let shown = folder.display();
            tell(&format!(
                "note: DATABASE_URL is not set: a new embedded Postgres begins in {shown}/"
            ));
            if let Some(old) = embedded_postgres::leftover(&folder) {
                tell(&format!("note: the rows of an older version stay in {}", old.display()));
            }
        }
        if args.workers == 1 {
            return connector_core::run::sync(connection, now()).await;
        }
        let mut team = Team::new(connector, &flags, connection.stop());
        let begun = |run| team.start(run, args.workers);
        let report = connector_core::run::sync_among(connection, now(), args.workers, begun).await;
        team.end();
        report
    })?;
    if quiet && !args.json {
        print_problems(&report)?;
    } else {
        print_report(&report, args.json)?;
    }
    Ok(report.exit_status())
}

/// Does this with a connection, which shows how far it is, and stops on a signal.
pub(super) fn to_its_end(
    connector: &'static Connector,
    flags: &Flags,
    progress: &Progress,
    run: impl AsyncFnOnce(&Connection) -> Result<Report>,
) -> Result<Report> {
    let file = File::read(flags.config.as_deref())?;
    let connection = resolve(connector, &file, flags)?.shown_by(progress.clone());
    let report = block_on(async {
        stop_on_signals(&connection.stop(), progress);
        run(&connection).await
    });
    progress.clear();
    report?
}

/// A time, or a day, which begins at midnight UTC.
fn time(text: &str) -> std::result::Result<DateTime<Utc>, &'static str> {
    let day = || text.parse().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc());
    let time = text.parse().or_else(|_| day());
    time.map_err(|_| "write it as 2024-01-31, or as 2024-01-31T12:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_be_a_day() {
        for (text, expected) in [
            ("2024-01-31", Ok("2024-01-31 00:00:00 UTC")),
            ("2024-01-31T12:00:00+02:00", Ok("2024-01-31 10:00:00 UTC")),
            ("yesterday", Err("write it as 2024-01-31, or as 2024-01-31T12:00:00Z")),
        ] {
            let time = time(text).map(|time| time.to_string());
            assert_eq!(time.as_deref().map_err(|error| *error), expected, "{text}");
        }
    }
}
