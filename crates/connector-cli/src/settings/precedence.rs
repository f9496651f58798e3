//! Who sets each value of a connection: a flag, a variable, or the file.

use std::sync::LazyLock;

use secrecy::SecretString;
use serde::Serialize;

use super::Flags;
use super::connectors_toml::{File, Nowhere};
use super::params::by_flags;
use super::section::{ResourceSection, Resources, Section};
use super::setting::Setting;
use super::variables::{invocation, prefix};
use connector_core::environment::{environment, file_of};
use connector_core::error::{Error, Result};
use connector_core::params::{Params, params_of};
use connector_core::run::{AllSettings, ResourceSettings, check_resources};
use connector_core::words::nearest;
use connector_spec::{Connector, DOCUMENTED};

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetBy {
    /// A flag.
    Flag(&'static str),
    /// A variable.
    Variable(String),
    /// The section of a connection in the file.
    Section(String),
    /// A variable that it names.
    Named(String, String),
    /// The section of one of its resources.
    Resource(String, String),
    /// The file, for all of its connections.
    File,
    /// Nobody.
    Default,
}

impl std::fmt::Display for SetBy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(name) => f.write_str(name),
            Self::Variable(name) => f.write_str(name),
            Self::Section(name) => write!(f, "[connections.{name}]"),
            Self::Named(name, variable) => write!(f, "{variable}, by [connections.{name}]"),
            Self::Resource(name, resource) => {
                write!(f, "[connections.{name}.resources.{resource}]")
            }
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
        }
    }
}

impl Serialize for SetBy {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Everything that can set a value of a connection, in the order in which it counts.
pub(super) struct Layers<'a> {
    pub(super) name: &'a str,
    pub(super) section: &'a Section,
    /// Whether the file has the section.
    pub(super) in_file: bool,
    file: &'a File,
    flags: &'a Flags,
}

impl<'a> Layers<'a> {
    /// The variables that connections of the file read.
    pub(super) fn variables_read(&self) -> Vec<String> {
        self.file.variables_read()
    }

    pub(super) fn of(
        connector: &'static Connector,
        file: &'a File,
        flags: &'a Flags,
    ) -> Result<Self> {
        static NONE: LazyLock<Section> = LazyLock::new(Section::default);
        let own = file.of(connector);
        let name = match &flags.connection {
            Some(name) => name,
            None if own.contains(&connector.name) => connector.name,
            None if !own.is_empty() && file.has_env_connection(connector) => {
                let name = connector.name;
                let what = format!(
                    "the file has a connection of `{name}`, and variables describe another"
                );
                return Err(Error::settings(what).next(format!(
                    "name one with --connection: {}, or `{name}` for {}",
                    own.join(", "),
                    file.unread_variables(connector).join(" and ")
                )));
            }
            None => match own[..] {
                [] if !file.has_env_connection(connector) => {
                    match file.misspelled_connector(connector) {
                        Some(name) => return Err(misspelled(connector, file, name)),
                        None => connector.name,
                    }
                }
                [] => connector.name,
                [only] => only,
                _ => {
                    let what = format!("the file has several connections of `{}`", connector.name);
                    return Err(Error::settings(what).next(format!(
                        "take --all, or name one with --connection: {}",
                        own.join(", ")
                    )));
                }
            },
        };
        let section = file.connections.get(name);
        let by_variables = name == connector.name && !file.unread_variables(connector).is_empty();
        if section.is_none() && flags.connection.is_some() && !by_variables {
            let known: Vec<&str> = file.connections.keys().map(String::as_str).collect();
            let error = Error::settings(format!("there is no connection `{name}`"));
            return Err(error.next(if known.is_empty() {
                format!("write a section [connections.{name}] in {}, or name the file that has it with --config", file.name())
            } else {
                nearest(name, &known)
            }));
        }
        let in_file = section.is_some();
        let section = section.unwrap_or(&NONE);
        if let Some(other) = section.connector.as_deref().filter(|other| *other != connector.name) {
            if is_misspelled(connector, other) {
                return Err(misspelled(connector, file, name));
            }
            let binary = crate::called::binary_named(other);
            return Err(Error::settings(format!(
                "the connection `{name}` belongs to the connector `{other}`"
            ))
            .next(format!("sync it with `{binary}`, or name another with --connection")));
        }
        Ok(Self { name, section, in_file, file, flags })
    }

    /// Where there is no file.
    pub(super) fn no_file(&self) -> Option<Nowhere> {
        self.file.nowhere()
    }

    /// What the file is called.
    pub(super) fn file_name(&self) -> String {
        self.file.name()
    }

    /// A setting and the place for it in the file, in words.
    pub(super) fn setting(&self, setting: &str) -> String {
        let file = self.file.name();
        if self.file.given {
            return format!("`{setting}` in {file}");
        }
        format!("`{setting}` under [connections.{}] in {file}", self.name)
    }

    /// Whether a caller gave the settings, and nobody wrote them into a file of connections.
    pub(super) fn are_given(&self) -> bool {
        self.file.given
    }

    /// What the file's section sets.
    pub(super) fn by_section(&self) -> SetBy {
        SetBy::Section(self.name.to_owned())
    }

    pub(super) fn secret(
        &self,
        key: &str,
        setting: Option<&Setting>,
    ) -> Result<Option<(SecretString, SetBy)>> {
        let variable = format!("{}_{key}", prefix(self.name));
        let is_given = self.file.given && setting.is_some();
        if let Some(value) = environment(&variable).filter(|_| !is_given) {
            return Ok(Some((value, SetBy::Variable(variable))));
        }
        let Some(setting) = setting else { return Ok(None) };
        let value = self.file.value(&key.to_ascii_lowercase(), setting);
        let value = value.map_err(|error| error.at("connection", self.name))?;
        let name = || self.name.to_owned();
        let by = match setting.variable() {
            Some(variable) => SetBy::Named(name(), variable.to_owned()),
            None => SetBy::Section(name()),
        };
        Ok(Some((value, by)))
    }

    /// Where a setting is set, `base_url` or `api_key`, and how to set another, in words.
    pub(super) fn source_of(
        &self,
        connector: &Connector,
        (name, setting): (&str, Option<&Setting>),
        by: &SetBy,
    ) -> String {
        let variable = match by {
            SetBy::Variable(name) => Some(name.as_str()),
            _ => setting.and_then(Setting::variable),
        };
        let Some(variable) = variable else {
            let file = setting.and_then(Setting::file);
            return file.map_or_else(|| self.setting(name), |file| format!("in the file `{file}`"));
        };
        let Some(file) = file_of(variable) else {
            return format!("the environment variable `{variable}`");
        };
        let flags = Flags { config: self.flags.config.clone(), ..Flags::default() };
        let init = invocation(connector, self.name, &flags).of("init");
        format!("`{variable}` in `{}` (`{init}` asks for another)", file.display())
    }

    pub(super) fn database_url(&self) -> Result<Option<(SecretString, SetBy)>> {
        let is_given = self.file.given && self.section.database_url.is_some();
        if let Some(url) = environment("DATABASE_URL").filter(|_| !is_given) {
            return Ok(Some((url, SetBy::Variable("DATABASE_URL".to_owned()))));
        }
        let (setting, by) = match (&self.section.database_url, &self.file.database_url) {
            (Some(setting), _) => (setting, self.by_section()),
            (None, Some(setting)) => (setting, SetBy::File),
            (None, None) => return Ok(None),
        };
        Ok(Some((self.file.value("database_url", setting)?, by)))
    }

    /// The file's parameters, with those of flags in the place of the same names.
    pub(super) fn params(&self, connector: &'static Connector) -> Result<Params> {
        let mut params = self.section.params();
        params.extend(by_flags(&self.flags.params)?);
        params_of(connector, &params, self.name)
    }

    /// The section of a resource, if the file has one.
    pub(super) fn own(&self, resource: &str) -> Option<&ResourceSection> {
        match &self.section.resources {
            Some(Resources::Each(own)) => own.get(resource),
            Some(Resources::Named(_)) | None => None,
        }
    }

    /// What the file sets for resources, by their names, and for all others.
    pub(super) fn settings(&self, connector: &Connector) -> Result<AllSettings> {
        let section = self.section;
        if section.only_resources.is_some()
            && matches!(section.resources, Some(Resources::Named(_)))
        {
            let what = "`resources` and `only_resources` both name the resources that are synced";
            return Err(Error::settings(what).next("take one of them out"));
        }
        let each = section.for_each();
        for name in each.keys() {
            let known = check_resources(connector, &[(*name).to_owned()]);
            known.map_err(|error| {
                error.at(
                    "setting",
                    match self.own(name) {
                        Some(_) => format!("[connections.{}.resources]", self.name),
                        None => format!("history of [connections.{}]", self.name),
                    },
                )
            })?;
        }
        let all = section.for_all().over(&ResourceSettings::default())?;
        let own = each.into_iter().map(|(name, own)| {
            let place = || format!("[connections.{}.resources.{name}]", self.name);
            let own = own.over(&all).map_err(|error| error.at("setting", place()))?;
            Ok((name.to_owned(), own))
        });
        let own = own.collect::<Result<_>>()?;
        Ok(AllSettings { all, own })
    }

    pub(super) fn preset(&self) -> (&'a str, SetBy) {
        match (&self.flags.preset, &self.section.preset) {
            (Some(preset), _) => (preset, SetBy::Flag("--preset")),
            (None, Some(preset)) => (preset, self.by_section()),
            (None, None) => (DOCUMENTED, SetBy::Default),
        }
    }

    pub(super) fn schema(&self) -> (&'a str, SetBy) {
        match (&self.flags.schema, &self.section.schema) {
            (Some(schema), _) => (schema, SetBy::Flag("--schema")),
            (None, Some(schema)) => (schema, self.by_section()),
            (None, None) => (self.name, SetBy::Default),
        }
    }

    /// The selected resources; fails if one of them is none.
    pub(super) fn known_resources(&self, connector: &Connector) -> Result<&'a [String]> {
        let (resources, by) = self.resources();
        check_resources(connector, resources).map_err(|error| match by {
            SetBy::Section(name) => {
                let setting = match self.section.only_resources {
                    Some(_) => "only_resources",
                    None => "resources",
                };
                error.at("setting", format!("{setting} of [connections.{name}]"))
            }
            _ => error,
        })?;
        Ok(resources)
    }

    pub(super) fn resources(&self) -> (&'a [String], SetBy) {
        match self.section.only() {
            _ if !self.flags.resources.is_empty() => {
                (&self.flags.resources, SetBy::Flag("--resource"))
            }
            Some(resources) => (resources, self.by_section()),
            None => (&[], SetBy::Default),
        }
    }
}

impl File {
    /// The variables of the connector's own name that are set, and that no setting here reads.
    pub(super) fn unread_variables(&self, connector: &Connector) -> Vec<String> {
        let of_connector = |key| format!("{}_{key}", prefix(connector.name));
        let sections = self.connections.values();
        let settings = sections.flat_map(|section| [&section.base_url, &section.api_key]).flatten();
        let read: Vec<&str> = settings.filter_map(Setting::variable).collect();
        ["BASE_URL", "API_KEY"]
            .into_iter()
            .map(of_connector)
            .filter(|name| environment(name).is_some() && !read.contains(&name.as_str()))
            .collect()
    }

    /// Whether variables alone describe a connection of the connector.
    fn has_env_connection(&self, connector: &Connector) -> bool {
        self.unread_variables(connector).len() == 2
    }

    /// A connection whose connector is written almost as this one.
    pub(super) fn misspelled_connector(&self, connector: &Connector) -> Option<&str> {
        self.connections().find_map(|(name, other)| is_misspelled(connector, other).then_some(name))
    }
}

/// Whether it is the connector's name, but for a slip.
fn is_misspelled(connector: &Connector, other: &str) -> bool {
    (1..=2).contains(&strsim::osa_distance(connector.name, other))
}

/// A connection whose connector has a slip in it.
fn misspelled(connector: &Connector, file: &File, name: &str) -> Error {
    let written = file.connections.get(name).and_then(|section| section.connector.as_deref());
    let other = written.unwrap_or(name);
    let known = connector.name;
    Error::settings(format!("the connection `{name}` belongs to the connector `{other}`")).next(
        format!("did you mean `{known}`? write connector = \"{known}\" under [connections.{name}]"),
    )
}

impl Flags {
    /// The same for each of these connections, or as they are where none is named.
    pub(crate) fn of_these(&self, connections: &[String]) -> Vec<Self> {
        match connections {
            [] => vec![self.clone()],
            names => names.iter().map(|name| self.of(name)).collect(),
        }
    }

    /// One set of flags for each connection that a command without `--connection` is
    /// about: those of the connector in the file, and the one that variables describe.
    pub(crate) fn each(&self, connector: &'static Connector, file: &File) -> Vec<Self> {
        let mut names = file.of(connector);
        if self.connection.is_some() || self.schema.is_some() || names.is_empty() {
            return vec![self.clone()];
        }
        if file.has_env_connection(connector) && !names.contains(&connector.name) {
            return std::iter::once(self.of(connector.name))
                .chain(names.into_iter().map(|name| self.of(name)))
                .collect();
        }
        names.sort_unstable();
        names.into_iter().map(|name| self.of(name)).collect()
    }

    fn of(&self, name: &str) -> Self {
        Self { connection: Some(name.to_owned()), ..self.clone() }
    }
}
