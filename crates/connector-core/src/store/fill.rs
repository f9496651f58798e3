//! Rows on their way into the stage or the table: by `copy` if they are many, and bound if they are few.
//!
//! `copy` takes its data and its end in separate messages, and the second of two
//! small messages waits until the server's side has acknowledged the first one:
//! 40 ms over TCP, which is much for a few rows. Bound values go in one message.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgCopyIn, PgTypeInfo};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Encode, PgConnection, Postgres, Type};

use super::batch::Batch;
use super::sql::Statements;
use crate::pieces::Pieces;
use connector_spec::{SqlType, postgres_micros};

/// The size up to which tuples are bound. More of them take as long in one way as in the
/// other, and `copy` needs less memory.
pub(super) const MAX_BOUND: usize = 256 << 10;

/// The size at which tuples that get more fields are sent.
const MESSAGE: usize = 64 << 10;

/// What all new rows of a run have in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct New {
    pub(super) run_id: i64,
    pub(super) at: DateTime<Utc>,
}

/// Brings a batch's tuples into the stage, or into the table as new rows.
pub(super) async fn fill(
    connection: &mut PgConnection,
    statements: &Statements,
    batch: &Batch,
    new: Option<New>,
) -> sqlx::Result<u64> {
    let fill = if new.is_some() { &statements.insert } else { &statements.fill };
    let tuples = &batch.tuples;
    let few = tuples.len() <= MAX_BOUND;
    let columns = few.then(|| columns(tuples, &statements.types)).flatten();
    let Some(columns) = columns else {
        let sorted = batch.sorted(&statements.key);
        let sorted = sorted.iter().map(|place| tuples.item(*place));
        return copy(connection, &fill.copy, sorted, new).await;
    };
    let query = sqlx::query(AssertSqlSafe(fill.bound.as_str()));
    let mut query = columns.into_iter().fold(query, Query::bind);
    if let Some(New { run_id, at }) = new {
        query = query.bind(run_id).bind(at);
    }
    query.execute(connection).await.map(|done| done.rows_affected())
}

async fn copy(
    connection: &mut PgConnection,
    statement: &str,
    tuples: impl Iterator<Item = Cow<'_, [u8]>>,
    new: Option<New>,
) -> sqlx::Result<u64> {
    const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
    const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();
    let mut copy = connection.copy_in_raw(statement).await?;
    copy.send(HEADER).await?;
    let common = new.map(New::fields).unwrap_or_default();
    let more = if new.is_some() { NEW_FIELDS } else { 0 };
    let mut message = Vec::with_capacity(MESSAGE);
    for tuple in tuples {
        let Some((fields, values)) = tuple.split_first_chunk() else { continue };
        if message.len() + tuple.len() + common.len() > MESSAGE {
            copy.send(&message[..]).await?;
            message.clear();
        }
        message.extend_from_slice(&(i16::from_be_bytes(*fields) + more).to_be_bytes());
        if tuple.len() + common.len() > MESSAGE {
            copy.send(&message[..]).await?;
            message.clear();
            send(&mut copy, values).await?;
        } else {
            message.extend_from_slice(values);
        }
        message.extend_from_slice(&common);
    }
    copy.send(message).await?;
    copy.send(&TRAILER[..]).await?;
    copy.finish().await
}

/// Sends bytes in messages of a size that is kept: the connection's buffer grows with them.
async fn send(copy: &mut PgCopyIn<&mut PgConnection>, bytes: &[u8]) -> sqlx::Result<()> {
    for message in bytes.chunks(MESSAGE) {
        copy.send(message).await?;
    }
    Ok(())
}

/// The number of fields that new rows have in common.
const NEW_FIELDS: i16 = 3;

impl New {
    /// The end of a tuple: the run, and twice its time.
    fn fields(self) -> Vec<u8> {
        const LENGTH: [u8; 4] = 8_i32.to_be_bytes();
        let time = postgres_micros(self.at).to_be_bytes();
        [self.run_id.to_be_bytes(), time, time]
            .iter()
            .flat_map(|value| LENGTH.iter().chain(value))
            .copied()
            .collect()
    }
}

/// The values of one column, as a binary array has them: like those of a tuple.
#[derive(Debug, PartialEq, Eq)]
struct Values {
    sql_type: SqlType,
    count: i32,
    elements: Vec<u8>,
}

/// The tuples column by column, or `None` if they are no tuples: a number of fields, and each
/// field's length before its bytes, −1 for null.
fn columns(tuples: &Pieces, types: &[SqlType]) -> Option<Vec<Values>> {
    let column =
        |sql_type: &SqlType| Values { sql_type: *sql_type, count: 0, elements: Vec::new() };
    let mut columns: Vec<Values> = types.iter().map(column).collect();
    for tuple in tuples.items() {
        let (_, mut rest) = tuple.split_first_chunk::<2>()?;
        for column in &mut columns {
            let length = i32::from_be_bytes(*rest.first_chunk()?);
            let end = size_of::<i32>() + usize::try_from(length).unwrap_or(0);
            let (field, behind) = rest.split_at_checked(end)?;
            column.elements.extend_from_slice(field);
            column.count += 1;
            rest = behind;
        }
    }
    Some(columns)
}

impl Type<Postgres> for Values {
    /// Each value tells its own, see [`Encode::produces`].
    fn type_info() -> PgTypeInfo {
        <Vec<String> as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Values {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        const DIMENSIONS: i32 = 1;
        const MAY_HAVE_NULLS: i32 = 1;
        const FIRST_INDEX: i32 = 1;
        let (Oid(element), _) = oids(self.sql_type);
        for number in [DIMENSIONS, MAY_HAVE_NULLS, element.cast_signed(), self.count, FIRST_INDEX] {
            buffer.extend_from_slice(&number.to_be_bytes());
        }
        buffer.extend_from_slice(&self.elements);
        Ok(IsNull::No)
    }

    fn produces(&self) -> Option<PgTypeInfo> {
        Some(PgTypeInfo::with_oid(oids(self.sql_type).1))
    }

    fn size_hint(&self) -> usize {
        5 * size_of::<i32>() + self.elements.len()
    }
}

/// The numbers of a type and of its arrays, from `pg_type.dat`; they are the same in every server.
const fn oids(sql_type: SqlType) -> (Oid, Oid) {
    let (element, array) = match sql_type {
        SqlType::Boolean => (16, 1000),
        SqlType::BigInt => (20, 1016),
        SqlType::Text => (25, 1009),
        SqlType::Double => (701, 1022),
        SqlType::Timestamptz => (1184, 1185),
        SqlType::Jsonb => (3802, 3807),
    };
    (Oid(element), Oid(array))
}
