//! The environment: the variables of a connection, and those of the terminal.

use secrecy::{ExposeSecret as _, SecretString};

use super::env_file::{file_of, in_file, names_in_file};

/// The value of a variable; an empty one counts as not set, and leaves the file's.
pub(crate) fn environment(name: &str) -> Option<SecretString> {
    let of_shell = std::env::var(name).ok().filter(|value| !value.is_empty());
    let value = of_shell.map(SecretString::from).or_else(|| in_file(name))?;
    let value = value.expose_secret();
    Some(value.trim()).filter(|value| !value.is_empty()).map(SecretString::from)
}

/// The first of these variables that is set in the shell, and its value.
pub(crate) fn first_set(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, std::env::var(name).ok()?)))
}

/// The variables of a connection begin with this.
pub(crate) fn prefix(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// Whether output may have colours, on a terminal that shows them.
pub(crate) fn colour_is_welcome() -> bool {
    environment("NO_COLOR").is_none()
}

/// In which way a variable has no value.
pub(super) fn how_unset(variable: &str) -> &'static str {
    let is_set = std::env::var_os(variable).is_some() || in_file(variable).is_some();
    if is_set { "empty" } else { "not set" }
}

/// Advice that names a variable that somebody set in the place of another one: that of
/// the connector, where the connection has another name, or one with a slip in it.
pub(super) fn mistaken_for(variable: &str, of_connector: &str) -> Option<String> {
    let kind = variable.rsplit('_').next().unwrap_or_default();
    let of_shell = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let set = of_shell.chain(names_in_file());
    let likeness = |name: &str| {
        if name == of_connector { 1.0 } else { strsim::jaro_winkler(name, variable) }
    };
    let alike = set.filter(|name| name != variable && environment(name).is_some()).filter(|name| {
        let upper = name.to_ascii_uppercase();
        upper.ends_with(kind) && likeness(&upper) > 0.85
    });
    let nearest = alike.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    let place = file_of(&nearest).map(|file| format!(" in `{}`", file.display()));
    let place = place.unwrap_or_default();
    Some(format!("`{nearest}` is set{place}; this connection reads {variable}"))
}
