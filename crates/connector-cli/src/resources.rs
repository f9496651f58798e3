//! `resources`: what is synced, from the declaration.

use std::fmt::Write as _;

use comfy_table::ContentArrangement;
use schemars::JsonSchema;
use serde::Serialize;

use super::json::document;
use super::{lines, print, table};
use crate::settings::preset_of;
use connector_core::error::Result;
use connector_core::run::check_resources;
use connector_core::verdict::{Look, hanging};
use connector_spec::{Column, Connector, DOCUMENTED, METADATA, Paging, Resource};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show the columns of this resource
    #[arg(value_name = "NAME", conflicts_with_all = ["json", "markdown"])]
    resource: Option<String>,
    /// `documented`, `live`, or a file of your own
    #[arg(long, value_name = "NAME|FILE", default_value = DOCUMENTED)]
    preset: String,
    /// Print one JSON document, with all columns
    #[arg(long)]
    json: bool,
    /// Print Markdown, with all columns
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

pub(super) fn run(connector: &'static Connector, args: &Args) -> Result<u8> {
    let connector = preset_of(connector, &args.preset)?;
    if let Some(name) = &args.resource {
        check_resources(connector, std::slice::from_ref(name))?;
    }
    let one = args.resource.as_deref().and_then(|name| connector.resource(name));
    let text = match one {
        Some(resource) => columns(resource),
        None if args.json => document(&declared(connector))?,
        None if args.markdown => {
            format!("{}\n{}", resources_as_markdown(connector), columns_as_markdown(connector))
        }
        None => overview(connector),
    };
    print(text.trim_end())?;
    Ok(0)
}

fn overview(connector: &Connector) -> String {
    let names = connector.resources.iter().map(|resource| resource.name.len());
    let width = names.max().unwrap_or_default();
    let mut text = String::new();
    // Two lines for each, as a table of long names and paths is wider than a terminal.
    for resource in connector.resources {
        let Resource { name, path, table, .. } = resource;
        let mut told = vec![format!("key {}", keys(resource, "").join(", "))];
        told.extend(resource.cursor.map(|cursor| format!("cursor {cursor}")));
        told.extend(resource.parent.map(|parent| format!("per {}", parent.resource)));
        told.push(paging(&resource.paging));
        told.extend((name != table).then(|| format!("table {table}")));
        let _ = writeln!(text, "{name:width$}  {path}\n  {}", told.join("; "));
    }
    let _ =
        write!(text, "\nThe columns of one: {} resources NAME", crate::called::binary(connector));
    text
}

fn columns(resource: &Resource) -> String {
    let mut table = table(&["column", "field", "type", "", "meaning"]);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    for column in resource.table_columns() {
        let note = note(resource, column);
        table.add_row([column.name, column.wire, column.sql_type.short(), note, column.doc]);
    }
    let Resource { name, table: of, doc, .. } = resource;
    let too = METADATA.map(|name| format!("`{name}`")).join(", ");
    format!(
        "{}\n\n{}\n\n{}",
        filled(&format!("{name}: {doc}")),
        lines(&table),
        filled(&format!("The table `{of}` has {too} too."))
    )
}

/// A paragraph in the columns of the terminal.
fn filled(text: &str) -> String {
    Look::of_stdout().columns.map_or_else(|| text.to_owned(), |columns| hanging(text, columns, 0))
}

/// What is special about a column.
fn note(resource: &Resource, column: &Column) -> &'static str {
    if resource.key_columns().any(|key| key == column.name) {
        "key"
    } else if column.secret {
        "secret"
    } else if resource.cursor == Some(column.name) {
        "cursor"
    } else {
        ""
    }
}

fn keys(resource: &Resource, quote: &str) -> Vec<String> {
    resource.key_columns().map(|key| format!("{quote}{key}{quote}")).collect()
}

/// How a listing is paged, in words.
fn paging(paging: &Paging) -> String {
    let (how, limit) = match paging {
        Paging::Single => return "one response".to_owned(),
        Paging::Window { limit: (_, size) } => return format!("the newest {size} rows"),
        Paging::Offset { limit, .. } => ("offset", Some(limit)),
        Paging::Page { limit, .. } => ("page number", limit.as_ref()),
        Paging::Token { limit, .. } => ("token", limit.as_ref()),
        Paging::LinkHeader { limit } => ("Link header", limit.as_ref()),
        Paging::NextUrl { limit, .. } => ("next address", limit.as_ref()),
    };
    match limit {
        Some((_, size)) => format!("{how}, {size} rows"),
        None => how.to_owned(),
    }
}

/// What a connector syncs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Declared {
    /// The connector.
    connector: &'static str,
    /// Its resources, each after its parent.
    resources: Vec<DeclaredResource>,
}

/// A resource, as it is declared.
#[derive(Debug, Serialize, JsonSchema)]
struct DeclaredResource {
    /// Its name.
    resource: &'static str,
    /// Its table.
    table: &'static str,
    /// What its rows are.
    meaning: &'static str,
    /// The path below the base URL.
    path: &'static str,
    /// The columns of its key.
    key: Vec<&'static str>,
    /// The column whose highest value tells how far the data reaches.
    cursor: Option<&'static str>,
    /// The resource for each of whose rows there is a listing.
    parent: Option<&'static str>,
    /// How it is paged, in words.
    paging: String,
    /// The columns of its table, but for those of the engine.
    columns: Vec<DeclaredColumn>,
}

/// A column, as it is declared.
#[derive(Debug, Serialize, JsonSchema)]
struct DeclaredColumn {
    /// Its name.
    column: &'static str,
    /// The name of its field in the JSON of the vendor.
    field: &'static str,
    /// Its type in Postgres.
    r#type: &'static str,
    /// Whether its values are stored as fingerprints.
    secret: bool,
    /// Whether it is part of the key.
    key: bool,
    /// What it means.
    meaning: &'static str,
}

fn declared(connector: &'static Connector) -> Declared {
    let column = |resource: &'static Resource, column: &'static Column| DeclaredColumn {
        column: column.name,
        field: column.wire,
        r#type: column.sql_type.short(),
        secret: column.secret,
        key: resource.key_columns().any(|key| key == column.name),
        meaning: column.doc,
    };
    let resource = |resource: &'static Resource| DeclaredResource {
        resource: resource.name,
        table: resource.table,
        meaning: resource.doc,
        path: resource.path,
        key: resource.key_columns().collect(),
        cursor: resource.cursor,
        parent: resource.parent.map(|parent| parent.resource),
        paging: paging(&resource.paging),
        columns: resource.table_columns().map(|one| column(resource, one)).collect(),
    };
    Declared {
        connector: connector.name,
        resources: connector.resources.iter().map(resource).collect(),
    }
}

/// A Markdown table of a connector's resources.
pub fn resources_as_markdown(connector: &Connector) -> String {
    let mut text =
        "| resource | table | path | key | cursor | parent | paging |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    let code = |name: Option<&str>| name.map_or(String::new(), |name| format!("`{name}`"));
    for resource in connector.resources {
        let _ = writeln!(
            text,
            "| `{}` | `{}` | `{}` | {} | {} | {} | {} |",
            resource.name,
            resource.table,
            resource.path,
            keys(resource, "`").join(", "),
            code(resource.cursor),
            code(resource.parent.map(|parent| parent.resource)),
            paging(&resource.paging),
        );
    }
    text
}

/// The columns of a connector's tables as Markdown.
pub fn columns_as_markdown(connector: &Connector) -> String {
    let mut text = String::new();
    for resource in connector.resources {
        let _ = write!(
            text,
            "### `{}`\n\n{}\n\n| column | type | | meaning |\n|---|---|---|---|\n",
            resource.table,
            escaped(resource.doc)
        );
        for column in resource.table_columns() {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                column.name,
                column.sql_type.short(),
                note(resource, column),
                escaped(column.doc)
            );
        }
        text.push('\n');
    }
    let [last, others @ ..] = &METADATA.map(|name| format!("`{name}`"));
    let _ = writeln!(text, "Each table has {}, and {last} too.", others.join(", "));
    text
}

/// A text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    let mut in_code = false;
    for c in text.chars() {
        in_code ^= c == '`';
        if c == '|' || (!in_code && matches!(c, '[' | ']' | '<' | '>' | '*')) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_is_shown_as_it_is() {
        assert_eq!(escaped("a | b, `x[0]|y`, <b> [c]"), r"a \| b, `x[0]\|y`, \<b\> \[c\]");
    }
}
