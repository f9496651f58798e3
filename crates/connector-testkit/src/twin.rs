//! The same vendor synced without any trouble, beside runs that have some: their tables, their
//! counters and their requests are to be the same.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;

use connector_core::Resource;
use serde_json::Value;

use crate::follow::with_key_of;
use crate::team::{Team, end_of};
use crate::torture::Chance;
use crate::{Database, Suite, Vendor};

/// A database of undisturbed runs.
pub(crate) struct Twin {
    pub(crate) database: Database,
    /// The newest run of each database when the round began.
    before: [i64; 2],
}

impl Twin {
    pub(crate) fn of(database: Database) -> Self {
        Self { database, before: [0; 2] }
    }

    /// Syncs without trouble; returns how many requests that took, by resource.
    pub(crate) async fn sync(
        &mut self,
        team: &Team<'_>,
        settings: &Path,
        name: &str,
    ) -> BTreeMap<&'static str, usize> {
        self.before = [newest(&self.database).await, newest(team.database).await];
        let asked = team.vendor.asked();
        let mut command = team.command_at(&["sync", "--json"], settings, &self.database);
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let output = end_of(child.expect("the program was built")).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}, undisturbed: {said}");
        let mut requests = BTreeMap::new();
        for request in team.vendor.requests_behind(asked) {
            *requests.entry(request.resource.expect("it is explained")).or_default() += 1;
        }
        requests
    }

    /// Compares all that runs leave behind, but their numbers and times.
    pub(crate) async fn compare(
        &self,
        suite: Suite,
        database: &Database,
        in_pieces: bool,
        name: &str,
    ) {
        let [own, other] = self.before;
        for resource in suite.resolved().resources {
            let rows = self.database.rows(&self::rows(suite, resource, own)).await;
            let others = database.rows(&self::rows(suite, resource, other)).await;
            assert_eq!(others, rows, "{name}: `{}` is another one", resource.name);
        }
        if !in_pieces {
            // Of a run that goes on with another one, each has a share.
            return;
        }
        // Whoever goes on with a walk whose last page is in the table reads that once more, and
        // finds its rows unchanged.
        let counted = "select resource, verdict, inserted, updated, deleted, quarantined, evidence -> 'distinct' as of \
                       from sync.resources where run_id = (select max(run_id) from sync.runs) order by resource";
        let (counts, expected) = (database.rows(counted).await, self.database.rows(counted).await);
        assert_eq!(counts, expected, "{name}: the counters differ");
    }
}

/// The rows of a table, and whether they were written after that run.
fn rows(suite: Suite, resource: &Resource, before: i64) -> String {
    let key: Vec<String> =
        resource.key_columns().map(|name| format!("\"{name}\"::text collate \"C\"")).collect();
    // A fingerprint's key is a database's own.
    format!(
        "select regexp_replace((to_jsonb(t) - '{{_run_id,_first_seen_at,_last_changed_at,_deleted_at}}'::text[])::text, \
         'hmac:[0-9a-f]{{32}}', 'hmac:…', 'g') as row, _deleted_at is not null as is_deleted, _run_id > {before} as is_new \
         from {}.\"{}\" t order by {}",
        suite.connector.name,
        resource.table,
        key.join(", ")
    )
}

async fn newest(database: &Database) -> i64 {
    let query = "select case when to_regclass('sync.runs') is null then 0 else 1 end";
    if database.value(query).await == "0" {
        return 0;
    }
    let run = database.value("select coalesce(max(run_id), 0) from sync.runs").await;
    run.parse().expect("a run has a number")
}

/// Lets a database note each row that is written, as a person's trigger would.
pub(crate) async fn note_writes(suite: Suite, database: &Database) {
    let mut notes = "create schema audit; create table audit.round (n bigint); insert into audit.round values (0); \
         create table audit.writes (n bigint, resource text, key text); \
         create function audit.note() returns trigger language plpgsql as $$ begin \
         insert into audit.writes select n, tg_table_name, (select string_agg(to_jsonb(new) ->> name, '/') from unnest(tg_argv) name) \
         from audit.round; return null; end $$;"
        .to_owned();
    for resource in suite.resolved().resources {
        let key: Vec<String> = resource.key_columns().map(|name| format!("'{name}'")).collect();
        let _ = write!(
            notes,
            "create trigger note after insert or update on {}.\"{}\" for each row execute function audit.note({});",
            suite.connector.name,
            resource.table,
            key.join(", ")
        );
    }
    database.execute(&notes).await;
}

/// Fails if a row was written more than once since the last time.
pub(crate) async fn nothing_was_written_twice(database: &Database, name: &str) {
    let twice = "select resource, key, count(*) from audit.writes w join audit.round using (n) \
                 group by resource, key having count(*) > 1";
    let twice: Vec<Value> = database.rows(twice).await;
    assert!(twice.is_empty(), "{name}: these were written more than once: {twice:?}");
    database.execute("update audit.round set n = n + 1").await;
}

/// The tables of a connector, emptied.
pub(crate) async fn empty(suite: Suite, database: &Database) {
    for resource in suite.resolved().resources {
        database
            .execute(&format!("truncate {}.\"{}\"", suite.connector.name, resource.table))
            .await;
    }
}

impl Suite {
    /// Lets a vendor have more of everything: enough for a run that can be struck in its middle.
    pub(crate) fn grow(self, vendor: &Vendor) {
        const PARENTS: usize = 24;
        self.edit_parents(vendor, |resource, items| multiply(resource, items, PARENTS));
        self.edit_all(vendor, |resource, items| {
            if resource.parent.is_some() && !items.is_empty() {
                multiply(resource, items, 2 + items.len() * 2);
            }
        });
    }

    /// Exchanges a row for another one in all that have listings of their own.
    pub(crate) fn exchange_parents(self, vendor: &Vendor, chance: Chance) {
        self.edit_parents(vendor, |resource, items| {
            let at = chance.below(&format!("parent {}", resource.name), items.len() as u64);
            let gone = items.remove(usize::try_from(at).unwrap_or(0));
            items.push(with_key_of(resource, gone, &format!("of{}", chance.time)));
        });
    }

    fn edit_parents(self, vendor: &Vendor, edit: impl Fn(&Resource, &mut Vec<Value>)) {
        let resources = self.resolved().resources;
        for resource in resources {
            let mut parents = resources.iter().filter_map(|child| child.parent);
            if parents.any(|parent| parent.resource == resource.name) {
                vendor.edit(resource.name, |items| edit(resource, items));
            }
        }
    }
}

/// Repeats items with other keys until there are so many.
fn multiply(resource: &Resource, items: &mut Vec<Value>, most: usize) {
    for at in 0.. {
        if items.len() >= most || at >= items.len() {
            return;
        }
        // Each comes of another one, so that all keys differ.
        let other = with_key_of(resource, items[at].clone(), "also");
        items.push(other);
    }
}
