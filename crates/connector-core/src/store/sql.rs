//! The statements of one table. Pure text, and the only text with names pasted in.
//!
//! Everything that is pasted is a name from a declaration or the connection's
//! schema, quoted here; values are bound, or come through `copy`.

use crate::column::{Source, SqlType};
use crate::resource::Resource;

/// A name as SQL takes it, whatever it holds.
pub(crate) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table's name, with its schema.
pub(crate) fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", ident(schema), ident(table))
}

/// The temporary table that a batch is copied into.
const STAGE: &str = "pg_temp.stage";

/// The columns that a new row has besides: the run, and twice its time.
const NEW: &str = "_run_id, _first_seen_at, _last_changed_at";

/// For what compares whole listings. Nobody tells the planner how many keys or parents there
/// are, and where it takes them for one, it compares each of them with each row.
pub(super) const BY_HASH: &str = "set local enable_nestloop = off; set local enable_mergejoin = off; set local enable_hashjoin = on";

/// The statements that merge a batch into one table.
#[derive(Debug)]
pub(crate) struct Statements {
    /// Makes the stage.
    pub(crate) stage: String,
    /// Fills it.
    pub(crate) fill: Fill,
    /// Fills the table itself, with rows none of whose keys it has.
    pub(crate) insert: Fill,
    /// The types of the stage's columns.
    pub(crate) types: Vec<SqlType>,
    /// Rows of the stage, or of it and the table, that have one key and differ.
    pub(crate) collisions: Collisions,
    /// Leaves the newest row of each key in it.
    pub(crate) deduplicate: String,
    /// Lets the merge read the table through, beside a stage whose keys are known to differ.
    pub(crate) by_hash: String,
    /// Whether the table has no row at all, not even a deleted one.
    pub(crate) is_empty: String,
    /// Inserts the rows whose key is new, updates those that differ, and returns how many of
    /// each, and how many went back to an older version. Binds the run, connection, resource,
    /// and the run's time.
    pub(crate) merge: String,
    /// What the merge will do.
    pub(crate) foresee: Foresee,
    /// The keys of rows that were marked deleted. Binds the time, and how many.
    pub(crate) foresee_deleted: String,
    /// Notes the keys of a walk that goes on. Binds connection, resource, partition, run, and the partition's values.
    pub(crate) note_seen: String,
    /// Notes all keys that the table has of walks that go on and that nothing is noted of. Binds connection, resource and run.
    pub(crate) note_all: String,
    /// Marks what complete walks did not see. Binds the time, connection, resource, the walks' partitions, and their values.
    pub(crate) mark_deleted: String,
    /// Counts the keys that the walks of partitions have seen. Binds connection, resource, the partitions, and their values.
    pub(crate) count_seen: String,
    /// Counts the rows that are not deleted in partitions. Binds their values.
    pub(crate) count_live: String,
    /// The partitions of staged rows of which the table has one already.
    pub(crate) reaching: String,
    /// Those of some partitions that have a row, deleted or not. Binds their values.
    pub(crate) known: String,
    /// Marks what belongs to deleted rows of the parent. Binds the time.
    pub(crate) mark_orphans: Option<String>,
    /// Forgets a kind of what is known of listings that belong to no row of the parent: where
    /// their walks are, or what those have seen. Binds connection and resource.
    pub(crate) forget_orphans: Option<[String; 2]>,
    /// The number of rows of a positional listing, unless some are not there. Binds the partition's values.
    pub(crate) count_positions: Option<String>,
    /// The table's qualified name.
    pub(crate) table: String,
}

/// The statements that bring tuples somewhere.
#[derive(Debug)]
pub(crate) struct Fill {
    /// From a stream of them.
    pub(crate) copy: String,
    /// From an array for each column. Binds the run and its time behind them, if it is the table.
    pub(crate) bound: String,
}

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

impl Statements {
    #[expect(clippy::too_many_lines, reason = "one statement after another, and nothing else")]
    pub(crate) fn new(schema: &str, resource: &Resource, parent: Option<&Resource>) -> Self {
        let table = qualified(schema, resource.table);
        let columns: Vec<String> =
            resource.table_columns().map(|column| ident(column.name)).collect();
        let key: Vec<String> = resource.key_columns().map(ident).collect();
        let is_key = |name: &str| resource.key_columns().any(|key| key == name);
        let written: Vec<String> = resource
            .table_columns()
            .filter(|column| !is_key(column.name))
            .map(|column| ident(column.name))
            .chain([ident("_extra")])
            .collect();
        let compared: Vec<String> = resource
            .table_columns()
            .filter(|column| {
                !is_key(column.name) && !column.volatile && column.source != Source::Position
            })
            .map(|column| ident(column.name))
            .chain([ident("_extra")])
            .collect();
        let staged: Vec<(String, SqlType)> = resource
            .table_columns()
            .map(|column| (ident(column.name), column.sql_type))
            .chain([("_extra".to_owned(), SqlType::Jsonb)])
            .collect();
        let types: Vec<String> =
            staged.iter().map(|(name, sql_type)| format!("{name} {}", sql_type.name())).collect();
        let arrays: Vec<String> = (staged.iter().enumerate())
            .map(|(at, (_, sql_type))| format!("${}::{}[]", at + 1, sql_type.name()))
            .collect();
        let on_key =
            key.iter().map(|key| format!("t.{key} = s.{key}")).collect::<Vec<_>>().join(" and ");
        let of = |alias: &str, names: &[String]| {
            names.iter().map(|name| format!("{alias}.{name}")).collect::<Vec<_>>().join(", ")
        };
        let hash = |alias: &str| format!("hash_record_extended(row({}), 0)", of(alias, &key));
        let list = columns.join(", ");
        let (wins, went_back) = resource.version.map(ident).map_or_else(
            || (String::new(), "false".to_owned()),
            |version| versions(&version, &hash("s")),
        );
        let assignments: Vec<String> =
            written.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        let first = &key[0];
        let differing = format!(
            "from {STAGE} s left join {table} t on {on_key} \
             where ($1::bigint, $2::text, $3::text) is not null \
             and (t.{first} is null or t._deleted_at is not null or {wins}({}) is distinct from ({}))",
            of("t", &compared),
            of("s", &compared)
        );
        let partition = resource.partition_columns().next().map(|column| ident(column.name));
        let partition_of = |alias: &str| {
            partition.as_ref().map_or("''::text".to_owned(), |column| format!("{alias}.{column}"))
        };
        let within = |alias: &str, parameter: &str| match &partition {
            Some(column) => format!("{alias}.{column} = any({parameter}::text[])"),
            // Bound all the same, so that every table's statements bind the same.
            None => format!("({parameter}::text[] is not null)"),
        };
        Self {
            stage: format!(
                "create temporary table stage ({}) on commit drop",
                types.join(", ")
            ),
            fill: Fill {
                copy: format!("copy {STAGE} ({list}, _extra) from stdin (format binary)"),
                bound: format!("insert into {STAGE} select * from unnest({})", arrays.join(", ")),
            },
            insert: Fill {
                copy: format!("copy {table} ({list}, _extra, {NEW}) from stdin (format binary)"),
                bound: format!(
                    "insert into {table} ({list}, _extra, {NEW}) select *, ${run}::bigint, ${time}::timestamptz, ${time} from unnest({})",
                    arrays.join(", "),
                    run = arrays.len() + 1,
                    time = arrays.len() + 2
                ),
            },
            types: staged.iter().map(|(_, sql_type)| *sql_type).collect(),
            collisions: collisions(&key, &compared, &on_key, (&table, partition.as_deref()), &hash("s")),
            deduplicate: deduplicate(&key, resource),
            by_hash: format!(
                "set local default_statistics_target = 1; analyze {STAGE} ({}); {BY_HASH}",
                key.join(", ")
            ),
            is_empty: format!("select not exists (select from {table})"),
            merge: format!(
                "with differing as materialized (select s.*, t.{first} is null as _is_new, {went_back} as _went_back {differing}), \
                 written as (insert into {table} ({list}, _extra, {NEW}) \
                 select {list}, _extra, $1, $4, $4 from differing on conflict ({}) do update \
                 set {}, _run_id = $1, _last_changed_at = $4, _deleted_at = null returning 1) \
                 select count(*) filter (where _is_new), count(*) filter (where not _is_new), count(*) filter (where _went_back), (select count(*) from written) from differing",
                key.join(", "),
                assignments.join(", ")
            ),
            foresee: foresee(first, &compared, &key, &differing),
            foresee_deleted: format!(
                "select array[{}] from {table} t where t._deleted_at = $1 order by {} limit $2",
                texts("t", &key),
                of("t", &key)
            ),
            note_seen: format!(
                "insert into sync.seen (connection, resource, partition, run_id, keys) \
                 select $1, $2, $3, $4, array_agg({}) from {STAGE} s where {} having count(*) > 0",
                hash("s"),
                within("s", "$5")
            ),
            note_all: format!(
                "with unnoted as (update sync.state set unnoted = false where connection = $1 and resource = $2 and unnoted returning partition) \
                 insert into sync.seen (connection, resource, partition, run_id, keys) \
                 select $1, $2, u.partition, $3, array_agg({hash}) from unnoted u join {table} t on {} \
                 group by u.partition, {hash} & 63",
                partition.as_ref().map_or("true".to_owned(), |column| format!("u.partition = jsonb_build_array(t.{column})::text")),
                hash = hash("t")
            ),
            mark_deleted: format!(
                "update {table} t set _deleted_at = $1 where t._deleted_at is null and {} \
                 and not exists (select from {STAGE} s where {on_key}) \
                 and not exists (select from (select unnest(keys) from sync.seen \
                 where connection = $2 and resource = $3 and partition = any($4::text[])) as seen (key) where seen.key = {})",
                within("t", "$5"),
                hash("t")
            ),
            count_seen: format!(
                "select count(distinct key) from (select {} as key from {STAGE} s where {} union all \
                 select unnest(keys) from sync.seen where connection = $1 and resource = $2 and partition = any($3::text[])) as seen",
                hash("s"),
                within("s", "$4")
            ),
            count_live: format!(
                "select {} as partition, count(*) from {table} t where t._deleted_at is null and {} group by 1",
                partition_of("t"),
                within("t", "$1")
            ),
            reaching: format!(
                "select distinct {} from {STAGE} s join {table} t on {on_key}",
                partition_of("s")
            ),
            known: match &partition {
                Some(column) => format!(
                    "select w.partition from unnest($1::text[]) as w (partition) \
                     where exists (select from {table} t where t.{column} = w.partition)"
                ),
                None => format!("select ''::text where $1::text[] is not null and exists (select from {table})"),
            },
            mark_orphans: parent.zip(resource.parent).map(|(parent, by)| {
                format!(
                    "update {table} t set _deleted_at = $1 from {} p where t._deleted_at is null \
                     and p._deleted_at is not null and p.{}::text = t.{}",
                    qualified(schema, parent.table),
                    ident(by.column),
                    ident(by.placeholder)
                )
            }),
            forget_orphans: parent.zip(resource.parent).map(|(parent, by)| {
                ["state", "seen"].map(|known| {
                    format!(
                        "delete from sync.{known} k where k.connection = $1 and k.resource = $2 and not exists \
                         (select from {} p where p._deleted_at is null and k.partition = jsonb_build_array(p.{}::text)::text)",
                        qualified(schema, parent.table),
                        ident(by.column)
                    )
                })
            }),
            count_positions: resource.columns.iter().find(|column| column.source == Source::Position).map(|column| {
                format!("select case when max(t.{}) + 1 = count(*) then count(*) end from {table} t where t._deleted_at is null and {}", ident(column.name), within("t", "$1"))
            }),
            table,
        }
    }
}

/// The condition under which a staged row wins over the table's, and whether that one is newer.
///
/// Versions decide between copies that one walk has read, in whatever order they came. What an
/// older walk has read never wins: a vendor that restored a backup has nothing else. A row that
/// this walk has read and left as it was is known by its key among those that were seen; that
/// is looked up for the rows alone that would go back.
fn versions(version: &str, hash: &str) -> (String, String) {
    // One in the future is no time at which anything changed, and would keep all others away.
    let is_time = format!("t.{version} <= now() + interval '1 day'");
    let is_newer = format!("coalesce(s.{version} < t.{version} and {is_time}, false)");
    let wins = format!(
        "(not {is_newer} or (t._run_id < $1 and not ({hash} in (select unnest(keys) from sync.seen \
         where connection = $2 and resource = $3)))) and "
    );
    (wins, is_newer)
}

/// How rows with one key are found that differ.
fn collisions(
    key: &[String],
    compared: &[String],
    on_key: &str,
    (table, partition): (&str, Option<&str>),
    hash: &str,
) -> Collisions {
    let id = partition
        .map_or("'[]'::text".to_owned(), |column| format!("jsonb_build_array(s.{column})::text"));
    let of = |alias: &str| {
        let columns: Vec<String> = compared.iter().map(|name| format!("{alias}.{name}")).collect();
        format!("row({})", columns.join(", "))
    };
    let keys: Vec<String> = key.iter().map(|name| format!("s.{name}")).collect();
    Collisions {
        staged: format!(
            "select coalesce(sum(more), 0)::bigint, coalesce(array_agg(distinct id), '{{}}') from \
             (select {id} as id, count(distinct {}) - 1 as more from {STAGE} s group by {} having count(*) > 1) c where more > 0",
            of("s"),
            keys.join(", ")
        ),
        merged: format!(
            "select count(*), coalesce(array_agg(distinct {id}), '{{}}') from {STAGE} s join {table} t on {on_key} \
             where {} is distinct from {} and ($4::boolean and t._run_id = $1 or {hash} in (select unnest(k.keys) from sync.seen k \
             where k.connection = $2 and k.resource = $3 and k.partition not like '% '))",
            of("t"),
            of("s")
        ),
    }
}

/// What a merge will do, before it does: how many rows come back, in how many each field
/// changes, and some of the rows.
fn foresee(first: &str, compared: &[String], key: &[String], differing: &str) -> Foresee {
    let fields = compared.iter().map(|name| {
        format!(
            "count(*) filter (where t.{first} is not null and t.{name} is distinct from s.{name})"
        )
    });
    Foresee {
        fields: compared.iter().map(|name| name.trim_matches('"').to_owned()).collect(),
        count: format!(
            "select count(*) filter (where t._deleted_at is not null), array[{}]::bigint[] {differing}",
            fields.collect::<Vec<_>>().join(", ")
        ),
        sample: format!(
            "select case when t.{first} is null then 'insert' when t._deleted_at is null then 'update' else 'undelete' end, \
             array[{}] {differing} order by {} limit $4",
            texts("s", key),
            texts("s", key)
        ),
    }
}

/// Columns as texts, which may be none.
fn texts(alias: &str, columns: &[String]) -> String {
    let texts = columns.iter().map(|name| format!("coalesce({alias}.{name}::text, '')"));
    texts.collect::<Vec<_>>().join(", ")
}

/// Leaves the newest of the staged rows with one key.
fn deduplicate(key: &[String], resource: &Resource) -> String {
    let newest = match resource.version.map(ident) {
        Some(version) => format!(
            "case when {version} <= now() + interval '1 day' then {version} end desc nulls last, ctid desc"
        ),
        None => "ctid desc".to_owned(),
    };
    format!(
        "delete from {STAGE} s using (select ctid, row_number() over (partition by {} order by {newest}) as place from {STAGE}) d \
         where d.place > 1 and s.ctid = d.ctid",
        key.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Json;

    #[derive(connector_derive::Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Endpoint {
        id: String,
        order: Option<i64>,
        metadata: Option<Json>,
        #[record(volatile)]
        took_ms: Option<i64>,
        updated_at: crate::DateTime<crate::Utc>,
    }

    #[test]
    fn names_are_quoted_whatever_they_hold() {
        assert_eq!(ident(r#"a"b; drop table x"#), r#""a""b; drop table x""#);
    }

    #[test]
    fn the_statements_of_a_child_with_versions_are_these() {
        const PARENT: Resource = Resource::new::<Endpoint>("apps", "/apps");
        const CHILD: Resource = Resource::new::<Endpoint>("endpoints", "/apps/{app_id}/endpoints")
            .each("app_id", "apps", "id")
            .version("updated_at");
        insta::assert_debug_snapshot!(Statements::new("acme", &CHILD, Some(&PARENT)));
    }
}
