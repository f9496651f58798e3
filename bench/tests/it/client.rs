//! The bare client, which is a ceiling of the benchmark.

use std::fs;
use std::process::Command;

use url::form_urlencoded::Serializer;

use crate::program::{Play, end_of};

#[tokio::test(flavor = "multi_thread")]
async fn the_bare_client_asks_for_all_that_the_connector_asked_for() {
    let play = Play::new(120).await;
    assert_eq!(end_of(play.start("--resource parents")).status, Some(0));
    let asked = play.vendor.requests();
    let target = |path: &str, query: &[(String, String)]| {
        format!("{path}?{}", Serializer::new(String::new()).extend_pairs(query).finish())
    };
    let targets: Vec<String> =
        asked.iter().map(|request| target(&request.path, &request.query)).collect();
    let file = concat!(env!("CARGO_TARGET_TMPDIR"), "/requests");
    fs::write(file, targets.join("\n")).unwrap();
    let mut client = Command::new(env!("CARGO_BIN_EXE_bench-client"));
    client.args([play.vendor.base_url(), &play.vendor.key()]).arg(file);
    let ended = client.output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    let mut again: Vec<String> = play.vendor.requests()[asked.len()..]
        .iter()
        .map(|request| target(&request.path, &request.query))
        .collect();
    let mut once = targets;
    again.sort();
    once.sort();
    assert_eq!(again, once);
    play.end().await;
}
