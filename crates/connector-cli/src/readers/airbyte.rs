//! The Airbyte protocol: `spec`, `check`, `discover` and `read`, as messages on stdout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines::Lines;
use super::{Protocol, Stream, read, schema};
use crate::check::examine;
use crate::progress::Progress;
use crate::settings::{Flags, Place, given, read_json, resolve};
use connector_core::Connection;
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::store::{Mark, Wanted, columns_of};
use connector_core::words::nearest;
use connector_spec::{Connector, Resource};

/// The ways in which a stream is read, as the protocol calls them.
const FULL_REFRESH: &str = "full_refresh";
const INCREMENTAL: &str = "incremental";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What Airbyte asks of a source.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Say which settings there are
    Spec,
    /// Try the settings
    Check {
        #[command(flatten)]
        settings: Settings,
    },
    /// Say which streams there are
    Discover {
        #[command(flatten)]
        settings: Settings,
    },
    /// Sync, and send the rows that are new, changed, and gone since the state
    #[command(
        after_help = "Exit status: 0 all that was asked for is proved whole and sent, 1 something is not, 2 nothing was tried"
    )]
    Read {
        #[command(flatten)]
        settings: Settings,
        /// The streams to read, as Airbyte configures them
        #[arg(long, value_name = "FILE")]
        catalog: PathBuf,
        /// How far they have been read
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct Settings {
    /// The settings, as one JSON object
    #[arg(id = "settings", long = "config", value_name = "FILE")]
    file: PathBuf,
}

/// A configured catalog, as much of it as counts here.
#[derive(Deserialize)]
struct Configured {
    streams: Vec<ConfiguredStream>,
}

#[derive(Deserialize)]
struct ConfiguredStream {
    stream: Named,
    sync_mode: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// What is known of a stream; what is about all of them at once is none of ours.
#[derive(Deserialize)]
struct StateMessage {
    stream: Option<StreamState>,
}

#[derive(Deserialize)]
struct StreamState {
    stream_descriptor: Named,
    stream_state: Option<Value>,
}

/// Does what a source is asked for, and returns the exit status.
pub(crate) fn run(connector: &'static Connector, args: Args, progress: &Progress) -> Result<u8> {
    let mut messages =
        Messages { lines: Lines::to_stdout(), behind: String::new(), open: Vec::new() };
    let done = match args.verb {
        Verb::Spec => messages.spec(connector),
        Verb::Check { settings } => messages.check(connector, &settings.file),
        Verb::Discover { settings } => messages.discover(connector, &settings.file),
        Verb::Read { settings, catalog, state } => {
            let files = (&*settings.file, &*catalog, state.as_deref());
            streams(connector, files).and_then(|(connection, streams)| {
                read(connection, &streams, &mut messages, progress)
            })
        }
    };
    if let Err(error) = &done {
        // Nobody reads any more, if that is what went wrong.
        let _ = messages.broken_off(error);
    }
    done
}

/// The connection, and the streams that are asked for.
fn streams(
    connector: &'static Connector,
    (settings, catalog, state): (&Path, &Path, Option<&Path>),
) -> Result<(Connection, Vec<Stream>)> {
    let (file, flags) = given(connector, settings)?;
    let known = Place::resolve(connector, &file, &flags)?.resources;
    let configured: Configured = read_json(catalog, "--catalog")?;
    let mut from = match state {
        Some(state) => marks(state)?,
        None => BTreeMap::new(),
    };
    let mut streams = Vec::new();
    for ConfiguredStream { stream: Named { name }, sync_mode } in configured.streams {
        let Some(resource) = known.iter().copied().find(|resource| resource.table == name) else {
            let names: Vec<&str> = known.iter().map(|resource| resource.table).collect();
            let what = format!("the catalog has a stream that is none: `{name}`");
            return Err(Error::settings(what).next(nearest(&name, &names)));
        };
        let mark = from.remove(&name);
        let from = match sync_mode.as_str() {
            INCREMENTAL => mark,
            FULL_REFRESH => None,
            _ => {
                let what = format!("the catalog wants `{name}` in a way that is not known");
                let next = format!("write `{INCREMENTAL}` or `{FULL_REFRESH}` as its `sync_mode`");
                return Err(Error::settings(what).next(next));
            }
        };
        streams.push(Stream { resource, columns: columns_of(resource), from });
    }
    if streams.is_empty() {
        return Err(Error::settings("the catalog has no streams").next("choose some"));
    }
    let resources = streams.iter().map(|stream| stream.resource.name.to_owned()).collect();
    let connection = resolve(connector, &file, &Flags { resources, ..flags })?;
    Ok((connection, streams))
}

/// How far each stream was read.
fn marks(state: &Path) -> Result<BTreeMap<String, Mark>> {
    let read: Value = read_json(state, "--state")?;
    // Nothing was read yet; an object is how that was written before there were streams.
    if read.is_null() || read.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(BTreeMap::new());
    }
    let not_ours = |_| {
        Error::settings("the file of --state is no state that was sent before")
            .next("give back what was sent, or begin anew without a state")
    };
    let messages: Vec<StateMessage> = serde_json::from_value(read).map_err(not_ours)?;
    let streams = messages.into_iter().filter_map(|message| message.stream);
    streams
        .filter_map(|StreamState { stream_descriptor, stream_state }| {
            let state = stream_state.filter(|state| state != &json!({}))?;
            let mark = serde_json::from_value(state).map_err(not_ours);
            Some(mark.map(|mark| (stream_descriptor.name, mark)))
        })
        .collect()
}

/// Messages on stdout.
struct Messages {
    lines: Lines,
    /// How the message of a row ends.
    behind: String,
    /// The streams that were started, and of which no end was told.
    open: Vec<&'static str>,
}

impl Messages {
    fn spec(&mut self, connector: &'static Connector) -> Result<u8> {
        self.lines.say(&json!({"type": "SPEC", "spec": {
            "protocol_version": "0.2.0",
            "connectionSpecification": schema::of_settings(connector),
            "supportsIncremental": true,
            "supported_destination_sync_modes": ["overwrite", "append", "append_dedup"],
        }}))?;
        Ok(0)
    }

    fn check(&mut self, connector: &'static Connector, settings: &Path) -> Result<u8> {
        let tried = given(connector, settings)
            .and_then(|(file, flags)| examine(connector, &file, &[flags]));
        let why = match &tried {
            Err(error) => Some(said(error)),
            // One that the key may not read need not be chosen.
            Ok(tried) if tried.status() == 0 || tried.some_resource_answers(connector) => None,
            Ok(tried) => Some(tried.failures().join("; ")),
        };
        let status = if why.is_none() { "SUCCEEDED" } else { "FAILED" };
        self.lines.say(&json!({"type": "CONNECTION_STATUS", "connectionStatus": {
            "status": status,
            "message": why,
        }}))?;
        // Whether it would work is the answer, and not an error.
        Ok(0)
    }

    fn discover(&mut self, connector: &'static Connector, settings: &Path) -> Result<u8> {
        let (file, flags) = given(connector, settings)?;
        let streams: Vec<Value> =
            Place::resolve(connector, &file, &flags)?.resources.into_iter().map(stream).collect();
        self.lines.say(&json!({"type": "CATALOG", "catalog": {"streams": streams}}))?;
        Ok(0)
    }

    fn status(&mut self, stream: &'static str, status: &str) -> Result<()> {
        self.open.retain(|open| *open != stream);
        if matches!(status, "STARTED" | "RUNNING") {
            self.open.push(stream);
        }
        self.lines.say(&json!({"type": "TRACE", "trace": {
            "type": "STREAM_STATUS",
            "emitted_at": emitted_at(),
            "stream_status": {"stream_descriptor": {"name": stream}, "status": status},
        }}))
    }

    /// Tells of an error, and of the streams that do not come to their end by it.
    fn broken_off(&mut self, error: &Error) -> Result<()> {
        self.error(error, None)?;
        self.open.clone().into_iter().try_for_each(|stream| self.status(stream, "INCOMPLETE"))
    }

    fn error(&mut self, error: &Error, stream: Option<&Stream>) -> Result<()> {
        let kind = match error.kind() {
            ErrorKind::Settings | ErrorKind::Auth | ErrorKind::Forbidden => "config_error",
            ErrorKind::Busy
            | ErrorKind::Locked
            | ErrorKind::Unavailable
            | ErrorKind::Unreachable => "transient_error",
            _ => "system_error",
        };
        let mut told = json!({"message": said(error), "failure_type": kind});
        if let Some(stream) = stream {
            told["stream_descriptor"] = json!({"name": stream.table()});
        }
        self.lines.say(&json!({"type": "TRACE", "trace": {
            "type": "ERROR",
            "emitted_at": emitted_at(),
            "error": told,
        }}))
    }
}

impl Protocol for Messages {
    fn started(&mut self, stream: &Stream) -> Result<()> {
        self.status(stream.table(), "STARTED")
    }

    fn begin(&mut self, stream: &Stream, _: &Wanted, _: i64) -> Result<()> {
        self.behind = format!(",\"emitted_at\":{}}}}}", super::now().timestamp_millis());
        self.status(stream.table(), "RUNNING")
    }

    fn row(&mut self, stream: &Stream, row: &str) -> Result<()> {
        // A table's name is a word.
        let name = stream.table();
        let parts = [
            "{\"type\":\"RECORD\",\"record\":{\"stream\":\"",
            name,
            "\",\"data\":",
            row,
            &self.behind,
        ];
        self.lines.write(&parts)
    }

    fn end(&mut self, stream: &Stream, _: &Wanted, mark: Mark, rows: u64) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "the protocol counts in doubles")]
        let rows = rows as f64;
        self.lines.say(&json!({"type": "STATE", "state": {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": stream.table()}, "stream_state": mark},
            "sourceStats": {"recordCount": rows},
        }}))?;
        self.status(stream.table(), "COMPLETE")
    }

    fn unproved(&mut self, stream: &Stream, why: &Error) -> Result<()> {
        self.error(why, Some(stream))?;
        self.status(stream.table(), "INCOMPLETE")
    }
}

/// A stream of the catalog.
fn stream(resource: &'static Resource) -> Value {
    let key: Vec<[&str; 1]> = resource.key_columns().map(|name| [name]).collect();
    json!({
        "name": resource.table,
        "json_schema": schema::of_rows(resource, &columns_of(resource)),
        "supported_sync_modes": [FULL_REFRESH, INCREMENTAL],
        // What changed is known by the run that wrote it, and by the one that missed it.
        "source_defined_cursor": true,
        "default_cursor_field": ["_run_id"],
        "source_defined_primary_key": key,
        "is_resumable": true,
    })
}

/// What is said of an error, in one text.
fn said(error: &Error) -> String {
    match error.advice() {
        Some(next) => format!("{error}; next: {next}"),
        None => error.to_string(),
    }
}

fn emitted_at() -> i64 {
    super::now().timestamp_millis()
}
