//! The parameters of a connection, as they are set.

use std::collections::BTreeMap;

use connector_core::error::{Error, Result};

/// The parameters that flags set, each as `name=value`.
pub(super) fn by_flags(flags: &[String]) -> Result<BTreeMap<String, Vec<String>>> {
    let mut set: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for flag in flags {
        let (name, value) = flag.split_once('=').ok_or_else(|| {
            Error::settings(format!("--param {flag} is not NAME=VALUE"))
                .next("write it as in --param account=123")
        })?;
        set.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    Ok(set)
}
