//! The views of a connector's migrations: nested lists as rows.

use connector_spec::{Connector, Resource};

/// A view that has the elements of lists, one row for each.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// What its rows are, in one line.
    pub doc: String,
    /// The resources whose tables it reads.
    pub of: Vec<&'static Resource>,
}

/// The views of a connector, in the order of its migrations, which have the comment of each in
/// one line behind its statement.
pub fn views(connector: &Connector) -> Vec<View> {
    let mut views = Vec::new();
    for migration in connector.migrations {
        for (before, line) in commented(migration.sql) {
            let Some((name, doc)) = comment(line) else { continue };
            let statement = before.rsplit("create view ").next().unwrap_or_default();
            let words: Vec<&str> = words(statement).collect();
            let reads = |resource: &&Resource| {
                let mut pairs = words.windows(2);
                pairs.any(|pair| ["from", "join"].contains(&pair[0]) && pair[1] == resource.table)
            };
            views.push(View { name, doc, of: connector.resources.iter().filter(reads).collect() });
        }
    }
    views
}

/// The comments of a migration, each with the text before it.
fn commented(sql: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    sql.match_indices("comment on view ").map(|(at, _)| {
        let line = sql[at..].lines().next().unwrap_or_default();
        (&sql[..at], line)
    })
}

fn comment(line: &'static str) -> Option<(&'static str, String)> {
    let (name, text) = line.strip_prefix("comment on view ")?.split_once(" is '")?;
    Some((name, text.strip_suffix("';")?.replace("''", "'")))
}

/// The names and words of a statement.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    sql.split(move |c| !is_part(c)).filter(|word| !word.is_empty())
}
