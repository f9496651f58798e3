//! Transactions of processes that are frozen, or behind a network that is cut.
//!
//! Such a one keeps what it has locked from all others for as long as its session is there, which
//! may be for ever: a part of a resource that nobody can take over, a connection in which no other run
//! can begin. All that writes for a run is marked (by [`check_fence`](super::Table)), and whoever
//! works for the run, or finds something taken, ends what is marked and says nothing. That is harmless: a process that was only slow does its
//! transaction again, if it still may.

use std::time::Duration;

use sqlx::postgres::types::PgInterval;

use super::Store;
use crate::error::{Error, Result};

/// How long a process may say nothing in the midst of a transaction. All that it does there is ready
/// before it begins, and whoever waits for what it has locked gives up after half a minute.
pub(crate) const SILENT: Duration = Duration::from_secs(10);

/// Ends sessions of the connection `$1` whose transactions wait for their processes: for `$2`, or
/// for `$3` while rows are copied, when a session is active, and nothing tells when a row came last.
const END: &str = "select pg_terminate_backend(a.pid) from pg_locks l join pg_stat_activity a using (pid) \
    where l.locktype = 'advisory' and l.objsubid = 1 and l.pid <> pg_backend_pid() \
    and l.database = (select oid from pg_database where datname = current_database()) \
    and (l.classid::bigint << 32 | l.objid::bigint) = hashtextextended('vendor-connectors writes ' || $1, 0::bigint) \
    and a.usename = current_user and a.wait_event in ('ClientRead', 'ClientWrite') \
    and a.state_change < clock_timestamp() - case a.state when 'active' then $3 else $2 end";

/// How often is looked while something waits.
const EACH: Duration = Duration::from_millis(2_500);

impl Store {
    /// Does what may have to wait for what such a process has locked, and ends its transaction
    /// meanwhile, whether it froze before the wait began or after.
    pub(crate) async fn past_frozen<T>(
        &self,
        silent: Duration,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.end_frozen(silent, silent).await?;
        let look = async {
            loop {
                tokio::time::sleep(EACH.min(silent)).await;
                if let Err(error) = self.end_frozen(silent, silent).await {
                    return error;
                }
            }
        };
        tokio::select! {
            done = work => done,
            error = look => Err(error),
        }
    }

    /// Ends transactions of the connection whose processes have said nothing for so long, or for so
    /// long while they copy rows.
    pub(crate) async fn end_frozen(&self, silent: Duration, copying: Duration) -> Result<()> {
        self.patiently(|| async move {
            let ended = sqlx::query(END)
                .bind(&self.schema)
                .bind(PgInterval::try_from(silent).ok())
                .bind(PgInterval::try_from(copying).ok())
                .execute(&mut *self.session().await?)
                .await
                .map_err(|error| Error::storage("looking for processes that are frozen", error))?;
            if ended.rows_affected() > 0 {
                tracing::info!("ended what a process held that says nothing any more");
            }
            Ok(())
        })
        .await
    }
}
