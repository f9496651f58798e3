//! A throw-away Postgres server, which can crash.
//!
//! It is kept by a shell that waits for the end of its stdin, a pipe from here.
//! So the server ends with this process, however that ends.

use std::io::{self, BufRead as _, BufReader, PipeReader, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result, anyhow, bail, ensure};

/// What to do where there is no server and none can be installed.
const ADVICE: &str = "install Postgres 14 or newer (Debian: apt-get install postgresql, \
    macOS: brew install postgresql), or set TEST_DATABASE_URL=postgres://user:password@host:port/database \
    to a role that may create databases";

/// The variable that names the folder of programs that servers are made with.
pub const PROGRAMS: &str = "POSTGRES_BIN";

/// The folder that the variable names, with which the database of `.connectors/` is made too.
pub fn programs() -> Option<PathBuf> {
    std::env::var_os(PROGRAMS).filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Installs Debian's package where that is possible without asking.
const INSTALL: &str = r#"exec >&2
test "$(id -u)" = 0 || sudo="sudo -n"
command -v apt-get > /dev/null && $sudo true 2> /dev/null || exit
echo "There is no Postgres: installing Debian's package postgresql"
$sudo apt-get -qq update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq --no-install-recommends install postgresql"#;

/// Sees to it that this machine has the programs of a Postgres, as far as that is possible without asking.
pub fn install_postgres() -> Result<()> {
    if embedded_postgres::newest(None).is_err() {
        // Whether it worked shows when they are looked for again.
        Command::new("sh").args(["-c", INSTALL]).status()?;
    }
    Ok(())
}

/// Makes a server, prints its address, stops and starts it when it is told to,
/// and removes it at the end of stdin.
///
/// Where nothing says where, it is in memory if there is room: a database is some three hundred
/// files, which cost a file system on a disk ten times as much to make and remove.
///
/// The password keeps other users of the machine out: who is in can run programs. Where there are
/// many sessions it is checked by a sum, as SCRAM's thousands of rounds at the beginning of each are
/// most of what a test that is not optimised does itself. Roles that tests make have SCRAM still.
const KEEP: &str = r#"
umask 077
room=$(df -Pk /dev/shm 2> /dev/null | awk 'NR == 2 { print $4 }')
if [ -z "$PLACE" ] && [ -w /dev/shm ] && [ "${room:-0}" -ge 2097152 ]; then PLACE=/dev/shm; fi
dir=$(mktemp -d ${PLACE:+-p "$PLACE"}) && cd "$dir" || exit
trap '"$BIN/pg_ctl" -D data -m immediate stop; cd /; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" > password
"$BIN/initdb" -D data -U postgres -A "$CHECK" --pwfile=password -E UTF8 --locale=C --no-sync || exit
options="$OPTIONS -p $PORT -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
options="$options -c password_encryption=scram-sha-256"
start() { "$BIN/pg_ctl" -D data -w -l log -o "$options" start; }
start || { cat log; exit 1; }
echo "postgres://postgres:$password@127.0.0.1:$PORT/postgres"
while read -r order; do
    case $order in
        stop) "$BIN/pg_ctl" -D data -m immediate stop ;;
        kill) kill -9 "$(head -n 1 data/postmaster.pid)" ;;
        start)
            # Processes that a killed server leaves behind keep the next one out until they notice.
            tries=0
            until start || [ $tries -ge 100 ]; do
                tries=$((tries + 1))
                sleep 0.1
            done
            "$BIN/pg_ctl" -D data status || cat log ;;
    esac
    echo "done: $?"
done"#;

/// A throw-away server, as long as this value lives.
#[derive(Debug)]
pub struct Server {
    url: String,
    bin: String,
    shell: Child,
    orders: Option<ChildStdin>,
    said: BufReader<PipeReader>,
}

impl Server {
    /// Makes a server of the programs that `POSTGRES_BIN` names, or of the newest Postgres of this
    /// machine, which it installs where there is none.
    pub fn start() -> Result<Self> {
        // Nothing in it has to outlive the machine.
        Self::with(programs().as_deref(), false)
    }

    /// The same, of the programs in a folder.
    pub fn start_of(programs: &Path) -> Result<Self> {
        Self::with(Some(programs), false)
    }

    /// The same as the first, on disk and with the settings that a server has by default.
    pub fn start_durable() -> Result<Self> {
        Self::with(programs().as_deref(), true)
    }

    fn with(programs: Option<&Path>, is_durable: bool) -> Result<Self> {
        if programs.is_none() {
            install_postgres()?;
        }
        let programs = embedded_postgres::newest(programs);
        let programs = programs.map_err(|error| anyhow!("{error}; {ADVICE}"))?;
        let bin = programs.bin().to_string_lossy().into_owned();
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
        command.args(["-c", KEEP]).env("BIN", &bin).env("PORT", port.to_string()).current_dir("/");
        // `/tmp` may be memory.
        let [place, options, check] =
            if is_durable { ["/var/tmp", "", "scram-sha-256"] } else { ["", "-F", "md5"] };
        command.env("PLACE", place).env("OPTIONS", options).env("CHECK", check);
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        // Ctrl-C reaches a whole group of processes; the server has to outlive the tests.
        let mut shell = command.process_group(0).spawn().context("`su` or `sh` does not run")?;
        // With it goes this process's end for writing, so that reading ends with the shell.
        drop(command);
        let orders = shell.stdin.take();
        let mut server =
            Self { url: String::new(), bin, shell, orders, said: BufReader::new(reader) };
        let (before, url) = server.read_to("postgres://")?;
        let Some(url) = url else {
            bail!("the Postgres of {} does not start; {ADVICE}. It said:\n{before}", server.bin)
        };
        server.url = url;
        Ok(server)
    }

    /// Its address, with a role that may do everything.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its programs.
    pub fn programs(&self) -> &str {
        &self.bin
    }

    /// Ends it at once, as a crash would, and starts it again.
    pub fn crash(&mut self) -> Result<()> {
        self.stop()?;
        self.order("start")
    }

    /// Kills its first process, as a machine that is out of memory does, and starts it again.
    pub fn kill(&mut self) -> Result<()> {
        self.order("kill")?;
        self.order("start")
    }

    /// Ends it at once, as a crash would, and leaves it so.
    pub fn stop(&mut self) -> Result<()> {
        self.order("stop")
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let orders = self.orders.as_mut().context("its stdin is open")?;
        orders.write_all(format!("{order}\n").as_bytes())?;
        let (before, done) = self.read_to("done: ")?;
        ensure!(done.as_deref() == Some("done: 0"), "`{order}` failed: {before}");
        Ok(())
    }

    /// Reads what the shell says up to a line that begins so: what came before it, and the line.
    fn read_to(&mut self, start: &str) -> Result<(String, Option<String>)> {
        let mut before = String::new();
        let mut line = String::new();
        while self.said.read_line(&mut line)? > 0 {
            if line.starts_with(start) {
                return Ok((before, Some(line.trim().to_owned())));
            }
            before.push_str(&std::mem::take(&mut line));
        }
        Ok((before.trim().to_owned(), None))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The shell ends with its stdin. What it still says has somewhere to go until then.
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}

/// What a shell script prints.
fn output(script: &str) -> Result<String> {
    let output = Command::new("sh").args(["-c", script]).stderr(Stdio::null()).output();
    Ok(String::from_utf8(output.context("`sh` does not run")?.stdout)?)
}
