//! A response: one JSON value, and where the members are that surround its rows.

use std::borrow::Cow;
use std::ops::Range;

use serde::de::Deserializer as _;
use serde_json::value::RawValue;

use super::{Kind, Malformed, Members, at};

/// The most members that are noted: what surrounds rows has a few, and a map of data has none
/// that is asked for by its name.
const MAX_MEMBERS: usize = 64;

/// What JSON takes for space.
const SPACE: [char; 4] = [' ', '\n', '\r', '\t'];

/// Where the members of an object are, so that it is not read through again for each of them.
#[derive(Debug, Default)]
pub struct Outline(Option<Vec<(Box<str>, Range<usize>)>>);

/// A response that is JSON.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    text: &'a str,
    outline: &'a Outline,
}

impl Outline {
    /// Checks that a response is one JSON value, and returns it without what surrounds it.
    pub fn read(body: &[u8]) -> Result<(&str, Self), Malformed> {
        const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        let not_utf_8 = |at: usize| Malformed { line: 1, column: at + 1, kind: Kind::NotUtf8 };
        let text = std::str::from_utf8(body).map_err(|error| not_utf_8(error.valid_up_to()))?;
        // JSON begins with two characters of ASCII, which have a zero between them in UTF-16.
        if let Some(at) = text.bytes().take(4).position(|byte| byte == 0) {
            return Err(not_utf_8(at));
        }
        let value = text.trim_matches(SPACE);
        if !value.starts_with('{') {
            serde_json::from_str::<&RawValue>(text)?;
            return Ok((value, Self(None)));
        }
        let (mut members, mut more) = (Vec::new(), false);
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.deserialize_map(Members(|name: Cow<'_, str>, member: &str| {
            if members.len() == MAX_MEMBERS {
                more = true;
                return;
            }
            let start = member.as_ptr().addr() - value.as_ptr().addr();
            members.push((name.into(), start..start + member.len()));
        }))?;
        reader.end()?;
        Ok((value, Self(Some(members).filter(|_| !more))))
    }

    /// The value that this is the outline of.
    pub fn of<'a>(&'a self, text: &'a str) -> Document<'a> {
        Document { text, outline: self }
    }
}

impl<'a> Document<'a> {
    /// The value.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// The value at a dotted path, as [`at`] has it.
    pub fn at(self, path: &str) -> Option<&'a str> {
        let Some(members) = self.outline.0.as_ref().filter(|_| path != "$") else {
            return at(self.text, path);
        };
        let (name, below) = path.split_once('.').unwrap_or((path, "$"));
        let (_, place) = members.iter().rfind(|(member, _)| **member == *name)?;
        at(self.text.get(place.clone())?, below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_at_each_path_what_its_text_has_there() {
        let many: Vec<String> = (0..=MAX_MEMBERS).map(|at| format!(r#""m{at}": {at}"#)).collect();
        let bodies = [
            r#" {"data": {"items": [{"n": 1}], "total": 2}, "x": 1, "x": {"y": 3}, "$": 4, "": {"": 5}} "#,
            r#"{"\u0064ata": [7, 8], "\ud800": 1}"#,
            "[{\"x\": 1}]",
            "\"x\"",
            "{}",
            &format!("{{{}}}", many.join(",")),
        ];
        let paths = [
            "$",
            "data",
            "data.items.0.n",
            "data.1",
            "data.none",
            "x",
            "x.y",
            "0.x",
            "",
            ".",
            "m0",
            "m64",
        ];
        for body in bodies {
            let (text, outline) = Outline::read(body.as_bytes()).unwrap();
            assert_eq!(text, body.trim());
            let document = outline.of(text);
            for path in paths {
                assert_eq!(document.at(path), at(text, path), "`{path}` of {body}");
            }
        }
    }

    #[test]
    fn a_malformed_response_is_placed_but_not_quoted() {
        for (body, said) in [
            ("{\"secret\": ", "the response ends too early at line 1, column 11"),
            ("<html>secret", "the response is not JSON at line 1, column 1"),
            ("{\"a\": 1}\n secret", "the response is not JSON at line 2, column 2"),
            ("{\"a\": 01}", "the response is not JSON at line 1, column 8"),
            ("{a: 1}", "the response is not JSON at line 1, column 2"),
            ("{\"a\": 1,}", "the response is not JSON at line 1, column 9"),
            ("[1] 2", "the response is not JSON at line 1, column 5"),
            ("", "the response ends too early at line 1, column 0"),
            ("{\"a\u{1}\": 1}", "the response is not JSON at line 1, column 3"),
        ] {
            assert_eq!(Outline::read(body.as_bytes()).unwrap_err().to_string(), said, "{body}");
            let before = serde_json::from_str::<&RawValue>(body).map_err(Malformed::from);
            assert_eq!(before.unwrap_err().to_string(), said, "{body}");
        }
    }
}
