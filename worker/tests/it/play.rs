//! A vendor, a database, a server, and workers.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use connector_core::{Connector, Report, SecretString, Verdict};
use connector_testkit::{Content, Database, Vendor};
use serde_json::Value;
use tempfile::TempDir;

use crate::engine::{Engine, until};

/// The name of the connection, and of its workflow.
pub(crate) const NAME: &str = "mine";
pub(crate) const ID: &str = "sync/mine";

pub(crate) struct Play {
    pub(crate) engine: Engine,
    pub(crate) vendor: Vendor,
    pub(crate) database: Database,
    connector: &'static Connector,
    folder: TempDir,
}

/// A process that works, until it is dropped.
pub(crate) struct Worker {
    child: Child,
    log: PathBuf,
}

impl Play {
    pub(crate) async fn of(connector: &'static Connector, content: Content) -> Self {
        let vendor = Vendor::start(connector, content).unwrap();
        let (engine, database) = (Engine::start().await, Database::create().await);
        let folder = tempfile::tempdir().unwrap();
        let play = Self { engine, vendor, database, connector, folder };
        play.set_key(&play.vendor.key());
        play
    }

    /// Applications, each with endpoints: a resource with many parts below another one.
    pub(crate) async fn nested(apps: u64) -> Self {
        let rows = move |name: &str| if name == "applications" { apps } else { 6 };
        let content = Content::generated(7, rows);
        Self::of(&webhook_apps_connector::CONNECTOR, content).await
    }

    /// Writes the settings with that key, as workers read them.
    pub(crate) fn set_key(&self, key: &str) {
        let (connector, url) = (self.connector.name, self.vendor.base_url());
        let file = format!(
            "[connections.{NAME}]\nconnector = \"{connector}\"\nbase_url = \"{url}\"\napi_key = \"env:KEY\"\nrequests_per_second = 1000\nbatch_rows = 50\n"
        );
        let folder = self.folder.path();
        fs::write(folder.join("connectors.toml"), file).unwrap();
        let variables = format!("KEY={key}\nDATABASE_URL={}\n", self.database.url());
        fs::write(folder.join(".env"), variables).unwrap();
        fs::set_permissions(folder.join(".env"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Writes the settings of many connections with that vendor, which has no limit, with these lines
    /// in each.
    pub(crate) fn set_connections(&self, names: &[String], lines: &str) {
        let (connector, url) = (self.connector.name, self.vendor.base_url());
        let section = |name: &String| {
            format!(
                "[connections.{name}]\nconnector = \"{connector}\"\nbase_url = \"{url}\"\napi_key = \"env:KEY\"\nrequests_per_second = 1000000\n{lines}\n"
            )
        };
        let file = names.iter().map(section).collect::<String>();
        fs::write(self.folder.path().join("connectors.toml"), file).unwrap();
    }

    /// Adds a line to the settings.
    pub(crate) fn set(&self, line: &str) {
        let path = self.folder.path().join("connectors.toml");
        let file = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{file}{line}\n")).unwrap();
    }

    /// The program, where the settings are.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vendor-connectors-worker"));
        command.args(words).args(["--address", &self.engine.address()]);
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null());
        command
    }

    /// Starts a worker, and waits until it asks for work.
    pub(crate) async fn worker(&self, number: u32) -> Worker {
        self.worker_of(number, &["--parts-at-once", "2"]).await
    }

    /// The same, with these words.
    pub(crate) async fn worker_of(&self, number: u32, words: &[&str]) -> Worker {
        let log = self.folder.path().join(format!("worker-{number}.log"));
        let mut command = self.command(&[&["work"], words].concat());
        let child = command.stderr(File::create(&log).unwrap()).spawn().unwrap();
        let worker = Worker { child, log };
        until("a worker", async || worker.log().contains("waiting for work").then_some(())).await;
        worker
    }

    /// What a command of the program prints, and how it ends.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Starts a sync, whose lost workers are noticed soon unless it is told otherwise.
    pub(crate) fn start(&self, words: &[&str]) {
        let silence: &[&str] =
            if words.contains(&"--silence") { &[] } else { &["--silence", "5s"] };
        let output = self.run(&[&["start", NAME], silence, words].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }

    /// Starts a sync, and waits until it is complete.
    pub(crate) async fn sync(&self, words: &[&str]) {
        self.start(words);
        let status = self.engine.end_of(ID).await;
        assert_eq!(status, "WORKFLOW_EXECUTION_STATUS_COMPLETED", "{}", self.engine.history(ID));
    }

    /// Waits until the vendor was asked so often.
    pub(crate) async fn asked(&self, times: usize) {
        until("requests", async || (self.vendor.asked() >= times).then_some(())).await;
    }

    /// The same by one process, without a server.
    pub(crate) async fn sync_alone(&self, database: &Database) -> Report {
        let key = SecretString::from(self.vendor.key());
        let database = Some(SecretString::from(database.url()));
        let connection =
            connector_core::Connection::to(self.connector, self.vendor.base_url(), key, database);
        let connection = connection.unwrap().without_rate_limit().in_schema(NAME);
        let report = connector_core::sync(&connection, connector_cli::now()).await.unwrap();
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        report
    }

    /// Compares the tables that one run made with those of one process without a server, and takes
    /// everything down.
    pub(crate) async fn one_run_left_what_one_process_leaves(self) {
        let alone = Database::create().await;
        self.sync_alone(&alone).await;
        assert_eq!(self.tables(&self.database).await, self.tables(&alone).await);
        let runs = self.database.value("select count(*)::text from sync.runs").await;
        assert_eq!(runs, "1");
        alone.drop().await;
        self.end().await;
    }

    /// All tables of a database, but for what is each run's and each database's own.
    pub(crate) async fn tables(&self, database: &Database) -> BTreeMap<&'static str, Vec<Value>> {
        let mut tables = BTreeMap::new();
        for resource in self.connector.resources {
            let query = format!(
                "select regexp_replace((to_jsonb(t) - '{{_run_id,_first_seen_at,_last_changed_at,_deleted_at}}'::text[])::text, \
                 'hmac:[0-9a-f]{{32}}', 'hmac:…', 'g') as row, _deleted_at is not null as is_deleted from {NAME}.\"{}\" t order by 1, 2",
                resource.table
            );
            tables.insert(resource.table, database.rows(&query).await);
        }
        tables
    }

    /// How the newest run of the connection came out.
    pub(crate) async fn newest_run(&self) -> Value {
        let query = "select verdict, interrupted, finished_at is not null as ended from sync.runs order by run_id desc limit 1";
        self.database.rows(query).await.first().cloned().unwrap_or_default()
    }

    /// Fails if the server keeps what is not for operators.
    pub(crate) fn nothing_is_kept_of(&self, more: &[&str]) {
        let kept = self.engine.history(ID).to_string();
        let (key, url) = (self.vendor.key(), self.vendor.base_url().to_owned());
        let host = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let database = self.database.url();
        for secret in [key.as_str(), &url, &host, &database].into_iter().chain(more.iter().copied())
        {
            assert!(!kept.contains(secret), "{secret} is kept: {kept}");
        }
        // It is what was to be looked through.
        assert!(kept.contains(&format!("\"connection\":\"{NAME}\"")), "{kept}");
    }

    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Takes everything down.
    pub(crate) async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}

impl Worker {
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as a machine that is lost.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn end(mut self) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        let status = until("the end of a worker", async || self.child.try_wait().unwrap()).await;
        (status, self.log())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Something takes a moment, which is no luck: the vendor answers so late.
pub(crate) const SLOW: Duration = Duration::from_millis(100);
