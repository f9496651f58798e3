//! Vendors that refuse, revoke, and ask to wait.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime, Utc};
use connector_core::{Connector, ErrorKind, Param, Rate, Resource, Retry, Unset, Values, Verdict};
use connector_testkit::{Answer, Content, RateLimit};
use serde_json::{Value, json};

use crate::support::{
    OFFSET, Play, behind, complete, connector, fails, list, page, parts, row, rows, things,
};

const OTHERS: Resource = list("others", "/others", OFFSET);

/// A vendor with two listings, of three things and of five others.
async fn two() -> Play {
    let content = Content::empty().with("things", rows(3)).with("others", rows(5));
    Play::new(&[things(OFFSET), OTHERS], content).await
}

/// A vendor with three things, each of which has two parts.
async fn family() -> Play {
    let content = Content::empty().with("things", rows(3)).with("parts", rows(2));
    Play::new(&[things(OFFSET), parts(OFFSET)], content).await
}

fn refuses(status: u16) -> Answer {
    Answer::json(status, &json!({"error": {"code": "no", "message": "not for you"}}))
}

/// With a wait that shows in what is said.
#[tokio::test]
async fn a_wait_is_read_wherever_the_vendor_says_it() {
    let in_an_hour = SystemTime::now() + Duration::from_hours(1);
    let epoch = in_an_hour.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (name, value) in [
        ("retry-after", "3600".to_owned()),
        ("retry-after", httpdate::fmt_http_date(in_an_hour)),
        ("ratelimit-reset", "3600".to_owned()),
        ("x-ratelimit-reset", epoch.to_string()),
        ("x-ratelimit-reset", format!("{epoch}000")),
        ("x-rate-limit-reset", epoch.to_string()),
    ] {
        let play = Play::with(OFFSET, 3).await;
        play.vendor.on(move |_, _| refuses(429).header(name, &value));
        let report = play.fails(&["429 Too Many Requests"]).await;
        let next = report.next.unwrap_or_default();
        let (time, asked) = next.strip_prefix("run again at ").unwrap().split_once(" UTC").unwrap();
        assert_eq!(asked, " or later; the vendor asked for a rest of 1h");
        let time = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M").unwrap().and_utc();
        // A date of HTTP has no parts of a second, and a minute that has begun is waited for.
        let earliest = DateTime::<Utc>::from(in_an_hour - Duration::from_secs(1));
        let latest = DateTime::<Utc>::from(SystemTime::now() + Duration::from_mins(61));
        assert!(earliest <= time && time <= latest, "{name}: {next}");
        // A program need not read the words.
        assert_eq!(report.kind, Some(ErrorKind::Busy));
        let rest_ms = report.rest_ms.unwrap_or_default();
        assert!((3_590_000..=3_600_000).contains(&rest_ms), "{name}: {rest_ms}");
        assert_eq!(play.vendor.requests().len(), 1);
        play.end().await;
    }
}

/// With a wait that is waited.
#[tokio::test]
async fn a_wait_that_the_vendor_asks_for_is_not_cut_short() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|request, answer| match request.nth {
        0 => refuses(429).header("retry-after", "1"),
        _ => answer,
    });
    let report = play.complete().await;
    assert_eq!((report.inserted, report.retries, report.waited_ms / 900), (3, 1, 1));
    play.end().await;
}

#[tokio::test]
async fn answers_429_are_counted_in_the_report_and_in_the_run_tables() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|request, answer| match request.nth {
        0 | 1 => refuses(429).header("retry-after", "0"),
        2 => refuses(503),
        _ => answer,
    });
    let report = play.complete().await;
    assert_eq!((report.throttled, report.retries), (2, 3));
    let told = "select throttled from sync.resources";
    assert_eq!(play.database.value(told).await, "2");
    play.end().await;
}

#[tokio::test]
async fn the_last_runs_of_a_resource_are_told_the_oldest_first_whatever_was_synced_between() {
    let play = Play::with(OFFSET, 3).await;
    for _ in 0..4 {
        play.complete().await;
    }
    let database = connector_core::store::Database::server(&play.database.url()).unwrap();
    let recent = database.recent("hostile", &["things", "nobodys"], 3).await.unwrap().unwrap();
    let [things] = &recent.resources[..] else { panic!("{recent:?}") };
    let runs: Vec<_> = things.runs.iter().map(|run| (run.run_id, run.rows_read)).collect();
    assert_eq!((&things.resource[..], runs), ("things", vec![(2, 3), (3, 3), (4, 3)]));
    assert!(things.runs.iter().all(|run| run.verdict == "complete" && run.finished_at.is_some()));
    assert!(recent.going.is_empty(), "{recent:?}");
    // A look does not open a session for each of its questions.
    let sessions = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    database.recent("hostile", &["things"], 3).await.unwrap();
    let before = play.database.value(sessions).await;
    database.recent("hostile", &["things"], 3).await.unwrap();
    assert_eq!(play.database.value(sessions).await, before);
    database.close().await;
    play.end().await;
}

#[tokio::test]
async fn a_wait_that_makes_no_sense_is_none() {
    for value in ["-1", "1e400", "NaN", "soon", "", "Wed, 32 Foo 2024 25:61:00 GMT"] {
        let play = Play::with(OFFSET, 3).await;
        play.vendor.on(move |request, answer| match request.nth {
            0 => refuses(429).header("retry-after", value),
            _ => answer,
        });
        assert_eq!(play.complete().await.retries, 1, "{value}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_vendor_that_wants_a_long_rest_is_left_alone_by_the_whole_run() {
    let play = two().await;
    play.vendor.on(|_, _| refuses(429).header("retry-after", "3600"));
    let report = play.sync().await;
    assert_eq!(play.vendor.requests().len(), 1, "{}", report.to_text());
    fails(report, &["429"]);
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_says_that_nothing_is_left_is_not_asked_before_the_reset() {
    let play = Play::with(OFFSET, 60).await;
    play.vendor.on(|request, answer| match request.nth {
        0 => answer.header("x-ratelimit-remaining", "0").header("x-ratelimit-reset", "1"),
        _ => answer,
    });
    let report = play.complete().await;
    assert!(report.waited_ms >= 900, "waited {} ms", report.waited_ms);
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_is_always_busy_is_given_up_after_the_declared_tries() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|_, _| refuses(429));
    play.fails(&["429", "\"no not for you\"", "tries `4`"]).await;
    assert_eq!(play.vendor.requests().len(), 4);
    play.end().await;
}

/// Where there are many listings to ask for.
#[tokio::test]
async fn a_vendor_that_is_always_busy_is_not_asked_for_every_parent() {
    let content = Content::empty().with("things", rows(40)).with("parts", rows(2));
    let play = Play::new(&[things(OFFSET), parts(OFFSET)], content).await;
    play.vendor.on(|request, answer| match request.partition {
        Some(_) => refuses(429),
        None => answer,
    });
    let failed = play.fails(&["429", "tries `4`"]).await;
    assert!(failed.requests <= 20, "{} requests", failed.requests);
    play.end().await;
}

#[tokio::test]
async fn a_key_that_is_revoked_after_a_429_is_not_shown_again() {
    let play = two().await;
    play.vendor.on(|request, _| refuses(if request.nth == 0 { 429 } else { 401 }));
    let report = play.sync().await;
    assert_eq!(play.vendor.requests().len(), 2);
    // Which of the two asks first is left to chance.
    assert!(report.resources.iter().any(|resource| resource.verdict == Verdict::Skipped));
    let failed = fails(report, &["401 Unauthorized"]);
    assert!(failed.next.unwrap().contains("may have revoked the key"));
    play.end().await;
}

/// It does not come to the 429.
#[tokio::test]
async fn a_declared_rate_is_kept_to_the_letter() {
    let per = Duration::from_millis(200);
    let limited =
        Connector { rate: Some(Rate { requests: 1, per }), ..connector(&[things(OFFSET)]) };
    let play = Play::of(limited, Content::empty().with("things", rows(450))).await;
    // A machine that is busy with other tests delivers one request late and the next one in time.
    let per = per.mul_f64(0.7);
    play.vendor.set_rate_limit(Some(RateLimit { requests: 1, per, retry_after: None }));
    let limited = play.connection();
    let report = play.sync_as(&limited).await;
    let refused =
        play.vendor.requests().iter().filter(|request| request.status == Some(429)).count();
    assert_eq!(refused, 0, "{}", report.to_text());
    play.end().await;
}

#[tokio::test]
async fn one_resource_of_nine_that_fails_leaves_eight_complete_and_heals() {
    const NAMES: [&str; 9] = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8"];
    const PATHS: [&str; 9] = ["/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"];
    let nine: Vec<Resource> =
        NAMES.into_iter().zip(PATHS).map(|(name, path)| list(name, path, OFFSET)).collect();
    let content = NAMES.iter().fold(Content::empty(), |content, name| content.with(*name, rows(3)));
    let play = Play::new(&nine, content).await;
    for status in [500, 403, 404, 400] {
        play.vendor.on(
            move |request, answer| {
                if request.path == "/4" { refuses(status) } else { answer }
            },
        );
        let report = play.sync().await;
        let text = report.to_text();
        let complete =
            |verdict| report.resources.iter().filter(|one| one.verdict == verdict).count();
        assert_eq!((complete(Verdict::Complete), complete(Verdict::Failed)), (8, 1), "{text}");
        fails(report, &[&status.to_string()]);
    }
    play.vendor.honest();
    complete(play.sync().await);
    play.end().await;
}

#[tokio::test]
async fn a_parent_that_was_just_deleted_costs_its_own_listing_alone() {
    let play = family().await;
    let holdings = play.vendor.holdings();
    play.vendor.on(move |request, answer| {
        if request.partition.as_deref() == Some("t001") {
            holdings.edit("things", |things| things.retain(|thing| thing["id"] != "t001"));
            return refuses(404);
        }
        answer
    });
    let report = play.sync().await;
    assert!(
        report.to_text().lines().any(|line| line.starts_with("  parts: ")),
        "{}",
        report.to_text()
    );
    let parts = complete(report);
    assert_eq!((parts.evidence.partitions, parts.evidence.vanished, parts.inserted), (3, 1, 4));
    play.end().await;
}

#[tokio::test]
async fn a_path_that_is_wrong_for_every_parent_is_an_error_and_not_zero_rows() {
    let play = family().await;
    play.vendor.on(|request, answer| match request.partition {
        Some(_) => refuses(404),
        None => answer,
    });
    play.fails(&["404"]).await;
    play.end().await;
}

#[tokio::test]
async fn a_listing_that_is_lost_on_its_second_page_is_not_complete() {
    let play = Play::new(
        &[things(OFFSET), parts(OFFSET)],
        Content::empty().with("things", rows(3)).with("parts", rows(80)),
    )
    .await;
    play.vendor.on(|request, answer| match request.partition.as_deref() {
        Some("t001") if behind(request) => refuses(404),
        _ => answer,
    });
    play.fails(&["404", "(listing `thing_id number 2`, page `2`)"]).await;
    play.end().await;
}

#[tokio::test]
async fn a_parameter_that_names_what_is_not_there_is_an_error_and_not_zero_rows() {
    let param = Param {
        name: "thing_id",
        doc: "The things to read",
        values: Values::Text,
        unset: Unset::Omitted,
    };
    let resources = connector(&[things(OFFSET), parts(OFFSET)]);
    let play = Play::of(
        Connector { params: vec![param].leak(), ..resources },
        Content::empty().with("things", rows(3)).with("parts", rows(2)),
    )
    .await;
    let connection = play.connection().with_param("thing_id", &["t00l"]).unwrap();
    let report = play.sync_as(&connection.select(&["parts"]).unwrap()).await;
    fails(report, &["404", "t00l"]);
    play.end().await;
}

#[tokio::test]
async fn a_key_of_a_parent_leads_to_its_own_listing_or_to_none() {
    let play = family().await;
    let ids = ["a", "..", ".\t.", "a\nb", "ab", "a/b", "a?b#c", "%2e%2e", " a ", "é💡"];
    let parents: Vec<Value> = ids.iter().map(|id| json!({"id": id})).collect();
    play.vendor.holdings().replace("things", parents);
    // Each parent's one part has the parent's id in its name.
    play.vendor.on(|request, answer| match &request.partition {
        Some(parent) if answer.status == 200 && request.param("offset") == Some("0") => {
            let mut part = row(1);
            part["name"] = json!(parent);
            page(&[part])
        }
        Some(_) if answer.status == 200 => page(&[]),
        _ => answer,
    });
    play.sync().await;
    let wrong =
        play.database.rows("select thing_id, name from hostile.parts where thing_id <> name").await;
    assert_eq!(wrong, Vec::<Value>::new());
    let read = play.database.value("select count(*) from hostile.parts").await;
    assert!(read.parse::<usize>().unwrap() >= ids.len() - 4, "{read} listings were read");
    play.end().await;
}

#[tokio::test]
async fn what_a_vendor_says_of_an_error_is_told_in_whatever_shape_it_says_it() {
    let long = format!("no\u{7}t\n{}", "x".repeat(500));
    let shown = format!(": \"no\\u{{7}}t\\n{}…\" (page", "x".repeat(189));
    for (kind, body, shown) in [
        ("application/json", r#"{"message":"invalid api key"}"#, r#": "invalid api key" (page"#),
        (
            "application/json",
            r#"{"error":"unauthorized","detail":"the key is wrong"}"#,
            r#": "unauthorized the key is wrong" (page"#,
        ),
        ("application/json", r#"{"errors":[{"message":"bad key"}]}"#, r#": "bad key" (page"#),
        ("application/json", r#"{"errors":["bad key"]}"#, r#": "bad key" (page"#),
        ("application/json", r#"{"error":"bad","message":"bad"}"#, r#": "bad" (page"#),
        ("application/problem+json", r#"{"title":"No","status":401}"#, r#": "No" (page"#),
        ("application/json", r#""bad key""#, r#": "bad key" (page"#),
        ("text/plain", r#"{"message":"bad key"}"#, r#": "bad key" (page"#),
        ("text/plain; charset=utf-8", "bad key\n", r#": "bad key" (page"#),
        ("text/plain", long.as_str(), shown.as_str()),
        ("text/html", "bad key", " (page"),
        ("text/plain", "<html>bad</html>", " (page"),
        ("application/json", r#"{"message":"<b>bad</b>"}"#, " (page"),
        ("application/json", r#"{"message":"cut of"#, " (page"),
        ("application/json", r#"{"data":[{"message":"a row"}]}"#, " (page"),
        ("application/json", "", " (page"),
    ] {
        for status in [401, 422] {
            let play = Play::with(OFFSET, 3).await;
            let answer = Answer::new(status, kind, body);
            play.vendor.on(move |_, _| answer.clone());
            let report = play.fails(&[&format!("the vendor answered {status} ")]).await;
            let error = report.error.unwrap();
            let said = error.trim_start_matches(|c| c != ':' && c != '(');
            assert!(said.starts_with(shown.trim()), "{body}: {error}");
            play.end().await;
        }
    }
}

/// A vendor with three things, whose declaration names these statuses alone.
async fn declaring(statuses: &'static [u16]) -> Play {
    let connector = connector(&[things(OFFSET)]);
    let retry = Retry { statuses, ..connector.retry };
    Play::of(Connector { retry, ..connector }, Content::empty().with("things", rows(3))).await
}

#[tokio::test]
async fn what_passes_is_tried_again_whatever_the_document_lists() {
    for status in [408, 425, 500, 502, 503, 504, 507, 520, 521, 522, 523, 524, 529] {
        let play = declaring(&[429]).await;
        play.vendor
            .on(move |request, answer| if request.nth == 0 { refuses(status) } else { answer });
        let report = play.sync().await;
        assert_eq!(complete(report).retries, 1, "{status}");
        play.end().await;
    }
}

#[tokio::test]
async fn what_does_not_pass_is_not_tried_again() {
    for status in [400, 404, 410, 422, 501, 505, 511] {
        let play = declaring(&[429]).await;
        play.vendor.on(move |_, _| refuses(status));
        let failed = play.fails(&[&status.to_string()]).await;
        assert_eq!(failed.retries, 0, "{status}");
        if status == 404 {
            let next = failed.next.unwrap_or_default();
            assert!(next.contains("leave it out by `only_resources` in connectors.toml"), "{next}");
        }
        play.end().await;
    }
}

#[tokio::test]
async fn a_vendor_that_asks_to_be_asked_again_is_asked_again() {
    for status in [202, 403, 409, 501, 503] {
        let play = declaring(&[]).await;
        play.vendor.on(move |request, answer| match request.nth {
            0 => refuses(status).header("retry-after", "0"),
            _ => answer,
        });
        assert_eq!(complete(play.sync().await).retries, 1, "{status}");
        play.end().await;
    }
}

#[tokio::test]
async fn a_key_that_a_429_may_cost_is_not_shown_again_unless_that_is_declared() {
    let play = declaring(&[]).await;
    play.vendor.on(|_, _| refuses(429).header("retry-after", "0"));
    assert_eq!(play.fails(&["429"]).await.requests, 1);
    play.end().await;
}

#[tokio::test]
async fn a_vendor_that_says_to_wait_no_time_at_all_gets_the_usual_time() {
    let ago = |seconds| SystemTime::now() - Duration::from_secs(seconds);
    let epoch = ago(20).duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    for (name, value) in [
        ("retry-after", "0".to_owned()),
        ("retry-after", httpdate::fmt_http_date(ago(2))),
        ("x-ratelimit-reset", epoch.to_string()),
        ("x-ratelimit-reset", format!("{epoch}000")),
    ] {
        let play = Play::with(OFFSET, 3).await;
        let header = value.clone();
        play.vendor.on(move |request, answer| match request.nth {
            0..3 => refuses(429).header(name, &header),
            _ => answer,
        });
        let patient = play.connection().with_first_wait(Duration::from_millis(50));
        let report = complete(play.sync_as(&patient).await);
        assert!(report.waited_ms >= 300, "{name}: {value}: {} ms", report.waited_ms);
        play.end().await;
    }
}

#[tokio::test]
async fn a_reset_in_a_unit_that_nobody_uses_is_none() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    for reset in [now.as_micros() + 60_000_000, now.as_nanos(), 4_102_444_800, 99_999_999] {
        for name in ["x-ratelimit-reset", "ratelimit-reset", "retry-after"] {
            let play = Play::with(OFFSET, 3).await;
            play.vendor.on(move |request, answer| match request.nth {
                0 => refuses(429).header(name, &reset),
                _ => answer,
            });
            let report = play.sync().await;
            assert_eq!(complete(report).retries, 1, "{name}: {reset}");
            play.end().await;
        }
    }
}

#[tokio::test]
async fn a_reset_that_each_answer_tells_does_not_hold_up_what_is_broken_for_a_moment() {
    let play = Play::with(OFFSET, 3).await;
    play.vendor.on(|request, answer| match request.nth {
        0 => refuses(500).header("x-ratelimit-remaining", "99").header("x-ratelimit-reset", "3600"),
        _ => answer,
    });
    assert_eq!(play.complete().await.retries, 1);
    play.end().await;
}
