//! A vendor that puts what a terminal, a log or a reader takes for something else into
//! every place that it fills.

use connector_core::{Connector, DateTime, Look, Resource, to_json};
use connector_testkit::{Answer, Content, Request};
use serde_json::{Value, json};

use crate::hostile_secrets::{Log, recorded_but};
use crate::support::{LINK, NEXT_URL, OFFSET, Play, TOKEN, connector, list, page, parts, things};

/// The key, which nothing may show.
const KEY: &str = "canary-key-0123456789";
/// A value of a row, which nothing but its table may show.
const VALUE: &str = "canary@example.com";
/// What commands a terminal, ends a line, turns its direction or is not seen.
const NASTY: &str = "\u{1b}]52;c;AAAA\u{7}\u{1b}[2J\r\n ERROR forged\u{85}\u{9b}31m\u{2028}\u{2029}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}";

/// The characters of a text that are not to be seen in it, which may have lines of its own.
fn raw(told: &str) -> Vec<char> {
    told.chars().filter(|c| (*c != '\n' && c.is_control()) || NASTY_ONES.contains(c)).collect()
}

/// The columns of the run tables that hold data: rows that were set aside, and where walks are.
const DATA: [&str; 3] = ["raw", "partition", "position"];

const NASTY_ONES: [char; 9] = [
    '\u{85}',
    '\u{9b}',
    '\u{2028}',
    '\u{2029}',
    '\u{202e}',
    '\u{2066}',
    '\u{200b}',
    '\u{feff}',
    '\u{e0041}',
];

fn check(what: &str, told: &str) {
    assert_eq!(raw(told), Vec::<char>::new(), "{what}: {told:?}");
    let forged = told.lines().any(|line| line.trim_start().starts_with("ERROR forged"));
    assert!(!forged, "{what}: a line is forged: {told}");
    assert!(!told.contains("canary"), "{what}: {told}");
    assert!(!told.contains(&"long ".repeat(50)), "{what}: all of a text is shown");
}

fn nasty(about: &str) -> String {
    format!("{about}{NASTY}{KEY} {NASTY}{}", "long ".repeat(2_000))
}

/// What a listing of that number answers.
fn answer(number: usize) -> Option<Answer> {
    // What a vendor says of an error is shown, so that it is no row that is quoted in it.
    let words = nasty("said ");
    let said = format!("{words}{VALUE}");
    let error = json!({"error": {"code": words, "message": words}});
    let row = json!({"id": said, "name": said, said.clone(): said, "other": {said.clone(): 1}});
    let header = |answer: Answer| {
        answer.header("x-ratelimit-note", KEY).header("retry-after", "0").header("x-note", VALUE)
    };
    let answers = [
        header(Answer::json(400, &error)),
        header(Answer::json(404, &error)),
        header(Answer::json(500, &error)),
        header(Answer::json(200, &error)),
        header(Answer::new(418, "text/plain", words.clone())),
        header(Answer::new(200, &format!("text/{KEY}"), said.clone())),
        Answer::json(200, &json!({"data": [row], "next": said})),
        Answer::json(200, &json!({said.clone(): [row], said.clone() + "x": 1})),
        Answer::json(200, &json!({"data": {said.clone(): row}})),
        Answer::json(302, "").header("location", &format!("http://{KEY}.example.com/{VALUE}")),
        Answer::json(302, "").header("location", &format!("/{VALUE}/%1b%5d52{KEY}")),
        Answer::json(200, &json!({"data": [row]})).header("link", &format!("</{VALUE}>; rel=next")),
        page(&[json!({"id": "a", said.clone(): {said.clone(): said}, "size": said})]),
        page(&[json!(said), json!({"id": {"in": said}})]),
    ];
    answers.get(number).cloned()
}

fn kinds() -> Vec<Resource> {
    (0..50)
        .filter(|n| answer(*n).is_some())
        .map(|n| {
            let paging = match n {
                6 => NEXT_URL,
                7 => TOKEN,
                11 => LINK,
                _ => OFFSET,
            };
            list(format!("f{n}").leak(), format!("/f{n}").leak(), paging)
        })
        .collect()
}

#[tokio::test]
async fn nothing_that_a_vendor_says_commands_a_terminal_or_forges_a_line() {
    let log = Log::start();
    let resources = kinds();
    let play = Play::of(connector(&resources), Content::empty()).await;
    play.vendor.set_key(KEY);
    play.vendor.on(|request: &Request, _| {
        let number = request.path.strip_prefix("/f").and_then(|rest| rest.parse().ok());
        number
            .and_then(answer)
            .unwrap_or_else(|| Answer::json(404, &json!({"message": nasty("gone ")})))
    });
    let report = play.sync().await;
    check("text", &report.to_text());
    check("problems", &report.to_problems());
    let document = to_json(&report).unwrap();
    assert!(document.is_ascii(), "{document}");
    check("json", &document);
    check("debug", &format!("{report:?}"));
    check("sync", &recorded_but(&play, &DATA).await);
    // Its redirects lead to where no declaration leads.
    play.end_unexplained().await;
    assert!(log.text().contains("asking"), "nothing was logged");
    check("log", &log.text());
}

fn family() -> Connector {
    connector(&[things(OFFSET), parts(OFFSET)])
}

#[tokio::test]
async fn the_id_of_a_parent_is_shown_by_no_error_and_no_log() {
    let log = Log::start();
    let play = Play::of(family(), Content::empty()).await;
    play.vendor.set_key(KEY);
    let ids = [KEY.to_owned(), VALUE.to_owned(), "a\u{1b}]52;c;x\u{7}\u{202e}".to_owned()];
    let rows: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    play.vendor.on(move |request: &Request, _| {
        if request.path == "/things" {
            return page(&rows);
        }
        Answer::json(400, &json!({"message": format!("{KEY} has no parts")}))
    });
    let report = play.sync().await;
    let text = report.to_text();
    check("text", &text);
    assert!(
        text.contains("listing `thing_id number 1"),
        "which listing it was is not told: {text}"
    );
    check("json", &to_json(&report).unwrap());
    check("sync", &recorded_but(&play, &DATA).await);
    // What the number stands for is found in the table of the parent.
    let first = "select id from hostile.things where _deleted_at is null order by id::text collate \"C\" offset 0 limit 1";
    assert_eq!(play.database.value(first).await, "a\u{1b}]52;c;x\u{7}\u{202e}");
    play.end_unexplained().await;
    assert!(log.text().contains("/things/{thing_id}/parts"), "{}", log.text());
    check("log", &log.text());
}

#[tokio::test]
async fn a_plan_shows_keys_of_rows_with_nothing_in_them_that_acts() {
    let play = Play::of(family(), Content::empty()).await;
    play.vendor.set_key(KEY);
    play.vendor.on(|request: &Request, _| match request.path.as_str() {
        "/things" => page(&[json!({"id": format!("shown{NASTY}")}), json!({"id": KEY})]),
        _ => page(&[]),
    });
    let report = connector_core::plan(
        &play.connection(),
        DateTime::from_timestamp(1_750_000_000, 0).unwrap(),
        9,
    )
    .await
    .unwrap();
    let text = report.to_plan(Look::default());
    assert!(text.contains("insert shown\\u{1b}]52"), "{text}");
    check("plan", &text);
    check("json", &to_json(&report).unwrap());
    play.end().await;
}
