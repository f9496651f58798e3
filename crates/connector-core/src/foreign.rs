//! Foreign text on its way out: what a vendor, a server, a certificate, a header or a file says.
//!
//! Whoever puts such a text into an error, a log line, a report or a table of the run
//! writes it as [`Foreign`], which shows it without any secret that this program was told,
//! without anything that acts on a terminal or is not seen, and not at length. What leaves
//! the program goes through [`escaped`] once more.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::fmt::Write as _;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use url::form_urlencoded::byte_serialize;

/// The most characters of a foreign text that are shown.
const SHOWN: usize = 200;

/// How much of it is looked at: far more than is shown, as a secret may be as long, and is
/// taken out first.
const LOOKED_AT: usize = 16 << 10;

/// A text that somebody else wrote.
///
/// It can be formatted, and comes out as it may be shown.
#[derive(Clone, Copy)]
pub struct Foreign<'a>(pub &'a str);

impl fmt::Display for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.floor_char_boundary(LOOKED_AT);
        let text = without_secrets(self.0[..end].trim());
        let mut room = SHOWN;
        let (mut shown, mut kept) = (String::new(), 0);
        for c in text.chars() {
            let before = shown.len();
            push_escaped(&mut shown, c);
            let length = shown[before..].chars().count();
            if length > room {
                // One more sign says that there was more.
                shown.truncate(kept);
                shown.push('…');
                break;
            }
            room -= length;
            if room > 0 {
                kept = shown.len();
            }
        }
        f.write_str(&shown)
    }
}

impl fmt::Debug for Foreign<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// The cause of an error, of which nothing is kept but its words as they may be shown.
#[derive(Clone)]
pub struct Cause(String);

impl Cause {
    /// The words of a cause, as they may be shown.
    pub fn of(cause: &dyn fmt::Display) -> Self {
        Self(Foreign(&cause.to_string()).to_string())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

/// A text of one line in which everything is seen that is there, and nothing else: what
/// commands a terminal, ends a line, turns the direction or has no width stands as its number.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_escaped(&mut shown, c));
    Cow::Owned(shown)
}

/// The same for a line of this program, which may have colours of its own.
pub fn escaped_line(text: &str) -> Cow<'_, str> {
    escaped_but(text, &[])
}

/// The same for a text of this program that has lines and columns too.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    escaped_but(text, &['\n', '\t'])
}

fn escaped_but<'a>(text: &'a str, own: &[char]) -> Cow<'a, str> {
    if !text.chars().any(|c| is_hidden(c) && !own.contains(&c)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let colour = colour(rest);
        if colour > 0 {
            shown.push_str(&rest[..colour]);
            rest = &rest[colour..];
            continue;
        }
        if own.contains(&c) {
            shown.push(c);
        } else {
            push_escaped(&mut shown, c);
        }
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(shown)
}

/// The length of the sequence at the start of a text that sets a colour, and does nothing else.
fn colour(text: &str) -> usize {
    let Some(codes) = text.strip_prefix("\u{1b}[") else { return 0 };
    let Some(end) = codes.find(|c: char| !c.is_ascii_digit() && c != ';') else { return 0 };
    // What makes text invisible is none.
    let shows = codes[..end].split(';').all(|code| code != "8" && code.len() <= 2);
    if codes[end..].starts_with('m') && shows { end + 3 } else { 0 }
}

/// A JSON text in ASCII: it means the same, and no reader takes a part of it for anything else.
pub fn ascii_json(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) {
        return Cow::Borrowed(json);
    }
    // Outside of its texts, JSON has nothing but ASCII.
    let mut ascii = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            ascii.push(c);
        } else {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(ascii, "\\u{unit:04x}");
            }
        }
    }
    Cow::Owned(ascii)
}

/// Data as one JSON document, in ASCII.
pub fn to_json(data: &impl serde::Serialize) -> serde_json::Result<String> {
    Ok(ascii_json(&serde_json::to_string_pretty(data)?).into_owned())
}

fn push_escaped(shown: &mut String, c: char) {
    match c {
        '\n' => shown.push_str("\\n"),
        '\r' => shown.push_str("\\r"),
        '\t' => shown.push_str("\\t"),
        c if is_hidden(c) => shown.extend(c.escape_unicode()),
        c => shown.push(c),
    }
}

/// Whether a character is not one to be seen: a control, a format, a separator of lines, a
/// space that is none, or one that nobody has assigned.
fn is_hidden(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    // The standard library knows what can be printed; an accent behind a letter can.
    let mut text = [b'a', 0, 0, 0, 0];
    let length = c.encode_utf8(&mut text[1..]).len();
    let unprintable = std::str::from_utf8(&text[..=length])
        .is_ok_and(|text| text.escape_debug().nth(1) == Some('\\'));
    // Letters and marks by name, and yet without anything to be seen.
    unprintable
        || matches!(
            u32::from(c),
            0x034f | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x3164 | 0xfe00..=0xfe0f
                | 0xffa0 | 0xe0000..=0xe0fff
        )
}

/// The secrets that this program was told, as long as it runs.
///
/// One place for all of them, and not one for each connection: a text is shown where nobody
/// knows any more which connection it is about, and none of them is to stand in any.
static SECRETS: RwLock<Vec<Arc<Secret>>> = RwLock::new(Vec::new());

/// A secret, as the parts by which it is found in a text.
struct Secret {
    /// Tells it from others.
    hash: u64,
    /// For each of its forms, the parts of it that are long enough to help anybody.
    forms: Vec<(usize, HashSet<Box<[u8]>>)>,
}

/// Takes note of a secret, so that no foreign text shows it from now on.
pub fn keep_secret(secret: &str) {
    let hash = xxhash_rust::xxh3::xxh3_64(secret.as_bytes());
    let mut secrets = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    if secrets.iter().all(|known| known.hash != hash) {
        secrets.push(Arc::new(Secret::new(hash, secret)));
    }
}

impl Secret {
    fn new(hash: u64, secret: &str) -> Self {
        const SHORTEST: usize = 4;
        const PART: usize = 8;
        let encoded = |part: &str| byte_serialize(part.as_bytes()).collect::<String>();
        let mut forms: Vec<String> = secret
            .split(':')
            .chain([secret])
            .flat_map(|part| [part.to_owned(), encoded(part)])
            .collect();
        forms.push(BASE64_STANDARD.encode(secret).trim_end_matches('=').to_owned());
        let parts = |form: &String| {
            let (_, form) = seen(form);
            let length = form.len().min(PART);
            let parts = form.windows(length.max(1)).map(Box::from);
            (form.len() >= SHORTEST).then(|| (length, parts.collect::<HashSet<_>>()))
        };
        Self { hash, forms: forms.iter().filter_map(parts).collect() }
    }
}

/// The bytes of a text by which a secret is found in it, each with its place.
///
/// Backslashes are looked through, as a text that quotes JSON may have some in the secret, and
/// so is what is not seen. Case is none, as it may have changed on the way.
fn seen(text: &str) -> (Vec<usize>, Vec<u8>) {
    let shown = text.char_indices().filter(|(_, c)| *c != '\\' && !is_hidden(*c));
    shown
        .flat_map(|(at, c)| (at..at + c.len_utf8()).map(move |at| (at, text.as_bytes()[at])))
        .map(|(at, byte)| (at, byte.to_ascii_lowercase()))
        .unzip()
}

/// A text without the secrets that this program was told, in any form and case, in case
/// somebody echoes one, nor a part of one that is long enough to help anybody.
fn without_secrets(text: &str) -> Cow<'_, str> {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner).clone();
    without(&secrets, text)
}

fn without<'a>(secrets: &[Arc<Secret>], text: &'a str) -> Cow<'a, str> {
    let (places, bytes) = seen(text);
    let mut hidden: Vec<bool> = Vec::new();
    for (length, parts) in secrets.iter().flat_map(|secret| &secret.forms) {
        for (at, part) in bytes.windows(*length).enumerate() {
            if parts.contains(part) {
                hidden.resize(text.len(), false);
                hidden[places[at]..=places[at + length - 1]].fill(true);
            }
        }
    }
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut before) = (String::with_capacity(text.len()), false);
    for (at, c) in text.char_indices() {
        let hide = hidden[at..at + c.len_utf8()].contains(&true);
        match (hide, before) {
            (false, _) => shown.push(c),
            (true, false) => shown.push_str("[…]"),
            (true, true) => {}
        }
        before = hide;
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_and_a_long_part_of_it_are_taken_out_of_a_text() {
        for (secret, text, shown) in [
            ("sk/live+0123", "the key sk/live+0123 is bad", "the key […] is bad"),
            ("sk/live+0123", "the key SK%2fLIVE%2b0123 is bad", "the key […] is bad"),
            ("sk/live+0123", r"the key sk\/live+0123 is bad", "the key […] is bad"),
            ("sk/live+0123", "the key sk/live+… is bad", "the key […]… is bad"),
            ("sk/live+0123", "the key ending in 0123 is bad", "the key ending in 0123 is bad"),
            ("sk/live+0123", "s\u{200b}k/l\u{202e}ive+0\n123!", "[…]!"),
            ("a\"b\\c0", r#"{\"key\":\"a\\\"b\\\\c0\"}"#, r#"{\"key\":\"[…]\"}"#),
            ("user:pass+word", "é user é pass%2Bword é", "é […] é […] é"),
            ("user:pass+word", "Basic dXNlcjpwYXNzK3dvcmQ=", "Basic […]="),
            ("abc", "abc", "abc"),
        ] {
            let known = [Arc::new(Secret::new(0, secret))];
            assert_eq!(without(&known, text), shown, "{secret}");
        }
    }

    #[test]
    fn what_is_not_seen_stands_as_its_number_and_what_is_stays() {
        for (text, shown) in [
            (
                "plain, `quoted` \"text\" with 'all' \\ of it",
                "plain, `quoted` \"text\" with 'all' \\ of it",
            ),
            ("größer, 日本語, नमस्ते, e\u{301}, €, 🦀", "größer, 日本語, नमस्ते, e\u{301}, €, 🦀"),
            ("\u{1b}]52;c;AA\u{7}", "\\u{1b}]52;c;AA\\u{7}"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\r\nb\tc\u{0}\u{7f}", "a\\r\\nb\\tc\\u{0}\\u{7f}"),
            ("x\u{85}\u{9b}31m\u{2028}\u{2029}x", "x\\u{85}\\u{9b}31m\\u{2028}\\u{2029}x"),
            ("\u{202e}\u{2066}\u{200f}\u{61c}", "\\u{202e}\\u{2066}\\u{200f}\\u{61c}"),
            (
                "\u{200b}\u{200d}\u{feff}\u{ad}\u{2060}",
                "\\u{200b}\\u{200d}\\u{feff}\\u{ad}\\u{2060}",
            ),
            ("x\u{a0}\u{3000}\u{3164}", "x\\u{a0}\\u{3000}\\u{3164}"),
            ("\u{e0041}\u{e0100}\u{fe0f}\u{e000}", "\\u{e0041}\\u{e0100}\\u{fe0f}\\u{e000}"),
        ] {
            assert_eq!(escaped(text), shown);
            assert_eq!(Foreign(text).to_string(), shown.trim());
        }
    }

    #[test]
    fn no_more_is_shown_than_fits_and_no_half_of_an_escape() {
        for (text, shown) in [
            ("x".repeat(200), "x".repeat(200)),
            ("x".repeat(201), "x".repeat(199) + "…"),
            ("ü".repeat(100_000), "ü".repeat(199) + "…"),
            ("x".repeat(195) + "\u{202e}", "x".repeat(195) + "…"),
            ("\u{1b}".repeat(500), "\\u{1b}".repeat(33) + "…"),
        ] {
            assert_eq!(Foreign(&text).to_string(), shown);
        }
    }

    #[test]
    fn colours_of_this_program_stay_and_nothing_else_that_acts() {
        for (text, shown) in [
            ("\u{1b}[32mcomplete\u{1b}[0m\nnext\tline", "\u{1b}[32mcomplete\u{1b}[0m\nnext\tline"),
            ("\u{1b}[1;31mfailed\u{1b}[m", "\u{1b}[1;31mfailed\u{1b}[m"),
            ("\u{1b}[8mnot seen", "\\u{1b}[8mnot seen"),
            ("\u{1b}[2J\u{1b}]0;x\u{7}", "\\u{1b}[2J\\u{1b}]0;x\\u{7}"),
            ("\u{1b}[", "\\u{1b}["),
            ("a\rb", "a\\rb"),
        ] {
            assert_eq!(escaped_lines(text), shown);
        }
    }

    #[test]
    fn json_in_ascii_means_the_same() {
        let value = serde_json::json!({"é🦀": "\u{1b}\u{85}\u{7f}\u{202e}\u{200b} plain \\ \" …"});
        let json = serde_json::to_string_pretty(&value).unwrap();
        let ascii = ascii_json(&json);
        assert!(ascii.bytes().all(|byte| byte == b'\n' || (0x20..0x7f).contains(&byte)), "{ascii}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&ascii).unwrap(), value);
    }
}
