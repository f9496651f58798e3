//! Values that a column, `jsonb` or a stack has no room for.

use connector_core::{KeyFallback, Paging, Record, Resource};
use connector_testkit::{Answer, Content};
use serde_json::json;

use crate::support::{OFFSET, Play, TOKEN, list, rows, things};

/// Two listings, the first of which gets an odd row.
async fn two() -> Play {
    let others = list("others", "/others", OFFSET);
    Play::new(&[things(OFFSET), others], Content::empty().with("others", rows(1))).await
}

/// Checks that a row with these members has its place, and its neighbours and the next listing theirs.
async fn costs_nothing(play: &Play, members: &str) {
    let odd = format!(r#"{{"id": "odd", "name": "kept", {members}}}"#);
    play.vendor.holdings().replace("things", [r#"{"id": "a"}"#, &odd, r#"{"id": "z"}"#]);
    let report = play.sync().await;
    let about = format!("{members:.60}\n{}", report.to_text());
    assert_eq!(play.ids().await, ["a", "odd", "z"], "{about}");
    assert_eq!(report.exit_status(), 0, "{about}");
    assert_eq!(play.thing("odd", "name").await, "kept");
}

#[tokio::test]
async fn a_number_of_more_digits_than_numeric_has_does_not_cost_the_listing() {
    let fraction = format!("0.{}1", "0".repeat(17_000));
    let integer = "7".repeat(140_000);
    let mixed = format!("0.{}e-9999", "1".repeat(9_000));
    let play = two().await;
    for number in [fraction, integer, mixed] {
        for member in ["size", "weight", "detail", "other"] {
            costs_nothing(&play, &format!(r#""{member}": {number}"#)).await;
        }
        costs_nothing(&play, &format!(r#""detail": {{"deep": [{number}]}}"#)).await;
    }
    play.end().await;
}

#[tokio::test]
async fn a_time_that_postgres_has_no_room_for_does_not_cost_the_listing() {
    let play = two().await;
    for time in [
        "-500000000000",
        "-8000000000000000",
        "999999999999",
        "8000000000000000",
        "9223372036854775807",
        "-9223372036854775808",
        "1e300",
        r#""+262142-12-31T23:59:59Z""#,
        r#""-262143-01-01T00:00:00Z""#,
        r#""0000-01-01T00:00:00Z""#,
        r#""9999-12-31T23:59:59.999999999Z""#,
        r#""10000-01-01T00:00:00Z""#,
        r#""2016-12-31T23:59:60Z""#,
        r#""0001-01-01T00:00:00+23:59""#,
        r#""infinity""#,
    ] {
        costs_nothing(&play, &format!(r#""seenAt": {time}"#)).await;
        let kept = play.thing("odd", "seen_at is not null or _extra ? 'seenAt'").await;
        assert_eq!(kept, "true", "{time}");
    }
    play.end().await;
}

#[tokio::test]
async fn a_time_is_the_one_that_the_vendor_meant_or_none() {
    let play = two().await;
    for (time, expected) in [
        ("1700000000", "2023-11-14T22:13:20"),
        ("1700000000123", "2023-11-14T22:13:20.123"),
        ("1700000000.5", "2023-11-14T22:13:20.5"),
        (r#""1700000000""#, "2023-11-14T22:13:20"),
        // Beyond all years that a number is meant for, whatever it counts.
        ("1700000000123456", "null"),
        (r#""1700000000123456""#, "null"),
        ("13345678900123456", "null"),
        ("20240131120000", "null"),
        (r#""20240131120000""#, "null"),
        ("31536000000", "1971-01-01T00:00:00"),
        ("-7233803000", "1969-10-09T06:36:37"),
        (r#""0001-01-01T00:00:00Z""#, "0001-01-01T00:00:00"),
        (r#""9999-12-31T23:59:59Z""#, "9999-12-31T23:59:59"),
        // Milliseconds from before 2001.
        ("946684800000", "2000-01-01T00:00:00"),
        ("473385600000", "1985-01-01T00:00:00"),
        // A day and a year are no epoch.
        (r#""20240115""#, "null"),
        (r#""2024""#, "null"),
        (r#""2024-01-15""#, "null"),
        (r#""2016-12-31T23:59:60Z""#, "2017-01-01T00:00:00"),
    ] {
        costs_nothing(&play, &format!(r#""seenAt": {time}"#)).await;
        let read = "coalesce(to_jsonb(seen_at at time zone 'UTC') #>> '{}', 'null')";
        assert_eq!(play.thing("odd", read).await, expected, "{time}");
        let aside = play.thing("odd", "coalesce(_extra ? 'seenAt', false)").await;
        assert_eq!(aside, (expected == "null").to_string(), "{time}");
    }
    play.end().await;
}

#[tokio::test]
async fn a_token_that_jsonb_cannot_hold_does_not_cost_the_run() {
    let play = Play::new(
        &[things(TOKEN), list("others", "/others", OFFSET)],
        Content::empty().with("others", rows(1)),
    )
    .await;
    play.vendor.on(|request, answer| match (request.resource, request.nth) {
        (Some("things"), 0) => Answer::json(200, r#"{"data": [{"id": "a"}], "next": "\u0000"}"#),
        (Some("things"), _) => Answer::json(400, "{}"),
        _ => answer,
    });
    let report = play.sync().await;
    assert_eq!(play.ids().await, ["a"], "{}", report.to_text());
    assert_eq!(report.resources[1].inserted, 1, "{}", report.to_text());
    play.end_unexplained().await;
}

/// A thing that has secrets.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Locked {
    id: String,
    name: Option<String>,
    #[record(secret)]
    pass_word: Option<String>,
    #[record(secret_members("password"))]
    detail: Option<connector_core::Json>,
}

fn locked() -> Resource {
    Resource { columns: Locked::COLUMNS, ..things(Paging::Single) }
}

#[tokio::test]
async fn a_value_with_secrets_that_nests_deeper_than_a_stack_does_not_cost_the_process() {
    for depth in [500, 20_000] {
        let play = Play::new(&[locked()], Content::empty()).await;
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let row = format!(r#"{{"id": "odd", "name": "kept", "detail": {deep}}}"#);
        play.vendor.on(move |_, _| Answer::json(200, &format!(r#"{{"data": [{row}]}}"#)));
        play.complete().await;
        assert_eq!(play.thing("odd", "name").await, "kept");
        play.end().await;
    }
}

#[tokio::test]
async fn a_secret_is_not_stored_under_another_spelling_of_its_name() {
    let play = Play::new(&[locked()], Content::empty()).await;
    let row = json!({"id": "odd", "passWord": "canary-1", "pass_word": "canary-2", "PassWord": "canary-3",
                     "detail": {"password": "canary-4", "PASSWORD": "canary-5"}});
    play.vendor.on(move |_, _| Answer::json(200, &json!({"data": [row.clone()]})));
    play.complete().await;
    let stored = play.thing("odd", "to_jsonb(things)").await;
    assert!(stored.contains("hmac:") && !stored.contains("canary"), "{stored}");
    play.end().await;
}

/// A thing that has no id.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Nameless {
    id: Option<String>,
    path: Option<String>,
    number: Option<i64>,
}

#[tokio::test]
async fn a_natural_key_is_the_same_however_its_values_are_written() {
    let nameless = Resource { columns: Nameless::COLUMNS, ..things(Paging::Single) };
    let natural = nameless.or_key(KeyFallback::Columns(&["path", "number"]));
    let play = Play::new(&[natural], Content::empty()).await;
    let forms = [
        r#"{"path": "/é", "number": 7}"#,
        r#"{"path": "\/\u00e9", "number": 7}"#,
        r#"{"path": "/é", "number": "7"}"#,
        r#"{"path": "/é", "number": 7.0}"#,
    ];
    for form in forms {
        play.vendor.on(move |_, _| Answer::json(200, &format!(r#"{{"data": [{form}]}}"#)));
        play.complete().await;
        let kept = play.database.value("select count(*) from hostile.things").await;
        assert_eq!(kept, "1", "{form}");
    }
    play.end().await;
}

#[tokio::test]
async fn a_whole_number_that_a_double_would_round_is_kept() {
    let play = two().await;
    for number in ["9007199254740993", "-123456789012345678"] {
        costs_nothing(&play, &format!(r#""weight": {number}"#)).await;
        let kept = "coalesce((_extra ->> 'weight')::numeric, weight::numeric)";
        assert_eq!(play.thing("odd", kept).await, number);
    }
    play.end().await;
}

#[tokio::test]
async fn what_postgres_could_not_print_again_is_kept_as_text() {
    let play = two().await;
    let many = |count: usize, what: &str| format!("[{}]", vec![what; count].join(","));
    for value in [many(120_000, "1e10000"), many(120_000, "1e-10000"), many(5_000_000, "1")] {
        for member in ["detail", "other"] {
            costs_nothing(&play, &format!(r#""{member}": {value}"#)).await;
            let kept = play.thing("odd", &format!("_extra -> '{member}' ->> '_raw'")).await;
            assert!(kept == value, "{member}: {} characters", kept.len());
        }
    }
    let rest = (0..1_000).map(|nth| format!(r#""o{nth}": {}"#, many(100, "1e10000")));
    costs_nothing(&play, &rest.collect::<Vec<_>>().join(", ")).await;
    let printed = "length(to_jsonb(things)::text) < 10000000 and (select count(*) from jsonb_object_keys(_extra)) = 1000";
    assert_eq!(play.thing("odd", printed).await, "true");
    play.end().await;
}

/// An item of whatever shape.
#[derive(Record)]
#[expect(dead_code, reason = "a model is a declaration and is never built")]
struct Item {
    #[record(position)]
    position: i64,
    #[record(whole)]
    data: connector_core::Json,
}

#[tokio::test]
async fn an_item_that_jsonb_cannot_hold_is_kept_with_the_member_that_is_the_reason_as_text() {
    let items = Resource { columns: Item::COLUMNS, ..things(OFFSET) }
        .key(&["position"])
        .append_only_unless(&[]);
    let play = Play::new(&[items], Content::empty()).await;
    let rows = [
        (r#"{"a": 1}"#, r#"{"a": 1}"#),
        (r#"{"a": 1, "b": "x\u0000y"}"#, r#"{"a": 1, "b": {"_raw": "\"x\\u0000y\""}}"#),
        (r#"{"a": {"c": ["\ud800"]}}"#, r#"{"a": {"_raw": "{\"c\":[\"\\ud800\"]}"}}"#),
        (r#"{"a\u0000": 1}"#, r#"{"a\\u0000": 1}"#),
        (r#""\u0000""#, r#"{"_raw": "\"\\u0000\""}"#),
        (r#"["\u0000", 2]"#, r#"{"_raw": "[\"\\u0000\",2]"}"#),
        (r#"{"n": 1e99999}"#, r#"{"n": {"_raw": "1e99999"}}"#),
    ];
    play.vendor.holdings().replace("things", rows.map(|(sent, _)| sent));
    let report = play.complete().await;
    assert_eq!((report.inserted, report.quarantined), (7, 0));
    for (position, (_, kept)) in rows.iter().enumerate() {
        let query = format!("select data from hostile.things where position = {position}");
        assert_eq!(play.database.value(&query).await, *kept);
    }
    let report = play.complete().await;
    assert_eq!((report.rows, report.updated, report.requests), (0, 0, 1));
    play.end().await;
}
