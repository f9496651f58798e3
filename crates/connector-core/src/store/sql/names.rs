//! The names that statements are made of, quoted.

use connector_spec::{Resource, Source, SqlType};

/// A name as SQL takes it, whatever it holds.
pub fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL takes it, whatever it holds.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A table's name, with its schema.
pub(crate) fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", ident(schema), ident(table))
}

/// The temporary table that a batch is copied into.
pub(super) const STAGE: &str = "pg_temp.stage";

/// The columns that a new row has besides: the run, and twice its time.
pub(super) const NEW: &str = "_run_id, _first_seen_at, _last_changed_at";

/// A table and its columns. In statements, `t` is a row of the table, and `s` one of the stage.
pub(super) struct Names {
    /// The table.
    pub(super) table: String,
    /// The columns of data, the partition's first.
    pub(super) columns: Vec<String>,
    /// Those of the key.
    pub(super) key: Vec<String>,
    /// Those that an update writes: all but the key.
    pub(super) written: Vec<String>,
    /// Those whose change is a change of the row.
    pub(super) compared: Vec<String>,
    /// The columns of the stage.
    pub(super) staged: Vec<(String, SqlType)>,
    /// The column that tells listings apart, where there are several.
    pub(super) partition: Option<String>,
    /// The column of a newer row's version.
    pub(super) version: Option<String>,
    /// The column of a row's place in its listing.
    pub(super) position: Option<String>,
}

impl Names {
    pub(super) fn of(schema: &str, resource: &Resource) -> Self {
        let is_key = |name: &str| resource.key_columns().any(|key| key == name);
        let extra = || [ident("_extra")];
        let written = resource.table_columns().filter(|column| !is_key(column.name));
        let compared =
            written.clone().filter(|column| !column.volatile && column.source != Source::Position);
        let staged = resource.table_columns().map(|column| (ident(column.name), column.sql_type));
        let positions = |column: &&connector_spec::Column| column.source == Source::Position;
        Self {
            table: qualified(schema, resource.table),
            columns: resource.table_columns().map(|column| ident(column.name)).collect(),
            key: resource.key_columns().map(ident).collect(),
            written: written.map(|column| ident(column.name)).chain(extra()).collect(),
            compared: compared.map(|column| ident(column.name)).chain(extra()).collect(),
            staged: staged.chain([("_extra".to_owned(), SqlType::Jsonb)]).collect(),
            partition: resource.partition_columns().next().map(|column| ident(column.name)),
            version: resource.version.map(ident),
            position: resource.columns.iter().find(positions).map(|column| ident(column.name)),
        }
    }

    /// The places of the key among the columns, in its own order.
    pub(super) fn key_places(&self) -> Vec<usize> {
        let place = |key| self.columns.iter().position(|column| column == key);
        self.key.iter().filter_map(place).collect()
    }

    /// Columns of `t` or `s`.
    pub(super) fn of_row(alias: &str, names: &[String]) -> String {
        names.iter().map(|name| format!("{alias}.{name}")).collect::<Vec<_>>().join(", ")
    }

    /// Columns of `t` or `s` as texts, which may be none.
    pub(super) fn texts(alias: &str, names: &[String]) -> String {
        let texts = names.iter().map(|name| format!("coalesce({alias}.{name}::text, '')"));
        texts.collect::<Vec<_>>().join(", ")
    }

    /// Whether `t` and `s` have one key.
    pub(super) fn on_key(&self) -> String {
        let equal = self.key.iter().map(|key| format!("t.{key} = s.{key}"));
        equal.collect::<Vec<_>>().join(" and ")
    }

    /// The hash of a row's key, as `sync.seen` has it: eight bytes whatever the key is.
    pub(super) fn hash(&self, alias: &str) -> String {
        format!("hash_record_extended(row({}), 0)", Self::of_row(alias, &self.key))
    }

    /// The name in the run tables of the listing that a row of `t` or `s` is of.
    pub(super) fn id_of(&self, alias: &str) -> String {
        let column = self.partition.as_ref();
        column.map_or("'[]'::text".to_owned(), |column| {
            format!("jsonb_build_array({alias}.{column})::text")
        })
    }

    /// The value that tells a row's listing from others.
    pub(super) fn partition_of(&self, alias: &str) -> String {
        let column = self.partition.as_ref();
        column.map_or("''::text".to_owned(), |column| format!("{alias}.{column}"))
    }

    /// Whether a row is of one of the listings that are bound as that parameter.
    pub(super) fn within(&self, alias: &str, parameter: &str) -> String {
        match &self.partition {
            Some(column) => format!("{alias}.{column} = any({parameter}::text[])"),
            // Bound all the same, so that every table's statements bind the same.
            None => format!("({parameter}::text[] is not null)"),
        }
    }
}
