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

/// Where the table's rows of most of the stage are, if they are not far from each other: the ends
/// of a range of places.
///
/// A vendor lists its rows in an order that changes little, so what came together stands
/// together. Thirty-two rows, from all over the stage, are looked up; the shortest range that has
/// three quarters of those that are there, and a third of its length more on either side, has
/// nearly all of the others. To read a row through costs a tenth of looking one up, so a range
/// that is longer than ten stages, less what is not there at all, is none.
pub(super) fn nearby(names: &Names) -> String {
    format!(
        "with stage as (select pg_relation_size('{STAGE}') / current_setting('block_size')::int as blocks), \
         known as (select (t.ctid::text::point)[0]::bigint as block from {STAGE} s \
         cross join lateral (select ctid from {table} t where {on_key} limit 1) t \
         where s.ctid = any(array(select format('(%s,1)', blocks * sample / 32)::tid from stage, generate_series(0, 31) sample))), \
         ranges as (select block as first, lead(block, (select count(*)::int * 3 / 4 from known)) over (order by block) as last from known) \
         select format('(%s,0)', greatest(first - spare, 0)), format('(%s,0)', last + spare + 1) \
         from (select first, last, (last - first) / 3 + 8 as spare from ranges where first < last order by last - first limit 1) shortest, stage \
         where last - first + 2 * spare <= blocks * 10 * (select count(*) from known) / 32",
        table = names.table,
        on_key = names.on_key()
    )
}

/// For a merge that reads through a range. Without statistics, the planner takes the stage's keys
/// for equal ones, and hashes the range, which may be ten times as large; a sample of one value
/// a column costs next to nothing and says enough. How long the range is says but its value.
pub(super) fn by_hash(names: &Names) -> String {
    let key = names.key.join(", ");
    format!(
        "set local default_statistics_target = 1; analyze {STAGE} ({key}); \
         set local plan_cache_mode = force_custom_plan; {BY_HASH}"
    )
}
