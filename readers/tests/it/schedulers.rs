//! Connections that come out differently, for schedulers to run.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use connector_testkit::{Answer, Content, Database, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;
use vendor_connectors::connectors;

use crate::night::variable;

/// A key that no vendor knows.
const WRONG: &str = "wrong-key-4711";

/// A folder with `connectors.toml` and `.env`, and a vendor for each connection.
pub(crate) struct Connections {
    pub(crate) folder: TempDir,
    pub(crate) database: Database,
    vendors: Vec<Vendor>,
    file: String,
    variables: String,
    secrets: Vec<String>,
}

impl Connections {
    /// `good`; `refused`, whose key is wrong; `incomplete`, with a row that has no key; `busy`, whose
    /// vendor wants an hour's rest; and `slow`, whose vendor takes longer to answer than a scheduler
    /// waits for who is to end, and notes that it was asked.
    pub(crate) async fn of_all_kinds() -> Self {
        let mut all = Self::none().await;
        let rows = |_: &str| 30;
        all.add("good", "accounts", Content::generated(7, rows), None);
        all.add("refused", "accounts", Content::generated(7, rows), Some(WRONG));
        let campaigns = [json!({"id": 1}), json!({"name": "nobody's"})];
        all.add("incomplete", "accounts", Content::empty().with("campaigns", campaigns), None);
        let busy = all.add("busy", "accounts", Content::empty(), None);
        busy.on(|_, _| Answer::json(429, "{}").header("retry-after", "3600"));
        let asked = all.asked();
        let slow = all.add("slow", "accounts", Content::generated(7, rows), None);
        slow.on(move |_, answer| {
            fs::write(&asked, "").unwrap();
            answer.delayed(Duration::from_secs(25))
        });
        all
    }

    async fn none() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: Database::create().await,
            vendors: Vec::new(),
            file: String::new(),
            variables: String::new(),
            secrets: Vec::new(),
        }
    }

    /// One with children of parents.
    pub(crate) fn add_nested(&mut self, name: &str, has_key: bool) {
        let content = Content::generated(7, |_| 6);
        self.add(name, "webhook_apps", content, (!has_key).then_some(WRONG));
    }

    fn add(&mut self, name: &str, connector: &str, content: Content, key: Option<&str>) -> &Vendor {
        let declared = connectors::ALL.into_iter().find(|one| one.name == connector).unwrap();
        let vendor = Vendor::start(declared, content).unwrap();
        if key.is_some() {
            vendor.allow_unauthorized();
        }
        let key = key.map_or_else(|| vendor.key(), str::to_owned);
        let (url, variable) = (vendor.base_url(), name.to_uppercase());
        let _ = write!(
            self.file,
            "[connections.{name}]\nconnector = \"{connector}\"\nbase_url = \"{url}\"\napi_key = \"env:{variable}\"\nrequests_per_second = 1000\n"
        );
        let _ = writeln!(self.variables, "{variable}={key}");
        self.secrets.push(key);
        self.vendors.push(vendor);
        self.vendors.last().unwrap()
    }

    /// What is there once the slow vendor was asked.
    fn asked(&self) -> std::path::PathBuf {
        self.folder.path().join("asked")
    }

    /// Writes the settings, and returns what a scheduler is told, beside this.
    pub(crate) fn told(&self, more: Value) -> String {
        let folder = self.folder.path();
        fs::write(folder.join("connectors.toml"), &self.file).unwrap();
        let variables = format!("{}DATABASE_URL={}\n", self.variables, self.database.url());
        fs::write(folder.join(".env"), variables).unwrap();
        fs::set_permissions(folder.join(".env"), fs::Permissions::from_mode(0o600)).unwrap();
        let program = variable("READERS_PROGRAM");
        let mut told = json!({
            "folder": folder,
            "deploy": Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy"),
            "asked": self.asked(),
            "secrets": self.secrets,
            "environment": {
                "VENDOR_CONNECTORS_FOLDER": folder,
                "VENDOR_CONNECTORS_PROGRAM": program,
                "VENDOR_CONNECTORS_PAGE": "http://127.0.0.1:8765/",
                "VENDOR_CONNECTORS_SCHEDULE": "",
                "VENDOR_CONNECTORS_WORKERS": "2",
            },
        });
        let Value::Object(more) = more else { panic!("{more}") };
        for (name, value) in more {
            match (&mut told[&name], value) {
                (Value::Object(there), Value::Object(value)) => there.extend(value),
                (there, value) => *there = value,
            }
        }
        told.to_string()
    }

    /// How the newest run of a connection came out, and whether it was stopped in order.
    pub(crate) async fn run_of(&self, name: &str) -> Value {
        let query = format!(
            "select verdict, interrupted from sync.runs where connection = '{name}' and finished_at is not null order by run_id desc limit 1"
        );
        // It may still be about to stop: what has killed its task is not its parent any more.
        for _ in 0..300 {
            if let [run] = &self.database.rows(&query).await[..] {
                return run.clone();
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the run of `{name}` did not end");
    }

    /// How many rows of a table are as its vendor has them.
    pub(crate) async fn rows(&self, table: &str) -> String {
        self.database
            .value(&format!("select count(*)::text from {table} where _deleted_at is null"))
            .await
    }

    /// Notes what a scheduler took for the result of `cargo xtask peers`, and takes everything down.
    pub(crate) async fn end_with(self, name: &str, came: &Value) {
        if let Ok(folder) = std::env::var("PEERS_RESULTS") {
            let measured = [
                ("made_s", "seconds until its database is made"),
                ("ready_s", "seconds until it has read the file"),
                ("ended_s", "seconds until all came to their ends"),
                ("mapped_task_s", "seconds for each mapped task"),
            ];
            let measured =
                measured.iter().filter_map(|(key, what)| Some((*what, came["took"].get(key)?)));
            let told: Vec<(&str, String)> = measured
                .chain([("MB at rest", &came["memory_mb"])])
                .map(|(what, value)| (what, value.to_string()))
                .collect();
            fs::write(Path::new(&folder).join(name), json!(told).to_string()).unwrap();
        }
        self.end().await;
    }

    pub(crate) async fn end(self) {
        self.vendors.into_iter().for_each(Vendor::finish);
        self.database.drop().await;
    }
}
