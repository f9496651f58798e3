//! Any JSON at all in a row: all of it is in the table, or the row is set aside whole.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use connector_testkit::{Answer, Content};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::support::{Play, things};

/// The text of a JSON value, such as a serializer may write it.
fn value() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        "[a-zA-Z0-9 _.-]{0,12}".prop_map(|text| Value::from(text).to_string()),
        ".{0,6}".prop_map(|text| Value::from(text).to_string()),
        prop::sample::select(vec![
            "\\u0000",
            "\\ud800",
            "\\udc00\\ud800",
            "\\ud83d\\ude00",
            "\\u0041",
            "\\\\u0000",
            "\\/",
            "\\b\\f",
        ])
        .prop_map(|escapes| format!("\"{escapes}\"")),
    ];
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>()
            .prop_filter("JSON has no such number", |number| number.is_finite())
            .prop_map(|number| number.to_string()),
        "-?[1-9][0-9]{0,40}",
        "-?(0|[1-9][0-9]{0,5})[.][0-9]{1,30}",
        "-?[1-9]([.][0-9]{1,5})?[eE][+-]?[0-9]{1,6}",
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        number,
        text,
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|list| format!("[{}]", list.join(", "))),
            prop::collection::vec(("[a-z_ A-Z]{0,6}", inner), 0..4).prop_map(|members| {
                let members: Vec<String> = members
                    .into_iter()
                    .map(|(name, value)| format!("{}:{value}", Value::from(name)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}

/// Rows with such values in columns of every type, and in fields that no column knows.
fn rows() -> impl Strategy<Value = Vec<Vec<(&'static str, String)>>> {
    const NAMES: [&str; 9] =
        ["name", "size", "weight", "isOn", "seenAt", "updatedAt", "fooBar", "detail", "other"];
    let member = (prop::sample::select(NAMES.to_vec()), value());
    let row = prop::collection::vec(member, 0..8).prop_map(|mut row| {
        // A name that comes twice is another test's.
        row.sort_by_key(|(name, _)| *name);
        row.dedup_by_key(|(name, _)| *name);
        row
    });
    prop::collection::vec(row, 1..40)
}

/// Which columns have a value, and the text of what is beside them where it is kept as text.
const STORED: &str = "select name is not null as name, size is not null as size, \
     weight is not null as weight, is_on is not null as is_on, seen_at is not null as seen_at, \
     updated_at is not null as updated_at, foo_bar is not null as foo_bar, detail is not null as detail, \
     (select jsonb_object_agg(key, value ->> '_raw') from jsonb_each(_extra)) as _extra \
     from hostile.things order by id";

fn column(name: &str) -> &str {
    match name {
        "isOn" => "is_on",
        "seenAt" => "seen_at",
        "updatedAt" => "updated_at",
        "fooBar" => "foo_bar",
        name => name,
    }
}

/// Whether a value came into its place: into the column, or whole beside it.
fn is_kept(name: &str, sent: &str, stored: &Value) -> bool {
    // What a value means in a column is for the unit tests of each type.
    let in_column = stored[column(name)] == true;
    match stored["_extra"].get(name) {
        Some(raw) => !in_column && raw.as_str().is_none_or(|raw| is_same(raw, sent)),
        None => in_column != (sent == "null"),
    }
}

/// Whether two texts are the same JSON, to the last digit.
fn is_same(one: &str, other: &str) -> bool {
    let members = |json: &str| -> Option<BTreeMap<String, Box<RawValue>>> {
        json.starts_with('{').then(|| serde_json::from_str(json).unwrap())
    };
    let elements = |json: &str| -> Option<Vec<Box<RawValue>>> {
        json.starts_with('[').then(|| serde_json::from_str(json).unwrap())
    };
    let digits = |json: &str| {
        let mantissa = json.split(['e', 'E']).next().unwrap_or_default();
        mantissa.replace(['.', '-'], "").trim_matches('0').to_owned()
    };
    if let (Some(one), Some(other)) = (members(one), members(other)) {
        one.keys().eq(other.keys())
            && one.values().zip(other.values()).all(|(one, other)| is_same(one.get(), other.get()))
    } else if let (Some(one), Some(other)) = (elements(one), elements(other)) {
        one.len() == other.len()
            && one.iter().zip(&other).all(|(one, other)| is_same(one.get(), other.get()))
    } else if let (Ok(a), Ok(b)) = (one.parse::<f64>(), other.parse::<f64>()) {
        a.partial_cmp(&b).is_some_and(Ordering::is_eq) && digits(one) == digits(other)
    } else if let (Ok(one), Ok(other)) =
        (serde_json::from_str::<String>(one), serde_json::from_str::<String>(other))
    {
        one == other
    } else {
        one == other
    }
}

#[test]
fn whatever_a_row_holds_all_of_it_is_in_the_table() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config { cases: 40, source_file: Some(file!()), ..Config::default() };
    let holds = async |rows: Vec<Vec<(&'static str, String)>>| {
        let play = Play::new(&[things(connector_core::Paging::Single)], Content::empty()).await;
        let texts: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(id, row)| {
                let members: Vec<String> =
                    row.iter().map(|(name, value)| format!(", \"{name}\": {value}")).collect();
                format!("{{\"id\": \"{id:03}\"{}}}", members.concat())
            })
            .collect();
        let body = format!("{{\"data\": [{}]}}", texts.join(","));
        play.vendor.on(move |_, _| Answer::json(200, &body));
        let report = play.sync().await;
        prop_assert_eq!(report.exit_status(), 0, "{}", report.to_text());
        let stored = play.database.rows(STORED).await;
        prop_assert_eq!(stored.len(), rows.len());
        for ((row, stored), text) in rows.iter().zip(&stored).zip(&texts) {
            for (name, sent) in row {
                prop_assert!(is_kept(name, sent, stored), "`{name}` of {text} is lost: {stored}");
            }
        }
        // And it is the same the next time.
        let again = play.sync().await;
        prop_assert_eq!(again.resources[0].unchanged, rows.len() as u64, "{}", again.to_text());
        play.end_unexplained().await;
        Ok(())
    };
    TestRunner::new(config).run(&rows(), |rows| runtime.block_on(holds(rows))).unwrap();
}
