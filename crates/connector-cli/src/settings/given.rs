//! The settings of one connection as a program gives them: a file of JSON, made for one call.
//!
//! It has what a section of `connectors.toml` has, and the connection's name. What it sets counts
//! before variables, which may be there for others.

use std::path::Path;

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::connectors_toml::{File, misread};
use super::names::check_letters;
use super::section::Section;
use super::{Flags, plain_files};
use connector_core::error::{Error, Result};
use connector_core::foreign::Foreign;
use connector_spec::Connector;

/// What names the connection, and is no setting of it.
const NAME: &str = "connection";

/// Reads the settings.
pub(crate) fn given(connector: &Connector, path: &Path) -> Result<(File, Flags)> {
    let members: Map<String, Value> = read_json(path, "--config")?;
    parse(connector, members).map_err(|error| error.at("file", path.display()))
}

/// Reads a file of JSON that a flag names.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path, flag: &str) -> Result<T> {
    let wrong =
        |what: &str| Error::settings(format!("the file `{}` of {flag} {what}", path.display()));
    let text = plain_files::read_text(path).map_err(|error| {
        wrong(&format!("cannot be read: {}", plain_files::reason(&error)))
            .next("check the path, and who may read the file")
            .because(error)
    })?;
    // The library's words may quote what stands there, and so the key.
    serde_json::from_str(&text).map_err(|error| {
        let what = if error.is_data() { "is not what is expected" } else { "is no JSON" };
        wrong(&format!("{what}, in line {}", error.line())).next("correct it, or write it anew")
    })
}

fn parse(connector: &Connector, mut members: Map<String, Value>) -> Result<(File, Flags)> {
    // What is null is not set.
    members.retain(|_, value| !value.is_null());
    let name = match members.remove(NAME) {
        None => connector.name.to_owned(),
        Some(Value::String(name)) => name,
        Some(_) => return Err(Error::settings(format!("`{NAME}` is a text"))),
    };
    check_letters(&name)?;
    for (name, value) in &members {
        // Each by itself, as the library does not say of a value whose it is.
        let one = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
        Section::deserialize(one).map_err(|error| {
            let (what, next) = misread(&error.to_string(), Some(&format!("{name} = ")));
            Error::settings(Foreign(&what).to_string()).next(next)
        })?;
    }
    let section = Section::deserialize(Value::Object(members))
        .map_err(|_| Error::settings("the settings are not understood"))?;
    let flags = Flags { connection: Some(name.clone()), ..Flags::default() };
    Ok((File::given(&name, section), flags))
}
