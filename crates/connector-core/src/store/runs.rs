//! What a run leaves behind besides rows: its record, and that of its resources.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::postgres::types::PgInterval;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::joined::RUN_LEASE;
use super::{Plan, Store, fingerprint_keys, ident, other_connector, other_scope};
use crate::error::{Error, Result};
use crate::foreign::keep_secret;
use crate::read::secret::FingerprintKey;
use crate::verdict::{ResourceReport, Verdict};
use connector_spec::Connector;

/// The values by which a vendor told whose rows they are, by resource.
type Owner = BTreeMap<String, BTreeSet<String>>;

/// A run that began: its number, the key of fingerprints, and whose rows there are.
type Begun = (i64, FingerprintKey, Owner);

impl Store {
    /// That the schema is another connector's, if that is known.
    pub(super) async fn other_connector(&self, connector: &Connector) -> Option<Error> {
        let mut session = self.session().await.ok()?;
        let query = "select connector from sync.connections where connection = $1";
        let owner: String =
            sqlx::query_scalar(query).bind(&self.schema).fetch_one(&mut *session).await.ok()?;
        (owner != connector.name).then(|| other_connector(&self.schema, &owner))
    }

    /// Records a new run, which from now on is the only one that may write.
    pub(super) async fn begin_run(&self, plan: &Plan<'_>) -> Result<Begun> {
        let Plan { connector, preset, .. } = *plan;
        let failed = |error| Error::storage("beginning a run", error);
        let mut session = self.session().await?;
        let mut transaction = session.begin().await.map_err(failed)?;
        let run_id: i64 = sqlx::query_scalar(
            "insert into sync.runs (connection, connector, preset, connector_version, started_at, asked, begun_at, lease_until, job) \
             values ($1, $2, $3, $4, $5, $6, clock_timestamp(), clock_timestamp() + $7, $8) returning run_id",
        )
        .bind(&self.schema)
        .bind(connector.name)
        .bind(preset)
        .bind(env!("CARGO_PKG_VERSION"))
        .bind(self.started_at)
        .bind(&plan.request_hashes[0])
        .bind(plan.leased.then_some(RUN_LEASE).and_then(|lease| PgInterval::try_from(lease).ok()))
        .bind(plan.job)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
        let begin = format!(
            "with made as (insert into sync.fingerprint_keys (connection) values ($1) on conflict do nothing returning key), \
             key as (select key from made union all select key from sync.fingerprint_keys where connection = $1) \
             insert into sync.connections (connection, connector, run_id, scope, resources) values ($1, $2, $3, $4, $6) \
             on conflict (connection) do update set run_id = greatest(connections.run_id, excluded.run_id), \
             scope = case when $5 or connections.scope is null then excluded.scope else connections.scope end, \
             resources = excluded.resources \
             returning connector, (select key from key), scope, {}, owner",
            fingerprint_keys::OPEN
        );
        let (owner, fingerprint_key, scope, open, told): (
            String,
            String,
            String,
            bool,
            Option<Json<Owner>>,
        ) = sqlx::query_as(AssertSqlSafe(begin))
            .bind(&self.schema)
            .bind(connector.name)
            .bind(run_id)
            .bind(&plan.scope)
            .bind(plan.takes_over)
            .bind(&plan.syncs)
            .fetch_one(&mut *transaction)
            .await
            .map_err(failed)?;
        if owner != connector.name {
            return Err(other_connector(&self.schema, &owner));
        }
        if scope != plan.scope {
            return Err(other_scope(&self.schema, &scope, &plan.scope, plan.invocation));
        }
        if open {
            fingerprint_keys::close(&mut transaction).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        keep_secret(&fingerprint_key);
        let told = told.map(|Json(told)| told).unwrap_or_default();
        Ok((run_id, FingerprintKey(fingerprint_key), told))
    }

    /// The first of the interrupted runs that this one goes on with: the one before
    /// it, if that asked for the same, did not come to its end, and is young enough.
    pub(super) async fn interrupted_run(&self, plan: &Plan<'_>) -> Result<Option<i64>> {
        let failed = |error| Error::storage("looking for an interrupted run", error);
        let since =
            plan.resume_within.and_then(|within| self.started_at.checked_sub_signed(within));
        let Some(since) = since else {
            self.forget_parts(None).await?;
            return Ok(None);
        };
        let found: Option<i64> = sqlx::query_scalar(
            "select coalesce(r.continues, r.run_id) from sync.runs r where r.connection = $1 \
             and r.run_id = (select max(run_id) from sync.runs where connection = $1 and run_id < $2) \
             and (r.finished_at is null or r.interrupted) and r.asked = any($3) \
             and greatest(r.started_at, (select max(updated_at) from sync.resources where run_id = r.run_id), \
             (select max(updated_at) from sync.shards where run_id = r.run_id)) >= $4",
        )
        .bind(&self.schema)
        .bind(self.run_id)
        .bind(&plan.request_hashes)
        .bind(since)
        .fetch_optional(&mut *self.session().await?)
        .await
        .map_err(failed)?;
        if let Some(first) = found {
            sqlx::query("update sync.runs set continues = $2 where run_id = $1")
                .bind(self.run_id)
                .bind(first)
                .execute(&mut *self.session().await?)
                .await
                .map_err(failed)?;
        }
        self.forget_parts(found).await?;
        Ok(found)
    }

    /// Forgets the parts of runs before this one and before those that it goes on with.
    async fn forget_parts(&self, continues: Option<i64>) -> Result<()> {
        sqlx::query("delete from sync.shards where connection = $1 and run_id < $2")
            .bind(&self.schema)
            .bind(continues.unwrap_or(self.run_id))
            .execute(&mut *self.session().await?)
            .await
            .map(drop)
            .map_err(|error| Error::storage("forgetting the parts of earlier runs", error))
    }

    /// The resources that are complete already in the interrupted runs that this one goes
    /// on with, and that have rows: those of an empty table may have been taken away. What is
    /// known of one may have been forgotten too, as its table got a new column.
    pub(crate) async fn complete_before(&self, connector: &Connector) -> Result<Vec<String>> {
        let Some(first) = self.continues else { return Ok(Vec::new()) };
        let failed = |error| Error::storage("looking for what is complete already", error);
        let complete: Vec<String> = self
            .patiently(|| async move {
                sqlx::query_scalar(
                    "select distinct resource from sync.resources r \
             where connection = $1 and run_id >= $2 and run_id < $3 and verdict = 'complete' \
             and exists (select from sync.state s where s.connection = r.connection and s.resource = r.resource)",
                )
                .bind(&self.schema)
                .bind(first)
                .bind(self.run_id)
                .fetch_all(&mut *self.session().await?)
                .await
                .map_err(failed)
            })
            .await?;
        let mut with_rows = Vec::new();
        for name in complete {
            let Some(resource) = connector.resource(&name) else { continue };
            let query = format!(
                "select exists (select from {}.{})",
                ident(&self.schema),
                ident(resource.table)
            );
            let query = query.as_str();
            let has_rows: bool = self
                .patiently(|| async move {
                    sqlx::query_scalar(AssertSqlSafe(query))
                        .fetch_one(&mut *self.session().await?)
                        .await
                        .map_err(failed)
                })
                .await?;
            if has_rows {
                with_rows.push(name);
            }
        }
        Ok(with_rows)
    }

    /// Records that a resource begins, or a part of it that is `ranged`; until it ends it
    /// counts as incomplete.
    pub(crate) async fn begin_resource(&self, resource: &str, ranged: bool) -> Result<()> {
        self.patiently(|| async move {
            let mut session = self.session().await?;
            let begun = self.begin_resource_in(&mut session, resource, ranged).await;
            begun.map_err(|error| Error::storage("beginning a resource", error))
        })
        .await
    }

    pub(super) async fn begin_resource_in(
        &self,
        session: &mut PgConnection,
        resource: &str,
        ranged: bool,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "insert into sync.resources (run_id, connection, resource, started_at, ranged) \
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(self.run_id)
        .bind(&self.schema)
        .bind(resource)
        .bind(self.now())
        .bind(ranged)
        .execute(session)
        .await
        .map(drop)
    }

    /// Remembers by which values a resource tells whose rows they are.
    pub(crate) async fn remember_owner(
        &self,
        resource: &str,
        told: &BTreeSet<String>,
    ) -> Result<()> {
        self.patiently(|| async move {
            sqlx::query(
                "update sync.connections set owner = coalesce(owner, '{}') || jsonb_build_object($3::text, $4::jsonb) \
                 where connection = $1 and run_id = $2",
            )
            .bind(&self.schema)
            .bind(self.run_id)
            .bind(resource)
            .bind(Json(told))
            .execute(&mut *self.session().await?)
            .await
            .map(drop)
            .map_err(|error| Error::storage("remembering whose rows they are", error))
        })
        .await
    }

    /// Records how a resource came out.
    pub(crate) async fn end_resource(&self, report: &ResourceReport) -> Result<()> {
        let evidence = serde_json::to_value(&report.evidence).unwrap_or_default();
        let evidence = &evidence;
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        self.patiently(|| async move {
        sqlx::query(
            "update sync.resources set finished_at = clock_timestamp(), verdict = $3, evidence = $4, error = $5, next = $6, \
             requests = $7, pages = $8, bytes = $9, retries = $10, waited_ms = $11, \
             rows_read = $12, inserted = $13, updated = $14, unchanged = $15, quarantined = $16, versions = $17, throttled = $18 where run_id = $1 and resource = $2",
        )
        .bind(self.run_id)
        .bind(report.resource)
        .bind(report.verdict.name())
        .bind(evidence)
        .bind(report.why())
        .bind(report.next.as_deref())
        .bind(count(report.requests))
        .bind(count(report.evidence.pages))
        .bind(count(report.bytes))
        .bind(count(report.retries))
        .bind(count(report.waited_ms))
        .bind(count(report.rows))
        .bind(count(report.inserted))
        .bind(count(report.updated))
        .bind(count(report.unchanged))
        .bind(count(report.quarantined))
        .bind(count(report.versions))
        .bind(count(report.throttled))
        .execute(&mut *self.session().await?)
        .await
        .map(drop)
        .map_err(|error| Error::storage("recording a resource", error))
        }).await
    }

    /// Records how the run came out.
    pub(crate) async fn end_run(&self, verdict: Verdict, interrupted: bool) -> Result<()> {
        self.patiently(|| async move {
        sqlx::query(
            "update sync.runs set finished_at = clock_timestamp(), verdict = $2, interrupted = $3 where run_id = $1",
        )
        .bind(self.run_id)
        .bind(verdict.name())
        .bind(interrupted)
        .execute(&mut *self.session().await?)
        .await
        .map(drop)
        .map_err(|error| Error::storage("recording the run", error))
        }).await
    }
}
