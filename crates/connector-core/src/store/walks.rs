//! What is known of the listings of a table, and of the walks through them.

use std::collections::HashMap;
use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgTransaction};

use super::sql::BY_HASH;
use super::table::{Origin, Table};
use crate::error::Result;
use crate::walk::{Bookmark, Partition};

/// The most unfinished walks of one resource that a run goes on with.
const MAX_OPEN_WALKS: i64 = 1_000;

impl Table<'_> {
    /// The number of rows that a positional listing is known to have, and the last of them,
    /// unless rows before it are missing, as a person may have deleted some.
    pub(crate) async fn known_rows(&self, partition: &Partition) -> Result<Option<(u64, u64)>> {
        self.store.patiently(|| async move {
        let failed = |error| self.failed("counting rows", error);
        let Some(statement) = &self.statements.count_positions else { return Ok(None) };
        let tail: Option<Option<i64>> = sqlx::query_scalar(
            "select tail from sync.state where connection = $1 and resource = $2 and partition = $3 and position is null",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(partition.id())
        .fetch_optional(&mut *self.store.session().await?)
        .await
        .map_err(failed)?;
        let Some(tail) = tail.flatten() else { return Ok(None) };
        let rows: Option<i64> = sqlx::query_scalar(AssertSqlSafe(statement.as_str()))
            .bind(&partition.values)
            .fetch_one(&mut *self.store.session().await?)
            .await
            .map_err(failed)?;
        Ok(rows.map(|rows| (rows.unsigned_abs(), tail.cast_unsigned())))
        }).await
    }

    /// Whether a listing has rows that are not deleted.
    pub(crate) async fn has_rows(&self, partition: &Partition) -> Result<bool> {
        self.store
            .patiently(|| async move {
                let exists = format!("select exists ({})", self.statements.count_live);
                sqlx::query_scalar(AssertSqlSafe(exists))
                    .bind(&partition.values)
                    .fetch_one(&mut *self.store.session().await?)
                    .await
                    .map_err(|error| self.failed("looking for rows", error))
            })
            .await
    }

    /// How far the cursor reached in a complete walk.
    pub(crate) async fn cursor_reached(
        &self,
        partition: &Partition,
    ) -> Result<Option<DateTime<Utc>>> {
        self.store.patiently(|| async move {
        let reached: Option<Option<DateTime<Utc>>> = sqlx::query_scalar(
            "select cursor_reached from sync.state where connection = $1 and resource = $2 and partition = $3",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(partition.id())
        .fetch_optional(&mut *self.store.session().await?)
        .await
        .map_err(|error| self.failed("reading the cursor", error))?;
        Ok(reached.flatten())
        }).await
    }

    /// The walks that earlier runs did not end and that are young enough to go on with.
    ///
    /// What is known of all others is forgotten, together with what they have seen: a walk
    /// that went on without the one would mark rows deleted, or without the other miss some.
    /// Of listings that are asked for in another way, of an empty table, and where everything
    /// is to be read `anew`, nothing is known at all, but that they were missing.
    pub(crate) async fn open_walks(
        &self,
        since: Option<DateTime<Utc>>,
        anew: bool,
    ) -> Result<HashMap<String, Bookmark>> {
        self.store.patiently(|| async move {
            let failed = |error| self.failed("looking for unfinished walks", error);
            let (schema, resource) = (&self.store.schema, self.resource.name);
            let mut session = self.store.session().await?;
            let mut transaction = session.begin().await.map_err(failed)?;
            self.check_fence(&mut transaction).await?;
            let forget = format!(
                "with unknown as (select connection, resource, partition, missing_run_id from sync.state \
                 where connection = $1 and resource = $2 and ($3 or asked <> all($4) or not exists (select from {}))), \
                 forgotten as (delete from sync.state s using unknown u where u.missing_run_id is null \
                 and s.connection = u.connection and s.resource = u.resource and s.partition = u.partition) \
                 update sync.state s set position = null, cursor_reached = null, tail = null, whole_run_id = null, unnoted = false \
                 from unknown u where u.missing_run_id is not null \
                 and s.connection = u.connection and s.resource = u.resource and s.partition = u.partition",
                self.statements.table
            );
            sqlx::query(AssertSqlSafe(forget))
                .bind(schema)
                .bind(resource)
                .bind(anew)
                .bind(self.request.stored().as_slice())
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
            let rows: Vec<(String, serde_json::Value, bool)> = sqlx::query_as(
                "select partition, position, unnoted from sync.state \
                 where connection = $1 and resource = $2 and position is not null and updated_at >= $3 limit $4",
            )
            .bind(schema)
            .bind(resource)
            .bind(since.unwrap_or(DateTime::<Utc>::MAX_UTC))
            .bind(MAX_OPEN_WALKS)
            .fetch_all(&mut *transaction)
            .await
            .map_err(failed)?;
            let are_noted = rows.iter().all(|(_, _, unnoted)| !unnoted);
            // Another version of the program may have written it in another way.
            let open: HashMap<String, Bookmark> = rows
                .into_iter()
                .filter_map(|(partition, place, _)| {
                    Some((partition, serde_json::from_value(place).ok()?))
                })
                .collect();
            let kept: Vec<&str> = open.keys().map(String::as_str).collect();
            for forget in [
                "update sync.state set position = null, unnoted = false \
                 where connection = $1 and resource = $2 and position is not null and not partition = any($3)",
                "delete from sync.seen where connection = $1 and resource = $2 and not partition = any($3)",
            ] {
                sqlx::query(forget)
                    .bind(schema)
                    .bind(resource)
                    .bind(&kept)
                    .execute(&mut *transaction)
                    .await
                    .map_err(failed)?;
            }
            if !are_noted {
                self.note_all(&mut transaction).await.map_err(failed)?;
            }
            transaction.commit().await.map_err(failed)?;
            Ok(open)
        })
        .await
    }

    /// Those of these listings that were read whole in the run that this one goes on with.
    pub(crate) async fn known(&self, partitions: &[String]) -> Result<Vec<String>> {
        self.store
            .patiently(|| async move {
                let Some(since) = self.store.continues else { return Ok(Vec::new()) };
                sqlx::query_scalar(
                    "select partition from sync.state where connection = $1 and resource = $2 \
             and partition = any($3) and position is null and whole_run_id >= $4",
                )
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(partitions)
                .bind(since)
                .fetch_all(&mut *self.store.session().await?)
                .await
                .map_err(|error| self.failed("looking for what was read before", error))
            })
            .await
    }

    /// Forgets where a walk is and what it has seen, because it begins again.
    ///
    /// Of a pass of this run, the keys are kept aside: an older copy in the next one must not win.
    pub(crate) async fn forget_walk(&self, partition: &Partition, in_this_run: bool) -> Result<()> {
        // What its first pass brought may be gone in the second one.
        self.set_origin(Origin::Before);
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).remove(&partition.id());
        self.store.patiently(|| async move {
        let failed = |error| self.failed("beginning a walk again", error);
        let mut session = self.store.session().await?;
            let mut transaction = session.begin().await.map_err(failed)?;
        self.check_fence(&mut transaction).await?;
        let forget_seen = if in_this_run && self.resource.version.is_some() {
            "update sync.seen set partition = partition || ' ' where connection = $1 and resource = $2 and partition = $3"
        } else {
            "delete from sync.seen where connection = $1 and resource = $2 and partition = $3"
        };
        for forget in [
            forget_seen,
            "update sync.state set position = null, unnoted = false where connection = $1 and resource = $2 and partition = $3",
        ] {
            sqlx::query(forget)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(partition.id())
                .execute(&mut *transaction)
                .await
                .map_err(failed)?;
        }
        self.note_all(&mut transaction).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
        }).await
    }

    /// Notes what walks have seen that began with an empty table: all that it has now.
    async fn note_all(&self, transaction: &mut PgTransaction<'_>) -> sqlx::Result<()> {
        sqlx::raw_sql(BY_HASH).execute(&mut **transaction).await?;
        sqlx::query(AssertSqlSafe(self.statements.note_all.as_str()))
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(self.store.run_id)
            .execute(&mut **transaction)
            .await
            .map(drop)
    }
}
