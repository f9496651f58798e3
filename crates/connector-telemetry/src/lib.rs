//! Traces and metrics of runs by OTLP, where the standard variables ask for them.
//!
//! What is told goes on threads of its own, from a queue that is bounded, and the end of the
//! program waits for it no longer than a time that is bounded too: a collector that is away, slow,
//! frozen or hostile changes nothing of a run, neither its status nor its time.
//!
//! What is told is the names of connections, resources and paths as they are declared, kinds and
//! numbers. Spans alone are taken, and no log lines: those have words, which may quote somebody.

mod asked;
mod collector;
mod metrics;
mod open;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use connector_core::environment::of_shell;
use connector_core::verdict::Report;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{
    MetricExporter, Protocol, SpanExporter, WithExportConfig, WithHttpConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::resource::{EnvResourceDetector, TelemetryResourceDetector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Runtime;
use tracing::{Span, warn};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::{Layer, Registry};

use self::asked::{Asked, Signal};
use self::collector::{Collector, Outcome};
use self::metrics::Metrics;
use self::open::OpenSpans;

/// What takes spans, to be part of a subscriber.
pub type SpanLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// How long all of this may be waited for in the end, over all programs that wait for each other.
const LAST_WORDS: Duration = Duration::from_millis(900);
/// How much of its time a program may wait until the last spans have ended.
const LAST_SPANS: u32 = 4;

/// The crate whose spans are told.
const TOLD: &str = "connector_core";

/// What is told, as long as the program runs.
static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();

struct Telemetry {
    traces: Option<SdkTracerProvider>,
    metrics: Option<(SdkMeterProvider, Metrics)>,
    open: Arc<OpenSpans>,
    outcome: Arc<Outcome>,
    /// What the collector is asked on.
    _runtime: Runtime,
}

/// Begins to tell what the variables ask for, on the thread that will begin the runs. Returns what
/// takes the spans; or why nothing is told though it was asked for, which is no reason not to run.
///
/// # Errors
///
/// In words, which name the variable and hold no value.
pub fn begin() -> Result<Option<SpanLayer>, String> {
    let asked = asked::by(&of_shell)?;
    if asked.is_nothing() {
        return Ok(None);
    }
    let telemetry = Telemetry::start(asked)?;
    let layer = telemetry.traces.as_ref().map(|traces| layer(traces, &telemetry.open));
    // A second beginning, in a test, leaves the first one's.
    if TELEMETRY.set(telemetry).is_err() {
        return Ok(None);
    }
    // Whatever began this program is the parent of its runs, for as long as this thread is there.
    std::mem::forget(parent().attach());
    Ok(layer)
}

/// What takes spans and tells them.
fn layer(traces: &SdkTracerProvider, open: &Arc<OpenSpans>) -> SpanLayer {
    let spans = tracing_opentelemetry::layer()
        .with_tracer(traces.tracer("vendor-connectors"))
        .with_context_activation(false)
        .with_location(false)
        .with_target(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    let told = filter_fn(|of| of.is_span() && of.target().split("::").next() == Some(TOLD));
    open::counting(open)
        .and_then(spans)
        .with_filter(told.with_max_level_hint(LevelFilter::DEBUG))
        .boxed()
}

/// The span that the program was begun in, if `TRACEPARENT` tells of one.
fn parent() -> Context {
    let carried = ["traceparent", "tracestate"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), of_shell(&name.to_uppercase())?)));
    let carried: HashMap<String, String> = carried.collect();
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carried)
}

/// The variables by which a program that is begun now knows that it is part of the current span.
pub fn carried() -> Vec<(String, String)> {
    if TELEMETRY.get().is_none() {
        return Vec::new();
    }
    let mut carried = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carried);
    let set = carried.into_iter().filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| (name.to_uppercase(), value)).collect()
}

/// Counts what a run came to.
pub fn count(report: &Report) {
    if let Some(Telemetry { metrics: Some((_, metrics)), .. }) = TELEMETRY.get() {
        metrics.count(report);
    }
}

/// Tells the rest, and waits for it as long as may be waited by one of so many programs, each of
/// which waits for the one before.
pub fn end(programs: u32) {
    let Some(telemetry) = TELEMETRY.get() else { return };
    let most = LAST_WORDS / programs.max(1);
    let until = Instant::now() + most;
    telemetry.open.wait(most / LAST_SPANS);
    let (done, is_done) = mpsc::channel();
    let mut waits = 0;
    let mut shut = |name: &str, shut: Box<dyn FnOnce() -> OTelSdkResult + Send>| {
        let done = done.clone();
        // Without a thread for it, nothing is told any more.
        let begun = thread::Builder::new().name(name.to_owned()).spawn(move || {
            // Nobody may wait any more.
            let _ = done.send(shut().is_ok());
        });
        waits += usize::from(begun.is_ok());
    };
    if let Some(traces) = telemetry.traces.clone() {
        shut("last traces", Box::new(move || traces.shutdown_with_timeout(most)));
    }
    if let Some((metrics, _)) = &telemetry.metrics {
        let metrics = metrics.clone();
        shut("last metrics", Box::new(move || metrics.shutdown_with_timeout(most)));
    }
    let mut all = true;
    for _ in 0..waits {
        let left = until.saturating_duration_since(Instant::now());
        all &= is_done.recv_timeout(left).unwrap_or(false);
    }
    if let Some(why) = telemetry.outcome.failure().or((!all).then_some(SLOW.to_owned())) {
        warn!("not all traces and metrics arrived, which changes nothing of the run: {why}");
    }
}

/// Why something did not arrive, if nothing else is known.
const SLOW: &str = "the collector did not answer in time";

impl Telemetry {
    fn start(asked: Asked) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("telemetry")
            .enable_all()
            .build()
            .map_err(|_| "there is no thread for it".to_owned())?;
        let (resource, outcome) = (resource(), Arc::new(Outcome::default()));
        let collector = |signal: &Signal| Collector::at(signal, runtime.handle(), &outcome);
        let traces = asked.traces.map(|signal| {
            let exporter = sent(SpanExporter::builder().with_http(), collector(&signal)?, signal)
                .build()
                .map_err(|_| of("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))?;
            let traces = SdkTracerProvider::builder().with_resource(resource.clone());
            Ok::<_, String>(traces.with_batch_exporter(exporter).build())
        });
        let metrics = asked.metrics.map(|signal| {
            let exporter = sent(MetricExporter::builder().with_http(), collector(&signal)?, signal)
                .build()
                .map_err(|_| of("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"))?;
            let provider = SdkMeterProvider::builder().with_resource(resource.clone());
            let provider = provider.with_periodic_exporter(exporter).build();
            let metrics = Metrics::of(&provider);
            Ok::<_, String>((provider, metrics))
        });
        Ok(Self {
            traces: traces.transpose()?,
            metrics: metrics.transpose()?,
            open: Arc::default(),
            outcome,
            _runtime: runtime,
        })
    }
}

/// An exporter that sends a signal where it is asked for, by this client.
fn sent<E>(exporter: E, collector: Collector, signal: Signal) -> E
where
    E: WithExportConfig + WithHttpConfig,
{
    exporter
        .with_http_client(collector)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(signal.endpoint)
        .with_timeout(signal.timeout)
}

/// What is said of a variable that cannot be used, whose value may be a secret.
fn of(variable: &str) -> String {
    format!("{variable} cannot be used")
}

/// Who tells.
fn resource() -> Resource {
    let known = [
        KeyValue::new("service.name", "vendor-connectors"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
    ];
    let builder = Resource::builder_empty()
        .with_attributes(known)
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_detector(Box::new(EnvResourceDetector::new()));
    match of_shell("OTEL_SERVICE_NAME") {
        Some(name) => builder.with_service_name(name),
        None => builder,
    }
    .build()
}
