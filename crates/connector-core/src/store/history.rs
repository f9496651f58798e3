//! Which tables have a history, and what is made beside them for it.
//!
//! A history is made when it is turned on, and stays when it is turned off: each version that
//! began before that is still closed when it is replaced, so that what was known of a time is
//! known for good. A table that never had one costs nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

use super::migrate::{MIGRATIONS_LOCK, NOT_WAITED_FOR};
use super::sql::{Beside, Made, ident};
use super::{Plan, Store};
use crate::error::{Error, ErrorKind, Result};
use connector_spec::{Connector, Resource};

/// How much of a history is kept; everything, where nothing is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// The days for which a version is kept after its end.
    pub days: Option<u32>,
    /// How many closed versions of a row are kept.
    pub versions: Option<u32>,
}

/// The history of one table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct History {
    /// Only versions that began before this time are closed; all, as long as it is on.
    pub(super) until: Option<DateTime<Utc>>,
    /// How many closed versions of a row it is known to have at the most.
    pub(super) kept: Option<i64>,
    pub(super) keep: Keep,
}

impl History {
    /// How many closed versions of a row are kept.
    pub(super) fn versions(&self) -> Option<i64> {
        self.keep.versions.map(i64::from)
    }
}

/// What the database has of a history.
struct Found {
    resource: String,
    /// The columns of its table, and of its view.
    columns: Option<Vec<String>>,
    shown: Option<Vec<String>>,
    /// The newest of the times that are known, if a run has noted some.
    since: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
    keep_versions: Option<i64>,
}

/// Looks for the histories of these tables. Binds the connection, and the names of resources
/// and of what stands beside their tables.
const LOOK: &str = "select e.resource, h.since, h.until, h.keep_versions, \
     (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns, \
     (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped) as shown \
     from unnest($2::text[], $3::text[], $4::text[]) as e (resource, history, versions) \
     left join pg_class c on c.relnamespace = to_regnamespace($5) and c.relname = e.history \
     left join pg_class v on v.relnamespace = to_regnamespace($5) and v.relname = e.versions \
     left join lateral (select * from sync.history h where h.connection = $1 and h.resource = e.resource order by h.since desc limit 1) h on true \
     where c.oid is not null or e.resource = any ($6)";

/// What is to be done about histories.
#[derive(Default)]
pub(super) struct Work {
    statements: Vec<String>,
    /// The resources whose histories are new, get more columns, go on, and end.
    new: Vec<&'static str>,
    wider: Vec<&'static str>,
    begins: Vec<&'static str>,
    ends: Vec<&'static str>,
}

impl Work {
    /// Whether the history of a resource is not there yet as it is to be.
    pub(super) fn is_about(&self, resource: &str) -> bool {
        self.new.contains(&resource) || self.widens(resource)
    }

    /// Whether the history of a resource gets more columns.
    pub(super) fn widens(&self, resource: &str) -> bool {
        self.wider.contains(&resource)
    }
}

impl Store {
    /// Finds the histories that resources have or are to have, and what is to be done about them.
    pub(super) async fn histories_of(
        &self,
        plan: &Plan<'_>,
    ) -> Result<(BTreeMap<&'static str, History>, Work)> {
        let Plan { connector, histories: on, reads, .. } = plan;
        let found = self.look_for_histories(&mut *self.session().await?, connector, on).await?;
        let (mut histories, mut work) = (BTreeMap::new(), Work::default());
        for found in found {
            let Some(resource) = connector.resource(&found.resource) else { continue };
            if found.columns.is_none() && !reads.contains(&resource.name) {
                // Its rows cannot change before it is read.
                continue;
            }
            let keep = on.get(resource.name).copied();
            if let Some(history) = self.history_of(resource, &found, keep, &mut work)? {
                histories.insert(resource.name, history);
            }
        }
        Ok((histories, work))
    }

    async fn look_for_histories(
        &self,
        session: &mut PgConnection,
        connector: &Connector,
        on: &BTreeMap<&'static str, Keep>,
    ) -> Result<Vec<Found>> {
        let names: Vec<&str> = connector.resources.iter().map(|resource| resource.name).collect();
        let beside = connector.resources.iter().map(|resource| Beside::of(resource.table));
        let (history, versions): (Vec<String>, Vec<String>) =
            beside.map(|beside| (beside.history, beside.versions)).unzip();
        let on: Vec<&str> = on.keys().copied().collect();
        sqlx::query(LOOK)
            .bind(&self.schema)
            .bind(&names)
            .bind(&history)
            .bind(&versions)
            .bind(ident(&self.schema))
            .bind(&on)
            .try_map(|row: PgRow| {
                Ok(Found {
                    resource: row.try_get("resource")?,
                    columns: row.try_get("columns")?,
                    shown: row.try_get("shown")?,
                    since: row.try_get("since")?,
                    until: row.try_get("until")?,
                    keep_versions: row.try_get("keep_versions")?,
                })
            })
            .fetch_all(session)
            .await
            .map_err(failed)
    }

    /// What one table has, and what is to be done about it.
    fn history_of(
        &self,
        resource: &'static Resource,
        found: &Found,
        keep: Option<Keep>,
        work: &mut Work,
    ) -> Result<Option<History>> {
        let made = Made::of(&self.schema, resource);
        let Some(columns) = &found.columns else {
            work.statements.extend(made.create());
            work.new.push(resource.name);
            work.begins.push(resource.name);
            let keep = keep.unwrap_or_default();
            return Ok(Some(History { until: None, kept: None, keep }));
        };
        if found.since.is_none() {
            // Somebody else made it, and nobody asks for ours.
            let Some(_) = keep else { return Ok(None) };
            let table = Beside::of(resource.table).history;
            let what = format!("`{table}` is there already, and no sync made it");
            return Err(Error::new(ErrorKind::Storage, what)
                .at("schema", &self.schema)
                .next("rename it, or turn `history` off for its resource"));
        }
        let wider = made.widen(columns, found.shown.as_deref().unwrap_or_default());
        if !wider.is_empty() {
            work.wider.push(resource.name);
        }
        work.statements.extend(wider);
        let until = match (keep, found.until) {
            (Some(_), Some(_)) => {
                work.begins.push(resource.name);
                None
            }
            (Some(_), None) => None,
            (None, None) => {
                work.ends.push(resource.name);
                Some(self.started_at)
            }
            (None, Some(until)) => Some(until),
        };
        Ok(Some(History { until, kept: found.keep_versions, keep: keep.unwrap_or_default() }))
    }

    /// Makes what is missing, and notes what begins and ends with this run.
    pub(super) async fn make_histories(&mut self, work: Work) -> Result<()> {
        if work.statements.is_empty() && work.begins.is_empty() && work.ends.is_empty() {
            return Ok(());
        }
        let mut session = self.session().await?;
        let mut transaction = session.begin().await.map_err(failed)?;
        for begin in [NOT_WAITED_FOR, MIGRATIONS_LOCK] {
            sqlx::query(begin).execute(&mut *transaction).await.map_err(failed)?;
        }
        sqlx::raw_sql(AssertSqlSafe(work.statements.join("\n")))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
        for (note, resources) in [
            // Of tables that somebody dropped, nothing is known any more.
            (
                "delete from sync.history where connection = $1 and resource = any ($2) and $3 is not null",
                &work.new,
            ),
            (
                "insert into sync.history (connection, resource, since) select $1, unnest($2::text[]), $3 \
              on conflict (connection, resource, since) do update set until = null",
                &work.begins,
            ),
            (
                "update sync.history set until = greatest($3, since) where connection = $1 and resource = any ($2) and until is null",
                &work.ends,
            ),
        ] {
            sqlx::query(note)
                .bind(&self.schema)
                .bind(resources)
                .bind(self.started_at)
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        drop(session);
        if let Some(ddl) = &mut self.ddl {
            ddl.extend(work.statements);
        }
        Ok(())
    }
}

fn failed(error: sqlx::Error) -> Error {
    Error::storage("making the history of tables", error)
}
