//! A message to somebody who is not the vendor: it is sent once, no longer than for a time that
//! is told, and never to where an answer leads.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::cause::Cause;
use super::{Authority, is_loopback, reach};
use crate::error::{Error, ErrorKind, Result};
use crate::foreign::keep_secret;

/// Who gets messages, and how a message proves whose it is.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: Url,
    key: Option<SecretString>,
    authorities: Vec<Authority>,
}

impl Receiver {
    /// The receiver at an endpoint of a server. Fails if it is no address of the web, or one to
    /// which a key would go in the clear.
    pub fn new(server: &str, endpoint: &str, key: Option<SecretString>) -> Result<Self> {
        let address = Url::parse(server).and_then(|server| server.join(endpoint));
        let address = address.map_err(|error| {
            Error::settings(format!("the address of the receiver is not understood: {error}"))
                .next("write it with its scheme, as in https://lineage.example.com")
        })?;
        if !matches!(address.scheme(), "http" | "https") || address.host().is_none() {
            return Err(Error::settings("the address of the receiver is none of the web")
                .next("write it with its scheme, as in https://lineage.example.com"));
        }
        if !address.username().is_empty() || address.password().is_some() {
            return Err(Error::settings(
                "the address of the receiver has a user or a password in it",
            )
            .next("leave them out, and set the key by itself"));
        }
        if let Some(key) = &key {
            if address.scheme() == "http" && !is_loopback(&address) {
                let what = "the receiver is asked by plain HTTP, which would show the key to everybody on the way";
                return Err(Error::settings(what).next("write https://…, or do not set the key"));
            }
            keep_secret(key.expose_secret());
            bearer(key)?;
        }
        Ok(Self { address, key, authorities: Vec::new() })
    }

    /// Lets these certificate authorities be believed besides those of the system.
    #[must_use]
    pub fn believing(mut self, authorities: &[Authority]) -> Self {
        self.authorities = authorities.to_vec();
        self
    }

    /// Its host and port: no more of its address is shown.
    pub(crate) fn host(&self) -> String {
        self.address.origin().ascii_serialization()
    }

    /// Sends a JSON text, and fails unless it is answered with a status of success in time.
    pub(crate) async fn post(&self, json: String, within: Duration) -> Result<()> {
        let client = reach::client_of(&self.address, &self.authorities, within)?;
        let request = client
            .post(self.address.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(json);
        let request = match &self.key {
            Some(key) => request.header(reqwest::header::AUTHORIZATION, bearer(key)?),
            None => request,
        };
        let failed = |what: String| Error::new(ErrorKind::Unreachable, what);
        match request.send().await {
            // What it says besides is nobody's concern.
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(failed(format!("it answered {}", answer.status()))),
            Err(error) if error.is_timeout() => Err(failed("it did not answer in time".to_owned())),
            Err(error) => Err(failed(Cause::of(&error).what)),
        }
    }
}

/// The header that shows a key.
fn bearer(key: &SecretString) -> Result<HeaderValue> {
    let value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()));
    let mut value = value.map_err(|_| {
        Error::settings("the key of the receiver has characters that no header takes")
            .next("copy it again")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_an_address_of_the_web_and_no_key_goes_there_in_the_clear() {
        let key = || Some(SecretString::from("key"));
        let endpoint = "api/v1/lineage";
        for (server, key, known) in [
            ("http://lineage:5000", None, Some("http://lineage:5000/api/v1/lineage")),
            ("http://127.0.0.1:5000/", key(), Some("http://127.0.0.1:5000/api/v1/lineage")),
            ("https://example.com/a/", key(), Some("https://example.com/a/api/v1/lineage")),
            ("https://example.com/a", None, Some("https://example.com/api/v1/lineage")),
            ("http://lineage:5000", key(), None),
            ("https://example.com", Some(SecretString::from("a\nb")), None),
            ("https://me:secret@example.com", None, None),
            ("lineage:5000", None, None),
            ("file:///tmp/lineage", None, None),
            ("", None, None),
        ] {
            let receiver = Receiver::new(server, endpoint, key);
            let error = receiver.as_ref().err().map(ToString::to_string).unwrap_or_default();
            assert!(!error.contains("secret"), "{error}");
            let address = receiver.ok().map(|receiver| receiver.address.to_string());
            assert_eq!(address.as_deref(), known, "{server}: {error}");
        }
    }
}
