//! The connectors of the workspace.

use connector_core::Connector;

/// All connectors, in the order in which they are shown.
pub(crate) const ALL: [&Connector; 1] = [&accounts_connector::CONNECTOR];

/// The connector of that name.
pub(crate) fn find(name: &str) -> Option<&'static Connector> {
    ALL.into_iter().find(|connector| connector.name == name)
}
