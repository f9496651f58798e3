//! Secret values, kept as fingerprints: a change shows, the value does not. Pure.

mod by_name;
mod in_url;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use self::by_name::{Spoken, may_speak, spoken};
use connector_spec::json::{self, Token, Tokens};
use connector_spec::{Column, Resource, Source, SqlType};

/// What becomes of the values of secret fields.
#[derive(Clone, Debug)]
pub(crate) enum Secrets {
    /// They are stored as they are.
    Keep,
    /// They are stored as a keyed hash; the key belongs to the connection.
    Fingerprint(FingerprintKey, SecretNames),
}

/// The names of all secret fields of a connector, whatever their spelling.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretNames(Arc<HashSet<String>>);

impl SecretNames {
    /// The names in these resources.
    pub(crate) fn of(resources: &[Resource]) -> Self {
        let columns = resources.iter().flat_map(|resource| resource.columns);
        let names = columns.flat_map(|column| {
            let own = if column.secret { Some(column.wire) } else { None };
            let aliases = if column.secret { column.aliases } else { &[] };
            own.into_iter()
                .chain(aliases.iter().copied())
                .chain(column.secret_members.iter().copied())
        });
        Self(Arc::new(names.map(plain).collect()))
    }

    /// The secret members inside one column's values.
    fn inside(column: &Column) -> Self {
        Self(Arc::new(column.secret_members.iter().map(|name| plain(name)).collect()))
    }

    fn contain(&self, name: &str) -> bool {
        self.0.contains(&plain(name))
    }
}

/// A name without what its spellings differ in.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The key of a connection's fingerprints.
#[derive(Clone)]
pub(crate) struct FingerprintKey(pub(crate) String);

impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FingerprintKey(..)")
    }
}

impl Secrets {
    /// The value as it may stand in its column, as JSON, or nothing if it may stand as it is.
    pub(crate) fn veil(&self, column: &Column, value: &str) -> Option<String> {
        let Self::Fingerprint(key, _) = self else { return None };
        let has_members = !column.secret_members.is_empty();
        // A text in the place of an object may have all of its members in it.
        if value != "null" && (column.secret || (has_members && !json::is_nested(value))) {
            Some(fingerprint(key, value))
        } else if column.sql_type == SqlType::Jsonb {
            veil_inside(key, &SecretNames::inside(column), value)
        } else if column.secret_address {
            veil_address(key, value)
        } else {
            None
        }
    }

    /// The value of a field as it may stand anywhere but in its column, which is none
    /// if no column knows it, or nothing if it may stand as it is.
    ///
    /// What is not where the model has it may be the vendor's way to wrap or to spell
    /// what is secret, so the names of all secrets count, at any depth. So do names that no
    /// model knows, and that speak of secrets.
    pub(crate) fn veil_aside(
        &self,
        column: Option<&Column>,
        name: &str,
        value: &str,
    ) -> Option<String> {
        let Self::Fingerprint(key, names) = self else { return None };
        let secret = column.map_or_else(|| names.contain(name), |column| column.secret);
        if secret && value != "null" {
            return Some(fingerprint(key, value));
        }
        match spoken(name).filter(|_| column.is_none()) {
            Some(spoken) => veil_by(key, names, Some(spoken), value),
            None if column.is_some_and(|column| column.secret_address) => {
                veil_address(key, value).or_else(|| veil_inside(key, names, value))
            }
            None => veil_inside(key, names, value),
        }
    }

    /// Whether there may be secrets in the values of a column.
    pub(crate) fn are_in(&self, column: &Column) -> bool {
        matches!(self, Self::Fingerprint(..))
            && (column.secret || column.secret_address || column.sql_type == SqlType::Jsonb)
    }

    /// The fingerprint of a text that cannot be looked into, or nothing if it may stand as it is.
    pub(crate) fn veil_all(&self, text: &str) -> Option<String> {
        match self {
            Self::Keep => None,
            Self::Fingerprint(key, _) => Some(fingerprint(key, text)),
        }
    }

    /// A whole row as it may be stored, where its place is not a table.
    pub(crate) fn veil_row(&self, columns: &[Column], row: &str) -> String {
        if let Self::Fingerprint(key, _) = self
            && !json::is_nested(row)
            && columns.iter().any(|column| column.secret || !column.secret_members.is_empty())
        {
            return fingerprint(key, row);
        }
        if !json::is_object(row) {
            return self.veil_aside(None, "", row).unwrap_or_else(|| row.to_owned());
        }
        let mut veiled: Vec<u8> = Vec::with_capacity(row.len());
        let whole = json::each_member(row, |name, value| {
            let column = columns.iter().find(|column| {
                column.source == Source::Field
                    && (column.wire == name || column.aliases.contains(&&*name))
            });
            veiled.push(if veiled.is_empty() { b'{' } else { b',' });
            json::push_string(&mut veiled, &name);
            veiled.push(b':');
            let veil = self.veil_aside(column, &name, value);
            veiled.extend_from_slice(veil.as_deref().unwrap_or(value).as_bytes());
        });
        if whole.is_err() || veiled.is_empty() {
            return row.to_owned();
        }
        veiled.push(b'}');
        String::from_utf8(veiled).unwrap_or_default()
    }
}

/// The fingerprint of a value, as a JSON string.
pub(super) fn fingerprint(key: &FingerprintKey, value: &str) -> String {
    let mut hash =
        Hmac::<Sha256>::new_from_slice(key.0.as_bytes()).expect("HMAC takes a key of any length");
    // Another spelling of a secret is no change of it.
    hash.update(json::normal(value).as_bytes());
    // Half of the hash tells any two values apart, and is easier on the eye.
    format!("\"hmac:{}\"", hex::encode(&hash.finalize().into_bytes()[..16]))
}

/// A text with fingerprints in place of what opens something, if it is an address.
fn veil_address(key: &FingerprintKey, value: &str) -> Option<String> {
    let text = json::text(value)?;
    let as_json = |text: &str| {
        let mut json = Vec::with_capacity(text.len() + 2);
        json::push_string(&mut json, text);
        String::from_utf8(json).unwrap_or_default()
    };
    let veil = |part: &str| fingerprint(key, &as_json(part)).trim_matches('"').to_owned();
    in_url::veiled(&text, veil).map(|veiled| as_json(&veiled))
}

/// A nested value with the fingerprints of its members of these names, and of those whose
/// names speak of secrets, at any depth, or nothing if it has none of them.
fn veil_inside(key: &FingerprintKey, names: &SecretNames, value: &str) -> Option<String> {
    if json::is_nested(value) && (!names.0.is_empty() || may_speak(value)) {
        veil_by(key, names, None, value)
    } else {
        None
    }
}

/// The same of any value, of which its own name has `said` this.
fn veil_by(
    key: &FingerprintKey,
    names: &SecretNames,
    said: Option<Spoken>,
    value: &str,
) -> Option<String> {
    /// How deep a value is looked into, which is deeper than any that means something: what is
    /// kept of each level is as large as the level may be.
    const DEEPEST: usize = 100_000;
    let speaks = may_speak(value);
    let mut tokens = Tokens::new(value);
    let (mut veiled, mut copied) = (String::new(), 0);
    // What was said of the values in each object and list that is open, and of the next one.
    let mut open: Vec<Option<Spoken>> = Vec::new();
    let mut next = said;
    while let Some(token) = tokens.next() {
        let mut hidden = None;
        match token {
            Token::Name(name) => {
                let name = json::text(name).unwrap_or(Cow::Borrowed(name));
                let around = open.last().copied().flatten();
                if names.contain(&name) {
                    let member = tokens.value();
                    hidden = Some(member).filter(|member| !matches!(*member, "null" | "\"\""));
                } else {
                    next = if speaks { spoken(&name).or(around) } else { around };
                }
            }
            Token::Open { .. } if open.len() == DEEPEST => return Some(fingerprint(key, value)),
            Token::Open { list } => {
                next = next.filter(|said| list || said.inside);
                open.push(next);
            }
            Token::Close => {
                open.pop();
                next = open.last().copied().flatten();
            }
            Token::Text(inner) | Token::Number(inner) | Token::Word(inner) => {
                hidden = Some(inner).filter(|inner| next.is_some_and(|said| said.hides(inner)));
                next = open.last().copied().flatten();
            }
        }
        if let Some(hidden) = hidden {
            veiled.push_str(&value[copied..tokens.at() - hidden.len()]);
            veiled.push_str(&fingerprint(key, hidden));
            copied = tokens.at();
        }
    }
    (copied > 0).then(|| veiled + &value[copied..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use connector_spec::Json;

    fn secrets(key: &str) -> Secrets {
        secrets_of(key, &[])
    }

    fn secrets_of(key: &str, names: &[&str]) -> Secrets {
        let names = names.iter().map(|name| plain(name)).collect();
        Secrets::Fingerprint(FingerprintKey(key.to_owned()), SecretNames(Arc::new(names)))
    }

    #[test]
    fn a_fingerprint_shows_a_change_and_not_the_value() {
        let column = Column::new::<String>("value", "value", &[], "").secret();
        let first = secrets("k").veil(&column, "\"hunter2\"").unwrap();
        assert!(!first.contains("hunter2") && first.starts_with("\"hmac:"), "{first}");
        assert_eq!(secrets("k").veil(&column, "\"hunter2\""), Some(first.clone()));
        assert_ne!(secrets("k").veil(&column, "\"hunter3\""), Some(first.clone()));
        assert_ne!(secrets("other").veil(&column, "\"hunter2\""), Some(first));
        assert_eq!(secrets("k").veil(&column, "null"), None);
        assert_eq!(Secrets::Keep.veil(&column, "\"hunter2\""), None);
    }

    #[test]
    fn a_secret_inside_a_nested_value_is_found_at_any_depth() {
        let column = Column::new::<Json>("proxy", "proxy", &[], "").secret_members(&["password"]);
        let veiled = secrets("k").veil(&column, r#"{"host":"h","password":"p1","more":[{"password":"p2","n":1.50}],"password":null}"#).unwrap();
        assert!(!veiled.contains("p1") && !veiled.contains("p2"), "{veiled}");
        assert!(
            veiled.starts_with(r#"{"host":"h","password":"hmac:"#)
                && veiled.contains(r#""n":1.50"#),
            "{veiled}"
        );
    }

    #[test]
    fn a_secret_is_found_below_any_number_of_levels() {
        let column = Column::new::<Json>("proxy", "proxy", &[], "").secret_members(&["password"]);
        let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(5_000), "]".repeat(5_000));
        let veiled = secrets("k").veil(&column, &nested(r#"{"password":"p1"}"#)).unwrap();
        assert!(!veiled.contains("p1") && veiled.len() > 10_000);
        assert_eq!(secrets("k").veil(&column, &nested("1")), None);
    }

    #[test]
    fn another_spelling_of_a_secret_has_the_same_fingerprint() {
        let column = Column::new::<Json>("value", "value", &[], "").secret();
        for (one, other) in [
            (r#""é/""#, r#""\u00e9\/""#),
            ("1", "1.0"),
            (r#"{"a":[1],"b":"x"}"#, r#"{ "b": "\u0078", "a": [ 1e0 ] }"#),
        ] {
            assert_eq!(secrets("k").veil(&column, one), secrets("k").veil(&column, other));
        }
        // That of a plain text is the one that tables hold.
        let stored = Some("\"hmac:7fc3ae15266554c06ba2af280d35332e\"".to_owned());
        assert_eq!(secrets("k").veil(&column, "\"hunter2\""), stored);
    }

    #[test]
    fn what_is_no_object_may_be_all_of_a_secret() {
        let proxy = Column::new::<Json>("proxy", "proxy", &[], "").secret_members(&["password"]);
        for value in ["\"http://user:S@host\"", r#""{\"password\":\"S\"}""#, "17"] {
            let veiled = secrets("k").veil(&proxy, value).unwrap();
            assert!(veiled.starts_with("\"hmac:"), "{veiled}");
            let row = secrets("k").veil_row(&[proxy], value);
            assert!(row.starts_with("\"hmac:"), "{row}");
        }
        assert_eq!(secrets("k").veil(&proxy, "null"), None);
        assert_eq!(secrets("k").veil_row(&[Column::new::<Json>("a", "a", &[], "")], "17"), "17");
    }

    #[test]
    fn a_row_without_a_place_keeps_its_secrets_too() {
        let columns = [Column::new::<String>("value", "value", &["oldValue"], "").secret()];
        let veiled = secrets("k").veil_row(&columns, r#"{"value":"p1","oldValue":"p2","other":3}"#);
        assert!(
            !veiled.contains("p1") && !veiled.contains("p2") && veiled.contains(r#""other":3"#),
            "{veiled}"
        );
    }

    #[test]
    fn what_is_not_in_its_column_is_veiled_at_any_depth() {
        let columns = [
            Column::new::<String>("name", "name", &[], ""),
            Column::new::<String>("value", "value", &[], "").secret(),
        ];
        let secrets = secrets_of("k", &["value", "oldValue"]);
        for row in [
            r#"[[{"uuid":"u","value":"S"}]]"#,
            r#"{"cookie":{"uuid":"u","value":"S"}}"#,
            r#"{"uuid":"u","cookie":{"value":"S"},"n":1}"#,
            r#"{"uuid":"u","name":{"value":["S"]}}"#,
            r#"{"uuid":"u","more":[{"old_value":{"a":"S"}}]}"#,
        ] {
            let veiled = secrets.veil_row(&columns, row);
            assert!(
                !veiled.contains('S')
                    && veiled.contains("hmac:")
                    && veiled.contains(r#""uuid":"u""#),
                "{veiled}"
            );
        }
        let plain = r#"{"a": 1.50, "b":[ ]}"#;
        assert_eq!(secrets.veil_aside(None, "other", plain), None);
        assert_eq!(secrets.veil_aside(Some(&columns[0]), "name", "\"S\""), None);
    }

    #[test]
    fn an_address_shows_whose_it_is_and_not_what_opens_it() {
        let url = Column::new::<String>("url", "url", &["oldUrl"], "").secret_address();
        let secrets = secrets("k");
        let address = r#""https:\/\/hooks.example.com/services/T0/B0/SSSS1234SSSS1234SSSS""#;
        let veiled = secrets.veil(&url, address).unwrap();
        assert!(veiled.starts_with(r#""https://hooks.example.com/services/T0/B0/hmac:"#));
        assert!(
            !veiled.contains("SSSS") && secrets.veil(&url, address) == Some(veiled),
            "{address}"
        );
        for row in [format!(r#"{{"url":{address},"x":1}}"#), format!(r#"{{"oldUrl":{address}}}"#)] {
            assert!(!secrets.veil_row(&[url], &row).contains("SSSS"), "{row}");
        }
        assert_eq!(secrets.veil(&url, r#""https://example.com/webhook/""#), None);
        assert_eq!(Secrets::Keep.veil(&url, address), None);
    }

    #[test]
    fn what_a_name_says_is_secret_is_veiled_where_no_model_knows_it_and_nothing_else() {
        let secrets = secrets("k");
        let json = Column::new::<Json>("navigator", "navigator", &[], "");
        for (name, value) in [
            ("api_token", r#""S""#),
            ("password", "123456"),
            ("password", r#"{"is_set":true,"value":1,"secret":"S"}"#),
            ("tokens", r#"["S",5]"#),
            ("credentials", r#"{"user":"S","more":[{"x":"S"}],"rotates":true}"#),
            ("settings", r#"{"headers":{"Authorization":"Bearer S"}}"#),
            ("settings", r#"[[{"pass\u0077ord":"S"}]]"#),
        ] {
            let veiled = secrets.veil_aside(None, name, value).unwrap();
            assert!(!veiled.contains('S') && veiled.contains("hmac:"), "{veiled}");
            assert_eq!(secrets.veil_aside(None, name, value), Some(veiled), "not the same again");
            let nested = format!(r#"{{"{name}":{value},"n":1.50}}"#);
            let veiled = secrets.veil(&json, &nested).unwrap();
            assert!(!veiled.contains('S') && veiled.ends_with(r#","n":1.50}"#), "{veiled}");
            let row = secrets.veil_row(&[json], &nested);
            assert!(!row.contains('S'), "{row}");
            assert_eq!(Secrets::Keep.veil_aside(None, name, value), None);
        }
        for (name, value) in [
            ("token_count", "5"),
            ("tokens", "1532"),
            ("max_tokens", r#""4096""#),
            ("token", "null"),
            ("token", r#""""#),
            ("password", r#""""#),
            ("secret", "true"),
            ("secretary", r#""Miller""#),
            ("tokens", r#"{"input":12,"output":7}"#),
            ("usage", r#"{"tokens":12,"token_type":"x","password_updated_at":"2026-01-01"}"#),
            ("text", r#""the password and the secret token""#),
        ] {
            assert_eq!(secrets.veil_aside(None, name, value), None, "{name}: {value}");
            let nested = format!(r#"{{"{name}":{value}}}"#);
            assert_eq!(secrets.veil(&json, &nested), None, "{nested}");
        }
        // A model knows what is in its own columns.
        let text = Column::new::<String>("token", "token", &[], "");
        assert_eq!(secrets.veil(&text, r#""S""#), None);
    }
}
