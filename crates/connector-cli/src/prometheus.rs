//! What is known of connections as metrics, in the text format of Prometheus: for the textfile
//! collector of its node exporter, which reads a file that cron writes.
//!
//! Labels are names of connections, connectors and resources, and verdicts: never a run, which
//! would be a series of its own each time.

use chrono::{DateTime, Utc};
use prometheus::core::Collector;
use prometheus::{Gauge, GaugeVec, Opts, Registry, TextEncoder};

use super::known::{ConnectionKnown, verdict};
use super::page::Seen;
use connector_core::error::{Error, Result};
use connector_core::store::{ResourceRun, ResourceStatus};

/// What all names begin with.
const NAMESPACE: &str = "vendor_connectors";

/// The labels of what is about a resource.
const RESOURCE: [&str; 3] = ["connection", "connector", "resource"];

/// A number about a resource, if it is known.
type Of = fn(&ResourceStatus) -> Option<i64>;

/// The same about its newest run.
type OfRun = fn(&ResourceRun) -> i64;

const NUMBERS: [(&str, &str, Of); 4] = [
    ("rows", "Rows of the table that are not deleted", |one| one.rows),
    ("deleted_rows", "Rows of the table that are marked deleted", |one| one.deleted),
    ("quarantined_rows", "Rows that have no place in the table", |one| Some(one.quarantined)),
    ("drift_fields", "Fields that are unlike the model", |one| Some(one.drift)),
];

const OF_RUN: [(&str, &str, OfRun); 7] = [
    ("last_run_rows_read", "Rows that the vendor sent in the last run", |run| run.rows_read),
    ("last_run_inserted_rows", "Rows that were new in the last run", |run| run.inserted),
    ("last_run_updated_rows", "Rows that differed in the last run", |run| run.updated),
    ("last_run_deleted_rows", "Rows that were marked deleted by the last run", |run| run.deleted),
    ("last_run_requests", "Requests of the last run, repetitions included", |run| run.requests),
    ("last_run_retries", "Requests of the last run that were repetitions", |run| run.retries),
    ("last_run_throttled", "Answers 429 of the last run", |run| run.throttled),
];

/// The metrics of these connections, as text; so many others could not be read.
pub(super) fn text(
    seen: &[Seen],
    failures: usize,
    with_age: bool,
    now: DateTime<Utc>,
) -> Result<String> {
    gather(seen, failures, with_age, now)
        .map_err(|error| Error::settings("the metrics cannot be written").because(error))
}

fn gather(
    seen: &[Seen],
    failures: usize,
    with_age: bool,
    now: DateTime<Utc>,
) -> prometheus::Result<String> {
    let all = Registry::new();
    let vec = |name: &str, help: &str, labels: &[&str]| -> prometheus::Result<GaugeVec> {
        registered(&all, GaugeVec::new(Opts::new(name, help).namespace(NAMESPACE), labels)?)
    };
    let one = |name: &str, help: &str| -> prometheus::Result<Gauge> {
        registered(&all, Gauge::with_opts(Opts::new(name, help).namespace(NAMESPACE))?)
    };
    one("status_timestamp_seconds", "When this was read")?.set(seconds(now));
    one("unread_connections", "Connections that could not be read")?.set(number(failures));
    vec("info", "The version of the program", &["version"])?
        .with_label_values(&[env!("CARGO_PKG_VERSION")])
        .set(1.0);
    let connection = ["connection", "connector"];
    let running = vec("running", "Whether a run goes on", &connection)?;
    let began = vec("last_run_started_timestamp_seconds", "When the last run began", &connection)?;
    let verdicts = vec(
        "verdict",
        "How the last run came out for a resource",
        &["connection", "connector", "resource", "verdict"],
    )?;
    let complete = vec(
        "last_complete_timestamp_seconds",
        "When the last complete run of a resource began: the rows are at least as new",
        &RESOURCE,
    )?;
    let too_old = with_age
        .then(|| {
            vec("too_old", "Whether a resource is older than --max-age, or not complete", &RESOURCE)
        })
        .transpose()?;
    let took =
        vec("last_run_duration_seconds", "How long the last run took with a resource", &RESOURCE)?;
    let waited = vec(
        "last_run_waited_seconds",
        "Time of the last run spent waiting for the rate limit and before repetitions",
        &RESOURCE,
    )?;
    let numbers = NUMBERS.map(|(name, help, of)| (vec(name, help, &RESOURCE), of));
    let of_run = OF_RUN.map(|(name, help, of)| (vec(name, help, &RESOURCE), of));
    for Seen { known, recent, .. } in seen {
        let ConnectionKnown { connection, status, stale, .. } = known;
        let connector = &status.run.connector[..];
        let labels = [&connection[..], connector];
        running.with_label_values(&labels).set(f64::from(u8::from(status.run.running)));
        began.with_label_values(&labels).set(seconds(status.run.started_at));
        for resource in &status.resources {
            let name = resource.resource;
            let labels = [&connection[..], connector, name];
            // A word that is none of a machine's becomes one.
            let word = match verdict(resource, &status.run) {
                "-" => "never_synced".to_owned(),
                word => word.replace(' ', "_"),
            };
            verdicts.with_label_values(&[&connection[..], connector, name, &word]).set(1.0);
            if let Some(at) = resource.complete_at {
                complete.with_label_values(&labels).set(seconds(at));
            }
            if let Some(too_old) = &too_old {
                let is_stale = stale.iter().any(|one| one == name);
                too_old.with_label_values(&labels).set(f64::from(u8::from(is_stale)));
            }
            for (gauge, of) in &numbers {
                if let (Ok(gauge), Some(value)) = (gauge, of(resource)) {
                    gauge.with_label_values(&labels).set(number(value));
                }
            }
            let runs = recent.resources.iter().find(|runs| runs.resource == name);
            // The newest one that ended: of one that goes on, nothing is known yet.
            let ended =
                runs.and_then(|runs| runs.runs.iter().rev().find(|run| run.finished_at.is_some()));
            let Some(run) = ended else { continue };
            for (gauge, of) in &of_run {
                if let Ok(gauge) = gauge {
                    gauge.with_label_values(&labels).set(number(of(run)));
                }
            }
            let at = run.finished_at.unwrap_or(run.started_at);
            took.with_label_values(&labels)
                .set(thousandths((at - run.started_at).num_milliseconds()));
            waited.with_label_values(&labels).set(thousandths(run.waited_ms));
        }
    }
    TextEncoder::new().encode_to_string(&all.gather())
}

fn registered<T: Collector + Clone + 'static>(all: &Registry, one: T) -> prometheus::Result<T> {
    all.register(Box::new(one.clone()))?;
    Ok(one)
}

#[expect(clippy::cast_precision_loss, reason = "a metric is a float, and none comes near its end")]
fn number(value: impl TryInto<i64>) -> f64 {
    value.try_into().unwrap_or(i64::MAX) as f64
}

fn thousandths(value: i64) -> f64 {
    number(value) / 1000.0
}

fn seconds(at: DateTime<Utc>) -> f64 {
    thousandths(at.timestamp_millis())
}
