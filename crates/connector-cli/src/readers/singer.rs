//! The Singer specification: a catalog, and SCHEMA, RECORD and STATE on stdout.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::lines::Lines;
use super::{Protocol, Stream, read, schema};
use crate::print_error;
use crate::progress::Progress;
use crate::settings::{File, Flags, Place, given, read_json, resolve};
use connector_core::error::{Error, Result};
use connector_core::store::{Mark, Wanted, columns_of};
use connector_core::words::nearest;
use connector_spec::{Connector, METADATA, Resource};

/// What a Singer tap is told.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The settings, as one JSON object
    #[arg(id = "settings", long = "config", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the catalog, whatever else is given
    #[arg(long)]
    discover: bool,
    /// The streams to read, with what is selected of them [default: all]
    #[arg(long, alias = "properties", value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// How far they have been read
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// A catalog, as much of it as counts here.
#[derive(Deserialize)]
struct Catalog {
    streams: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    tap_stream_id: String,
    #[serde(default)]
    metadata: Vec<Metadata>,
    selected: Option<bool>,
    replication_method: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    breadcrumb: Vec<String>,
    metadata: Chosen,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Chosen {
    selected: Option<bool>,
    selected_by_default: Option<bool>,
    inclusion: Option<String>,
    replication_method: Option<String>,
}

/// How far all streams have been read.
#[derive(Default, Deserialize, Serialize)]
struct State {
    #[serde(default)]
    bookmarks: BTreeMap<String, Bookmark>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Bookmark {
    #[serde(flatten)]
    mark: Mark,
    /// The run whose rows were sent all at once last. A target drops those of other versions.
    version: i64,
}

/// Does what a tap is asked for, and returns the exit status.
pub(crate) fn run(connector: &'static Connector, args: &Args, progress: &Progress) -> Result<u8> {
    let (file, flags) = match &args.config {
        Some(path) => given(connector, path)?,
        None => (File::default(), Flags::default()),
    };
    let known = Place::resolve(connector, &file, &flags)?.resources;
    let mut lines = Lines::to_stdout();
    if args.discover {
        let streams: Vec<Value> = known.into_iter().map(entry).collect();
        lines.say(&json!({"streams": streams}))?;
        return Ok(0);
    }
    let state: State = match &args.state {
        Some(path) => read_json::<Option<State>>(path, "--state")?.unwrap_or_default(),
        None => State::default(),
    };
    let all = || known.iter().map(|resource| of(resource, columns_of(resource), &state)).collect();
    let streams = match &args.catalog {
        Some(path) => selected(&known, read_json(path, "--catalog")?, &state)?,
        None => all(),
    };
    let resources = streams.iter().map(|stream| stream.resource.name.to_owned()).collect();
    let connection = resolve(connector, &file, &Flags { resources, ..flags })?;
    let messages = &mut Messages { lines, state, before: String::new(), behind: String::new() };
    read(connection, &streams, messages, progress)
}

/// A stream, with how far it was read.
fn of(resource: &'static Resource, columns: Vec<&'static str>, state: &State) -> Stream {
    let from = state.bookmarks.get(resource.table).map(|bookmark| bookmark.mark.clone());
    Stream { resource, columns, from }
}

/// The streams that a catalog selects, with the columns that it selects of each.
fn selected(known: &[&'static Resource], catalog: Catalog, state: &State) -> Result<Vec<Stream>> {
    let mut streams = Vec::new();
    for entry in catalog.streams {
        let own = entry.metadata.iter().find(|about| about.breadcrumb.is_empty());
        let own = own.map(|about| &about.metadata);
        let is_selected = own
            .and_then(|own| own.selected)
            .or(entry.selected)
            .or(own.and_then(|own| own.selected_by_default));
        if !is_selected.unwrap_or(true) {
            continue;
        }
        let name = &entry.tap_stream_id;
        let Some(resource) = known.iter().copied().find(|resource| resource.table == *name) else {
            let names: Vec<&str> = known.iter().map(|resource| resource.table).collect();
            let what = format!("the catalog selects a stream that is none: `{name}`");
            return Err(Error::settings(what).next(nearest(name, &names)));
        };
        let is_left_out = |column: &str| {
            let about =
                entry.metadata.iter().find(|about| about.breadcrumb == ["properties", column]);
            about.is_some_and(|about| {
                about.metadata.selected == Some(false)
                    || about.metadata.inclusion.as_deref() == Some("unsupported")
            })
        };
        let columns = columns_of(resource).into_iter();
        let columns = columns
            .filter(|column| is_automatic(resource, column) || !is_left_out(column))
            .collect();
        let method = own.and_then(|own| own.replication_method.as_ref());
        let method = method.or(entry.replication_method.as_ref());
        let mut stream = of(resource, columns, state);
        if method.is_some_and(|method| method == "FULL_TABLE") {
            stream.from = None;
        }
        streams.push(stream);
    }
    if streams.is_empty() {
        return Err(Error::settings("the catalog selects no stream")
            .next("set `selected` of those that are to be read"));
    }
    Ok(streams)
}

/// Whether a column is sent in any case: by it, a row is found, or is known to be deleted.
fn is_automatic(resource: &Resource, column: &str) -> bool {
    let is_told = METADATA.contains(&column) && column != "_extra";
    is_told || resource.key_columns().any(|key| key == column)
}

/// A stream of the catalog.
fn entry(resource: &'static Resource) -> Value {
    let key: Vec<&str> = resource.key_columns().collect();
    let columns = columns_of(resource);
    let of_columns = columns.iter().map(|name| {
        let inclusion = if is_automatic(resource, name) { "automatic" } else { "available" };
        json!({"breadcrumb": ["properties", name], "metadata": {
            "inclusion": inclusion,
            "selected-by-default": true,
        }})
    });
    let own = json!({"breadcrumb": [], "metadata": {
        "inclusion": "available",
        "selected-by-default": true,
        "table-key-properties": key,
        "replication-method": "INCREMENTAL",
        "valid-replication-keys": ["_run_id"],
    }});
    let metadata: Vec<Value> = std::iter::once(own).chain(of_columns).collect();
    json!({
        "tap_stream_id": resource.table,
        "stream": resource.table,
        "schema": schema::of_rows(resource, &columns),
        "key_properties": key,
        "metadata": metadata,
    })
}

/// Messages on stdout.
struct Messages {
    lines: Lines,
    state: State,
    /// How the message of a row begins, and ends.
    before: String,
    behind: String,
}

impl Messages {
    /// The version that a stream's rows are of.
    fn version(&self, stream: &Stream, wanted: &Wanted, run_id: i64) -> i64 {
        let known = self.state.bookmarks.get(stream.table());
        match (wanted, known) {
            (Wanted::Since(_), Some(bookmark)) => bookmark.version,
            _ => run_id,
        }
    }
}

impl Protocol for Messages {
    fn started(&mut self, _: &Stream) -> Result<()> {
        Ok(())
    }

    fn begin(&mut self, stream: &Stream, wanted: &Wanted, run_id: i64) -> Result<()> {
        let name = stream.table();
        let key: Vec<&str> = stream.resource.key_columns().collect();
        let version = self.version(stream, wanted, run_id);
        let now = super::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        self.before = format!(
            "{{\"type\":\"RECORD\",\"stream\":\"{name}\",\"version\":{version},\"record\":"
        );
        self.behind = format!(",\"time_extracted\":\"{now}\"}}");
        self.lines.say(&json!({
            "type": "SCHEMA",
            "stream": name,
            "schema": schema::of_rows(stream.resource, &stream.columns),
            "key_properties": key,
            "bookmark_properties": ["_run_id"],
        }))
    }

    fn row(&mut self, _: &Stream, row: &str) -> Result<()> {
        self.lines.write(&[&self.before, row, &self.behind])
    }

    fn end(&mut self, stream: &Stream, wanted: &Wanted, mark: Mark, _: u64) -> Result<()> {
        let name = stream.table();
        let version = self.version(stream, wanted, mark.run_id);
        if *wanted == Wanted::All {
            // Whatever the target has besides is of other tables.
            self.lines
                .say(&json!({"type": "ACTIVATE_VERSION", "stream": name, "version": version}))?;
        }
        self.state.bookmarks.insert(name.to_owned(), Bookmark { mark, version });
        self.lines.say(&json!({"type": "STATE", "value": self.state}))
    }

    fn unproved(&mut self, _: &Stream, why: &Error) -> Result<()> {
        print_error(why);
        Ok(())
    }
}
