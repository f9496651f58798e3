//! When a run ends that was asked to, and that nothing else would end.

use std::time::{Duration, Instant};

use connector_testkit::Answer;
use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Play, end_of};

/// Waits for a log line of the program.
async fn asked(play: &Play) {
    while play.vendor.requests().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_the_program_whatever_it_waits_for() {
    let play = Play::new(1).await;
    play.vendor.on(|_, answer| answer.delayed(Duration::from_hours(1)));
    let child = play.start("--resource flat");
    asked(&play).await;
    let pid = Pid::from_child(&child);
    // Signals that come together are one, so each is heard before the next is sent.
    let ended = tokio::task::spawn_blocking(move || end_of(child));
    while !ended.is_finished() {
        let _ = kill_process(pid, Signal::TERM);
        tokio::task::yield_now().await;
    }
    let ended = ended.await.unwrap();
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("SIGTERM: stopped at once"), "{ended:?}");
    play.end().await;
}

/// Half of what it takes to decode the page below with whatever is heard only between two rows.
const LONG: Duration = Duration::from_secs(10);

/// A page that takes long to decode.
fn deep() -> Vec<u8> {
    let lists = ["[".repeat(990), "]".repeat(990)].join(&"7,".repeat(4 << 20));
    let lists = lists.replace(",]", "]");
    let row = format!(r#"{{"id":"a","updatedAt":"2024-01-01T00:00:00Z","unknown":{lists}}}"#);
    format!(r#"{{"data":[{row}]}}"#).into_bytes()
}

/// As many pages as there are workers, all of them in the making.
#[tokio::test(flavor = "multi_thread")]
async fn signals_are_heard_while_pages_are_decoded() {
    let play = Play::new(1).await;
    let body = deep();
    play.vendor.on(move |_, _| Answer::new(200, "application/json", body.clone()));
    let child = play.start("");
    while play.vendor.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    // Nobody sees from outside when the answers are there and the decoding has begun.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let (pid, began) = (Pid::from_child(&child), Instant::now());
    let ended = tokio::task::spawn_blocking(move || end_of(child));
    while !ended.is_finished() {
        let _ = kill_process(pid, Signal::TERM);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ended = ended.await.unwrap();
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(began.elapsed() < LONG, "{:?}: {ended:?}", began.elapsed());
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_takes_long_to_decode_keeps_no_clock_from_being_heard() {
    let play = Play::new(1).await;
    let body = deep();
    play.vendor.on(move |_, _| Answer::new(200, "application/json", body.clone()));
    let began = Instant::now();
    let ended = end_of(play.start("--resource flat --max-duration 1s"));
    assert_eq!(ended.status, Some(1), "{ended:?}");
    assert!(began.elapsed() < LONG, "{:?}: {ended:?}", began.elapsed());
    play.end().await;
}
