//! What a commit looks at besides where it is a rehearsal, and rolled back in the end.

use sqlx::{AssertSqlSafe, PgTransaction};

use super::batch::Batch;
use super::table::Table;
use crate::error::Result;
use crate::foreign::Foreign;
use crate::verdict::{Change, Changes};

impl Table<'_> {
    /// What the merge will do with the staged rows.
    pub(super) async fn foresee(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        rows: i64,
    ) -> Result<Changes> {
        let failed = |error| self.failed("looking at what changes", error);
        if batch.staged == 0 {
            return Ok(Changes::default());
        }
        let foresee = &self.statements.foresee;
        let (undeleted, counts): (i64, Vec<i64>) =
            sqlx::query_as(AssertSqlSafe(foresee.count.as_str()))
                .bind(self.store.run_id)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .fetch_one(&mut **transaction)
                .await
                .map_err(failed)?;
        let sample: Vec<(String, Vec<String>)> =
            sqlx::query_as(AssertSqlSafe(foresee.sample.as_str()))
                .bind(self.store.run_id)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(rows)
                .fetch_all(&mut **transaction)
                .await
                .map_err(failed)?;
        let fields = foresee.fields.iter().cloned().zip(counts.into_iter().map(i64::unsigned_abs));
        Ok(Changes {
            undeleted: undeleted.unsigned_abs(),
            fields: fields.filter(|(_, count)| *count > 0).collect(),
            sample: sample
                .into_iter()
                .map(|(action, key)| Change { action, key: shown(&key) })
                .collect(),
        })
    }

    /// Takes the stage away, which is there until its transaction ends: that of a rehearsal
    /// lasts as long as the run.
    pub(super) async fn end_rehearsal(&self, transaction: &mut PgTransaction<'_>) -> Result<()> {
        sqlx::raw_sql("set local client_min_messages = warning; drop table if exists pg_temp.stage")
            .execute(&mut **transaction)
            .await
            .map(drop)
            .map_err(|error| self.failed("looking at what changes", error))
    }

    /// Some of the rows that were marked deleted.
    pub(super) async fn foresee_deleted(&self, rows: i64) -> Result<Vec<Change>> {
        let deleted: Vec<Vec<String>> =
            sqlx::query_scalar(AssertSqlSafe(self.statements.foresee_deleted.as_str()))
                .bind(self.store.started_at)
                .bind(rows)
                .fetch_all(&mut *self.store.session().await?)
                .await
                .map_err(|error| self.failed("looking at what changes", error))?;
        let change = |key: Vec<String>| Change { action: "delete".to_owned(), key: shown(&key) };
        Ok(deleted.into_iter().map(change).collect())
    }
}

/// A key as it may be shown: it is what a plan is about, and yet the vendor's text.
fn shown(key: &[String]) -> Vec<String> {
    key.iter().map(|part| Foreign(part).to_string()).collect()
}
