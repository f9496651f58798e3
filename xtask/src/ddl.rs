//! `cargo xtask ddl`: the tables of a connector's declaration, as its first migration has them.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};
use connector_core::{Connector, Resource, SqlType, print};

use crate::connectors;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The connector whose tables to print
    #[arg(required_unless_present = "check")]
    connector: Option<String>,
    /// Compare the migrations of all connectors with their declarations
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

/// The columns of every table that no vendor sends: name, definition, comment.
const METADATA: [[&str; 3]; 5] = [
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
    let key: Vec<&str> = resource.key_columns().collect();
    let data = resource.table_columns().map(|column| {
        let sql_type = match column.sql_type {
            SqlType::Timestamptz => "timestamptz",
            other => other.name(),
        };
        let null = if key.contains(&column.name) { " not null" } else { "" };
        (name(column.name), format!("{sql_type}{null}"), column.doc)
    });
    let metadata =
        METADATA.map(|[name, definition, doc]| (name.to_owned(), definition.to_owned(), doc));
    let columns: Vec<_> = data.chain(metadata).collect();
    let table = name(resource.table);
    let definitions: String =
        columns.iter().map(|(name, definition, _)| format!("    {name} {definition},\n")).collect();
    let comment =
        |of: String, doc: &str| format!("comment on {of} is '{}';\n", doc.replace('\'', "''"));
    let comments: String = columns
        .iter()
        .map(|(name, _, doc)| comment(format!("column {table}.{name}"), doc))
        .collect();
    let key = key.into_iter().map(name).collect::<Vec<_>>().join(", ");
    let about = comment(format!("table {table}"), resource.doc);
    format!(
        "\ncreate table {table} (\n{definitions}    primary key ({key})\n);\n\n{about}{comments}"
    )
}

/// The words that cannot name a table or a column without quotes, in any version of Postgres up to 18.
const RESERVED: &str = "all analyse analyze and any array as asc asymmetric authorization binary both case cast check \
    collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull join \
    lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order outer \
    overlaps placing primary references returning right select session_user similar some symmetric system_user table \
    tablesample then to trailing true union unique user using variadic verbose when where window with";

fn name(name: &str) -> String {
    if RESERVED.split(' ').any(|word| word == name) {
        format!("\"{name}\"")
    } else {
        name.to_owned()
    }
}

fn check() -> Result<ExitCode> {
    let mut status = ExitCode::SUCCESS;
    for connector in connectors::ALL {
        let declared = ddl(connector);
        let first = connector.migrations.first().map_or("", |migration| migration.sql);
        if !same(first, &declared) {
            status = ExitCode::FAILURE;
            print_difference(connector, first, &declared)?;
        }
    }
    Ok(status)
}

/// Whether two migrations make the same tables: they differ in white space and headers alone.
fn same(left: &str, right: &str) -> bool {
    statements(left).split_whitespace().eq(statements(right).split_whitespace())
}

/// A migration without its comment lines.
fn statements(sql: &str) -> String {
    sql.lines()
        .filter(|line| !line.starts_with("--"))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect()
}

fn print_difference(connector: &Connector, file: &str, declared: &str) -> Result<()> {
    let dir = tempfile::tempdir()?;
    let (left, right) = (dir.path().join("file"), dir.path().join("declared"));
    fs::write(&left, statements(file))?;
    fs::write(&right, statements(declared))?;
    let label = format!("migrations/{}/0001_tables.sql", connector.name);
    print(&format!(
        "{label} has other tables than `cargo xtask ddl {}` prints; correct the one or the other:",
        connector.name
    ))?;
    let mut diff = Command::new("diff");
    // With the name of the table that a difference is in.
    diff.args(["-u", "-F", "^create table", "--label", &label, "--label", "declaration"]);
    diff.arg(left)
        .arg(right)
        .status()
        .context("the difference cannot be shown: `diff` does not run")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use connector_core::{Column, Paging};

    use super::*;

    struct Thing;

    impl connector_core::Record for Thing {
        const DOC: &'static str = "A thing's model.";
        const COLUMNS: &'static [Column] = &[
            Column::new::<i64>("id", "id", &[], "Id."),
            Column::new::<connector_core::DateTime<connector_core::Utc>>(
                "when",
                "when",
                &[],
                "Time.",
            ),
        ];
    }

    const THINGS: Resource = Resource::new::<Thing>("things", "/{app_id}/things")
        .paging(Paging::Single)
        .each("app_id", "apps", "id");

    #[test]
    fn a_table_has_the_partition_first_and_quotes_reserved_words_only() {
        let text = table(&THINGS);
        let start = "\ncreate table things (\n    app_id text not null,\n    id bigint not null,\n    \"when\" timestamptz,\n    _run_id";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains("\n    primary key (app_id, id)\n);\n\ncomment on table things is 'A thing''s model.';\n"), "{text}");
        assert!(text.contains("\ncomment on column things.\"when\" is 'Time.';\n"), "{text}");
    }

    #[test]
    fn every_table_has_the_metadata_of_the_engine() {
        assert_eq!(METADATA.map(|[name, ..]| name), connector_core::METADATA);
    }

    #[test]
    fn white_space_and_header_are_no_difference_and_a_word_is() {
        assert!(same(
            "-- A header.\n\ncreate table a (\n  b text\n);\n",
            "create table a (\n    b text\n);"
        ));
        assert!(!same("create table a (b text);", "create table a (b bigint);"));
    }
}
