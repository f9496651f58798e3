//! Certificate authorities in a file of one's own.

use std::path::Path;

use connector_core::ask::Authority;
use connector_core::error::{Error, Result};

use super::plain_files;

/// The certificate authorities in a file, which are believed besides those of the system.
pub(super) fn authorities(path: &Path) -> Result<Vec<Authority>> {
    let place = |error: Error| error.at("ca_certificate", path.display());
    let text = plain_files::read(path).map_err(|error| {
        let what = format!("the certificate cannot be read: {}", plain_files::reason(&error));
        place(Error::settings(what))
            .next(
                "check the path, which begins where the command is run, and who may read the file",
            )
            .because(error)
    })?;
    match Authority::from_pem_bundle(&text) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(place(Error::settings("the file holds no certificate"))
            .next("name a PEM file, with lines of BEGIN CERTIFICATE")),
    }
}
