//! The package: what is read, what is made of it, and what has to hold.

use std::collections::BTreeMap;

use super::nested::{View, views};
use super::properties::{
    Age, Argument, Column, ColumnConfig, Freshness, Meta, Properties, Source, SourceConfig, Table,
    TableConfig, Test, TestConfig, Told,
};
use super::sql::{Part, literal, union};
use crate::settings::Place;
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::verdict::Tolerance;
use connector_spec::{Column as Declared, Connector, METADATA_COLUMNS, Resource};

/// What the first line of each file says that is replaced.
pub(super) const MARK: &str = "Written by `vendor-connectors dbt`";

/// What does not depend on connections. Those without the mark are written once.
const FILES: [(&str, &str); 8] = [
    (".gitignore", include_str!("package/gitignore")),
    ("dbt_project.yml", include_str!("package/dbt_project.yml")),
    ("profiles.yml", include_str!("package/profiles.yml")),
    ("README.md", include_str!("package/README.md")),
    (
        "tests/generic/last_run_complete.sql",
        include_str!("package/tests/generic/last_run_complete.sql"),
    ),
    (
        "tests/generic/quarantine_empty.sql",
        include_str!("package/tests/generic/quarantine_empty.sql"),
    ),
    (
        "tests/generic/relationship_within_connection.sql",
        include_str!("package/tests/generic/relationship_within_connection.sql"),
    ),
    (
        "tests/generic/unique_and_not_null.sql",
        include_str!("package/tests/generic/unique_and_not_null.sql"),
    ),
];

/// The column that tells whose a row is.
const CONNECTION: &str = "_connection";

/// The columns of a view of versions besides those of data.
const OF_VERSIONS: [(&str, &str); 6] = [
    ("_extra", "Fields without a column, and values that do not fit theirs."),
    ("_run_id", "The run that wrote the version."),
    ("_first_seen_at", "When the row was first seen."),
    ("_valid_from", "When the row became so."),
    ("_valid_to", "When it was another one, or was deleted; null if it is so now."),
    ("_is_current", "Whether the row is so now."),
];

/// A file of the package.
#[derive(Debug)]
pub(super) struct Written {
    /// Where it is in the folder.
    pub(super) path: String,
    pub(super) text: String,
    /// Whether it is a person's once it is there.
    pub(super) once: bool,
}

/// What is written of some connections.
pub(super) struct Package {
    /// The connections of each connector, by their names.
    of: BTreeMap<&'static str, OfConnector>,
}

struct OfConnector {
    connector: &'static Connector,
    places: Vec<Place>,
}

/// A model: its properties, and its statement.
struct Model {
    table: Table,
    sql: String,
}

impl Package {
    pub(super) fn of(places: Vec<(&'static Connector, Place)>) -> Result<Self> {
        let mut of: BTreeMap<&'static str, OfConnector> = BTreeMap::new();
        for (connector, place) in places {
            if ["{{", "{%", "{#"].iter().any(|brace| place.schema.contains(brace)) {
                let what = format!("dbt cannot read the schema `{}`", place.schema);
                return Err(Error::settings(what).next("name another one with `schema`"));
            }
            let all = of.entry(connector.name);
            all.or_insert(OfConnector { connector, places: Vec::new() }).places.push(place);
        }
        Ok(Self { of })
    }

    pub(super) fn connections(&self) -> usize {
        self.of.values().map(|of| of.places.len()).sum()
    }

    pub(super) fn sources(&self) -> usize {
        self.of.values().flat_map(OfConnector::sources).map(|source| source.tables.len()).sum()
    }

    pub(super) fn models(&self) -> usize {
        self.of.values().map(|of| of.models().len()).sum()
    }

    /// All files.
    pub(super) fn files(&self) -> Result<Vec<Written>> {
        let mut files: Vec<Written> = Vec::new();
        for (path, text) in FILES {
            let once = !text.lines().next().is_some_and(|line| line.contains(MARK));
            files.push(Written { path: path.to_owned(), text: text.to_owned(), once });
        }
        for (name, of) in &self.of {
            let mut write = |path: String, mark: &str, text: &str| {
                let text = format!("{mark} {MARK}, which replaces it.\n{text}");
                files.push(Written { path, text, once: false });
            };
            let sources = Properties { sources: of.sources(), ..Properties::default() };
            write(format!("models/{name}/_{name}__sources.yml"), "#", &yaml(&sources)?);
            let mut tables = Vec::new();
            for Model { table, sql } in of.models() {
                write(format!("models/{name}/{}.sql", table.name), "--", &sql);
                tables.push(table);
            }
            let models = Properties { models: tables, ..Properties::default() };
            write(format!("models/{name}/_{name}__models.yml"), "#", &yaml(&models)?);
        }
        Ok(files)
    }
}

fn yaml(properties: &Properties) -> Result<String> {
    serde_saphyr::to_string(properties).map_err(|error| {
        Error::new(ErrorKind::Output, "what dbt reads cannot be written").because(error)
    })
}

impl OfConnector {
    /// The connections that have a resource, each with it.
    fn having<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Place, &'static Resource)> {
        self.places.iter().filter_map(move |place| Some((place, place.resource(name)?)))
    }

    /// The views of which a connection has the tables.
    fn views<'a>(&self, place: &'a Place) -> impl Iterator<Item = View> + use<'a> {
        let has_all = move |view: &View| view.of.iter().all(|of| place.resource(of.name).is_some());
        views(self.connector).into_iter().filter(has_all)
    }

    fn sources(&self) -> Vec<Source> {
        self.places.iter().map(|place| self.source(place)).collect()
    }

    fn source(&self, place: &Place) -> Source {
        let mut tables: Vec<Table> = Vec::new();
        for resource in &place.resources {
            tables.push(table_of(place, resource));
            if place.has_history(resource) {
                tables.push(Table {
                    name: versions(resource.table),
                    description: format!("All versions of the rows of `{}`.", resource.table),
                    config: Some(TableConfig::Freshness(())),
                    ..Table::default()
                });
            }
        }
        tables.extend(self.views(place).map(|view| Table {
            name: view.name.to_owned(),
            description: view.doc,
            config: Some(TableConfig::Freshness(())),
            ..Table::default()
        }));
        let error_after = Age { count: "{{ var('max_age_hours') }}", period: "hour" };
        Source {
            name: place.name.clone(),
            description: format!("{}.", self.connector.doc),
            schema: place.schema.clone(),
            config: SourceConfig { freshness: Freshness { error_after } },
            tables,
        }
    }

    fn models(&self) -> Vec<Model> {
        let mut models = Vec::new();
        for resource in self.connector.resources {
            models.extend(self.staging(resource));
            models.extend(self.versions(resource));
        }
        for view in views(self.connector) {
            models.extend(self.nested(view));
        }
        models
    }

    fn name(&self, table: &str) -> String {
        format!("stg_{}__{table}", self.connector.name)
    }

    /// The rows that there are, of all connections.
    fn staging(&self, resource: &'static Resource) -> Option<Model> {
        let data = resource.table_columns().map(|column| column.name);
        let metadata = METADATA_COLUMNS.iter().filter(|[name, ..]| *name != "_deleted_at");
        let columns: Vec<_> = data.chain(metadata.clone().map(|[name, ..]| *name)).collect();
        let parts = self.having(resource.name).map(|(place, _)| Part {
            columns: &columns,
            has_deleted: true,
            ..Part::of(place, resource.table)
        });
        let parts: Vec<Part> = parts.collect();
        let sql = (!parts.is_empty()).then(|| union(&parts))?;
        let parent = self.parent(resource);
        let data = resource.table_columns().map(|column| Column {
            data_tests: parent.iter().filter(|(own, _)| *own == column.name).map(child).collect(),
            ..described(column)
        });
        let metadata = metadata.map(|[name, _, doc]| Column::plain(name, doc));
        Some(Model {
            table: Table {
                name: self.name(resource.table),
                description: resource.doc.to_owned(),
                data_tests: vec![unique(resource, None)],
                columns: [connection()].into_iter().chain(data).chain(metadata).collect(),
                ..Table::default()
            },
            sql,
        })
    }

    /// The column of a resource's rows that names their parent's, and where that is. Nothing, if a
    /// connection asks for other parents than those that it lists.
    fn parent(&self, resource: &Resource) -> Option<(&'static str, (String, &'static str))> {
        let parent = resource.parent?;
        let table = self.connector.resource(parent.resource)?.table;
        let lists = |(place, _): (&Place, _)| {
            let is_set = place.params.contains_key(parent.placeholder);
            !is_set && place.resource(parent.resource).is_some()
        };
        let all = self.having(resource.name).all(lists);
        all.then(|| (parent.placeholder, (self.name(table), parent.column)))
    }

    /// All versions of the rows, of the connections that keep them.
    fn versions(&self, resource: &'static Resource) -> Option<Model> {
        let data = resource.table_columns().map(|column| column.name);
        let columns: Vec<_> = data.chain(OF_VERSIONS.map(|(name, _)| name)).collect();
        let table = versions(resource.table);
        let parts = self
            .having(resource.name)
            .filter(|(place, resource)| place.has_history(resource))
            .map(|(place, _)| Part {
                columns: &columns,
                behind: std::slice::from_ref(&resource.table),
                ..Part::of(place, &table)
            });
        let parts: Vec<Part> = parts.collect();
        let sql = (!parts.is_empty()).then(|| union(&parts))?;
        let data = resource.table_columns().map(described);
        let metadata = OF_VERSIONS.iter().map(|(name, doc)| Column::plain(name, doc));
        Some(Model {
            table: Table {
                name: self.name(&table),
                description: format!("All versions of the rows of `{}`.", resource.table),
                data_tests: vec![unique(resource, Some("_valid_from"))],
                columns: [connection()].into_iter().chain(data).chain(metadata).collect(),
                ..Table::default()
            },
            sql,
        })
    }

    /// The elements of lists, of all connections.
    fn nested(&self, view: View) -> Option<Model> {
        let behind: Vec<&str> = view.of.iter().map(|resource| resource.table).collect();
        let has = |place: &&Place| self.views(place).any(|other| other.name == view.name);
        let parts = self.places.iter().filter(has);
        let parts: Vec<Part> =
            parts.map(|place| Part { behind: &behind, ..Part::of(place, view.name) }).collect();
        let sql = (!parts.is_empty()).then(|| union(&parts))?;
        Some(Model {
            table: Table {
                name: self.name(view.name),
                description: view.doc,
                columns: vec![connection()],
                ..Table::default()
            },
            sql,
        })
    }
}

impl Place {
    fn resource(&self, name: &str) -> Option<&'static Resource> {
        self.resources.iter().copied().find(|resource| resource.name == name)
    }

    fn has_history(&self, resource: &Resource) -> bool {
        self.settings.of(resource.name).history
    }
}

impl<'a> Part<'a> {
    /// All rows and columns of a table of a connection.
    fn of(place: &'a Place, table: &'a str) -> Self {
        let (source, schema) = (&place.name, &place.schema);
        Self { source, schema, table, columns: &[], has_deleted: false, behind: &[] }
    }
}

impl Column {
    fn plain(name: &'static str, description: &str) -> Self {
        Self {
            name,
            description: description.to_owned(),
            data_type: None,
            config: ColumnConfig::default(),
            data_tests: Vec::new(),
        }
    }
}

fn versions(table: &str) -> String {
    format!("{table}_versions")
}

fn connection() -> Column {
    Column::plain(CONNECTION, "The connection that the row is of, as the run tables name it.")
}

/// A table of a connection, with what has to hold before anything is made of it.
fn table_of(place: &Place, resource: &Resource) -> Table {
    let Resource { name, table, doc, .. } = resource;
    let settings = place.settings.of(name);
    let told = |severity: Option<&'static str>| Told {
        arguments: if name == table {
            BTreeMap::new()
        } else {
            [("resource", Argument::Text((*name).to_owned()))].into()
        },
        config: severity.map(|severity| TestConfig { severity }),
    };
    let tolerated = (settings.quarantine != Tolerance::default()).then_some("warn");
    let columns = resource.table_columns().map(|column| {
        let mut described =
            Column { data_type: Some(column.sql_type.short()), ..described(column) };
        let config = &mut described.config;
        if settings.choice.fingerprints(resource, column) {
            config.mark(Meta::Text("value"));
            config.meta.insert("stored", Meta::Text("fingerprint"));
        } else if !config.tags.is_empty() {
            let stored = if place.keep_secrets { "as it is" } else { "fingerprint" };
            config.meta.insert("stored", Meta::Text(stored));
        }
        if settings.choice.excludes(resource, column) {
            config.tags.push("excluded");
        }
        described
    });
    Table {
        name: (*table).to_owned(),
        description: (*doc).to_owned(),
        config: Some(TableConfig::LoadedAtQuery(format!(
            "select started_at from sync.last_complete\nwhere connection = {} and resource = {}",
            literal(&place.schema),
            literal(name),
        ))),
        data_tests: vec![
            Test::of("last_run_complete", told(None)),
            Test::of("quarantine_empty", told(tolerated)),
        ],
        columns: columns.collect(),
    }
}

/// A column of data, with its secrets marked.
fn described(column: &Declared) -> Column {
    let mut described = Column::plain(column.name, column.doc);
    if column.secret {
        described.config.mark(Meta::Text("value"));
    } else if column.secret_address {
        described.config.mark(Meta::Text("parts of the address"));
    } else if !column.secret_members.is_empty() {
        described.config.mark(Meta::Names(column.secret_members));
    }
    described
}

impl ColumnConfig {
    /// Marks a secret: what of the value it is.
    fn mark(&mut self, what: Meta) {
        self.tags = vec!["secret"];
        self.meta.insert("secret", what);
    }
}

/// That no two rows of a model have one key.
fn unique(resource: &Resource, and: Option<&'static str>) -> Test {
    let columns = [CONNECTION].into_iter().chain(resource.key_columns()).chain(and);
    let arguments = [("columns", Argument::Names(columns.collect()))].into();
    Test::of("unique_and_not_null", Told { arguments, config: None })
}

/// That a column names a row of its parent.
fn child((_, (model, field)): &(&str, (String, &str))) -> Test {
    let to = Argument::Text(format!("ref('{model}')"));
    let arguments = [("to", to), ("field", Argument::Text((*field).to_owned()))].into();
    Test::of("relationship_within_connection", Told { arguments, config: None })
}
