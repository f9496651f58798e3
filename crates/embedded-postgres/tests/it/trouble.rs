//! Clusters that cannot be used, and disks that are full.

use std::fs;
use std::path::Path;
use std::process::Command;

use embedded_postgres::{Error, start};
use sqlx::Executor as _;
use tempfile::TempDir;

use crate::support::{connect, data, directory, is_root, started, values};

fn refused(dir: &Path) -> Error {
    start(dir, None).unwrap_err()
}

#[test]
fn a_cluster_of_another_major_version_is_left_as_it_is() {
    let (_temporary, dir) = directory();
    let server = start(&dir, None).unwrap();
    let here = server.programs().major();
    server.shutdown().unwrap();
    let version = data(&dir).join("PG_VERSION");
    fs::write(&version, "8\n").unwrap();
    let before = fs::read_dir(data(&dir)).unwrap().count();
    let error = refused(&dir);
    assert!(matches!(error, Error::OtherVersion { made_by: 8, .. }), "{error:?}");
    let said = format!("{error}; {}", error.next());
    for part in ["was made by Postgres 8", &here.to_string(), "postgresql-8", "pg_upgrade"] {
        assert!(said.contains(part), "no `{part}`: {said}");
    }
    assert_eq!(fs::read_dir(data(&dir)).unwrap().count(), before);
    fs::write(&version, format!("{here}\n")).unwrap();
    start(&dir, None).unwrap().shutdown().unwrap();
}

#[test]
fn a_damaged_cluster_is_an_error_and_is_left_as_it_is() {
    let (_temporary, dir) = directory();
    start(&dir, None).unwrap().shutdown().unwrap();
    let control = data(&dir).join("global/pg_control");
    let before = fs::read(&control).unwrap();
    fs::write(&control, vec![7; before.len()]).unwrap();
    let error = refused(&dir);
    assert!(matches!(error, Error::Program { what: "start", .. }), "{error:?}");
    assert!(error.to_string().contains("FATAL"), "{error}");
    assert_eq!(fs::read(&control).unwrap(), vec![7; before.len()]);
    fs::write(&control, before).unwrap();
    fs::remove_file(data(&dir).join("PG_VERSION")).unwrap();
    assert!(matches!(refused(&dir), Error::Io { .. }));
}

#[test]
fn a_cluster_that_was_begun_and_not_finished_is_begun_anew() {
    let (_temporary, dir) = directory();
    start(&dir, None).unwrap().shutdown().unwrap();
    fs::remove_dir_all(data(&dir)).unwrap();
    let begun = dir.join("server/newABC");
    fs::create_dir(&begun).unwrap();
    fs::write(begun.join("PG_VERSION"), "15\n").unwrap();
    assert!(!embedded_postgres::exists(&dir));
    start(&dir, None).unwrap().shutdown().unwrap();
    assert!(!begun.exists());
}

#[test]
fn the_log_is_begun_anew_when_it_is_large() {
    let (_temporary, dir) = directory();
    start(&dir, None).unwrap().shutdown().unwrap();
    let log = data(&dir).join("server.log");
    let length = || fs::metadata(&log).unwrap().len();
    let small = length();
    start(&dir, None).unwrap().shutdown().unwrap();
    assert!(length() > small, "what was said before is kept");
    let file = fs::File::options().append(true).open(&log).unwrap();
    file.set_len(2 * 1024 * 1024).unwrap();
    start(&dir, None).unwrap().shutdown().unwrap();
    assert!(length() < 64 * 1024);
}

/// A file system of its own, as long as this lives; only root can have one.
struct Disk(TempDir);

impl Disk {
    fn of(mib: u32) -> Option<Self> {
        let folder = is_root().then(|| tempfile::tempdir().unwrap())?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={mib}m,mode=0700"), "tmpfs"]);
        // In a container, not even root may.
        let mounted = mount.arg(folder.path()).output().is_ok_and(|said| said.status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_is_too_small_is_an_error_and_nothing_is_left_on_it() {
    let Some(disk) = Disk::of(16) else { return };
    let dir = disk.0.path().join(".connectors");
    let error = refused(&dir);
    assert!(matches!(error, Error::Program { what: "begin", .. }), "{error:?}");
    assert!(error.to_string().contains("No space left on device"), "{error}");
    assert!(error.next().contains("free space"), "{}", error.next());
    assert!(!embedded_postgres::exists(&dir));
    assert_eq!(fs::read_dir(dir.join("server")).unwrap().count(), 2, "two locks");
}

#[tokio::test]
async fn a_disk_that_gets_full_costs_no_committed_row() {
    let Some(disk) = Disk::of(160) else { return };
    let dir = disk.0.path().join(".connectors");
    let server = started(&dir).await;
    let mut db = connect(&server.url()).await;
    db.execute("create table rows (value bigint); insert into rows values (1)").await.unwrap();
    let filler = disk.0.path().join("filler");
    let status = Command::new("sh")
        .args(["-c", "head -c 1G /dev/zero > \"$0\" 2> /dev/null"])
        .arg(&filler)
        .status();
    assert!(!status.unwrap().success(), "the disk is full");
    let more = "insert into rows select generate_series(2, 2000000)";
    db.execute(more).await.unwrap_err();
    drop(db);
    // The server may be down for want of space; it starts when there is some.
    let stopped = server.shutdown();
    fs::remove_file(filler).unwrap();
    let server = started(&dir).await;
    assert_eq!(values(&server.url()).await, [1], "{stopped:?}");
    server.shutdown().unwrap();
}
