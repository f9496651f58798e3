//! Which connections a command is about: those of one connector, or of all connectors of a file.

use std::path::PathBuf;

use connector_core::error::{Error, ErrorKind, Result};
use connector_core::foreign::Foreign;
use connector_core::run::check_resources;
use connector_core::store::Database;
use connector_core::words::nearest;
use connector_spec::Connector;
use serde::Serialize;

use super::called::program_of_all;
use super::json::print_json;
use super::{block_on, prepare, print, print_errors};
use crate::settings::{CONFIG_FILE, Databases, File, Flags, Nowhere, Place};

/// Which connections of one connector.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// The connection in the file; may be repeated [default: all of this connector]
    #[arg(long = "connection", value_name = "NAME")]
    connections: Vec<String>,
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

/// What a command that looks at connections of one connector is told.
#[derive(Debug, clap::Args)]
pub(super) struct OfConnector<How: clap::Args> {
    #[command(flatten)]
    pub(super) which: Which,
    #[command(flatten)]
    pub(super) how: How,
}

/// Which connections of a file, whichever connectors they are of.
#[derive(Debug, clap::Args)]
pub(super) struct WhichOfAll {
    /// All connections in the file, of all connectors; what only looks is about all anyway
    #[arg(long)]
    all: bool,
    /// Only this connection; may be repeated
    #[arg(long = "connection", value_name = "NAME", conflicts_with = "all")]
    connections: Vec<String>,
    /// Only connections of this connector; may be repeated
    #[arg(long = "connector", value_name = "NAME")]
    connectors: Vec<String>,
    /// The file that holds connections [default: connectors.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A connection of the file, or why it is none.
type Named = Result<(&'static Connector, Flags)>;

/// Connections, and what is wrong with others that were meant.
pub(super) struct Chosen {
    pub(super) file: File,
    pub(super) each: Vec<(&'static Connector, Flags)>,
    pub(super) wrong: Vec<Error>,
}

impl Which {
    pub(super) fn choose(self, connector: &'static Connector) -> Result<Chosen> {
        let Self { connections, config, schema, preset, resources } = self;
        let flags = Flags { config, schema, resources, preset, ..Flags::default() };
        let file = File::read(flags.config.as_deref())?;
        let each = flags.of_these(&connections).into_iter();
        let each = each.flat_map(|flags| flags.each(connector, &file));
        let each = each.map(|flags| (connector, flags)).collect();
        Ok(Chosen { each, wrong: Vec::new(), file })
    }
}

impl WhichOfAll {
    /// All connections of the file that a flag names.
    pub(super) fn all_of(config: Option<PathBuf>) -> Self {
        Self { all: true, connections: Vec::new(), connectors: Vec::new(), config }
    }

    /// Whether connections are named, and nothing else is meant.
    pub(super) fn names_connections(&self) -> bool {
        !self.all && !self.connections.is_empty()
    }

    /// Fails if nothing says which connections are meant, where that is not for granted.
    pub(super) fn named(&self) -> Result<&Self> {
        if self.all || !self.connections.is_empty() || !self.connectors.is_empty() {
            return Ok(self);
        }
        let nowhere = match File::read(self.config.as_deref()) {
            Ok(file) if file.connections().next().is_none() => file.nowhere(),
            _ => None,
        };
        if let Some(nowhere) = nowhere {
            return Err(none_anywhere(&nowhere));
        }
        Err(Error::settings("no connection is named")
            .next("add --all, or name some with --connection or --connector"))
    }

    /// The connections of the file, in the order of their names; of each, the resources among
    /// these that its connector has.
    pub(super) fn choose(
        &self,
        connectors: &[&'static Connector],
        resources: &[String],
    ) -> Result<Chosen> {
        prepare(self.config.as_deref())?;
        let file = File::read(self.config.as_deref())?;
        let names: Vec<&str> = connectors.iter().map(|connector| connector.name).collect();
        let wanted: Vec<String> =
            self.connectors.iter().map(|name| name.replace('-', "_")).collect();
        if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
            let what = format!("there is no connector `{unknown}`");
            return Err(Error::settings(what).next(nearest(unknown, &names)));
        }
        let known: Vec<(&str, &str)> = file.connections().collect();
        if let Some(unknown) = self.connections.iter().find(|name| !file.has(name)) {
            let known: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            let what = format!("there is no connection `{unknown}`");
            return Err(Error::settings(what).next(if known.is_empty() {
                format!(
                    "make it with `{}`, which writes {CONFIG_FILE}, or name its file with --config",
                    init()
                )
            } else {
                nearest(unknown, &known)
            }));
        }
        let is_named = |name: &str, connector: &str| {
            (self.connections.is_empty() || self.connections.iter().any(|other| other == name))
                && (wanted.is_empty() || wanted.iter().any(|other| other == connector))
        };
        let chosen: Vec<Named> = known
            .into_iter()
            .filter(|(name, connector)| is_named(name, connector))
            .map(|(name, connector)| self.flags(connectors, name, connector))
            .collect();
        if chosen.is_empty() {
            let next = make_one();
            return Err(match &wanted[..] {
                [] => match file.nowhere() {
                    Some(nowhere) => none_anywhere(&nowhere),
                    None => Error::settings("there are no connections").next(next),
                },
                wanted => {
                    let what = format!("there are no connections of {}", wanted.join(" or "));
                    Error::settings(what).next(next)
                }
            });
        }
        let (mut each, mut wrong) = (Vec::new(), Vec::new());
        for one in chosen {
            match one {
                Ok(one) => each.push(one),
                Err(error) => wrong.push(error),
            }
        }
        only(&mut each, resources)?;
        Ok(Chosen { file, each, wrong })
    }

    fn flags(&self, connectors: &[&'static Connector], name: &str, connector: &str) -> Named {
        let known = connectors.iter().find(|known| known.name == connector);
        let Some(known) = known else {
            let names: Vec<&str> = connectors.iter().map(|connector| connector.name).collect();
            return Err(Error::settings(format!(
                "the connection `{name}` belongs to the connector `{connector}`, which does not exist"
            ))
            .next(nearest(connector, &names)));
        };
        let connection = Some(name.to_owned());
        Ok((known, Flags { config: self.config.clone(), connection, ..Flags::default() }))
    }
}

/// What to type for a first connection.
fn init() -> String {
    program_of_all().map_or("init".to_owned(), |program| format!("{program} init"))
}

fn make_one() -> String {
    format!(
        "make one with `{}`, which writes {CONFIG_FILE}, or name its file with --config",
        init()
    )
}

/// That there is no file of connections, and what to do about it.
fn none_anywhere(nowhere: &Nowhere) -> Error {
    Error::settings(nowhere.to_string())
        .next(format!("`cd` to the folder that has it, {}", make_one()))
}

/// Leaves of each connection the resources that are named, and the connections that have one.
fn only(each: &mut Vec<(&'static Connector, Flags)>, resources: &[String]) -> Result<()> {
    if resources.is_empty() {
        return Ok(());
    }
    for name in resources {
        if !each.iter().any(|(connector, _)| connector.resource(name).is_some()) {
            let known = each.iter().flat_map(|(connector, _)| connector.resources);
            let mut known: Vec<&str> = known.map(|resource| resource.name).collect();
            known.sort_unstable();
            known.dedup();
            let what = format!("no connection has a resource `{name}`");
            return Err(Error::settings(what).next(nearest(name, &known)));
        }
    }
    for (connector, flags) in each.iter_mut() {
        let has = |name: &&String| connector.resource(name).is_some();
        flags.resources = resources.iter().filter(has).cloned().collect();
        check_resources(connector, &flags.resources)?;
    }
    each.retain(|(_, flags)| !flags.resources.is_empty());
    Ok(())
}

impl Chosen {
    /// What is read of each connection in its database, and what is wrong with the others.
    pub(super) fn read<T>(
        &mut self,
        read: &impl AsyncFn(&'static Connector, &Place, &Database) -> Result<T>,
    ) -> Result<(Vec<T>, Vec<Error>)> {
        let mut wrong = std::mem::take(&mut self.wrong);
        block_on(async {
            let mut databases = Databases::default();
            let (all, more) = self.read_in(&mut databases, read).await;
            databases.close().await;
            wrong.extend(more);
            (all, wrong)
        })
    }

    /// The same in databases that stay open; what was wrong before is not among it.
    pub(super) async fn read_in<T>(
        &self,
        databases: &mut Databases,
        read: &impl AsyncFn(&'static Connector, &Place, &Database) -> Result<T>,
    ) -> (Vec<T>, Vec<Error>) {
        let (mut all, mut wrong) = (Vec::new(), Vec::new());
        for (connector, flags) in &self.each {
            let one = async {
                let place = Place::resolve(connector, &self.file, flags)?;
                let Some(database) = databases.of(&place).await? else {
                    return Err(place.never_synced(connector));
                };
                // Nothing is tried here that could leave something undone.
                match database.connector_of(&place.schema).await.map_err(Error::before_start)? {
                    None => Err(place.never_synced(connector)),
                    Some(owner) if owner != connector.name => {
                        let what = format!(
                            "the schema `{}` belongs to the connector `{}`",
                            place.schema,
                            Foreign(&owner)
                        );
                        Err(Error::new(ErrorKind::Settings, what)
                            .next("name another schema with --schema"))
                    }
                    Some(_) => read(connector, &place, database).await.map_err(Error::before_start),
                }
            };
            match one.await {
                Ok(one) => all.push(one),
                // Of several, it is said which one it is about.
                Err(error) => wrong.push(match &flags.connection {
                    Some(name) if self.each.len() > 1 => error.at("connection", name),
                    _ => error,
                }),
            }
        }
        (all, wrong)
    }
}

/// Prints what is known of connections, as one document or in words, and what could not be read
/// of them. Returns the exit status.
pub(super) fn tell(
    all: &impl Serialize,
    errors: &[Error],
    json: bool,
    texts: impl Iterator<Item = String>,
) -> Result<u8> {
    if json {
        print_json(all, errors)?;
    } else {
        print_errors(errors);
        let texts: Vec<String> = texts.collect();
        if !texts.is_empty() {
            print(&texts.join("\n"))?;
        }
    }
    Ok(errors.iter().map(Error::exit_status).max().unwrap_or(0))
}
