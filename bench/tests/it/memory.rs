//! Memory does not grow with what is answered, whatever that is.

use connector_testkit::Answer;

use crate::program::{Ended, Play, end_of};

const MIB: usize = 1 << 20;

/// The bound for any answer, in MiB.
const ANY: u64 = 256;

/// A page of these rows.
fn page(rows: &[String]) -> Vec<u8> {
    format!(r#"{{"data":[{}]}}"#, rows.join(",")).into_bytes()
}

/// A row with a text of so many bytes.
fn row(number: usize, bytes: usize) -> String {
    let name = "x".repeat(bytes);
    format!(r#"{{"id":{number},"updatedAt":"2024-01-01T00:00:00Z","name":"{name}"}}"#)
}

/// A run for a resource of which each listing begins with the one page, and ends with the other.
async fn run(listings: usize, resource: &'static str, first: Vec<u8>, last: Vec<u8>) -> Ended {
    let play = Play::new(listings).await;
    play.vendor.on(move |request, answer| {
        let of_another = request.resource != Some(resource);
        let is_first = request.param("offset").is_none_or(|offset| offset == "0");
        let body = match (of_another, is_first) {
            (true, _) => return answer,
            (false, true) => &first,
            (false, false) => &last,
        };
        Answer::new(200, "application/json", body.clone())
    });
    let ended = end_of(play.start(&format!("--resource {resource}")));
    play.end().await;
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn listings_of_large_pages_side_by_side_share_one_budget() {
    let rows: Vec<String> = (0..8_000).map(|number| row(number, 1_000)).collect();
    let ended = run(12, "children", page(&rows), page(&rows[7_999..])).await;
    assert!(ended.stdout.contains("children  96,000    96,000"), "{ended:?}");
    assert!(ended.peak < 96, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_as_large_as_they_may_be_are_in_memory_one_after_the_other() {
    let large = row(1, 31 * MIB).replace("xx\"", "\\n\"");
    let ended = run(4, "children", page(&[large]), page(&[])).await;
    assert!(ended.stdout.contains("children     4         4"), "{ended:?}");
    assert!(ended.peak < ANY, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_listing_has_ends_in_bounded_memory() {
    let token = format!(r#"{{"data":[{}],"next":"{}"}}"#, row(1, 9), "x".repeat(50 * MIB));
    let rows = format!(r#"{{"data":[{{}}{}]}}"#, ",{}".repeat(10_000_000));
    let members: Vec<String> = (0..60_000).map(|number| format!("\"m{number}\":1")).collect();
    let members = row(1, 9).replace('}', &format!(",{}}}", members.join(",")));
    let aside: Vec<String> = vec![format!("{{\"n\":\"{}\"}}", "x".repeat(200)); 60_000];
    for (resource, body) in [
        ("pages_by_token", token.into_bytes()),
        ("flat", rows.into_bytes()),
        ("flat", page(&[members])),
        ("flat", page(&aside)),
    ] {
        let ended = run(1, resource, body, page(&[])).await;
        assert!(ended.status.is_some() && ended.peak < ANY, "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_answer_that_becomes_a_large_one_is_read_no_further_than_any() {
    let play = Play::new(1).await;
    play.vendor.set_gzip(true);
    play.vendor.on(|_, _| Answer::new(200, "application/json", vec![b' '; 200 * MIB]));
    let ended = end_of(play.start("--resource flat"));
    assert!(ended.stdout.contains("larger than 64 MiB"), "{ended:?}");
    assert!(ended.peak < ANY, "{ended:?}");
    play.end().await;
}
