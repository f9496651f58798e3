//! Who is told of runs by OpenLineage, by the variables that its own clients read.

use connector_core::ask::{Authority, Receiver};
use connector_core::environment::environment;
use connector_core::error::Result;
use connector_core::run::Lineage;
use secrecy::{ExposeSecret as _, SecretString};

/// The variable without which nobody is told.
pub(super) const URL: &str = "OPENLINEAGE_URL";
const ENDPOINT: &str = "OPENLINEAGE_ENDPOINT";
const API_KEY: &str = "OPENLINEAGE_API_KEY";
const NAMESPACE: &str = "OPENLINEAGE_NAMESPACE";
const DISABLED: &str = "OPENLINEAGE_DISABLED";

/// The address of the server that is told, unless nobody is to be.
pub(super) fn server() -> Option<SecretString> {
    let disabled = text(DISABLED).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    environment(URL).filter(|_| !disabled)
}

/// Who is told of runs, if somebody is.
pub(super) fn lineage(authorities: &[Authority]) -> Result<Option<Lineage>> {
    let Some(server) = server() else { return Ok(None) };
    let endpoint = text(ENDPOINT).unwrap_or_else(|| "api/v1/lineage".to_owned());
    let receiver = Receiver::new(server.expose_secret(), &endpoint, environment(API_KEY));
    let receiver = receiver.map_err(|error| error.at("variable", URL))?.believing(authorities);
    let namespace = text(NAMESPACE).unwrap_or_else(|| "default".to_owned());
    Ok(Some(Lineage { receiver, namespace }))
}

fn text(name: &str) -> Option<String> {
    environment(name).map(|value| value.expose_secret().to_owned())
}
