//! Where the models and what came disagree.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{failed, shown};
use crate::error::Result;
use crate::read::adoption;
use crate::store::database::Database;

/// One disagreement between a model and the vendor's answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DriftRecord {
    /// The resource.
    pub resource: String,
    /// The field's name in the JSON.
    pub field: String,
    /// `unknown`, `misfit`, `missing` or `repeated`.
    pub kind: String,
    /// The JSON type that came.
    pub json_type: String,
    /// What the first value looked like, without the value.
    pub shape: Option<String>,
    /// The run that saw it first.
    pub first_run_id: i64,
    /// When that run began.
    pub first_seen_at: DateTime<Utc>,
    /// The run that saw it last.
    pub last_run_id: Option<i64>,
    /// When that run began.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// Whether it was so when all rows were last read, or since.
    pub still: bool,
    /// The line of the model that would take the values up.
    pub adopt: Option<String>,
}

impl Database {
    /// The disagreements of the connection with that schema, those that last first, or `None`
    /// if there are no run tables.
    pub async fn drift(
        &self,
        schema: &str,
        resources: &[&str],
    ) -> Result<Option<Vec<DriftRecord>>> {
        let Some(mut session) = self.records().await? else { return Ok(None) };
        let mut all = sqlx::query(
            "select d.*, last_run_id >= coalesce((select max(run_id) from sync.resources r \
             where r.connection = $1 and r.resource = d.resource and r.verdict = 'complete'), 0) as still \
             from sync.drift d where connection = $1 and resource = any($2) \
             order by last_seen_at desc, first_seen_at desc, resource, field, kind, json_type",
        )
        .bind(schema)
        .bind(resources)
        .try_map(|row: PgRow| {
            let text = |column: &str| Ok::<_, sqlx::Error>(shown(&row, column)?.unwrap_or_default());
            let (field, kind, shape) = (text("field")?, text("kind")?, shown(&row, "shape")?);
            let adopt = (kind == "unknown")
                .then(|| adoption(&field, shape.as_deref().unwrap_or_default()))
                .flatten();
            Ok(DriftRecord {
                resource: text("resource")?,
                field,
                kind,
                json_type: text("json_type")?,
                shape,
                first_run_id: row.try_get("first_run_id")?,
                first_seen_at: row.try_get("first_seen_at")?,
                last_run_id: row.try_get("last_run_id")?,
                last_seen_at: row.try_get("last_seen_at")?,
                still: row.try_get::<Option<bool>, _>("still")?.unwrap_or_default(),
                adopt,
            })
        })
        .fetch_all(&mut *session)
        .await
        .map_err(failed)?;
        all.sort_by_key(|one| {
            (!one.still, resources.iter().position(|name| *name == one.resource))
        });
        Ok(Some(all))
    }
}
