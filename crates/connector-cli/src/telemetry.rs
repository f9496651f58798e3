//! Traces and metrics of runs, where the program is built with them.

#[cfg(feature = "otel")]
pub(crate) use connector_telemetry::{SpanLayer, begin, carried, count, end};

#[cfg(not(feature = "otel"))]
pub(crate) use without::{SpanLayer, begin, carried, count, end};

/// The same for a program that tells nothing.
#[cfg(not(feature = "otel"))]
mod without {
    use connector_core::verdict::Report;
    use tracing_subscriber::{Layer, Registry};

    pub(crate) type SpanLayer = Box<dyn Layer<Registry> + Send + Sync>;

    #[expect(clippy::unnecessary_wraps, reason = "it is as where something is told")]
    pub(crate) fn begin() -> Result<Option<SpanLayer>, String> {
        Ok(None)
    }

    pub(crate) fn carried() -> Vec<(String, String)> {
        Vec::new()
    }

    pub(crate) fn count(_: &Report) {}

    pub(crate) fn end(_: u32) {}
}
