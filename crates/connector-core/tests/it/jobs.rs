//! Jobs: processes that are started alike, and find the run that they have in common by a name.

use std::time::Duration;

use chrono::{DateTime, Utc};
use connector_core::run::{self, Member, Worker};
use connector_core::{Connection, ErrorKind, Report, Result, Verdict};
use tokio::task::JoinHandle;

use crate::support::Play;
use crate::workers::{left, play, pretty_assertions_eq};

/// How many processes a job has here.
const MEMBERS: u64 = 4;

fn connection(play: &Play) -> Connection {
    play.connection().committing_every(7)
}

/// Starts one of a job's processes.
fn start(
    now: DateTime<Utc>,
    connection: Connection,
    job: &str,
    number: u64,
) -> JoinHandle<Result<Option<Report>>> {
    let member = Member { job: job.to_owned(), number, of: MEMBERS };
    // Nobody says that a process is lost, so that its part is waited for.
    let lease = Duration::from_secs(3);
    let worker = Worker::named(format!("{number} of job {job}")).with_lease(lease);
    tokio::spawn(async move {
        let share = run::take_part(&connection, now, &member, worker);
        tokio::time::timeout(Duration::from_mins(1), share).await.expect("it ends")
    })
}

async fn report_of(first: JoinHandle<Result<Option<Report>>>) -> Report {
    first.await.unwrap().unwrap().expect("the first process has the report")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_leaves_what_a_single_process_does_whoever_of_it_comes_first() {
    let alone = play().await;
    for _ in 0..2 {
        alone.sync_as(&connection(&alone)).await;
    }
    let play = play().await;
    for (job, first) in [("night 1", 0), ("night 2", MEMBERS - 1)] {
        let now = play.next_day();
        let mut others = Vec::new();
        let mut conducting = None;
        for number in (0..MEMBERS).map(|number| (number + first) % MEMBERS) {
            let share = start(now, connection(&play), job, number);
            if number == 0 { conducting = Some(share) } else { others.push(share) }
        }
        let report = report_of(conducting.unwrap()).await;
        assert_eq!(report.verdict, Verdict::Complete, "{}", report.to_text());
        for other in others {
            assert!(other.await.unwrap().unwrap().is_none());
        }
    }
    let jobs = "select string_agg(job, ',' order by run_id) from sync.runs";
    assert_eq!(play.database.value(jobs).await, "night 1,night 2");
    pretty_assertions_eq(&left(&play).await, &left(&alone).await, "");
    alone.end().await;
    play.end().await;
}

/// Waits until a part is read, and holds all further answers of that resource.
async fn amid(play: &Play) {
    play.vendor.on(|request, answer| {
        let slow = request.path.ends_with("/parts");
        if slow { answer.delayed(Duration::from_millis(100)) } else { answer }
    });
    let asked = async {
        while !play.vendor.requests().iter().any(|request| request.path.ends_with("/parts")) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), asked).await.expect("parts are asked for");
}

/// It is the process that ends, as where its machine is wanted for something else, and not the run.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_of_a_job_goes_on_when_its_first_process_is_stopped_or_lost() {
    for is_lost in [false, true] {
        let play = play().await;
        let others: Vec<_> = (1..MEMBERS)
            .map(|number| start(play.next_day(), connection(&play), "night", number))
            .collect();
        let first = connection(&play);
        let stop = first.stop();
        let conducting = start(play.next_day(), first, "night", 0);
        amid(&play).await;
        if is_lost {
            conducting.abort();
            let _ = conducting.await;
        } else {
            stop.ask("terminated");
            let stopped = conducting.await.unwrap().unwrap_err();
            assert_eq!(stopped.kind(), ErrorKind::Stopped, "{stopped}");
        }
        let open = "select count(*) from sync.runs where finished_at is null and not interrupted";
        assert_eq!(play.database.value(open).await, "1");
        let report = report_of(start(play.next_day(), connection(&play), "night", 0)).await;
        assert_eq!((report.verdict, report.run_id), (Verdict::Complete, 1), "{}", report.to_text());
        for other in others {
            assert!(other.await.unwrap().unwrap().is_none());
        }
        assert_eq!(play.database.value("select count(*) from sync.runs").await, "1");
        play.end().await;
    }
}

/// One that ends well is not started again, and would be missing until the run ends.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_stopped_before_its_run_ended_does_not_end_as_if_it_had() {
    let play = play().await;
    let conducting = start(play.next_day(), connection(&play), "night", 0);
    let stopped = connection(&play);
    let stop = stopped.stop();
    let stopped = start(play.next_day(), stopped, "night", 1);
    play.vendor.on(|request, answer| {
        let slow = request.path.ends_with("/parts");
        if slow { answer.delayed(Duration::from_secs(1)) } else { answer }
    });
    let reads =
        "select exists (select from sync.shards where owner = '1 of job night' and state = 'open')";
    while play.database.value("select to_regclass('sync.shards') is not null").await == "false"
        || play.database.value(reads).await == "false"
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.ask("terminated");
    assert_eq!(stopped.await.unwrap().unwrap_err().kind(), ErrorKind::Stopped);
    let again = start(play.next_day(), connection(&play), "night", 1);
    assert_eq!(report_of(conducting).await.verdict, Verdict::Complete);
    assert!(again.await.unwrap().unwrap().is_none());
    play.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_over_is_not_done_again() {
    let play = play().await;
    let report = report_of(start(play.next_day(), connection(&play), "night", 0)).await;
    let asked = play.vendor.requests().len();
    let again = report_of(start(play.next_day(), connection(&play), "night", 0)).await;
    assert_eq!((again.run_id, again.verdict), (report.run_id, Verdict::Complete));
    assert!(
        start(play.next_day(), connection(&play), "night", 1).await.unwrap().unwrap().is_none()
    );
    assert_eq!(play.vendor.requests().len(), asked);
    play.end().await;
}

/// What ends the run ends it for all, and the next job goes on with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_may_ask_no_more_ends_interrupted_and_the_next_one_goes_on() {
    let play = play().await;
    let now = play.next_day();
    // Its parents use it up, and the others are still on their way when that is seen.
    play.vendor.on(|request, answer| {
        let slow = request.path.ends_with("/parts");
        if slow { answer.delayed(Duration::from_millis(500)) } else { answer }
    });
    let first = connection(&play).with_max_requests(1);
    let report = report_of(start(now, first, "night 1", 0)).await;
    assert!(report.interrupted, "{}", report.to_text());
    let report = report_of(start(now, connection(&play), "night 2", 0)).await;
    assert_eq!((report.verdict, report.continues), (Verdict::Complete, Some(1)));
    play.end().await;
}
