//! What `init` leaves behind in the file that holds connections: a section.

use std::io::ErrorKind as Io;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

use super::connectors_toml::File;
use super::env_file::unwritable;
use super::names::check_name;
use super::params::by_flags;
use super::plain_files::{self, Mode};
use super::preset::preset_of;
use super::schema::SCHEMA_FILE;
use super::setting::Setting;
use super::variables::prefix;
use connector_core::ask::check_address;
use connector_core::environment::file_of;
use connector_core::error::{Error, Result};
use connector_core::params::params_of;
use connector_spec::{Connector, DOCUMENTED, Unset};

/// What begins a line that tells editors of a schema.
const NAMES_SCHEMA: &str = "#:schema ./";

/// A connection that is about to be written.
pub(crate) struct NewConnection {
    pub(crate) name: String,
    pub(crate) connector: &'static Connector,
    pub(crate) base_url: String,
    /// The address itself, where `base_url` is a variable that is to have another one.
    pub(crate) address: Option<String>,
    /// Where the key is: `env:NAME` or `file:PATH`.
    pub(crate) api_key: String,
    pub(crate) preset: String,
    pub(crate) allow_http: bool,
    /// Each as `name=value`.
    pub(crate) params: Vec<String>,
}

impl NewConnection {
    /// Fails if it could not be synced as it is, from this file.
    pub(crate) fn check(&self, file: &File) -> Result<()> {
        check_name(&self.name)?;
        preset_of(self.connector, &self.preset)?;
        let address = self.address.as_deref().unwrap_or(&self.base_url);
        check_base_url(address, self.allow_http, file)?;
        let params = params_of(self.connector, &by_flags(&self.params)?, &self.name)?;
        let required = self
            .connector
            .params
            .iter()
            .find(|param| param.unset == Unset::Required && !params.contains_key(param.name));
        match required {
            None => Ok(()),
            Some(param) => Err(Error::settings(format!(
                "the parameter `{}` is missing: {}",
                param.name, param.doc
            ))
            .next(format!("add --param {}=…", param.name))),
        }
    }

    /// Where the key of a connection is that nobody has said anything else about.
    pub(crate) fn usual_key(name: &str) -> String {
        format!("env:{}_API_KEY", prefix(name))
    }

    /// What was answered for the address: where it is, and it, if it goes into the variable of `.env`
    /// that it was read from before.
    pub(crate) fn placed(answer: String, before: Option<&str>) -> (String, Option<String>) {
        let stored = before.filter(|before| {
            let variable = before.strip_prefix("env:");
            variable.is_some_and(|variable| file_of(variable).is_some())
        });
        match stored {
            Some(before) if Setting::new(&answer).is_plain() => (before.to_owned(), Some(answer)),
            _ => (answer, None),
        }
    }

    /// The variable that is to have another address, and that.
    pub(crate) fn address_to_store(&self) -> Option<(&str, SecretString)> {
        let variable = self.base_url.strip_prefix("env:")?;
        Some((variable, self.address.as_deref()?.into()))
    }

    /// The variable of its key, if it is in one.
    pub(crate) fn key_variable(&self) -> Option<&str> {
        self.api_key.strip_prefix("env:")
    }

    /// The text of the file with its section, and everything else there as it is: in a section of the
    /// same connector, too, whose other settings a person made.
    pub(crate) fn text(&self, path: &Path, replace: bool) -> Result<String> {
        let place = |error: Error| error.at("file", path.display());
        let mut document = read(path)?;
        let is_new = document.as_table().is_empty() && !path.exists();
        let connections = document
            .entry("connections")
            .or_insert_with(|| {
                // Only its sections get a header.
                let mut connections = Table::new();
                connections.set_implicit(true);
                Item::Table(connections)
            })
            .as_table_mut()
            .ok_or_else(|| place(Error::settings("`connections` is not a table")))?;
        if connections.contains_key(&self.name) && !replace {
            let what = format!("the connection `{}` is there already", self.name);
            return Err(place(Error::settings(what))
                .next("name another one with --connection, or change it with --force"));
        }
        let mut section = self.section_of(connections).unwrap_or_default();
        set(&mut section, "connector", self.connector.name);
        set(&mut section, "base_url", &self.base_url);
        set(&mut section, "api_key", &self.api_key);
        for (name, is_set, new) in [
            ("preset", self.preset != DOCUMENTED, Value::from(&self.preset)),
            ("allow_http", self.allow_http, Value::from(true)),
        ] {
            if is_set {
                set(&mut section, name, new);
            } else {
                section.remove(name);
            }
        }
        if self.params.is_empty() {
            section.remove("params");
        } else {
            let params = by_flags(&self.params)?;
            let there = section.entry("params").or_insert_with(|| Item::Table(Table::new()));
            let there = there
                .as_table_like_mut()
                .ok_or_else(|| place(Error::settings("its `params` are no table")))?;
            let gone: Vec<String> = there.iter().map(|(name, _)| name.to_owned()).collect();
            for name in gone.iter().filter(|name| !params.contains_key(*name)) {
                there.remove(name);
            }
            for (name, mut values) in params {
                let new = match (values.pop(), values.is_empty()) {
                    (Some(only), true) => Value::from(only),
                    (last, _) => {
                        values.into_iter().chain(last).collect::<toml_edit::Array>().into()
                    }
                };
                set(there, &name, new);
            }
        }
        connections.insert(&self.name, Item::Table(section));
        // A file of a person gets no line besides its section.
        let first = if is_new { format!("{NAMES_SCHEMA}{SCHEMA_FILE}\n\n") } else { String::new() };
        Ok(format!("{first}{document}"))
    }

    /// The section that the connection has already, if it is one of the same connector.
    fn section_of(&self, connections: &Table) -> Option<Table> {
        let section = connections.get(&self.name)?.clone().into_table().ok()?;
        let connector = section.get("connector").and_then(Item::as_str).unwrap_or(&self.name);
        (connector == self.connector.name).then_some(section)
    }
}

/// Fails if a base URL, or what the place that it names has, is no address that a sync would take.
pub(crate) fn check_base_url(text: &str, allow_http: bool, file: &File) -> Result<()> {
    let setting = Setting::new(text);
    if setting.is_plain() {
        return check_address(text, allow_http);
    }
    let url = file.value("base_url", &setting)?;
    check_address(url.expose_secret(), allow_http).map_err(|error| error.at("base_url", text))
}

/// Sets a value, and leaves a comment behind it where it is.
fn set(section: &mut dyn TableLike, name: &str, new: impl Into<Value>) {
    let mut new = new.into();
    if let Some(old) = section.get(name).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    section.insert(name, Item::Value(new));
}

/// Writes a file that names connections and nothing that is needed to sync them: enough to look
/// at what they left. Each is a name, a connector and a preset.
pub fn write_names(path: &Path, named: &[(String, &'static Connector, &str)]) -> Result<()> {
    let mut connections = Table::new();
    connections.set_implicit(true);
    for (name, connector, preset) in named {
        let mut section = Table::new();
        section["connector"] = value(connector.name);
        if *preset != DOCUMENTED {
            section["preset"] = value(*preset);
        }
        connections.insert(name, Item::Table(section));
    }
    let mut document = DocumentMut::new();
    document.insert("connections", Item::Table(connections));
    write_file(path, &document.to_string())
}

/// Writes the schema beside the file that holds connections, if the file names it; whether it does.
pub(crate) fn write_schema(path: &Path, text: &str, schema: &str) -> Result<bool> {
    let names_it = text
        .lines()
        .any(|line| line.strip_prefix(NAMES_SCHEMA).is_some_and(|name| name.trim() == SCHEMA_FILE));
    if names_it {
        write_file(&path.with_file_name(SCHEMA_FILE), schema)?;
    }
    Ok(names_it)
}

/// Writes the file that holds connections.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<()> {
    plain_files::replace(path, text, Mode::Shared).map_err(|error| unwritable(path, error))
}

fn read(path: &Path) -> Result<DocumentMut> {
    let text = match plain_files::read_text(path) {
        Ok(text) => text,
        Err(error) if error.kind() == Io::NotFound => String::new(),
        Err(error) => return Err(unwritable(path, error)),
    };
    // The library's text shows the line, and so the secret that may stand there.
    text.parse().map_err(|_: toml_edit::TomlError| {
        Error::settings("the file is not TOML, so nothing was added to it")
            .at("file", path.display())
            .next("repair or move it; `check` says in which line it is wrong")
    })
}
