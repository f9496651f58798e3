//! Responses that no vendor means to send: whatever the bytes, the way from a
//! response to tuples ends with rows or with a reason, and quotes nothing.

use proptest::prelude::*;

use crate::read::secret::{FingerprintKey, SecretNames, Secrets};
use crate::read::{Bounds, Decoder, select};
use connector_spec::json::Outline;
use connector_spec::{Json, Paging, Resource};

/// A row with a column of every type, and with a secret.
#[derive(connector_spec::Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Thing {
    id: String,
    #[record(alias = "oldName")]
    name: Option<String>,
    size: Option<i64>,
    weight: Option<f64>,
    is_on: Option<bool>,
    #[record(unit = "seconds or milliseconds")]
    seen_at: Option<crate::DateTime<crate::Utc>>,
    #[record(unordered)]
    labels: Option<Json>,
    #[record(secret_members("password"))]
    detail: Option<Json>,
    #[record(secret)]
    token: Option<String>,
}

const THINGS: Resource = Resource::new::<Thing>("things", "/things")
    .select(&["data.items", "data", "$"])
    .paging(Paging::token("token", "next"));

/// Responses as vendors send them, odd ones among them.
const CORPUS: [&str; 8] = [
    include_str!("../../corpus/list.json"),
    include_str!("../../corpus/envelope.json"),
    include_str!("../../corpus/object.json"),
    include_str!("../../corpus/bare.json"),
    include_str!("../../corpus/error.json"),
    include_str!("../../corpus/values.json"),
    include_str!("../../corpus/names.json"),
    include_str!("../../corpus/escapes.json"),
];

/// What stands in the corpus wherever a vendor's value does.
const VALUE: &str = "canary";

/// Something that happens to a text on its way.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Remove(usize, usize),
    Repeat(usize, usize),
    Put(usize, Vec<u8>),
    Flip(usize, u8),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<usize>;
    let part = prop_oneof![
        prop::collection::vec(any::<u8>(), 1..6),
        prop::sample::select(vec![
            "null",
            "{}",
            "[]",
            "\"\"",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u0000",
            "\\ud800",
            "1e400",
            "-0",
            "9223372036854775808",
            "true",
            "\u{feff}",
            "\0",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    prop_oneof![
        at().prop_map(Damage::Cut),
        (at(), 1..40_usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        (at(), 1..40_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (at(), part).prop_map(|(at, part)| Damage::Put(at, part)),
        (at(), any::<u8>()).prop_map(|(at, bits)| Damage::Flip(at, bits)),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        let place = |at: usize| at % (bytes.len() + 1);
        let span = |at: usize, length: usize| place(at)..(place(at) + length).min(bytes.len());
        match damage {
            Damage::Cut(at) => bytes.truncate(place(*at)),
            Damage::Remove(at, length) => drop(bytes.drain(span(*at, *length))),
            Damage::Repeat(at, length) => {
                let span = span(*at, *length);
                let part = bytes[span.clone()].to_vec();
                bytes.splice(span.end..span.end, part);
            }
            Damage::Put(at, part) => {
                let place = place(*at);
                bytes.splice(place..place, part.iter().copied());
            }
            Damage::Flip(at, bits) => {
                let place = place(*at);
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= bits;
                }
            }
        }
    }
    bytes
}

/// The number of tuples, if they are such as `copy` takes.
fn tuples(mut bytes: &[u8], fields: usize) -> Option<u64> {
    let mut count = 0;
    while !bytes.is_empty() {
        let (number, rest) = bytes.split_first_chunk::<2>()?;
        (usize::from(u16::from_be_bytes(*number)) == fields).then_some(())?;
        bytes = rest;
        for _ in 0..fields {
            let (length, rest) = bytes.split_first_chunk::<4>()?;
            let length = i32::from_be_bytes(*length);
            bytes = rest.get(usize::try_from(length.max(0)).ok()?..)?;
        }
        count += 1;
    }
    Some(count)
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let secrets = Secrets::Fingerprint(
        FingerprintKey("key".to_owned()),
        SecretNames::of(std::slice::from_ref(&THINGS)),
    );
    let decoder = Decoder::new(&THINGS, secrets, Bounds::default());
    let (text, outline) = match Outline::read(bytes) {
        Ok(read) => read,
        Err(malformed) => {
            let said = malformed.to_string();
            prop_assert!(said.starts_with("the response ") && !said.contains(VALUE), "{said}");
            return Ok(());
        }
    };
    let rows = match select::select(outline.of(text), &THINGS) {
        Ok(rows) => rows,
        Err(none) => {
            let said = none.to_string();
            prop_assert!(!said.contains(VALUE), "{said}");
            return Ok(());
        }
    };
    let page = decoder.page(&rows.each, &[], 0);
    let fields = THINGS.table_columns().count() + 1;
    prop_assert_eq!(page.tuples.items().count(), page.keys.len());
    for tuple in page.tuples.items() {
        prop_assert_eq!(tuples(&tuple, fields), Some(1));
    }
    prop_assert_eq!(page.keys.len() as u64 + page.rejects(), rows.each.len() as u64);
    for ((field, _, _), seen) in &page.drift {
        prop_assert!(!seen.shape.contains(VALUE), "{field}: {}", seen.shape);
    }
    for row in &rows.each {
        let _ = decoder.identity(row, &[]);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_response_ends_in_rows_or_in_a_reason_that_quotes_nothing(
        text in prop::sample::select(CORPUS.to_vec()),
        damages in prop::collection::vec(damage(), 0..6),
    ) {
        check(&damaged(text, &damages))?;
    }

    #[test]
    fn any_bytes_at_all_end_in_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }
}
