//! Numbers in sentences.

use std::fmt::Display;

/// So many things: `1 row`, `2 rows`.
pub(crate) fn count(number: impl Display, one: &str, more: &str) -> String {
    let number = number.to_string();
    let things = if number == "1" { one } else { more };
    format!("{number} {things}")
}
