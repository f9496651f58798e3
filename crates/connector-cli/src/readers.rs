//! Tables for whoever carries them on: the protocols of Airbyte and of Singer.
//!
//! A read is a sync with the same engine into the same Postgres, and then, of what that left,
//! the rows that the caller lacks. A resource that is not proved whole is not sent: what changed
//! of it comes when it is, and the exit status says so.

mod airbyte;
mod lines;
mod schema;
mod singer;

use std::collections::BTreeMap;

use tracing::info;

pub(super) use airbyte::Args as AirbyteArgs;
pub(super) use airbyte::run as airbyte;
pub(super) use singer::Args as SingerArgs;
pub(super) use singer::run as singer;

use super::{block_on, now, telemetry};
use crate::progress::Progress;
use connector_core::error::{Error, ErrorKind, Result};
use connector_core::run::{Connection, sync_then};
use connector_core::store::{Mark, Snapshot, Wanted};
use connector_core::verdict::{Report, ResourceReport, Verdict};
use connector_core::words::count;
use connector_spec::Resource;

/// A table that a caller reads.
struct Stream {
    resource: &'static Resource,
    /// Its columns, as many as are asked for.
    columns: Vec<&'static str>,
    /// How far the caller has read it; nothing where all of it is wanted.
    from: Option<Mark>,
}

impl Stream {
    /// Its name, which is the stream's too.
    fn table(&self) -> &'static str {
        self.resource.table
    }
}

/// What a protocol says of a stream, in this order.
trait Protocol {
    /// It will be read when its sync has ended.
    fn started(&mut self, stream: &Stream) -> Result<()>;
    /// Its rows follow as that run left them: all, or those that changed.
    fn begin(&mut self, stream: &Stream, wanted: &Wanted, run_id: i64) -> Result<()>;
    /// One row, as a JSON object.
    fn row(&mut self, stream: &Stream, row: &str) -> Result<()>;
    /// It is read as far as that, with so many rows.
    fn end(&mut self, stream: &Stream, wanted: &Wanted, mark: Mark, rows: u64) -> Result<()>;
    /// It is not proved whole, and none of its rows is sent.
    fn unproved(&mut self, stream: &Stream, why: &Error) -> Result<()>;
}

/// Syncs a connection, sends what these streams lack, and returns the exit status.
fn read(
    connection: Connection,
    streams: &[Stream],
    protocol: &mut impl Protocol,
    progress: &Progress,
) -> Result<u8> {
    // Whoever else syncs it has done a part of the work.
    let connection = connection.waiting().shown_by(progress.clone());
    for stream in streams {
        protocol.started(stream)?;
    }
    let ended = block_on(async {
        let sent = async |report: &Report, snapshot| {
            progress.clear();
            send(report, snapshot, streams, protocol).await
        };
        sync_then(&connection, now(), sent).await
    })?;
    let (report, sent) = ended?;
    telemetry::count(&report);
    sent
}

/// Sends the streams that the run proved whole, says of the others that they are not, and returns the
/// exit status.
async fn send(
    report: &Report,
    mut snapshot: Snapshot,
    streams: &[Stream],
    protocol: &mut impl Protocol,
) -> Result<u8> {
    // No other report is shown.
    for what in &report.chosen {
        info!("{what}");
    }
    let of_resources: BTreeMap<&str, _> =
        report.resources.iter().map(|resource| (resource.resource, resource)).collect();
    let worst = report.resources.iter().map(|resource| resource.verdict).max();
    if worst.is_none_or(|worst| worst < report.verdict) {
        return Err(Error::new(ErrorKind::Storage, "the end of the run could not be recorded")
            .next("run again; the log says what went wrong"));
    }
    let mut status = 0;
    for stream in streams {
        let found = of_resources.get(stream.resource.name);
        if found.is_none_or(|report| report.verdict != Verdict::Complete) {
            protocol.unproved(stream, &unproved(stream, found.copied()))?;
            status = 1;
            continue;
        }
        let mark = snapshot.mark(stream.resource, &stream.columns);
        let wanted = snapshot.wanted(stream.from.clone(), &mark).await?;
        protocol.begin(stream, &wanted, mark.run_id)?;
        let each = |row: &str| protocol.row(stream, row);
        let rows = snapshot.read(stream.resource, &stream.columns, &wanted, each).await?;
        protocol.end(stream, &wanted, mark, rows)?;
        info!("`{}`: {} sent", stream.table(), count(rows, "row", "rows"));
    }
    Ok(status)
}

/// Why a stream is not sent.
fn unproved(stream: &Stream, report: Option<&ResourceReport>) -> Error {
    let verdict = report.map_or(Verdict::Skipped, |report| report.verdict);
    let why = report.and_then(ResourceReport::why).unwrap_or("the run did not come to it");
    let what = format!("`{}` is {}, and not sent: {why}", stream.table(), verdict.name());
    let error = Error::new(ErrorKind::Unavailable, what);
    let next = report.and_then(|report| report.next.clone());
    next.into_iter().fold(error, Error::next)
}
