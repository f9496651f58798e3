//! Answers that are none: refusals, broken bodies, and other hosts.

use std::io::Write as _;

use connector_core::Verdict;
use connector_testkit::{Answer, RateLimit, Vendor};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::shop::{SHOP, Test, items};

#[tokio::test]
async fn a_broken_answer_is_asked_for_again() {
    for (name, broken) in [
        ("html", Answer::html(200, "<h1>One moment</h1>")),
        ("truncated", Answer::json(200, r#"{"data": [{"id": "a""#)),
        ("closed", Answer::closed()),
        ("overloaded", Answer::json(503, "{}")),
    ] {
        let test = Test::with("products", items(3)).await;
        test.vendor
            .on(move |request, answer| if request.nth == 0 { broken.clone() } else { answer });
        let report = test.complete("products").await;
        assert_eq!((report.inserted, report.retries), (3, 1), "{name}");
        test.end().await;
    }
}

#[tokio::test]
async fn a_vendor_that_stays_broken_is_given_up_after_the_declared_tries() {
    let test = Test::with("products", items(3)).await;
    test.vendor
        .on(|_, _| Answer::json(500, &json!({"error": {"code": "oops", "message": "try later"}})));
    let said = test.not_complete("products").await;
    assert!(
        said.contains("the vendor answered 500 Internal Server Error: \"oops try later\""),
        "{said}"
    );
    assert!(said.contains("tries `4`") && said.contains("next: run again later"), "{said}");
    assert_eq!(test.vendor.requests().len(), 4);
    test.end().await;
}

#[tokio::test]
async fn a_vendor_that_says_wait_is_obeyed() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|request, answer| match request.nth {
        0 => Answer::json(429, "{}").header("retry-after", "1"),
        _ => answer,
    });
    let report = test.complete("products").await;
    assert!(report.waited_ms >= 900, "{}", report.waited_ms);
    assert_eq!(report.retries, 1);
    test.end().await;
}

#[tokio::test]
async fn a_wait_that_no_run_has_patience_for_ends_it_with_the_time_to_come_back() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|_, _| Answer::json(429, "{}").header("retry-after", "7200"));
    let said = test.not_complete("products").await;
    assert!(said.contains("the vendor asked for a rest of 2h"), "{said}");
    assert_eq!(test.vendor.requests().len(), 1);
    test.end().await;
}

#[tokio::test]
async fn a_refused_key_stops_the_connection_at_once() {
    let test = Test::with("products", items(3)).await;
    test.vendor.allow_unauthorized();
    test.vendor.set_key("another");
    let report = connector_core::sync(
        &connector_core::Connection::to(
            &SHOP,
            test.vendor.base_url(),
            "wrong-key-1".into(),
            Some(test.database.url().into()),
        )
        .unwrap(),
        *crate::shop::NOW,
    )
    .await
    .unwrap();
    let skipped = report.resources.iter().filter(|one| one.verdict == Verdict::Skipped).count();
    assert_eq!((skipped, report.verdict), (3, Verdict::Failed));
    // What was not tried is recorded, so that nobody takes an older verdict for that of this run.
    let recorded = "select count(*) from sync.resources where verdict = 'skipped' and error like 'not tried: %'";
    assert_eq!(test.database.value(recorded).await, "3");
    let next = "select next from sync.resources where verdict = 'failed'";
    assert!(test.database.value(next).await.contains("check the key"));
    let said = report.to_text();
    assert!(said.contains("401 Unauthorized") && said.contains("check the key"), "{said}");
    // Which of them was asked for first is chance, and said of all.
    assert!(said.starts_with("  all: the vendor answered 401"), "{said}");
    assert!(!said.contains("wrong-key-1"), "{said}");
    assert_eq!(test.vendor.requests().len(), 1);
    test.end().await;
}

#[tokio::test]
async fn a_key_that_is_refused_after_a_429_is_said_to_be_revoked() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|request, _| Answer::json(if request.nth == 0 { 429 } else { 401 }, "{}"));
    let said = test.not_complete("products").await;
    assert!(said.contains("may have revoked the key"), "{said}");
    test.end().await;
}

#[tokio::test]
async fn the_key_goes_to_no_other_host() {
    let test = Test::with("tokens", items(3)).await;
    let other = Vendor::start(&SHOP, connector_testkit::Content::empty()).unwrap();
    let address = other.base_url().replace("127.0.0.1", "localhost");
    test.vendor
        .on(move |_, _| Answer::json(302, "").header("location", &format!("{address}/tokens")));
    let said = test.not_complete("tokens").await;
    assert!(
        said.contains("a redirect leads to `http://localhost:")
            && said.contains("the key was not sent there"),
        "{said}"
    );
    assert!(other.requests().is_empty());
    test.end().await;
}

#[tokio::test]
async fn one_resource_that_fails_does_not_keep_the_others_from_being_complete() {
    let test = Test::with("counted", items(12)).await;
    test.vendor.on(|request, answer| {
        if request.resource == Some("products") { Answer::json(400, "{}") } else { answer }
    });
    let report = test.sync(&["products", "counted", "tokens"]).await;
    let verdicts: Vec<Verdict> = report.resources.iter().map(|resource| resource.verdict).collect();
    assert_eq!(verdicts, [Verdict::Failed, Verdict::Complete, Verdict::Complete]);
    test.vendor.honest();
    assert_eq!(test.sync(&["products", "counted", "tokens"]).await.verdict, Verdict::Complete);
    test.end().await;
}

#[tokio::test]
async fn a_declared_limit_is_kept_without_provoking_a_refusal() {
    let test = Test::with("products", items(95)).await;
    let second = std::time::Duration::from_secs(1);
    test.vendor.set_rate_limit(Some(RateLimit { requests: 20, per: second, retry_after: None }));
    let toml = "rate = { requests = 18, per_seconds = 1 }";
    let limited = SHOP_STATIC.overlaid(toml).unwrap();
    let url = test.database.url().into();
    let connection = connector_core::Connection::to(
        limited,
        test.vendor.base_url(),
        test.vendor.key().into(),
        Some(url),
    )
    .unwrap();
    let report =
        connector_core::sync(&connection.select(&["products"]).unwrap(), *crate::shop::NOW)
            .await
            .unwrap();
    assert_eq!(
        (report.verdict, report.resources[0].retries),
        (Verdict::Complete, 0),
        "{}",
        report.to_text()
    );
    test.end().await;
}

static SHOP_STATIC: connector_core::Connector = SHOP;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_answer_is_read_to_its_end_however_it_was_made() {
    type Made = fn(&[u8]) -> Vec<u8>;
    let made: [(&str, Made); 5] = [
        ("one member", gzip),
        ("two members", |body| [gzip(&body[..9]), gzip(&body[9..])].concat()),
        ("a member for each byte", |body| body.chunks(1).flat_map(gzip).collect()),
        ("an empty member at the end", |body| [gzip(body), gzip(b"")].concat()),
        ("zeros behind it", |body| [gzip(body), vec![0; 512]].concat()),
    ];
    for (name, made) in made {
        for coding in ["gzip", "x-gzip"] {
            let test = Test::with("products", items(8)).await;
            test.vendor.on(move |_, mut answer| {
                answer.body = made(&answer.body);
                answer.header("content-encoding", coding)
            });
            assert_eq!(test.complete("products").await.inserted, 8, "{name}");
            test.end().await;
        }
    }
}

#[tokio::test]
async fn a_compressed_answer_that_is_damaged_is_asked_for_again_and_is_no_page() {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let damages: [(&str, Damage); 4] = [
        ("cut in its middle", |mut body| {
            body.truncate(body.len() / 2);
            body
        }),
        ("without its checksum", |mut body| {
            body.truncate(body.len() - 8);
            body
        }),
        ("another checksum", |mut body| {
            let at = body.len() - 8;
            body[at] ^= 1;
            body
        }),
        ("no member at all", |_| b"plain text".to_vec()),
    ];
    for (name, damage) in damages {
        let test = Test::with("products", items(8)).await;
        test.vendor.on(move |request, mut answer| match request.nth {
            0 => {
                answer.body = damage(gzip(&answer.body));
                answer.header("content-encoding", "gzip")
            }
            _ => answer,
        });
        let report = test.complete("products").await;
        assert_eq!((report.inserted, report.retries), (8, 1), "{name}");
        test.end().await;
    }
}

#[tokio::test]
async fn a_refusal_without_a_body_is_told_though_it_is_called_compressed() {
    let test = Test::with("products", items(3)).await;
    test.vendor.on(|_, _| Answer::json(400, "").header("content-encoding", "gzip"));
    let said = test.not_complete("products").await;
    assert!(said.contains("the vendor answered 400 Bad Request"), "{said}");
    test.end().await;
}

#[tokio::test]
async fn an_answer_that_is_packed_as_nobody_asked_for_is_said_to_be_so() {
    for coding in ["br", "deflate", "zstd", "gzip, gzip", "sk-canary"] {
        let test = Test::with("products", items(3)).await;
        test.vendor.on(move |_, answer| answer.header("content-encoding", coding));
        let said = test.not_complete("products").await;
        assert!(said.contains("compressed in a way that was not asked for"), "{said}");
        assert!(!said.contains("canary"), "{said}");
        assert_eq!(test.vendor.requests().len(), 1);
        test.end().await;
    }
}
