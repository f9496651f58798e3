//! Whom the server runs as: this user, and for root somebody else, as Postgres refuses root.

use std::fs::{File, Metadata};
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;
use crate::error::at;

/// Another user, as whom root runs the programs of Postgres.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Nobody else, if this user is not root; otherwise the owner of the cluster, if there
    /// is one yet, or a user that a system has for such things.
    pub(crate) fn needed(cluster: Option<&Metadata>) -> Result<Option<Self>, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        if let Some(owner) = cluster.filter(|owner| owner.uid() != 0) {
            return Ok(Some(Self { uid: owner.uid(), gid: owner.gid() }));
        }
        let number = |what: &str, user: &str| {
            let said = Command::new("id").args([what, user]).stderr(Stdio::null()).output().ok()?;
            String::from_utf8(said.stdout).ok()?.trim().parse().ok()
        };
        let known = ["postgres", "nobody"]
            .into_iter()
            .find_map(|user| Some(Self { uid: number("-u", user)?, gid: number("-g", user)? }));
        known.map(Some).ok_or(Error::NoAccount)
    }

    pub(crate) fn uid(self) -> u32 {
        self.uid
    }

    /// Makes a directory its own.
    pub(crate) fn own(self, dir: &Path) -> Result<(), Error> {
        lchown(dir, Some(self.uid), Some(self.gid)).map_err(at(dir))
    }
}

/// A program that works on a cluster, and the path by which it reaches that.
pub(crate) fn command(
    program: &Path,
    cluster: &Path,
    account: Option<Account>,
) -> Result<(Command, String), Error> {
    let mut command = Command::new("/bin/sh");
    // What this program was given open, such as the lock of `flock sync.lock …`, would
    // otherwise stay open as long as the server runs.
    let closed = "3>&- 4>&- 5>&- 6>&- 7>&- 8>&-";
    let through = |rest: &str| format!("exec {closed} {rest}; exec \"$0\" \"$@\"");
    let path = match account {
        Some(account) if cfg!(target_os = "linux") => {
            // A path below `/root` leads root to the cluster, and nobody else. An open
            // directory does, and is handed on as a descriptor from program to program.
            command.arg("-c").arg(through("9<&0 < /dev/null")).arg(program);
            command.stdin(File::open(cluster).map_err(at(cluster))?);
            command.uid(account.uid).gid(account.gid).current_dir("/");
            "/proc/self/fd/9".to_owned()
        }
        other => {
            command.arg("-c").arg(through("9>&-")).arg(program).stdin(Stdio::null());
            if let Some(account) = other {
                command.uid(account.uid).gid(account.gid);
            }
            // From there, as `pg_ctl` hands the path to a shell, whatever is in it.
            command.current_dir(cluster);
            ".".to_owned()
        }
    };
    // The server outlives this program, and has no use for its secrets.
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
    // Ctrl-C reaches a whole group of processes, and is not for the server.
    command.process_group(0);
    Ok((command, path))
}
