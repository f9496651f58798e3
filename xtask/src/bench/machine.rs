//! Where and with what was measured, without which figures say nothing.

use std::fs;
use std::thread::available_parallelism;

use anyhow::Result;

use super::first_line;
use super::peers::Peers;
use super::server::Server;

pub(crate) fn describe(
    server: &Server,
    url: &str,
    peers: Option<&Peers>,
    rounds: usize,
) -> Result<Vec<(&'static str, String)>> {
    let settings = server.of_server(
        "select name || ' = ' || current_setting(name) from unnest(array['fsync', 'synchronous_commit', \
         'full_page_writes', 'shared_buffers', 'max_wal_size']) as s (name)",
    )?;
    let version = server.of_server("select current_setting('server_version')")?.concat();
    let by = if url.contains("host=/") { "a Unix socket" } else { "TCP" };
    let commit = first_line("git", &["describe", "--always", "--dirty", "--exclude=*"]);
    let mut machine = vec![
        ("machine", machine()?),
        ("system", system()),
        ("server", format!("Postgres {version} by {by}, {}", settings.join(", "))),
        ("program", format!("commit {commit}, {}", first_line("rustc", &["--version"]))),
    ];
    machine.extend(peers.map(|peers| ("peer", peers.version.clone())));
    machine.push(("rounds", format!("{rounds}; each figure is the median")));
    Ok(machine)
}

/// Its processors and its memory.
pub(crate) fn machine() -> Result<String> {
    let cores = available_parallelism()?;
    let processor = field("/proc/cpuinfo", "model name");
    let memory = field("/proc/meminfo", "MemTotal");
    let kib = memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok());
    let memory = kib.map_or(memory, |kib| format!("{} GiB", kib.div_ceil(1 << 20)));
    Ok(format!("{cores} × {processor}, {memory}"))
}

pub(crate) fn system() -> String {
    first_line("uname", &["-sr"])
}

/// The value behind a name in one of the system's files.
fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':'])).to_owned()
}
