//! Which programs are run, and which are not.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use embedded_postgres::{Error, newest};
use tempfile::TempDir;

use crate::support::is_root;

/// A folder with programs that only say a version.
fn folder(version: &str) -> (TempDir, PathBuf) {
    let temporary = tempfile::tempdir().unwrap();
    let bin = temporary.path().canonicalize().unwrap().join("bin");
    fs::create_dir(&bin).unwrap();
    for name in ["postgres", "initdb", "pg_ctl"] {
        let script = format!("#!/bin/sh\necho \"{name} (PostgreSQL) {version}\"\n");
        fs::write(bin.join(name), script).unwrap();
        set_mode(&bin.join(name), 0o755);
    }
    set_mode(&bin, 0o755);
    set_mode(temporary.path(), 0o755);
    (temporary, bin)
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn refused(bin: &Path) -> String {
    let error = newest(Some(bin)).unwrap_err();
    assert!(matches!(error, Error::NoPrograms { .. }), "{error:?}");
    assert!(error.next().contains("DATABASE_URL") && error.next().contains("apt-get install"));
    error.to_string()
}

#[test]
fn the_programs_of_a_named_folder_are_taken() {
    let (_temporary, bin) = folder("16.4 (invented)");
    let programs = newest(Some(&bin)).unwrap();
    assert_eq!((programs.bin(), programs.major()), (&*bin, 16));
    // By way of a link too, as packages make them.
    let other = tempfile::tempdir().unwrap();
    symlink(bin.join("postgres"), other.path().join("postgres")).unwrap();
    assert_eq!(newest(Some(other.path())).unwrap(), programs);
}

#[test]
fn programs_that_others_can_write_or_exchange_are_not_run() {
    let (temporary, bin) = folder("16.4");
    for (path, wide, usual) in [
        (bin.join("pg_ctl"), 0o777, 0o755),
        (bin.join("postgres"), 0o775, 0o755),
        (bin.clone(), 0o777, 0o755),
        (temporary.path().to_owned(), 0o757, 0o755),
    ] {
        set_mode(&path, wide);
        let said = refused(&bin);
        assert!(said.contains("can be written by other users"), "{said}");
        set_mode(&path, usual);
    }
    newest(Some(&bin)).unwrap();
    if is_root() {
        for path in [bin.join("initdb"), bin.clone()] {
            chown(&path, Some(4242), None).unwrap();
            let said = refused(&bin);
            assert!(said.contains("belongs to another user"), "{said}");
            chown(&path, Some(0), None).unwrap();
        }
        set_mode(temporary.path(), 0o700);
        let said = refused(&bin);
        assert!(said.contains("is for root alone"), "{said}");
    }
}

#[test]
fn programs_that_are_too_old_or_not_whole_are_not_run() {
    let (_temporary, bin) = folder("13.22");
    assert!(refused(&bin).contains("is Postgres 13, which is too old"));
    let (_temporary, bin) = folder("18beta1");
    assert_eq!(newest(Some(&bin)).unwrap().major(), 18);
    fs::remove_file(bin.join("initdb")).unwrap();
    assert!(refused(&bin).contains("has no program `initdb`"));
    fs::remove_file(bin.join("postgres")).unwrap();
    assert!(refused(&bin).contains("has no program `postgres`"));
    assert!(refused(Path::new("bin")).contains("no program"));
}
