//! Who may look into the directory, and what is in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use embedded_postgres::{Error, start};
use sqlx::Connection as _;

use crate::support::{
    command, connect, data, directory, finish, is_root, said, server_process, started,
};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// That the directory is refused, and why.
fn refused(dir: &Path) -> String {
    let error = start(dir, None).unwrap_err();
    assert!(matches!(error, Error::NotPrivate { .. }), "{error:?}");
    format!("{error}; {}", error.next())
}

#[test]
fn the_directory_is_private_whatever_the_umask_and_out_of_sight_of_git() {
    let (_temporary, dir) = directory();
    let child = command(&dir);
    let mut loose = Command::new("sh");
    loose.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(child.get_program());
    loose.args(child.get_args()).envs(child.get_envs().filter_map(|(k, v)| Some((k, v?))));
    loose.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = loose.spawn().unwrap();
    assert!(said(&mut child).starts_with("postgresql:"));
    for path in [dir.clone(), dir.join("server"), data(&dir)] {
        assert_eq!(mode(&path), 0o700, "{}", path.display());
    }
    let socket = fs::metadata(data(&dir).join(".s.PGSQL.5432")).unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);
    finish(child);
    assert_eq!(fs::read_to_string(dir.join(".gitignore")).unwrap(), "*\n");
}

#[test]
fn a_directory_that_others_may_enter_is_refused() {
    let (_temporary, dir) = directory();
    start(&dir, None).unwrap().shutdown().unwrap();
    for path in [dir.clone(), dir.join("server"), data(&dir)] {
        for wide in [0o755, 0o750, 0o777, 0o701] {
            set_mode(&path, wide);
            let said = refused(&dir);
            assert!(said.contains(&format!("(mode {wide:04o})")), "{said}");
            assert!(said.contains("chmod 700"), "{said}");
            assert_eq!(server_process(&dir), None);
        }
        set_mode(&path, 0o700);
    }
    start(&dir, None).unwrap().shutdown().unwrap();
}

#[test]
fn a_symbolic_link_is_not_followed() {
    let (temporary, dir) = directory();
    let elsewhere = temporary.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    set_mode(&elsewhere, 0o700);
    symlink(&elsewhere, &dir).unwrap();
    assert!(refused(&dir).contains("symbolic link"));
    fs::remove_file(&dir).unwrap();

    start(&dir, None).unwrap().shutdown().unwrap();
    for part in [data(&dir), dir.join("server")] {
        let moved = temporary.path().join("moved");
        fs::rename(&part, &moved).unwrap();
        symlink(&moved, &part).unwrap();
        assert!(refused(&dir).contains("symbolic link"));
        fs::remove_file(&part).unwrap();
        fs::rename(&moved, &part).unwrap();
    }
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn a_directory_of_another_user_is_refused() {
    let (_temporary, dir) = directory();
    if is_root() {
        fs::create_dir(&dir).unwrap();
        set_mode(&dir, 0o700);
        chown(&dir, Some(4242), None).unwrap();
        assert!(refused(&dir).contains("belongs to the user with the number 4242, and not to 0"));
    } else {
        assert!(refused(Path::new("/")).contains("belongs to the user with the number 0"));
    }
}

#[tokio::test]
async fn root_runs_it_as_somebody_else_who_cannot_reach_the_directory() {
    if !is_root() {
        return;
    }
    // Only root may enter it.
    let (temporary, dir) = directory();
    assert_eq!(mode(temporary.path()), 0o700);
    let server = started(&dir).await;
    connect(&server.url()).await.close().await.unwrap();
    let owner = fs::metadata(data(&dir)).unwrap().uid();
    assert_ne!(owner, 0);
    assert_eq!(fs::metadata(&dir).unwrap().uid(), 0);
    let process = server_process(&dir).unwrap().as_raw_nonzero();
    if cfg!(target_os = "linux") {
        assert_eq!(fs::metadata(format!("/proc/{process}")).unwrap().uid(), owner);
    }
    server.shutdown().unwrap();

    // Whom it belongs to from then on does not matter, as long as it is not root.
    let give = |user| {
        let status = Command::new("chown").args(["-R", user]).arg(data(&dir)).status().unwrap();
        assert!(status.success());
    };
    give("4242:4242");
    let server = started(&dir).await;
    connect(&server.url()).await.close().await.unwrap();
    server.shutdown().unwrap();
    give("0:0");
    let said = refused(&dir);
    assert!(said.contains("chown -R"), "{said}");
}

#[tokio::test]
async fn the_address_holds_in_a_deep_directory_with_odd_letters() {
    let (_temporary, dir) = directory();
    let deep = format!("deep{}", "/directory".repeat(20));
    for name in [deep.as_str(), "with spaces", "ö & ü=1 % + ?# ' \" $HOME `x` \\ ;"] {
        let server = started(&dir.join(name)).await;
        connect(&server.url()).await.close().await.unwrap();
        server.shutdown().unwrap();
        // And once more, by whoever finds it there.
        let server = started(&dir.join(name)).await;
        connect(&server.url()).await.close().await.unwrap();
        server.shutdown().unwrap();
    }
}

#[test]
fn what_the_engine_of_an_older_version_left_stays_untouched() {
    let (_temporary, dir) = directory();
    let old = dir.join("postgres/tmp/pglite/base");
    fs::create_dir_all(&old).unwrap();
    set_mode(&dir, 0o700);
    fs::write(old.join("PG_VERSION"), "17\n").unwrap();
    fs::write(dir.join("lock"), "1\n").unwrap();
    assert!(!embedded_postgres::exists(&dir));
    assert_eq!(embedded_postgres::leftover(&dir), Some(dir.join("postgres")));
    start(&dir, None).unwrap().shutdown().unwrap();
    assert!(embedded_postgres::exists(&dir));
    assert_eq!(fs::read_to_string(old.join("PG_VERSION")).unwrap(), "17\n");
    assert_eq!(fs::read_dir(&old).unwrap().count(), 1);
}
