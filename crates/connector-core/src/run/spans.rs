//! The spans of a run: what its log lines have in common, and in the end what each came to. They
//! have names of the settings and of the declaration, kinds, and numbers; nothing that a vendor, a
//! database or a row says.

use tracing::field::Empty;
use tracing::{Span, debug_span, info_span};

use super::connection::Connection;
use super::context::Context;
use crate::ask::signed;
use crate::error::Error;
use crate::verdict::{ResourceReport, Verdict};
use crate::walk::Partition;
use connector_spec::Resource;

/// That of a run.
pub(super) fn of_run(connection: &Connection) -> Span {
    info_span!(
        "run",
        connection = connection.schema,
        connector = connection.connector.name,
        run_id = Empty,
        verdict = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// That of a resource.
pub(super) fn of_resource(context: &Context, resource: &Resource) -> Span {
    info_span!(
        "resource",
        connection = context.store.schema,
        run_id = context.store.run_id,
        resource = resource.name,
        verdict = Empty,
        rows_read = Empty,
        inserted = Empty,
        updated = Empty,
        unchanged = Empty,
        deleted = Empty,
        quarantined = Empty,
        requests = Empty,
        retries = Empty,
        throttled = Empty,
        bytes = Empty,
        waited_ms = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// That of a part of a resource.
pub(super) fn of_part(context: &Context, resource: &Resource, number: i32) -> Span {
    info_span!(
        "part",
        connection = context.store.schema,
        run = context.store.run_id,
        resource = resource.name,
        part = number,
        requests = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// That of a listing, which is told by its number: its name may have the key of a row in it.
pub(super) fn of_listing(context: &Context, resource: &Resource, partition: &Partition) -> Span {
    debug_span!(
        "listing",
        connection = context.store.schema,
        run_id = context.store.run_id,
        resource = resource.name,
        listing = partition.parent_row().map(signed),
        pages = Empty,
        passes = Empty,
        ending = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// That of a commit of a batch.
pub(super) fn of_commit(number: u64, rows: u64, bytes: usize) -> Span {
    debug_span!(
        "commit",
        otel.kind = "client",
        db.system.name = "postgresql",
        number = signed(number),
        rows = signed(rows),
        bytes = signed(bytes as u64),
        inserted = Empty,
        updated = Empty,
        unchanged = Empty,
        quarantined = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

/// Notes how what a span is about came out.
pub(super) fn note_verdict(span: &Span, verdict: Verdict) {
    span.record("verdict", verdict.name());
    if verdict != Verdict::Complete {
        span.record("error.type", verdict.name());
        span.record("otel.status_code", "ERROR");
    }
}

/// Notes that what a span is about failed: by the kind alone, as words may quote somebody.
pub(super) fn note_error(span: &Span, error: &Error) {
    span.record("error.type", error.kind().name());
    span.record("otel.status_code", "ERROR");
}

/// Notes what a resource came to.
pub(super) fn note_report(span: &Span, report: &ResourceReport) {
    let of_report = [
        ("rows_read", report.rows),
        ("inserted", report.inserted),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("deleted", report.deleted),
        ("quarantined", report.quarantined),
        ("requests", report.requests),
        ("retries", report.retries),
        ("throttled", report.throttled),
        ("bytes", report.bytes),
        ("waited_ms", report.waited_ms),
    ];
    for (field, count) in of_report {
        span.record(field, signed(count));
    }
    note_verdict(span, report.verdict);
}
