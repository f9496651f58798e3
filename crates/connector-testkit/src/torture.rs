//! A real program, stopped anywhere while the vendor changes, and run again.

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use connector_core::Resource;
use serde_json::Value;
use tempfile::NamedTempFile;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::follow::{change, with_other_key};
use crate::{Database, Proxy, Server, Suite, Vendor, installed};

/// How long a program may take before it counts as one that never ends.
const PATIENCE: Duration = Duration::from_mins(2);

/// Numbers that a seed and a place lead to, the same ones each time.
#[derive(Clone, Copy)]
pub(crate) struct Chance {
    pub(crate) seed: u64,
    pub(crate) time: u64,
}

impl Chance {
    pub(crate) fn below(self, what: &str, most: u64) -> u64 {
        xxh3_64_with_seed(format!("{} {what}", self.time).as_bytes(), self.seed) % most
    }
}

/// How long a run goes on: the moment of trouble lies within it, however small a connector is.
struct Extent {
    time: Duration,
    requests: usize,
    resources: usize,
}

/// What befalls a run.
enum Trouble {
    /// The program is killed.
    Kill,
    /// The network between program and database is cut, at once or where a commit is answered.
    Cut(Proxy),
    /// The database's server crashes, and is there again.
    Crash(Box<Server>),
}

/// Whether so many of the runs were hit: a small connector's may end before its moment comes, on
/// a busy machine more often, and yet not all of them.
pub(crate) fn is_enough(hit: u64, runs: u64) -> bool {
    hit > 0 && (hit * 4 >= runs || runs < 20)
}

impl Suite {
    /// Kills a connector's program again and again, lets it come to its end each time,
    /// and compares all tables with what the vendor holds.
    ///
    /// `KILLS` sets how often, and `SEED` where chance begins; a failure names both.
    pub async fn survives_kills(self, program: &str) {
        self.survives(program, Database::create().await, Trouble::Kill, 8).await;
    }

    /// The same, where the connections to the database are lost.
    pub async fn survives_lost_connections(self, program: &str) {
        let database = Database::create().await;
        let proxy = Proxy::before(&database).await;
        self.survives(program, database, Trouble::Cut(proxy), 6).await;
    }

    /// The same, where the server of the database crashes.
    pub async fn survives_crashes_of_the_server(self, program: &str) {
        let server = Server::start().expect("a server can be started");
        let database = Database::create_on(server.url().to_owned()).await;
        self.survives(program, database, Trouble::Crash(Box::new(server)), 3).await;
    }

    /// The same kills, where the database is the embedded one in a folder; `open` opens it while no
    /// program runs, and gives its address and what closes it.
    pub async fn survives_kills_in<C: FnOnce()>(
        self,
        program: &str,
        folder: &Path,
        open: impl Fn() -> (String, C),
    ) {
        let (times, seed) = (number("KILLS_EMBEDDED").unwrap_or(3), number("SEED").unwrap_or(1));
        let vendor = self.slow_vendor();
        let settings = self.settings(&vendor);
        let run = || start(program, self.connector.name, settings.path(), &vendor, Err(folder));
        finish(run(), "the first run").await;
        let mut befell = 0;
        for time in 0..times {
            let chance = Chance { seed, time };
            let name = format!("kill {time} of seed {seed}");
            self.change_something(&vendor, chance, "before");
            let (mut child, before) = (run(), vendor.requests().len());
            let due = before + 1 + usize::try_from(chance.below("requests", 8)).unwrap_or(0);
            let running =
                |child: &mut Child| child.try_wait().expect("it can be waited for").is_none();
            while vendor.requests().len() < due && running(&mut child) {
                tokio::task::yield_now().await;
            }
            befell += u64::from(running(&mut child));
            child.kill().expect("it can be killed");
            child.wait().expect("it can be waited for");
            finish(run(), &name).await;
            let (url, close) = open();
            self.check(&vendor, &Database::at(url), &name).await;
            close();
        }
        assert!(is_enough(befell, times), "only {befell} of {times} runs were killed");
        vendor.finish();
    }

    async fn survives(self, program: &str, database: Database, mut trouble: Trouble, usual: u64) {
        let (times, seed) = (number("KILLS").unwrap_or(usual), number("SEED").unwrap_or(1));
        let vendor = self.slow_vendor();
        let settings = self.settings(&vendor);
        let url = match &trouble {
            Trouble::Cut(proxy) => proxy.url(),
            Trouble::Kill | Trouble::Crash(_) => database.url(),
        };
        let run = || start(program, self.connector.name, settings.path(), &vendor, Ok(&url));
        let begun = Instant::now();
        finish(run(), "the first run").await;
        let extent = Extent {
            time: begun.elapsed(),
            requests: vendor.requests().len(),
            resources: self.connector.resources.len(),
        };
        let mut befell = 0;
        for time in 0..times {
            let chance = Chance { seed, time };
            let name = format!("trouble {time} of seed {seed}");
            self.change_something(&vendor, chance, "before");
            let mut child = run();
            moment(&mut child, &vendor, &database, chance, &extent).await;
            let running = child.try_wait().expect("it can be waited for").is_none();
            befell += u64::from(running);
            match &mut trouble {
                Trouble::Kill => {
                    // On Unix, this is SIGKILL.
                    child.kill().expect("it can be killed");
                    child.wait().expect("it can be waited for");
                }
                Trouble::Cut(proxy) => {
                    if chance.below("commit", 2) == 0 {
                        proxy.lose_commit(u32::try_from(chance.below("answers", 4)).unwrap_or(0));
                    } else {
                        proxy.cut();
                    }
                    self.outlives(child, &vendor, &database, &name).await;
                    proxy.answer_commits();
                }
                Trouble::Crash(server) => {
                    server.crash().expect("the server starts again");
                    self.outlives(child, &vendor, &database, &name).await;
                }
            }
            let changes_meanwhile = chance.below("meanwhile", 2) == 0;
            if changes_meanwhile {
                self.change_something(&vendor, chance, "meanwhile");
            }
            finish(run(), &name).await;
            if changes_meanwhile {
                // What changed behind a walk that went on is for the next run.
                finish(run(), &name).await;
            }
            self.check(&vendor, &database, &name).await;
        }
        assert!(is_enough(befell, times), "only {befell} of {times} runs met with trouble");
        if let Trouble::Cut(proxy) = trouble {
            assert!(is_enough(proxy.lost(), times), "only {} connections were lost", proxy.lost());
        }
        vendor.finish();
        database.drop().await;
    }

    /// Compares all tables with what the vendor holds, and looks for what should be gone.
    pub(crate) async fn check(self, vendor: &Vendor, database: &Database, name: &str) {
        self.compare(vendor, database, name).await;
        for known in ["seen", "gone"] {
            let left = database.value(&format!("select count(*) from sync.{known}")).await;
            assert_eq!(left, "0", "{name} left keys behind in {known}");
        }
        let lies = "select count(*) from sync.runs where finished_at is not null and verdict = 'complete' \
                    and exists (select from sync.resources where run_id = runs.run_id and verdict <> 'complete')";
        assert_eq!(database.value(lies).await, "0", "{name} left a record that is not true");
    }

    /// Waits for a program that lost its database: it ends, and is green only if its tables are right.
    async fn outlives(self, child: Child, vendor: &Vendor, database: &Database, name: &str) {
        let (status, said) = end_of(child).await;
        assert!(matches!(status.code(), Some(0..=2)), "after {name}: {status}\n{said}");
        if status.success() {
            self.compare(vendor, database, name).await;
        }
    }

    /// The vendor, whose runs take long enough to be hit in their middle.
    pub(crate) fn slow_vendor(self) -> Vendor {
        let vendor = self.vendor();
        vendor.set_page_cap(Some(3));
        vendor.set_latency(Duration::from_millis(1));
        vendor
    }

    /// A file with the settings of a connection that commits often.
    pub(crate) fn settings(self, vendor: &Vendor) -> NamedTempFile {
        self.settings_with(vendor, "requests_per_second = 100000")
    }

    /// The same with more settings of it.
    pub(crate) fn settings_with(self, vendor: &Vendor, more: &str) -> NamedTempFile {
        let line =
            |(name, values): &(&str, &[&str])| format!("{name} = {}", Value::from(values.to_vec()));
        let params = self.params.iter().map(line).collect::<Vec<_>>().join("\n");
        let settings = format!(
            "[connections.{0}]\nbase_url = \"{1}\"\nbatch_rows = 4\n{more}\npreset = \"{2}\"\n\
             deletes = {{ rows = 1000000 }}\n[connections.{0}.params]\n{params}",
            self.connector.name,
            vendor.base_url(),
            self.preset
        );
        let file = NamedTempFile::new().expect("the temporary folder can be written to");
        std::fs::write(&file, settings).expect("the file was just made");
        file
    }

    /// Changes a row of each listing, exchanges one for another, or takes one away.
    pub(crate) fn change_something(self, vendor: &Vendor, chance: Chance, when: &str) {
        self.edit_all(vendor, |resource, items| {
            let chance =
                |what: &str, most| chance.below(&format!("{when} {what} {}", resource.name), most);
            let Some(last) = items.len().checked_sub(1) else { return };
            let at = usize::try_from(chance("place", last as u64 + 1)).unwrap_or(0);
            if resource.append_only.is_some() {
                let mut item = with_other_key(resource, items[last].clone());
                renew(resource, &mut item, chance("value", 1_000_000));
                items.push(item);
                return;
            }
            match chance("what", 4) {
                0 | 1 => renew(resource, &mut items[at], chance("value", 1_000_000)),
                2 if self.is_removable(resource) => {
                    let item = items.remove(at);
                    items.push(with_other_key(resource, item));
                }
                3 if self.is_removable(resource) && last > 1 => drop(items.remove(at)),
                _ => {}
            }
        });
    }
}

/// Changes an item to one that it was not before.
fn renew(resource: &Resource, item: &mut Value, value: u64) {
    change(resource, item);
    for member in item.as_object_mut().into_iter().flat_map(|item| item.values_mut()) {
        if member.as_str().is_some_and(|text| text.starts_with("changed")) {
            *member = format!("changed {value}").into();
        }
    }
}

/// A number that the environment sets.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Starts a program with a database: a server's address, or the folder of the embedded one.
fn start(
    program: &str,
    connection: &str,
    settings: &Path,
    vendor: &Vendor,
    database: Result<&str, &Path>,
) -> Child {
    let prefix = connection.to_ascii_uppercase();
    let mut command = Command::new(installed(program));
    match database {
        Ok(url) => command.env("DATABASE_URL", url),
        // The embedded Postgres is that of the folder.
        Err(folder) => command.env_remove("DATABASE_URL").current_dir(folder),
    };
    command
        .args(["sync", "--wait", "--quiet", "--json", "--config"])
        .arg(settings)
        .env(format!("{prefix}_API_KEY"), vendor.key())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built")
}

/// Waits for a program's end, which has to be a good one.
async fn finish(child: Child, name: &str) {
    let (status, said) = end_of(child).await;
    assert!(status.success(), "after {name}: {status}\n{said}");
}

/// Waits for a program's end: how it ended, and what it said.
async fn end_of(child: Child) -> (ExitStatus, String) {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = tokio::time::timeout(PATIENCE, output).await;
    let output =
        output.expect("the program ends").expect("a thread waits").expect("it can be waited for");
    let said = [output.stderr, output.stdout].concat();
    (output.status, String::from_utf8_lossy(&said).into_owned())
}

/// Waits for some requests, some commits or some time, or the program's end.
async fn moment(
    child: &mut Child,
    vendor: &Vendor,
    database: &Database,
    chance: Chance,
    extent: &Extent,
) {
    let begun = Instant::now();
    let requests = chance.below("requests", extent.requests.clamp(1, 40) as u64);
    let requests = vendor.requests().len() + usize::try_from(requests).unwrap_or(0);
    let share = u32::try_from(chance.below("time", 250)).unwrap_or(0);
    let time = extent.time.min(Duration::from_millis(250)) * share / 250;
    let committed = "select coalesce(max(run_id), 0) * 1000 + coalesce((select count(*) from sync.shards r \
                     where r.run_id = (select max(run_id) from sync.runs) and rows_read > 0), 0) from sync.runs";
    let count = async || database.value(committed).await.parse::<u64>().unwrap_or(0);
    let commits = chance.below("commits", extent.resources.clamp(1, 6) as u64);
    let commits = count().await / 1_000 * 1_000 + 1_000 + 1 + commits;
    while begun.elapsed() < PATIENCE {
        let due = match chance.below("how", 3) {
            0 => vendor.requests().len() >= requests,
            1 => count().await >= commits,
            _ => begun.elapsed() >= time,
        };
        if due || child.try_wait().expect("it can be waited for").is_some() {
            return;
        }
        tokio::task::yield_now().await;
    }
}
