//! Where the key may go: below the base URL, and below what else the settings allow.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::Foreign;

/// Whether an address is one of this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).to_canonical().is_loopback(),
        None => false,
    }
}

impl Client {
    /// The address that a response names, if the key may go there.
    pub(super) fn allowed(&self, url: Option<Url>, what: &str) -> Result<Url> {
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        let mut url = url.ok_or_else(|| {
            Error::new(ErrorKind::Contract, format!("{what} is no address of the web"))
                .next("ask the vendor, or choose another way of paging in a preset")
        })?;
        // A name and a password in it would be sent in the key's place.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        if std::iter::once(&self.base).chain(&self.hosts).any(|place| is_below(&url, place)) {
            return Ok(url);
        }
        // No more of it than the host: the rest may hold anything.
        let host = url.origin().ascii_serialization();
        let host = Foreign(&host);
        let place = if url.origin() == self.base.origin() {
            format!("out of the path `{}` of the base URL", self.base.path())
        } else {
            format!("to `{host}`, away from the declared host")
        };
        let what = format!("{what} leads {place}; the key was not sent there");
        let next = format!(
            "if it is the vendor's, name the address that it begins with in `allow_hosts` in connectors.toml, as in `{host}`, with or without a path; otherwise ask the vendor"
        );
        let declared = self.base.origin().ascii_serialization();
        Err(Error::new(ErrorKind::Contract, what).at("declared host", declared).next(next))
    }
}

/// Whether an address is on the host of another one, and at its path or below that.
///
/// The address was parsed, so its own dots are resolved. Servers differ in what they take for
/// a slash or a dot behind further escapes, so an address that may lead up for one of them is
/// below nothing but a whole host.
fn is_below(url: &Url, place: &Url) -> bool {
    if url.origin() != place.origin() {
        return false;
    }
    let path = place.path().trim_end_matches('/');
    if path.is_empty() {
        return true;
    }
    let mut segments = url.path().split('/').map(decoded);
    !may_lead_up(url.path()) && path.split('/').all(|part| segments.next() == Some(decoded(part)))
}

fn may_lead_up(path: &str) -> bool {
    let mut path = path.to_owned();
    loop {
        if path.split(['/', '\\']).any(|segment| matches!(segment, "." | "..")) {
            return true;
        }
        let next = decoded(&path);
        if next == path {
            return false;
        }
        path = next;
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_below_another_one_if_each_server_would_say_so() {
        let base = "https://api.example.com/v1";
        for (place, url, below) in [
            ("https://api.example.com", "https://api.example.com/v2/../v3?a=/../b", true),
            ("https://api.example.com/", "https://api.example.com/%2e%2e", true),
            (base, "https://api.example.com/v1", true),
            (base, "https://api.example.com/v1?page=2", true),
            (base, "https://api.example.com/v1/", true),
            ("https://api.example.com/v1/", "https://api.example.com/v1/items", true),
            ("https://api.example.com/v1/", "https://api.example.com/v1", true),
            (base, "https://api.example.com:443/v1/items", true),
            (base, "https://API.example.com/v1/items", true),
            (base, "https://api.example.com/v1/a%2fb", true),
            (base, "https://api.example.com/v1/a..b/...", true),
            (base, "https://api.example.com/%761", true),
            (base, "https://api.example.com/v1/../v1/items", true),
            (base, "https://api.example.com/v1/..", false),
            (base, "https://api.example.com/v1/%2e%2e/v2", false),
            (base, "https://api.example.com/v1/..%2fv2", false),
            (base, "https://api.example.com/v1/..%5Cv2", false),
            (base, "https://api.example.com/v1/%252e%252e%252fv2", false),
            (base, "https://api.example.com/v1/%25252e./v2", false),
            (base, "https://api.example.com/v1%2fitems", false),
            (base, "https://api.example.com/v1;x/items", false),
            (base, "https://api.example.com/v1.0/items", false),
            (base, "https://api.example.com/v10", false),
            (base, "https://api.example.com//v1", false),
            (base, "https://api.example.com/", false),
            (base, "http://api.example.com/v1", false),
            (base, "https://api.example.com:8443/v1", false),
            (base, "https://api.example.com.evil.com/v1", false),
            ("https://x.com/a%20b", "https://x.com/a b/c", true),
        ] {
            let [place, url] = [place, url].map(|text| Url::parse(text).unwrap());
            assert_eq!(is_below(&url, &place), below, "{url} below {place}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        for (url, here) in [
            ("http://localhost:1", true),
            ("http://LOCALHOST", true),
            ("http://127.0.0.1", true),
            ("http://127.1", true),
            ("http://2130706433", true),
            ("http://[::1]:80", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://0.0.0.0", false),
            ("http://128.0.0.1", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), here, "{url}");
        }
    }
}
