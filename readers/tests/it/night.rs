//! A connection that was synced twice, with what goes wrong in a night, and what is told of it.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use accounts_connector::CONNECTOR;
use connector_testkit::{Content, Database, Vendor};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What a hostile vendor, or a hostile writer of the run tables, would have a browser do.
pub(crate) const HOSTILE: &str = "<script>window.hit=1</script><img src=x onerror=\"window.hit=1\"><a href=\"javascript:window.hit=1\">x</a>";

/// What `cargo xtask readers` sets.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask readers`"))
}

/// Runs the program with these variables, and returns its exit status and what it printed.
pub(crate) fn run(
    folder: &Path,
    database: &Database,
    words: &str,
    variables: &[(&str, &str)],
) -> (Option<i32>, String) {
    let mut command = Command::new(variable("READERS_PROGRAM"));
    command.args(words.split_whitespace()).current_dir(folder).env_clear();
    command.env("DATABASE_URL", database.url()).envs(variables.iter().copied());
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// What a program for Python prints, as JSON, of what it is given.
pub(crate) fn python(program: &str, input: &str) -> Value {
    python_of("READERS_PYTHON", program, input)
}

/// The same by the Python that a variable names.
pub(crate) fn python_of(name: &str, program: &str, input: &str) -> Value {
    let mut python = Command::new(variable(name))
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "Python says above what is wrong");
    serde_json::from_slice(&output.stdout).unwrap()
}

pub(crate) struct Night {
    pub(crate) folder: TempDir,
    pub(crate) database: Database,
    vendor: Vendor,
}

impl Night {
    /// Two runs of the connection `eu`: one row has no key, one field no column, two answers were
    /// 429, and the labels could not be read the last time.
    pub(crate) async fn begin() -> Self {
        let users =
            (0..130).map(|id| json!({"id": id, "name": "canary-4711", "createdOn": 1_700_000_000}));
        let campaigns = [json!({"id": 1, "colour": "canary-4711"}), json!({"name": "nobody's"})];
        let content = Content::empty().with("users", users).with("campaigns", campaigns);
        let vendor = Vendor::start(&CONNECTOR, content).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let section = |name: &str| {
            format!(
                "[connections.{name}]\nconnector = \"accounts\"\nbase_url = \"{}\"\napi_key = \"{}\"\nrequests_per_second = 1000\n\n",
                vendor.base_url(),
                vendor.key()
            )
        };
        fs::write(folder.path().join("connectors.toml"), section("eu") + &section("us")).unwrap();
        let night = Self { folder, database: Database::create().await, vendor };
        night.run("sync --all");
        night.vendor.edit("users", |users| users.truncate(120));
        night.run("sync --connection eu");
        night
            .database
            .execute(
                "update sync.resources set throttled = 2 where resource = 'users' and run_id = 2",
            )
            .await;
        night.database.execute("update sync.resources set verdict = 'failed', error = 'the vendor answered 500', next = 'run again later' where resource = 'labels' and run_id = (select max(run_id) from sync.runs)").await;
        night.database.execute("update sync.runs set verdict = 'failed' where run_id = (select max(run_id) from sync.runs)").await;
        night
    }

    /// Runs the program, and returns what it printed.
    pub(crate) fn run(&self, words: &str) -> String {
        run(self.folder.path(), &self.database, words, &[]).1
    }

    /// The address of the page that is written with these words.
    pub(crate) fn page(&self, words: &str) -> String {
        let said = self.run(&format!("status --all --html page.html {words}"));
        assert!(said.starts_with("page.html: "), "{said}");
        format!("file://{}", self.folder.path().join("page.html").display())
    }

    /// The program that serves the page, and the address.
    pub(crate) fn serve(&self) -> (Child, String) {
        let mut command = Command::new(variable("READERS_PROGRAM"));
        command.args(["status", "--all", "--serve", "127.0.0.1:0"]).current_dir(self.folder.path());
        command.env_clear().env("DATABASE_URL", self.database.url()).stdout(Stdio::piped());
        let mut program = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(program.stdout.take().unwrap()).read_line(&mut said).unwrap();
        (program, said.split(' ').next().unwrap().to_owned())
    }

    /// Rows of a query.
    pub(crate) async fn rows(&self, query: &str) -> Vec<Value> {
        self.database.rows(query).await
    }

    pub(crate) async fn end(self) {
        self.vendor.finish();
        self.database.drop().await;
    }
}
