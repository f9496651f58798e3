//! Runs that several processes read, and whatever may happen to those, to who conducts them, and to
//! the database.

use std::collections::{BTreeMap, HashMap};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::team::{PATIENCE, Strike, Team, end_of, kill, signal, signal_to, started_by};
use crate::torture::{Chance, is_enough, number};
use crate::twin::{Twin, empty, note_writes, nothing_was_written_twice};
use crate::{Database, RateLimit, Server, Suite};

/// How many workers a run has.
const WORKERS: usize = 3;

/// How long a part is a worker's after it was heard of last.
const LEASE: &str = "2s";

/// The requests of a worker that may be under way at a time.
const AT_A_TIME: usize = 4;

/// What the connection may ask in a second, and what the vendor allows: a tenth more, as a busy
/// machine delivers late what was sent in time.
const PER_SECOND: usize = 100;
const ALLOWED: usize = PER_SECOND + PER_SECOND / 10;

/// The requests of a run, and how many there may be.
struct Tally {
    /// Those of the vendor that came before it.
    asked: usize,
    /// Those that may come beside those of an undisturbed run.
    more: usize,
    /// How often a worker began with each part.
    epochs: HashMap<(String, i64), i64>,
}

impl Suite {
    /// Lets several processes read each run. Some are killed; some freeze, and wake up when their
    /// work was done by others, or when another run goes on; so do the pieces that conduct a run,
    /// and who conducts one as a whole; sessions are cut, and the server crashes. After each run all
    /// tables are compared with what the vendor holds, and with those of runs without trouble, as
    /// are counters, requests, and what was written how often.
    ///
    /// `KILLS` sets how many runs, and `SEED` where chance begins; a failure names both.
    pub async fn survives_lost_workers(self, program: &str) {
        let (times, seed) = (number("KILLS").unwrap_or(10), number("SEED").unwrap_or(1));
        let vendor = self.slow_vendor();
        self.grow(&vendor);
        let server = Server::start_durable().expect("a server can be started");
        let database = Database::create_on(server.url().to_owned()).await;
        let mut twin = Twin::of(Database::create().await);
        let quick = self.settings(&vendor);
        let more = format!("requests_per_second = {PER_SECOND}\nrequests_at_a_time = {AT_A_TIME}");
        let settings = self.settings_with(&vendor, &more);
        let mut team = Team {
            program,
            connection: self.connector.name,
            settings: settings.path(),
            vendor: &vendor,
            database: &database,
            server,
            zombies: Vec::new(),
        };
        let first = team.command(&["sync", "--json"]).stdout(Stdio::null()).spawn();
        let first = end_of(first.expect("the program was built")).await;
        assert!(first.status.success(), "the first run");
        twin.sync(&team, quick.path(), "the first run").await;
        note_writes(self, &database).await;
        let (limit, per) = (ALLOWED, Duration::from_secs(1));
        let limit = RateLimit { requests: limit, per, retry_after: None };
        let mut hit = 0;
        for time in 0..times {
            let chance = Chance { seed, time };
            let name = format!("lost worker {time} of seed {seed}");
            self.change_something(&vendor, chance, "before");
            if chance.below("parents", 2) == 0 {
                self.exchange_parents(&vendor, chance);
            }
            if chance.below("empty", 3) == 0 {
                empty(self, &database).await;
                empty(self, &twin.database).await;
            }
            let expected = twin.sync(&team, quick.path(), &name).await;
            let asked = vendor.asked();
            vendor.set_rate_limit(Some(limit));
            let in_pieces = chance.below("in pieces", 4) > 0;
            hit += if in_pieces {
                self.in_pieces(&mut team, chance, &expected, &name).await
            } else {
                conducted(&mut team, chance, &expected, &name).await
            };
            vendor.set_rate_limit(None);
            let requests = vendor.requests_behind(asked);
            let refused = requests.iter().filter(|request| request.status == Some(429)).count();
            assert_eq!(refused, 0, "{name}: the rate was not kept");
            self.check(&vendor, &database, &name).await;
            twin.compare(self, &database, in_pieces, &name).await;
            nothing_was_written_twice(&database, &name).await;
        }
        for zombie in team.wake(None) {
            end_of(zombie).await;
        }
        assert!(is_enough(hit, times), "only {hit} strikes in {times} runs");
        drop(team);
        vendor.finish();
        twin.database.drop().await;
    }

    /// One run by its pieces; returns how many strikes hit it.
    async fn in_pieces(
        self,
        team: &mut Team<'_>,
        chance: Chance,
        expected: &BTreeMap<&'static str, usize>,
        name: &str,
    ) -> u64 {
        let mut hit = 0;
        let mut tally = Tally { asked: team.vendor.asked(), more: 0, epochs: HashMap::new() };
        let of_piece = |what: &str| (Strike::by(chance, what, 64), chance);
        let begun = team.piece("begin", &[], of_piece("begin"), name).await;
        let run = begun["run"].to_string();
        let run = run.as_str();
        let mut started = 0;
        let mut worker = |team: &Team<'_>| {
            started += 1;
            let name = format!("worker {started}");
            (team.worker(run, &name, LEASE), name)
        };
        let mut workers: Vec<(Child, String)> = (0..WORKERS).map(|_| worker(team)).collect();
        let mut awake = Vec::new();
        let steps = begun["resources"].as_array().expect("a list of resources");
        for (at, step) in steps.iter().enumerate() {
            let of = step["resource"].as_str().expect("a name");
            let args = ["--run", run, "--of", of];
            let some = expected.get(of).copied().unwrap_or(1).max(1) as u64;
            let due = chance.below(&format!("requests {at}"), some);
            let due = team.vendor.asked() + 1 + usize::try_from(due).unwrap_or(0);
            let strike = of_piece(&format!("prepare {at}"));
            hit += u64::from(strike.0.is_some());
            team.piece("prepare", &[&args[..], &["--workers", "3"]].concat(), strike, name).await;
            let mut strike = Strike::by(chance, &format!("what {at}"), 20);
            let begun = Instant::now();
            while tally.look(team, run).await > 0 {
                for one in &mut workers {
                    if let Some(status) = one.0.try_wait().expect("it can be waited for") {
                        could_not_begin(status, &one.1, name);
                        *one = worker(team);
                    }
                }
                assert!(begun.elapsed() < PATIENCE, "{name}: `{of}` is not read");
                if let Some(what) = strike.take_if(|_| team.vendor.asked() >= due) {
                    hit += 1;
                    let which = chance.below(&format!("which {at}"), WORKERS as u64);
                    let which = usize::try_from(which).unwrap_or(0);
                    match what {
                        Strike::Kill => {
                            kill(&mut workers[which].0);
                            workers[which] = worker(team);
                        }
                        Strike::Freeze => {
                            signal(&workers[which].0, "STOP");
                            let (zombie, _) = std::mem::replace(&mut workers[which], worker(team));
                            team.zombies.push(zombie);
                        }
                        _ => team.strike_database(what, chance, name).await,
                    }
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if chance.below(&format!("wakes {at}"), 3) == 0 {
                awake.extend(team.wake(Some((chance, of))));
            }
            let strike = of_piece(&format!("settle {at}"));
            hit += u64::from(strike.0.is_some());
            team.piece("settle", &args, strike, name).await;
        }
        let report = team.piece("finish", &["--run", run], of_piece("finish"), name).await;
        assert_eq!(report["verdict"], "complete", "{name}: {report}");
        awake.extend(team.wake(Some((chance, "at the end"))));
        // Each has some requests under way, and asks some more before it notices.
        tally.more += awake.len() * 2 * AT_A_TIME;
        for child in awake {
            end_of(child).await;
        }
        for (child, who) in workers {
            let ended = end_of(child).await;
            if !ended.status.success() {
                could_not_begin(ended.status, &who, name);
            }
        }
        let (asked, expected) =
            (team.vendor.asked() - tally.asked, expected.values().sum::<usize>());
        let most = expected + tally.more;
        assert!(
            asked <= most,
            "{name}: {asked} requests in place of {expected}, and {most} at the most"
        );
        hit
    }
}

impl Tally {
    /// Looks who reads what; says how many parts are not read to their end. Where a part has
    /// another worker, what was under way of it may be asked for again.
    async fn look(&mut self, team: &Team<'_>, run: &str) -> usize {
        let parts = format!(
            "select resource, shard, epoch, after, upto, state, coalesce((tally -> 'evidence' ->> 'pages')::bigint, 0) as pages \
             from sync.shards where run_id = {run}"
        );
        let parts = team.database.rows(&parts).await;
        for part in &parts {
            let number = |name: &str| part[name].as_i64().expect("a number");
            let of = part["resource"].as_str().expect("a name");
            let epoch = number("epoch");
            let known =
                self.epochs.insert((of.to_owned(), number("shard")), epoch).unwrap_or(epoch);
            if epoch <= known.max(1) {
                continue;
            }
            let requests = team.vendor.requests_behind(self.asked);
            let key = |name: &str| part[name].as_str().map(str::to_owned);
            let (after, upto) = (key("after"), key("upto"));
            let is_of_part = |request: &&crate::Request| {
                request.resource == Some(of)
                    && request.partition.as_ref().is_none_or(|partition| {
                        after.as_ref().is_none_or(|after| partition > after)
                            && upto.as_ref().is_none_or(|upto| partition <= upto)
                    })
            };
            let asked = requests.iter().filter(is_of_part).count();
            let pages = usize::try_from(number("pages")).unwrap_or(0);
            // A worker that only lost the part asks a little more before it notices.
            self.more += asked.saturating_sub(pages) + AT_A_TIME;
        }
        parts.iter().filter(|part| part["state"] == "open").count()
    }
}

/// A worker ends before its run does only if it has found no database when it began.
fn could_not_begin(status: ExitStatus, who: &str, name: &str) {
    assert_eq!(status.code(), Some(2), "{name}: {who} ended with {status}");
}

/// A run that one process conducts, which starts workers; and again, until it comes to its good end.
async fn conducted(
    team: &mut Team<'_>,
    chance: Chance,
    expected: &BTreeMap<&'static str, usize>,
    name: &str,
) -> u64 {
    let mut strike = Strike::by(chance, "conducted", 10);
    let of_worker = chance.below("whom", 2) == 0;
    let hit = u64::from(strike.is_some());
    let due = chance.below("requests", expected.values().sum::<usize>().max(1) as u64);
    let due = team.vendor.asked() + 1 + usize::try_from(due).unwrap_or(0);
    let mut said = String::new();
    for _ in 0..6 {
        let sync = ["sync", "--workers", "3", "--wait", "--json"];
        let child = team.command(&sync).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the program was built");
        while let Some(what) = strike {
            let running = child.try_wait().expect("it can be waited for").is_none();
            if running && team.vendor.asked() < due {
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
            strike = None;
            let workers = started_by(&child);
            let worker = workers.first().copied().filter(|_| of_worker);
            match (what, worker) {
                (Strike::Kill, Some(worker)) => signal_to(worker, "KILL"),
                (Strike::Kill, None) => child.kill().expect("it can be killed"),
                (Strike::Freeze, _) => {
                    // Its workers go on, and wait for it.
                    signal(&child, "STOP");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    signal(&child, "CONT");
                }
                _ => team.strike_database(what, chance, name).await,
            }
        }
        let ended = end_of(child).await;
        if ended.status.success() {
            return hit;
        }
        let [error, report] =
            [&ended.stderr, &ended.stdout].map(|said| String::from_utf8_lossy(said));
        said = format!("{}: {error}{report}", ended.status);
    }
    panic!("{name}: no run comes to a good end: {said}");
}
