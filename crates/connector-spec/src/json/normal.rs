//! The normal form of a value: one text for all the ways of spelling it.
//!
//! A vendor may write the same row in another way tomorrow: an escape in place of a letter,
//! spaces, members in another order, `1.0` for `1`. What tells rows and pages apart, and what
//! is stored as text, therefore goes by this form and never by what was sent.

use std::borrow::Cow;
use std::ops::Range;

use super::jsonb::MAX_DEPTH;
use super::number::normal_number;
use super::tokens::{Token, Tokens};
use super::{push_string, unicode_escape};

/// The most members of objects whose order is looked at: of a value with more of them that
/// are not in order, those of some objects stay in theirs, so that memory is bounded.
const MAX_SORTED: usize = 1 << 20;

/// The value without space around its tokens, its members in the order of their names (those
/// of one name in theirs), texts with no escape that is not needed, and numbers as
/// [`normal_number`] has them. What nests deeper than a stack holds stays as it is.
pub fn normal(json: &str) -> String {
    let mut form = Form { text: Vec::with_capacity(json.len()), unsorted: Vec::new(), sorted: 0 };
    form.read(json);
    let text = if form.unsorted.is_empty() { form.text } else { form.in_order() };
    // Texts come from texts, and all else is ASCII.
    String::from_utf8(text).unwrap_or_else(|_| json.to_owned())
}

/// A hash of the value that is the same however it is spelled.
pub fn hash(json: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(normal(json).as_bytes())
}

/// A scalar in its normal form.
pub fn normal_scalar(json: &str) -> Cow<'_, str> {
    if !json.starts_with(['"', '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) {
        Cow::Borrowed(json)
    } else if json.starts_with('"') {
        normal_text(json)
    } else {
        normal_number(json)
    }
}

/// The text that is written while a value is read.
struct Form {
    text: Vec<u8>,
    /// The objects whose members are not in order: where they are in the text, and their
    /// members, from the innermost out.
    unsorted: Vec<(Range<usize>, Vec<Range<usize>>)>,
    /// The number of members in them.
    sorted: usize,
}

/// An object or list that is not at its end yet.
struct Open {
    start: usize,
    list: bool,
    /// Where the members are that came so far, and how long the names at their beginning are.
    members: Vec<(Range<usize>, usize)>,
}

impl Form {
    fn read(&mut self, json: &str) {
        let mut tokens = Tokens::new(json);
        let mut open: Vec<Open> = Vec::new();
        while let Some(token) = tokens.next() {
            if let Some(inner) = open.last_mut()
                && token != Token::Close
            {
                let is_first = self.text.len() == inner.start + 1;
                let follows_a_name = self.text.last() == Some(&b':') && !inner.list;
                if !is_first && !follows_a_name {
                    self.text.push(b',');
                }
            }
            match token {
                Token::Open { list } => {
                    let start = self.text.len();
                    self.text.push(if list { b'[' } else { b'{' });
                    if open.len() < MAX_DEPTH as usize {
                        open.push(Open { start, list, members: Vec::new() });
                        continue;
                    }
                    self.text.extend_from_slice(tokens.rest_of_nested().as_bytes());
                }
                Token::Close => {
                    let Some(closed) = open.pop() else { continue };
                    self.close(closed);
                }
                Token::Name(name) => {
                    let start = self.text.len();
                    self.text.extend_from_slice(normal_text(name).as_bytes());
                    let length = self.text.len() - start;
                    self.text.push(b':');
                    if let Some(object) = open.last_mut() {
                        object.members.push((start..start, length));
                    }
                    continue;
                }
                Token::Text(text) => self.text.extend_from_slice(normal_text(text).as_bytes()),
                Token::Number(text) => {
                    self.text.extend_from_slice(normal_number(text).as_bytes());
                }
                Token::Word(word) => self.text.extend_from_slice(word.as_bytes()),
            }
            // A value came to its end; if it is a member's, so did that.
            if let Some(object) = open.last_mut()
                && let Some((member, _)) = object.members.last_mut()
            {
                member.end = self.text.len();
            }
        }
    }

    /// Ends an object or list, and takes note of it if its members are not in order.
    fn close(&mut self, Open { start, list, mut members }: Open) {
        self.text.push(if list { b']' } else { b'}' });
        let name = |(member, length): &(Range<usize>, usize)| {
            self.text.get(member.start..member.start + length).unwrap_or_default()
        };
        if members.is_sorted_by_key(name) || self.sorted + members.len() > MAX_SORTED {
            return;
        }
        // The sort keeps the members of one name in their order: the last one counts.
        members.sort_by(|one, other| name(one).cmp(name(other)));
        self.sorted += members.len();
        let members = members.into_iter().map(|(member, _)| member).collect();
        self.unsorted.push((start..self.text.len(), members));
    }

    /// The text with the members of all objects in order, each byte of it copied once.
    fn in_order(mut self) -> Vec<u8> {
        self.unsorted.sort_unstable_by_key(|(object, _)| object.start);
        let mut out = Vec::with_capacity(self.text.len());
        self.copy(0..self.text.len(), &mut out);
        out
    }

    fn copy(&self, part: Range<usize>, out: &mut Vec<u8>) {
        let mut from = part.start;
        while from < part.end {
            let next = self.unsorted.partition_point(|(object, _)| object.start < from);
            let next = self.unsorted.get(next).filter(|(object, _)| object.start < part.end);
            let Some((object, members)) = next else { break };
            out.extend_from_slice(&self.text[from..=object.start]);
            for (nth, member) in members.iter().enumerate() {
                if nth > 0 {
                    out.push(b',');
                }
                self.copy(member.clone(), out);
            }
            out.push(b'}');
            from = object.end;
        }
        out.extend_from_slice(&self.text[from..part.end]);
    }
}

/// A text of JSON with no escape that is not needed.
fn normal_text(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    if let Ok(text) = serde_json::from_str::<String>(raw) {
        push_string(&mut out, &text);
    } else {
        push_with_surrogates(raw, &mut out);
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// Appends a text that has surrogates without their other halves, which are no characters:
/// they stay escaped, and what is between them is as in any text.
fn push_with_surrogates(raw: &str, out: &mut Vec<u8>) {
    let bytes = raw.as_bytes();
    let end = raw.len().saturating_sub(1);
    let (mut from, mut at) = (1, 1);
    let between = |part: Range<usize>, out: &mut Vec<u8>| {
        let part = raw.get(part).unwrap_or_default();
        match serde_json::from_str::<String>(&format!("\"{part}\"")) {
            Ok(text) => {
                let mut written = Vec::with_capacity(part.len() + 2);
                push_string(&mut written, &text);
                out.extend_from_slice(&written[1..written.len() - 1]);
            }
            Err(_) => out.extend_from_slice(part.as_bytes()),
        }
    };
    out.push(b'"');
    while at < end {
        if bytes[at] != b'\\' {
            at += 1;
        } else if bytes.get(at + 1) != Some(&b'u') {
            at += 2;
        } else if let Some(length) = unicode_escape(bytes, at) {
            at += length;
        } else if raw.get(at + 2..at + 6) == Some("0000") {
            at += 6;
        } else {
            between(from..at, out);
            from = (at + 6).min(end);
            out.extend_from_slice(raw.get(at..from).unwrap_or_default().to_lowercase().as_bytes());
            at = from;
        }
    }
    between(from..end.max(from), out);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_form_however_it_is_spelled() {
        for (form, spellings) in [
            (r#"{"a":1,"b":[true,null]}"#, &[r#" { "b" : [ true , null ] , "a" : 1.0 } "#][..]),
            (r#""é\n\u0001""#, &[r#""\u00e9\n\u0001""#, r#""\u00E9\u000a\u0001""#]),
            (r#""a/b😀""#, &[r#""a\/b\ud83d\ude00""#]),
            (r#""\u0000""#, &[r#""\u0000""#]),
            (r#""Aé\ud800x\udfff""#, &[r#""\u0041\u00e9\uD800x\uDFFF""#]),
            (r#""\ud800\u0000""#, &[r#""\uD800\u0000""#]),
            ("[]", &["[ ]"]),
            (r#"[[1],{},{"":0}]"#, &[r#"[ [ 1 ] , { } , { "" : -0 } ]"#]),
            (
                r#"{"a":{"x":1,"y":{"p":1,"q":2}},"b":[{"c":1,"d":2}],"z":0}"#,
                &[
                    r#"{"z":0,"b":[{"d":2,"c":1}],"a":{"y":{"q":2,"p":1},"x":1}}"#,
                    r#"{"b":[{"c":1,"d":2}],"a":{"y":{"q":2,"p":1},"x":1},"z":0}"#,
                ],
            ),
            // Of one name, the last one counts, wherever the others are.
            (r#"{"a":1,"a":2,"b":0}"#, &[r#"{"b":0,"a":1,"a":2}"#, r#"{"a":1,"b":0,"\u0061":2}"#]),
        ] {
            assert_eq!(normal(form), form);
            for other in spellings {
                assert_eq!(normal(other), form, "{other}");
                assert_eq!(hash(other), hash(form));
            }
        }
    }

    #[test]
    fn different_values_have_different_forms() {
        let all = [
            "1",
            r#""1""#,
            "null",
            r#""null""#,
            "[]",
            "{}",
            "[1,2]",
            "[2,1]",
            "[[1],2]",
            "[1,[2]]",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#""\ud800""#,
            r#""\\ud800""#,
            "1.5",
            "15",
            r#"{"a":1,"a":2}"#,
            r#"{"a":2,"a":1}"#,
        ];
        let forms: std::collections::HashSet<String> =
            all.iter().map(|json| normal(json)).collect();
        assert_eq!(forms.len(), all.len());
    }

    #[test]
    fn a_value_of_any_depth_has_a_form() {
        let deep = |levels: usize| format!("{}1 {}", "[ ".repeat(levels), "]".repeat(levels));
        assert_eq!(normal(&deep(1_000)), format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000)));
        assert!(normal(&deep(100_000)).len() > 200_000);
        let turned = format!("{}0{}", r#"{"b":"#.repeat(900), r#","a":1}"#.repeat(900));
        let sorted = format!("{}0{}", r#"{"a":1,"b":"#.repeat(900), "}".repeat(900));
        assert_eq!(normal(&turned), sorted);
    }
}
