//! What the table has of listings.

use super::names::{Names, STAGE};

pub(super) fn is_empty(names: &Names) -> String {
    format!("select not exists (select from {})", names.table)
}

pub(super) fn count_live(names: &Names) -> String {
    format!(
        "select {} as partition, count(*) from {} t where t._deleted_at is null and {} group by 1",
        names.partition_of("t"),
        names.table,
        names.within("t", "$1")
    )
}

/// A window that has a row which is known reaches what is known.
pub(super) fn reaching(names: &Names) -> String {
    format!(
        "select distinct {} from {STAGE} s join {} t on {}",
        names.partition_of("s"),
        names.table,
        names.on_key()
    )
}

pub(super) fn known(names: &Names) -> String {
    let table = &names.table;
    match &names.partition {
        Some(column) => format!(
            "select w.partition from unnest($1::text[]) as w (partition) \
             where exists (select from {table} t where t.{column} = w.partition)"
        ),
        None => {
            format!("select ''::text where $1::text[] is not null and exists (select from {table})")
        }
    }
}

/// Positions count from zero without a gap, or rows are missing, as a person may have deleted some.
pub(super) fn count_positions(names: &Names) -> Option<String> {
    let position = names.position.as_ref()?;
    Some(format!(
        "select case when max(t.{position}) + 1 = count(*) then count(*) end from {} t where t._deleted_at is null and {}",
        names.table,
        names.within("t", "$1")
    ))
}
