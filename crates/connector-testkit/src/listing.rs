//! Listings: how a test names one, and what it has.

use connector_core::{Connector, Resource};

use crate::envelope::Envelope;

/// One listing: a resource, and which of its listings if it has several.
///
/// Made from `"campaigns"`, or from `("endpoints", "app_1")` with the parent's
/// key, or from `("settings", "mobile")` with the value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listing {
    /// The resource's name.
    pub(crate) resource: String,
    /// The parent's key or the parameter's value, if the items are of that one alone.
    pub(crate) partition: Option<String>,
}

impl From<&str> for Listing {
    fn from(resource: &str) -> Self {
        Self { resource: resource.to_owned(), partition: None }
    }
}

impl From<(&str, &str)> for Listing {
    fn from((resource, partition): (&str, &str)) -> Self {
        Self { resource: resource.to_owned(), partition: Some(partition.to_owned()) }
    }
}

impl Listing {
    /// The listing behind a resource's name: resources at one address share theirs.
    pub(crate) fn new(
        connector: &'static Connector,
        resource: &str,
        partition: Option<&str>,
    ) -> Self {
        Self { resource: resource.to_owned(), partition: partition.map(str::to_owned) }
            .of(connector)
    }

    pub(crate) fn of(mut self, connector: &'static Connector) -> Self {
        let asked = self.resource(connector);
        let same = |other: &&Resource| other.path == asked.path && other.query == asked.query;
        let first = connector.resources.iter().find(same).unwrap_or(asked);
        first.name.clone_into(&mut self.resource);
        self
    }

    pub(crate) fn resource(&self, connector: &'static Connector) -> &'static Resource {
        let name = &self.resource;
        connector.resource(name).unwrap_or_else(|| panic!("the connector has no resource `{name}`"))
    }

    /// The same resource's listing for all partitions that have none of their own.
    pub(crate) fn shared(&self) -> Self {
        Self { resource: self.resource.clone(), partition: None }
    }
}

/// The items of one listing, each as its text, and what surrounds them.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) items: Vec<String>,
    pub(crate) envelope: Envelope,
}
