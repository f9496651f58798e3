//! `connectors.toml`: which connections there are, and what is wrong with the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;

use super::env_file::env_file;
use super::names::check_letters;
use super::plain_files;
use super::section::Section;
use super::setting::Setting;
use super::variables::{how_unset, mistaken_for, prefix};
use connector_core::budget::Budget;
use connector_core::environment::environment;
use connector_core::error::{Error, Result};
use connector_core::foreign::Foreign;
use connector_core::words::nearest;
use connector_spec::Connector;

/// The file that holds connections.
pub const CONFIG_FILE: &str = "connectors.toml";

/// The file that holds connections.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(title = "connectors.toml")]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Whether there is one.
    #[serde(skip)]
    absent: bool,
    /// Where it is, if it was read.
    #[serde(skip)]
    path: Option<PathBuf>,
    /// Whether it is not written yet.
    #[serde(skip)]
    pub(super) tried: bool,
    /// Whether it holds what a caller gave for one connection, which counts before variables.
    #[serde(skip)]
    pub(super) given: bool,
    /// Where the rows of all connections go: an address of Postgres, or `env:NAME`, or `file:PATH`.
    /// Without one, it is the embedded Postgres in .connectors/.
    pub(super) database_url: Option<Setting>,
    /// What answers and batches of all connections may take in memory together, in MiB: 64, if it is
    /// not set.
    #[schemars(range(min = Budget::LEAST_MIB, max = Budget::MOST_MIB))]
    pub(super) memory_mib: Option<u32>,
    /// What `memory_mib` stands for, shared by all connections.
    #[serde(skip)]
    pub(super) budget: Budget,
    /// One for each account with a vendor; the name is also that of its schema.
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9_]*$"}))]
    #[serde(default)]
    pub(super) connections: BTreeMap<String, Section>,
}

impl File {
    /// Reads the file that a flag names, or `connectors.toml` if there is one.
    pub fn read(config: Option<&Path>) -> Result<Self> {
        let path = config.unwrap_or(Path::new(CONFIG_FILE));
        let read = match config {
            Some(_) => plain_files::read_named_text(path),
            None => plain_files::read_found_text(path),
        };
        let text = match read {
            Ok(text) => text,
            Err(error) if config.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { absent: true, ..Self::default() });
            }
            Err(error) => {
                return Err(Error::settings(format!(
                    "the file `{}` cannot be read: {}",
                    path.display(),
                    plain_files::reason(&error)
                ))
                .next(if plain_files::everybody_may_write(path) {
                    format!("run `chmod o-w {}`", path.display())
                } else {
                    "check the path and who may read and write the file, or make one with `init`"
                        .to_owned()
                })
                .because(error));
            }
        };
        Self::parse(path, &text)
    }

    /// The one connection whose settings a caller gives.
    pub(super) fn given(name: &str, section: Section) -> Self {
        let connections = BTreeMap::from([(name.to_owned(), section)]);
        Self { given: true, connections, ..Self::default() }
    }

    /// What a text says, as if it stood in the file.
    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut file: Self = toml::from_str(text).map_err(|error| {
            // The library's text shows the line, and so the secret that may stand there.
            let line = line_of(&error, text);
            let (what, next) = misread(error.message(), text.lines().nth(line - 1));
            let what = format!("`{}`, line {line}: {}", path.display(), Foreign(&what));
            Error::settings(what).next(next)
        })?;
        for name in file.connections.keys() {
            check_letters(name).map_err(|error| error.at("file", path.display()))?;
        }
        if let Some(mib) = file.memory_mib {
            let (least, most) = (Budget::LEAST_MIB, Budget::MOST_MIB);
            if !(least..=most).contains(&mib) {
                let what = format!("`memory_mib` must be a number from {least} to {most}");
                return Err(Error::settings(what).next("leave it out for the default"));
            }
            file.budget = Budget::of_mib(mib);
        }
        file.path = Some(path.to_owned());
        Ok(file)
    }

    /// The same before it is written, which so is not where anything is set.
    pub(crate) fn to_try(path: &Path, text: &str) -> Result<Self> {
        Ok(Self { tried: true, ..Self::parse(path, text)? })
    }

    /// The names of the connections, each with its connector's name.
    pub fn connections(&self) -> impl Iterator<Item = (&str, &str)> {
        self.connections
            .iter()
            .map(|(name, section)| (name.as_str(), section.connector.as_deref().unwrap_or(name)))
    }

    /// The variables that its connections read: those that settings name, and those of their names.
    pub(super) fn variables_read(&self) -> Vec<String> {
        let of_one = |(name, section): (&String, &Section)| {
            let own = [("API_KEY", &section.api_key), ("BASE_URL", &section.base_url)];
            own.map(|(kind, setting)| match setting.as_ref().and_then(Setting::variable) {
                Some(variable) => variable.to_owned(),
                None => format!("{}_{kind}", prefix(name)),
            })
        };
        self.connections.iter().flat_map(of_one).collect()
    }

    /// The value of a setting of this name: what stands here, or what that leads to.
    pub(super) fn value(&self, name: &str, setting: &Setting) -> Result<SecretString> {
        if let Some(variable) = setting.variable() {
            return environment(variable).ok_or_else(|| {
                let how = how_unset(variable);
                Error::settings(format!(
                    "`{name}` is to be read from the variable `{variable}`, which is {how}"
                ))
                .next(
                    mistaken_for(variable, variable, &self.variables_read()).unwrap_or_else(|| {
                        // Of settings that are given for one call, no file of variables is read.
                        let set = if self.given {
                            String::new()
                        } else {
                            format!(" set it in {},", env_file(self.path.as_deref()).display())
                        };
                        let name = self.name();
                        format!("export {variable}=…,{set} or correct the name in {name}")
                    }),
                )
            });
        }
        if let Some(path) = setting.file() {
            let content = plain_files::read_text(Path::new(path)).map_err(|error| {
                Error::settings(format!(
                    "`{name}` cannot be read from the file `{path}`: {}",
                    plain_files::reason(&error)
                ))
                .next("check the path, which begins where the command is run, and who may read the file")
                .because(error)
            })?;
            if content.trim().is_empty() {
                let what = format!("`{name}` is to be read from the file `{path}`, which is empty");
                return Err(Error::settings(what).next("write the value into the file"));
            }
            return Ok(content.trim().into());
        }
        Ok(setting.secret())
    }

    /// What it is called in words to a person.
    pub(crate) fn name(&self) -> String {
        match &self.path {
            _ if self.given => "the file of --config".to_owned(),
            Some(path) => path.display().to_string(),
            None => CONFIG_FILE.to_owned(),
        }
    }

    /// Where it is not, if there is none.
    pub(crate) fn nowhere(&self) -> Option<Nowhere> {
        self.absent.then(Nowhere::here)
    }

    /// Whether the rows of these connections go to one database, as far as the file says.
    pub(crate) fn has_one_database<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        let of = |name| {
            let own = self.connections.get(name).and_then(|section| section.database_url.as_ref());
            own.or(self.database_url.as_ref()).map(Setting::text)
        };
        let first = names.next().and_then(of);
        environment("DATABASE_URL").is_some() || names.all(|name| of(name) == first)
    }

    /// Whether it names the database of a connection.
    pub(crate) fn names_database(&self, connection: &str) -> bool {
        let own = self.section(connection).and_then(|section| section.database_url.as_ref());
        own.or(self.database_url.as_ref()).is_some()
    }

    /// The connections whose key or address is read from this variable because the file says so.
    pub(crate) fn readers_of<'a>(&'a self, variable: &'a str) -> impl Iterator<Item = &'a str> {
        let has = move |section: &Section| {
            let mut both = [&section.api_key, &section.base_url].into_iter().flatten();
            both.any(|setting| setting.variable() == Some(variable))
        };
        let found = self.connections.iter().filter(move |(_, section)| has(section));
        found.map(|(name, _)| name.as_str())
    }

    /// The address of a connection, as it stands there.
    pub(crate) fn address(&self, name: &str) -> Option<&str> {
        Some(self.connections.get(name)?.base_url.as_ref()?.text())
    }

    /// The settings of a connection.
    pub(super) fn section(&self, name: &str) -> Option<&Section> {
        self.connections.get(name)
    }

    /// Whether it has a connection of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.connections.contains_key(name)
    }

    /// The names of the connections of one connector.
    pub(crate) fn of(&self, connector: &Connector) -> Vec<&str> {
        let own = |(name, other)| (other == connector.name).then_some(name);
        self.connections().filter_map(own).collect()
    }
}

/// A folder without a file of connections, which is often not the one that was meant.
#[derive(Clone, Debug)]
pub(crate) struct Nowhere(PathBuf);

impl Nowhere {
    fn here() -> Self {
        Self(std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")))
    }

    pub(crate) fn advice(connector: &Connector) -> String {
        let init = crate::called::binary(connector);
        format!(
            "`cd` to the folder that has it, name it with --config, or make one with `{init} init`"
        )
    }
}

impl std::fmt::Display for Nowhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {CONFIG_FILE} in {}", self.0.display())
    }
}

/// The line in which TOML is wrong.
pub(crate) fn line_of(error: &toml::de::Error, text: &str) -> usize {
    let start = error.span().map_or(0, |span| span.start.min(text.len()));
    text[..start].matches('\n').count() + 1
}

/// A type of TOML, as people call it.
fn in_words(kind: &str) -> &str {
    match kind.split(' ').next().unwrap_or_default() {
        "u64" | "u32" | "i64" | "integer" => "a whole number",
        "f64" | "floating" => "a number",
        "string" => "a text",
        "boolean" => "`true` or `false`",
        "sequence" => "a list",
        "map" | "struct" => "a table",
        "a" | "an" => match kind.split(' ').nth(1).unwrap_or_default() {
            "string" => "a text",
            "boolean" => "`true` or `false`",
            "sequence" => "a list",
            "map" => "a table",
            _ => kind,
        },
        _ => "something else",
    }
}

/// What the TOML library says of a line, in one line, and what to do.
pub(super) fn misread(message: &str, line: Option<&str>) -> (String, String) {
    let mut lines = message.lines();
    let what = lines.next().unwrap_or_default();
    // The library names an unknown key, and then those that it expected.
    let mut names = what.split('`').skip(1).step_by(2);
    if let Some((unknown, known)) = what
        .starts_with("unknown field")
        .then(|| names.next().map(|unknown| (unknown, names.collect::<Vec<_>>())))
        .flatten()
    {
        return (format!("there is no setting `{unknown}`"), nearest(unknown, &known));
    }
    // A value is not repeated: a secret may stand in the wrong place.
    let types =
        what.strip_prefix("invalid type: ").and_then(|types| types.split_once(", expected "));
    // The name of a setting, and nothing else that may stand there by mistake.
    let name = line.and_then(|line| line.split_once('=')).map_or("", |(name, _)| name.trim());
    let good = |c: char| c.is_ascii_lowercase() || c == '_';
    let subject = match name {
        name if !name.is_empty() && name.chars().all(good) => format!("`{name}`"),
        _ => "this".to_owned(),
    };
    let value = line.and_then(|line| line.split_once('=')).map_or("", |(_, value)| value.trim());
    let word: String = value.chars().take_while(|c| !matches!(c, ' ' | '#')).collect();
    let is_bare = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !matches!(word.as_str(), "true" | "false" | "inf" | "nan");
    if types.is_none() && is_bare {
        let next = match name {
            name if name.chars().all(good) => format!("write it as in {name} = \"…\""),
            _ => "write the text between quotes".to_owned(),
        };
        return (format!("the quotes around {subject} are missing"), next);
    }
    let what = match types {
        Some((found, expected)) => {
            format!("{subject} must be {}, not {}", in_words(expected), in_words(found))
        }
        None if what.starts_with("invalid value: integer `-") => {
            format!("{subject} must not be negative")
        }
        None if what.starts_with("invalid value: ") => format!("{subject} cannot have this value"),
        None => what.to_owned(),
    };
    let next = lines.next().map_or_else(
        || "correct the line; the command `schema` prints every setting".to_owned(),
        str::to_owned,
    );
    (what, next)
}
