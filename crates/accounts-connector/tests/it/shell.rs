//! The program in an empty folder, with nothing set but what a test sets.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use connector_testkit::{Database, Vendor};

/// A folder, and the variables of a shell in it.
pub(crate) struct Shell {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

/// What a command said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shell {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// A shell with everything set that a sync from this vendor needs.
    pub(crate) fn with(vendor: &Vendor, database: &Database) -> Self {
        Self::new()
            .set("ACCOUNTS_BASE_URL", vendor.base_url())
            .set("ACCOUNTS_API_KEY", &vendor.key())
            .set("DATABASE_URL", &database.url())
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        std::fs::write(self.path().join(name), content).unwrap();
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program with these arguments, as a shell would split them.
    pub(crate) fn run(&self, arguments: &str) -> Said {
        self.run_with(arguments, "")
    }

    /// A command in the folder, with the variables.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear().env("HOME", self.path());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The same, with something to read.
    pub(crate) fn run_with(&self, arguments: &str, input: &str) -> Said {
        let mut child = self
            .command(crate::program())
            .args(shell_words::split(arguments).unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing may have ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        // The folder is another one in each test.
        let folder = self.path().canonicalize().unwrap().display().to_string();
        let text = |said: Vec<u8>| String::from_utf8(said).unwrap().replace(&folder, "/folder");
        Said { status: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl Said {
    /// Everything, with names in the place of what is another one in each test.
    pub(crate) async fn steady(&self, vendor: &Vendor, database: &Database) -> String {
        let version = database.value("split_part(current_setting('server_version'), ' ', 1)").await;
        let name = database.value("select current_database()").await;
        let user = database.value("current_user").await;
        let url = url::Url::parse(&database.url()).unwrap();
        let port = url.port().unwrap_or(5432);
        let host = url.host_str().filter(|host| !host.is_empty()).unwrap_or("localhost");
        let text = self.text().replace(&format!("{host}:{port}/"), "db.example.com:5432/");
        // How wide a column is depends on these names.
        let narrow = |line: &str| {
            let mut line = line.to_owned();
            while line.contains("   ") {
                line = line.replace("   ", "  ");
            }
            line + "\n"
        };
        let text: String = text.lines().map(narrow).collect();
        text.replace(&format!("Postgres {version}"), "Postgres VERSION")
            .replace(&name, "test")
            .replace(&format!("user `{user}`"), "user `USER`")
            .replace(vendor.base_url(), "http://127.0.0.1:12345")
    }

    /// Everything, as a snapshot has it: the status, stdout, and stderr.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("exit status {}\n", self.status);
        for (name, said) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !said.is_empty() {
                text.extend(["--- ", name, "\n", said]);
            }
        }
        text
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
