//! Each setting of a connection, and who set it. Secrets are `set` or `not set`.

use schemars::JsonSchema;
use serde::Serialize;

use super::Flags;
use super::connectors_toml::File;
use super::lineage;
use super::params::by_flags;
use super::precedence::{Layers, SetBy};
use super::section::SecretsSetting;
use super::variables::prefix;
use connector_core::error::Result;
use connector_core::store::is_address;
use connector_spec::{Connector, Unset};

/// A setting as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Explained {
    /// Its name in the file.
    #[serde(rename = "setting")]
    pub(crate) name: String,
    /// Its value, in words if it is secret.
    pub(crate) value: String,
    /// Who set it.
    #[serde(rename = "set_by")]
    #[schemars(with = "String")]
    pub(crate) by: SetBy,
}

/// The settings of a connection that a person chooses, and all others that are set.
///
/// Whether they make sense is not judged here.
pub(crate) fn explain(
    connector: &'static Connector,
    file: &File,
    flags: &Flags,
) -> Result<(String, Vec<Explained>)> {
    let layers = Layers::of(connector, file, flags)?;
    let section = layers.section;
    let mut all = Vec::new();
    let mut add = |name: &str, value: String, by: SetBy| {
        all.push(Explained { name: name.to_owned(), value, by });
    };
    let by = if layers.in_file { layers.by_section() } else { SetBy::Default };
    add("connection", layers.name.to_owned(), by);
    for (name, key, setting, secret) in [
        ("base_url", "BASE_URL", &section.base_url, false),
        ("api_key", "API_KEY", &section.api_key, true),
    ] {
        // What cannot be read is for the line of the settings to say.
        let Ok(found) = layers.secret(key, setting.as_ref()) else {
            add(name, "cannot be read".to_owned(), layers.by_section());
            continue;
        };
        match found {
            // An address may be the key, by mistake; what is no address is not shown.
            Some((value, by)) => {
                add(name, if secret { "set".to_owned() } else { host(&value) }, by);
            }
            None => {
                add(name, format!("not set: export {}_{key}", prefix(layers.name)), SetBy::Default);
            }
        }
    }
    match layers.database_url() {
        Err(_) => add("database_url", "cannot be read".to_owned(), SetBy::File),
        Ok(Some((url, by))) => add("database_url", database(&url), by),
        Ok(None) => {
            add("database_url", "not set: the embedded Postgres".to_owned(), SetBy::Default);
        }
    }
    let (preset, by) = layers.preset();
    add("preset", preset.to_owned(), by);
    let (schema, by) = layers.schema();
    add("schema", schema.to_owned(), by);
    match layers.resources() {
        ([], by) => add("resources", "all".to_owned(), by),
        (names, by) => add("resources", names.join(", "), by),
    }
    let (by_flags, by_section) = (by_flags(&flags.params)?, section.params());
    for param in connector.params {
        let name = format!("params.{}", param.name);
        let flag = by_flags.get(param.name).map(|set| (set, SetBy::Flag("--param")));
        let file = by_section.get(param.name).map(|set| (set, layers.by_section()));
        match (flag.or(file), param.unset) {
            (Some((values, by)), _) => add(&name, values.join(", "), by),
            (None, Unset::Default(value) | Unset::Implied(value)) => {
                add(&name, value.to_owned(), SetBy::Default);
            }
            (None, Unset::Omitted | Unset::Required) => {}
        }
    }
    if let Some(server) = lineage::server() {
        add("openlineage", host(&server), SetBy::Variable(lineage::URL.to_owned()));
    }
    if let Some(mib) = file.memory_mib {
        add("memory_mib", mib.to_string(), SetBy::File);
    }
    let keep = (section.secrets == Some(SecretsSetting::Keep)).then(|| "keep".to_owned());
    let hosts = (!section.allow_hosts.is_empty()).then(|| section.allow_hosts.join(", "));
    for (name, value) in [
        ("requests_per_second", section.requests_per_second.map(|value| value.to_string())),
        ("requests_at_a_time", section.requests_at_a_time.map(|value| value.to_string())),
        ("resume_within_minutes", section.resume_within_minutes.map(|value| value.to_string())),
        ("batch_rows", section.batch_rows.map(|value| value.to_string())),
        ("allow_hosts", hosts),
        ("secrets", keep),
        ("changed_parents_only", section.changed_parents_only.then(|| "true".to_owned())),
        ("ca_certificate", section.ca_certificate.as_ref().map(|path| path.display().to_string())),
        ("allow_http", section.allow_http.then(|| "true".to_owned())),
    ] {
        if let Some(value) = value {
            add(name, value, layers.by_section());
        }
    }
    for (name, value) in section.for_all().said() {
        add(name, value, layers.by_section());
    }
    for (resource, own) in section.for_each() {
        for (name, value) in own.said() {
            let by = match layers.own(resource) {
                // A list of names stands in the section of the connection.
                own if name == "history" && own.is_none_or(|own| own.history.is_none()) => {
                    layers.by_section()
                }
                _ => SetBy::Resource(layers.name.to_owned(), resource.to_owned()),
            };
            add(&format!("{resource}.{name}"), value, by);
        }
    }
    Ok((layers.name.to_owned(), all))
}

/// Where a database is, without who asks and how that is proved.
fn database(value: &secrecy::SecretString) -> String {
    use secrecy::ExposeSecret as _;
    let url = url::Url::parse(value.expose_secret()).ok();
    let Some(url) = url.filter(|url| is_address(url.as_str())) else {
        return "set, and not an address".to_owned();
    };
    let set = |name: &str| {
        url.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
    };
    let host = set("host").or_else(|| url.host_str().map(str::to_owned));
    let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| "localhost".to_owned());
    let port = set("port").or_else(|| url.port().map(|port| port.to_string()));
    let name = set("dbname").unwrap_or_else(|| url.path().trim_start_matches('/').to_owned());
    let port = port.unwrap_or_else(|| "5432".to_owned());
    format!("{host}:{port}/{name}")
}

/// An address without anything that could be secret in it.
fn host(value: &secrecy::SecretString) -> String {
    use secrecy::ExposeSecret as _;
    match url::Url::parse(value.expose_secret()) {
        Ok(mut url) if url.has_host() => {
            url.set_query(None);
            url.set_fragment(None);
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.into()
        }
        _ => "set, and not an address".to_owned(),
    }
}
