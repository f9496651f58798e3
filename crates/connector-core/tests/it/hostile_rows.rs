//! Rows that are not what the document says of them.

use connector_core::{Paging, Record};
use connector_testkit::{Answer, Content};
use serde_json::{Value, json};

use crate::support::{OFFSET, Play, page, row, rows, slice, table_of, things};

/// A run over these rows, one page, with nothing else around it.
async fn of(texts: &[&str]) -> Play {
    let play = Play::with(OFFSET, 0).await;
    play.vendor.holdings().replace("things", texts);
    play
}

async fn drift(play: &Play) -> Vec<Value> {
    play.database.rows("select field, kind, json_type from sync.drift order by 1, 2, 3").await
}

#[tokio::test]
async fn the_newest_of_two_rows_with_one_key_wins_in_whatever_order_they_come() {
    let old = json!({"id": "a", "name": "old", "updatedAt": 1_700_000_000});
    let new = json!({"id": "a", "name": "new", "updatedAt": 1_700_000_001});
    let versions = things(OFFSET).version("updated_at");
    for (things, first, second) in
        [(versions, &old, &new), (versions, &new, &old), (things(OFFSET), &old, &new)]
    {
        for between in [0, 48] {
            let mut all = vec![first.clone()];
            all.extend(rows(between));
            all.push(second.clone());
            let play = Play::new(&[things], Content::empty().with("things", all)).await;
            play.complete().await;
            assert_eq!(play.thing("a", "name").await, "new", "{between} rows between");
            play.end().await;
        }
    }
}

/// In two pages: then the row may have moved, and another one past the walk.
#[tokio::test]
async fn the_newest_of_two_rows_in_two_pages_wins_and_the_verdict_says_that_rows_moved() {
    let old = json!({"id": "a", "name": "old", "updatedAt": 1_700_000_000});
    let new = json!({"id": "a", "name": "new", "updatedAt": 1_700_000_001});
    for (first, second) in [(&old, &new), (&new, &old)] {
        let all = [vec![first.clone()], rows(60), vec![second.clone()]].concat();
        let things = things(OFFSET).version("updated_at");
        let play = Play::new(&[things], Content::empty().with("things", all)).await;
        play.fails(&["only 61 different rows came of 62"]).await;
        assert_eq!((play.thing("a", "name").await.as_str(), play.live().await), ("new", 61));
        play.end().await;
    }
}

#[tokio::test]
async fn a_row_without_its_key_is_set_aside_and_the_verdict_says_so() {
    let play = of(&[r#"{"id": "a"}"#, r#"{"name": "nobody"}"#, r#"{"id": "c"}"#]).await;
    let report = play.sync().await;
    assert_eq!(report.exit_status(), 1);
    assert!(report.to_text().contains("1 row on page 1 is set aside"), "{}", report.to_text());
    assert_eq!(play.ids().await, ["a", "c"]);
    let set_aside = play.database.rows("select reason, raw from sync.quarantine").await;
    assert_eq!(
        set_aside,
        [json!({"reason": "its key `id` is missing", "raw": r#"{"name":"nobody"}"#})]
    );
    play.end().await;
}

#[tokio::test]
async fn a_row_that_is_no_object_or_whose_key_is_no_key_does_not_cost_its_neighbours() {
    let long = format!(r#"{{"id": "{}"}}"#, "k".repeat(2_800));
    let set_aside = [
        "null",
        "7",
        r#""text""#,
        "[]",
        r#"[{"id": "x"}]"#,
        "{}",
        r#"{"id": null}"#,
        r#"{"id": ""}"#,
        r#"{"id": true}"#,
        r#"{"id": {}}"#,
        r#"{"id": "nul\u0000"}"#,
        r#"{"id": "\ud800"}"#,
        &long,
    ];
    let kept = [
        r#"{"id": "a"}"#,
        r#"{"id": "A"}"#,
        r#"{"id": " "}"#,
        r#"{"id": "\t"}"#,
        r#"{"id": "é💡"}"#,
        r#"{"id": 12345678901234567890}"#,
    ];
    let play = of(&[&set_aside[..], &kept[..]].concat()).await;
    let report = play.sync().await;
    let things = &report.resources[0];
    assert_eq!((things.quarantined, things.inserted), (set_aside.len() as u64, kept.len() as u64));
    assert_eq!(report.exit_status(), 1);
    play.end().await;
}

#[tokio::test]
async fn a_number_that_no_column_holds_is_kept_beside_its_row() {
    let digits = "7".repeat(400);
    let many =
        format!(r#"{{"id": "d", "size": {digits}, "name": {digits}, "weight": 0.{digits}}}"#);
    let play = of(&[
        r#"{"id": "a", "size": 9223372036854775807, "weight": 1.7976931348623157e308}"#,
        r#"{"id": "b", "size": 9223372036854775808, "weight": 1e400, "name": "kept"}"#,
        r#"{"id": "c", "size": 1.5, "isOn": 1}"#,
        &many,
    ])
    .await;
    play.complete().await;
    assert_eq!(play.thing("a", "size").await, "9223372036854775807");
    assert_eq!(play.thing("b", "(size, weight, name)").await, "(,,kept)");
    assert_eq!(play.thing("b", "_extra ->> 'size'").await, "9223372036854775808");
    assert_eq!(play.thing("b", "(_extra ->> 'weight')::numeric = 1e400").await, "true");
    assert_eq!(play.thing("c", "_extra").await, r#"{"isOn": 1, "size": 1.5}"#);
    assert_eq!(play.thing("d", "(_extra ->> 'size', name)").await, format!("({digits},{digits})"));
    let misfit = |field: &str| json!({"field": field, "kind": "misfit", "json_type": "number"});
    assert_eq!(drift(&play).await, [misfit("isOn"), misfit("size"), misfit("weight")]);
    play.end().await;
}

#[tokio::test]
async fn a_text_with_u_0000_is_kept_beside_its_row() {
    let play = of(&[
        r#"{"id": "a", "name": "x\u0000y", "size": 7, "detail": {"n": "\u0000", "m\u0000": 1}}"#,
        r#"{"id": "b", "na\u0000me": 1}"#,
    ])
    .await;
    play.complete().await;
    assert_eq!(play.thing("a", "(size, name, detail)").await, "(7,,)");
    assert_eq!(play.thing("a", "_extra #>> '{name,_raw}'").await, r#""x\u0000y""#);
    assert_eq!(
        play.thing("a", "_extra #>> '{detail,_raw}'").await,
        r#"{"m\u0000":1,"n":"\u0000"}"#
    );
    assert_eq!(play.thing("b", "_extra").await, r#"{"na\\u0000me": 1}"#);
    assert_eq!(drift(&play).await.len(), 3);
    play.end().await;
}

#[tokio::test]
async fn an_id_that_becomes_text_between_two_pages_stays_the_same_id() {
    #[derive(Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Numbered {
        id: i64,
    }
    for columns in [things(OFFSET).columns, Numbered::COLUMNS] {
        let things = connector_core::Resource { columns, ..things(OFFSET) };
        let play = Play::new(&[things], Content::empty()).await;
        play.vendor.on(|request, _| match request.param("offset").map(str::parse) {
            Some(Ok(offset @ 1..)) => {
                page(slice(&["7", "8", "9"].map(|id| json!({"id": id})), offset, 50))
            }
            _ => page(&[7, 8].map(|id| json!({"id": id}))),
        });
        let report = play.complete().await;
        assert_eq!((report.inserted, report.quarantined), (3, 0));
        play.end().await;
    }
}

#[tokio::test]
async fn three_spellings_of_one_name_lose_no_value() {
    for text in [
        r#"{"id": "a", "fooBar": "1", "foo_bar": "2", "FooBar": "3"}"#,
        r#"{"id": "a", "FooBar": "3", "foo_bar": "2", "fooBar": "1"}"#,
    ] {
        let play = of(&[text]).await;
        play.complete().await;
        assert_eq!(play.thing("a", "foo_bar").await, "1");
        assert_eq!(play.thing("a", "_extra").await, r#"{"FooBar": "3", "foo_bar": "2"}"#);
        play.end().await;
    }
}

#[tokio::test]
async fn a_field_that_is_there_twice_is_said_to_be() {
    let play = of(&[r#"{"id": "a", "size": 1, "size": 2, "other": 1, "other": 2}"#]).await;
    play.complete().await;
    assert_eq!(play.thing("a", "(size, _extra -> 'size')").await, "(2,1)");
    let repeated = |field: &str| json!({"field": field, "kind": "repeated", "json_type": "number"});
    let drift = drift(&play).await;
    assert!(drift.contains(&repeated("size")) && drift.contains(&repeated("other")), "{drift:?}");
    play.end().await;
}

#[tokio::test]
async fn a_field_that_is_there_many_times_loses_no_value() {
    let play = of(&[
        r#"{"id": "a", "name": "1", "name": "2", "name": "3", "zz": 1, "zz": 2}"#,
        r#"{"id": "b", "size": 1.5, "size": "x", "a\u0000": 2, "a\\u0000": 3}"#,
    ])
    .await;
    play.complete().await;
    assert_eq!(play.thing("a", "name").await, "3");
    let kept = r#"{"zz": {"_repeated": [1, 2]}, "name": {"_repeated": ["1", "2"]}}"#;
    assert_eq!(play.thing("a", "_extra").await, kept);
    let kept = r#"{"size": {"_repeated": [1.5, "x"]}, "a\\u0000": {"_repeated": [2, 3]}}"#;
    assert_eq!(play.thing("b", "_extra").await, kept);
    play.end().await;
}

#[tokio::test]
async fn two_ids_that_differ_in_one_digit_are_two_rows() {
    #[derive(Record)]
    #[expect(dead_code, reason = "a model is a declaration and is never built")]
    struct Numbered {
        id: i64,
        count: Option<i64>,
    }
    let things = connector_core::Resource {
        columns: Numbered::COLUMNS,
        ..things(connector_core::Paging::Single)
    };
    let play = Play::new(&[things], Content::empty()).await;
    play.vendor.on(|_, _| {
        let rows = [
            r#"{"id": "7", "count": 12.00000000000000001}"#,
            r#"{"id": "007"}"#,
            r#"{"id": "+7"}"#,
            r#"{"id": 8, "count": 1e-400}"#,
            r#"{"id": 8.00000000000000000001}"#,
        ];
        Answer::json(200, &format!(r#"{{"data": [{}]}}"#, rows.join(",")))
    });
    let report = play.sync().await;
    let things = &report.resources[0];
    assert_eq!((things.inserted, things.quarantined, report.exit_status()), (2, 3, 1));
    let kept = "(count is null, _extra ->> 'count')";
    assert_eq!(play.thing("7", kept).await, "(t,12.00000000000000001)");
    assert_eq!(
        play.thing("8", "count is null and (_extra ->> 'count')::numeric = 1e-400").await,
        "true"
    );
    play.end().await;
}

#[tokio::test]
async fn a_vendor_with_data_for_names_does_not_fill_the_report() {
    let rows = (0..1_500).map(|n| json!({"id": format!("t{n}"), format!("name_{n}"): n}));
    let play = Play::new(&[things(OFFSET)], Content::empty().with("things", rows)).await;
    let report = play.sync().await;
    assert_eq!(play.live().await, 1_500);
    let told = report.resources[0].drift.len();
    assert!(told <= 250, "{told} disagreements are told");
    let kept = play.database.value("select count(*) from hostile.things where _extra is not null");
    assert_eq!(kept.await, "1500");
    play.end().await;
}

#[tokio::test]
async fn a_row_a_hundred_thousand_times_is_merged_in_bounded_time() {
    let play = Play::with(OFFSET, 0).await;
    let body = json!({"data": vec![row(7); 100_000]}).to_string();
    play.vendor.on(move |request, _| match request.nth {
        0 => Answer::json(200, &body),
        _ => page(&[]),
    });
    play.sync().await;
    assert_eq!(play.ids().await, ["t007"]);
    play.end().await;
}

#[tokio::test]
async fn a_schema_and_its_tables_may_have_any_name() {
    for schema in ["with space", "Zürich \"quoted\" 'x' $1", "select", "💡"] {
        let play = Play::with(OFFSET, 60).await;
        for _ in 0..2 {
            let connection = play.connection().in_schema(schema);
            assert_eq!(play.sync_as(&connection).await.exit_status(), 0, "{schema}");
        }
        let table = table_of(schema, "things");
        assert_eq!(play.database.value(&format!("select count(*) from {table}")).await, "60");
        play.end().await;
    }
}

#[tokio::test]
async fn more_rows_than_memory_is_kept_for_are_refused() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.set_gzip(true);
    play.complete().await;
    play.vendor
        .on(|_, _| Answer::json(200, &format!(r#"{{"data": [0{}]}}"#, ",0".repeat(250_000))));
    let report = play.fails(&["250001 rows", "page `1`"]).await;
    assert!(report.next.is_some_and(|next| next.contains("`limit`")));
    assert_eq!((report.requests, play.live().await), (1, 3));
    play.end().await;
}

#[tokio::test]
async fn more_rows_without_a_place_than_are_kept_are_counted() {
    let play = Play::with(Paging::Single, 0).await;
    let all = |from: u64, number: u64| -> Vec<Value> {
        (from..from + number).map(|number| json!({"size": number})).collect()
    };
    let kept = "select (count(*), count(distinct run_id)) from sync.quarantine";
    // All of them; more than are kept, of which some are known; and others in their place.
    for (from, number, expected) in [(0, 6_000, 6_000), (0, 12_000, 10_000), (11_000, 5_000, 5_000)]
    {
        let sent = all(from, number);
        play.vendor.on(move |_, _| page(&sent));
        let report = play.sync().await;
        assert_eq!(report.exit_status(), 1);
        assert_eq!(report.resources[0].quarantined, number, "{}", report.to_text());
        assert_eq!(play.database.value(kept).await, format!("({expected},1)"));
    }
    play.end_unexplained().await;
}
