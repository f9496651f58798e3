//! The keys that a walk has seen, as long as it goes on: by them, its end knows what is gone.

use super::names::{Names, STAGE};

/// One row of hashes for each commit.
pub(super) fn note(names: &Names) -> String {
    format!(
        "insert into sync.seen (connection, resource, partition, run_id, keys) \
         select $1, $2, $3, $4, array_agg({}) from {STAGE} s where {} having count(*) > 0",
        names.hash("s"),
        names.within("s", "$5")
    )
}

/// What walks have seen that began with an empty table is the table itself (`unnoted`), until
/// one of them goes on elsewhere. The hashes are put into 64 rows for each listing, as one
/// array of all keys of a large table would be larger than a value can be.
pub(super) fn note_all(names: &Names, within: &str) -> String {
    format!(
        "with unnoted as (update sync.state set unnoted = false where connection = $1 and resource = $2 and unnoted and {within} returning partition) \
         insert into sync.seen (connection, resource, partition, run_id, keys) \
         select $1, $2, u.partition, $3, array_agg({hash}) from unnoted u join {} t on {} \
         group by u.partition, {hash} & 63",
        names.table,
        names.partition.as_ref().map_or("true".to_owned(), |column| format!(
            "u.partition = jsonb_build_array(t.{column})::text"
        )),
        hash = names.hash("t")
    )
}

/// Those of the last batch are still staged, and not noted.
pub(super) fn count(names: &Names) -> String {
    format!(
        "select count(distinct key) from (select {} as key from {STAGE} s where {} union all \
         select unnest(keys) from sync.seen where connection = $1 and resource = $2 and partition = any($3::text[])) as seen",
        names.hash("s"),
        names.within("s", "$4")
    )
}
