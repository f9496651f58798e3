//! What `init` leaves behind: a section of the file, and secrets in `.env`.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind as Io, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use toml_edit::{DocumentMut, Item, Table, value};

use super::address::check_address;
use super::params::{by_flags, params_of};
use super::place::check_schema;
use super::variables::prefix;
use crate::DOCUMENTED;
use crate::error::{Error, Result};
use crate::resource::{Connector, Unset};

/// The file of variables that a program reads when it starts.
pub(crate) const ENV_FILE: &str = ".env";

/// A connection that is about to be written.
pub(crate) struct NewConnection {
    pub(crate) name: String,
    pub(crate) connector: &'static Connector,
    pub(crate) base_url: String,
    pub(crate) preset: String,
    pub(crate) allow_http: bool,
    /// Each as `name=value`.
    pub(crate) params: Vec<String>,
}

impl NewConnection {
    /// Fails if it could not be synced as it is.
    pub(crate) fn check(&self) -> Result<()> {
        check_name(&self.name)?;
        self.connector.with_preset(&self.preset)?;
        check_address(self.connector, &self.base_url, self.allow_http)?;
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

    /// The variable of its key.
    pub(crate) fn key_variable(&self) -> String {
        format!("{}_API_KEY", prefix(&self.name))
    }

    /// Writes its section into the file, and leaves everything else there as it is.
    pub(crate) fn write(&self, path: &Path, replace: bool) -> Result<()> {
        let place = |error: Error| error.at("file", path.display());
        let mut document = read(path)?;
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
                .next("name another one with --connection, or replace it with --force"));
        }
        let mut section = Table::new();
        section["connector"] = value(self.connector.name);
        section["base_url"] = value(&self.base_url);
        section["api_key"] = value(format!("env:{}", self.key_variable()));
        if self.preset != DOCUMENTED {
            section["preset"] = value(&self.preset);
        }
        if self.allow_http {
            section["allow_http"] = value(true);
        }
        if !self.params.is_empty() {
            let mut params = Table::new();
            for (name, set) in by_flags(&self.params)? {
                let mut values = set.into_values();
                params[&name] = match (values.pop(), values.is_empty()) {
                    (Some(only), true) => value(only),
                    (last, _) => {
                        value(values.into_iter().chain(last).collect::<toml_edit::Array>())
                    }
                };
            }
            section["params"] = Item::Table(params);
        }
        connections.insert(&self.name, Item::Table(section));
        fs::write(path, document.to_string()).map_err(|error| unwritable(path, error))
    }
}

/// Fails unless a connection can be called that.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(good) {
        let what = format!("`{name}` is no name of a connection");
        return Err(Error::settings(what).next(
            "use small letters, digits and underscores: it names variables and a schema too",
        ));
    }
    check_schema(name)
}

/// Sets a variable in `.env`, which nobody else may read from then on.
pub(crate) fn set_variable(name: &str, secret: &SecretString) -> Result<()> {
    let path = Path::new(ENV_FILE);
    let before = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == Io::NotFound => String::new(),
        Err(error) => return Err(unwritable(path, error)),
    };
    let sets = |line: &&str| {
        let line = line.trim_start();
        line.strip_prefix("export ").unwrap_or(line).trim_start().starts_with(&format!("{name}="))
    };
    let mut text: String =
        before.lines().filter(|line| !sets(line)).flat_map(|line| [line, "\n"]).collect();
    text.push_str(&assignment(name, secret)?);
    text.push('\n');
    let failed = |error| unwritable(path, error);
    let mut options = OpenOptions::new();
    let mut file =
        options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
    // A file that was there keeps its mode, unless it is told.
    file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// A variable and its value, as a shell and `.env` take it.
pub(crate) fn assignment(name: &str, secret: &SecretString) -> Result<String> {
    let secret = secret.expose_secret();
    if secret.contains(['\'', '\n', '\r']) {
        let what = "a value with a quote or a line break in it cannot stand in a file of variables";
        return Err(Error::settings(what).next(
            "copy it again; or write it to a file, and name that as `file:PATH` in connectors.toml",
        ));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,%=".contains(c);
    if secret.chars().all(plain) {
        return Ok(format!("{name}={secret}"));
    }
    Ok(format!("{name}='{secret}'"))
}

fn read(path: &Path) -> Result<DocumentMut> {
    let text = match fs::read_to_string(path) {
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

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    let what = format!("the file `{}` cannot be written: {}", path.display(), error.kind());
    Error::settings(what).next("check the rights of the file and of its folder").because(error)
}
