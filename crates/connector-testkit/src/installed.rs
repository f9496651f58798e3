//! Which program a test runs: the one that was built with it, or an installed one of the same name.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The variable that names a folder of installed programs, as those of a Python package.
pub const INSTALLED: &str = "TEST_PROGRAMS";

/// The program to run where this one was built: itself, unless [`INSTALLED`] names a folder.
pub fn installed(built: &str) -> PathBuf {
    let built = Path::new(built);
    match env::var_os(INSTALLED).filter(|folder| !folder.is_empty()) {
        Some(folder) => Path::new(&folder).join(built.file_name().unwrap_or(OsStr::new(""))),
        None => built.to_owned(),
    }
}
