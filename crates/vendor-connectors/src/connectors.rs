//! The connectors of the workspace; `cargo xtask new` adds one.

use connector_core::Connector;

/// All connectors, in the order in which they are shown.
pub const ALL: [&Connector; 5] = [
    &browser_profiles_connector::CONNECTOR,
    &accounts_connector::CONNECTOR,
    &webhook_apps_connector::CONNECTOR,
    &session_recording_connector::CONNECTOR,
    &datasets_connector::CONNECTOR,
];

/// The connector of that name.
pub fn find(name: &str) -> Option<&'static Connector> {
    ALL.into_iter().find(|connector| connector.name == name)
}
