//! The reference of tables: columns from declarations, views and run tables from their comments.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result};
use connector_cli::{columns_as_markdown, views};
use connector_core::{Connector, METADATA_COLUMNS};

use vendor_connectors::connectors;

use crate::root;

const MADE: &str =
    "<!-- Written whole by `cargo xtask docs`; edit the declarations and comments. -->";

/// The tables of a connector.
pub(super) fn of(connector: &Connector) -> Result<String> {
    let name = connector.name;
    let folder = connector.binary();
    let mut text = format!(
        "# Tables of `{name}`\n\n{MADE}\n\n\
         They are in the schema of the connection, which is `{name}` if nothing else is set.\n\
         Paths and keys are in the [connector's README](../../crates/{folder}/README.md), \
         and [what all tables have in common](README.md) beside this file.\n\n## Tables\n\n{}",
        columns_as_markdown(connector)
    );
    let views = views(connector);
    if !views.is_empty() {
        text.push_str("\n## Views\n\n| view | meaning |\n|---|---|\n");
        for view in views {
            writeln!(text, "| `{}` | {} |", view.name, view.doc.replace('|', "\\|"))?;
        }
    }
    Ok(text)
}

/// What all tables have in common, and the run tables.
pub(super) fn of_all() -> Result<String> {
    let connectors = connectors::ALL.map(|Connector { name, .. }| format!("[{name}]({name}.md)"));
    let mut text = format!(
        "# Tables\n\n{MADE}\n\n\
         A connection has one schema with one table for each resource: {}.\n\
         The schema `sync` is shared by all connections of a database.\n\n\
         A column is null where the vendor sends nothing, or a value that does not fit, which is then in `_extra`.\n\
         Nested objects and lists are `jsonb`, as the vendor sent them.\n\
         The key of a child begins with the column of its parent's key.\n\
         Secret fields hold fingerprints (`hmac:…`), unless the connection says `secrets = \"keep\"`; \
         so do members of their names, and others whose names speak of secrets, \
         in `_extra`, `jsonb` columns and `sync.quarantine`, at any depth.\n\n\
         ## Columns of every table\n\n| column | type | meaning |\n|---|---|---|\n",
        connectors.join(", ")
    );
    for [name, sql_type, doc] in METADATA_COLUMNS {
        writeln!(text, "| `{name}` | {} | {doc} |", sql_type.trim_end_matches(" not null"))?;
    }
    text.push_str("\n## Tables of `sync`\n");
    for (table, columns) in run_tables()? {
        let Some(doc) = columns.iter().find(|column| column.kind != "column") else { continue };
        write!(text, "\n### `{table}`\n\n{}.\n", doc.text)?;
        let mut header = "\n| column | meaning |\n|---|---|\n";
        for column in columns.iter().filter(|column| column.kind == "column") {
            let name = column.of.rsplit('.').next().unwrap_or_default();
            writeln!(text, "{header}| `{name}` | {} |", column.text)?;
            header = "";
        }
    }
    Ok(text)
}

/// The comments of each run table; a later one replaces an earlier one.
fn run_tables() -> Result<BTreeMap<String, Vec<Comment>>> {
    let folder = root().join("migrations/sync");
    let mut files: Vec<_> = folder
        .read_dir()
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut tables: BTreeMap<String, Vec<Comment>> = BTreeMap::new();
    for file in files {
        for comment in comments(&fs::read_to_string(&file)?) {
            let table = match comment.kind.as_str() {
                "column" => comment.of.rsplit_once('.').map(|(table, _)| table),
                _ => Some(comment.of.as_str()),
            };
            let known = tables.entry(table.unwrap_or_default().to_owned()).or_default();
            match known.iter_mut().find(|known| known.of == comment.of) {
                Some(earlier) => *earlier = comment,
                None => known.push(comment),
            }
        }
    }
    Ok(tables)
}

/// What a migration says of a table, a view or a column.
struct Comment {
    kind: String,
    of: String,
    text: String,
}

/// The comments of a migration, which has each of them in one line.
fn comments(sql: &str) -> Vec<Comment> {
    let comment = |line: &str| {
        let (of, text) = line.strip_prefix("comment on ")?.split_once(" is '")?;
        let (kind, of) = of.split_once(' ')?;
        let text = text.strip_suffix("';")?.replace("''", "'").replace('|', "\\|");
        Some(Comment { kind: kind.to_owned(), of: of.to_owned(), text })
    };
    sql.lines().filter_map(comment).collect()
}
