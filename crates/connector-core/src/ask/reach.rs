//! The way to a vendor: through a proxy, or by its name.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

use super::cause::Cause;
use super::place::is_loopback;
use super::{Authority, Client};
use crate::environment::first_set;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::keep_secret;

/// The way to a vendor.
#[derive(Debug, PartialEq, Eq)]
pub enum Route {
    /// Through the proxy at this address, which looks the name up.
    Proxy(String),
    /// The address is a number.
    Number,
    /// The name leads to so many addresses.
    Name {
        /// The name.
        host: String,
        /// How many there are.
        addresses: usize,
    },
}

/// A proxy on the way.
pub(super) struct Proxy {
    /// Its host and port, without the user and the password.
    pub(super) address: String,
    /// The variable that names it.
    pub(super) variable: &'static str,
}

impl Client {
    /// The way to the vendor, with its name looked up if there is no proxy.
    pub async fn route(&self) -> Result<Route> {
        if let Some(proxy) = proxy(&self.base) {
            return Ok(Route::Proxy(proxy.address));
        }
        let Some(url::Host::Domain(host)) = self.base.host() else { return Ok(Route::Number) };
        let port = self.base.port_or_known_default().unwrap_or(443);
        match tokio::net::lookup_host((host, port)).await {
            Ok(addresses) => {
                Ok(Route::Name { host: host.to_owned(), addresses: addresses.count() })
            }
            Err(error) => {
                let cause = Cause::of_name(&error.to_string());
                let what = if cause.lasts {
                    format!("the name `{host}` is not known")
                } else {
                    format!("the name `{host}` leads nowhere: {}", cause.what)
                };
                let next = self.with_base_source(cause.next.unwrap_or(ADVICE));
                Err(Error::new(ErrorKind::Unreachable, what).next(next).because(error))
            }
        }
    }
}

/// What to do about a connection that was not made, if nothing tells more.
pub(super) const ADVICE: &str =
    "check the base URL and the network; behind a proxy, set HTTPS_PROXY";

/// What to do about a connection that was not made through a proxy.
pub(super) fn advice_of(proxy: &Proxy) -> String {
    format!(
        "check {}, and its user and password; NO_PROXY names hosts that need no proxy",
        proxy.variable
    )
}

/// The proxy that leads to an address, by the same rules as the client's own.
pub(super) fn proxy(url: &Url) -> Option<Proxy> {
    let proxy = intercepted(&Matcher::from_system(), url)?;
    let address = proxy.uri().authority()?.to_string();
    Some(Proxy { address, variable: variable(url).unwrap_or("the proxy of the system") })
}

/// How a proxy is asked; nothing goes to one that is meant for this machine.
fn intercepted(matcher: &Matcher, url: &Url) -> Option<Intercept> {
    if is_loopback(url) {
        return None;
    }
    matcher.intercept(&url.as_str().parse().ok()?)
}

/// The variable that names the proxy to an address.
fn variable(url: &Url) -> Option<&'static str> {
    let own = match url.scheme() {
        "http" => ["HTTP_PROXY", "http_proxy"],
        _ => ["HTTPS_PROXY", "https_proxy"],
    };
    let mut set =
        [own, ["ALL_PROXY", "all_proxy"]].into_iter().filter_map(|names| first_set(&names));
    set.find(|name| !name.1.is_empty()).map(|(name, _)| name)
}

/// Lets a client reach these places, and no others, through the proxies that are meant for them.
///
/// Where there are none, they are not looked for with each request: a tenth of what one costs.
pub(super) fn through_proxies(
    builder: reqwest::ClientBuilder,
    places: &[&Url],
) -> reqwest::ClientBuilder {
    let matcher = Matcher::from_system();
    if places.iter().all(|place| intercepted(&matcher, place).is_none()) {
        return builder.no_proxy();
    }
    let of = move |url: &Url| with_user(&intercepted(&matcher, url)?);
    builder.proxy(reqwest::Proxy::custom(of))
}

/// The address of a proxy, with its user and password.
fn with_user(proxy: &Intercept) -> Option<Url> {
    let mut url = Url::parse(&proxy.uri().to_string()).ok()?;
    if proxy.basic_auth().is_some() {
        let (user, password) = user(proxy)?;
        url.set_username(&user).ok()?;
        url.set_password(Some(&password)).ok()?;
    }
    Some(url)
}

/// The user and the password of a proxy.
fn user(proxy: &Intercept) -> Option<(String, String)> {
    let pair = proxy.basic_auth()?.as_bytes().strip_prefix(b"Basic ")?;
    let pair = String::from_utf8(BASE64_STANDARD.decode(pair).ok()?).ok()?;
    pair.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

/// Fails if a variable names a proxy that cannot be used: to go past it is not what was meant.
pub(super) fn check_proxy(url: &Url) -> Result<()> {
    let (Some(name), Ok(uri)) = (variable(url), url.as_str().parse()) else { return Ok(()) };
    let (_, except) = first_set(&["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let is_meant = Matcher::builder().all("http://proxy").no(except).build().intercept(&uri);
    if is_loopback(url) || is_meant.is_none() {
        return Ok(());
    }
    let (_, value) = first_set(&[name]).unwrap_or_default();
    let proxy = Matcher::builder().all(value).build().intercept(&uri);
    if let Some((_, password)) = proxy.as_ref().and_then(user) {
        // A proxy may echo it.
        keep_secret(&password);
    }
    let what = match proxy.as_ref().and_then(|proxy| proxy.uri().scheme_str()) {
        Some("http" | "https") => return Ok(()),
        Some(_) => "names a proxy that speaks SOCKS, and only HTTP is spoken here",
        None => "is not the address of a proxy",
    };
    let next = "write it as http://host:port or http://user:password@host:port, with @ in a password as %40, / as %2F, and so on; NO_PROXY names hosts that need no proxy";
    Err(Error::settings(format!("{name} {what}")).next(next))
}

/// Whether there are addresses of which one needs a certificate authority.
pub(super) fn needs_authorities(places: &[&Url]) -> bool {
    let by_tls = |url: &&Url| {
        let proxy = intercepted(&Matcher::from_system(), url);
        url.scheme() == "https"
            || proxy.is_some_and(|proxy| proxy.uri().scheme_str() == Some("https"))
    };
    places.iter().any(by_tls)
}

/// A client for a place that is no vendor's, and is told of runs: it takes the same way as any
/// other, believes these certificate authorities too, follows nobody elsewhere, and gives an
/// answer up after a time.
pub fn client_of(place: &Url, trusted: &[Authority], most: Duration) -> Result<reqwest::Client> {
    // Asking for the default provider twice is fine: the first one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    check_proxy(place)?;
    #[expect(
        clippy::disallowed_methods,
        reason = "it has the limits that count for who is no vendor, and no key"
    )]
    let builder = reqwest::Client::builder();
    let builder = if needs_authorities(&[place]) {
        builder.tls_certs_merge(trusted.iter().cloned())
    } else {
        // Plain HTTP needs no authority, and there may be none.
        builder.tls_certs_only(None)
    };
    through_proxies(builder, &[place])
        .user_agent(concat!("vendor-connectors/", env!("CARGO_PKG_VERSION")))
        .timeout(most)
        .redirect(reqwest::redirect::Policy::none())
        .no_gzip()
        .build()
        .map_err(no_client)
}

/// A client that could not be made, which is for want of certificates.
pub(super) fn no_client(error: reqwest::Error) -> Error {
    let mut causes =
        std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let is_none = causes.any(|cause| cause.to_string().contains("No CA certificates"));
    let (what, next) = if is_none {
        (
            "no certificate authority is known on this machine, so no server can be believed",
            "install the system's (Debian: ca-certificates), or name a PEM file of them in SSL_CERT_FILE or as `ca_certificate` for the connection",
        )
    } else {
        (
            "the HTTP client does not start",
            "check the file that `ca_certificate` names, and the system's certificates",
        )
    };
    Error::settings(what).next(next).because(error)
}
