//! What dbt calls properties: of sources and models, their columns and tests.

use std::collections::BTreeMap;

use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub(super) struct Properties {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sources: Vec<Source>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) models: Vec<Table>,
}

/// A schema that is read.
#[derive(Debug, Serialize)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) schema: String,
    pub(super) config: SourceConfig,
    pub(super) tables: Vec<Table>,
}

#[derive(Debug, Serialize)]
pub(super) struct SourceConfig {
    pub(super) freshness: Freshness,
}

#[derive(Debug, Serialize)]
pub(super) struct Freshness {
    pub(super) error_after: Age,
}

#[derive(Debug, Serialize)]
pub(super) struct Age {
    pub(super) count: &'static str,
    pub(super) period: &'static str,
}

/// A table that is read, or a model.
#[derive(Debug, Default, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) config: Option<TableConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) data_tests: Vec<Test>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) columns: Vec<Column>,
}

/// How it is known how fresh a table is: by a query, or not at all.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TableConfig {
    LoadedAtQuery(String),
    Freshness(()),
}

#[derive(Debug, Serialize)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) data_type: Option<&'static str>,
    #[serde(skip_serializing_if = "ColumnConfig::is_empty")]
    pub(super) config: ColumnConfig,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) data_tests: Vec<Test>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct ColumnConfig {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tags: Vec<&'static str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) meta: BTreeMap<&'static str, Meta>,
}

impl ColumnConfig {
    fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.meta.is_empty()
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Meta {
    Text(&'static str),
    Names(&'static [&'static str]),
}

/// A test, by its name alone or with what it is told.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Test {
    Plain(&'static str),
    Told(BTreeMap<&'static str, Told>),
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Told {
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) arguments: BTreeMap<&'static str, Argument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) config: Option<TestConfig>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Argument {
    Text(String),
    Names(Vec<&'static str>),
}

#[derive(Debug, Serialize)]
pub(super) struct TestConfig {
    pub(super) severity: &'static str,
}

impl Test {
    /// A test that is told something, or by its name alone if that is nothing.
    pub(super) fn of(name: &'static str, told: Told) -> Self {
        if told.arguments.is_empty() && told.config.is_none() {
            return Self::Plain(name);
        }
        Self::Told([(name, told)].into())
    }
}
