//! A directory for a server, and programs that use it.
//!
//! What needs a process of its own (a kill, a signal, another environment) runs
//! `child` in a second copy of this test program.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, fs, io};

use embedded_postgres::{Server, start};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;

const DIR: &str = "EMBEDDED_POSTGRES_TEST_DIR";

#[test]
#[ignore = "not a test: what other tests run in a process of its own"]
fn child() {
    let dir = PathBuf::from(env::var_os(DIR).unwrap());
    let server = match start(&dir, None) {
        Ok(server) => server,
        Err(error) => return println!("\nfailed: {error}; {}", error.next()),
    };
    println!("\n{}", server.url());
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    server.shutdown().unwrap();
}

/// Starts `child`; it lives until its input is closed.
pub(crate) fn command(dir: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "support::child", "--ignored", "--nocapture"]).env(DIR, dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The line in which `child` says its address or why it has none.
pub(crate) fn said(child: &mut Child) -> String {
    BufReader::new(child.stdout.as_mut().unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with("postgresql:") || line.starts_with("failed:"))
        .unwrap()
}

/// Lets a `child` come to its end.
pub(crate) fn finish(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

/// A directory that is not there yet, below one that is this user's alone.
pub(crate) fn directory() -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    fs::set_permissions(temporary.path(), Permissions::from_mode(0o700)).unwrap();
    let dir = temporary.path().join(".connectors");
    (temporary, dir)
}

pub(crate) async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

pub(crate) async fn values(url: &str) -> Vec<i64> {
    let mut db = connect(url).await;
    let values = sqlx::query_scalar("select value from rows order by 1").fetch_all(&mut db).await;
    db.close().await.unwrap();
    values.unwrap()
}

pub(crate) async fn started(dir: &Path) -> Server {
    let dir = dir.to_owned();
    tokio::task::spawn_blocking(move || start(&dir, None)).await.unwrap().unwrap()
}

pub(crate) fn data(dir: &Path) -> PathBuf {
    dir.join("server/data")
}

/// The server's process, if one runs.
pub(crate) fn server_process(dir: &Path) -> Option<Pid> {
    let file = fs::read_to_string(data(dir).join("postmaster.pid")).ok()?;
    Pid::from_raw(file.lines().next()?.trim().parse().ok()?)
}

pub(crate) fn kill(process: Pid) {
    kill_process(process, Signal::KILL).unwrap();
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
