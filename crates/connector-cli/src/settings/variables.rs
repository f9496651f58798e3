//! What a connection is called by: its variables, with what to say of one that is missing, and
//! this program's commands about it.

use connector_core::environment::{VariablesFile, environment, file_of};
use connector_core::words::Invocation;
use connector_spec::Connector;

use super::Flags;

/// The variables of a connection begin with this.
pub(crate) fn prefix(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// Whether output may have colours, on a terminal that shows them.
pub(crate) fn colour_is_welcome() -> bool {
    environment("NO_COLOR").is_none()
}

/// In which way a variable has no value.
pub(crate) fn how_unset(variable: &str) -> &'static str {
    let is_set = std::env::var_os(variable).is_some() || file_of(variable).is_some();
    if is_set { "empty" } else { "not set" }
}

/// Advice that names a variable that somebody set in the place of another one: that of
/// the connector, where the connection has another name, or one with a slip in it. What is read
/// by a connection of the file is no slip.
pub(crate) fn mistaken_for(variable: &str, of_connector: &str, read: &[String]) -> Option<String> {
    let kind = variable.rsplit('_').next().unwrap_or_default();
    let of_shell = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let file = VariablesFile::current();
    let of_file = file.iter().flat_map(|file| &file.variables).map(|(name, _)| name.clone());
    let set = of_shell.chain(of_file);
    let likeness = |name: &str| {
        if name == of_connector { 1.0 } else { strsim::jaro_winkler(name, variable) }
    };
    // The address of the database is that of no vendor.
    let set = set.filter(|name| name != variable && name != "DATABASE_URL");
    let set = set.filter(|name| !read.contains(name));
    let alike = set.filter(|name| environment(name).is_some()).filter(|name| {
        let upper = name.to_ascii_uppercase();
        upper.ends_with(kind) && likeness(&upper) > 0.85
    });
    let nearest = alike.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    let place = file_of(&nearest).map(|file| format!(" in `{}`", file.display()));
    let place = place.unwrap_or_default();
    Some(format!("`{nearest}` is set{place}; this connection reads {variable}"))
}

/// How this program is called for a connection.
pub(super) fn invocation(connector: &Connector, name: &str, flags: &Flags) -> Invocation {
    let config = flags.config.as_ref().map(|config| config.display().to_string());
    let named = (name != connector.name).then(|| name.to_owned());
    let flags = [
        ("config", config),
        ("connection", named),
        ("schema", flags.schema.clone()),
        ("preset", flags.preset.clone()),
    ];
    let given = flags
        .into_iter()
        .filter_map(|(flag, value)| Some(format!("--{flag} {}", shell_words::quote(&value?))));
    let given: Vec<String> = given.collect();
    Invocation::new(&crate::called::binary(connector), &given.join(" "))
}
