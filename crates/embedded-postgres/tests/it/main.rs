//! The promises of the crate, each against a database that really runs.
//!
//! What needs a process of its own (a kill, another environment) runs
//! `child` in a second copy of this test program.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "panic and output are how tests speak"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use embedded_postgres::{Error, Server, start};
use futures_util::TryStreamExt as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

const DIR: &str = "EMBEDDED_POSTGRES_TEST_DIR";

#[test]
#[ignore = "not a test: what the tests below run in a process of its own"]
fn child() {
    let dir = PathBuf::from(env::var_os(DIR).unwrap());
    if env::var_os("ENSURE_CACHE").is_some() {
        embedded_postgres::ensure_cache(&dir).unwrap();
    }
    let server = match start(&dir) {
        Ok(server) => server,
        Err(error) => return println!("\nfailed: {error}"),
    };
    println!("\n{}", server.url());
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
    server.shutdown().unwrap();
}

/// Starts `child`; it lives until its input is closed.
fn command(dir: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture"]).env(DIR, dir);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The line in which `child` says its address or why it has none.
fn said(child: &mut Child) -> String {
    BufReader::new(child.stdout.as_mut().unwrap())
        .lines()
        .map(Result::unwrap)
        .find(|line| line.starts_with("postgresql:") || line.starts_with("failed:"))
        .unwrap()
}

fn directory() -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let dir = temporary.path().join(".connectors");
    (temporary, dir)
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

async fn values(url: &str) -> Vec<i64> {
    let mut db = connect(url).await;
    let values = sqlx::query_scalar("select value from rows order by 1").fetch_all(&mut db).await;
    db.close().await.unwrap();
    values.unwrap()
}

async fn started(dir: &Path) -> Server {
    let dir = dir.to_owned();
    tokio::task::spawn_blocking(move || start(&dir)).await.unwrap().unwrap()
}

#[tokio::test]
async fn rows_survive_a_shutdown() {
    let (_temporary, dir) = directory();
    let server = started(&dir).await;
    let mut db = connect(server.url()).await;
    db.execute("create table rows (value bigint); insert into rows values (1), (2)").await.unwrap();
    db.close().await.unwrap();
    server.shutdown().unwrap();

    let server = started(&dir).await;
    assert_eq!(values(server.url()).await, [1, 2]);
    server.shutdown().unwrap();
}

#[tokio::test]
async fn committed_rows_survive_a_kill() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).spawn().unwrap();
    let mut db = connect(&said(&mut child)).await;
    db.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    let mut transaction = db.begin().await.unwrap();
    transaction
        .execute("insert into rows select generate_series(2, 100000); create table more ()")
        .await
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();

    let server = started(&dir).await;
    assert_eq!(values(server.url()).await, [1]);
    server.shutdown().unwrap();
}

#[test]
fn a_second_start_fails_at_once_and_names_the_holder() {
    let (_temporary, dir) = directory();
    let server = start(&dir).unwrap();
    let begin = Instant::now();
    let error = start(&dir).unwrap_err();
    assert!(matches!(error, Error::InUse { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(begin.elapsed() < Duration::from_secs(1), "{:?}", begin.elapsed());
    let canonical = dir.canonicalize().unwrap();
    assert!(error.to_string().contains(canonical.to_str().unwrap()), "{error}");

    let mut child = command(&dir).spawn().unwrap();
    let from_another_process = said(&mut child);
    assert_eq!(from_another_process, format!("failed: {error}"));
    child.wait().unwrap();
    server.shutdown().unwrap();
    start(&dir).unwrap().shutdown().unwrap();
}

#[test]
fn the_directory_is_private_and_out_of_sight_of_git() {
    let (_temporary, dir) = directory();
    start(&dir).unwrap().shutdown().unwrap();
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_damaged_directory_is_an_error_and_is_left_as_it_is() {
    let (_temporary, dir) = directory();
    start(&dir).unwrap().shutdown().unwrap();
    let base = dir.join("postgres/tmp/pglite/base");
    let control = fs::read(base.join("global/pg_control")).unwrap();
    let check = |damage: &str, why: &str| {
        let before = fs::read_dir(&base).unwrap().count();
        let error = start(&dir).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{damage}: {error:?}");
        assert!(error.to_string().contains("move that directory away"), "{error}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains(why), "{cause}");
        assert_eq!(fs::read_dir(&base).unwrap().count(), before, "{damage}");
    };

    fs::write(base.join("PG_VERSION"), "16\n").unwrap();
    check("another version", "initialized by PostgreSQL version 16");
    fs::write(base.join("PG_VERSION"), "17\n").unwrap();

    fs::write(base.join("global/pg_control"), vec![7; control.len()]).unwrap();
    check("garbage in a file", "incompatible with server");
    fs::remove_file(base.join("global/pg_control")).unwrap();
    check("a file that is missing", "incomplete");
    fs::write(base.join("global/pg_control"), control).unwrap();

    start(&dir).unwrap().shutdown().unwrap();
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_the_database_up() {
    let (_temporary, dir) = directory();
    let server = started(&dir).await;
    let mut db = connect(server.url()).await;
    db.execute("create table rows (value bigint)").await.unwrap();

    // In the middle of an answer that no socket buffers.
    db.execute("begin; insert into rows values (1)").await.unwrap();
    let mut answer = db.fetch("select repeat('x', 1000) from generate_series(1, 20000)");
    answer.try_next().await.unwrap();
    drop(answer);
    drop(db);
    assert_eq!(values(server.url()).await, [0_i64; 0]);

    // In the middle of a COPY.
    let mut db = connect(server.url()).await;
    let mut copy = db.copy_in_raw("copy rows from stdin").await.unwrap();
    copy.send("1\n2\n3".as_bytes()).await.unwrap();
    drop(copy);
    drop(db);
    assert_eq!(values(server.url()).await, [0_i64; 0]);
    server.shutdown().unwrap();
}

#[tokio::test]
async fn a_copy_goes_through_the_socket_within_a_transaction() {
    let (_temporary, dir) = directory();
    let server = started(&dir).await;
    let mut db = connect(server.url()).await;
    db.execute("create table rows (value bigint primary key)").await.unwrap();
    let mut transaction = db.begin().await.unwrap();
    let stage = "create temporary table stage (like rows) on commit drop";
    transaction.execute(stage).await.unwrap();
    let mut copy = transaction.copy_in_raw("copy stage from stdin").await.unwrap();
    for chunk in 0..100 {
        let lines: Vec<_> = (0..1000).map(|row| (chunk * 1000 + row).to_string()).collect();
        copy.send((lines.join("\n") + "\n").as_bytes()).await.unwrap();
    }
    assert_eq!(copy.finish().await.unwrap(), 100_000);
    transaction.execute("insert into rows table stage").await.unwrap();
    transaction.commit().await.unwrap();
    db.close().await.unwrap();
    assert_eq!(values(server.url()).await.len(), 100_000);
    server.shutdown().unwrap();
}

#[tokio::test]
async fn a_second_client_waits_for_the_first() {
    let (_temporary, dir) = directory();
    let server = started(&dir).await;
    let first = connect(server.url()).await;
    let waiting = tokio::time::timeout(Duration::from_millis(200), connect(server.url()));
    assert!(waiting.await.is_err());
    first.close().await.unwrap();
    connect(server.url()).await.close().await.unwrap();
    server.shutdown().unwrap();
}

#[tokio::test]
async fn start_may_be_called_on_an_async_thread() {
    let (_temporary, dir) = directory();
    let server = start(&dir).unwrap();
    connect(server.url()).await.close().await.unwrap();
    server.shutdown().unwrap();
}

#[tokio::test]
async fn the_address_holds_in_a_deep_directory_with_odd_letters() {
    let (_temporary, dir) = directory();
    for name in [format!("deep{}", "/directory".repeat(20)), "ö & ü=1 % + ?#".to_owned()] {
        let server = started(&dir.join(name)).await;
        connect(server.url()).await.close().await.unwrap();
        server.shutdown().unwrap();
    }
}

#[test]
fn it_prints_nothing() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).spawn().unwrap();
    drop(child.stdin.take());
    let mut said = String::new();
    child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    child.wait().unwrap();
    let own = ["running 1 test", "test child", "postgresql:", "ok", "test result:"];
    let lines = said.lines().filter(|line| !line.is_empty());
    let others: Vec<_> =
        lines.filter(|line| !own.iter().any(|own| line.starts_with(own))).collect();
    assert!(others.is_empty(), "{said}");
}

#[test]
fn it_runs_without_the_variable_home() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).env_remove("HOME").env_remove("XDG_CACHE_HOME").spawn().unwrap();
    assert!(said(&mut child).starts_with("postgresql:"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn without_a_home_that_can_be_written_the_cache_goes_into_the_directory() {
    let (temporary, dir) = directory();
    // A file in place of the home directory stops root too.
    let home = temporary.path().join("home");
    fs::write(&home, "").unwrap();
    let command = || {
        let mut command = command(&dir);
        command.env("HOME", &home).env_remove("XDG_CACHE_HOME");
        command
    };
    let mut child = command().spawn().unwrap();
    let error = said(&mut child);
    assert!(error.contains("XDG_CACHE_HOME"), "{error}");
    assert!(child.wait().unwrap().success());

    let mut child = command().env("ENSURE_CACHE", "1").spawn().unwrap();
    assert!(said(&mut child).starts_with("postgresql:"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
    assert!(dir.join("cache/pglite-oxide").exists());
}
