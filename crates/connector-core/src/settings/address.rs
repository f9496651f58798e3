//! Where a key may go: addresses, and the certificates that prove them.

use std::path::Path;

use url::Url;

use super::files;
use crate::error::{Error, Result};
use crate::http::{Authority, is_loopback};

/// The API's address, if a key may be sent there.
pub(super) fn address(text: &str, allow_http: bool) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| {
        Error::settings(format!("the base URL is not understood: {error}"))
            .next("write it with its scheme, as in https://api.example.com")
    })?;
    if url.host().is_none() {
        return Err(Error::settings("the base URL has no host")
            .next("write it as in https://api.example.com"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) || allow_http => {}
        "http" => {
            return Err(Error::settings(
                "the base URL is plain HTTP, which would show the key to everybody on the way",
            )
            .next(
                "write https://…, or set `allow_http = true` for the connection if you mean it",
            ));
        }
        scheme => {
            return Err(Error::settings(format!("the base URL has the scheme `{scheme}`"))
                .next("write https://…"));
        }
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(Error::settings(
            "the base URL is a host and a path only, without a user, a query or a fragment",
        )
        .next("leave them out; the key is set by itself, as `api_key` or as its variable"));
    }
    Ok(url)
}

/// Fails unless a key may be sent to that address.
pub(crate) fn check_address(text: &str, allow_http: bool) -> Result<()> {
    address(text, allow_http).map(drop)
}

/// The certificate authorities in a file, which are believed besides those of the system.
pub(super) fn authorities(path: &Path) -> Result<Vec<Authority>> {
    let place = |error: Error| error.at("ca_certificate", path.display());
    let text = files::read(path).map_err(|error| {
        let what = format!("the certificate cannot be read: {}", files::reason(&error));
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
