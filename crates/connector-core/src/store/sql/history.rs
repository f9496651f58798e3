//! History: closed versions of rows, beside the table that has the current ones.
//!
//! A version is closed when the merge replaces it, by the same statement. A row that is marked
//! deleted is not replaced: it stays where it is, its version ends with `_deleted_at`, and only
//! what replaces it, if it ever comes back, moves it here. So nothing that marks rows has to
//! know of versions, and a table whose rows do not change has no row here.

use connector_spec::Resource;

use super::names::{Names, ident, literal, qualified};

/// The columns of a closed version besides those of data, with their types.
pub(crate) const CLOSED: [(&str, &str); 5] = [
    ("_extra", "jsonb"),
    ("_run_id", "bigint"),
    ("_first_seen_at", "timestamp with time zone"),
    ("_valid_from", "timestamp with time zone"),
    ("_valid_to", "timestamp with time zone"),
];

/// The same, as they are in statements, in one order.
const CLOSED_NAMES: &str = "_extra, _run_id, _first_seen_at, _valid_from, _valid_to";

/// The end of the version that the table has of a row. A row that was deleted by a run whose
/// clock was behind that of the one before has been there for a moment all the same.
const END: &str = "case when t._deleted_at < t._last_changed_at \
                   then t._last_changed_at + interval '1 microsecond' else t._deleted_at end";

/// The time from which a row counts that differs. It lies behind all that is known of the row,
/// whatever the clock of the run says.
const AT: &str = "case when t._run_id = $1 then t._last_changed_at \
                  else greatest($4, t._last_changed_at + interval '1 microsecond', t._deleted_at) end";

/// The names of what stands beside a table.
pub(crate) struct Beside {
    pub(crate) history: String,
    pub(crate) versions: String,
    pub(crate) as_of: String,
}

impl Beside {
    pub(crate) fn of(table: &str) -> Self {
        Self {
            history: format!("{table}_history"),
            versions: format!("{table}_versions"),
            as_of: format!("{table}_as_of"),
        }
    }
}

/// What the merge does with the versions that it replaces: two parts of its statement, and
/// what its result has besides.
pub(super) struct Closing {
    /// Columns of the rows that differ: what they were.
    pub(super) was: String,
    /// The parts of the statement that close versions, and take away those that are too many.
    pub(super) parts: String,
    /// How many versions were closed, how many should have been, and the end of the newest one
    /// that was taken away.
    pub(super) result: String,
}

/// Closes the versions that a merge replaces. Binds, behind what the merge binds, the time
/// before which a version has to have begun, if there is one, and how many closed versions of
/// a row are kept.
///
/// What this run wrote itself is no version: it would have no length.
pub(super) fn closing(names: &Names, schema: &str, table: &str) -> Closing {
    let history = qualified(schema, &Beside::of(table).history);
    let first = &names.key[0];
    let was: Vec<String> = names
        .columns
        .iter()
        .enumerate()
        .map(|(at, name)| format!("t.{name} as _was_{at}"))
        .collect();
    let of_was: Vec<String> = (0..names.columns.len()).map(|at| format!("_was_{at}")).collect();
    let on_key = |one: &str, other: &str| {
        let equal = names.key.iter().map(|key| format!("{one}.{key} = {other}.{key}"));
        equal.collect::<Vec<_>>().join(" and ")
    };
    Closing {
        was: format!(
            "{}, t._extra as _was_extra, t._run_id as _was_run_id, t._first_seen_at as _was_first_seen_at, \
             t._last_changed_at as _was_from, coalesce({END}, {AT}) as _was_to, {AT} as _at, \
             t.{first} is not null and t._run_id <> $1 and ($5::timestamptz is null or t._last_changed_at < $5) \
             and t._deleted_at is distinct from t._last_changed_at as _closes",
            was.join(", ")
        ),
        // A lookup by `ctid` costs as much as there are rows to take away, however rows are joined.
        parts: format!(
            "closed as (insert into {history} ({columns}, {CLOSED_NAMES}) \
             select {of_was}, _was_extra, _was_run_id, _was_first_seen_at, _was_from, _was_to from differing where _closes returning 1), \
             dropped as (delete from {history} h where $6::bigint is not null and h.ctid = any (array( \
             select o.ctid from differing d cross join lateral (select h.ctid from {history} h where {same} \
             order by h._valid_from desc offset $6 - 1) o where d._closes)) returning h._valid_to), ",
            columns = names.columns.join(", "),
            of_was = of_was.join(", "),
            same = on_key("h", "d"),
        ),
        result: "(select count(*) from closed), count(*) filter (where _closes), (select max(_valid_to) from dropped)"
            .to_owned(),
    }
}

/// The statements that keep a table's history within its bounds.
#[derive(Debug)]
pub(crate) struct Prune {
    /// Takes away versions that ended before a time, and returns the end of the newest of them. Binds the time.
    pub(crate) old: String,
    /// The same with those of each row beyond a number of its newest ones. Binds the number.
    pub(crate) many: String,
}

pub(super) fn prune(names: &Names, schema: &str, table: &str) -> Prune {
    let history = qualified(schema, &Beside::of(table).history);
    let result = "returning _valid_to) select count(*), max(_valid_to) from gone";
    Prune {
        old: format!("with gone as (delete from {history} where _valid_to < $1 {result}"),
        many: format!(
            "with gone as (delete from {history} h where h.ctid = any (array(select ctid from ( \
             select ctid, row_number() over (partition by {} order by _valid_from desc) as place from {history}) p \
             where place > $1)) {result}",
            names.key.join(", ")
        ),
    }
}

/// What is made beside a table: the table of closed versions, the view of all versions, and the
/// function that has those of a time.
pub(crate) struct Made<'a> {
    schema: &'a str,
    resource: &'a Resource,
    names: Names,
    beside: Beside,
}

impl<'a> Made<'a> {
    pub(crate) fn of(schema: &'a str, resource: &'a Resource) -> Self {
        let (names, beside) = (Names::of(schema, resource), Beside::of(resource.table));
        Self { schema, resource, names, beside }
    }

    fn history(&self) -> String {
        qualified(self.schema, &self.beside.history)
    }

    /// Makes everything.
    pub(crate) fn create(&self) -> Vec<String> {
        let columns = self.resource.table_columns().map(|column| {
            let is_key = self.resource.key_columns().any(|key| key == column.name);
            let not_null = if is_key { " not null" } else { "" };
            format!("{} {}{not_null}", ident(column.name), column.sql_type.name())
        });
        let closed = CLOSED.map(|(name, sql_type)| {
            let not_null = if name == "_extra" { "" } else { " not null" };
            format!("{name} {sql_type}{not_null}")
        });
        let columns: Vec<String> = columns.chain(closed).collect();
        let (history, table) = (self.history(), self.resource.table);
        let mut statements = vec![
            format!(
                "create table {history} (\n    {},\n    primary key ({}, _valid_from)\n);",
                columns.join(",\n    "),
                self.names.key.join(", ")
            ),
            format!("create index on {history} (_valid_to);"),
            format!(
                "comment on table {history} is {};\n\
                 comment on column {history}._run_id is 'The run that wrote this version.';\n\
                 comment on column {history}._valid_from is 'When the row became so.';\n\
                 comment on column {history}._valid_to is 'When it was another one, or was deleted.';",
                literal(&format!(
                    "Rows as they were before those of {table}: closed versions only."
                ))
            ),
        ];
        statements.extend(self.views(&[], false));
        statements
    }

    /// Adds columns that the table got since, and brings view and function along.
    pub(crate) fn widen(&self, there: &[String], shown: &[String]) -> Vec<String> {
        let history = self.history();
        let new = self
            .resource
            .table_columns()
            .filter(|column| !there.iter().any(|name| name == column.name));
        let new: Vec<String> = new
            .map(|column| {
                let (name, sql_type) = (ident(column.name), column.sql_type.name());
                format!("alter table {history} add column {name} {sql_type};")
            })
            .collect();
        if new.is_empty() {
            return new;
        }
        new.into_iter().chain(self.views(shown, true)).collect()
    }

    /// The view and the function, with the columns that the view has already first: it can
    /// only be replaced by one that has the same ones in the same order.
    fn views(&self, shown: &[String], replaces: bool) -> Vec<String> {
        let data = self.resource.table_columns().map(|column| column.name);
        let usual = data.chain([
            "_extra",
            "_run_id",
            "_first_seen_at",
            "_valid_from",
            "_valid_to",
            "_is_current",
        ]);
        let usual: Vec<&str> = usual.collect();
        let kept = shown.iter().map(String::as_str).filter(|name| usual.contains(name));
        let new = usual.iter().copied().filter(|name| !shown.iter().any(|other| other == name));
        let columns: Vec<&str> = kept.chain(new).collect();
        let of_history = columns.iter().map(|name| match *name {
            "_is_current" => "false as _is_current".to_owned(),
            name => format!("h.{}", ident(name)),
        });
        let of_history = of_history.collect::<Vec<_>>().join(", ");
        let of_table = columns.iter().map(|name| match *name {
            "_valid_from" => "t._last_changed_at".to_owned(),
            "_valid_to" => END.to_owned(),
            "_is_current" => "t._deleted_at is null".to_owned(),
            name => format!("t.{}", ident(name)),
        });
        let of_table = of_table.collect::<Vec<_>>().join(", ");
        let (history, table) = (self.history(), &self.names.table);
        let view = qualified(self.schema, &self.beside.versions);
        let function = qualified(self.schema, &self.beside.as_of);
        let or_replace = if replaces { " or replace" } else { "" };
        let (connection, resource) = (literal(self.schema), literal(self.resource.name));
        // One statement of SQL, so that the planner looks into it: a condition on the key is
        // then a lookup in both tables.
        let body = format!(
            "select v.* from (select {of_history} from {history} h where h._valid_from <= $1 and h._valid_to > $1 \
             union all select {of_table} from {table} t where t._last_changed_at <= $1 and (t._deleted_at is null or {END} > $1)) v \
             where sync.has_history({connection}, {resource}, $1)"
        );
        vec![
            format!(
                "create{or_replace} view {view} as\nselect {of_history} from {history} h\nunion all\n\
                 select {of_table} from {table} t where t._deleted_at is distinct from t._last_changed_at;"
            ),
            format!(
                "comment on view {view} is {};\n\
                 comment on column {view}._valid_from is 'When the row became so.';\n\
                 comment on column {view}._valid_to is 'When it was another one, or was deleted; null if it is so now.';\n\
                 comment on column {view}._is_current is 'Whether the row is so now.';",
                literal(&format!("All versions of the rows of {}.", self.resource.table))
            ),
            format!(
                "create{or_replace} function {function}(at timestamptz) returns setof {view}\n\
                 language sql stable parallel safe as {};",
                literal(&body)
            ),
            format!(
                "comment on function {function} is {};",
                literal(&format!(
                    "The rows of {} as they were at a time; fails for one of which that is not known.",
                    self.resource.table
                ))
            ),
        ]
    }
}
