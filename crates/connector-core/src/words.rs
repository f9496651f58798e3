//! Sentences: numbers in them, and names that were meant.

use std::fmt::Display;

/// So many things: `1 row`, `2 rows`.
pub fn count(number: impl Display, one: &str, more: &str) -> String {
    let number = number.to_string();
    let things = if number == "1" { one } else { more };
    format!("{number} {things}")
}

/// Advice that names what was meant, or everything there is.
pub fn nearest(unknown: &str, known: &[&str]) -> String {
    let closest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(unknown, name), name))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match closest {
        None => "there are none".to_owned(),
        Some((similarity, name)) if similarity > 0.8 => {
            format!("did you mean `{name}`? there are: {}", known.join(", "))
        }
        _ => format!("there are: {}", known.join(", ")),
    }
}
