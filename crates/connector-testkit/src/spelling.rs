//! The same JSON in other words: what a vendor's next release may send for the same rows.

use std::fmt::Write as _;

use serde_json::Value;

use crate::answer::Answer;

impl Answer {
    /// The answer with its JSON body spelled in another way, which the number chooses.
    #[must_use]
    pub fn respelled(mut self, way: usize) -> Self {
        let body: Value = serde_json::from_slice(&self.body)
            .expect("only an answer with a JSON body can be spelled in another way");
        let mut text = String::new();
        spell(&body, way, &mut text);
        self.body = text.into_bytes();
        self
    }
}

fn spell(value: &Value, way: usize, out: &mut String) {
    let space = ["", " ", "\n\t"][way % 3];
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            if way % 2 == 1 {
                members.reverse();
            }
            out.push('{');
            for (nth, (name, member)) in members.into_iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                out.push_str(space);
                spell_text(name, way, out);
                out.push_str(space);
                out.push(':');
                spell(member, way, out);
            }
            out.push('}');
        }
        Value::Array(elements) => {
            out.push('[');
            for (nth, element) in elements.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                out.push_str(space);
                spell(element, way, out);
            }
            out.push_str(space);
            out.push(']');
        }
        Value::String(text) => spell_text(text, way, out),
        Value::Number(number) => {
            let number = number.to_string();
            let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
            let zeros = [".0", "e0", "", ".00E+0"][way % 4];
            out.push_str(&number);
            out.push_str(if is_whole { zeros } else { "" });
        }
        Value::Bool(_) | Value::Null => out.push_str(&value.to_string()),
    }
}

/// Some of its characters as escapes.
fn spell_text(text: &str, way: usize, out: &mut String) {
    out.push('"');
    for (nth, character) in (way..).zip(text.chars()) {
        if nth % 3 == 0 || matches!(character, '"' | '\\' | '\0'..='\x1f') {
            let mut units = [0_u16; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else if character == '/' {
            out.push_str("\\/");
        } else {
            out.push(character);
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn another_spelling_is_another_text_of_the_same_value() {
        let value = json!({"a": [1, 2.5, "é/\"\n😀"], "b": {"c": null, "d": true}, "": ""});
        for way in 0..12 {
            let mut text = String::new();
            spell(&value, way, &mut text);
            let read: Value = serde_json::from_str(&text).unwrap();
            let plain = read.to_string().replace("1.0,", "1,");
            let sent = value.to_string();
            assert_eq!(plain, sent);
            assert_ne!(text, sent);
        }
    }
}
