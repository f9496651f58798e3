//! Numbers by their digits, which no arithmetic has touched.

use std::borrow::Cow;

use super::is_number;

/// The most digits that a number is written out with, rather than with an exponent.
const MAX_DIGITS: usize = 400;

/// A number of JSON by its digits.
#[derive(Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// Without zeros at either end; none for zero.
    digits: String,
    /// The power of ten that the last digit counts.
    exponent: i64,
}

impl Decimal {
    /// The number, if JSON has it as one: `007`, `+7` and `.5` are texts.
    pub fn parse(text: &str) -> Option<Self> {
        if !is_number(text) {
            return None;
        }
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent = i64::from(exponent.parse::<i32>().ok()?);
        let negative = mantissa.starts_with('-');
        let mantissa = mantissa.trim_start_matches('-');
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_end_matches('0');
        let zeros = i64::try_from(all.len() - digits.len()).ok()?;
        let digits = digits.trim_start_matches('0').to_owned();
        let exponent = exponent + zeros - i64::try_from(fraction.len()).ok()?;
        Some(Self { negative, exponent: if digits.is_empty() { 0 } else { exponent }, digits })
    }

    /// The number of digits that are not zeros at one of its ends.
    pub fn digits(&self) -> usize {
        self.digits.len()
    }

    /// The number times a power of ten, if that is whole, and not beyond all that is counted.
    pub fn times_ten_to(&self, power: i64) -> Option<i128> {
        const MOST: usize = 38;
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(self.exponent + power).ok().filter(|zeros| *zeros <= MOST)?;
        if self.digits.len() + zeros > MOST + 1 {
            return None;
        }
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(zeros)).parse().ok()
    }

    /// The one way of writing it: all of its digits if they are few enough, without zeros
    /// behind the last one that counts; else a digit, the others, and an exponent.
    fn written(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let count = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let most = i64::try_from(MAX_DIGITS).unwrap_or(i64::MAX);
        // The number of digits before the point.
        let whole = count.saturating_add(self.exponent);
        let zeros = |number: i64| "0".repeat(usize::try_from(number).unwrap_or(0));
        if self.digits.is_empty() {
            "0".to_owned()
        } else if self.exponent >= 0 && whole <= most {
            format!("{sign}{}{}", self.digits, zeros(self.exponent))
        } else if self.exponent < 0 && whole > 0 && count <= most {
            let (before, behind) = self.digits.split_at(usize::try_from(whole).unwrap_or(0));
            format!("{sign}{before}.{behind}")
        } else if self.exponent < 0 && whole <= 0 && count - whole <= most {
            format!("{sign}0.{}{}", zeros(-whole), self.digits)
        } else {
            let (first, others) = self.digits.split_at(1);
            let point = if others.is_empty() { "" } else { "." };
            format!("{sign}{first}{point}{others}e{}", whole - 1)
        }
    }
}

/// A number of JSON as it is written here, whichever way the vendor wrote it: `1.0` and `1e0`
/// are `1`. One beyond all that is counted stays as it is.
pub fn normal_number(text: &str) -> Cow<'_, str> {
    let is_plain = text.len() <= MAX_DIGITS
        && text != "-0"
        && !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    match if is_plain { None } else { Decimal::parse(text) } {
        Some(decimal) => Cow::Owned(decimal.written()),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_written_in_one_way() {
        let long = format!("1{}", "0".repeat(500));
        for (one, spellings) in [
            ("0", &["-0", "0.0", "0e9", "-0.000E-7"][..]),
            ("1", &["1.0", "1e0", "10e-1", "0.1E+1"]),
            ("100", &["1e2", "100.0", "1.00E2"]),
            ("-12.5", &["-12.50", "-1.25e1", "-1250E-2"]),
            ("0.001", &["1e-3", "0.0010", "0.01e-1"]),
            ("18446744073709551616", &["18446744073709551616.0"]),
            ("1.5e10000", &["15e9999", "0.15e10001", "1.5E+10000"]),
            ("1e-10000", &["0.1e-9999", "1.0e-10000"]),
            ("1e500", &[&long, "10e499"]),
        ] {
            assert_eq!(normal_number(one), one);
            for other in spellings {
                assert_eq!(normal_number(other), one, "{other}");
            }
        }
        assert_eq!(normal_number("1e99999999999"), "1e99999999999");
    }
}
