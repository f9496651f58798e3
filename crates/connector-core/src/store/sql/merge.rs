//! The merge: what is new is inserted, what differs is updated, and nothing else is touched.

use super::history::Closing;
use super::names::{NEW, Names, STAGE};

/// The statements that find rows with one key that differ. They tell how many, and the
/// partitions that they are in.
#[derive(Debug)]
pub(crate) struct Collisions {
    /// In the stage.
    pub(crate) staged: String,
    /// Between the stage, without repeats, and what the same walks have brought before. Binds
    /// the run, connection, resource, and whether all rows of the table are of its first pass.
    pub(crate) merged: String,
}

/// The staged rows that will be written, each with the row that the table has, if it has one.
///
/// Its first condition binds what all users of it bind, so that they can be bound alike.
pub(super) fn differing(names: &Names) -> String {
    let (table, on_key) = (&names.table, names.on_key());
    format!("from {STAGE} s left join {table} t on {on_key} where {}", is_written(names))
}

/// The same, where most of the table's rows are in a range of places, whose ends are bound as
/// these parameters; and the part of the statement that comes before it.
///
/// The range is read through, and joined by hash. Staged rows that meet theirs there and do not
/// differ, as most do, are done with; with others that meet theirs goes the table's row, in one
/// piece. Rows that met none are looked up by their keys. So the range says where to look first,
/// and what comes of it is the same whatever it is.
fn differing_nearby(names: &Names, range: (usize, usize)) -> (String, String) {
    let (table, on_key, key) = (&names.table, names.on_key(), &names.key[0]);
    let looked = format!(
        "looked as materialized (select s.*, row(t.*)::{table} as _near from {STAGE} s left join {table} t on {on_key} \
         and t.ctid >= ${}::text::tid and t.ctid < ${}::text::tid where {}), ",
        range.0,
        range.1,
        differs(names, "")
    );
    let differing = format!(
        "from looked s left join lateral (select (s._near).* where (s._near).{key} is not null \
         union all select t.* from {table} t where (s._near).{key} is null and {on_key}) t on true \
         where {}",
        is_written(names)
    );
    (looked, differing)
}

fn is_written(names: &Names) -> String {
    let wins = names.version.as_ref().map_or(String::new(), |version| versions(names, version).0);
    format!("($1::bigint, $2::text, $3::text) is not null and ({})", differs(names, &wins))
}

/// Whether a value differs (`is distinct from`, as nulls are values here), under a condition, or
/// a row was deleted and is back, or is new.
fn differs(names: &Names, condition: &str) -> String {
    format!(
        "t.{} is null or t._deleted_at is not null or {condition}({}) is distinct from ({})",
        names.key[0],
        Names::of_row("t", &names.compared),
        Names::of_row("s", &names.compared)
    )
}

/// The statements that merge the stage.
#[derive(Debug)]
pub(crate) struct Merge {
    /// Looks each row up.
    pub(crate) by_index: String,
    /// Reads a range of the table through first. Binds the range's ends behind all else.
    pub(crate) nearby: String,
}

pub(super) fn merge(names: &Names, closing: Option<&Closing>) -> Merge {
    let bound = if closing.is_some() { 6 } else { 4 };
    let (looked, nearby) = differing_nearby(names, (bound + 1, bound + 2));
    Merge {
        by_index: statement(names, ("", &differing(names)), closing),
        nearby: statement(names, (&looked, &nearby), closing),
    }
}

/// One statement, so that what is compared is what is written: `materialized` keeps the planner
/// from reading the table twice, and `on conflict` finds the rows to update by the key that the
/// insert looks up anyway. Rows that a trigger swallows are in `differing` and not in `written`.
/// All parts see the table as it was, so that what is replaced can be closed in the same one.
/// What comes back after a deletion is noted, as nothing in the row would tell it from a change.
fn statement(
    names: &Names,
    (before, differing): (&str, &str),
    closing: Option<&Closing>,
) -> String {
    let columns = names.columns.join(", ");
    let (was, parts, result) = match closing {
        Some(closing) => (format!(", {}", closing.was), &*closing.parts, &*closing.result),
        None => (String::new(), "", "0::bigint, 0::bigint, null::timestamptz"),
    };
    let (at, changed_at) =
        if closing.is_some() { ("_at", "excluded._last_changed_at") } else { ("$4", "$4") };
    let went_back =
        names.version.as_ref().map_or("false".to_owned(), |version| versions(names, version).1);
    let assignments = names.written.iter().map(|name| format!("{name} = excluded.{name}"));
    format!(
        "with {before}differing as materialized (select s.*, t.{first} is null as _is_new, t._deleted_at is not null as _is_back, {went_back} as _went_back{was} {differing}), \
         returned as (insert into sync.returns as k (connection, resource, key, run_id) \
         select $2, $3, array[{texts}], $1 from differing d where d._is_back \
         on conflict (connection, resource, key) do update set run_id = greatest(k.run_id, excluded.run_id)), {parts}\
         written as (insert into {table} ({columns}, _extra, {NEW}) \
         select {columns}, _extra, $1, $4, {at} from differing on conflict ({key}) do update \
         set {assignments}, _run_id = $1, _last_changed_at = {changed_at}, _deleted_at = null returning 1) \
         select count(*) filter (where _is_new), count(*) filter (where not _is_new), count(*) filter (where _went_back), (select count(*) from written), {result} from differing",
        first = names.key[0],
        texts = Names::texts("d", &names.key),
        table = names.table,
        key = names.key.join(", "),
        assignments = assignments.collect::<Vec<_>>().join(", ")
    )
}

/// The condition under which a staged row wins over the table's, and whether that one is newer.
///
/// Versions decide between copies that one walk has read, in whatever order they came. What an
/// older walk has read never wins: a vendor that restored a backup has nothing else. A row that
/// this walk has read and left as it was is known by its key among those that were seen; that
/// is looked up for the rows alone that would go back.
fn versions(names: &Names, version: &str) -> (String, String) {
    let hash = names.hash("s");
    // One in the future is no time at which anything changed, and would keep all others away.
    let is_time = format!("t.{version} <= now() + interval '1 day'");
    let is_newer = format!("coalesce(s.{version} < t.{version} and {is_time}, false)");
    let wins = format!(
        "(not {is_newer} or (t._run_id < $1 and not ({hash} in (select unnest(keys) from sync.seen \
         where connection = $2 and resource = $3)))) and "
    );
    (wins, is_newer)
}

/// How rows with one key are found that differ: in the stage, and between it and what this walk
/// has brought before. The latter is in the table with this run's number where nothing was
/// noted yet, and among the seen keys else; those of an earlier pass (`'% '`) do not count.
pub(super) fn collisions(names: &Names) -> Collisions {
    let id = names.id_of("s");
    let of = |alias: &str| format!("row({})", Names::of_row(alias, &names.compared));
    Collisions {
        staged: format!(
            "select coalesce(sum(more), 0)::bigint, coalesce(array_agg(distinct id), '{{}}') from \
             (select {id} as id, count(distinct {}) - 1 as more from {STAGE} s group by {} having count(*) > 1) c where more > 0",
            of("s"),
            Names::of_row("s", &names.key)
        ),
        merged: format!(
            "select count(*), coalesce(array_agg(distinct {id}), '{{}}') from {STAGE} s join {} t on {} \
             where {} is distinct from {} and ($4::boolean and t._run_id = $1 or {} in (select unnest(k.keys) from sync.seen k \
             where k.connection = $2 and k.resource = $3 and k.partition not like '% '))",
            names.table,
            names.on_key(),
            of("t"),
            of("s"),
            names.hash("s")
        ),
    }
}
