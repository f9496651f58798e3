//! What a merge will do, before it does.

use super::names::Names;

/// The statements that look at what a merge will do.
#[derive(Debug)]
pub(crate) struct Foresee {
    /// The columns that are compared.
    pub(crate) fields: Vec<String>,
    /// Counts the rows that come back, and those in which each field changes. Binds the run, connection and resource.
    pub(crate) count: String,
    /// What happens to some rows, with their keys. Binds the same, and how many.
    pub(crate) sample: String,
}

/// How many rows come back, in how many each field changes, and some of the rows.
pub(super) fn foresee(names: &Names, differing: &str) -> Foresee {
    let first = &names.key[0];
    let fields = names.compared.iter().map(|name| {
        format!(
            "count(*) filter (where t.{first} is not null and t.{name} is distinct from s.{name})"
        )
    });
    let key = Names::texts("s", &names.key);
    Foresee {
        fields: names.compared.iter().map(|name| name.trim_matches('"').to_owned()).collect(),
        count: format!(
            "select count(*) filter (where t._deleted_at is not null), array[{}]::bigint[] {differing}",
            fields.collect::<Vec<_>>().join(", ")
        ),
        sample: format!(
            "select case when t.{first} is null then 'insert' when t._deleted_at is null then 'update' else 'undelete' end, \
             array[{key}] {differing} order by {key} limit $4"
        ),
    }
}

/// Some of the rows that were marked deleted at that time.
pub(super) fn deleted(names: &Names) -> String {
    format!(
        "select array[{}] from {} t where t._deleted_at = $1 order by {} limit $2",
        Names::texts("t", &names.key),
        names.table,
        Names::of_row("t", &names.key)
    )
}
