//! Files that others read at any time: each appears whole, in place of the one before.

use std::path::Path;

use crate::settings::{Mode, reason, replace};
use connector_core::error::{Error, ErrorKind, Result};

/// Whether that stands for stdout.
pub(super) fn is_stdout(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Writes a file whole, or to stdout.
pub(super) fn write(file: &Path, text: &str) -> Result<()> {
    if is_stdout(file) {
        return super::print(text.trim_end());
    }
    replace(file, text, Mode::Shared).map_err(|error| {
        let what = format!("{} cannot be written: {}", file.display(), reason(&error));
        Error::new(ErrorKind::Output, what).next("name a file in a folder that is yours")
    })
}
