//! The tables of a declaration as SQL, and what a declaration has beyond its migrations.

use std::collections::HashMap;

use connector_core::{Connector, METADATA_COLUMNS, Resource};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::Database;

const HEADER: &str = "\
-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.
";

/// A column of a table, as the declaration or the catalog has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    name: String,
    sql_type: String,
    not_null: bool,
    comment: String,
}

/// A table, as the declaration or the catalog has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Table {
    comment: String,
    key: Vec<String>,
    columns: Vec<Column>,
}

/// The statements that bring the tables of a connector's migrations to those of its
/// declaration: all of its tables where there is no migration yet, and nothing where both agree.
///
/// A column that the declaration no longer has stays where it is, and is no difference.
pub async fn beyond_migrations(connector: &Connector, database: &Database) -> String {
    let made = made_by_migrations(connector, database).await;
    let mut sql = String::new();
    if made.is_empty() {
        sql.push_str(HEADER);
    }
    for resource in connector.resources {
        let declared = declared(resource);
        match made.get(resource.table) {
            None => sql.push_str(&create(resource.table, &declared)),
            Some(made) => sql.push_str(&alter(resource.table, &declared, made)),
        }
    }
    sql
}

/// The tables that a connector's migrations make, in a schema of the connector's name.
async fn made_by_migrations(connector: &Connector, database: &Database) -> HashMap<String, Table> {
    let schema = ident(connector.name);
    let mut session = database.connect().await;
    let begin = format!(
        "drop schema if exists {schema} cascade; create schema {schema}; set search_path to {schema}"
    );
    let migrations = connector.migrations.iter().map(|migration| (migration.name, migration.sql));
    for (name, sql) in [("the schema", &*begin)].into_iter().chain(migrations) {
        let done = session.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
        done.unwrap_or_else(|error| panic!("{}: {name}: {error}", connector.name));
    }
    // A query over no table has one row for each column, and its table's own facts in each.
    let query = format!(
        "select c.relname as table, coalesce(obj_description(c.oid), '') as about, \
         a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null, \
         coalesce(col_description(c.oid, a.attnum), '') as comment, \
         array_position(i.indkey::int[], a.attnum::int) as key \
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped \
         left join pg_index i on i.indrelid = c.oid and i.indisprimary \
         where c.relnamespace = '{schema}'::regnamespace and c.relkind = 'r' order by c.relname, a.attnum"
    );
    let mut tables: HashMap<String, (Table, Vec<(i64, String)>)> = HashMap::new();
    for row in database.rows(&query).await {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let (table, key) = tables.entry(text("table")).or_default();
        table.comment = text("about");
        if let Some(place) = row["key"].as_i64() {
            key.push((place, text("name")));
        }
        table.columns.push(Column {
            name: text("name"),
            sql_type: text("type"),
            not_null: row["not_null"] == true,
            comment: text("comment"),
        });
    }
    let ordered = |(name, (mut table, mut key)): (String, (Table, Vec<(i64, String)>))| {
        key.sort_unstable();
        table.key = key.into_iter().map(|(_, name)| name).collect();
        (name, table)
    };
    tables.into_iter().map(ordered).collect()
}

/// The table that a declaration needs.
fn declared(resource: &Resource) -> Table {
    let key: Vec<String> = resource.key_columns().map(str::to_owned).collect();
    let data = resource.table_columns().map(|column| Column {
        name: column.name.to_owned(),
        sql_type: column.sql_type.name().to_owned(),
        not_null: key.iter().any(|name| name == column.name),
        comment: column.doc.to_owned(),
    });
    let metadata = METADATA_COLUMNS.map(|[name, sql_type, comment]| {
        let (sql_type, not_null) = match sql_type.strip_suffix(" not null") {
            Some(sql_type) => (sql_type, true),
            None => (sql_type, false),
        };
        Column {
            name: name.to_owned(),
            sql_type: long(sql_type).to_owned(),
            not_null,
            comment: comment.to_owned(),
        }
    });
    let columns = data.chain(metadata).collect();
    Table { comment: resource.doc.to_owned(), key, columns }
}

/// The statements that make a table.
fn create(table: &str, declared: &Table) -> String {
    let table = ident(table);
    let mut columns = String::new();
    let mut comments = comment(&format!("table {table}"), &declared.comment);
    for Column { name, sql_type, not_null, comment: text } in &declared.columns {
        let (name, sql_type) = (ident(name), short(sql_type));
        let null = if *not_null { " not null" } else { "" };
        columns.extend([format!("    {name} {sql_type}{null},\n")]);
        comments.push_str(&comment(&format!("column {table}.{name}"), text));
    }
    let key = declared.key.iter().map(|name| ident(name)).collect::<Vec<_>>().join(", ");
    format!("\ncreate table {table} (\n{columns}    primary key ({key})\n);\n\n{comments}")
}

/// The statements that bring a table up to its declaration, or say that none can.
fn alter(name: &str, declared: &Table, made: &Table) -> String {
    let table = ident(name);
    let mut sql = String::new();
    if declared.key != made.key {
        let keys = [&made.key, &declared.key].map(|key| key.join(", "));
        sql.extend([format!("-- {table}: the key is ({}), and not ({})\n", keys[0], keys[1])]);
    }
    if declared.comment != made.comment {
        sql.push_str(&comment(&format!("table {table}"), &declared.comment));
    }
    for column in &declared.columns {
        let Column { name, sql_type, not_null, comment: text } = column;
        let column = ident(name);
        let said = comment(&format!("column {table}.{column}"), text);
        match made.columns.iter().find(|other| other.name == *name) {
            None => {
                let sql_type = short(sql_type);
                sql.extend([format!(
                    "alter table {table} add column {column} {sql_type};\n{said}"
                )]);
            }
            Some(other) if (&other.sql_type, other.not_null) != (sql_type, *not_null) => {
                sql.extend([format!(
                    "-- {table}.{column} is {}, and not {}\n",
                    short(&other.sql_type),
                    short(sql_type)
                )]);
            }
            Some(other) if other.comment != *text => sql.push_str(&said),
            Some(_) => {}
        }
    }
    sql
}

/// A type by its name in the catalog.
fn long(sql_type: &str) -> &str {
    if sql_type == "timestamptz" { "timestamp with time zone" } else { sql_type }
}

/// A type as people write it.
fn short(sql_type: &str) -> &str {
    if sql_type == "timestamp with time zone" { "timestamptz" } else { sql_type }
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

#[cfg(test)]
mod tests {
    use connector_core::{Column as Declared, DateTime, Record, Utc};

    use super::*;

    struct Thing;

    impl Record for Thing {
        const DOC: &'static str = "A thing's model.";
        const COLUMNS: &'static [Declared] = &[
            Declared::new::<i64>("id", "id", &[], "Id."),
            Declared::new::<DateTime<Utc>>("when", "when", &[], "Time."),
        ];
    }

    const THINGS: Resource =
        Resource::new::<Thing>("things", "/{app_id}/things").each("app_id", "apps", "id");

    #[test]
    fn a_table_has_the_partition_first_and_quotes_reserved_words_only() {
        let text = create("things", &declared(&THINGS));
        for part in [
            "\ncreate table things (\n    app_id text not null,\n    id bigint not null,\n    \"when\" timestamptz,\n    _run_id",
            "\n    primary key (app_id, id)\n);\n\ncomment on table things is 'A thing''s model.';\n",
            "\ncomment on column things.\"when\" is 'Time.';\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn what_a_declaration_has_beyond_a_table_is_added_wherever_its_columns_stand() {
        let declared = declared(&THINGS);
        assert_eq!(alter("things", &declared, &declared), "");
        let mut older = declared.clone();
        older.columns.retain(|column| column.name != "when");
        older.columns.reverse();
        older.comment = "Older.".to_owned();
        let retired = Column { name: "retired".to_owned(), ..older.columns[0].clone() };
        older.columns.push(retired);
        assert_eq!(
            alter("things", &declared, &older),
            "comment on table things is 'A thing''s model.';\n\
             alter table things add column \"when\" timestamptz;\n\
             comment on column things.\"when\" is 'Time.';\n"
        );
        let mut other = declared.clone();
        other.key.reverse();
        other.columns[1].sql_type = "text".to_owned();
        assert_eq!(
            alter("things", &declared, &other),
            "-- things: the key is (id, app_id), and not (app_id, id)\n\
             -- things.id is text, and not bigint\n"
        );
    }
}
