//! The programs of a run that several processes read, and what may befall each of them.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::torture::Chance;
use crate::{Database, Server, Vendor, installed};

/// How long anything may take before it counts as what never ends.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// How often a scheduler does a piece of a run before it gives up.
const TRIES: u64 = 12;

/// What befalls a process, or the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strike {
    /// It is killed.
    Kill,
    /// It is frozen, and wakes up when others have done its work.
    Freeze,
    /// Some sessions end.
    Cut,
    /// The server crashes, and is there again.
    Crash,
    /// The server's first process is killed, and is there again.
    KillServer,
}

impl Strike {
    /// One of them, or none: of so many cases, eight are one. A server takes its time to start again.
    pub(crate) fn by(chance: Chance, what: &str, cases: u64) -> Option<Self> {
        let all = [
            Self::Kill,
            Self::Freeze,
            Self::Kill,
            Self::Freeze,
            Self::Cut,
            Self::Cut,
            Self::Crash,
            Self::KillServer,
        ];
        all.get(usize::try_from(chance.below(what, cases)).unwrap_or(usize::MAX)).copied()
    }
}

/// Where the programs are, what they are about, and what they need.
pub(crate) struct Team<'a> {
    pub(crate) program: &'a str,
    pub(crate) connection: &'static str,
    pub(crate) settings: &'a Path,
    pub(crate) vendor: &'a Vendor,
    pub(crate) database: &'a Database,
    pub(crate) server: Server,
    /// Processes that are frozen.
    pub(crate) zombies: Vec<Child>,
}

impl Team<'_> {
    /// The program with these words, and then the settings.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        self.command_at(words, self.settings, self.database)
    }

    /// The same with other settings, and another database.
    pub(crate) fn command_at(
        &self,
        words: &[&str],
        settings: &Path,
        database: &Database,
    ) -> Command {
        let mut command = Command::new(installed(self.program));
        command
            .args(words)
            .args(["--quiet", "--config"])
            .arg(settings)
            .env("DATABASE_URL", database.url())
            .env(format!("{}_API_KEY", self.connection.to_ascii_uppercase()), self.vendor.key())
            .env_remove("RUST_LOG")
            .stdin(Stdio::null());
        command
    }

    /// A worker of a run, which says what is wrong with it.
    pub(crate) fn worker(&self, run: &str, name: &str, lease: &str) -> Child {
        self.command(&["run", "work", "--run", run, "--worker", name, "--lease", lease])
            .stdout(Stdio::null())
            .spawn()
            .expect("the program was built")
    }

    /// Does a piece of a run to its good end, as often as that takes, and returns what it prints.
    /// Something may befall the first try.
    pub(crate) async fn piece(
        &mut self,
        piece: &str,
        args: &[&str],
        (strike, chance): (Option<Strike>, Chance),
        name: &str,
    ) -> Value {
        let mut said = String::new();
        for attempt in 0..TRIES {
            let over = if piece == "begin" && attempt > 0 { &["--take-over"][..] } else { &[] };
            let words = [&["run", piece], args, over].concat();
            let mut child = self
                .command(&words)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program was built");
            if let Some(strike) = strike.filter(|_| attempt == 0) {
                // A piece takes about so long.
                let wait = chance.below(&format!("{piece} {args:?} after"), 60);
                tokio::time::sleep(Duration::from_millis(wait)).await;
                match strike {
                    // Whoever begins a run keeps a lock that others respect.
                    Strike::Freeze if piece != "begin" => {
                        signal(&child, "STOP");
                        self.zombies.push(child);
                        continue;
                    }
                    Strike::Kill | Strike::Freeze => {
                        kill(&mut child);
                        continue;
                    }
                    Strike::Cut | Strike::Crash | Strike::KillServer => {
                        self.strike_database(strike, chance, piece).await;
                    }
                }
            }
            let output = end_of(child).await;
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            if output.status.success() {
                return serde_json::from_str(&printed).expect("a piece prints JSON");
            }
            said =
                format!("{}: {}{printed}", output.status, String::from_utf8_lossy(&output.stderr));
            tokio::time::sleep(Duration::from_millis(200 * attempt)).await;
        }
        panic!("{name}: {piece} {args:?} after {strike:?} does not come to a good end: {said}");
    }

    /// Lets something befall the database.
    pub(crate) async fn strike_database(&mut self, strike: Strike, chance: Chance, what: &str) {
        match strike {
            Strike::Crash => self.server.crash().expect("the server starts again"),
            Strike::KillServer => self.server.kill().expect("the server starts again"),
            _ => {
                let each = 1 + chance.below(&format!("{what} which sessions"), 3);
                let cut = format!(
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                     where datname = current_database() and pid <> pg_backend_pid() and pid % {each} = 0"
                );
                self.database.value(&cut).await;
            }
        }
    }

    /// Lets those wake up that are frozen, or some of them.
    pub(crate) fn wake(&mut self, some: Option<(Chance, &str)>) -> Vec<Child> {
        let wakes = |at: usize| {
            some.is_none_or(|(chance, when)| chance.below(&format!("wakes {at} {when}"), 2) == 0)
        };
        let (mut awake, mut zombies) = (Vec::new(), Vec::new());
        for (at, child) in std::mem::take(&mut self.zombies).into_iter().enumerate() {
            if wakes(at) {
                signal(&child, "CONT");
                awake.push(child);
            } else {
                zombies.push(child);
            }
        }
        self.zombies = zombies;
        awake
    }
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    signal_to(child.id(), name);
}

/// The same to whatever has that number.
pub(crate) fn signal_to(process: u32, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
    sent.expect("there is a program for signals");
}

/// Kills a process: on Unix, this is SIGKILL.
pub(crate) fn kill(child: &mut Child) {
    child.kill().expect("it can be killed");
    child.wait().expect("it can be waited for");
}

/// Waits for a process, which has to end.
pub(crate) async fn end_of(child: Child) -> Output {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = tokio::time::timeout(PATIENCE, output).await.expect("a process ends with its run");
    output.expect("a thread waits").expect("it can be waited for")
}

/// The processes that a process has started.
pub(crate) fn started_by(child: &Child) -> Vec<u32> {
    // Each of its threads has those that it started itself.
    let threads = std::fs::read_dir(format!("/proc/{}/task", child.id()));
    let threads = threads.into_iter().flatten().flatten();
    let listed =
        threads.filter_map(|one| std::fs::read_to_string(one.path().join("children")).ok());
    let listed: Vec<String> = listed.collect();
    listed.iter().flat_map(|ids| ids.split_whitespace()).filter_map(|id| id.parse().ok()).collect()
}
