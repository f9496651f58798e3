//! `cargo xtask ddl`: the tables of a connector's declaration, as its first migration has them.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use connector_core::{Connector, Resource, print};

use crate::{child, connectors, root};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The connector whose tables to print
    #[arg(required_unless_present = "check")]
    connector: Option<String>,
    /// Compare the first migration of each connector with its declaration
    #[arg(long, conflicts_with = "connector")]
    check: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let Some(name) = &args.connector else { return check() };
    let connector = connectors::find(name).with_context(|| {
        let known = connectors::ALL.map(|connector| connector.name).join(", ");
        format!("there is no connector `{name}`; there are: {known}")
    })?;
    print(ddl(connector).trim_end())?;
    Ok(ExitCode::SUCCESS)
}

const HEADER: &str = "\
-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.
";

/// The columns of every table that no vendor sends: name, type, comment.
pub(crate) const METADATA: [[&str; 3]; 5] = [
    ["_run_id", "bigint not null", "The run that last wrote the row."],
    ["_first_seen_at", "timestamptz not null", "When the row was first seen."],
    ["_last_changed_at", "timestamptz not null", "When a value of the row last changed."],
    [
        "_deleted_at",
        "timestamptz",
        "When a complete walk no longer found the row, whose values stay.",
    ],
    ["_extra", "jsonb", "Fields without a column, and values that do not fit theirs."],
];

/// The text of a connector's first migration.
fn ddl(connector: &Connector) -> String {
    let tables: String = connector.resources.iter().map(table).collect();
    format!("{HEADER}{tables}")
}

fn table(resource: &Resource) -> String {
    let table = ident(resource.table);
    let key: Vec<&str> = resource.key_columns().collect();
    let mut columns = String::new();
    let mut comments = comment(&format!("table {table}"), resource.doc);
    let mut add = |name: &str, sql_type: &str, null: &str, doc: &str| {
        let name = ident(name);
        columns.extend([format!("    {name} {sql_type}{null},\n")]);
        comments.push_str(&comment(&format!("column {table}.{name}"), doc));
    };
    for column in resource.table_columns() {
        let sql_type = column.sql_type.short();
        let null = if key.contains(&column.name) { " not null" } else { "" };
        add(column.name, sql_type, null, column.doc);
    }
    for [name, sql_type, doc] in METADATA {
        add(name, sql_type, "", doc);
    }
    let key = key.into_iter().map(ident).collect::<Vec<_>>().join(", ");
    format!("\ncreate table {table} (\n{columns}    primary key ({key})\n);\n\n{comments}")
}

fn comment(of: &str, doc: &str) -> String {
    format!("comment on {of} is '{}';\n", doc.replace('\'', "''"))
}

/// The words that name no table or column without quotes, in any Postgres up to 18.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both \
    case cast check collate collation column concurrently constraint create cross current_catalog \
    current_date current_role current_schema current_time current_timestamp current_user default \
    deferrable desc distinct do else end except false fetch for foreign freeze from full grant group \
    having ilike in initially inner intersect into is isnull join lateral leading left like limit \
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing \
    primary references returning right select session_user similar some symmetric system_user table \
    tablesample then to trailing true union unique user using variadic verbose when where window with ";

/// A name as people write it: in quotes only where it needs them.
fn ident(name: &str) -> String {
    if RESERVED.contains(&format!(" {name} ")) { format!("\"{name}\"") } else { name.to_owned() }
}

fn check() -> Result<ExitCode> {
    let mut result = ExitCode::SUCCESS;
    let declared = tempfile::NamedTempFile::new()?;
    for connector in connectors::ALL {
        fs::write(&declared, ddl(connector))?;
        let file = format!("migrations/{}/0001_tables.sql", connector.name);
        let declaration = format!("cargo xtask ddl {}", connector.name);
        let mut diff = Command::new("diff");
        // White space and comment lines do not count; a difference is shown with its table's name.
        diff.args(["-u", "-b", "-B", "-I", "^--", "-F", "^create table"]);
        diff.args(["--label", &file, "--label", &declaration, &file]).arg(declared.path());
        if child::run(diff.current_dir(root()))? != ExitCode::SUCCESS {
            result = ExitCode::FAILURE;
        }
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use connector_core::{Column, DateTime, Record, Utc};

    use super::*;

    struct Thing;

    impl Record for Thing {
        const DOC: &'static str = "A thing's model.";
        const COLUMNS: &'static [Column] = &[
            Column::new::<i64>("id", "id", &[], "Id."),
            Column::new::<DateTime<Utc>>("when", "when", &[], "Time."),
        ];
    }

    const THINGS: Resource =
        Resource::new::<Thing>("things", "/{app_id}/things").each("app_id", "apps", "id");

    #[test]
    fn a_table_has_the_partition_first_and_quotes_reserved_words_only() {
        let text = table(&THINGS);
        for part in [
            "\ncreate table things (\n    app_id text not null,\n    id bigint not null,\n    \"when\" timestamptz,\n    _run_id",
            "\n    primary key (app_id, id)\n);\n\ncomment on table things is 'A thing''s model.';\n",
            "\ncomment on column things.\"when\" is 'Time.';\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn every_table_has_the_metadata_of_the_engine() {
        assert_eq!(METADATA.map(|[name, ..]| name), connector_core::METADATA);
    }
}
