//! What the run tables say of a connection, as data: whoever shows it finds the words. Reads only.

mod changes;
mod drift;
mod quarantine;
mod recent;
mod status;

use std::ops::{Deref, DerefMut};

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

pub use changes::{
    ChangedRow, ConnectionChanges, FieldChange, ResourceChanges, RowChange, Shown, Since,
};
pub use drift::DriftRecord;
pub use quarantine::{NewestCount, QuarantinedReason, QuarantinedRow, ResourceQuarantine};
pub use recent::{Going, Recent, ResourceRun, ResourceRuns};
pub use status::{
    ConnectionStatus, HistoryStatus, Interrupted, PartStatus, PartsStatus, ResourceStatus,
    RunStatus,
};

use super::database::Database;
use super::migrate;
use super::session::Kept;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::escaped;

impl Database {
    /// A session to read the run tables on, or `None` if there are none.
    pub(super) async fn records(&self) -> Result<Option<Records<'_>>> {
        // Whoever shows many connections reads of one after another.
        if let Some(session) = self.kept.take().await {
            return Ok(Some(Records { session: Some(session), kept: &self.kept }));
        }
        let mut session = self.session().await?;
        match migrate::state(&mut session, "sync", migrate::SYNC).await? {
            migrate::State::Absent => Ok(None),
            migrate::State::Behind(_) => {
                let what = "the run tables are older than this program";
                Err(Error::new(ErrorKind::Storage, what)
                    .next("run `sync` once, which brings them up to date"))
            }
            // A newer program only ever adds to them.
            migrate::State::Current | migrate::State::Newer(_) | migrate::State::Changed(_) => {
                Ok(Some(Records { session: Some(session), kept: &self.kept }))
            }
        }
    }

    /// The connector whose rows a schema has, if a run ever was.
    pub async fn connector_of(&self, schema: &str) -> Result<Option<String>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        sqlx::query_scalar(
            "select connector from sync.runs where connection = $1 order by run_id desc limit 1",
        )
        .bind(schema)
        .fetch_optional(&mut *session)
        .await
        .map_err(failed)
    }
}

/// A session that reads the run tables, and is kept for the next look.
pub(super) struct Records<'a> {
    session: Option<PgConnection>,
    kept: &'a Kept,
}

impl Deref for Records<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.session.as_ref().expect("it is there until it is dropped")
    }
}

impl DerefMut for Records<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.session.as_mut().expect("it is there until it is dropped")
    }
}

impl Drop for Records<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            self.kept.put(session);
        }
    }
}

/// What a run wrote of itself, in one line: others may write there too.
fn shown(row: &PgRow, column: &str) -> sqlx::Result<Option<String>> {
    let text: Option<String> = row.try_get(column)?;
    Ok(text.map(|text| escaped(&text).into_owned()))
}

fn failed(error: sqlx::Error) -> Error {
    Error::storage("reading the run tables", error)
}
