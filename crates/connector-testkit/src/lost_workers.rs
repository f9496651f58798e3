//! One run that several processes read, some of which are killed, or frozen until it is over.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::torture::{Chance, is_enough, number};
use crate::{Database, Suite, Vendor};

/// How long anything may take before it counts as what never ends.
const PATIENCE: Duration = Duration::from_mins(2);

/// How many workers a run has.
const WORKERS: usize = 3;

/// Where the programs are, and what they are about.
struct Team<'a> {
    program: &'a str,
    connection: &'a str,
    settings: &'a Path,
    vendor: &'a Vendor,
    database: String,
}

impl Team<'_> {
    fn command(&self, piece: &str, args: &[&str]) -> Command {
        let mut command = Command::new(self.program);
        command
            .args(["run", piece, "--quiet", "--config"])
            .arg(self.settings)
            .args(args)
            .env("DATABASE_URL", &self.database)
            .env(format!("{}_API_KEY", self.connection.to_ascii_uppercase()), self.vendor.key())
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    /// Does a piece of a run to its good end, and returns what it prints.
    async fn piece(&self, piece: &str, args: &[&str], name: &str) -> Value {
        let child = self.command(piece, args).spawn().expect("the program was built");
        let output = tokio::task::spawn_blocking(move || child.wait_with_output());
        let output = tokio::time::timeout(PATIENCE, output).await.expect("the piece ends");
        let output = output.expect("a thread waits").expect("it can be waited for");
        let (said, printed) =
            (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{name}, {piece} {args:?}: {said}\n{printed}");
        serde_json::from_str(&printed).expect("a piece prints JSON")
    }

    fn worker(&self, run: &str) -> Child {
        self.command("work", &["--run", run, "--lease", "1s"])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program was built")
    }
}

/// Sends a signal by its name.
fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("there is a program for signals").success());
}

impl Suite {
    /// Lets several processes read each run, of which some are killed and others freeze, and wake
    /// up when their parts were read by others; and compares all tables with what the vendor holds.
    ///
    /// `KILLS` sets how many runs, and `SEED` where chance begins; a failure names both.
    pub async fn survives_lost_workers(self, program: &str) {
        let (times, seed) = (number("KILLS").unwrap_or(10), number("SEED").unwrap_or(1));
        let vendor = self.slow_vendor();
        let database = Database::create().await;
        let settings = self.settings(&vendor);
        let team = Team {
            program,
            connection: self.connector.name,
            settings: settings.path(),
            vendor: &vendor,
            database: database.url(),
        };
        let mut hit = 0;
        for time in 0..times {
            let chance = Chance { seed, time };
            self.change_something(&vendor, chance, "before");
            let name = format!("lost worker {time} of seed {seed}");
            hit += u64::from(self.lose_workers(&team, &database, chance, &name).await);
            self.check(&vendor, &database, &name).await;
        }
        assert!(is_enough(hit, times), "only {hit} of {times} runs lost workers");
        vendor.finish();
        database.drop().await;
    }

    /// One run; says whether workers were lost in it.
    async fn lose_workers(
        self,
        team: &Team<'_>,
        database: &Database,
        chance: Chance,
        name: &str,
    ) -> bool {
        let begun = team.piece("begin", &[], name).await;
        let run = begun["run"].to_string();
        let run = run.as_str();
        let mut workers: Vec<Child> = (0..WORKERS).map(|_| team.worker(run)).collect();
        let mut frozen: Vec<Child> = Vec::new();
        let mut lost = false;
        let steps = begun["resources"].as_array().expect("a list of resources");
        for (at, step) in steps.iter().enumerate() {
            let of = step["resource"].as_str().expect("a name");
            let args = ["--run", run, "--of", of];
            let due = team.vendor.requests().len()
                + 1
                + usize::try_from(chance.below(&format!("requests {at}"), 12)).unwrap_or(0);
            team.piece("prepare", &[&args[..], &["--workers", "3"]].concat(), name).await;
            let open = format!(
                "select count(*) filter (where state = 'open') || ' ' || coalesce(min(shard) filter (where state = 'open'), 0) \
                 from sync.shards where run_id = {run} and resource = '{of}'"
            );
            let begun = Instant::now();
            let mut struck = false;
            while !database.value(&open).await.starts_with("0 ") {
                assert!(begun.elapsed() < PATIENCE, "{name}: `{of}` is not read");
                if !struck && team.vendor.requests().len() >= due {
                    struck = true;
                    let which =
                        usize::try_from(chance.below(&format!("which {at}"), WORKERS as u64));
                    let which = which.unwrap_or(0);
                    match chance.below(&format!("what {at}"), 3) {
                        0 => {
                            // On Unix, this is SIGKILL.
                            workers[which].kill().expect("it can be killed");
                            workers[which].wait().expect("it can be waited for");
                            workers[which] = team.worker(run);
                        }
                        1 => {
                            signal(&workers[which], "STOP");
                            frozen.push(std::mem::replace(&mut workers[which], team.worker(run)));
                        }
                        _ => continue,
                    }
                    lost = true;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if chance.below(&format!("wakes {at}"), 2) == 0 {
                for child in &frozen {
                    signal(child, "CONT");
                }
                workers.append(&mut frozen);
            }
            team.piece("settle", &args, name).await;
        }
        let report = team.piece("finish", &["--run", run], name).await;
        assert_eq!(report["verdict"], "complete", "{name}: {report}");
        for child in &frozen {
            signal(child, "CONT");
        }
        for mut child in workers.into_iter().chain(frozen) {
            let ended = tokio::task::spawn_blocking(move || child.wait());
            tokio::time::timeout(PATIENCE, ended)
                .await
                .expect("a worker ends with its run")
                .expect("a thread waits")
                .expect("it can be waited for");
        }
        lost
    }
}
