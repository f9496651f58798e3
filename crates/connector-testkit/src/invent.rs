//! Invented values, written as JSON straight into a response.
//!
//! They are what vendors really send: quotes, line breaks, backslashes, escapes
//! of every kind and texts beyond ASCII are among them. No library formats them,
//! because a benchmark must not measure its own vendor.

use connector_core::TimeUnit;

/// Texts as they stand in JSON: words, and what breaks careless code.
const WORDS: [&str; 32] = [
    "amber",
    "basalt",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "granite",
    "harbor",
    "indigo",
    "juniper",
    "kestrel",
    "lagoon",
    "meadow",
    "north",
    "orchard",
    "prairie",
    "quartz",
    "river",
    "saffron",
    "tundra",
    "umber",
    "violet",
    "willow",
    "zephyr",
    r#"\"quoted\""#,
    r"back\\slash",
    r"two\nlines",
    r"a\ttab",
    "Zoë Müller",
    "日本語",
    "🦀🚀",
    r"\u00fcber \ud83d\ude80",
];

fn write_words(out: &mut Vec<u8>, random: &mut Random) {
    let choice = random.next();
    for shift in [0, 5] {
        // One text in eight has something special in it.
        let words = if (choice >> 32).is_multiple_of(8) { &WORDS[..] } else { &WORDS[..16] };
        #[expect(clippy::cast_possible_truncation, reason = "below 32")]
        let at = ((choice >> shift) % words.len() as u64) as usize;
        out.extend_from_slice(words[at].as_bytes());
        out.push(b' ');
    }
    write_number(out, choice >> 48);
}

pub(crate) fn write_text(out: &mut Vec<u8>, random: &mut Random) {
    out.push(b'"');
    write_words(out, random);
    out.push(b'"');
}

pub(crate) fn write_list(out: &mut Vec<u8>, random: &mut Random) {
    out.push(b'[');
    for at in 0..random.below(5) {
        if at > 0 {
            out.push(b',');
        }
        write_text(out, random);
    }
    out.push(b']');
}

pub(crate) fn write_object(out: &mut Vec<u8>, random: &mut Random) {
    out.extend_from_slice(b"{\"id\":");
    write_number(out, random.below(1_000_000));
    out.extend_from_slice(b",\"name\":");
    write_text(out, random);
    out.extend_from_slice(b",\"none\":null,\"nested\":{\"on\":");
    write_boolean(out, random.below(2) == 0);
    out.extend_from_slice(b",\"ratio\":");
    write_double(out, random);
    out.extend_from_slice(b",\"tags\":");
    write_list(out, random);
    out.extend_from_slice(b"}}");
}

pub(crate) fn write_boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

pub(crate) fn write_double(out: &mut Vec<u8>, random: &mut Random) {
    let value = random.next();
    if value.is_multiple_of(2) {
        out.push(b'-');
    }
    write_number(out, value >> 48);
    out.push(b'.');
    write_padded(out, (value >> 8) % 100, 2);
}

/// A time of the year 2024, and a year later for each version.
pub(crate) fn write_time(out: &mut Vec<u8>, random: u64, version: u64, unit: Option<TimeUnit>) {
    if let Some(unit) = unit {
        let in_a_second = match unit {
            TimeUnit::Seconds => 1,
            TimeUnit::Milliseconds => 1_000,
            TimeUnit::Microseconds => 1_000_000,
        };
        let second = 1_704_067_200 + random % 31_536_000 + version * 31_622_400;
        write_number(out, second * in_a_second);
        return;
    }
    // Every month has 28 days.
    let parts = [
        (random >> 8) % 12 + 1,
        (random >> 16) % 28 + 1,
        (random >> 24) % 24,
        (random >> 32) % 60,
        (random >> 40) % 60,
    ];
    out.push(b'"');
    write_padded(out, 2024 + version, 4);
    for (separator, part) in b"--T::".iter().zip(parts) {
        out.push(*separator);
        write_padded(out, part, 2);
    }
    out.push(b'.');
    write_padded(out, (random >> 48) % 1_000, 3);
    out.extend_from_slice(b"Z\"");
}

pub(crate) fn write_number(out: &mut Vec<u8>, value: u64) {
    let digits = value.checked_ilog10().map_or(1, |log| log as usize + 1);
    write_padded(out, value, digits);
}

fn write_padded(out: &mut Vec<u8>, mut value: u64, digits: usize) {
    let start = out.len();
    out.resize(start + digits, b'0');
    for digit in out[start..].iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

/// The identifier of row 0 where identifiers are numbers.
pub(crate) const FIRST_NUMBER: u64 = 1_000;
/// Odd, so that multiplying by it can be undone.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;
const GATHER: u64 = inverse(SCATTER);

/// The number that undoes a multiplication by an odd one.
const fn inverse(odd: u64) -> u64 {
    let (mut found, mut round) = (odd, 0);
    while round < 5 {
        found = found.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(found)));
        round += 1;
    }
    found
}

/// Identifiers that are texts are scattered, as random ones are.
pub(crate) fn write_identifier(out: &mut Vec<u8>, row: u64) {
    let scattered = (row + 1).wrapping_mul(SCATTER);
    out.extend_from_slice(b"\"id_");
    for byte in scattered.to_be_bytes() {
        out.extend([byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    }
    out.push(b'"');
}

pub(crate) fn row_of_text(identifier: &str) -> Option<u64> {
    let digits = identifier.strip_prefix("id_").filter(|digits| digits.len() == 16)?;
    let scattered = u64::from_str_radix(digits, 16).ok()?;
    scattered.wrapping_mul(GATHER).checked_sub(1)
}

/// A stream of numbers that look random and are the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(SCATTER);
        mix(self.0)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// The output function of splitmix64.
pub(crate) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
