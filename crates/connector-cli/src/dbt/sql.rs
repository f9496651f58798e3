//! The models' statements.

/// What is read of one connection for a model.
pub(super) struct Part<'a> {
    /// The connection's name in the file, which is the source's.
    pub(super) source: &'a str,
    /// Its schema, by which the run tables know it.
    pub(super) schema: &'a str,
    /// The table, or the view.
    pub(super) table: &'a str,
    /// Its columns, or none for all.
    pub(super) columns: &'a [&'static str],
    /// Whether it has rows that the vendor has no longer, which are left out.
    pub(super) has_deleted: bool,
    /// The tables whose tests have to hold first.
    pub(super) behind: &'a [&'static str],
}

/// The statement of a model that has the rows of all these.
pub(super) fn union(parts: &[Part<'_>]) -> String {
    let parts: Vec<String> = parts.iter().map(Part::sql).collect();
    parts.join("\n\nunion all\n\n") + "\n"
}

impl Part<'_> {
    fn sql(&self) -> String {
        let Self { source, table, .. } = self;
        let behind = self
            .behind
            .iter()
            .map(|table| format!("-- depends_on: {{{{ source('{source}', '{table}') }}}}\n"));
        // Behind a dot, every word is a column, `order` and `user` too.
        let columns = match self.columns {
            [] => "    t.*".to_owned(),
            columns => {
                let columns = columns.iter().map(|column| format!("    t.{column}"));
                columns.collect::<Vec<_>>().join(",\n")
            }
        };
        let live = if self.has_deleted { "\nwhere t._deleted_at is null" } else { "" };
        format!(
            "{}select\n    {} as _connection,\n{columns}\nfrom {{{{ source('{source}', '{table}') }}}} as t{live}",
            behind.collect::<String>(),
            literal(self.schema),
        )
    }
}

/// A text in a statement.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
