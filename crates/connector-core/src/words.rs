//! Sentences: numbers in them, names that were meant, and commands that are named.

use std::collections::HashSet;
use std::fmt::Display;
use std::time::Duration;

/// A number as a person reads it: `1,240`.
pub fn number(number: impl Display) -> String {
    let plain = number.to_string();
    let digits = plain.trim_start_matches('-');
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return plain;
    }
    let mut grouped = plain[..plain.len() - digits.len()].to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// So many things: `1 row`, `1,240 rows`.
pub fn count(things: impl Display, one: &str, more: &str) -> String {
    let things = number(things);
    let word = if things == "1" { one } else { more };
    format!("{things} {word}")
}

/// A span of time, to two units at the most: `0.5s`, `42s`, `3h 12m`, `5d 3h`.
pub fn span(time: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let seconds = time.as_secs();
    if seconds < 10 && time.subsec_millis() >= 50 {
        return format!("{:.1}s", time.as_secs_f64());
    }
    let largest = UNITS.iter().position(|(unit, _)| seconds >= *unit).unwrap_or(UNITS.len() - 1);
    let (unit, name) = UNITS[largest];
    let whole = format!("{}{name}", seconds / unit);
    match UNITS.get(largest + 1) {
        Some((next, name)) if seconds % unit >= *next => {
            format!("{whole} {}{name}", seconds % unit / next)
        }
        _ => whole,
    }
}

/// How long something took, as it stands below others: `0.41s`, `12.3s`, `1m 17s`.
pub fn took(ms: u64) -> String {
    match ms {
        0..10_000 => format!("{}.{:02}s", ms / 1_000, ms % 1_000 / 10),
        10_000..60_000 => format!("{}.{}s", ms / 1_000, ms % 1_000 / 100),
        _ => span(Duration::from_secs(ms / 1_000)),
    }
}

/// How commands about a connection are called, so that one that is named can be typed as it stands.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    program: String,
    flags: String,
}

impl Invocation {
    /// Those of a program, with the flags that name the connection.
    pub fn new(program: &str, flags: &str) -> Self {
        let flags = if flags.is_empty() { String::new() } else { format!(" {flags}") };
        Self { program: format!("{program} "), flags }
    }

    /// What to type for a command; its name alone where no program is known.
    pub fn of(&self, command: &str) -> String {
        format!("{}{command}{}", self.program, self.flags)
    }
}

/// Advice that names what was meant, or everything there is.
pub fn nearest(unknown: &str, known: &[&str]) -> String {
    let mut seen = HashSet::new();
    let known: Vec<&str> = known.iter().copied().filter(|name| seen.insert(*name)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_thousands_apart_and_one_of_a_thing_is_one() {
        for (plain, expected) in [
            (0, "0 rows"),
            (1, "1 row"),
            (999, "999 rows"),
            (1_000, "1,000 rows"),
            (-12_345_678, "-12,345,678 rows"),
        ] {
            assert_eq!(count(plain, "row", "rows"), expected);
        }
        assert_eq!(number("1,240"), "1,240");
    }

    #[test]
    fn a_span_has_two_units_at_the_most() {
        for (ms, spanned, taken) in [
            (0, "0s", "0.00s"),
            (412, "0.4s", "0.41s"),
            (2_000, "2s", "2.00s"),
            (12_900, "12s", "12.9s"),
            (59_999, "59s", "59.9s"),
            (77_000, "1m 17s", "1m 17s"),
            (3_600_000, "1h", "1h"),
            (3_605_000, "1h", "1h"),
            (11_537_000, "3h 12m", "3h 12m"),
            (93_600_000, "1d 2h", "1d 2h"),
            (2_700_000_000, "31d 6h", "31d 6h"),
        ] {
            assert_eq!((span(Duration::from_millis(ms)), took(ms)), (spanned.into(), taken.into()));
        }
    }

    #[test]
    fn a_name_that_several_have_is_offered_once() {
        let known = ["id", "name", "id", "email", "name"];
        assert_eq!(nearest("nmae", &known), "did you mean `name`? there are: id, name, email");
        assert_eq!(nearest("x", &known), "there are: id, name, email");
    }

    #[test]
    fn a_command_is_named_as_it_is_typed() {
        let of_two = Invocation::new("vendor-connectors accounts", "--connection eu");
        assert_eq!(
            of_two.of("sync --wait"),
            "vendor-connectors accounts sync --wait --connection eu"
        );
        assert_eq!(
            Invocation::new("accounts-connector", "").of("drift"),
            "accounts-connector drift"
        );
        assert_eq!(Invocation::default().of("drift"), "drift");
    }
}
