//! A real program, killed anywhere while the vendor changes, and run again.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use connector_core::Resource;
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::follow::{change, with_other_key};
use crate::{Database, Suite, Vendor};

/// How long a program may take before it counts as one that never ends.
const PATIENCE: Duration = Duration::from_mins(2);

/// Numbers that a seed and a place lead to, the same ones each time.
#[derive(Clone, Copy)]
struct Chance {
    seed: u64,
    kill: u64,
}

impl Chance {
    fn below(self, what: &str, most: u64) -> u64 {
        xxh3_64_with_seed(format!("{} {what}", self.kill).as_bytes(), self.seed) % most
    }
}

impl Suite {
    /// Kills a connector's program again and again, lets it come to its end each time,
    /// and compares all tables with what the vendor holds.
    ///
    /// `KILLS` sets how often, and `SEED` where chance begins; a failure names both.
    pub async fn survives_kills(self, program: &str) {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
        let (kills, seed) = (number("KILLS").unwrap_or(8), number("SEED").unwrap_or(1));
        let (vendor, database) = (self.vendor(), Database::create().await);
        vendor.set_page_cap(Some(3));
        vendor.set_latency(Duration::from_millis(1));
        let settings = self.settings(&vendor);
        let run = || start(program, self.connector.name, &settings, &vendor, &database);
        finish(run(), "the first run").await;
        let mut killed = 0;
        for kill in 0..kills {
            let chance = Chance { seed, kill };
            let name = format!("kill {kill} of seed {seed}");
            self.change_something(&vendor, chance, "before");
            killed += u64::from(kill_somewhere(run(), &vendor, &database, chance).await);
            let changes_meanwhile = chance.below("meanwhile", 2) == 0;
            if changes_meanwhile {
                self.change_something(&vendor, chance, "meanwhile");
            }
            finish(run(), &name).await;
            if changes_meanwhile {
                // What changed behind a walk that went on is for the next run.
                finish(run(), &name).await;
            }
            self.compare(&vendor, &database, &name).await;
            let left = database.value("select count(*) from sync.seen").await;
            assert_eq!(left, "0", "{name} left keys behind");
            let lies = "select count(*) from sync.runs where finished_at is not null and verdict = 'complete' \
                        and exists (select from sync.resources where run_id = runs.run_id and verdict <> 'complete')";
            assert_eq!(database.value(lies).await, "0", "{name} left a record that is not true");
        }
        assert!(killed * 2 >= kills, "only {killed} of {kills} runs were killed before their end");
        vendor.finish();
        database.drop().await;
    }

    /// The settings of a connection that commits often.
    fn settings(self, vendor: &Vendor) -> String {
        let line =
            |(name, values): &(&str, &[&str])| format!("{name} = {}", Value::from(values.to_vec()));
        let params = self.params.iter().map(line).collect::<Vec<_>>().join("\n");
        format!(
            "[connections.{0}]\nbase_url = \"{1}\"\nbatch_rows = 4\nrequests_per_second = 100000\npreset = \"{2}\"\n\
             deletes = {{ rows = 1000000 }}\n[connections.{0}.params]\n{params}",
            self.connector.name,
            vendor.base_url(),
            self.preset
        )
    }

    /// Changes a row of each listing, exchanges one for another, or takes one away.
    fn change_something(self, vendor: &Vendor, chance: Chance, when: &str) {
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

fn start(
    program: &str,
    connection: &str,
    settings: &str,
    vendor: &Vendor,
    database: &Database,
) -> Child {
    let file = std::env::temp_dir().join(format!("{}-{connection}.toml", std::process::id()));
    std::fs::write(&file, settings).expect("the temporary folder can be written to");
    let prefix = connection.to_ascii_uppercase();
    Command::new(program)
        .args(["sync", "--wait", "--quiet", "--json", "--config"])
        .arg(&file)
        .env(format!("{prefix}_API_KEY"), vendor.key())
        .env("DATABASE_URL", database.url())
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built")
}

/// Waits for a program's end, which has to be a good one.
async fn finish(child: Child, name: &str) {
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = tokio::time::timeout(PATIENCE, output).await;
    let output =
        output.expect("the program ends").expect("a thread waits").expect("it can be waited for");
    let (said, report) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "after {name}: {}\n{said}\n{report}", output.status);
}

/// Kills a program after some requests, some commits or some time; true if it had not ended by then.
async fn kill_somewhere(
    mut child: Child,
    vendor: &Vendor,
    database: &Database,
    chance: Chance,
) -> bool {
    let begun = Instant::now();
    let requests =
        vendor.requests().len() + usize::try_from(chance.below("requests", 40)).unwrap_or(0);
    let time = Duration::from_millis(chance.below("time", 250));
    let committed = "select coalesce(max(run_id), 0) * 1000 + coalesce((select count(*) from sync.resources r \
                     where r.run_id = (select max(run_id) from sync.runs) and rows_read > 0), 0) from sync.runs";
    let count = async || database.value(committed).await.parse::<u64>().unwrap_or(0);
    let commits = count().await / 1_000 * 1_000 + 1_000 + 1 + chance.below("commits", 6);
    while begun.elapsed() < PATIENCE {
        let due = match chance.below("how", 3) {
            0 => vendor.requests().len() >= requests,
            1 => count().await >= commits,
            _ => begun.elapsed() >= time,
        };
        if due || child.try_wait().expect("it can be waited for").is_some() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let ended = child.try_wait().expect("it can be waited for").is_some();
    // On Unix, this is SIGKILL.
    child.kill().expect("it can be killed");
    child.wait().expect("it can be waited for");
    !ended
}
