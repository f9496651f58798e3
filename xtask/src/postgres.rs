//! A Postgres for the tests: the one that is given, or a throw-away one.
//!
//! A throw-away server is kept by a shell that waits for the end of its stdin,
//! a pipe from here. So the server ends with this process, however that ends.

use std::env;
use std::io::{self, BufRead as _, BufReader, PipeReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use connector_core::block_on;
use sqlx::{Connection as _, PgConnection};

/// The variable that names a server to test with.
pub(crate) const VARIABLE: &str = "TEST_DATABASE_URL";
/// The oldest server that the connectors work with.
const OLDEST: i32 = 14;
/// What to do where there is no server and none can be installed.
const ADVICE: &str = "install Postgres 14 or newer (Debian: apt-get install postgresql, \
    macOS: brew install postgresql), or set TEST_DATABASE_URL=postgres://user:password@host:port/database \
    to a role that may create databases";

/// A server whose role may create databases.
pub(crate) struct Postgres {
    pub(crate) url: String,
    /// The folder of its programs, where it is a throw-away one.
    bin: Option<String>,
    _keeper: Option<Keeper>,
}

impl Postgres {
    /// The server of `TEST_DATABASE_URL`, else the newest that is installed, else one that it installs.
    pub(crate) fn start() -> Result<Self> {
        Self::with(FOR_TESTS)
    }

    /// The same, but a throw-away one is on disk, and waits for it as servers do by default.
    pub(crate) fn start_durable() -> Result<Self> {
        Self::with(DURABLE)
    }

    /// Its `psql`.
    pub(crate) fn psql(&self) -> PathBuf {
        let own = self.bin.as_ref().map(|bin| Path::new(bin).join("psql"));
        own.filter(|psql| psql.exists()).unwrap_or_else(|| "psql".into())
    }

    fn with(kind: Kind) -> Result<Self> {
        let given = env::var(VARIABLE).ok().filter(|url| !url.is_empty());
        let (url, keeper, bin) = if let Some(url) = given {
            (url, None, None)
        } else {
            let mut bin = newest(&output(INSTALLED)?);
            if bin.is_none() {
                // Whether it worked shows when looking again.
                Command::new("sh").args(["-c", INSTALL]).status()?;
                bin = newest(&output(INSTALLED)?);
            }
            let bin =
                bin.with_context(|| format!("there is no Postgres to test with; {ADVICE}"))?;
            let (url, keeper) = Keeper::start(&bin, kind)?;
            (url, Some(keeper), Some(bin))
        };
        let origin =
            bin.as_ref().map_or(VARIABLE.to_owned(), |bin| format!("a throw-away one of {bin}"));
        let version = block_on(version(&url))??;
        // Where stderr is closed, there is nobody to tell.
        let _ = writeln!(io::stderr(), "{} Postgres {version}, {origin}", kind.who);
        Ok(Self { url, bin, _keeper: keeper })
    }
}

/// What a throw-away server is for.
#[derive(Clone, Copy)]
struct Kind {
    who: &'static str,
    /// Its folder's parent.
    place: &'static str,
    options: &'static str,
}

const FOR_TESTS: Kind = Kind { who: "The tests use", place: "", options: "-F" };
/// `/tmp` may be memory.
const DURABLE: Kind = Kind { who: "The benchmark uses", place: "/var/tmp", options: "" };

/// Prints the folder and the version of each server on this machine, first that of PATH.
const INSTALLED: &str = r#"
for bin in "$(dirname "$(command -v initdb)")" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    test -x "$bin/initdb" && echo "$bin: $("$bin/initdb" --version)"
done"#;

/// Installs Debian's package where that is possible without asking.
const INSTALL: &str = r#"exec >&2
test "$(id -u)" = 0 || sudo="sudo -n"
command -v apt-get > /dev/null && $sudo true 2> /dev/null || exit
echo "There is no Postgres to test with: installing Debian's package postgresql"
$sudo apt-get -qq update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends install postgresql"#;

/// The folder of the newest server in lines like `/usr/bin: initdb (PostgreSQL) 17.2`; among equals the first.
fn newest(installed: &str) -> Option<String> {
    let servers = installed.lines().rev().filter_map(|line| {
        let (bin, said) = line.split_once(": initdb (PostgreSQL) ")?;
        let version = said.split(|c: char| !c.is_ascii_digit()).next()?.parse::<i32>().ok()?;
        Some((version, bin)).filter(|_| version >= OLDEST)
    });
    servers.max_by_key(|(version, _)| *version).map(|(_, bin)| bin.to_owned())
}

/// Makes a server, prints its address, and removes it at the end of stdin.
///
/// The password keeps other users of the machine out: who is in can run programs.
const KEEP: &str = r#"
umask 077
dir=$(mktemp -d ${PLACE:+-p "$PLACE"}) && cd "$dir" || exit
trap '"$BIN/pg_ctl" -D data -m immediate stop; cd /; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" > password
"$BIN/initdb" -D data -U postgres -A scram-sha-256 --pwfile=password -E UTF8 --locale=C --no-sync || exit
options="$OPTIONS -p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
"$BIN/pg_ctl" -D data -w -l log -o "$options" start || { cat log; exit 1; }
echo "postgres://postgres:$password@127.0.0.1:$PORT/postgres"
cat"#;

/// The shell that keeps a throw-away server.
struct Keeper {
    shell: Child,
    /// Unread from then on, but open: what the shell prints at the end has to go somewhere.
    output: BufReader<PipeReader>,
}

impl Keeper {
    /// Makes a server with the programs in `bin`, and waits for its address.
    fn start(bin: &str, kind: Kind) -> Result<(String, Self)> {
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
        let port = free.context("there is no free port on 127.0.0.1 for a Postgres")?.port();
        let mut command = Command::new("sh");
        if output("id -u")? == "0\n" {
            // Postgres refuses to run as root, and root's folder for temporary files may be root's alone.
            let user = if output("id -u postgres")?.is_empty() { "nobody" } else { "postgres" };
            command = Command::new("su");
            command.args(["-s", "/bin/sh", user]).env_remove("TMPDIR");
        }
        let (reader, writer) = io::pipe()?;
        command.args(["-c", KEEP]).env("BIN", bin).env("PORT", port.to_string()).current_dir("/");
        command.env("PLACE", kind.place).env("OPTIONS", kind.options);
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        // Ctrl-C reaches a whole group of processes; the server has to outlive the tests.
        let shell = command.process_group(0).spawn().context("`su` or `sh` does not run")?;
        // With it goes this process's end for writing, so that reading ends with the shell.
        drop(command);
        let mut keeper = Self { shell, output: BufReader::new(reader) };
        let mut said = String::new();
        loop {
            let start = said.len();
            if keeper.output.read_line(&mut said)? == 0 {
                bail!("the Postgres of {bin} does not start; {ADVICE}. It said:\n{}", said.trim());
            }
            if said[start..].starts_with("postgres://") {
                return Ok((said[start..].trim().to_owned(), keeper));
            }
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // This closes the shell's stdin first. There is nobody to tell if it fails.
        let _ = self.shell.wait();
    }
}

/// What a shell script prints.
fn output(script: &str) -> Result<String> {
    let output = Command::new("sh").args(["-c", script]).stderr(Stdio::null()).output();
    Ok(String::from_utf8(output.context("`sh` does not run")?.stdout)?)
}

/// The server's version, if it is one to test with.
async fn version(url: &str) -> Result<String> {
    let connection = PgConnection::connect(url).await;
    let mut connection = connection.with_context(|| {
        format!("the Postgres of {VARIABLE} does not answer; unset it for a throw-away one")
    })?;
    let (number, version, may_create): (i32, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int / 10000, current_setting('server_version'), \
         rolsuper or rolcreatedb from pg_roles where rolname = current_user",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    ensure!(number >= OLDEST, "{VARIABLE} names a Postgres {version}, which is too old; {ADVICE}");
    ensure!(may_create, "the role in {VARIABLE} may not create databases; `alter role … createdb`");
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(installed: &str, chosen: Option<&str>) {
        assert_eq!(newest(installed).as_deref(), chosen, "{installed}");
    }

    #[test]
    fn the_newest_server_is_chosen_and_the_first_among_equals() {
        let debian = "/usr/lib/postgresql/9.6/bin: initdb (PostgreSQL) 9.6.24\n\
                      /usr/lib/postgresql/15/bin: initdb (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        check(debian, Some("/usr/lib/postgresql/15/bin"));
        check(&format!("/my own/bin: initdb (PostgreSQL) 15.2\n{debian}"), Some("/my own/bin"));
        check(&format!("{debian}/opt/bin: initdb (PostgreSQL) 18beta1\n"), Some("/opt/bin"));
    }

    #[test]
    fn a_server_that_is_too_old_or_does_not_run_counts_as_none() {
        check("/usr/bin: initdb (PostgreSQL) 13.22\n/broken/bin: \n", None);
        check("", None);
    }
}
