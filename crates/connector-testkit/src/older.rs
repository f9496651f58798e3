//! Tables that an older version of the programs left, and what a run of this one makes of them.

use std::collections::BTreeMap;

use connector_core::{DateTime, Report, Utc, Verdict};
use serde_json::Value;

use crate::follow::{change, with_other_key};
use crate::{Database, Suite, Vendor};

/// The run tables of version 0.1.0, which are the same for all vendors.
const TABLES: &str = include_str!("../data/older/0.1.0-tables.sql");
/// What stands behind the rows in them: keys, an index, a reference.
const KEYS: &str = include_str!("../data/older/0.1.0-keys.sql");

/// Each table's rows by their keys.
type Rows = BTreeMap<(&'static str, String), Value>;

impl Suite {
    /// Goes on with what version 0.1.0 left of this vendor, which was at this port, as SQL: two
    /// runs that came to their ends, the second one with changes, deletions and a row that has
    /// no place, and an interrupted one that reads everything again.
    pub async fn older_tables_are_gone_on_with(self, port: u16, sql: &str) {
        let database = Database::create().await;
        database.execute(&[TABLES, sql, KEYS].join("\n")).await;
        let before = self.stored(&database).await;
        let columns = self.columns(&database).await;
        assert!(before.len() > self.connector.resources.len(), "the older tables have rows");
        let unfinished =
            database.value("select count(*) from sync.state where position is not null").await;
        assert_ne!(unfinished, "0", "an older walk was interrupted");
        let state = "select resource, partition, cursor_reached from sync.state \
                     where cursor_reached is not null order by 1, 2";
        let reached = database.rows(state).await;

        let vendor = self.vendor_at(port);
        self.live_on(&vendor);
        self.live_on_more(&vendor);
        let connection = self.connection(&vendor, &database).allow_deletes();
        let report = connector_core::sync(&connection, minutes(5)).await;
        let report = report.expect("the older tables are brought up to date");
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        assert_eq!(report.continues, Some(3), "the interrupted run is gone on with");
        no_walk_was_made_again(&report);
        nothing_was_lost(&before, &self.stored(&database).await);
        let after = self.columns(&database).await;
        for was in reached {
            // A table that has a new column was read whole, whatever was known of it.
            let of = self.connector.resource(was["resource"].as_str().unwrap_or_default());
            let table = of.expect("no resource was retired").table;
            if columns[table] != after[table] {
                continue;
            }
            let is = format!(
                "select cursor_reached >= '{}' from sync.state where resource = '{}' and partition = '{}'",
                was["cursor_reached"].as_str().unwrap_or_default(),
                was["resource"].as_str().unwrap_or_default(),
                was["partition"].as_str().unwrap_or_default(),
            );
            assert_eq!(database.value(&is).await, "true", "{was} went back");
        }
        // Now everything is asked for, whatever is known.
        let anew = self.connection(&vendor, &database).allow_deletes().full_refresh();
        let report = connector_core::sync(&anew, minutes(6)).await.expect("both are there");
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        self.compare(&vendor, &database, "an upgrade").await;
        vendor.finish();
        database.drop().await;
    }

    /// What the vendor of the older tables did between the first two runs.
    fn live_on(self, vendor: &Vendor) {
        self.edit_all(vendor, |resource, items| {
            items.iter_mut().take(1).for_each(|item| change(resource, item));
            if let Some(item) = items.first().cloned().filter(|_| !resource.singleton) {
                items.push(with_other_key(resource, item));
            }
            if self.is_removable(resource) && items.len() > 2 {
                items.remove(1);
            }
        });
    }

    /// What it did before the third.
    fn live_on_more(self, vendor: &Vendor) {
        self.edit_all(vendor, |resource, items| {
            items.iter_mut().skip(1).take(1).for_each(|item| change(resource, item));
        });
    }

    /// The number of columns of each table.
    async fn columns(self, database: &Database) -> BTreeMap<String, i64> {
        let query = format!(
            "select table_name, count(*) from information_schema.columns where table_schema = '{}' group by 1",
            self.connector.name
        );
        let rows = database.rows(&query).await;
        let name = |row: &Value| row["table_name"].as_str().unwrap_or_default().to_owned();
        rows.iter().map(|row| (name(row), row["count"].as_i64().unwrap_or_default())).collect()
    }

    async fn stored(self, database: &Database) -> Rows {
        let mut all = Rows::new();
        for resource in self.connector.resources {
            let query = format!("select * from {}.\"{}\"", self.connector.name, resource.table);
            for row in database.rows(&query).await {
                let key: Vec<String> =
                    resource.key_columns().map(|name| row[name].to_string()).collect();
                all.insert((resource.table, key.join(", ")), row);
            }
        }
        all
    }
}

/// A time after the older runs, so many minutes after the first of them.
fn minutes(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000 + 60 * minutes, 0).expect("a time in 2025")
}

/// Resources that were complete in the interrupted run are not asked for again, and a
/// walk that it had begun goes on behind what it had read.
fn no_walk_was_made_again(report: &Report) {
    let resumed: u64 = report.resources.iter().map(|resource| resource.evidence.resumed).sum();
    assert!(resumed > 0, "{}", report.to_text());
}

/// Every older row is there, with the times that it had, and was not written unless one of
/// its values is another one.
fn nothing_was_lost(before: &Rows, after: &Rows) {
    for ((table, key), was) in before {
        let is = &after.get(&(*table, key.clone()));
        let is = is.unwrap_or_else(|| panic!("{table} has lost {key}"));
        assert_eq!(was["_first_seen_at"], is["_first_seen_at"], "{table} {key}");
        let Value::Object(fields) = was else { panic!("a row is an object") };
        let own = fields.keys().filter(|name| !name.starts_with('_'));
        let same = own.clone().all(|name| was[name] == is[name]);
        if same && was["_deleted_at"] == is["_deleted_at"] && was["_extra"] == is["_extra"] {
            let new = is.as_object().into_iter().flatten();
            let filled = new.filter(|(name, _)| !fields.contains_key(*name));
            if filled.clone().all(|(_, value)| value.is_null()) {
                assert_eq!(was["_run_id"], is["_run_id"], "{table} {key} was written again");
            }
        }
    }
}
