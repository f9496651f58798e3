//! Rows that are there, when what is left out of them or veiled in them changes.
//!
//! A choice is applied to rows that come by whoever reads them. Those that are there, the
//! deleted ones and their former versions among them, are rewritten once, when the choice is
//! new, in one transaction with the note that it was done. No version is made by it. So it is
//! with secrets that were kept as they came, and are not to be any more.

use std::collections::BTreeMap;

use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection as _, PgTransaction, Row as _};

use super::sql::{Beside, ident, qualified};
use super::{Plan, Store};
use crate::error::{Error, Result};
use crate::read::chosen::{Choice, Chosen};
use crate::read::secret::{SecretNames, Secrets};
use crate::read::veil::{Stored, Veil};
use crate::words::count;
use connector_spec::{Column, Resource, Source, SqlType};

/// What was chosen, by resource.
pub(super) type Choices = BTreeMap<String, Choice>;

/// The number of rows that are rewritten at a time.
const ROWS: i64 = 200;

impl Store {
    /// Applies what is chosen anew to the rows that are there, and says what that did.
    pub(super) async fn choose(
        &self,
        &Plan { connector, ref choices, keep_secrets, .. }: &Plan<'_>,
    ) -> Result<Vec<String>> {
        let failed = |error| Error::storage("leaving columns out of rows", error);
        let mut session = self.session().await?;
        let (noted, kept): (Option<Json<Choices>>, Option<bool>) = sqlx::query_as(
            "select columns, secrets_kept from sync.connections where connection = $1",
        )
        .bind(&self.schema)
        .fetch_one(&mut *session)
        .await
        .map_err(failed)?;
        let noted = noted.map(|Json(noted)| noted).unwrap_or_default();
        let now: Choices =
            choices.iter().map(|(name, choice)| ((*name).to_owned(), choice.clone())).collect();
        if noted == now && kept == Some(keep_secrets) {
            return Ok(Vec::new());
        }
        let secrets = if kept == Some(true) && !keep_secrets {
            Secrets::Fingerprint(self.fingerprint_key.clone(), SecretNames::of(connector.resources))
        } else {
            Secrets::Keep
        };
        let veils_secrets = matches!(secrets, Secrets::Fingerprint(..));
        let mut said = Vec::new();
        let mut transaction = session.begin().await.map_err(failed)?;
        for resource in connector.resources {
            let none = Choice::default();
            let (was, is) = (
                noted.get(resource.name).unwrap_or(&none),
                now.get(resource.name).unwrap_or(&none),
            );
            let new = is.without(was);
            if !new.is_empty() || veils_secrets {
                let chosen = Chosen::of(resource, &new, Some(&self.fingerprint_key))
                    .expect("the choice was checked before the run");
                let veil = Veil::new(chosen, secrets.clone());
                let rows = self.rewrite(&mut transaction, resource, &veil).await.map_err(failed)?;
                let what = [
                    listed("left out", &new.exclude),
                    listed("kept as fingerprints", &new.fingerprint),
                    (veils_secrets && rows > 0)
                        .then(|| "secrets are kept as fingerprints".to_owned()),
                ];
                let what = what.into_iter().flatten().collect::<Vec<_>>().join(", ");
                // Most resources have no field that is named for all of them.
                if !what.is_empty() && rows > 0 {
                    let name = resource.name;
                    said.push(if self.sample.is_some() {
                        let rows = count(rows, "row that is there", "rows that are there");
                        format!("`{name}`: from the next sync on {what}; to be applied to {rows}")
                    } else {
                        let rows = count(rows, "row that was there", "rows that were there");
                        format!("`{name}`: from now on {what}; applied to {rows}")
                    });
                }
            }
            let back = was.without(is);
            let back: Vec<String> = back.exclude.into_iter().chain(back.fingerprint).collect();
            said.extend(listed("kept as it comes again", &back).map(|what| {
                format!("`{}`: from now on {what}; all rows are read for it", resource.name)
            }));
        }
        sqlx::query(
            "update sync.connections set columns = $2, secrets_kept = $4 where connection = $1 and run_id = $3",
        )
        .bind(&self.schema)
        .bind(Json(&now))
        .bind(self.run_id)
        .bind(keep_secrets)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
        Ok(said)
    }

    /// Rewrites the rows of a resource, wherever they are; how many of its table changed.
    async fn rewrite(
        &self,
        transaction: &mut PgTransaction<'_>,
        resource: &Resource,
        veil: &Veil,
    ) -> sqlx::Result<u64> {
        let all: Vec<Column> = resource.table_columns().copied().collect();
        let table = qualified(&self.schema, resource.table);
        let changed = rewrite_table(transaction, &table, &all, veil).await?;
        if self.has_history(resource.name) {
            let history = qualified(&self.schema, &Beside::of(resource.table).history);
            rewrite_table(transaction, &history, &all, veil).await?;
        }
        let rows: Vec<(i64, String)> = sqlx::query_as(
            "select id, raw from sync.quarantine where connection = $1 and resource = $2",
        )
        .bind(&self.schema)
        .bind(resource.name)
        .fetch_all(&mut **transaction)
        .await?;
        for (id, raw) in rows {
            let veiled = veil.set_aside(&all, &raw);
            if veiled != raw {
                // Another row may have become the same.
                sqlx::query(
                    "with same as (delete from sync.quarantine q using sync.quarantine o where q.id = $1 and o.id <> $1 \
                     and o.connection = q.connection and o.resource = q.resource and o.partition = q.partition \
                     and o.raw_hash = hashtextextended($2, 0) returning q.id) \
                     update sync.quarantine set raw = $2 where id = $1 and not exists (select from same)",
                )
                .bind(id)
                .bind(&*veiled)
                .execute(&mut **transaction)
                .await?;
            }
        }
        Ok(changed)
    }
}

/// Some names with what becomes of them, in words.
fn listed(what: &str, names: &[String]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    (!names.is_empty()).then(|| {
        format!("{} {} {what}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
    })
}

/// Rewrites the rows of one table, and returns how many changed.
async fn rewrite_table(
    transaction: &mut PgTransaction<'_>,
    table: &str,
    all: &[Column],
    veil: &Veil,
) -> sqlx::Result<u64> {
    let columns: Vec<&Column> = all.iter().filter(|column| veil.is_about(column)).collect();
    let texts: Vec<String> =
        columns.iter().map(|column| format!("to_jsonb({})::text", ident(column.name))).collect();
    let texts = texts.into_iter().chain(["_extra::text".to_owned()]).collect::<Vec<_>>().join(", ");
    // Of the snapshot that it was opened in, whatever is written meanwhile.
    let open =
        format!("declare rewritten no scroll cursor for select ctid::text, {texts} from {table}");
    sqlx::raw_sql(AssertSqlSafe(open)).execute(&mut **transaction).await?;
    let fetch = format!("fetch {ROWS} from rewritten");
    let assignments = columns.iter().enumerate().map(|(at, column)| {
        let value = format!("v.v{at}");
        let value = match (column.source, column.sql_type) {
            (Source::Whole, _) | (_, SqlType::Jsonb) => format!("{value}::jsonb"),
            (_, SqlType::Text) => value,
            // Nothing but null comes here.
            (_, other) => format!("{value}::{}", other.name()),
        };
        format!("{} = {value}", ident(column.name))
    });
    let assignments = assignments
        .chain([format!("_extra = v.v{}::jsonb", columns.len())])
        .collect::<Vec<_>>()
        .join(", ");
    let arrays: Vec<String> =
        (0..=columns.len()).map(|at| format!("${}::text[]", at + 2)).collect();
    let names: Vec<String> = (0..=columns.len()).map(|at| format!("v{at}")).collect();
    let update = format!(
        "update {table} t set {assignments} from unnest($1::text[], {}) as v (place, {}) where t.ctid = v.place::tid",
        arrays.join(", "),
        names.join(", ")
    );
    let mut changed = 0;
    loop {
        let rows = sqlx::query(AssertSqlSafe(fetch.as_str()))
            .persistent(false)
            .fetch_all(&mut **transaction)
            .await?;
        if rows.is_empty() {
            break;
        }
        let mut places: Vec<String> = Vec::new();
        let mut values: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len() + 1];
        for row in rows {
            let mut new: Vec<Option<String>> = Vec::new();
            let mut differs = false;
            for (at, column) in columns.iter().enumerate() {
                let was: Option<String> = row.try_get(at + 1)?;
                let is = was.as_deref().map(|was| veil.stored(column, was));
                differs |= matches!(is, Some(Stored::Replaced(_)));
                new.push(match is {
                    Some(Stored::Replaced(is)) => is,
                    Some(Stored::AsItIs) | None => as_value(column, was),
                });
            }
            let extra: Option<String> = row.try_get(columns.len() + 1)?;
            let is = extra.as_deref().map(|extra| veil.extra(all, extra));
            differs |= matches!(is, Some(Stored::Replaced(_)));
            new.push(match is {
                Some(Stored::Replaced(is)) => is,
                Some(Stored::AsItIs) | None => extra,
            });
            if differs {
                places.push(row.try_get(0)?);
                values.iter_mut().zip(new).for_each(|(column, value)| column.push(value));
            }
        }
        if places.is_empty() {
            continue;
        }
        let query = sqlx::query(AssertSqlSafe(update.as_str())).bind(places);
        let query = values.into_iter().fold(query, sqlx::query::Query::bind);
        changed += query.execute(&mut **transaction).await?.rows_affected();
    }
    sqlx::raw_sql("close rewritten").execute(&mut **transaction).await?;
    Ok(changed)
}

/// A value that stays, from JSON to the text that its column takes.
fn as_value(column: &Column, json: Option<String>) -> Option<String> {
    let json = json?;
    if column.sql_type == SqlType::Jsonb {
        return Some(json);
    }
    match connector_spec::json::text(&json) {
        Some(text) => Some(text.into_owned()),
        None => Some(json),
    }
}
