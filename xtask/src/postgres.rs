//! A Postgres for the tests: the one that is given, or a throw-away one.
//!
//! A throw-away server is kept by a shell that waits for the end of its stdin,
//! a pipe from here. So the server ends with this process, however that ends.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader, PipeReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use connector_core::block_on;
use sqlx::{Connection as _, PgConnection};
use tokio::signal::unix::{SignalKind, signal};

/// The variable that names a server to test with.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";
/// The oldest server that the connectors work with.
const OLDEST: u32 = 14;
/// Where Debian has its servers, each in a folder named by its version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A server whose role may create databases.
pub(crate) struct Postgres {
    pub(crate) url: String,
    _keeper: Option<Keeper>,
}

impl Postgres {
    /// The server of `TEST_DATABASE_URL`, else the newest that is installed, else one that it installs.
    pub(crate) fn start() -> Result<Self> {
        let (postgres, origin) = match env::var(VARIABLE).ok().filter(|url| !url.is_empty()) {
            Some(url) => (Self { url, _keeper: None }, VARIABLE.to_owned()),
            None => Self::throw_away()?,
        };
        let version = block_on(version(&postgres.url))??;
        say(&format!("The tests use Postgres {version} ({origin})"));
        Ok(postgres)
    }

    fn throw_away() -> Result<(Self, String)> {
        let virtualenv = on_path("pg_virtualenv").is_some();
        let server = match choose(installed(), virtualenv) {
            Some(server) => server,
            None => {
                install()?;
                let virtualenv = on_path("pg_virtualenv").is_some();
                choose(installed(), virtualenv).with_context(|| {
                    format!("the package installed no Postgres {OLDEST} or newer; {ADVICE}")
                })?
            }
        };
        let (command, origin) = match server {
            Server::Virtualenv(version) => {
                (virtualenv_command(version), "throw-away, by pg_virtualenv".to_owned())
            }
            Server::Initdb(bin) => {
                (initdb_command(&bin)?, format!("throw-away, from {}", bin.display()))
            }
        };
        let (url, keeper) = Keeper::start(command)?;
        Ok((Self { url, _keeper: Some(keeper) }, origin))
    }
}

/// What to do where there is no server and none can be installed.
const ADVICE: &str = "install one (Debian: apt-get install postgresql, macOS: brew install postgresql), or set \
                      TEST_DATABASE_URL=postgres://user:password@host:port/database to a role that may create databases";

/// How a throw-away server is made.
#[derive(Debug, PartialEq, Eq)]
enum Server {
    /// By Debian's script, with the server of that version.
    Virtualenv(u32),
    /// By the programs in that folder.
    Initdb(PathBuf),
}

/// The newest server; among equals the first.
fn choose(installed: Vec<(u32, PathBuf)>, virtualenv: bool) -> Option<Server> {
    let usable = installed.into_iter().rev().filter(|(version, _)| *version >= OLDEST);
    let (version, bin) = usable.max_by_key(|(version, _)| *version)?;
    let is_debian = virtualenv && bin.starts_with(DEBIAN);
    Some(if is_debian { Server::Virtualenv(version) } else { Server::Initdb(bin) })
}

/// The servers of this machine, each with the folder of its programs: first PATH, then the usual places.
fn installed() -> Vec<(u32, PathBuf)> {
    let places = [
        (DEBIAN, ""),
        ("/usr", "pgsql-"),
        ("/usr/local", "pgsql"),
        ("/usr/local/opt", "postgresql"),
        ("/opt/homebrew/opt", "postgresql"),
    ];
    let usual = places.iter().flat_map(|(parent, prefix)| {
        let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
        let named = move |name: &OsStr| name.to_string_lossy().starts_with(prefix);
        entries.filter(move |entry| named(&entry.file_name())).map(|entry| entry.path().join("bin"))
    });
    let on_path = on_path("initdb").and_then(|initdb| Some(initdb.parent()?.to_owned()));
    let said = |bin: &PathBuf| Command::new(bin.join("initdb")).arg("--version").output().ok();
    let version = |bin: PathBuf| {
        let output = said(&bin)?;
        Some((major(&String::from_utf8_lossy(&output.stdout))?, bin))
    };
    on_path.into_iter().chain(usual).filter_map(version).collect()
}

/// The major version in `initdb (PostgreSQL) 17.2 (Debian 17.2-1)`.
fn major(said: &str) -> Option<u32> {
    let (_, version) = said.split_once("(PostgreSQL) ")?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The program of that name on PATH.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

fn virtualenv_command(version: u32) -> Command {
    let mut command = Command::new("pg_virtualenv");
    // With `-t`, because two runs of root would otherwise want the same cluster.
    command.args([
        "-t",
        "-v",
        &version.to_string(),
        "-c",
        "-e UTF8 --locale C",
        "-o",
        "max_connections=200",
    ]);
    command.args(["sh", "-c", "echo postgres://$PGUSER:$PGPASSWORD@$PGHOST:$PGPORT/postgres; cat"]);
    command
}

/// Makes a server, prints its address, and removes it at the end of its input.
///
/// The password keeps other users of the machine out: who is in can run programs.
const SCRIPT: &str = r#"
umask 077
dir=$(mktemp -d) && cd "$dir" || exit
trap '"$BIN/pg_ctl" -D data -m immediate stop; cd /; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" > password
"$BIN/initdb" -D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --locale=C --no-sync || exit
options="-F -p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
"$BIN/pg_ctl" -D data -w -l log -o "$options" start || { cat log; exit 1; }
echo "postgres://postgres:$password@127.0.0.1:$PORT/postgres"
cat
"#;

fn initdb_command(bin: &Path) -> Result<Command> {
    let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    let port = free.context("there is no free port on 127.0.0.1 for a throw-away Postgres")?.port();
    let mut command = if is_root() {
        // Postgres refuses to run as root.
        let user = if succeeds(Command::new("id").args(["-u", "postgres"])) {
            "postgres"
        } else {
            "nobody"
        };
        let mut su = Command::new("su");
        su.args(["-s", "/bin/sh", "-c", SCRIPT, user]).env_remove("TMPDIR");
        su
    } else {
        let mut sh = Command::new("sh");
        sh.args(["-c", SCRIPT]);
        sh
    };
    command.env("BIN", bin).env("PORT", port.to_string());
    Ok(command)
}

/// The shell that keeps a throw-away server.
struct Keeper {
    shell: Child,
    /// Unread, but open: what the shell prints at the end has to go somewhere.
    _output: BufReader<PipeReader>,
}

impl Keeper {
    /// Runs the command until it prints the server's address.
    fn start(mut command: Command) -> Result<(String, Self)> {
        let program = command.get_program().to_string_lossy().into_owned();
        let (reader, writer) = io::pipe()?;
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        // Ctrl-C goes to a group of processes: the server is not in it, and ends after the tests.
        let shell = command.current_dir("/").process_group(0).spawn();
        let shell = shell.with_context(|| {
            format!("a throw-away Postgres cannot be made: `{program}` does not run")
        })?;
        // The command holds the other end of the pipe, whose end says that the shell is gone.
        drop(command);
        let mut keeper = Self { shell, _output: BufReader::new(reader) };
        let mut said = String::new();
        loop {
            let mut line = String::new();
            if keeper._output.read_line(&mut line)? == 0 {
                bail!(
                    "a throw-away Postgres does not start, and `{program}` said:\n{}\n{ADVICE}",
                    said.trim()
                );
            }
            if line.starts_with("postgres://") {
                return Ok((line.trim().to_owned(), keeper));
            }
            said.push_str(&line);
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // This closes the shell's stdin first. There is nobody to tell if it fails.
        let _ = self.shell.wait();
    }
}

/// Installs Debian's package, or says what to do.
fn install() -> Result<()> {
    let mut prefix = vec!["env", "DEBIAN_FRONTEND=noninteractive"];
    if !is_root() {
        prefix.splice(0..0, ["sudo", "-n"]);
    }
    let possible = on_path("apt-get").is_some()
        && (is_root() || succeeds(Command::new("sudo").args(["-n", "true"])));
    ensure!(possible, "there is no Postgres {OLDEST} or newer on this machine; {ADVICE}");
    say("There is no Postgres to test with: installing Debian's package `postgresql`");
    for step in [&["update"][..], &["install", "--yes", "--no-install-recommends", "postgresql"]] {
        let mut apt = Command::new(prefix[0]);
        apt.args(&prefix[1..]).arg("apt-get").arg("--quiet").args(step);
        let done = apt.stdout(io::stderr()).status().is_ok_and(|status| status.success());
        ensure!(done, "`apt-get {}` failed; {ADVICE}", step.join(" "));
    }
    Ok(())
}

/// The server's version, if it is one to test with.
async fn version(url: &str) -> Result<String> {
    let mut connection = PgConnection::connect(url)
        .await
        .with_context(|| format!("the Postgres to test with does not answer; check {VARIABLE}"))?;
    let (number, name, may_create): (i32, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int / 10000, current_setting('server_version'), \
         rolsuper or rolcreatedb from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    if u32::try_from(number)? < OLDEST {
        return Err(anyhow!("{VARIABLE} names a Postgres {name}, and {OLDEST} or newer is needed"));
    }
    ensure!(
        may_create,
        "the role of {VARIABLE} may not create databases; run `alter role … createdb` on it"
    );
    Ok(name)
}

/// From here on, Ctrl-C ends the child that runs, and this process tidies up after it.
pub(crate) fn leave_ctrl_c_to_children() -> Result<()> {
    let caught = block_on(async { signal(SignalKind::interrupt()).map(drop) })?;
    caught.context("Ctrl-C cannot be caught")
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn say(line: &str) {
    // Where stderr is closed, there is nobody to tell.
    let _ = writeln!(io::stderr(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(installed: &[(u32, &str)], virtualenv: bool, chosen: Option<Server>) {
        let installed = installed.iter().map(|(version, bin)| (*version, PathBuf::from(bin)));
        assert_eq!(choose(installed.collect(), virtualenv), chosen);
    }

    #[test]
    fn the_newest_server_is_chosen_and_the_first_among_equals() {
        let initdb = |bin: &str| Some(Server::Initdb(bin.into()));
        check(&[(15, "/a"), (17, "/b"), (16, "/c")], false, initdb("/b"));
        check(&[(17, "/on/path"), (17, "/usual")], false, initdb("/on/path"));
    }

    #[test]
    fn a_server_that_is_too_old_counts_as_none() {
        check(&[(13, "/a")], false, None);
        check(&[], true, None);
    }

    #[test]
    fn debian_makes_only_its_own_servers() {
        check(&[(15, "/usr/lib/postgresql/15/bin")], true, Some(Server::Virtualenv(15)));
        check(
            &[(15, "/usr/lib/postgresql/15/bin"), (17, "/opt/bin")],
            true,
            Some(Server::Initdb("/opt/bin".into())),
        );
    }

    #[test]
    fn a_version_is_read_from_every_kind_of_build() {
        assert_eq!(major("initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major("initdb (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major("initdb: not found"), None);
    }
}
