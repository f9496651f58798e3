//! What a connection that is there has for what `init` asks.

use std::collections::BTreeMap;

use super::connectors_toml::File;
use connector_spec::Connector;

/// What was answered for a connection before; nothing, for a new one.
#[derive(Default)]
pub(crate) struct Answered {
    pub(crate) base_url: Option<String>,
    /// Where its key is, which is not the key itself.
    pub(crate) api_key: Option<String>,
    pub(crate) preset: Option<String>,
    pub(crate) allow_http: bool,
    params: BTreeMap<String, Vec<String>>,
}

impl Answered {
    /// What the file has for a connection of that name, if it is one of the connector.
    pub(crate) fn of(file: &File, connector: &Connector, name: &str) -> Self {
        let is_its = file.of(connector).contains(&name);
        let section = file.section(name).filter(|_| is_its);
        section.map_or_else(Self::default, |section| Self {
            base_url: file.address(name).map(str::to_owned),
            api_key: section
                .api_key
                .as_ref()
                .filter(|setting| !setting.is_plain())
                .map(|setting| setting.text().to_owned()),
            preset: section.preset.clone(),
            allow_http: section.allow_http,
            params: section.params(),
        })
    }

    /// These parameters, each as `name=value`, and those that they do not set anew.
    pub(crate) fn with_params(&self, mut new: Vec<String>) -> Vec<String> {
        let is_new = |name: &str| {
            new.iter().any(|param| param.split_once('=').is_some_and(|(other, _)| other == name))
        };
        let kept: Vec<_> = self.params.iter().filter(|(name, _)| !is_new(name)).collect();
        for (name, values) in kept {
            new.extend(values.iter().map(|value| format!("{name}={value}")));
        }
        new
    }
}
