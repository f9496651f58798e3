//! Programs that come and go, and the one server that they share.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;

use embedded_postgres::start;
use rustix::process::{Signal, kill_process_group};
use sqlx::{Connection as _, Executor as _};

use crate::support::{
    command, connect, data, directory, finish, is_root, kill, said, server_process, started, values,
};

#[tokio::test]
async fn rows_survive_a_shutdown() {
    let (_temporary, dir) = directory();
    assert!(!embedded_postgres::exists(&dir));
    let server = started(&dir).await;
    let mut db = connect(&server.url()).await;
    db.execute("create table rows (value bigint); insert into rows values (1), (2)").await.unwrap();
    db.close().await.unwrap();
    server.shutdown().unwrap();
    assert!(embedded_postgres::exists(&dir));
    assert_eq!(server_process(&dir), None);

    let server = started(&dir).await;
    assert_eq!(values(&server.url()).await, [1, 2]);
    server.shutdown().unwrap();
}

#[tokio::test]
async fn two_programs_share_one_server_and_the_last_one_stops_it() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).spawn().unwrap();
    let url = said(&mut child);
    let process = server_process(&dir).unwrap();
    let mut first = connect(&url).await;
    let server = started(&dir).await;
    let mut second = connect(&server.url()).await;
    first.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    second.execute("insert into rows values (2)").await.unwrap();
    finish(child);
    assert_eq!(server_process(&dir), Some(process), "another one uses it");
    second.execute("insert into rows values (3)").await.unwrap();
    assert_eq!(values(&server.url()).await, [1, 2, 3]);
    server.shutdown().unwrap();
    assert_eq!(server_process(&dir), None);
}

#[test]
fn many_that_start_at_once_get_the_same_server() {
    let (_temporary, dir) = directory();
    thread::scope(|scope| {
        let all: Vec<_> = (0..6).map(|_| scope.spawn(|| start(&dir, None).unwrap())).collect();
        let all: Vec<_> = all.into_iter().map(|one| one.join().unwrap()).collect();
        let process = server_process(&dir).unwrap();
        for server in all {
            assert_eq!(server_process(&dir), Some(process));
            scope.spawn(|| server.shutdown().unwrap());
        }
    });
    assert_eq!(server_process(&dir), None);
}

#[tokio::test]
async fn a_program_that_is_killed_leaves_its_rows_and_the_next_one_stops_the_server() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).spawn().unwrap();
    let mut db = connect(&said(&mut child)).await;
    db.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    let mut transaction = db.begin().await.unwrap();
    let open = "insert into rows select generate_series(2, 100000); create table more ()";
    transaction.execute(open).await.unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    drop(transaction);
    drop(db);

    let process = server_process(&dir).unwrap();
    let server = started(&dir).await;
    assert_eq!(server_process(&dir), Some(process), "the server that runs is used");
    assert_eq!(values(&server.url()).await, [1]);
    server.shutdown().unwrap();
    assert_eq!(server_process(&dir), None);
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_its_rows() {
    let (_temporary, dir) = directory();
    let crashed = started(&dir).await;
    let mut db = connect(&crashed.url()).await;
    db.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    db.execute("begin; insert into rows values (2)").await.unwrap();
    kill(server_process(&dir).unwrap());

    // While the first program still thinks that it has a server, a second one starts it again.
    let server = started(&dir).await;
    assert_eq!(values(&server.url()).await, [1]);
    crashed.shutdown().unwrap();
    assert_eq!(values(&server.url()).await, [1], "it has users still");
    server.shutdown().unwrap();
    assert_eq!(server_process(&dir), None);
}

#[tokio::test]
async fn ctrl_c_ends_the_program_and_not_the_server() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).process_group(0).spawn().unwrap();
    let mut db = connect(&said(&mut child)).await;
    let group = rustix::process::Pid::from_child(&child);
    kill_process_group(group, Signal::INT).unwrap();
    assert!(!child.wait().unwrap().success());
    db.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    let server = started(&dir).await;
    assert_eq!(values(&server.url()).await, [1]);
    server.shutdown().unwrap();
    assert_eq!(server_process(&dir), None);
}

#[test]
fn psql_joins_a_server_that_runs() {
    let (_temporary, dir) = directory();
    let server = start(&dir, None).unwrap();
    let psql = server.programs().bin().join("psql");
    if psql.exists() {
        let url = server.url().replace('+', "%20");
        let said = Command::new(psql).args(["-Atc", "select 1", &url]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&said.stdout), "1\n", "{said:?}");
    }
    server.shutdown().unwrap();
}

#[test]
fn it_prints_nothing() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).spawn().unwrap();
    drop(child.stdin.take());
    let said = child.wait_with_output().unwrap();
    let said = String::from_utf8([said.stdout, said.stderr].concat()).unwrap();
    let own = ["running 1 test", "test support::child", "postgresql:", "ok", "test result:"];
    let lines = said.lines().filter(|line| !line.is_empty());
    let others: Vec<_> =
        lines.filter(|line| !own.iter().any(|own| line.starts_with(own))).collect();
    assert!(others.is_empty(), "{said}");
}

#[test]
fn a_lock_that_the_program_was_given_open_does_not_stay_with_the_server() {
    let (temporary, dir) = directory();
    let lock = temporary.path().join("lock");
    let child = command(&dir);
    let mut locked = Command::new("sh");
    locked.args(["-c", "exec 5> \"$LOCK\"; exec \"$0\" \"$@\""]).arg(child.get_program());
    locked.args(child.get_args()).envs(child.get_envs().filter_map(|(k, v)| Some((k, v?))));
    locked.env("LOCK", &lock).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = locked.spawn().unwrap();
    assert!(said(&mut child).starts_with("postgresql:"));
    child.kill().unwrap();
    child.wait().unwrap();
    let process = server_process(&dir).unwrap().as_raw_nonzero();
    if let Ok(open) = fs::read_dir(format!("/proc/{process}/fd")) {
        let open = open.map(|entry| fs::read_link(entry.unwrap().path()).unwrap_or_default());
        assert_eq!(open.filter(|path| *path == lock).count(), 0);
    }
    start(&dir, None).unwrap().shutdown().unwrap();
}

#[tokio::test]
async fn the_server_knows_no_secret_of_the_program_and_writes_no_value_into_its_log() {
    let (_temporary, dir) = directory();
    let mut child = command(&dir).env("ACCOUNTS_API_KEY", "invented-key").spawn().unwrap();
    let mut db = connect(&said(&mut child)).await;
    let process = server_process(&dir).unwrap();
    if cfg!(target_os = "linux") && !is_root() || is_root() {
        let environment = format!("/proc/{}/environ", process.as_raw_nonzero());
        let environment = fs::read(environment).unwrap_or_default();
        assert!(!String::from_utf8_lossy(&environment).contains("invented-key"));
    }
    db.execute("create table rows (value bigint primary key)").await.unwrap();
    for refused in [
        "select 'a-row-of-somebody'::int",
        "insert into rows values (424242), (424242)",
        "do $$ begin raise warning 'a-row-of-somebody'; end $$",
        "a-row-of-somebody",
    ] {
        let _ = db.execute(refused).await;
    }
    db.close().await.unwrap();
    finish(child);
    let log = fs::read_to_string(data(&dir).join("server.log")).unwrap();
    assert!(log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains("a-row-of-somebody") && !log.contains("424242"), "{log}");
}
