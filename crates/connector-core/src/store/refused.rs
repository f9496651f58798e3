//! Rows that the server refuses: they are found and set aside, so that the others are kept.
//!
//! A batch goes to the server as a whole, and a single row fails all of it: a value that
//! Postgres does not take, a key too long for its index, a constraint that a person made.
//! Only then is the batch halved, again and again, in a transaction that is rolled back: the
//! half that is taken stays in it, so that rows that refuse each other are found too. What is
//! left is committed as any batch is.

use std::collections::HashMap;
use std::ops::Range;

use sqlx::{AssertSqlSafe, Connection as _, PgTransaction};

use super::batch::Batch;
use super::table::Table;
use crate::error::{Error, ErrorKind, Remedy, Result};
use crate::read::{Rejected, shortened};
use crate::verdict::Counts;
use connector_spec::SqlType;
use connector_spec::json::push_string;

/// The most rows of a batch that are set aside; where more are refused, it is not the rows.
const MOST: usize = 100;

/// How often a batch is made without the rows that were found: what refuses others only
/// after them is found the next time.
pub(super) const ROUNDS: usize = 3;

/// How much of a value is kept: the whole row is cut to as much.
const KEPT: usize = 64 << 10;

impl Table<'_> {
    /// The rows of a batch that the server refuses, by their place, and why.
    pub(super) async fn find_refused(&self, batch: &Batch) -> Result<Vec<(usize, String)>> {
        let mut session = self.store.session().await?;
        let begun = session.begin().await;
        let mut transaction =
            begun.map_err(|error| self.failed("beginning to look for a row", error))?;
        // What else would be refused only in the end, and for nobody knows which row.
        self.control(&mut transaction, "set constraints all immediate").await?;
        self.make_stage(&mut transaction).await?;
        let mut refused: Vec<(usize, String)> = Vec::new();
        // The first part comes last, as it is the next one: rows are looked at in their order.
        // That all of them together are refused is known.
        let rows = batch.tuples.count();
        let mut parts = vec![rows / 2..rows, 0..rows / 2];
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            self.control(&mut transaction, "savepoint part").await?;
            let Err(error) = self.try_part(&mut transaction, batch, part.clone()).await else {
                self.control(&mut transaction, "release savepoint part").await?;
                continue;
            };
            if error.remedy() != Remedy::LeaveOut {
                return Err(error);
            }
            self.control(&mut transaction, "rollback to savepoint part; release savepoint part")
                .await?;
            if part.len() > 1 {
                let middle = part.start + part.len() / 2;
                parts.extend([middle..part.end, part.start..middle]);
                continue;
            }
            let why = std::error::Error::source(&error).map(ToString::to_string);
            refused.push((part.start, why.unwrap_or_default()));
            if refused.len() > MOST {
                let what = format!("more than {MOST} rows of a batch are refused: {error}");
                let next =
                    error.advice().unwrap_or("look at the table and at what was added to it");
                let error = Error::new(ErrorKind::Storage, what).next(next);
                return Err(error.helped_by(Remedy::LeaveTable));
            }
        }
        let ended = transaction.rollback().await;
        ended.map_err(|error| self.failed("looking for a row", error))?;
        Ok(refused)
    }

    /// Merges a part of a batch, as all of it is merged.
    async fn try_part(
        &self,
        transaction: &mut PgTransaction<'_>,
        batch: &Batch,
        part: Range<usize>,
    ) -> Result<()> {
        self.control(transaction, "truncate pg_temp.stage").await?;
        let part = batch.part(part);
        // Only whether the server takes them is of interest, and equal keys may be among them.
        let mut counts = Counts { repeats: 1, ..Counts::default() };
        self.fill_stage(transaction, &part, &mut counts).await?;
        self.merge(transaction, &part, &mut counts).await
    }

    async fn control(
        &self,
        transaction: &mut PgTransaction<'_>,
        statement: &'static str,
    ) -> Result<()> {
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut **transaction).await;
        done.map(drop).map_err(|error| self.failed("looking for a row that is refused", error))
    }

    /// Sets these rows of a batch aside, with their reasons.
    pub(super) fn set_aside(&self, batch: &mut Batch, refused: Vec<(usize, String)>) {
        let mut reasons: HashMap<usize, String> = refused.into_iter().collect();
        let columns: Vec<(&str, SqlType)> = self
            .resource
            .table_columns()
            .map(|column| (column.name, column.sql_type))
            .chain([("_extra", SqlType::Jsonb)])
            .collect();
        batch.set_aside(|place, tuple| {
            let reason = reasons.remove(&place)?;
            let reason = format!("the database refuses it: {reason}");
            Some(Rejected { reason, raw: shortened(as_json(tuple, &columns)) })
        });
    }
}

/// A tuple of the binary form of `copy` as a JSON object, its values cut where they are long.
fn as_json(tuple: &[u8], columns: &[(&str, SqlType)]) -> String {
    let mut text = Vec::new();
    let mut rest = tuple.get(size_of::<i16>()..).unwrap_or_default();
    for (name, sql_type) in columns {
        let Some((length, behind)) = rest.split_first_chunk::<4>() else { break };
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            // A null.
            rest = behind;
            continue;
        };
        let Some((value, behind)) = behind.split_at_checked(length) else { break };
        rest = behind;
        text.push(if text.is_empty() { b'{' } else { b',' });
        push_string(&mut text, name);
        text.push(b':');
        push_value(&mut text, value, *sql_type);
    }
    text.push(b'}');
    String::from_utf8_lossy(&text).into_owned()
}

fn push_value(text: &mut Vec<u8>, value: &[u8], sql_type: SqlType) {
    let kept = &value[..value.len().min(KEPT)];
    let number = value.first_chunk().map(|bytes| i64::from_be_bytes(*bytes)).unwrap_or_default();
    match sql_type {
        SqlType::Text => push_string(text, &String::from_utf8_lossy(kept)),
        // The version of the format comes first.
        SqlType::Jsonb => text.extend_from_slice(kept.get(1..).unwrap_or_default()),
        SqlType::Boolean => {
            text.extend_from_slice(if value == [0] { b"false" } else { b"true" });
        }
        SqlType::BigInt => text.extend_from_slice(number.to_string().as_bytes()),
        SqlType::Double => {
            text.extend_from_slice(f64::from_bits(number.cast_unsigned()).to_string().as_bytes());
        }
        SqlType::Timestamptz => {
            let time = super::notes::time(number).map(|time| time.to_rfc3339());
            push_string(text, &time.unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tuple_shows_as_the_object_that_it_was_made_of() {
        let columns = [
            ("id", SqlType::Text),
            ("size", SqlType::BigInt),
            ("is_on", SqlType::Boolean),
            ("weight", SqlType::Double),
            ("seen_at", SqlType::Timestamptz),
            ("name", SqlType::Text),
            ("_extra", SqlType::Jsonb),
        ];
        let mut tuple = vec![0, 7];
        let mut push = |value: Option<&[u8]>| {
            let length = value.map_or(-1, |value| i32::try_from(value.len()).unwrap());
            tuple.extend_from_slice(&length.to_be_bytes());
            tuple.extend_from_slice(value.unwrap_or_default());
        };
        push(Some(b"a\"b"));
        push(Some(&7_i64.to_be_bytes()));
        push(Some(&[1]));
        push(Some(&0.5_f64.to_be_bytes()));
        push(Some(&0_i64.to_be_bytes()));
        push(None);
        push(Some(b"\x01{\"x\": [1]}"));
        assert_eq!(
            as_json(&tuple, &columns),
            r#"{"id":"a\"b","size":7,"is_on":true,"weight":0.5,"seen_at":"2000-01-01T00:00:00+00:00","_extra":{"x": [1]}}"#
        );
        let long = "x".repeat(1 << 20);
        let mut tuple = vec![0, 1, 0, 16, 0, 0];
        tuple.extend_from_slice(long.as_bytes());
        assert!(as_json(&tuple, &columns).len() < 2 * KEPT);
    }
}
