//! Columns: how one JSON value becomes one Postgres value.
//!
//! A model's field types are the whole of the typing. Every conversion either
//! keeps the value exactly or says that it does not fit; none of them rounds or
//! strips, so that whatever does not fit can be kept elsewhere.

mod time;

use chrono::{DateTime, Utc};

use crate::json::{self, Decimal};

pub use time::TimeUnit;
pub use time::postgres_micros;

/// The Postgres types that a column can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlType {
    /// `text`
    Text,
    /// `bigint`
    BigInt,
    /// `double precision`
    Double,
    /// `boolean`
    Boolean,
    /// `timestamptz`
    Timestamptz,
    /// `jsonb`
    Jsonb,
}

impl SqlType {
    /// The type as `create table` and `format_type` spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::BigInt => "bigint",
            Self::Double => "double precision",
            Self::Boolean => "boolean",
            Self::Timestamptz => "timestamp with time zone",
            Self::Jsonb => "jsonb",
        }
    }

    /// The type as people write it.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Timestamptz => "timestamptz",
            other => other.name(),
        }
    }
}

/// What became of a JSON value on its way into a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The value was appended.
    Written,
    /// The value is JSON's `null`.
    Null,
    /// The value has no exact form in the column's type; nothing was appended.
    Misfit,
}

/// Where a column's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A field of the item.
    Field,
    /// The item itself, whatever it is.
    Whole,
    /// The item's absolute position in its listing.
    Position,
    /// The partition: a parent's key, or a parameter.
    Partition,
}

/// A column of a table: its name, its type, and where its value is in an item.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// The column's name, `snake_case`.
    pub name: &'static str,
    /// The field's name in the JSON.
    pub wire: &'static str,
    /// Other names of the field in the JSON; `wire` wins where both are there.
    pub aliases: &'static [&'static str],
    /// What the field means, in one line.
    pub doc: &'static str,
    /// The Postgres type.
    pub sql_type: SqlType,
    /// Whether the vendor promises to send it.
    pub required: bool,
    /// Whether its value is a secret, kept as a keyed fingerprint only.
    pub secret: bool,
    /// Whether it is an address, of which the parts that open something are secrets.
    pub secret_address: bool,
    /// Names of members inside a nested value that are secrets.
    pub secret_members: &'static [&'static str],
    /// Whether a change of it alone leaves the row as it is.
    pub volatile: bool,
    /// Whether it is a list whose order means nothing.
    pub unordered: bool,
    /// What its values count where they are numbers and stand for times, in order of
    /// preference; none in a column whose times are texts.
    pub units: &'static [TimeUnit],
    /// Where its value comes from.
    pub source: Source,
    write: fn(&str, &mut Vec<u8>) -> Fit,
}

impl Column {
    /// A column that is filled from a field of type `T`.
    pub const fn new<T: Value>(
        name: &'static str,
        wire: &'static str,
        aliases: &'static [&'static str],
        doc: &'static str,
    ) -> Self {
        Self {
            name,
            wire,
            aliases,
            doc,
            sql_type: T::SQL_TYPE,
            required: T::REQUIRED,
            secret: false,
            secret_address: false,
            secret_members: &[],
            volatile: false,
            unordered: false,
            units: &[],
            source: Source::Field,
            write: T::write,
        }
    }

    /// The column of a partition: a parent's key or a parameter, kept with each row.
    pub const fn partition(name: &'static str, doc: &'static str) -> Self {
        let mut column = Self::new::<String>(name, name, &[], doc);
        column.source = Source::Partition;
        column
    }

    /// Declares the value a secret.
    #[must_use]
    pub const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Declares secret what opens something in an address: a user, parts that look made by
    /// chance, and parameters whose names speak of secrets.
    #[must_use]
    #[track_caller]
    pub const fn secret_address(mut self) -> Self {
        assert!(matches!(self.sql_type, SqlType::Text), "only a text is an address");
        self.secret_address = true;
        self
    }

    /// Declares members inside a nested value secret, at any depth.
    #[must_use]
    pub const fn secret_members(mut self, names: &'static [&'static str]) -> Self {
        self.secret_members = names;
        self
    }

    /// Declares that a change of this field alone is no change of the row.
    #[must_use]
    pub const fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// Declares a list whose order means nothing: it is kept sorted.
    #[must_use]
    pub const fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// Declares the unit of times that are numbers. Of several ones, a number has the first in
    /// which it lies within the years 1900 to 2200.
    #[must_use]
    #[track_caller]
    pub const fn units(mut self, units: &'static [TimeUnit]) -> Self {
        assert!(matches!(self.sql_type, SqlType::Timestamptz), "only a time has a unit");
        self.units = units;
        self
    }

    /// Declares that the column holds the item itself.
    #[must_use]
    pub const fn whole(mut self) -> Self {
        self.source = Source::Whole;
        self
    }

    /// Declares that the column holds the item's position in its listing.
    #[must_use]
    pub const fn position(mut self) -> Self {
        self.source = Source::Position;
        self
    }

    /// Appends the JSON value `json` in Postgres's binary form.
    pub fn write(&self, json: &str, out: &mut Vec<u8>) -> Fit {
        if self.units.is_empty() {
            (self.write)(json, out)
        } else {
            time::write(json, self.units, out)
        }
    }
}

/// A Rust type that stands for a Postgres type in a model.
///
/// `write` appends the binary form of one JSON value, or appends nothing and
/// says why. It accepts another JSON type only where nothing is lost by it,
/// because vendors change `1` to `"1"` between two pages of one listing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no Postgres form",
    note = "a field is `String`, `i64`, `f64`, `bool`, `DateTime<Utc>` or `Json`, or an `Option` of one"
)]
pub trait Value {
    /// The Postgres type.
    const SQL_TYPE: SqlType;
    /// Whether the vendor promises a value.
    const REQUIRED: bool = true;
    /// Appends the value of `json`.
    fn write(json: &str, out: &mut Vec<u8>) -> Fit;
}

/// Any JSON value, kept as the vendor sent it, in a `jsonb` column.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl<T: Value> Value for Option<T> {
    const SQL_TYPE: SqlType = T::SQL_TYPE;
    const REQUIRED: bool = false;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        T::write(json, out)
    }
}

impl Value for String {
    const SQL_TYPE: SqlType = SqlType::Text;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        match json.as_bytes() {
            b"null" => Fit::Null,
            [b'"', ..] => match json::text(json) {
                // Postgres has no text with U+0000 in it.
                Some(text) if !text.as_bytes().contains(&0) => {
                    out.extend_from_slice(text.as_bytes());
                    Fit::Written
                }
                _ => Fit::Misfit,
            },
            // An identifier that is a number today and was text yesterday.
            [b'-' | b'0'..=b'9', ..] => {
                out.extend_from_slice(json::normal_number(json).as_bytes());
                Fit::Written
            }
            _ => Fit::Misfit,
        }
    }
}

impl Value for i64 {
    const SQL_TYPE: SqlType = SqlType::BigInt;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        number(json, out, |digits, quoted| {
            let value = digits.parse::<Self>().ok();
            let value = if quoted {
                // `7` and `007` are two texts, and would be one key.
                value.filter(|value| value.to_string() == digits)
            } else {
                value.or_else(|| Decimal::parse(digits)?.times_ten_to(0)?.try_into().ok())
            };
            value.map(Self::to_be_bytes)
        })
    }
}

impl Value for f64 {
    const SQL_TYPE: SqlType = SqlType::Double;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        number(json, out, |digits, quoted| {
            // Rust reads `NaN` and `inf` too, and 1e400 as infinity.
            let value = digits.parse::<Self>().ok().filter(|value| value.is_finite())?;
            let is_number = !quoted || json::is_number(digits);
            (is_number && is_kept(digits, value)).then(|| value.to_be_bytes())
        })
    }
}

impl Value for bool {
    const SQL_TYPE: SqlType = SqlType::Boolean;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        match json {
            "null" => return Fit::Null,
            "true" => out.push(1),
            "false" => out.push(0),
            _ => return Fit::Misfit,
        }
        Fit::Written
    }
}

impl Value for DateTime<Utc> {
    const SQL_TYPE: SqlType = SqlType::Timestamptz;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        time::write(json, &[], out)
    }
}

impl Value for Json {
    const SQL_TYPE: SqlType = SqlType::Jsonb;
    fn write(json: &str, out: &mut Vec<u8>) -> Fit {
        if json == "null" {
            return Fit::Null;
        }
        if !json::fits_jsonb(json) {
            return Fit::Misfit;
        }
        out.push(json::JSONB_VERSION);
        out.extend_from_slice(json.as_bytes());
        Fit::Written
    }
}

/// Appends eight bytes made from a number, or from a text, which is then said to be quoted.
fn number(json: &str, out: &mut Vec<u8>, parse: impl Fn(&str, bool) -> Option<[u8; 8]>) -> Fit {
    let bytes = match json.as_bytes() {
        b"null" => return Fit::Null,
        [b'"', ..] => json::text(json).and_then(|text| parse(&text, true)),
        _ => parse(json, false),
    };
    match bytes {
        Some(bytes) => {
            out.extend_from_slice(&bytes);
            Fit::Written
        }
        None => Fit::Misfit,
    }
}

/// Whether a double gives the digits back if it is asked for as many of them.
fn is_kept(text: &str, value: f64) -> bool {
    /// So many digits are always given back, and no double has more than the others.
    const ALWAYS: usize = 15;
    const AT_MOST: usize = 767;
    if text.len() <= ALWAYS && !text.contains(['e', 'E']) {
        return true;
    }
    Decimal::parse(text).is_some_and(|written| {
        let behind_the_first = written.digits().saturating_sub(1);
        behind_the_first < AT_MOST
            && Decimal::parse(&format!("{value:.behind_the_first$e}")) == Some(written)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Value>(json: &str, fit: Fit, bytes: &[u8]) {
        let mut out = Vec::new();
        assert_eq!((T::write(json, &mut out), &out[..]), (fit, bytes), "{json}");
    }

    #[test]
    fn a_value_is_kept_exactly_or_said_not_to_fit() {
        check::<String>(r#""a\"bé""#, Fit::Written, "a\"bé".as_bytes());
        check::<String>("null", Fit::Null, b"");
        check::<String>(r#""a\u0000b""#, Fit::Misfit, b"");
        check::<String>(r#""\ud800""#, Fit::Misfit, b"");
        check::<String>("18446744073709551616", Fit::Written, b"18446744073709551616");
        check::<String>("true", Fit::Misfit, b"");
        check::<String>("{}", Fit::Misfit, b"");
        check::<i64>("-7", Fit::Written, &(-7_i64).to_be_bytes());
        check::<i64>(r#""7""#, Fit::Written, &7_i64.to_be_bytes());
        check::<i64>("12.0", Fit::Written, &12_i64.to_be_bytes());
        check::<i64>("1.5", Fit::Misfit, b"");
        check::<i64>("9223372036854775808", Fit::Misfit, b"");
        for whole in ["12", "12.000", "1.2e1", "1200e-2", "0.12E+2"] {
            check::<i64>(whole, Fit::Written, &12_i64.to_be_bytes());
        }
        for zero in ["0", "-0", "0.0", "0e9", r#""0""#] {
            check::<i64>(zero, Fit::Written, &0_i64.to_be_bytes());
        }
        for other in [
            "12.00000000000000001",
            "8.00000000000000000001",
            "1e-400",
            "1e19",
            "1e999999999999",
            r#""007""#,
            r#""+7""#,
            r#""-0""#,
            r#""7.0""#,
            r#"" 7""#,
            r#""""#,
        ] {
            check::<i64>(other, Fit::Misfit, b"");
        }
        check::<i64>("-9223372036854775808.0", Fit::Written, &i64::MIN.to_be_bytes());
        for (kept, value) in [
            ("0.30000000000000004", 0.1 + 0.2),
            ("0.10000000000000001", 0.1),
            ("1.7976931348623157e308", f64::MAX),
            ("5e-324", 5e-324),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("100000000000000000000000", 1e23),
            ("-0.0", -0.0),
            (r#""1e5""#, 1e5),
        ] {
            check::<f64>(kept, Fit::Written, &value.to_be_bytes());
        }
        for other in [
            "0.123456789012345678901",
            "9007199254740993",
            "1e-400",
            "3e-324",
            r#""007""#,
            r#""+7""#,
            r#"".5""#,
            &format!("0.{}", "1".repeat(70_000)),
        ] {
            check::<f64>(other, Fit::Misfit, b"");
        }
        check::<f64>("1.5", Fit::Written, &1.5_f64.to_be_bytes());
        check::<f64>("1e400", Fit::Misfit, b"");
        check::<f64>(r#""NaN""#, Fit::Misfit, b"");
        check::<f64>(r#""inf""#, Fit::Misfit, b"");
        check::<bool>("true", Fit::Written, &[1]);
        check::<bool>("1", Fit::Misfit, b"");
        check::<Json>(r#"{"a": [1, 2]}"#, Fit::Written, b"\x01{\"a\": [1, 2]}");
        check::<Json>(r#"{"a": "\u0000"}"#, Fit::Misfit, b"");
    }
}
