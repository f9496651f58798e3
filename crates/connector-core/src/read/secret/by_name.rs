//! Names that speak of secrets, by their words. Pure.
//!
//! A model knows its own secrets; a field that no model knows has nothing but its name to
//! tell by. A name is what its last word says: `api_token` is a token, and `token_count` is
//! a count.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What is secret of a value, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Whether a number is; otherwise it counts or measures something.
    pub(super) numbers: bool,
    /// Whether all texts inside of it are, and not only those whose own names say so.
    pub(super) inside: bool,
}

impl Spoken {
    /// Whether a value that is not nested is secret. A flag is none, and a short number of
    /// tokens is none as a text either.
    pub(super) fn hides(self, value: &str) -> bool {
        match value.as_bytes().first() {
            Some(b'"') => {
                let inner = value.trim_matches('"');
                let counts = inner.len() <= 6 && inner.bytes().all(|byte| byte.is_ascii_digit());
                !inner.is_empty() && (self.numbers || !counts)
            }
            Some(b'-' | b'0'..=b'9') => self.numbers,
            _ => false,
        }
    }
}

/// Last words of names, with what they say.
const WORDS: [(&str, Spoken); 16] = [
    ("password", PASSWORD),
    ("passwords", PASSWORD),
    ("passwd", PASSWORD),
    ("passphrase", PASSWORD),
    ("passcode", PASSWORD),
    ("pwd", PASSWORD),
    ("secret", SECRETS),
    ("secrets", SECRETS),
    ("credential", SECRETS),
    ("credentials", SECRETS),
    ("authorization", TEXT),
    ("token", TEXT),
    ("tokens", TEXT),
    ("jwt", TEXT),
    ("apikey", TEXT),
    ("apikeys", TEXT),
];

/// What kinds of keys are secret: those that open or sign something, and not those that tell
/// rows apart.
const KEYS: [&str; 12] = [
    "access",
    "api",
    "auth",
    "encryption",
    "hmac",
    "master",
    "private",
    "secret",
    "shared",
    "signing",
    "ssh",
    "webhook",
];

/// Words behind the one that counts, which change nothing.
const BEHIND: [&str; 10] = [
    "value",
    "values",
    "hash",
    "hashed",
    "digest",
    "encrypted",
    "plain",
    "plaintext",
    "raw",
    "pem",
];

const PASSWORD: Spoken = Spoken { numbers: true, inside: false };
const SECRETS: Spoken = Spoken { numbers: true, inside: true };
const TEXT: Spoken = Spoken { numbers: false, inside: false };

/// What a name says of its value, if it speaks of a secret.
pub(super) fn spoken(name: &str) -> Option<Spoken> {
    let words = words(name);
    let mut words = words.as_slice();
    while let [before @ .., last] = words
        && !before.is_empty()
        && BEHIND.contains(&last.as_str())
    {
        words = before;
    }
    let (last, before) = words.split_last()?;
    if let Some((_, spoken)) = WORDS.iter().find(|(word, _)| word == last) {
        return Some(*spoken);
    }
    if let "key" | "keys" = last.as_str() {
        let kind = before.last()?;
        return KEYS.contains(&kind.as_str()).then_some(TEXT);
    }
    // Names without any sign between their words, as `accesstoken` and `privatekey`.
    let glued =
        WORDS.iter().filter(|(word, _)| word.len() > 3).find(|(word, _)| last.ends_with(word));
    let key = || {
        let kind = last.strip_suffix("keys").or_else(|| last.strip_suffix("key"))?;
        KEYS.contains(&kind).then_some(TEXT)
    };
    glued.map(|(_, spoken)| *spoken).or_else(key)
}

/// Whether a JSON text may have such a name in it, found out in one look: most have none.
pub(super) fn may_speak(json: &str) -> bool {
    static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let words = WORDS.iter().map(|(word, _)| (*word).to_owned());
        let keys = KEYS.iter().flat_map(|kind| {
            ["", "_", "-", ".", " "].into_iter().map(move |between| format!("{kind}{between}key"))
        });
        // A letter or a sign between words may be written by its number.
        let escapes = (2..8).map(|row| format!("\\u00{row}"));
        let mut builder = AhoCorasick::builder();
        let stems = builder.ascii_case_insensitive(true).build(words.chain(keys).chain(escapes));
        stems.expect("some words are not too many")
    });
    STEMS.is_match(json)
}

/// The words of a name in lower case, without the numbers behind them, however it is spelled.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let next_is_lower = letters.get(at + 1).is_some_and(|c| c.is_lowercase());
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || (next_is_lower && before.is_alphabetic())
            });
        if !c.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if c.is_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_speaks_of_a_secret_is_heard_however_it_is_spelled() {
        for (name, said) in [
            ("password", PASSWORD),
            ("Password", PASSWORD),
            ("smtp_password", PASSWORD),
            ("proxyPasswd", PASSWORD),
            ("db-pwd", PASSWORD),
            ("passwordHash", PASSWORD),
            ("password2", PASSWORD),
            ("secret", SECRETS),
            ("clientSecret", SECRETS),
            ("client_secret_value", SECRETS),
            ("clientsecret", SECRETS),
            ("credentials", SECRETS),
            ("aws.credential", SECRETS),
            ("Authorization", TEXT),
            ("Proxy-Authorization", TEXT),
            ("token", TEXT),
            ("access_token", TEXT),
            ("accesstoken", TEXT),
            ("x-auth-token", TEXT),
            ("refreshTokens", TEXT),
            ("APIToken", TEXT),
            ("api_key", TEXT),
            ("apiKey", TEXT),
            ("apikey", TEXT),
            ("x-api-key", TEXT),
            ("XApiKey", TEXT),
            ("APIKey", TEXT),
            ("privateKey", TEXT),
            ("private_key_pem", TEXT),
            ("signing-keys", TEXT),
            ("secretKey", TEXT),
        ] {
            assert_eq!(spoken(name), Some(said), "{name}");
        }
    }

    #[test]
    fn a_name_that_has_such_a_word_and_speaks_of_something_else_is_let_be() {
        for name in [
            "",
            "…",
            "123",
            "value",
            "hash",
            "key",
            "keys",
            "id",
            "name",
            "url",
            "secretary",
            "secretaries",
            "token_count",
            "tokenCount",
            "tokens_used",
            "token_type",
            "tokenizer",
            "tokenized",
            "password_updated_at",
            "passwordless",
            "has_password_policy",
            "secret_name",
            "secret_id",
            "api_key_id",
            "credentials_url",
            "authorization_endpoint",
            "authorized",
            "author",
            "public_key",
            "publicKey",
            "primary_key",
            "sort_key",
            "keyboard",
            "monkey",
            "keywords",
            "compass",
            "bypass",
            "passport",
            "passenger",
        ] {
            assert_eq!(spoken(name), None, "{name}");
        }
    }

    #[test]
    fn one_look_misses_no_name_that_speaks_of_a_secret() {
        for name in
            ["Client-Secret", "XApiKey", "api key", "private.key", "PROXY_PASSWD", "accesstokens"]
        {
            assert!(spoken(name).is_some() && may_speak(&format!(r#"{{"{name}":1}}"#)), "{name}");
        }
        assert!(may_speak(r#"{"pass\u0077ord":1}"#) && !may_speak(r#"{"\u00e9":"é","key":1}"#));
    }
}
