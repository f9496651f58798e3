//! The key, and the one place where it is put onto a request.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use url::Url;
use url::form_urlencoded::byte_serialize;

use crate::error::{Error, Result};
use crate::resource::Auth;

/// A vendor's key, ready to be put onto requests.
pub(crate) struct Credential {
    auth: Auth,
    key: SecretString,
}

impl Credential {
    /// The credential, once it is known that it can be sent.
    pub(crate) fn new(auth: Auth, key: SecretString) -> Result<Self> {
        let credential = Self { auth, key };
        credential.header()?;
        Ok(credential)
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

    /// `text` without the key in it, in any form and case, in case a vendor echoes it.
    pub(crate) fn redact(&self, text: &str) -> String {
        const SHORTEST: usize = 4;
        let key = self.key.expose_secret();
        let encoded = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
        let base64 = BASE64_STANDARD.encode(key);
        let mut forms: Vec<String> =
            key.split(':').chain([key]).flat_map(|part| [part.to_owned(), encoded(part)]).collect();
        forms.push(base64.trim_end_matches('=').to_owned());
        forms.retain(|form| form.len() >= SHORTEST);
        // The whole key before its parts.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        let mut text = text.to_owned();
        for form in forms {
            let form = form.to_ascii_lowercase();
            while let Some(at) = text.to_ascii_lowercase().find(&form) {
                text.replace_range(at..at + form.len(), "[…]");
            }
        }
        text
    }

    /// Takes the key out of an address that a vendor made of the one that it was asked at.
    pub(crate) fn remove_from(&self, url: &mut Url) {
        let Auth::Query { name } = self.auth else { return };
        let others: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(other, _)| other != name)
            .map(|(k, v)| (k.into(), v.into()))
            .collect();
        if others.len() < url.query_pairs().count() {
            url.set_query(None);
            if !others.is_empty() {
                url.query_pairs_mut().extend_pairs(others);
            }
        }
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
