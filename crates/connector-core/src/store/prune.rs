//! Histories within their bounds: what is older, or more, than is kept is taken away.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::table::Table;
use crate::error::Result;

impl Table<'_> {
    /// Takes away what is older, or more, than is kept of the history.
    pub(crate) async fn prune(&self) -> Result<()> {
        let (Some(history), Some(prune)) = (self.history, &self.statements.prune) else {
            return Ok(());
        };
        let days = history.keep.days.map(|days| TimeDelta::days(days.into()));
        let before = days.and_then(|days| self.store.started_at.checked_sub_signed(days));
        // Each commit takes away what is too many of the rows that it changes; all others have
        // too many only where the number was set after they were closed.
        let most = history.versions();
        let is_set_anew = most != history.kept;
        let lower = most.filter(|most| history.kept.is_none_or(|kept| kept > *most));
        if before.is_none() && !is_set_anew {
            return Ok(());
        }
        self.store
            .patiently(|| async move {
                let failed = |error| self.failed("taking old versions away", error);
                let mut session = self.store.session().await?;
                let mut transaction = session.begin().await.map_err(failed)?;
                self.check_fence(&mut transaction).await?;
                if let Some(before) = before {
                    let gone: (i64, Option<DateTime<Utc>>) =
                        sqlx::query_as(AssertSqlSafe(prune.old.as_str()))
                            .bind(before)
                            .fetch_one(&mut *transaction)
                            .await
                            .map_err(failed)?;
                    self.note_gone(&mut transaction, gone.1).await.map_err(failed)?;
                }
                if let Some(most) = lower {
                    let gone: (i64, Option<DateTime<Utc>>) =
                        sqlx::query_as(AssertSqlSafe(prune.many.as_str()))
                            .bind(most)
                            .fetch_one(&mut *transaction)
                            .await
                            .map_err(failed)?;
                    self.note_gone(&mut transaction, gone.1).await.map_err(failed)?;
                }
                if is_set_anew {
                    sqlx::query("update sync.history set keep_versions = $3 where connection = $1 and resource = $2")
                        .bind(&self.store.schema)
                        .bind(self.resource.name)
                        .bind(most)
                        .execute(&mut *transaction)
                        .await
                        .map_err(failed)?;
                }
                transaction.commit().await.map_err(failed)
            })
            .await
    }

    /// Notes that versions which ended until that time are gone, so that it is known only
    /// from then on how the table was.
    pub(super) async fn note_gone(
        &self,
        transaction: &mut PgConnection,
        until: Option<DateTime<Utc>>,
    ) -> sqlx::Result<()> {
        let Some(until) = until else { return Ok(()) };
        for note in [
            "delete from sync.history where connection = $1 and resource = $2 and until <= $3",
            "update sync.history set since = $3 where connection = $1 and resource = $2 and since < $3",
        ] {
            sqlx::query(note)
                .bind(&self.store.schema)
                .bind(self.resource.name)
                .bind(until)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(())
    }
}
