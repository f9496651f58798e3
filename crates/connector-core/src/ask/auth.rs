//! The key, and the one place where it is put onto a request.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::error::{Error, Result};
use crate::foreign::keep_secret;
use connector_spec::Auth;

/// A vendor's key, ready to be put onto requests.
pub(crate) struct Credential {
    auth: Auth,
    key: SecretString,
    /// Where a person set it, and can set another.
    source: Option<String>,
}

impl Credential {
    /// The credential, once it is known that it can be sent.
    pub(crate) fn new(auth: Auth, key: SecretString) -> Result<Self> {
        keep_secret(key.expose_secret());
        let credential = Self { auth, key, source: None };
        credential.header()?;
        Ok(credential)
    }

    /// The same, with words that say where a person set it.
    #[must_use]
    pub(crate) fn set_in(self, source: Option<String>) -> Self {
        Self { source, ..self }
    }

    /// Where a person set it, in words, if that is known.
    pub(crate) fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// A keyed hash of the key and the place where it is good.
    pub(crate) fn fingerprint(&self, secret: &str, host: &str, port: u16) -> String {
        let mut hash = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
            .expect("a key of any length is good for HMAC");
        hash.update(format!("{host}:{port} ").as_bytes());
        hash.update(self.key.expose_secret().as_bytes());
        let bytes = hash.finalize().into_bytes();
        let half = bytes.first_chunk().copied().unwrap_or_default();
        format!("{:032x}", u128::from_be_bytes(half))
    }

    /// Where the key stands in a request, in words.
    pub(crate) fn place(&self) -> String {
        match self.auth {
            Auth::Header { name, prefix } if prefix.trim().is_empty() => {
                format!("in the header `{name}`")
            }
            Auth::Header { name, prefix } => {
                format!("in the header `{name}`, behind `{}`", prefix.trim())
            }
            Auth::Basic => "by basic authentication".to_owned(),
            Auth::Query { name } => format!("in the parameter `{name}`"),
        }
    }

    /// Puts the key onto a request.
    pub(crate) fn sign(&self, request: &mut reqwest::Request) -> Result<()> {
        if let Some((name, value)) = self.header()? {
            request.headers_mut().insert(name, value);
        }
        if let Auth::Query { name } = self.auth {
            request.url_mut().query_pairs_mut().append_pair(name, self.key.expose_secret());
        }
        Ok(())
    }

    /// Takes the key out of an address that a vendor made of the one that it was asked at,
    /// under whatever name it is there.
    pub(crate) fn remove_from(&self, url: &mut Url) {
        // An address without a host has neither, and cannot be asked at.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let own = |other: &str| matches!(self.auth, Auth::Query { name } if name == other);
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, value)| !own(name) && !self.stands_in(value))
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        if others.len() < url.query_pairs().count() {
            url.set_query(None);
            if !others.is_empty() {
                url.query_pairs_mut().extend_pairs(others);
            }
        }
    }

    /// Whether the whole key is in a text; one that is shorter may be there by chance.
    pub(crate) fn stands_in(&self, text: &str) -> bool {
        const SHORTEST: usize = 8;
        let key = self.key.expose_secret();
        let encoded: String = byte_serialize(key.as_bytes()).collect();
        let base64 = BASE64_STANDARD.encode(key);
        key.len() >= SHORTEST
            && [key, &encoded, base64.trim_end_matches('=')]
                .into_iter()
                .any(|form| text.contains(form))
    }

    fn header(&self) -> Result<Option<(HeaderName, HeaderValue)>> {
        let key = self.key.expose_secret();
        let (name, value) = match self.auth {
            Auth::Header { name, prefix } => (name, format!("{prefix}{key}")),
            Auth::Basic => {
                let pair = if key.contains(':') { key.to_owned() } else { format!("{key}:") };
                ("authorization", format!("Basic {}", BASE64_STANDARD.encode(pair)))
            }
            Auth::Query { .. } => return Ok(None),
        };
        let name = HeaderName::try_from(name)
            .map_err(|_| Error::settings(format!("`{name}` is not a header's name")))?;
        let mut value = HeaderValue::try_from(value).map_err(|_| {
            Error::settings("the key has a character in it that no header can hold")
                .next("copy the key again, without line breaks and spaces")
        })?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }
}
