//! A private Postgres server that lives in a directory, with nothing to set up.
//!
//! The programs are those that the machine has: in a folder that is named, beside
//! this program, on the path, or where packages put them. The server is started
//! by the first program that needs it, used by all that come, and stopped by the last.
//!
//! ```no_run
//! # fn main() -> Result<(), embedded_postgres::Error> {
//! let server = embedded_postgres::start(".connectors".as_ref(), None)?;
//! println!("{}", server.url()); // for sqlx
//! server.shutdown()
//! # }
//! ```
//!
//! - It is a server like any other: many sessions, and committed rows survive crashes
//!   of programs, of the server, and of the machine.
//! - It listens on a socket in the directory, which only this user can reach, and nowhere else.
//! - A program that is killed leaves the server running. The next one uses it, and stops it in the end.
//! - Root runs it as the user `postgres` or, where there is none, `nobody`.

#[cfg(not(unix))]
compile_error!("the embedded Postgres needs Unix sockets");

mod error;
mod files;
mod os_user;
mod programs;

use std::fs::{self, File, Permissions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tracing::warn;
use url::Url;

pub use error::Error;
use error::at;
use files::Files;
pub use files::leftover;
use os_user::Account;
use programs::Found;
pub use programs::{Programs, newest};

/// The settings that make the server private, or small. The socket is in the cluster's
/// directory, where the server works. What is logged quotes no statement and no row.
const SETTINGS: &str = "-p 5432 -c listen_addresses= -c unix_socket_directories=. \
    -c unix_socket_permissions=0700 -c fsync=on -c max_wal_size=512MB -c autovacuum_naptime=10s \
    -c log_min_messages=log -c log_error_verbosity=terse -c log_checkpoints=off \
    -c log_min_error_statement=panic -c log_autovacuum_min_duration=-1 -c logging_collector=off";

/// The server's log, in the directory of the cluster, and how large it may get.
const LOG: &str = "server.log";
const LOG_LIMIT: u64 = 1024 * 1024;

/// The longest path of a socket's directory that every system takes, with the socket's name after it.
const LONGEST: usize = 103 - "/.s.PGSQL.5432".len();

/// How long a server that starts, stops, or has just crashed is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A use of the server of a directory, which ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    cluster: Cluster,
    address: Address,
    /// The share in the server, until it is given back.
    users: Option<File>,
}

/// A cluster, and what works on it.
#[derive(Debug)]
struct Cluster {
    files: Files,
    programs: Programs,
    account: Option<Account>,
}

/// Starts the server of a directory if it does not run, and creates the database if there is none.
///
/// `programs` names the folder that has the programs of Postgres; without it, they are looked for.
/// Blocks until the server answers: about two seconds the first time, and a tenth of one later.
/// Async code calls it in `spawn_blocking`.
pub fn start(dir: &Path, programs: Option<&Path>) -> Result<Server, Error> {
    let found = programs::look(programs);
    if found.programs.is_empty() && !exists(dir) {
        // Nothing is begun that cannot be finished.
        return Err(Error::NoPrograms { refused: found.refused });
    }
    let files = Files::create(dir)?;
    let _lock = files.lock()?;
    let users = files.users()?;
    users.lock_shared().map_err(at(dir))?;
    let cluster = Cluster::open(files, found)?;
    let address = Address::of(&cluster.files.data)?;
    cluster.run(&address)?;
    // From here on there is a use that ends, which waits for the lock.
    Ok(Server { cluster, address, users: Some(users) })
}

/// Whether a directory has a database.
pub fn exists(dir: &Path) -> bool {
    Files::of(dir).data.join("PG_VERSION").exists()
}

impl Server {
    /// The address of the database for sqlx, `postgresql:///postgres?host=…`.
    pub fn url(&self) -> String {
        // All of it is spelled out, so that no `PG…` variable fills a gap.
        let host = self.address.socket_dir();
        let host = host.to_string_lossy();
        let parameters = [
            ("host", host.as_ref()),
            ("port", "5432"),
            ("user", "postgres"),
            ("sslmode", "disable"),
        ];
        Url::parse_with_params("postgresql:///postgres", parameters)
            .expect("the address is a constant, and parameters are escaped")
            .into()
    }

    /// The folder of the programs that the server was, or would be, started with.
    pub fn programs(&self) -> &Programs {
        &self.cluster.programs
    }

    /// Ends this use, and stops the server if it was the last one. Sessions that are
    /// still open then end, and what they did not commit is gone.
    pub fn shutdown(mut self) -> Result<(), Error> {
        self.leave()
    }

    fn leave(&mut self) -> Result<(), Error> {
        let Some(users) = self.users.take() else { return Ok(()) };
        // As long as this is held, nobody comes.
        let _lock = self.cluster.files.lock()?;
        users.unlock().map_err(at(&self.cluster.files.data))?;
        match users.try_lock() {
            Ok(()) => self.cluster.stop(),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => Err(at(&self.cluster.files.data)(error)),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            warn!("{error}; {}", error.next());
        }
    }
}

/// What a server says when it is asked.
enum Answer {
    /// It takes sessions.
    Ready,
    /// It is there, and does not take sessions at the moment.
    Busy,
    /// There is nobody.
    Nobody,
}

impl Cluster {
    /// The cluster of a directory, made if there is none.
    fn open(files: Files, found: Found) -> Result<Self, Error> {
        let there = fs::symlink_metadata(&files.data).ok();
        let account = Account::needed(there.as_ref())?;
        if there.is_none() {
            let programs = found.newest()?.clone();
            let cluster = Self { files, programs, account };
            cluster.make()?;
            return Ok(cluster);
        }
        let owner = account.map_or(rustix::process::geteuid().as_raw(), Account::uid);
        files::private(&files.data, owner)?;
        let path = files.data.join("PG_VERSION");
        let version = fs::read_to_string(&path).map_err(at(&path))?;
        let made_by = version.trim().parse().unwrap_or_default();
        let same = found.programs.iter().find(|programs| programs.major() == made_by);
        let Some(programs) = same.cloned() else {
            if found.programs.is_empty() && !found.refused.is_empty() {
                return Err(Error::NoPrograms { refused: found.refused });
            }
            let mut here: Vec<_> = found.programs.iter().map(Programs::major).collect();
            here.sort_unstable();
            here.dedup();
            let here: Vec<_> = here.iter().map(u32::to_string).collect();
            return Err(Error::OtherVersion { dir: files.data, made_by, here: here.join(", ") });
        };
        Ok(Self { files, programs, account })
    }

    fn make(&self) -> Result<(), Error> {
        let new = self.files.begin()?;
        if let Some(account) = self.account {
            account.own(new.path())?;
        }
        // Only who may enter the directory reaches the socket, so there is nothing to prove.
        let arguments = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"];
        self.call("initdb", "begin", new.path(), &arguments)?;
        self.files.finish(new)
    }

    /// Sees to it that the server runs, whatever became of it.
    fn run(&self, address: &Address) -> Result<(), Error> {
        let begun = Instant::now();
        let pid_file = self.files.data.join("postmaster.pid");
        loop {
            match address.ask() {
                Answer::Ready => return Ok(()),
                Answer::Busy => {}
                Answer::Nobody => match self.launch() {
                    Ok(()) => continue,
                    // One that crashed may have left sessions that are about to end, and one
                    // that was begun by a program that was killed does not answer yet.
                    Err(error) if !pid_file.exists() => return Err(error),
                    Err(error) if begun.elapsed() > PATIENCE / 20 => return Err(error),
                    Err(_) => {}
                },
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.failed("answer", &self.log_end()));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn launch(&self) -> Result<(), Error> {
        let path = self.files.data.join(LOG);
        if fs::symlink_metadata(&path).is_ok_and(|log| log.len() > LOG_LIMIT) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
        let wait = PATIENCE.as_secs().to_string();
        let arguments = ["start", "-w", "-t", &wait, "-l", LOG, "-o", SETTINGS];
        self.call("pg_ctl", "start", &self.files.data, &arguments)
    }

    fn stop(&self) -> Result<(), Error> {
        if !self.files.data.join("postmaster.pid").exists() {
            // It crashed, or somebody else stopped it.
            return Ok(());
        }
        let wait = PATIENCE.as_secs().to_string();
        let arguments = ["stop", "-m", "fast", "-w", "-t", &wait];
        match self.call("pg_ctl", "stop", &self.files.data, &arguments) {
            Err(_) if !self.files.data.join("postmaster.pid").exists() => Ok(()),
            stopped => stopped,
        }
    }

    /// Runs a program of Postgres on a directory to its end.
    fn call(
        &self,
        name: &str,
        what: &'static str,
        dir: &Path,
        arguments: &[&str],
    ) -> Result<(), Error> {
        let program = self.programs.bin().join(name);
        let (mut command, path) = os_user::command(&program, dir, self.account)?;
        let log = format!("{path}/{LOG}");
        command
            .args(arguments.iter().map(|argument| if *argument == LOG { &log } else { *argument }));
        let output = command.args(["-D", &path]).output().map_err(at(&program))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned() + &self.log_end();
        Err(self.failed(what, &said))
    }

    fn failed(&self, what: &'static str, said: &str) -> Error {
        let lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
        let said = lines.collect::<Vec<_>>().join(" / ");
        Error::Program { dir: self.files.data.clone(), what, said }
    }

    /// The last lines of the server's log.
    fn log_end(&self) -> String {
        let end = || {
            let mut log = File::open(self.files.data.join(LOG))?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(length.saturating_sub(500)))?;
            let mut end = Vec::new();
            log.take(500).read_to_end(&mut end)?;
            Ok::<_, std::io::Error>(end)
        };
        let end = end().unwrap_or_default();
        let end = String::from_utf8_lossy(&end);
        // It begins in the middle of a line.
        end.split_once('\n').map_or(String::new(), |(_, lines)| lines.to_owned())
    }
}

/// Where the server's socket is.
#[derive(Debug)]
struct Address {
    data: PathBuf,
    /// A shorter way to it, as a socket's path has an end.
    short: Option<TempDir>,
}

impl Address {
    fn of(data: &Path) -> Result<Self, Error> {
        let short = if data.as_os_str().len() > LONGEST {
            let private = Permissions::from_mode(0o700);
            let temporary = tempfile::Builder::new().permissions(private).tempdir();
            let temporary = temporary.map_err(at(&std::env::temp_dir()))?;
            symlink(data, temporary.path().join("data")).map_err(at(temporary.path()))?;
            Some(temporary)
        } else {
            None
        };
        Ok(Self { data: data.to_owned(), short })
    }

    fn socket_dir(&self) -> PathBuf {
        self.short.as_ref().map_or_else(|| self.data.clone(), |short| short.path().join("data"))
    }

    /// Begins a session, and ends it.
    fn ask(&self) -> Answer {
        let socket = self.socket_dir().join(".s.PGSQL.5432");
        let Ok(mut session) = UnixStream::connect(socket) else { return Answer::Nobody };
        let mut said = Vec::new();
        let asked = session
            .set_read_timeout(Some(PATIENCE / 60))
            .and_then(|()| session.write_all(b"\0\0\0\x17\0\x03\0\0user\0postgres\0\0X\0\0\0\x04"))
            .and_then(|()| session.read_to_end(&mut said));
        match (asked, said.first()) {
            // The first byte of an accepted session; anything else is an error, or the end.
            (Ok(_), Some(b'R')) => Answer::Ready,
            _ => Answer::Busy,
        }
    }
}
