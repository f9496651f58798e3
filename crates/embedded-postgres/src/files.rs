//! What is on disk: directories that are this user's alone, and the locks in them.
//!
//! ```text
//! .connectors/          this user's alone
//!   server/
//!     lock              held by whoever starts or stops the server
//!     users             shared by all programs that use it
//!     data/             the cluster, with the socket and the server's log
//! ```

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::error::at;

/// The directories of a server.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    server: PathBuf,
    /// The cluster, which appears by one rename: it is there entirely, or not at all.
    pub(crate) data: PathBuf,
}

impl Files {
    /// Creates the directories that are not there, and looks whether they are this user's alone.
    pub(crate) fn create(dir: &Path) -> Result<Self, Error> {
        create(dir)?;
        let dir = dir.canonicalize().map_err(at(dir))?;
        let ignore = dir.join(".gitignore");
        match File::create_new(&ignore).and_then(|mut file| file.write_all(b"*\n")) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(at(&ignore)(error));
            }
            _ => {}
        }
        let files = Self::of(&dir);
        create(&files.server)?;
        Ok(files)
    }

    /// The directories of a server, which may not be there.
    pub(crate) fn of(dir: &Path) -> Self {
        let server = dir.join("server");
        Self { data: server.join("data"), server }
    }

    /// Waits for the right to start or stop the server, which ends with the file.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        let (path, file) = self.open("lock")?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }

    /// What all users of the server share a lock on.
    pub(crate) fn users(&self) -> Result<File, Error> {
        Ok(self.open("users")?.1)
    }

    fn open(&self, name: &str) -> Result<(PathBuf, File), Error> {
        let path = self.server.join(name);
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        Ok((path.clone(), file.map_err(at(&path))?))
    }

    /// A new directory for a cluster, and nothing of those that were begun before.
    pub(crate) fn begin(&self) -> Result<tempfile::TempDir, Error> {
        for entry in fs::read_dir(&self.server).map_err(at(&self.server))?.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b"new") {
                fs::remove_dir_all(entry.path()).map_err(at(&entry.path()))?;
            }
        }
        let private = Permissions::from_mode(0o700);
        let new =
            tempfile::Builder::new().permissions(private).prefix("new").tempdir_in(&self.server);
        new.map_err(at(&self.server))
    }

    /// Puts a cluster that is ready into its place, for good.
    pub(crate) fn finish(&self, new: tempfile::TempDir) -> Result<(), Error> {
        fs::rename(new.path(), &self.data).map_err(at(&self.data))?;
        // There is nothing of that name any more.
        let _ = new.keep();
        File::open(&self.server).and_then(|dir| dir.sync_all()).map_err(at(&self.server))
    }
}

fn create(dir: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at(dir))?;
            private(dir, rustix::process::geteuid().as_raw()).map(drop)
        }
        _ => private(dir, rustix::process::geteuid().as_raw()).map(drop),
    }
}

/// What is known of a directory that belongs to a user, who alone may look into it.
pub(crate) fn private(dir: &Path, user: u32) -> Result<Metadata, Error> {
    let found = fs::symlink_metadata(dir).map_err(at(dir))?;
    let refused = |why: &str, next: String| {
        Err(Error::NotPrivate { path: dir.to_owned(), why: why.to_owned(), next })
    };
    let shown = dir.display();
    if found.is_symlink() {
        return refused(
            "is a symbolic link, which is not followed",
            format!("put a directory in the place of {shown}, or export DATABASE_URL"),
        );
    }
    if !found.is_dir() {
        return refused("is not a directory", format!("move {shown} away"));
    }
    if found.uid() != user {
        let why = format!("belongs to the user with the number {}, and not to {user}", found.uid());
        let next = match found.uid() {
            0 if rustix::process::geteuid().is_root() => {
                format!("`chown -R {user} '{shown}'`, as Postgres does not run as root")
            }
            _ => "run this as that user, or in another folder, or export DATABASE_URL".to_owned(),
        };
        return refused(&why, next);
    }
    if found.permissions().mode() & 0o077 != 0 {
        let mode = found.permissions().mode() & 0o7777;
        return refused(
            &format!("is open to other users (mode {mode:04o})"),
            format!("look whether they left something there, and `chmod 700 '{shown}'`"),
        );
    }
    Ok(found)
}

/// What an engine of an older version left in the directory, which only that could read.
pub fn leftover(dir: &Path) -> Option<PathBuf> {
    let old = dir.join("postgres");
    old.join("tmp/pglite/base/PG_VERSION").exists().then_some(old)
}
