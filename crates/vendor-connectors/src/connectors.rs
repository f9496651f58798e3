//! The connectors of the workspace: written whole by `cargo xtask new`, from the crates there are.

use connector_core::Connector;

/// All connectors, in order of name.
pub const ALL: [&Connector; 5] = [
    &accounts_connector::CONNECTOR,
    &browser_profiles_connector::CONNECTOR,
    &datasets_connector::CONNECTOR,
    &session_recording_connector::CONNECTOR,
    &webhook_apps_connector::CONNECTOR,
];

/// The connector of that name.
pub fn find(name: &str) -> Option<&'static Connector> {
    ALL.into_iter().find(|connector| connector.name == name)
}
