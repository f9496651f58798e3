//! The rows of a parent, of each of which there is a listing of its own: some at a time, and
//! divided into parts.
//!
//! Their order is that of the parent's column, in which an index has them where it is the key: to go
//! on behind one of them, or to find where a part begins, costs the same in a table of any size.

use connector_spec::{Column, SqlType};

use super::names::{ident, qualified};

/// The statements about the rows of a parent that are not deleted, by one of their columns. All
/// bind the schema, and a resource that was read for some of them, where the others are wanted:
/// those of the changed ones.
#[derive(Debug)]
pub(crate) struct Parents {
    rows: String,
    value: String,
    sql_type: &'static str,
}

impl Parents {
    /// Those of a table, by a column.
    pub(super) fn of(schema: &str, table: &str, column: &Column) -> Self {
        let sql_type = match column.sql_type {
            SqlType::BigInt => SqlType::BigInt.name(),
            // A value of another type is a text to whoever asks with it.
            _ => SqlType::Text.name(),
        };
        let column = ident(column.name);
        let rows = format!(
            "from {} p where p._deleted_at is null and p.{column} is not null \
             and ($2::text is null or not exists (select from sync.state s where s.connection = $1 and s.resource = $2 \
             and s.partition = jsonb_build_array(p.{column}::text)::text and s.whole_run_id >= p._run_id))",
            qualified(schema, table),
        );
        Self { rows, value: format!("p.{column}::{sql_type}"), sql_type }
    }

    /// Counts them.
    pub(crate) fn count(&self) -> String {
        format!("select count(*) {}", self.rows)
    }

    /// The values of some, in their order. Binds how many at the most, and those bounds that there
    /// are: the one behind which they lie, and the one up to which.
    ///
    /// A bound that is not there is not in the statement, as with one that may be null no index
    /// tells where to begin.
    pub(crate) fn some(&self, after: bool, upto: bool) -> String {
        let Self { rows, value, sql_type } = self;
        let bound = |compares: &str, number: u8| {
            format!(" and {value} {compares} ${number}::text::{sql_type}")
        };
        let after = after.then(|| bound(">", 4));
        let upto = upto.then(|| bound("<=", if after.is_some() { 5 } else { 4 }));
        let bounds = after.into_iter().chain(upto).collect::<String>();
        format!("select {value}::text {rows}{bounds} order by {value} limit $3")
    }

    /// Writes parts down, each up to its last row and behind that of the one before it; the first
    /// and the last are open. Binds the run, the resource of the parts, and their number.
    pub(crate) fn divide(&self) -> String {
        let Self { rows, value, .. } = self;
        format!(
            "insert into sync.shards (run_id, connection, resource, shard, after, upto, before, listings) \
             select $3, $1, $4, part, lag(last) over w, case when part < max(part) over () then last end, \
             coalesce(sum(listings) over (order by part rows between unbounded preceding and 1 preceding), 0), listings \
             from (select part, max(value)::text as last, count(*) as listings \
             from (select {value} as value, ntile($5) over (order by {value}) as part {rows}) n group by part) d \
             window w as (order by part)"
        )
    }

    /// Whether a row of `sync.state` belongs to one of them in a range, which `$4` and `$5` bound.
    pub(crate) fn within(&self) -> String {
        within(self.sql_type)
    }
}

/// The same where listings have no rows: there is no range then.
pub(super) fn within(sql_type: &str) -> String {
    // A setting may have named a listing there that is no number.
    let (value, sql_type) = match sql_type {
        "bigint" => (
            r#"case when partition ~ '^\["-?[0-9]+"\]$' then (partition::jsonb ->> 0)::numeric end"#,
            "numeric",
        ),
        _ => ("(partition::jsonb ->> 0)", "text"),
    };
    format!(
        "($4::text is null or {value} > $4::text::{sql_type}) \
         and ($5::text is null or {value} <= $5::text::{sql_type})"
    )
}
