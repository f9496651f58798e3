//! What Postgres can hold as `jsonb`, take in, and print again: all limits in one place.
//!
//! A value beyond them is found before it is sent, as the server refuses a whole batch for
//! one of them, or takes it and can never print it again. `docs/guarantees.md` has them too.

use super::tokens::{Token, Tokens};
use super::unicode_escape;

/// How deep a value may nest and still be read by Postgres with its default stack.
pub(super) const MAX_DEPTH: u32 = 1_000;

/// The most values in one: Postgres grows its list of elements by doubling, and its members'
/// would be larger than the largest piece of memory that it takes, 1 GiB, after 8 million.
const MAX_VALUES: usize = 1 << 22;

/// The most digits of a number, and the highest exponent. `numeric` has room for 131,072
/// digits before the point and 16,383 behind it; this asks for less, so that no digit more
/// or less at the edge matters.
const MAX_DIGITS: usize = 5_000;
const MAX_EXPONENT: usize = 10_000;

/// A number that is printed with more characters than this is a long one.
const LONG: usize = 64;

/// How many characters the long numbers of one value may take when they are printed. A
/// number of seven characters is printed with 10,001, and Postgres prints no row of more
/// than 1 GiB; all else is printed about as long as it is written, which is below 64 MiB.
const MAX_LONG_PRINTED: usize = 4 << 20;

/// What is left of the room that a `jsonb` has.
#[derive(Clone, Copy, Debug)]
pub struct JsonbRoom {
    values: usize,
    long_printed: usize,
}

impl JsonbRoom {
    /// The room of one value.
    pub const ALL: Self = Self { values: MAX_VALUES, long_printed: MAX_LONG_PRINTED };

    /// Takes the room of `json`, if it can be held and if there is as much; else none of it.
    ///
    /// Postgres refuses U+0000 and lone surrogates, numbers beyond its `numeric`, and
    /// nesting that its stack does not hold.
    #[must_use]
    pub fn take(&mut self, json: &str) -> bool {
        let mut left = *self;
        let fits = left.try_take(json).is_some();
        if fits {
            *self = left;
        }
        fits
    }

    fn try_take(&mut self, json: &str) -> Option<()> {
        let mut depth = 0_u32;
        let mut tokens = Tokens::new(json);
        while let Some(token) = tokens.next() {
            match token {
                Token::Name(text) | Token::Text(text) => {
                    (!tokens.escaped() || has_only_characters(text)).then_some(())?;
                    if matches!(token, Token::Name(_)) {
                        continue;
                    }
                }
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    continue;
                }
                Token::Open { .. } => {
                    depth += 1;
                    (depth <= MAX_DEPTH).then_some(())?;
                }
                Token::Number(number) => {
                    let printed = printed_length(number)?;
                    if printed > LONG {
                        self.long_printed = self.long_printed.checked_sub(printed)?;
                    }
                }
                Token::Word(_) => {}
            }
            self.values = self.values.checked_sub(1)?;
        }
        Some(())
    }
}

/// Whether Postgres can hold the value as `jsonb`.
pub fn fits_jsonb(json: &str) -> bool {
    let mut room = JsonbRoom::ALL;
    room.take(json)
}

/// Whether a text is one of characters, none of which is U+0000 or half of one.
fn has_only_characters(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
        at += found;
        if bytes.get(at + 1) == Some(&b'u') {
            match unicode_escape(bytes, at) {
                Some(length) => at += length,
                None => return false,
            }
        } else {
            at += 2;
        }
    }
    true
}

/// How many characters Postgres prints of a number, if `numeric` holds it.
fn printed_length(number: &str) -> Option<usize> {
    let written = number.len();
    let Some(mantissa) = number.bytes().position(|byte| matches!(byte, b'e' | b'E')) else {
        return (written <= MAX_DIGITS).then_some(written);
    };
    let exponent: i32 = number.get(mantissa + 1..)?.parse().ok()?;
    let moved = exponent.unsigned_abs() as usize;
    // At most as many zeros more as the point moves.
    (mantissa <= MAX_DIGITS && moved <= MAX_EXPONENT).then_some(mantissa + moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_jsonb_refuses_is_found_before_it_is_sent() {
        for fits in [
            r#"{"a":"A\\u0000"}"#,
            r#""\ud83d\ude00""#,
            "1e10",
            "[true,false,null]",
            r#"{"e":"1e99999999"}"#,
        ] {
            assert!(fits_jsonb(fits), "{fits}");
        }
        for refused in [
            r#"{"a":"\u0000"}"#,
            r#"{"\u0000":1}"#,
            r#""\ud800""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            "[1e99999999]",
            "1E+999999",
        ] {
            assert!(!fits_jsonb(refused), "{refused}");
        }
        assert!(fits_jsonb(&"[".repeat(1_000)));
        assert!(!fits_jsonb(&"[".repeat(1_001)));
    }

    #[test]
    fn what_postgres_could_not_print_again_is_found_too() {
        let numbers = |count: usize, number: &str| format!("[{}]", vec![number; count].join(","));
        assert!(fits_jsonb(&numbers(400, "1e10000")));
        assert!(!fits_jsonb(&numbers(120_000, "1e10000")));
        assert!(!fits_jsonb(&numbers(120_000, "1e-10000")));
        assert!(fits_jsonb(&numbers(120_000, "1e20")));
        assert!(fits_jsonb(&numbers(MAX_VALUES - 1, "1")));
        assert!(!fits_jsonb(&numbers(MAX_VALUES, "1")));
        // Many together have the room of one.
        let mut room = JsonbRoom::ALL;
        let taken = (0..1_000).filter(|_| room.take(&numbers(100, "1e10000"))).count();
        assert_eq!(taken, 4);
        assert!(room.take("1"));
    }
}
