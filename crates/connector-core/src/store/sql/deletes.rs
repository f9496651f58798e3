//! What is gone is marked, and what belongs to it.

use connector_spec::Parent;

use super::names::{Names, STAGE, ident};

/// A row of a listing that was read whole is gone if its key is neither in the last batch, which
/// is staged, nor among those that the walk has seen before. `not exists` becomes an anti-join;
/// `not in` would compare each row with a list that may have nulls.
pub(super) fn mark(names: &Names) -> String {
    format!(
        "update {} t set _deleted_at = $1 where t._deleted_at is null and {} \
         and not exists (select from {STAGE} s where {}) \
         and not exists (select from (select unnest(keys) from sync.seen \
         where connection = $2 and resource = $3 and partition = any($4::text[])) as seen (key) where seen.key = {})",
        names.table,
        names.within("t", "$5"),
        names.on_key(),
        names.hash("t")
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
