//! Envelopes: the JSON around the items, and places in it.
//!
//! Places are dotted paths as declarations write them; `$` is the whole body,
//! and a number in a path is a position in a list.

use serde_json::{Map, Value};

/// What surrounds the items of one listing.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    /// The body; what it has at `place` is not looked at.
    pub(crate) body: Value,
    /// Where the items go.
    pub(crate) place: String,
    /// Whether one object stands there instead of a list.
    pub(crate) single: bool,
}

/// Stands for the items until they are written; no vendor sends a noncharacter.
const HOLE: &str = "\u{10ffff}items";

impl Envelope {
    /// An envelope with nothing in it but the items.
    pub(crate) fn bare(place: &str, single: bool) -> Self {
        Self { body: Value::Object(Map::new()), place: place.to_owned(), single }
    }

    /// The text before the items, and the text after them.
    pub(crate) fn around_items(mut self) -> (String, String) {
        set(&mut self.body, &self.place, Value::from(HOLE));
        let text = self.body.to_string();
        let (before, after) =
            text.split_once(&format!("\"{HOLE}\"")).expect("the place of the items was just set");
        (before.to_owned(), after.to_owned())
    }
}

/// Puts a value at a place, and whatever objects and lists lead there.
///
/// Where something else stands in the way, the value replaces it.
pub(crate) fn set(body: &mut Value, place: &str, value: Value) {
    let mut at = body;
    for step in steps(place) {
        at = match (step.parse::<usize>(), &mut *at) {
            (Ok(index), Value::Array(list)) => {
                if list.len() <= index {
                    list.resize(index + 1, Value::Null);
                }
                &mut list[index]
            }
            (Ok(index), other) if !other.is_object() => {
                *other = Value::Array(vec![Value::Null; index + 1]);
                &mut other[index]
            }
            (_, other) => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                &mut other[step]
            }
        };
    }
    *at = value;
}

/// Takes away the member at a place, if it is there.
pub(crate) fn remove(body: &mut Value, place: &str) {
    let (parent, name) = place.rsplit_once('.').unwrap_or(("$", place));
    if let Some(Value::Object(members)) = body.pointer_mut(&pointer(parent)) {
        members.remove(name);
    }
}

/// Whether there is anything at a place.
pub(crate) fn contains(body: &Value, place: &str) -> bool {
    body.pointer(&pointer(place)).is_some()
}

fn steps(place: &str) -> impl Iterator<Item = &str> {
    place.split('.').filter(|step| *step != "$")
}

fn pointer(place: &str) -> String {
    steps(place).flat_map(|step| ["/", step]).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_set_through_objects_and_lists_that_need_not_exist() {
        let mut body = json!({ "errors": null, "kept": 1 });
        set(&mut body, "errors.0.message", json!("no"));
        set(&mut body, "errors.0.code", json!(7));
        set(&mut body, "data.total", json!(3));
        assert_eq!(
            body,
            json!({ "errors": [{ "message": "no", "code": 7 }], "kept": 1, "data": { "total": 3 } })
        );
        assert!(contains(&body, "errors.0.code") && !contains(&body, "errors.1"));
        remove(&mut body, "errors");
        remove(&mut body, "data.total");
        assert_eq!(body, json!({ "kept": 1, "data": {} }));
    }

    #[test]
    fn the_items_stand_at_their_place_and_nowhere_else() {
        let around = |body: Value, place: &str| {
            Envelope { body, place: place.to_owned(), single: false }.around_items()
        };
        assert_eq!(
            around(json!({ "n": 1 }), "d.items"),
            (r#"{"d":{"items":"#.to_owned(), r#"},"n":1}"#.to_owned())
        );
        assert_eq!(around(json!({ "n": 1 }), "$"), (String::new(), String::new()));
    }
}
