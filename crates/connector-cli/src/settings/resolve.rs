//! From settings to a connection.

use std::sync::Once;

use chrono::TimeDelta;
use connector_core::ask::address;
use connector_core::environment::environment;
use connector_core::error::{Error, Result};
use connector_core::params::check_required;
use connector_core::run::{Connection, Range};
use connector_spec::Connector;
use secrecy::ExposeSecret as _;
use tracing::{info, warn};

use super::Flags;
use super::authorities::authorities;
use super::connectors_toml::{File, Nowhere};
use super::env_file::open_env_file;
use super::lineage::lineage;
use super::names::{check_letters, check_schema};
use super::precedence::Layers;
use super::preset::{preset_of, presets_unlike};
use super::section::SecretsSetting;
use super::variables::{how_unset, invocation, mistaken_for, prefix};

/// The connection that flags, environment and file describe together.
pub fn resolve(connector: &'static Connector, file: &File, flags: &Flags) -> Result<Connection> {
    let layers = Layers::of(connector, file, flags)?;
    let Layers { name, section, .. } = layers;
    section.check().map_err(|error| error.at("connection", name))?;
    let preset = layers.preset().0.to_owned();
    let (declared, connector) = (connector, preset_of(connector, &preset)?);
    let other_ways = presets_unlike(declared, connector.auth);
    let base_url = layers.secret("BASE_URL", section.base_url.as_ref())?;
    let (base_url, set_by) = base_url.ok_or_else(|| no_address(connector, &layers))?;
    let source = ("base_url", section.base_url.as_ref());
    let base_source = layers.source_of(connector, source, &set_by);
    let base_url = address(base_url.expose_secret(), section.allow_http).map_err(|error| {
        let set = format!("; the base URL is {base_source}");
        let set = if file.tried { "" } else { &set };
        let next = error.advice().unwrap_or("correct it");
        let next = format!("{next}{set}");
        error.next(next).at("connection", name)
    })?;
    let api_key = layers.secret("API_KEY", section.api_key.as_ref())?;
    let (api_key, set_by) = api_key.ok_or_else(|| no_key(connector, &layers))?;
    let source = ("api_key", section.api_key.as_ref());
    let key_source = layers.source_of(connector, source, &set_by);
    let database_url = layers.database_url()?.map(|(url, _)| url);
    let schema = layers.schema().0.to_owned();
    check_schema(&schema)?;
    let resources = layers.known_resources(connector)?.to_vec();
    let usual = section.only().unwrap_or_default().to_vec();
    let params = layers.params(connector)?;
    let declared = Connection::declared(connector, params, base_url, api_key, database_url);
    let authorities = section.ca_certificate.as_deref().map_or(Ok(Vec::new()), authorities)?;
    let mut connection = Connection {
        name: name.to_owned(),
        schema,
        preset,
        other_ways,
        range: Range {
            since: flags.since,
            until: flags.until,
            full_refresh: flags.full_refresh,
            changed_parents_only: flags.changed_parents_only || section.changed_parents_only,
        },
        base_source: Some(base_source).filter(|_| !file.tried),
        key_source: Some(key_source).filter(|_| !file.tried),
        invocation: invocation(connector, name, flags),
        hosts: section.hosts()?,
        lineage: lineage(&authorities)?,
        authorities,
        keep_secrets: section.secrets == Some(SecretsSetting::Keep),
        settings: layers.settings(connector).map_err(|error| error.at("connection", name))?,
        resources,
        usual_resources: Some(usual),
        rate: section.rate().or(declared.rate),
        resume_within: section
            .resume_within_minutes
            .map_or(declared.resume_within, |minutes| TimeDelta::minutes(minutes.into())),
        batch_rows: section.batch_rows.unwrap_or(declared.batch_rows),
        budget: file.budget.clone(),
        waits: flags.wait,
        takes_over_run: flags.take_over,
        max_requests: flags.max_requests,
        max_duration: flags.max_duration.or(declared.max_duration),
        ..declared
    };
    if let Some(requests) = section.requests_at_a_time {
        connection = connection.at_a_time(usize::try_from(requests).unwrap_or(usize::MAX));
    }
    if flags.allow_deletes {
        connection = connection.allow_deletes();
    }
    check_range(flags)?;
    connection.choices().map_err(|error| error.at("connection", name))?;
    for resource in connection.selected() {
        check_required(connector, resource, &connection.params)?;
    }
    mind(&layers, &connection.schema);
    if name != connector.name {
        for unread in file.unread_variables(connector) {
            warn!(
                "`{unread}` is set, and not read: the connection `{name}` has variables of its own name"
            );
        }
    }
    if flags.connection.is_none() && flags.schema.is_none() {
        let others = file.of(connector).into_iter().filter(|other| *other != name);
        for other in others {
            info!("[connections.{other}] is another one, for `--connection {other}`");
        }
    }
    if let Some(other) = file.misspelled_connector(connector) {
        warn!("[connections.{other}] is left out: its connector is not `{}`", connector.name);
    }
    Ok(connection)
}

/// Says what works, and what a person may not have meant.
fn mind(layers: &Layers, schema: &str) {
    /// All connections of a program have the same file of variables.
    static TOLD: Once = Once::new();
    let name = layers.name;
    if layers.section.has_plain_key() && !layers.are_given() {
        warn!(
            "the key of `{name}` stands in {} itself, where whoever sees the file sees it; write `env:NAME` or `file:PATH` there",
            layers.file_name()
        );
    }
    if let Some(path) = open_env_file() {
        let path = path.display();
        TOLD.call_once(|| {
            warn!("others may read the secrets in `{path}`; take that away by `chmod 600 {path}`");
        });
    }
    if check_letters(schema).is_err() {
        warn!("the schema `{schema}` has to be written in quotes in each statement: \"{schema}\"");
    }
}

fn no_address(connector: &Connector, layers: &Layers) -> Error {
    let variables = ["BASE_URL", "API_KEY"].map(|key| format!("{}_{key}", prefix(layers.name)));
    let slip = |variable: &String| {
        let (_, key) = variable.split_at(prefix(layers.name).len());
        let of_connector = format!("{}{key}", prefix(connector.name));
        mistaken_for(variable, &of_connector, &layers.variables_read()).is_some()
    };
    if let Some(nowhere) = layers.no_file()
        && !variables.iter().any(|variable| environment(variable).is_some() || slip(variable))
    {
        return nothing_set_up(connector, &nowhere, &variables);
    }
    // Documents name a host that exists nowhere, so the default only tells the path.
    let example = if layers.are_given() {
        format!("=https://…, or set {}", layers.setting("base_url"))
    } else {
        format!("=https://…; the document's {} is an example", connector.base_url)
    };
    unset(connector, layers, "BASE_URL", "the address of the API is not known", &example)
        .at("connection", layers.name)
}

/// That somebody begins, or stands in another folder than that of the settings.
fn nothing_set_up(connector: &Connector, nowhere: &Nowhere, variables: &[String]) -> Error {
    let what = format!("nothing is set up: {nowhere}, and {} are not set", variables.join(" and "));
    Error::settings(what).next(format!(
        "run `{} init`, which asks for what is needed; if that was done, `cd` to its folder",
        crate::called::binary(connector)
    ))
}

fn no_key(connector: &Connector, layers: &Layers) -> Error {
    let name = layers.name;
    let what = format!("no key for `{name}`");
    let setting = match layers.no_file() {
        Some(_) => "=…".to_owned(),
        None => format!("=…, or set {}", layers.setting("api_key")),
    };
    unset(connector, layers, "API_KEY", &what, &setting)
}

/// A variable that is needed, and not set.
fn unset(connector: &Connector, layers: &Layers, key: &str, what: &str, value: &str) -> Error {
    let variable = format!("{}_{key}", prefix(layers.name));
    let how = how_unset(&variable);
    let what = format!("{what}: {variable} is {how}");
    let of_connector = format!("{}_{key}", prefix(connector.name));
    let other = mistaken_for(&variable, &of_connector, &layers.variables_read());
    match layers.no_file() {
        Some(nowhere) => {
            Error::settings(format!("{what}, and {nowhere}")).next(other.unwrap_or_else(|| {
                format!("{}; or export {variable}{value}", Nowhere::advice(connector))
            }))
        }
        None => Error::settings(what).next(other.unwrap_or_else(|| {
            let export = format!("export {variable}{value}");
            if layers.in_file || layers.are_given() {
                return export;
            }
            format!("run `{} init`, or {export}", crate::called::binary(connector))
        })),
    }
}

fn check_range(flags: &Flags) -> Result<()> {
    if flags.since.zip(flags.until).is_some_and(|(since, until)| since >= until) {
        return Err(Error::settings("--since is not before --until")
            .next("swap them, or leave one of them out"));
    }
    Ok(())
}
