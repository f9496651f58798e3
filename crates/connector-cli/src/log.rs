//! The log on stderr: lines for people, with their time where they are kept, or JSON with fields.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;
use std::sync::OnceLock;

use serde_json::json;
use tracing::field::{Field, Visit};
use tracing::span::Record;
use tracing::subscriber::set_global_default;
use tracing::{Event, Level, Subscriber, warn};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::{FilterExt as _, FilterFn, LevelFilter, Targets, filter_fn};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer as _, Registry};

use super::log_options::{Log, LogFormat};
use super::now;
use super::progress::Progress;
use super::telemetry::{self, SpanLayer};
use crate::settings::colour_is_welcome;
use connector_core::error::Error;
use connector_core::foreign::{ascii_json, escaped_line};
use connector_core::verdict::hanging;

/// How the lines of this process are written.
static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Says how errors are written that come before the first line.
pub(super) fn write_as(format: LogFormat) {
    // A second one, in a test, leaves the first one's.
    let _ = FORMAT.set(format);
}

/// Whether lines are JSON, and errors too.
pub(super) fn is_json() -> bool {
    FORMAT.get() == Some(&LogFormat::Json)
}

/// Writes an error as a line of JSON.
pub(super) fn write_error(error: &Error) {
    let line = json!({
        "timestamp": timestamp(),
        "level": "ERROR",
        "message": error.to_string(),
        "next": error.advice(),
        "exit_status": error.exit_status(),
    });
    // Where stderr is closed or full, there is nobody to tell.
    let line = format!("{}\n", ascii_json(&line.to_string()));
    let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes());
}

/// Writes what is wrong after a run as a line of JSON.
pub(super) fn write_problems(problems: &str) {
    let line = json!({"timestamp": timestamp(), "level": "WARN", "message": problems});
    let line = format!("{}\n", ascii_json(&line.to_string()));
    let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes());
}

/// The time of a line.
fn timestamp() -> String {
    now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// Whose lines are shown at all.
const OURS: [&str; 5] = [
    "connector_core",
    "connector_cli",
    "connector_telemetry",
    "embedded_postgres",
    "vendor_connectors_worker",
];

/// Which lines `RUST_LOG` asks for, if it is set and can be read.
fn asked_for() -> Option<Targets> {
    std::env::var("RUST_LOG").ok().filter(|asked| !asked.is_empty())?.parse().ok()
}

/// Sends log lines to stderr, above the lines of the progress; `RUST_LOG` chooses which.
pub fn start_logging(log: Log, progress: &Progress) {
    start(log, progress, None, Whose::Connection);
}

/// The same for a process that does pieces of several runs: each line says of which.
pub fn start_logging_of_pieces(log: Log) {
    start(log, &Progress::default(), None, Whose::Piece);
}

/// The same for a command that runs connections, which is told by OTLP too if that is asked for,
/// until [`telemetry::end`].
pub(super) fn start_telling(log: Log, progress: &Progress) {
    match telemetry::begin() {
        Ok(spans) => start(log, progress, spans, Whose::Connection),
        Err(why) => {
            start(log, progress, None, Whose::Connection);
            warn!("no traces and no metrics are sent, which changes nothing of the run: {why}");
        }
    }
}

fn start(log: Log, progress: &Progress, spans: Option<SpanLayer>, whose: Whose) {
    let Log { quiet, log_format: format } = log;
    write_as(format);
    let filter = asked_for().unwrap_or_else(|| {
        // What comes of a quiet run is told in the end.
        let level = if quiet { LevelFilter::OFF } else { LevelFilter::INFO };
        OURS.iter().map(|target| (*target, level)).collect()
    });
    let (progress, shown) = (progress.clone(), progress.clone());
    let is_terminal = std::io::stderr().is_terminal();
    // What spans are told elsewhere is no matter of the log's.
    let filter = filter.and(own_lines().with_max_level_hint(LevelFilter::TRACE));
    let log = tracing_subscriber::fmt::layer()
        .with_writer(move || LogLines { progress: progress.clone(), format, is_terminal })
        .with_ansi(is_terminal && colour_is_welcome());
    let lines = match format {
        LogFormat::Text => {
            let lines = Lines { with_time: !is_terminal, progress: shown, whose };
            log.fmt_fields(whose).event_format(lines).with_filter(filter).boxed()
        }
        LogFormat::Json => {
            let lines = log.json().flatten_event(true).with_target(false);
            lines.with_filter(filter).boxed()
        }
    };
    let all: Vec<SpanLayer> = [lines].into_iter().chain(spans).collect();
    // A second start, in a test, leaves the first one's settings.
    let _ = set_global_default(Registry::default().with(all));
}

/// Lines for people: the time, the level, which of several connections, and the message. Its
/// fields say the same for programs, but for lines that are asked for to find a fault.
struct Lines {
    with_time: bool,
    progress: Progress,
    whose: Whose,
}

/// Of a span's fields, what it is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// The connection, where there are several.
    Connection,
    /// The connection, the run, the resource and the part.
    Piece,
}

/// One field of an event or a span.
struct One {
    name: &'static str,
    value: String,
}

impl One {
    fn of(name: &'static str) -> Self {
        Self { name, value: String::new() }
    }
}

impl Visit for One {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == self.name {
            value.clone_into(&mut self.value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == self.name {
            self.value = format!("{value:?}");
        }
    }
}

/// All fields of an event but the message, behind it.
struct Others<'a>(&'a mut String);

impl Visit for Others<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() != "message" {
            // A text takes whatever is written to it.
            let _ = write!(self.0, " {}={value:?}", field.name());
        }
    }
}

impl<'w> FormatFields<'w> for Whose {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut connection = One::of("connection");
        fields.record(&mut connection);
        writer.write_str(&connection.value)?;
        if *self == Self::Connection {
            return Ok(());
        }
        for (name, before) in [("run", ", run "), ("resource", ", "), ("part", ", part ")] {
            let mut field = One::of(name);
            fields.record(&mut field);
            if !field.value.is_empty() {
                write!(writer, "{before}{}", field.value)?;
            }
        }
        Ok(())
    }

    /// What a span comes to says nothing of whose it is.
    fn add_fields(&self, _: &'w mut FormattedFields<Self>, _: &Record<'_>) -> fmt::Result {
        Ok(())
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> FormatEvent<S, Whose> for Lines {
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Whose>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if self.with_time {
            write!(writer, "{} ", now().format("%Y-%m-%dT%H:%M:%SZ"))?;
        }
        let level = *event.metadata().level();
        let word = format!("{level:>5}");
        if writer.has_ansi_escapes() {
            let styled = console::style(word).force_styling(true);
            let styled = match level {
                Level::ERROR => styled.red(),
                Level::WARN => styled.yellow(),
                Level::INFO => styled.green(),
                _ => styled.dim(),
            };
            write!(writer, "{styled} ")?;
        } else {
            write!(writer, "{word} ")?;
        }
        if self.whose == Whose::Piece || self.progress.is_of_several() {
            for span in context.event_scope().into_iter().flatten() {
                let fields = span.extensions();
                if let Some(connection) = fields.get::<FormattedFields<Whose>>()
                    && !connection.is_empty()
                {
                    write!(writer, "{connection}: ")?;
                    break;
                }
            }
        }
        let mut message = One::of("message");
        event.record(&mut message);
        if level > Level::INFO {
            event.record(&mut Others(&mut message.value));
        }
        writeln!(writer, "{}", message.value)
    }
}

/// Lets the lines of these crates through, and none of a library: those quote what comes
/// from a socket, which may be a key or a row.
fn own_lines() -> FilterFn {
    filter_fn(|line| {
        let from = line.target().split("::").next();
        from.is_some_and(|from| OURS.contains(&from))
    })
}

/// Where log lines go.
struct LogLines {
    progress: Progress,
    format: LogFormat,
    is_terminal: bool,
}

/// The width of a level, below whose message a line goes on.
const LEVEL: usize = 6;

impl std::io::Write for LogLines {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        // Each event comes at once, and is one line, whatever stands in it.
        let line = String::from_utf8_lossy(text);
        let line = line.strip_suffix('\n').unwrap_or(&line);
        let line = match self.format {
            LogFormat::Text => escaped_line(line),
            LogFormat::Json => ascii_json(line),
        };
        let columns = console::Term::stderr().size_checked().map(|(_, columns)| columns);
        let line = match columns.filter(|_| self.is_terminal && self.format == LogFormat::Text) {
            Some(columns) => hanging(&line, columns, LEVEL).into(),
            None => line,
        };
        // A log that cannot be written, as on a full disk, is no reason to sync less.
        let _ = self.progress.write(format!("{line}\n").as_bytes());
        Ok(text.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
