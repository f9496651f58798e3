//! Where a key may go.

use url::Url;

use super::is_loopback;
use crate::error::{Error, Result};

/// The API's address, if a key may be sent there.
pub fn address(text: &str, allow_http: bool) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| {
        let what = match error {
            url::ParseError::RelativeUrlWithoutBase => "the base URL has no scheme".to_owned(),
            other => format!("the base URL is not understood: {other}"),
        };
        Error::settings(what).next("write it with its scheme, as in https://api.example.com")
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
                "write https://…, or set `allow_http = true` for the connection (`init --allow-http`) if you mean it",
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
pub fn check_address(text: &str, allow_http: bool) -> Result<()> {
    address(text, allow_http).map(drop)
}
