//! The environment: the variables of the shell, and of a file that stands in for it.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};

/// The file that was read. It is kept here and not in the process's environment, where names
/// such as `LD_PRELOAD` and `HTTPS_PROXY` would be heard by others than these settings.
static FILE: RwLock<Option<Arc<VariablesFile>>> = RwLock::new(None);

/// A file of variables, which count where the shell has none of that name.
#[derive(Debug)]
pub struct VariablesFile {
    /// Where it is.
    pub path: PathBuf,
    /// Names and values, the first of a name first.
    pub variables: Vec<(String, SecretString)>,
}

impl VariablesFile {
    /// The one that counts.
    pub fn current() -> Option<Arc<Self>> {
        FILE.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets it count from now on.
    pub fn put(self) {
        *FILE.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(self));
    }

    fn value(&self, name: &str) -> Option<SecretString> {
        let variable = self.variables.iter().find(|(other, _)| other == name)?;
        Some(variable.1.clone())
    }
}

/// The file that sets a variable, if the shell does not.
pub fn file_of(name: &str) -> Option<PathBuf> {
    if std::env::var_os(name).is_some_and(|value| !value.is_empty()) {
        return None;
    }
    VariablesFile::current().filter(|file| file.value(name).is_some()).map(|file| file.path.clone())
}

/// The value of a variable; an empty one counts as not set, and leaves the file's.
pub fn environment(name: &str) -> Option<SecretString> {
    let of_shell = std::env::var(name).ok().filter(|value| !value.is_empty());
    let value =
        of_shell.map(SecretString::from).or_else(|| VariablesFile::current()?.value(name))?;
    let value = value.expose_secret();
    Some(value.trim()).filter(|value| !value.is_empty()).map(SecretString::from)
}

/// The value of a variable that no file stands in for; an empty one counts as not set.
pub fn of_shell(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first of these variables that is set in the shell, and its value.
pub fn first_set(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| Some((*name, std::env::var(name).ok()?)))
}
