//! The stage: a batch's rows, before they are merged.

use super::BY_HASH;
use super::names::{NEW, Names, STAGE};

/// The statements that bring tuples somewhere.
#[derive(Debug)]
pub(crate) struct Fill {
    /// From a stream of them.
    pub(crate) copy: String,
    /// From an array for each column. Binds the run and its time behind them, if it is the table.
    pub(crate) bound: String,
}

pub(super) fn make(names: &Names) -> String {
    let columns = names.staged.iter().map(|(name, sql_type)| format!("{name} {}", sql_type.name()));
    let columns = columns.collect::<Vec<_>>().join(", ");
    format!("create temporary table stage ({columns}) on commit drop")
}

/// The bound arrays, one for each column.
fn arrays(names: &Names) -> String {
    let arrays = names.staged.iter().enumerate();
    let arrays = arrays.map(|(at, (_, sql_type))| format!("${}::{}[]", at + 1, sql_type.name()));
    arrays.collect::<Vec<_>>().join(", ")
}

pub(super) fn fill(names: &Names) -> Fill {
    let columns = names.columns.join(", ");
    Fill {
        copy: format!("copy {STAGE} ({columns}, _extra) from stdin (format binary)"),
        bound: format!("insert into {STAGE} select * from unnest({})", arrays(names)),
    }
}

pub(super) fn insert(names: &Names) -> Fill {
    let (table, columns) = (&names.table, names.columns.join(", "));
    Fill {
        copy: format!("copy {table} ({columns}, _extra, {NEW}) from stdin (format binary)"),
        bound: format!(
            "insert into {table} ({columns}, _extra, {NEW}) select *, ${run}::bigint, ${time}::timestamptz, ${time} from unnest({})",
            arrays(names),
            run = names.staged.len() + 1,
            time = names.staged.len() + 2
        ),
    }
}

/// Leaves the newest of the staged rows with one key: by version where there is one, and else
/// the one that came last. A version in the future is no time at which anything changed.
pub(super) fn deduplicate(names: &Names) -> String {
    let newest = match &names.version {
        Some(version) => format!(
            "case when {version} <= now() + interval '1 day' then {version} end desc nulls last, ctid desc"
        ),
        None => "ctid desc".to_owned(),
    };
    format!(
        "delete from {STAGE} s using (select ctid, row_number() over (partition by {} order by {newest}) as place from {STAGE}) d \
         where d.place > 1 and s.ctid = d.ctid",
        names.key.join(", ")
    )
}

/// Without statistics, the planner takes a temporary table for a small one, and looks each of
/// its keys up by itself. A sample of one value a column costs next to nothing and says enough.
pub(super) fn by_hash(names: &Names) -> String {
    let key = names.key.join(", ");
    format!("set local default_statistics_target = 1; analyze {STAGE} ({key}); {BY_HASH}")
}
