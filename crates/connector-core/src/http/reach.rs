//! The way to a vendor: through a proxy, or by its name.

use hyper_util::client::proxy::matcher::Matcher;

use super::Client;
use crate::error::{Error, ErrorKind, Result};

/// The way to a vendor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Through the proxy at this address, which looks the name up.
    Proxy(String),
    /// The address is a number.
    Number,
    /// The name leads to so many addresses.
    Name { host: String, addresses: usize },
}

impl Client {
    /// The way to the vendor, with its name looked up if there is no proxy.
    pub(crate) async fn way(&self) -> Result<Way> {
        if let Some(proxy) = self.proxy() {
            return Ok(Way::Proxy(proxy));
        }
        let Some(url::Host::Domain(host)) = self.base.host() else { return Ok(Way::Number) };
        let port = self.base.port_or_known_default().unwrap_or(443);
        match tokio::net::lookup_host((host, port)).await {
            Ok(addresses) => Ok(Way::Name { host: host.to_owned(), addresses: addresses.count() }),
            Err(error) => {
                let what = format!("the name `{host}` is not known");
                Err(Error::new(ErrorKind::Unreachable, what)
                    .next("check the base URL for a slip, and the network; behind a proxy, set HTTPS_PROXY")
                    .because(error))
            }
        }
    }

    /// The proxy that requests go through, by the same rules as the client's own.
    pub(super) fn proxy(&self) -> Option<String> {
        let uri = self.base.as_str().parse().ok()?;
        let proxy = Matcher::from_system().intercept(&uri)?;
        // Only its authority: a user and a password may stand before that.
        let authority = proxy.uri().authority()?.as_str();
        Some(authority.rsplit('@').next().unwrap_or_default().to_owned())
    }
}

/// What to do about a connection that was not made.
pub(super) fn advice(reason: &str, by_proxy: bool) -> &'static str {
    let reason = reason.to_ascii_lowercase();
    if reason.contains("certificate") {
        "if a private authority signed it, name that authority's PEM file in SSL_CERT_FILE or as `ca_certificate` for the connection; otherwise check the base URL and this machine's clock"
    } else if reason.contains("corrupt message") || reason.contains("invalidcontenttype") {
        "the server does not speak TLS there: check the scheme and the port of the base URL"
    } else if by_proxy {
        "check HTTPS_PROXY and its user and password; NO_PROXY names hosts that need no proxy"
    } else {
        "check the base URL and the network; behind a proxy, set HTTPS_PROXY"
    }
}
