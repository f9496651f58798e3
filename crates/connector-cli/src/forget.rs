//! `forget`: takes away a connection with all that is known of it, or the records of old runs.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dialoguer::Confirm;
use schemars::JsonSchema;
use serde::Serialize;

use super::json::print_json;
use super::{block_on, duration, now, print};
use crate::settings::{Destination, File};
use connector_core::error::{Error, Result};
use connector_core::store::{Database, Forgotten, Held};
use connector_core::verdict::{Look, wrapped};
use connector_core::words::count;

/// What goes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The connection to forget: its schema with all tables, and all that is known of its runs
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Forget the records of runs that ended longer ago than this, as in 365days, of this connection or of all in the file; the newest run, and the last complete one of each resource, stay
    #[arg(long, value_name = "TIME", value_parser = duration)]
    older_than: Option<Duration>,
    /// The file that holds connections [default: connectors.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Ask nothing
    #[arg(short, long)]
    yes: bool,
    /// Show what would go, and take nothing away
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Print one JSON document; needs --yes or --dry-run
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Told<'a> {
    /// The connection, or nothing where records of all were meant.
    connection: Option<&'a str>,
    /// Whether it is gone, and not only shown.
    forgotten: bool,
    #[serde(flatten)]
    what: &'a Forgotten,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if args.name.is_none() && args.older_than.is_none() {
        return Err(Error::settings("nothing is named that is to be forgotten").next(
            "name a connection, or with --older-than the age from which on records of runs go, as in `forget --older-than 365days --dry-run`",
        ));
    }
    let file = File::read(args.config.as_deref())?;
    if args.json && !args.yes && !args.dry_run {
        return Err(Error::settings("with --json, no question is asked")
            .next("add --dry-run to see what would go, or --yes to take it away"));
    }
    if !args.yes && !args.dry_run && !is_asked() {
        return Err(Error::settings("there is no terminal to ask on")
            .next("add --yes to take it away, or --dry-run to see what would go"));
    }
    let place = Destination::of(&file, args.name.as_deref())?;
    let nothing = || Error::settings("nothing was synced yet").next("there is nothing to forget");
    block_on(async {
        let database = place.database().await?.ok_or_else(nothing)?;
        let done = forget(&database, &file, args, &place.schema).await;
        database.close().await;
        done
    })?
}

async fn forget(database: &Database, file: &File, args: &Args, schema: &str) -> Result<u8> {
    let before = args.older_than.map(|age| {
        let age = TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX);
        now().checked_sub_signed(age).unwrap_or_default()
    });
    let name = args.name.as_deref();
    // Others may have connections of their own in the same database.
    let of: Vec<String> = match name {
        Some(_) => vec![schema.to_owned()],
        None => file
            .connections()
            .map(|(name, _)| Ok(Destination::of(file, Some(name))?.schema))
            .collect::<Result<_>>()?,
    };
    let of = Some(&of[..]).filter(|of| !of.is_empty());
    let known = match before {
        Some(before) => database.old_records(before, of).await?,
        None => database.known_of(schema).await?,
    };
    if before.is_none() && known.is_nothing() {
        let known = database.connections().await?;
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let what = format!("nothing is known of a connection `{schema}`");
        // Nobody is led to take away another one than was meant.
        return Err(Error::settings(what).next(match &known[..] {
            [] => "there are none".to_owned(),
            known => format!("there are: {}", known.join(", ")),
        }));
    }
    if !args.json {
        print(&text(&known, name, before))?;
    }
    let goes = !args.dry_run && !known.is_nothing() && (args.yes || asked(name)?);
    if goes {
        match before {
            Some(before) => database.forget_records(before, of).await?,
            None => database.forget(schema).await?,
        };
    }
    if args.json {
        print_json(&Told { connection: name, forgotten: goes, what: &known }, &[])?;
    } else if goes {
        let what = name.filter(|_| before.is_none());
        let done = match what {
            Some(name) if file.has(name) => {
                format!(
                    "forgotten; take [connections.{name}] out of {} too, or the next `sync --all` starts it again",
                    file.name()
                )
            }
            _ => "forgotten".to_owned(),
        };
        print(&wrapped(&done, Look::of_stdout()))?;
    } else if !known.is_nothing() {
        print("nothing was taken away")?;
    }
    Ok(0)
}

/// Whether there is somebody to ask.
fn is_asked() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn asked(name: Option<&str>) -> Result<bool> {
    let question = match name {
        Some(name) => format!("This cannot be undone. Forget all of `{name}`?"),
        None => "This cannot be undone. Forget these records?".to_owned(),
    };
    Confirm::new()
        .with_prompt(question)
        .default(false)
        .interact()
        .map_err(|error| Error::settings("no answer came").because(error))
}

fn text(known: &Forgotten, name: Option<&str>, before: Option<DateTime<Utc>>) -> String {
    let whose = name.map_or(String::new(), |name| format!(" of `{name}`"));
    // An age is easily mistyped: `1m` is a minute.
    let old = |before: DateTime<Utc>| {
        format!("records of runs that ended before {}", before.format("%Y-%m-%d %H:%M UTC"))
    };
    if known.is_nothing() {
        return format!("nothing is that old{whose}");
    }
    let what = before.map_or("all that is there".to_owned(), old);
    let mut lines = vec![format!("{what}{whose}:")];
    let records = known.records.iter().filter(|held| held.rows != Some(0));
    for Held { table, rows } in known.tables.iter().chain(records) {
        lines.push(match rows {
            Some(rows) => format!("  {table}: {}", count(rows, "row", "rows")),
            None => format!("  {table}: a view"),
        });
    }
    lines.join("\n")
}
