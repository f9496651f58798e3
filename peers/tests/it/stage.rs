//! A vendor, a database, and the programs of a wheel in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, NaiveDateTime};
use connector_spec::{Connector, METADATA, Resource, SqlType};
use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How many rows each listing has.
const ROWS: u64 = 40;

/// What `cargo xtask peers` sets, and `cargo xtask readers` for what takes seconds.
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask peers`"))
}

/// A program of one of the environments that these make.
pub(crate) fn program(environment: &str, name: &str) -> PathBuf {
    Path::new(&variable("READERS_TOOLS")).join(environment).join("bin").join(name)
}

pub(crate) struct Stage {
    pub(crate) connector: &'static Connector,
    pub(crate) vendor: Vendor,
    pub(crate) database: Database,
    pub(crate) folder: TempDir,
    told: Vec<(String, String)>,
}

impl Stage {
    pub(crate) async fn set(connector: &'static Connector) -> Self {
        let vendor = Vendor::start(connector, Content::generated(7, |_| ROWS)).unwrap();
        let database = Database::create().await;
        let folder = tempfile::tempdir().unwrap();
        let stage = Self { connector, vendor, database, folder, told: Vec::new() };
        // As the wheel lays them: the small programs beside the large one.
        let bin = stage.path("bin");
        fs::create_dir(&bin).unwrap();
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../python/data/scripts");
        for script in fs::read_dir(scripts).unwrap() {
            let script = script.unwrap();
            fs::copy(script.path(), bin.join(script.file_name())).unwrap();
        }
        symlink(variable("READERS_PROGRAM"), bin.join("vendor-connectors")).unwrap();
        stage.write("config.json", &stage.settings());
        stage
    }

    pub(crate) fn settings(&self) -> Value {
        json!({
            "base_url": self.vendor.base_url(),
            "api_key": self.vendor.key(),
            "database_url": self.database.url(),
            "requests_per_second": 1000,
        })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: &Value) {
        fs::write(self.path(name), content.to_string()).unwrap();
    }

    /// One of the small programs, such as `tap-accounts`.
    pub(crate) fn own(&self, kind: &str) -> PathBuf {
        self.path("bin").join(format!("{kind}-{}", self.connector.name.replace('_', "-")))
    }

    /// A command in the folder, with nothing of this environment but a path.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", self.folder.path());
        // Nobody is told of it.
        command.env("DO_NOT_TRACK", "1").env("AIRBYTE_OFFLINE_MODE", "1");
        command
    }

    /// One row of a listing changes, one comes, and one goes.
    pub(crate) fn edit(&self, listing: &str, key: &str, new: &Value, field: &str) {
        self.vendor.edit(listing, |rows| {
            rows[0][field] = json!("edited");
            let mut row = rows[1].clone();
            row[key] = new.clone();
            row[field] = json!("new");
            rows.push(row);
            rows.remove(2);
        });
    }

    /// From now on, this listing cannot be read.
    pub(crate) fn break_listing(&self, end: &'static str) {
        self.vendor.on(move |request, honest| {
            if request.path.ends_with(end) { Answer::json(403, &json!({})) } else { honest }
        });
    }

    /// The rows of all tables, by table and key.
    pub(crate) async fn tables(&self) -> BTreeMap<String, BTreeMap<String, Row>> {
        let mut tables = BTreeMap::new();
        for resource in self.connector.resources {
            let query = format!(
                "select row_to_json(t) as row from {}.{} t",
                self.connector.name, resource.table
            );
            let rows = self.database.rows(&query).await;
            let rows: Vec<Value> = rows.into_iter().map(|mut row| row["row"].take()).collect();
            tables.insert(resource.table.to_owned(), keyed(resource, &rows));
        }
        tables
    }

    /// Notes something for the result.
    pub(crate) fn tell(&mut self, what: &str, value: &impl ToString) {
        self.told.push((what.to_owned(), value.to_string()));
    }

    /// Leaves what was noted under that name, and takes everything down.
    pub(crate) async fn end(self, name: &str) {
        if let Ok(folder) = std::env::var("PEERS_RESULTS") {
            let told = serde_json::to_string(&self.told).unwrap();
            fs::write(Path::new(&folder).join(name), told).unwrap();
        }
        self.vendor.finish_unexplained();
        self.database.drop().await;
    }
}

/// A row's values by column, in one form whoever wrote them.
pub(crate) type Row = BTreeMap<String, String>;

/// Rows by their keys.
pub(crate) fn keyed(resource: &Resource, rows: &[Value]) -> BTreeMap<String, Row> {
    let mut all = BTreeMap::new();
    for row in rows {
        let columns = resource.table_columns().map(|column| (column.name, column.sql_type));
        let own = METADATA.map(|name| (name, type_of(name)));
        let values: Row = columns
            .chain(own)
            .map(|(name, sql_type)| (name.to_owned(), canonical(&row[name], sql_type)))
            .collect();
        let key: Vec<&str> = resource.key_columns().map(|name| values[name].as_str()).collect();
        let twice = all.insert(key.join(" "), values.clone());
        assert!(twice.is_none(), "{} has {key:?} twice", resource.table);
    }
    all
}

fn type_of(metadata: &str) -> SqlType {
    match metadata {
        "_run_id" => SqlType::BigInt,
        "_extra" => SqlType::Jsonb,
        _ => SqlType::Timestamptz,
    }
}

/// A value in one form: times in UTC, and what JSON has.
fn canonical(value: &Value, sql_type: SqlType) -> String {
    match (value, sql_type) {
        (Value::Null, _) => "null".to_owned(),
        (Value::String(text), SqlType::Timestamptz) => {
            let text = text.replacen(' ', "T", 1);
            let zoned = DateTime::parse_from_rfc3339(&text).map(|time| time.timestamp_micros());
            let naive = || text.parse::<NaiveDateTime>().unwrap().and_utc().timestamp_micros();
            zoned.unwrap_or_else(|_| naive()).to_string()
        }
        // Some hold numbers with nine digits behind the point.
        (value, SqlType::Double) => {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            format!("{:.9}", number.unwrap_or_else(|| panic!("{value} is no number")))
        }
        (value, _) => value.to_string(),
    }
}
