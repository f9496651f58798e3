//! What a vendor refuses, and what it still gives.

use connector_core::{Resource, Verdict};
use connector_testkit::{Answer, Content};

use crate::support::{OFFSET, Play, complete, fails, list, parts, rows, things};

fn refuses(status: u16) -> Answer {
    Answer::json(status, r#"{"error":{"message":"no"}}"#)
}

async fn three() -> Play {
    const RESOURCES: [Resource; 3] =
        [list("r0", "/0", OFFSET), list("r1", "/1", OFFSET), list("r2", "/2", OFFSET)];
    let content = RESOURCES
        .iter()
        .fold(Content::empty(), |content, resource| content.with(resource.name, rows(3)));
    Play::new(&RESOURCES, content).await
}

async fn family(number: u64) -> Play {
    let content = Content::empty().with("things", rows(number)).with("parts", rows(2));
    Play::new(&[things(OFFSET), parts(OFFSET)], content).await
}

#[tokio::test]
async fn a_resource_that_is_forbidden_costs_none_of_the_others() {
    for forbidden in [&["/0"][..], &["/2"], &["/0", "/1"]] {
        let play = three().await;
        play.vendor.on(move |request, answer| {
            if forbidden.contains(&request.path.as_str()) { refuses(403) } else { answer }
        });
        let report = play.sync().await;
        for resource in &report.resources {
            let expected = if forbidden.iter().any(|path| path[1..] == resource.resource[1..]) {
                Verdict::Failed
            } else {
                Verdict::Complete
            };
            assert_eq!(resource.verdict, expected, "{}", report.to_text());
        }
        fails(report, &["403"]);
        play.vendor.honest();
        complete(play.sync().await);
        play.end().await;
    }
}

#[tokio::test]
async fn listings_that_are_forbidden_are_one_matter_each_however_many_come_in_a_row() {
    for status in [403, 401] {
        let forbidden = if status == 403 { 40 } else { 5 };
        let play = family(forbidden + 25).await;
        play.vendor.on(move |request, answer| match &request.partition {
            Some(thing) if thing[1..].parse::<u64>().unwrap() < forbidden => refuses(status),
            _ => answer,
        });
        for _ in 0..2 {
            let report = play.sync().await;
            assert_eq!(report.resources[1].verdict, Verdict::Incomplete, "{}", report.to_text());
            assert_eq!(report.resources[1].evidence.partitions, forbidden + 25);
            assert_eq!(play.live_in("parts").await, 50);
            fails(report, &["thing_id number 1", &status.to_string()]);
        }
        play.end().await;
    }
}

#[tokio::test]
async fn a_key_that_is_refused_after_it_was_good_is_not_shown_for_every_listing() {
    let play = family(300).await;
    play.vendor.on(|request, answer| match request.partition.as_deref() {
        Some(thing) if thing > "t100" => refuses(401),
        _ => answer,
    });
    let report = play.sync().await;
    let refused = play.vendor.requests().iter().filter(|one| one.status == Some(401)).count();
    assert!((10..40).contains(&refused), "{refused}");
    fails(report, &["401"]);
    play.end().await;
}
