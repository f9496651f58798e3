//! A connector's own parameters: which are set, and whether their values make sense.

use std::collections::{BTreeMap, HashSet};

use connector_spec::{Connector, Param, Resource, Unset, Values, placeholder};

use crate::error::{Error, Result};
use crate::words::nearest;

/// Values of a connector's parameters; those that listings are asked for can have several.
pub type Params = BTreeMap<&'static str, Vec<String>>;

/// The parameters of a connection: those that are set, and what holds where one is not.
pub fn params_of(
    connector: &'static Connector,
    set: &BTreeMap<String, Vec<String>>,
    name: &str,
) -> Result<Params> {
    if let Some(unknown) = set.keys().find(|name| connector.param(name).is_none()) {
        let known: Vec<&str> = connector.params.iter().map(|param| param.name).collect();
        return Err(Error::settings(format!(
            "the connection `{name}` has no parameter `{unknown}`"
        ))
        .next(nearest(unknown, &known)));
    }
    let mut params = Params::new();
    for param in connector.params {
        let mut values = match (set.get(param.name), param.unset) {
            (Some(set), _) => set.clone(),
            (None, Unset::Default(value)) => vec![value.to_owned()],
            (None, Unset::Omitted | Unset::Implied(_) | Unset::Required) => continue,
        };
        let mut known = HashSet::new();
        values.retain(|value| known.insert(value.clone()));
        let several = connector
            .resources
            .iter()
            .any(|resource| resource.partition_columns().any(|column| column.name == param.name));
        if values.len() != 1 && !several {
            return Err(Error::settings(format!("the parameter `{}` takes one value", param.name))
                .next("leave the others out, or write a connection for each"));
        }
        for value in &values {
            check_value(param, value)?;
        }
        params.insert(param.name, values);
    }
    Ok(params)
}

fn check_value(param: &Param, value: &str) -> Result<()> {
    let wanted = match param.values {
        Values::Text if !value.is_empty() => return Ok(()),
        Values::Text => "a text that is not empty".to_owned(),
        Values::Number if value.parse::<u64>().is_ok() => return Ok(()),
        Values::Number => "a whole number".to_owned(),
        Values::Flag if matches!(value, "true" | "false") => return Ok(()),
        Values::Flag => "true or false".to_owned(),
        Values::OneOf(values) if values.contains(&value) => return Ok(()),
        Values::OneOf(values) => format!("one of {}", values.join(", ")),
    };
    Err(Error::settings(format!("the parameter `{}` must be {wanted}", param.name)).next(param.doc))
}

/// Fails if a resource that is to be synced needs a parameter that is not set.
pub fn check_required(connector: &Connector, resource: &Resource, params: &Params) -> Result<()> {
    let placeholders = resource.path.split('/').filter_map(placeholder);
    let used = placeholders
        .chain(resource.params.iter().copied())
        .chain(resource.each_param.map(|each| each.name));
    for name in used {
        let required = connector.param(name).filter(|param| param.unset == Unset::Required);
        if let Some(param) = required.filter(|param| !params.contains_key(param.name)) {
            let what =
                format!("`{}` needs the parameter `{}`: {}", resource.name, param.name, param.doc);
            return Err(Error::settings(what).next(format!("set `params.{}` for the connection in connectors.toml, or sync other resources with --resource", param.name)));
        }
    }
    Ok(())
}
