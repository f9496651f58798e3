//! The workers of `sync --workers`: processes of this program, on this machine.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tracing::warn;

use crate::called;
use crate::settings::Flags;
use crate::telemetry;
use connector_core::run::Gone;
use connector_core::stop::Stop;
use connector_spec::Connector;

/// How often it is looked whether workers are there.
const LOOK: Duration = Duration::from_millis(100);

/// How often one more is started in the place of those that ended.
const REPLACEMENTS: u64 = 3;

/// How long they may take to end.
const GOODBYE: Duration = Duration::from_secs(20);

/// The workers of a run.
pub(crate) struct Team {
    command: Vec<String>,
    stop: Stop,
    workers: Arc<Mutex<Workers>>,
}

#[derive(Default)]
struct Workers {
    /// By their names.
    running: Vec<(String, Child)>,
    started: u64,
    /// Whether the run is over, so that those who end are missed no more.
    over: bool,
}

impl Team {
    /// Workers that read what these flags ask for.
    pub(crate) fn new(connector: &Connector, flags: &Flags, stop: Stop) -> Self {
        let mut command: Vec<String> = called::first_word(connector).into_iter().collect();
        command.extend(["run", "work", "--until-stdin-closes", "--quiet"].map(str::to_owned));
        command.extend(flags.to_args());
        Self { command, stop, workers: Arc::default() }
    }

    /// Starts so many for a run, and others in the place of those that end before it does, which
    /// are noted as gone.
    pub(crate) fn start(&mut self, run: i64, workers: u64, gone: Gone) {
        self.command.extend(["--run".to_owned(), run.to_string()]);
        let (team, command, stop) =
            (Arc::clone(&self.workers), self.command.clone(), self.stop.clone());
        let carried = telemetry::carried();
        let watch = move || {
            loop {
                let mut team = team.lock().unwrap_or_else(PoisonError::into_inner);
                if team.over || stop.is_asked() {
                    return;
                }
                team.running.retain_mut(|(name, child)| match child.try_wait() {
                    Ok(None) => true,
                    Ok(Some(status)) => {
                        warn!("a worker ended: {status}");
                        gone.note(name.as_str());
                        false
                    }
                    Err(_) => false,
                });
                while (team.running.len() as u64) < workers
                    && team.started < workers * (1 + REPLACEMENTS)
                {
                    team.started += 1;
                    let name = format!("{} of process {}", team.started, std::process::id());
                    match spawn(&command, &name, &carried) {
                        Ok(child) => team.running.push((name, child)),
                        Err(error) => warn!("a worker does not start: {error}"),
                    }
                }
                if team.running.is_empty() {
                    stop.ask("all of its workers ended");
                    return;
                }
                drop(team);
                thread::sleep(LOOK);
            }
        };
        if thread::Builder::new().name("workers".to_owned()).spawn(watch).is_err() {
            self.stop.ask("no worker could be started");
        }
    }

    /// Waits for their end, now that the run is over.
    pub(crate) fn end(&mut self) {
        let mut team = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        team.over = true;
        for (_, child) in &mut team.running {
            drop(child.stdin.take());
        }
        let begun = Instant::now();
        for (_, child) in &mut team.running {
            while matches!(child.try_wait(), Ok(None)) {
                if begun.elapsed() > GOODBYE {
                    // What it would write is refused anyway.
                    let _ = child.kill();
                }
                thread::sleep(LOOK / 10);
            }
        }
    }
}

fn spawn(command: &[String], name: &str, carried: &[(String, String)]) -> std::io::Result<Child> {
    Command::new(std::env::current_exe()?)
        .args(command)
        .args(["--worker", name])
        .envs(carried.iter().map(|(variable, value)| (variable, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
}
