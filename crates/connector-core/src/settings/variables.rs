//! The environment: the variables of a connection, and those of the terminal.

use secrecy::SecretString;

/// The value of a variable; an empty one counts as not set.
pub(crate) fn environment(name: &str) -> Option<SecretString> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
        .map(|value| value.trim().into())
}

/// The variables of a connection begin with this.
pub(crate) fn prefix(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// Whether output may have colours, on a terminal that shows them.
pub(crate) fn colour_is_welcome() -> bool {
    environment("NO_COLOR").is_none()
}

/// Whether somebody set the variables of a connection.
pub(super) fn has_variables(name: &str) -> bool {
    ["BASE_URL", "API_KEY"]
        .into_iter()
        .any(|key| environment(&format!("{}_{key}", prefix(name))).is_some())
}

/// Advice that names a variable that somebody set in the place of another one.
pub(super) fn mistaken_for(variable: &str) -> Option<String> {
    let kind = variable.rsplit('_').next().unwrap_or_default();
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let alike = set.filter(|name| {
        let upper = name.to_ascii_uppercase();
        upper.ends_with(kind) && strsim::jaro_winkler(&upper, variable) > 0.85
    });
    let nearest = alike.max_by(|a, b| {
        strsim::jaro_winkler(a, variable).total_cmp(&strsim::jaro_winkler(b, variable))
    })?;
    Some(format!("`{nearest}` is set; this connection reads {variable}"))
}
