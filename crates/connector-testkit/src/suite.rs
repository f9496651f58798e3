//! The suite that every connector passes: its declaration, its tables and its
//! fixtures belong together, and syncing them twice writes once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use connector_core::{Connection, Connector, DOCUMENTED, DateTime, Report, Verdict};
use serde_json::Value;

use crate::{Content, Database, Vendor, beyond_migrations};

/// A connector to be tried with one preset.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The connector, as it is declared.
    pub connector: &'static Connector,
    /// The preset.
    pub preset: &'static str,
    /// Values of the parameters that it needs.
    pub params: &'static [(&'static str, &'static [&'static str])],
    /// Whether its crate has `document.json` and `fields.json`, which it is held against.
    pub has_document: bool,
}

/// What a sync from the fixtures came to.
#[derive(Debug)]
pub struct Synced {
    /// The rows of each table, in the order of their keys.
    pub tables: Vec<(&'static str, String)>,
    /// The requests, one a line, resource after resource.
    pub requests: String,
}

impl Suite {
    /// The connector as its document describes it.
    pub const fn documented(connector: &'static Connector) -> Self {
        Self { connector, preset: DOCUMENTED, params: &[], has_document: true }
    }

    /// The connector as its live API is.
    pub const fn live(connector: &'static Connector) -> Self {
        Self { preset: "live", ..Self::documented(connector) }
    }

    /// Sets parameters that the connector needs.
    #[must_use]
    pub const fn with(
        mut self,
        params: &'static [(&'static str, &'static [&'static str])],
    ) -> Self {
        self.params = params;
        self
    }

    /// Says that the vendor has published nothing that the connector could be held against.
    #[must_use]
    pub const fn without_document(mut self) -> Self {
        self.has_document = false;
        self
    }

    /// Syncs from the fixtures, twice, and checks that the second time writes nothing.
    pub async fn sync_fixtures(self) -> Synced {
        let vendor = self.vendor();
        let database = Database::create().await;
        let connection = self.connection(&vendor, &database);
        let report = sync(&connection).await;
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        let tables = self.tables(&database).await;
        let requests = self.requests(&vendor);
        let before = versions(self.connector, &database).await;
        let again = sync(&connection).await;
        let written: u64 = again.resources.iter().map(|r| r.inserted + r.updated + r.deleted).sum();
        assert_eq!((again.verdict, written), (Verdict::Complete, 0), "{}", again.to_text());
        assert_eq!(before, versions(self.connector, &database).await, "a row was written again");
        vendor.finish();
        database.drop().await;
        Synced { tables, requests }
    }

    /// Checks that the tables which the migrations make are those of the models.
    pub async fn models_and_tables_agree(self) {
        let database = Database::create().await;
        assert_eq!(beyond_migrations(self.connector, &database).await, "");
        database.drop().await;
    }

    /// The connector as the preset has it.
    pub(crate) fn resolved(self) -> &'static Connector {
        self.connector.with_preset(self.preset).expect("the preset is one of the connector's")
    }

    pub(crate) fn vendor(self) -> Vendor {
        self.vendor_at(0)
    }

    /// The same at a port, or at any that is free.
    pub(crate) fn vendor_at(self, port: u16) -> Vendor {
        let folder = fixtures().join(self.connector.name);
        let content = Content::fixtures(&folder);
        let content = if self.preset == DOCUMENTED {
            content
        } else {
            content.and_fixtures(folder.join(self.preset))
        };
        Vendor::start_at(port, self.resolved(), content)
            .expect("the port is free and the fixtures can be read")
    }

    pub(crate) fn connection(self, vendor: &Vendor, database: &Database) -> Connection {
        let url = Some(database.url().into());
        let connection =
            Connection::to(self.resolved(), vendor.base_url(), vendor.key().into(), url);
        let connection =
            connection.expect("the vendor's address is on this machine").without_rate_limit();
        self.params.iter().fold(connection, |connection, (name, values)| {
            connection.with_param(name, values).expect("the parameter is one of the connector's")
        })
    }

    async fn tables(self, database: &Database) -> Vec<(&'static str, String)> {
        let mut tables = Vec::new();
        for resource in self.connector.resources {
            let key: Vec<String> = resource
                .key_columns()
                .map(|name| format!("\"{name}\"::text collate \"C\""))
                .collect();
            // A fingerprint's key is a database's own.
            let query = format!(
                "select regexp_replace((to_jsonb(t) - '{{_run_id,_first_seen_at,_last_changed_at}}'::text[])::text, \
                 'hmac:[0-9a-f]{{32}}', 'hmac:…', 'g')::jsonb as row from {}.\"{}\" t order by {}",
                self.connector.name,
                resource.table,
                key.join(", ")
            );
            let rows: Vec<Value> =
                database.rows(&query).await.into_iter().map(|mut row| row["row"].take()).collect();
            tables.push((
                resource.table,
                serde_json::to_string_pretty(&rows).expect("rows are JSON"),
            ));
        }
        tables
    }

    fn requests(self, vendor: &Vendor) -> String {
        let requests = vendor.requests();
        let mut lines = Vec::new();
        for resource in self.connector.resources {
            let of = requests.iter().filter(|request| request.resource == Some(resource.name));
            // Partitions are asked for side by side, and so are resources that share a
            // path; the pages of one walk come in order.
            let mut times = HashMap::new();
            let mut own: Vec<_> = of
                .map(|request| {
                    let line = format!("  {request}");
                    let time: &mut u32 = times.entry(line.clone()).or_default();
                    *time += 1;
                    (&request.path, &request.partition, *time, line)
                })
                .collect();
            own.sort_by_key(|(path, partition, time, _)| (*path, *partition, *time));
            lines.push(format!("{}:", resource.name));
            lines.extend(own.into_iter().map(|(.., line)| line));
        }
        lines.join("\n")
    }
}

/// The workspace's fixtures.
fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

pub(crate) async fn sync(connection: &Connection) -> Report {
    let started_at = DateTime::from_timestamp(1_750_000_000, 0).expect("a time in 2025");
    let report = connector_core::sync(connection, started_at).await;
    let report = report.expect("the vendor and the database are there");
    assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
    report
}

/// Which transaction wrote each row, and where it stands: a row that was written again has others.
async fn versions(connector: &Connector, database: &Database) -> Vec<Value> {
    let mut versions = Vec::new();
    for resource in connector.resources {
        let query = format!(
            "select xmin::text, ctid::text from {}.\"{}\" order by ctid",
            connector.name, resource.table
        );
        versions.extend(database.rows(&query).await);
    }
    versions
}

/// The tests that every connector passes: with its declaration, its preset `live` if it has one,
/// and the path of its program.
///
/// What comes into the tables is compared with `insta`'s snapshots, beside the file that says this.
#[macro_export]
macro_rules! suite {
    (compare $preset:literal, $synced:expr) => {
        let $crate::Synced { requests, tables } = $synced;
        $crate::insta::assert_snapshot!(concat!($preset, "-requests"), requests);
        for (table, rows) in tables {
            $crate::insta::assert_snapshot!(format!("{}-{table}", $preset), rows);
        }
    };
    ($documented:expr, $live:expr, $program:expr) => {
        $crate::suite!($documented, $program);

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_live_fixtures_fill_the_tables_once() {
            $crate::suite!(compare "live", $live.sync_fixtures().await);
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_tables_follow_the_live_vendor() {
            $live.tables_follow_the_vendor().await;
        }
    };
    ($documented:expr, $program:expr) => {
        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_tables_are_those_of_the_models() {
            $documented.models_and_tables_agree().await;
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_documented_fixtures_fill_the_tables_once() {
            $crate::suite!(compare "documented", $documented.sync_fixtures().await);
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_tables_follow_the_documented_vendor() {
            $documented.tables_follow_the_vendor().await;
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_requests_are_those_of_the_document() {
            $documented.requests_are_those_of_the_document(env!("CARGO_MANIFEST_DIR")).await;
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_program_survives_kills() {
            $documented.survives_kills($program).await;
        }

        #[$crate::tokio::test(crate = "connector_testkit::tokio")]
        async fn the_program_survives_lost_connections() {
            $documented.survives_lost_connections($program).await;
        }

        #[test]
        fn no_field_lacks_a_column() {
            $documented.no_field_lacks_a_column(env!("CARGO_MANIFEST_DIR"));
        }
    };
}
