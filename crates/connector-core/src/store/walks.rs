//! What is known of the listings of a table, and of the walks through them.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgTransaction};

use super::sql::BY_HASH;
use super::table::{Origin, Table};
use crate::error::Result;
use crate::walk::Partition;

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

    /// When the run began in which a listing was last proved whole.
    pub(crate) async fn last_whole(&self, partition: &Partition) -> Result<Option<DateTime<Utc>>> {
        self.store
            .patiently(|| async move {
                sqlx::query_scalar(
                    "select r.started_at from sync.state s join sync.runs r on r.run_id = s.whole_run_id \
                     where s.connection = $1 and s.resource = $2 and s.partition = $3",
                )
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(partition.id())
                .fetch_optional(&mut *self.store.session().await?)
                .await
                .map_err(|error| self.failed("looking for the last whole walk", error))
            })
            .await
    }

    /// Those of these listings that are not asked for: they were read whole in the run that this
    /// one goes on with, or another worker has asked for them in this one, which comes with each.
    pub(crate) async fn known(&self, partitions: &[String]) -> Result<Vec<(String, bool)>> {
        if self.store.continues.is_none() && !self.shard.was_begun() {
            return Ok(Vec::new());
        }
        self.store
            .patiently(|| async move {
                sqlx::query_as(
                    "select partition, coalesce(ended_run_id = $5, false) from sync.state where connection = $1 and resource = $2 \
                     and partition = any($3) and (ended_run_id = $5 or position is null and whole_run_id >= $4)",
                )
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(partitions)
                .bind(self.store.continues)
                .bind(self.store.run_id)
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
        self.refused().remove(&partition.id());
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
        let range = (self.shard.after.as_deref(), self.shard.upto.as_deref());
        self.note_all(&mut transaction, range).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)
        }).await
    }

    /// Notes what walks of a range have seen that began with an empty table: all that it has now.
    pub(super) async fn note_all(
        &self,
        transaction: &mut PgTransaction<'_>,
        (after, upto): (Option<&str>, Option<&str>),
    ) -> sqlx::Result<()> {
        sqlx::raw_sql(BY_HASH).execute(&mut **transaction).await?;
        sqlx::query(AssertSqlSafe(self.statements.note_all.as_str()))
            .bind(&self.store.schema)
            .bind(self.resource.name)
            .bind(self.store.run_id)
            .bind(after)
            .bind(upto)
            .execute(&mut **transaction)
            .await
            .map(drop)
    }
}
