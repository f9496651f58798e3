//! A Temporal server on a file, as `cargo xtask peers` brings it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before it counts as what never ends.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) struct Engine {
    folder: TempDir,
    port: u16,
    server: Child,
}

/// The program of the server, and of those who look at it.
fn program() -> PathBuf {
    let tools = std::env::var("READERS_TOOLS");
    let tools =
        tools.unwrap_or_else(|_| panic!("READERS_TOOLS is not set: run `cargo xtask peers`"));
    Path::new(&tools).join("temporal/bin/temporal")
}

/// Waits until something is there.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "this did not come: {what}");
        tokio::time::sleep(LOOK).await;
    }
}

impl Engine {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = serve(folder.path(), port);
        let engine = Self { folder, port, server };
        engine.is_ready().await;
        engine
    }

    /// Kills the server, and starts it again on its file.
    pub(crate) async fn crash(&mut self) {
        self.kill();
        self.server = serve(self.folder.path(), self.port);
        self.is_ready().await;
    }

    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }

    async fn is_ready(&self) {
        until("a server that answers", async || {
            let health = ["operator", "namespace", "describe", "default"];
            self.command(&health).output().unwrap().status.success().then_some(())
        })
        .await;
    }

    /// The process of the server.
    pub(crate) fn process(&self) -> u32 {
        self.server.id()
    }

    /// How many bytes the server keeps in its file, and in what it has not put there yet.
    pub(crate) fn kept(&self) -> u64 {
        let sizes = ["t.db", "t.db-wal"].map(|name| self.folder.path().join(name).metadata());
        sizes.into_iter().flatten().map(|file| file.len()).sum()
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(words).args(["--address", &self.address()]);
        command.env_clear().env("HOME", self.folder.path()).stdin(Stdio::null());
        command
    }

    /// What the server's own program prints.
    pub(crate) fn ask(&self, words: &[&str]) -> String {
        let output = self.command(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The same as JSON.
    pub(crate) fn ask_json(&self, words: &[&str]) -> Value {
        let words = [words, &["--output", "json"]].concat();
        serde_json::from_str(&self.ask(&words)).unwrap()
    }

    /// All that the server keeps of a workflow, as an operator sees it.
    pub(crate) fn history(&self, id: &str) -> Value {
        let mut history = self.ask_json(&["workflow", "show", "--workflow-id", id]);
        decode(&mut history);
        history
    }

    /// How a workflow stands.
    pub(crate) fn status(&self, id: &str) -> String {
        let told = self.ask_json(&["workflow", "describe", "--workflow-id", id]);
        told["workflowExecutionInfo"]["status"].as_str().unwrap().to_owned()
    }

    /// Waits for the end of a workflow, and returns how it ended.
    pub(crate) async fn end_of(&self, id: &str) -> String {
        until("the end of a workflow", async || {
            let status = self.status(id);
            (!status.ends_with("RUNNING") && !status.ends_with("AS_NEW")).then_some(status)
        })
        .await
    }

    /// The words that a workflow failed with.
    pub(crate) fn failure(&self, id: &str) -> String {
        let history = self.history(id);
        let last = history["events"].as_array().unwrap().last().unwrap().clone();
        last["workflowExecutionFailedEventAttributes"]["failure"]["message"]
            .as_str()
            .unwrap_or_else(|| panic!("{last}"))
            .to_owned()
    }
}

/// Shows payloads as what they hold, which is JSON.
fn decode(value: &mut Value) {
    if let (Some(data), Some(_)) = (value["data"].as_str(), value.get("metadata")) {
        let text = STANDARD.decode(data).unwrap();
        *value = if text.is_empty() { Value::Null } else { serde_json::from_slice(&text).unwrap() };
    } else if let Some(fields) = value.as_object_mut() {
        fields.values_mut().for_each(decode);
    } else if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(decode);
    }
}

fn serve(folder: &Path, port: u16) -> Child {
    let mut server = Command::new(program());
    server.args(["server", "start-dev", "--ip", "127.0.0.1", "--headless", "--log-level", "error"]);
    server.args(["--port", &port.to_string(), "--db-filename"]).arg(folder.join("t.db"));
    server.env_clear().env("HOME", folder).stdin(Stdio::null()).stdout(Stdio::null());
    server.stderr(Stdio::null()).spawn().unwrap()
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}
