//! What is on disk: the directory, its lock, the cluster of Postgres in it, and the engine's cache.
//!
//! The cluster appears by one rename, so it is there entirely or not at all.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use pglite_oxide::{PglitePaths, build_pgdata_template};

use crate::Error;

/// Turns the failure of a file operation into an [`Error`] that names the file.
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { path, source }
}

fn private(dir: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at(dir))
}

/// Creates the directory if it is not there, for this user only and out of sight of git.
pub(crate) fn create(dir: &Path) -> Result<PathBuf, Error> {
    private(dir)?;
    let ignore = dir.join(".gitignore");
    if !ignore.exists() {
        fs::write(&ignore, "*\n").map_err(at(&ignore))?;
    }
    dir.canonicalize().map_err(at(dir))
}

/// Takes the directory, or says at once who has it. The lock ends with the process, however that ends.
pub(crate) fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let io = || at(&path);
    let mut file =
        File::options().create(true).truncate(false).write(true).open(&path).map_err(io())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let pid = fs::read_to_string(&path).ok().and_then(|pid| pid.trim().parse().ok());
            return Err(Error::InUse { dir: dir.to_owned(), pid });
        }
        Err(TryLockError::Error(source)) => return Err(io()(source)),
    }
    file.set_len(0).map_err(io())?;
    writeln!(file, "{}", std::process::id()).map_err(io())?;
    Ok(file)
}

/// The place of the cluster below the directory, private even in a directory that is not.
pub(crate) fn root(dir: &Path) -> PathBuf {
    dir.join("postgres")
}

/// Puts an empty cluster into a new directory.
///
/// The engine would do this by itself, but in a way that does not survive a
/// kill: file by file out of its cache, and with a cluster of which a file is
/// missing it silently begins a new one.
pub(crate) fn install(dir: &Path) -> Result<(), Error> {
    let cluster = PglitePaths::with_root(root(dir));
    if cluster.is_cluster_initialized() {
        return Ok(());
    }
    let damaged = |source| Error::Damaged { dir: dir.to_owned(), source };
    if cluster.pgdata.exists() {
        return Err(damaged(format!("{} is incomplete", cluster.pgdata.display()).into()));
    }
    let staging = dir.join("new");
    let io = || at(&staging);
    if staging.exists() {
        fs::remove_dir_all(&staging).map_err(io())?;
    }
    let unpack = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let template = build_pgdata_template(&staging)?;
        let archive = zstd::Decoder::new(File::open(template.archive_path)?)?;
        tar::Archive::new(archive).unpack(staging.join("base"))?;
        // Settings of ours; the default keeps 1 GB of log on disk after a large sync.
        Ok(fs::write(staging.join("base/postgresql.auto.conf"), "max_wal_size = 128MB\n")?)
    };
    unpack().map_err(|cause| io()(io::Error::other(cause)))?;
    private(&cluster.mount_root().join("pglite"))?;
    fs::rename(staging.join("base"), &cluster.pgdata).map_err(io())?;
    fs::remove_dir_all(&staging).map_err(io())
}

/// Where the engine unpacks its code, about 60 MB, once for all directories of a user.
pub(crate) fn cache() -> Result<PathBuf, Error> {
    // The very call that the engine makes; it takes no other answer.
    let dirs = ProjectDirs::from("dev", "pglite-oxide", "pglite-oxide").ok_or(Error::NoHome)?;
    let dir = dirs.cache_dir().to_owned();
    match fs::create_dir_all(&dir).and_then(|()| tempfile::tempfile_in(&dir)) {
        Ok(_) => Ok(dir),
        Err(source) => Err(Error::Cache { dir, source }),
    }
}
