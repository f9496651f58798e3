//! Settings: what a person set, where it came from, and whether it makes sense.
//!
//! The only reader and writer of files of settings. A flag overrides a
//! variable, and a variable overrides the file. A secret is never a flag, and
//! leaves this module as a type that does not print.

mod answered;
mod authorities;
mod connectors_toml;
mod destination;
mod env_file;
mod explain;
mod given;
mod lineage;
mod names;
mod params;
mod plain_files;
mod precedence;
mod preset;
mod resolve;
mod schema;
mod section;
mod setting;
mod variables;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};

pub(crate) use answered::Answered;
pub(crate) use connectors_toml::Nowhere;
pub use connectors_toml::{CONFIG_FILE, File};
pub(crate) use destination::{Databases, Destination, Place};
pub(crate) use env_file::{Draft, env_file, load};
pub(crate) use explain::{Explained, explain};
pub(crate) use given::{given, read_json};
pub(crate) use names::check_name;
pub use plain_files::read_named;
pub(crate) use plain_files::{Mode, reason, replace};
pub(crate) use precedence::SetBy;
pub use preset::preset_of;
pub use resolve::resolve;
pub(crate) use schema::{SCHEMA_FILE, of as schema_of_file};
pub(crate) use variables::{colour_is_welcome, prefix};
pub use write::write_names;
pub(crate) use write::{NewConnection, check_base_url, write_file, write_schema};

/// What flags say; each overrides the environment and the file.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The file that holds connections.
    pub config: Option<PathBuf>,
    /// The connection's section in that file.
    pub connection: Option<String>,
    /// The schema of the tables.
    pub schema: Option<String>,
    /// The resources to sync; none means all.
    pub resources: Vec<String>,
    /// The preset: `documented`, one of the connector's, or a file.
    pub preset: Option<String>,
    /// The lowest value of the cursor.
    pub since: Option<DateTime<Utc>>,
    /// The first value of the cursor that is too high.
    pub until: Option<DateTime<Utc>>,
    /// Whether what earlier runs reached is ignored.
    pub full_refresh: bool,
    /// Whether any number of rows may be marked deleted.
    pub allow_deletes: bool,
    /// Whether to wait until another run has ended.
    pub wait: bool,
    /// Whether to take over from a run whose workers are gone.
    pub take_over: bool,
    /// The most requests that the run makes.
    pub max_requests: Option<u64>,
    /// The longest that the run goes on.
    pub max_duration: Option<Duration>,
    /// Values of the connector's parameters, each as `name=value`.
    pub params: Vec<String>,
    /// Whether only the children of rows that the run changed are asked for.
    pub changed_parents_only: bool,
}

impl Flags {
    /// The same for another process of this program: what it is about, and nothing of how a run
    /// ends.
    pub(crate) fn to_args(&self) -> Vec<String> {
        let time = |time: Option<DateTime<Utc>>| time.map(|time| time.to_rfc3339());
        let path = self.config.as_ref().map(|path| path.display().to_string());
        let one = [
            ("--config", path),
            ("--connection", self.connection.clone()),
            ("--schema", self.schema.clone()),
            ("--preset", self.preset.clone()),
            ("--since", time(self.since)),
            ("--until", time(self.until)),
        ];
        let one = one.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let many = |name: &'static str, values: &[String]| {
            values.iter().map(move |value| (name, value.clone())).collect::<Vec<_>>()
        };
        let resources = many("--resource", &self.resources);
        let params = many("--param", &self.params);
        let values = one.chain(resources).chain(params);
        let flags = [
            ("--full-refresh", self.full_refresh),
            ("--allow-deletes", self.allow_deletes),
            ("--changed-parents-only", self.changed_parents_only),
        ];
        let flags = flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| name.to_owned());
        // A value may begin like a flag.
        values.map(|(name, value)| format!("{name}={value}")).chain(flags).collect()
    }
}
