//! Partitions: one listing each, and the address of its pages. Pure.
//!
//! A top-level resource has one partition. A child has one for each live row of
//! its parent, whose key fills the path and stands in front of the child's own.

use std::fmt;

use crate::ask::Target;
use crate::foreign::Foreign;
use crate::params::Params;
use crate::walk::{Position, Walk};
use connector_spec::{Connector, Resource, Unset, Values, placeholder};

/// One listing of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partition {
    /// The placeholder or the parameter that tells it from its siblings.
    name: Option<&'static str>,
    /// Whether the value is sent; a vendor's own default is not.
    sent: bool,
    /// Which of the parent's rows led to it, from 1, and not a setting: in the order of
    /// the column that its value is from, of those that are asked for.
    parent_row: Option<u64>,
    /// The values of the partition's columns.
    pub(crate) values: Vec<String>,
}

impl Partition {
    /// The partition of a resource without a parent.
    pub(crate) fn whole() -> Self {
        Self::default()
    }

    /// The partition of one parent row, and which of them it is, from 1.
    pub(crate) fn of_parent(placeholder: &'static str, key: String, row: u64) -> Self {
        Self { name: Some(placeholder), sent: true, parent_row: Some(row), values: vec![key] }
    }

    /// The partition of one value of a setting, yet without the value.
    fn of_setting(name: &'static str, sent: bool) -> Self {
        Self { name: Some(name), sent, ..Self::default() }
    }

    /// The partitions that a resource has by its declaration and its parameters alone.
    ///
    /// Nothing, if they are the rows of a parent.
    pub(crate) fn of_params(
        resource: &Resource,
        connector: &Connector,
        params: &Params,
    ) -> Option<Vec<Self>> {
        let name = match (&resource.parent, &resource.each_param) {
            (None, None) => return Some(vec![Self::whole()]),
            (Some(parent), _) => parent.placeholder,
            (None, Some(each)) => each.name,
        };
        if let Some(values) = params.get(name) {
            let partition = |value: &String| Self {
                values: vec![value.clone()],
                ..Self::of_setting(name, true)
            };
            return Some(values.iter().map(partition).collect());
        }
        match connector.param(name)?.unset {
            Unset::Implied(value) => {
                Some(vec![Self { values: vec![value.to_owned()], ..Self::of_setting(name, false) }])
            }
            _ => None,
        }
    }

    /// Whether it is there because of a parent's row, which may vanish.
    pub(crate) fn is_of_a_parent(&self) -> bool {
        self.parent_row.is_some()
    }

    /// Which of the parent's rows led to it, from 1, if it is one's.
    pub(crate) fn parent_row(&self) -> Option<u64> {
        self.parent_row
    }

    /// The partition's name in the run tables: a list of its values as JSON.
    pub(crate) fn id(&self) -> String {
        serde_json::to_string(&self.values).expect("texts are always JSON")
    }

    /// The address of a page of a walk.
    pub(crate) fn target(
        &self,
        resource: &Resource,
        connector: &Connector,
        params: &Params,
        (walk, position): (&Walk, &Position),
        filter: &[(&str, String)],
    ) -> Target {
        if let Position::Url(url) = position {
            return Target::Url(url.clone());
        }
        let segments = resource.path.split('/').filter(|segment| !segment.is_empty());
        let fill = |segment: &str| {
            let Some(name) = placeholder(segment) else { return Some(segment.to_owned()) };
            if self.name == Some(name) {
                return Some(self.values.concat());
            }
            // Declarations are checked: a placeholder that is no parent's is a parameter's,
            // and one that need not be set leaves its segment out.
            params.get(name).map(|values| values.concat())
        };
        let mut query: Vec<(String, String)> = Vec::new();
        let mut add =
            |name: &str, value: &str| match query.iter_mut().find(|(other, _)| other == name) {
                Some((_, before)) => value.clone_into(before),
                None => query.push((name.to_owned(), value.to_owned())),
            };
        for (name, value) in resource.query {
            add(name, value);
        }
        for name in resource.params {
            let flag = connector.param(name).is_some_and(|param| param.values == Values::Flag);
            match params.get(name).and_then(|values| values.first()).map(String::as_str) {
                Some("true") if flag => add(name, "1"),
                Some("false") if flag => {}
                Some(value) => add(name, value),
                None => {}
            }
        }
        if let Some(each) = resource.each_param.filter(|_| self.sent) {
            add(each.name, &self.values.concat());
        }
        for (name, value) in filter {
            add(name, value);
        }
        for (name, value) in walk.query(position) {
            add(name, &value);
        }
        Target::Path { path: resource.path, segments: segments.filter_map(fill).collect(), query }
    }
}

/// What may be told of it: a setting is shown, and the key of a parent's row is a row's value.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name, self.parent_row) {
            (Some(name), Some(row)) => write!(f, "{name} number {row}"),
            (Some(name), None) => write!(f, "{name}={}", Foreign(&self.values.concat())),
            (None, _) => f.write_str("all"),
        }
    }
}
