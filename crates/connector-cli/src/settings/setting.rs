//! A value in `connectors.toml` that may be a secret, or say where that is.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// A value of the file: itself, or `env:NAME`, or `file:PATH`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct Setting(SecretString);

impl JsonSchema for Setting {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Setting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Setting(..)")
    }
}

impl Setting {
    /// What stands in a file, or would.
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// It as it stands there, which may be a secret.
    pub(super) fn text(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it is the value itself, and says not where that is.
    pub(super) fn is_plain(&self) -> bool {
        self.variable().is_none() && self.file().is_none()
    }

    /// The variable that it is read from.
    pub(super) fn variable(&self) -> Option<&str> {
        self.text().strip_prefix("env:")
    }

    /// The file that it is read from.
    pub(super) fn file(&self) -> Option<&str> {
        self.text().strip_prefix("file:")
    }

    /// A copy of it.
    pub(super) fn secret(&self) -> SecretString {
        self.0.clone()
    }
}
