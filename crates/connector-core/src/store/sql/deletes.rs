//! What is gone is marked, and what belongs to it.

use connector_spec::Parent;

use super::names::{Names, STAGE, ident};

/// A row of a listing that was read whole is gone if its key is neither in the last batch, which
/// is staged, nor among those that the walk has seen before. `not exists` becomes an anti-join;
/// `not in` would compare each row with a list that may have nulls.
///
/// It is noted and not marked: whether all that is gone is too much to be believed shows only when
/// every part of the table was read. The key itself is noted, as a hash may be that of a row that
/// is there, and tell that it is gone.
pub(super) fn note(names: &Names) -> String {
    let key = names.key.iter().map(|name| format!("t.{name}::text"));
    format!(
        "with gone as (insert into sync.gone (connection, resource, partition, key, run_id) \
         select $1, $2, {id}, array[{key}], $5 from {table} t where t._deleted_at is null and {within} \
         and not exists (select from {STAGE} s where {on_key}) \
         and not exists (select from (select unnest(keys) from sync.seen \
         where connection = $1 and resource = $2 and partition = any($3::text[])) as seen (key) where seen.key = {hash}) \
         returning partition) select partition, count(*) from gone group by 1",
        id = names.id_of("t"),
        key = key.collect::<Vec<_>>().join(", "),
        table = names.table,
        within = names.within("t", "$4"),
        on_key = names.on_key(),
        hash = names.hash("t")
    )
}

/// So many rows at once, and by the index of the key: what is noted may be few of many, or many.
pub(super) fn mark(names: &Names) -> String {
    let equal = names.key.iter().enumerate().map(|(at, name)| {
        let sql_type = names.staged.iter().find(|(staged, _)| staged == name);
        let sql_type = sql_type.map_or("text", |(_, sql_type)| sql_type.name());
        format!("t.{name} = noted.key[{}]::{sql_type}", at + 1)
    });
    format!(
        "with noted as (delete from sync.gone where ctid = any(array( \
         select ctid from sync.gone where connection = $2 and resource = $3 limit $4)) returning key), \
         marked as (update {} t set _deleted_at = $1 from noted where t._deleted_at is null and {} returning 1) \
         select (select count(*) from noted), (select count(*) from marked)",
        names.table,
        equal.collect::<Vec<_>>().join(" and ")
    )
}

/// Nobody asks for the children of a deleted row any more, so nothing else would mark them.
pub(super) fn mark_orphans(names: &Names, parent: &str, by: &Parent) -> String {
    format!(
        "update {} t set _deleted_at = $1 from {parent} p where t._deleted_at is null \
         and p._deleted_at is not null and p.{}::text = t.{}",
        names.table,
        ident(by.column),
        ident(by.placeholder)
    )
}

/// Listings that are not asked for any more leave nothing behind.
pub(super) fn forget(parent: &str, by: &Parent) -> [String; 2] {
    ["state", "seen"].map(|known| {
        format!(
            "delete from sync.{known} k where k.connection = $1 and k.resource = $2 and not exists \
             (select from {parent} p where p._deleted_at is null and k.partition = jsonb_build_array(p.{}::text)::text)",
            ident(by.column)
        )
    })
}
