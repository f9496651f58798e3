//! The metrics: what reports say, added up.

use connector_core::verdict::{Report, ResourceReport};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;

/// A number of a report.
type Number = fn(&ResourceReport) -> u64;

/// The counters, by the names of the report: name, unit, what it is, and where it is.
const COUNTERS: [(&str, &str, &str, Number); 10] = [
    ("rows.read", "{row}", "Rows that the vendor sent.", |of| of.rows),
    ("rows.inserted", "{row}", "Rows that were new.", |of| of.inserted),
    ("rows.updated", "{row}", "Rows that differed, or came back after a deletion.", |of| {
        of.updated
    }),
    ("rows.unchanged", "{row}", "Rows that were the same and were not written.", |of| of.unchanged),
    ("rows.deleted", "{row}", "Rows that got a `_deleted_at`.", |of| of.deleted),
    ("rows.quarantined", "{row}", "Rows that have no place in the table.", |of| of.quarantined),
    ("requests", "{request}", "Requests sent, repetitions included.", |of| of.requests),
    ("retries", "{request}", "Requests that were repetitions.", |of| of.retries),
    ("throttled", "{request}", "Answers 429.", |of| of.throttled),
    ("bytes", "By", "Bytes received.", |of| of.bytes),
];

/// The bounds of the durations, in seconds: from a listing of one page to a night.
const BOUNDS: [f64; 12] =
    [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 1_800.0, 3_600.0, 10_800.0, 43_200.0];

/// What is counted.
pub(crate) struct Metrics {
    counters: Vec<(Counter<u64>, Number)>,
    waited: Counter<f64>,
    resources: Counter<u64>,
    duration: Histogram<f64>,
    runs: Counter<u64>,
    run_duration: Histogram<f64>,
}

impl Metrics {
    /// Those of a provider.
    pub(crate) fn of(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter("vendor-connectors");
        let counter = |(name, unit, what, number): (&str, &'static str, &'static str, Number)| {
            (count(&meter, name, unit, what), number)
        };
        let waited = meter
            .f64_counter("vendor_connectors.waited")
            .with_unit("s")
            .with_description("Time of waiting for the rate limit and before repetitions.");
        Self {
            counters: COUNTERS.into_iter().map(counter).collect(),
            waited: waited.build(),
            resources: count(&meter, "resources", "{resource}", "Resources, by how they came out."),
            duration: duration(&meter, "resource.duration", "How long resources took."),
            runs: count(&meter, "runs", "{run}", "Runs, by how they came out."),
            run_duration: duration(&meter, "run.duration", "How long runs took."),
        }
    }

    /// Counts what a run came to.
    pub(crate) fn count(&self, report: &Report) {
        let of_run = [
            KeyValue::new("connection", report.connection.clone()),
            KeyValue::new("connector", report.connector),
            KeyValue::new("verdict", report.verdict.name()),
        ];
        self.runs.add(1, &of_run);
        self.run_duration.record(seconds(report.elapsed_ms), &of_run);
        for resource in &report.resources {
            let of_resource = [
                of_run[0].clone(),
                of_run[1].clone(),
                KeyValue::new("resource", resource.resource),
                KeyValue::new("verdict", resource.verdict.name()),
            ];
            for (counter, number) in &self.counters {
                counter.add(number(resource), &of_resource);
            }
            self.waited.add(seconds(resource.waited_ms), &of_resource);
            self.resources.add(1, &of_resource);
            self.duration.record(seconds(resource.elapsed_ms), &of_resource);
        }
    }
}

fn count(meter: &Meter, name: &str, unit: &'static str, what: &'static str) -> Counter<u64> {
    let name = format!("vendor_connectors.{name}");
    meter.u64_counter(name).with_unit(unit).with_description(what).build()
}

fn duration(meter: &Meter, name: &str, what: &'static str) -> Histogram<f64> {
    let name = format!("vendor_connectors.{name}");
    let histogram = meter.f64_histogram(name).with_unit("s").with_description(what);
    histogram.with_boundaries(BOUNDS.to_vec()).build()
}

fn seconds(millis: u64) -> f64 {
    std::time::Duration::from_millis(millis).as_secs_f64()
}
