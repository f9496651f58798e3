//! Programs that are measured: how long they take, and what they cost.
//!
//! Processors and memory are read from `/proc`, and are not known elsewhere.

use std::collections::HashMap;
use std::fs;
use std::io::{Read as _, Seek as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How often the memory of a program is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// The unit of the times in `/proc`, which Linux fixes at a hundredth of a second.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a program took.
pub(crate) struct Usage {
    pub(crate) seconds: f64,
    /// Of the program and those that it started.
    pub(crate) cpu_seconds: f64,
    /// The peaks of the program and those that it started, together.
    pub(crate) peak_kib: u64,
    /// The largest of them.
    pub(crate) most_kib: u64,
}

/// Runs a program to its end, which has to be a good one.
pub(crate) fn measure(command: &mut Command) -> Result<Usage> {
    measure_and_read(command).map(|(usage, _)| usage)
}

/// The same, with what it prints.
pub(crate) fn measure_and_read(command: &mut Command) -> Result<(Usage, String)> {
    let mut stderr = tempfile::tempfile()?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr.try_clone()?);
    let program = command.get_program().to_owned();
    let start = Instant::now();
    let mut child =
        command.spawn().with_context(|| format!("{} does not run", program.display()))?;
    let pid = child.id();
    let ended = AtomicBool::new(false);
    let mut stdout = String::new();
    let (seconds, peaks) = thread::scope(|scope| {
        let peaks = scope.spawn(|| {
            let mut peaks = HashMap::new();
            while !ended.load(Ordering::Relaxed) {
                look(pid, &mut peaks);
                thread::sleep(LOOK);
            }
            peaks
        });
        // Its stdout ends with it, and what it used stays readable until it is waited for.
        let read = child.stdout.take().map(|mut pipe| pipe.read_to_string(&mut stdout));
        let seconds = start.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        read.transpose().map(|_| (seconds, peaks.join().unwrap_or_default()))
    })?;
    let cpu_seconds = cpu_seconds(pid);
    let status = child.wait()?;
    if !status.success() {
        let mut said = String::new();
        stderr.rewind()?;
        stderr.read_to_string(&mut said)?;
        bail!("{} ended with {status}; it said:\n{stdout}{said}", program.display());
    }
    let most_kib = peaks.values().max().copied().unwrap_or_default();
    Ok((Usage { seconds, cpu_seconds, peak_kib: peaks.values().sum(), most_kib }, stdout))
}

/// Notes the peak of a process and of those that it started.
fn look(pid: u32, peaks: &mut HashMap<u32, u64>) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    if let Some(kib) = peak.and_then(|peak| peak.trim().strip_suffix(" kB")?.parse().ok()) {
        peaks.insert(pid, kib);
    }
    for child in children(pid) {
        look(child, peaks);
    }
}

/// The processes that a process started, and that did not end.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    // Each of its threads has those that it started itself.
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let started =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let started: Vec<String> = started.collect();
    started
        .iter()
        .flat_map(|pids| pids.split_whitespace())
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

/// What a process used of the processors, and those that it started and waited for.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The program's name stands in parentheses, and may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    fields.skip(11).take(4).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>()
        / TICKS_PER_SECOND
}

/// The process that started one.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_told_with_what_it_said() {
        let script = "echo out; echo err >&2; exit 3";
        let error = measure(Command::new("sh").args(["-c", script])).err().map(|e| e.to_string());
        let error = error.unwrap_or_default();
        assert!(error.contains("exit status: 3") && error.contains("out\nerr\n"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_work_of_a_program_is_counted_with_that_of_those_it_started() -> Result<()> {
        let script = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; exit 0";
        let usage = measure(Command::new("sh").args(["-c", script]))?;
        assert!(usage.cpu_seconds > 0.0 && usage.peak_kib > 0);
        Ok(())
    }
}
