//! Times: texts in RFC 3339, and numbers in the unit that their column declares.
//!
//! A number does not say whether it counts seconds or milliseconds, so a value that
//! is read by its size is right today and a thousand times too large tomorrow. The
//! vendor's document says it once for all values of a column.

use chrono::{DateTime, Utc};

use super::Fit;
use crate::json::{self, Decimal};

/// What a time that is a number counts, since 1970-01-01 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
}

impl TimeUnit {
    /// How many nanoseconds of it are a microsecond, if it were seconds.
    const fn billionths_in_a_microsecond(self) -> i128 {
        match self {
            Self::Seconds => 1_000,
            Self::Milliseconds => 1_000_000,
            Self::Microseconds => 1_000_000_000,
        }
    }
}

/// Midnight of 1900-01-01, in microseconds since 1970: what lies before it was meant in another unit.
const EARLIEST: i128 = -2_208_988_800_000_000;
/// The same for the end of the year 2200.
const LATEST: i128 = 7_289_654_400_000_000;

/// The value of `json` in Postgres's microseconds, if it is a time: of several units, a number
/// has the first in which it is a plausible one.
pub(super) fn write(json: &str, units: &[TimeUnit], out: &mut Vec<u8>) -> Fit {
    let micros = match json.as_bytes() {
        b"null" => return Fit::Null,
        [b'"', ..] => json::text(json).and_then(|text| match DateTime::parse_from_rfc3339(&text) {
            Ok(time) => Some(postgres_micros(time.to_utc())),
            Err(_) if is_written_as_date(&text) => None,
            Err(_) => number(&text, units),
        }),
        _ => number(json, units),
    };
    match micros {
        Some(micros) => {
            out.extend_from_slice(&micros.to_be_bytes());
            Fit::Written
        }
        None => Fit::Misfit,
    }
}

/// The Postgres microseconds of a number in the first unit that makes it plausible.
fn number(text: &str, units: &[TimeUnit]) -> Option<i64> {
    const A_BILLION: i128 = 1_000_000_000;
    if units.is_empty() {
        return None;
    }
    let is_short = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    let billionths = if is_short && !text.starts_with('0') {
        text.parse::<i128>().ok()? * A_BILLION
    } else {
        Decimal::parse(text)?.times_ten_to(9)?
    };
    units.iter().find_map(|unit| {
        let micros = billionths.div_euclid(unit.billionths_in_a_microsecond());
        let plausible = (EARLIEST..LATEST).contains(&micros);
        plausible.then(|| i64::try_from(micros).ok()?.checked_sub(POSTGRES_EPOCH))?
    })
}

/// Whether a text that is a number is a date without separators, such as `20240131120000`:
/// one of few digits is, and one that has a day and a time in its places.
///
/// Ten digits are seconds, and not a date with an hour, which nobody writes.
fn is_written_as_date(text: &str) -> bool {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (whole, rest) = text.split_at(digits);
    let place = |from: usize, to: usize, least: u32, most: u32| {
        let part = whole.get(from..to).and_then(|part| part.parse().ok());
        part.is_none_or(|part: u32| (least..=most).contains(&part))
    };
    let is_date = matches!(digits, 12 | 14 | 17)
        && [place(0, 4, 1900, 2200), place(4, 6, 1, 12), place(6, 8, 1, 31)] == [true; 3]
        && [place(8, 10, 0, 23), place(10, 12, 0, 59), place(12, 14, 0, 60)] == [true; 3];
    (1..=8).contains(&digits) || (is_date && rest.is_empty())
}

/// 2000-01-01, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// Microseconds since 2000-01-01, the binary form of `timestamptz`.
pub fn postgres_micros(time: DateTime<Utc>) -> i64 {
    // Chrono's years reach 262,142, whose microseconds fit an i64.
    time.timestamp_micros().saturating_sub(POSTGRES_EPOCH)
}

#[cfg(test)]
mod tests {
    use TimeUnit::{Microseconds, Milliseconds, Seconds};

    use super::*;

    fn read(json: &str, units: &[TimeUnit]) -> Option<String> {
        let mut out = Vec::new();
        match write(json, units, &mut out) {
            Fit::Written => {
                let micros = i64::from_be_bytes(out.try_into().unwrap());
                let time = DateTime::from_timestamp_micros(micros + POSTGRES_EPOCH).unwrap();
                Some(time.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
            }
            Fit::Null | Fit::Misfit => None,
        }
    }

    #[test]
    fn a_number_is_a_time_in_the_unit_of_its_column_or_none() {
        const EITHER: &[TimeUnit] = &[Seconds, Milliseconds];
        let then = "2023-11-14T22:13:20";
        for (json, units, expected) in [
            ("1700000000", &[Seconds][..], Some(then)),
            (r#""1700000000""#, &[Seconds], Some(then)),
            ("1700000000.0", &[Seconds], Some(then)),
            ("1.7e9", &[Seconds], Some(then)),
            ("1700000000.000000999", &[Seconds], Some(then)),
            ("1700000000.0000000001", &[Seconds], None),
            ("1700000000000", &[Seconds], None),
            ("1700000000.5", &[Seconds], Some("2023-11-14T22:13:20.500")),
            ("1700000000000", &[Milliseconds], Some(then)),
            ("1700000000000.5", &[Milliseconds], Some("2023-11-14T22:13:20.000500")),
            ("1700000000123456", &[Microseconds], Some("2023-11-14T22:13:20.123456")),
            ("1700000000123456", EITHER, None),
            (r#""1700000000123456""#, EITHER, None),
            ("1700000000", EITHER, Some(then)),
            ("1700000000000", EITHER, Some(then)),
            ("31536000000", EITHER, Some("1971-01-01T00:00:00")),
            ("31536000000", &[Milliseconds], Some("1971-01-01T00:00:00")),
            ("31536000000", &[Seconds], None),
            ("-7233803000", EITHER, Some("1969-10-09T06:36:37")),
            ("-7233803000", &[Milliseconds], Some("1969-10-09T06:36:37")),
            ("-7233803000", &[Seconds], None),
            ("0", &[Seconds], Some("1970-01-01T00:00:00")),
            ("-0.5", &[Seconds], Some("1969-12-31T23:59:59.500")),
            // Microseconds since 1601, as browsers have them, are no declared unit.
            ("13345678900123456", &[Seconds], None),
            ("13345678900123456", &[Microseconds], None),
            ("-2208988800", &[Seconds], Some("1900-01-01T00:00:00")),
            ("-2208988801", &[Seconds], None),
            ("7289654399", &[Seconds], Some("2200-12-31T23:59:59")),
            ("7289654400", &[Seconds], None),
            ("253402300799", &[Seconds], None),
            ("9223372036854775807", EITHER, None),
            ("1e300", EITHER, None),
            ("1e-400", EITHER, None),
            ("true", EITHER, None),
            (r#""+1700000000""#, &[Seconds], None),
            (r#""01700000000""#, &[Seconds], None),
            (r#""""#, &[Seconds], None),
            // A column of texts.
            ("1700000000", &[], None),
            (r#""1700000000""#, &[], None),
        ] {
            assert_eq!(read(json, units).as_deref(), expected, "{json} {units:?}");
        }
    }

    #[test]
    fn a_date_without_separators_is_no_number() {
        for units in [&[Seconds][..], &[Milliseconds], &[Microseconds], &[Seconds, Milliseconds]] {
            for date in [
                "2024",
                "202401",
                "20240131",
                "202401311200",
                "20240131120000",
                "20240131120000123",
            ] {
                assert_eq!(read(&format!("\"{date}\""), units), None, "{date} {units:?}");
            }
            assert_eq!(read("\"2024.01\"", units), None);
        }
        assert_eq!(read("20240131120000", &[Seconds, Milliseconds]), None);
        let text = read(r#""170000000000""#, &[Milliseconds]);
        assert_eq!(text.as_deref(), Some("1975-05-22T14:13:20"));
    }

    #[test]
    fn a_text_in_rfc_3339_keeps_its_year() {
        for (text, expected) in [
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59"),
            ("2023-11-14T22:13:20.000000999Z", "2023-11-14T22:13:20"),
            ("2023-11-15T00:13:20+02:00", "2023-11-14T22:13:20"),
        ] {
            for units in [&[][..], &[Seconds]] {
                let read = read(&format!("\"{text}\""), units);
                assert_eq!(read.as_deref(), Some(expected), "{text}");
            }
        }
        assert_eq!(read("\"2023-11-14\"", &[Seconds]), None);
    }
}
