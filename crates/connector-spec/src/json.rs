//! JSON as text: a look at a value without a tree of it.
//!
//! A response is split into slices that still hold what the vendor sent, byte
//! for byte. Only what a column needs is ever parsed, nested values pass through
//! as they are, and a number keeps all of its digits.

mod document;
mod jsonb;
mod normal;
mod number;
mod tokens;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub use document::{Document, Outline};
pub use jsonb::{JsonbRoom, fits_jsonb};
pub use normal::{hash, normal, normal_scalar};
pub use number::{Decimal, normal_number};
pub use tokens::{Token, Tokens};

/// The first byte of a `jsonb` in Postgres's binary form.
pub const JSONB_VERSION: u8 = 1;

/// The text of a JSON string, or nothing if it is no string or no Unicode.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    if !json.starts_with('"') {
        return None;
    }
    if json.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(json.get(1..json.len() - 1)?))
    }
}

/// The length of the `\uXXXX` at `at`, or of the pair that it starts.
fn unicode_escape(bytes: &[u8], at: usize) -> Option<usize> {
    let unit = |at: usize| {
        let digits = std::str::from_utf8(bytes.get(at + 2..at + 6)?).ok()?;
        (bytes.get(at..at + 2)? == b"\\u").then(|| u16::from_str_radix(digits, 16).ok())?
    };
    match unit(at)? {
        0 | 0xDC00..=0xDFFF => None,
        0xD800..=0xDBFF => unit(at + 6).filter(|low| (0xDC00..=0xDFFF).contains(low)).map(|_| 12),
        _ => Some(6),
    }
}

/// Why a response is not the JSON that it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line of the response, from 1.
    pub line: usize,
    /// The column of the response, from 1.
    pub column: usize,
    /// What kind of text it is instead.
    pub kind: Kind,
}

/// What a response is that is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It ended too early.
    Truncated,
    /// It is written in another encoding.
    NotUtf8,
    /// It is something else.
    NotJson,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Truncated => "ends too early",
            Kind::NotUtf8 => "is no text in UTF-8",
            Kind::NotJson => "is not JSON",
        };
        write!(f, "the response {what} at line {}, column {}", self.line, self.column)
    }
}

impl From<serde_json::Error> for Malformed {
    // The error's own text can quote the response.
    fn from(error: serde_json::Error) -> Self {
        let kind = if error.is_eof() { Kind::Truncated } else { Kind::NotJson };
        Self { line: error.line(), column: error.column(), kind }
    }
}

/// The value at a dotted path such as `data.items`; `$` is the value itself.
pub fn at<'a>(json: &'a str, path: &str) -> Option<&'a str> {
    if path == "$" {
        return Some(json);
    }
    path.split('.').try_fold(json, member)
}

/// The named member of an object, the last where there are several, or the
/// numbered element of a list.
fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    match json.as_bytes().first()? {
        b'{' => each_member(json, |key, value| {
            if key == name {
                found = Some(value);
            }
        })
        .ok()?,
        b'[' => {
            let index: usize = name.parse().ok()?;
            let mut position = 0;
            each_element(json, |value| {
                if position == index {
                    found = Some(value);
                }
                position += 1;
            })
            .ok()?;
        }
        _ => {}
    }
    found
}

/// Calls `each` with every member of an object, in order.
pub fn each_member<'a>(
    json: &'a str,
    each: impl FnMut(Cow<'a, str>, &'a str),
) -> Result<(), Malformed> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(Members(each)).map_err(Malformed::from)
}

/// Calls `each` with every element of a list, in order.
pub fn each_element<'a>(json: &'a str, each: impl FnMut(&'a str)) -> Result<(), Malformed> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_seq(Elements(each)).map_err(Malformed::from)
}

struct Members<F>(F);

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(key)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            (self.0)(key, value.get());
        }
        Ok(())
    }
}

struct Elements<F>(F);

impl<'de, F: FnMut(&'de str)> Visitor<'de> for Elements<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(value) = list.next_element::<&RawValue>()? {
            (self.0)(value.get());
        }
        Ok(())
    }
}

/// A member's name, borrowed from the text unless it has an escape in it.
///
/// A name with a lone surrogate in it is kept as its escaped text, because one
/// unreadable name must not cost the row.
struct Name<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        Ok(Self(text(raw).unwrap_or_else(|| normal_scalar(raw))))
    }
}

/// Whether the value is a list.
pub fn is_list(json: &str) -> bool {
    json.starts_with('[')
}

/// Whether the value is nothing: null, or a list, an object or a text with nothing in it.
pub fn is_empty(json: &str) -> bool {
    let inner = |open, close| json.strip_prefix(open)?.strip_suffix(close);
    json == "null"
        || json == "\"\""
        || inner('[', ']').or_else(|| inner('{', '}')).is_some_and(|inner| inner.trim().is_empty())
}

/// Whether a text is a number as JSON writes it.
pub fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && serde_json::from_str::<&RawValue>(text).is_ok_and(|raw| raw.get() == text)
}

/// Whether the value is an object.
pub fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

/// Whether the value has others in it.
pub fn is_nested(json: &str) -> bool {
    is_object(json) || is_list(json)
}

/// The JSON type of a value, for a report that must not show the value.
pub fn type_name(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'{') => "object",
        Some(b'[') => "list",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ => "number",
    }
}

/// What a value looks like: its types, and the names in it that can be no data.
pub fn shape(json: &str) -> String {
    let mut shape = String::new();
    push_shape(json, 3, &mut shape);
    shape
}

/// A member's name if it is a short word, as fields have; a map has data for names,
/// which is not shown.
pub fn plain_name(name: &str) -> &str {
    let is_word = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_word { name } else { "…" }
}

fn push_shape(json: &str, depth: u32, out: &mut String) {
    const MEMBERS: usize = 12;
    let mut count = 0;
    if is_object(json) && depth > 0 {
        out.push('{');
        let _ = each_member(json, |name, value| {
            count += 1;
            if count <= MEMBERS {
                out.push_str(if count > 1 { ", " } else { "" });
                out.push_str(plain_name(&name));
                out.push_str(": ");
                push_shape(value, depth - 1, out);
            }
        });
        out.push_str(if count > MEMBERS { ", …}" } else { "}" });
    } else if is_list(json) && depth > 0 {
        out.push('[');
        let _ = each_element(json, |value| {
            if count == 0 {
                push_shape(value, depth - 1, out);
            }
            count += 1;
        });
        out.push(']');
    } else {
        let kind = type_name(json);
        let whole = kind == "number" && !json.contains(['.', 'e', 'E']);
        out.push_str(match kind {
            "object" => "{…}",
            "list" => "[…]",
            _ if whole => "integer",
            kind => kind,
        });
    }
}

/// Appends `text` as a JSON string.
pub fn push_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("writing a string to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_objects_and_lists() {
        let body = r#"{"data": {"items": [{"n": 1}, {"n": 2}], "total": 2}, "x": 1, "x": 2}"#;
        for (path, expected) in [
            ("data.total", Some("2")),
            ("data.items.1.n", Some("2")),
            ("data.items.2", None),
            ("data.none", None),
            ("x", Some("2")),
            ("x.y", None),
            ("$", Some(body)),
        ] {
            assert_eq!(at(body, path), expected, "{path}");
        }
    }

    #[test]
    fn an_unreadable_name_does_not_cost_the_row() {
        let mut names = Vec::new();
        each_member(r#"{"\ud800": 1, "\u0061": 2}"#, |name, _| names.push(name.into_owned()))
            .unwrap();
        assert_eq!(names, [r#""\ud800""#, "a"]);
    }
}
