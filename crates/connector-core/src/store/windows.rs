//! Windows: does the newest of a listing reach what is known of it?
//!
//! A listing of which only the newest rows can be had says nothing about rows that are
//! not among them. It is whole as far as anybody can know if it reaches back to a row that
//! the table had before, because all rows that are newer than that one came with it.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgTransaction};

use super::batch::Batch;
use super::commit::BY_INDEX;
use super::table::Table;
use crate::error::Result;
use crate::verdict::{Counts, EndedWalk};

impl Table<'_> {
    /// Notes which of the windows in a batch leave a gap between their rows and those that
    /// the table has, while it has none of the batch. `is_fresh`: it has none at all.
    pub(super) async fn look_for_gaps(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        is_fresh: bool,
        counts: &mut Counts,
    ) -> Result<()> {
        let windows: Vec<(&EndedWalk, u64, u64)> = (batch.ended.iter())
            .filter_map(|walk| walk.window.map(|(rows, limit)| (walk, rows, limit)))
            .collect();
        if windows.is_empty() {
            return Ok(());
        }
        let failed = |error| self.failed("comparing a window with the table", error);
        let unsaid = self.unsaid_gaps(transaction).await.map_err(failed)?;
        let (mut reaching, mut known) = (BTreeSet::new(), BTreeSet::new());
        if !is_fresh && batch.staged > 0 {
            let values: Vec<String> =
                windows.iter().map(|(walk, ..)| walk.partition.values.concat()).collect();
            sqlx::raw_sql(BY_INDEX).execute(&mut **transaction).await.map_err(failed)?;
            let partitions: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(self.statements.reaching.as_str()))
                    .fetch_all(&mut **transaction)
                    .await
                    .map_err(failed)?;
            reaching.extend(partitions);
            let partitions: Vec<String> =
                sqlx::query_scalar(AssertSqlSafe(self.statements.known.as_str()))
                    .bind(values)
                    .fetch_all(&mut **transaction)
                    .await
                    .map_err(failed)?;
            known.extend(partitions);
        }
        for (walk, rows, limit) in windows {
            let (id, value) = (walk.partition.id(), walk.partition.values.concat());
            let gap = if unsaid.contains(&id) {
                "rows may be missing since a run that was interrupted".to_owned()
            } else if walk.backfill {
                // A row that is known says nothing about those that are older than it.
                if rows < limit {
                    continue;
                }
                format!("the newest {rows} rows came of that time, and older ones may be missing")
            } else if rows == 0 || reaching.contains(&value) {
                continue;
            } else if known.contains(&value) {
                // However few: a vendor may send fewer than it is asked for.
                format!(
                    "none of the newest {rows} rows was known, so that rows between them and those that are may be missing"
                )
            } else if rows >= limit {
                format!("the newest {rows} rows came, and older ones may be missing")
            } else {
                continue;
            };
            let place =
                if value.is_empty() { String::new() } else { format!("{}: ", walk.partition) };
            counts.gaps.push(format!("{place}{gap}"));
            counts.gap_ids.push(id);
        }
        Ok(())
    }

    /// The listings in which an earlier run made a gap that its report does not tell of,
    /// because it did not live to write one.
    async fn unsaid_gaps(
        &self,
        transaction: &mut PgTransaction<'_>,
    ) -> sqlx::Result<BTreeSet<String>> {
        let partitions: Vec<String> = sqlx::query_scalar(
            "select s.partition from sync.state s join sync.resources r on r.run_id = s.gap_run_id and r.resource = s.resource \
             where s.connection = $1 and s.resource = $2 and s.gap_run_id < $3 and r.finished_at is null",
        )
        .bind(&self.store.schema)
        .bind(self.resource.name)
        .bind(self.store.run_id)
        .fetch_all(&mut **transaction)
        .await?;
        Ok(partitions.into_iter().collect())
    }
}
