//! How far runs are, for a person who waits at a terminal.
//!
//! One line for each resource that is read, and one for all. What they show is
//! read from counters when they are drawn, so that nothing waits for a terminal.

mod echo;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use tracing::info;

use self::echo::NoEcho;
use super::log_options::{Log, LogFormat};
use connector_core::ask::Traffic;
use connector_core::run::progress::Watch;
use connector_core::verdict::shortened;
use connector_core::words::{count, number, span};

/// How often the lines are drawn.
const TICK: Duration = Duration::from_millis(200);

/// How often a line is logged where there is no terminal.
const HEARTBEAT: Duration = Duration::from_mins(1);

/// The most resources that such a line names.
const MOST_NAMED: usize = 5;

/// What all runs of a program have done so far, and the lines that show it; nothing where
/// nobody watches.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    shared: Option<Arc<Shared>>,
    /// Whose resources they are, where there are several connections.
    connection: Option<Arc<str>>,
}

#[derive(Debug)]
struct Shared {
    sum: Arc<Sum>,
    begun: Instant,
    /// What is being read, by a number.
    active: Mutex<BTreeMap<u64, Active>>,
    lines: Option<Lines>,
    /// As long as it is there, a line is logged now and then.
    heart: Mutex<Option<mpsc::Sender<()>>>,
    /// Whether there are several connections.
    several: AtomicBool,
}

/// A resource that is being read.
#[derive(Debug)]
struct Active {
    name: String,
    traffic: Arc<Traffic>,
}

/// The lines on a terminal.
#[derive(Debug)]
struct Lines {
    all: MultiProgress,
    last: ProgressBar,
    /// As long as there are lines.
    no_echo: Mutex<Option<NoEcho>>,
    /// Whether lines of the log stand above them.
    logged: AtomicBool,
}

/// What has come to all runs so far.
#[derive(Debug, Default)]
struct Sum {
    resources: AtomicU64,
    /// Whether those of runs that did not begin yet are counted too.
    all_known: AtomicBool,
    ended: AtomicU64,
    rows: AtomicU64,
    requests: AtomicU64,
}

/// A resource that is being read, until this value is dropped.
#[derive(Debug)]
struct Reading {
    number: u64,
    bar: Option<ProgressBar>,
    shared: Arc<Shared>,
}

impl Progress {
    /// What a command shows while it runs: lines on a terminal, elsewhere one in the log each
    /// minute, and nothing if it is to be quiet.
    pub(crate) fn of(log: Log) -> Self {
        match log {
            Log { quiet: true, .. } => Self::default(),
            Log { log_format: LogFormat::Text, .. } => Self::on_terminal(),
            Log { log_format: LogFormat::Json, .. } => Self::in_log(HEARTBEAT),
        }
    }

    /// Lines on stderr, if that is a terminal, and otherwise one in the log each minute.
    pub fn on_terminal() -> Self {
        if !io::IsTerminal::is_terminal(&io::stderr()) {
            return Self::in_log(HEARTBEAT);
        }
        Self::on(ProgressDrawTarget::stderr(), NoEcho::begin())
    }

    /// A line in the log each time that so much has passed.
    fn in_log(each: Duration) -> Self {
        let (heart, beats) = mpsc::channel();
        let progress = Self::shared(|_| None, Some(heart));
        // The thread ends with the last one that could be told about.
        let shared = progress.shared.as_ref().map(Arc::downgrade);
        let beat = move || {
            while beats.recv_timeout(each) == Err(mpsc::RecvTimeoutError::Timeout) {
                let Some(shared) = shared.as_ref().and_then(Weak::upgrade) else { break };
                shared.log();
            }
        };
        // Without such a thread there are fewer lines, and the sync goes on.
        let _ = thread::Builder::new().name("heartbeat".to_owned()).spawn(beat);
        progress
    }

    fn shared(
        lines: impl FnOnce(&Arc<Sum>) -> Option<Lines>,
        heart: Option<mpsc::Sender<()>>,
    ) -> Self {
        let sum = Arc::new(Sum::default());
        let shared = Shared {
            lines: lines(&sum),
            sum,
            begun: Instant::now(),
            active: Mutex::default(),
            heart: Mutex::new(heart),
            several: AtomicBool::new(false),
        };
        Self { shared: Some(Arc::new(shared)), connection: None }
    }

    fn on(target: ProgressDrawTarget, no_echo: Option<NoEcho>) -> Self {
        let lines = |sum: &Arc<Sum>| {
            let all = MultiProgress::with_draw_target(target);
            let shown = Arc::clone(sum);
            let style = style("{spinner} {sum}  {elapsed}").with_key(
                "sum",
                move |_: &ProgressState, line: &mut dyn Write| {
                    let _ = write!(line, "{shown}");
                },
            );
            let last = all.add(ProgressBar::new_spinner().with_style(style));
            last.enable_steady_tick(TICK);
            Some(Lines { all, last, no_echo: Mutex::new(no_echo), logged: AtomicBool::new(false) })
        };
        Self::shared(lines, None)
    }

    /// The same, for one of several connections: its resources are shown with its name.
    pub(crate) fn of_connection(&self, connection: &str) -> Self {
        if let Some(shared) = &self.shared {
            shared.several.store(true, Relaxed);
        }
        Self { shared: self.shared.clone(), connection: Some(connection.into()) }
    }

    /// How many resources all runs together have, those too that wait for their turn.
    pub(crate) fn expect_in_all(&self, resources: usize) {
        if let Some(shared) = &self.shared {
            shared.sum.resources.store(resources as u64, Relaxed);
            shared.sum.all_known.store(true, Relaxed);
        }
    }

    /// Whether there are several connections, so that what is said has to name one.
    pub(crate) fn is_of_several(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| shared.several.load(Relaxed))
    }

    /// Adds a resource, until the value that it returns is dropped.
    fn read(&self, resource: &str, traffic: &Arc<Traffic>) -> Option<Reading> {
        let shared = Arc::clone(self.shared.as_ref()?);
        let name = match &self.connection {
            Some(connection) => format!("{connection}.{resource}"),
            None => resource.to_owned(),
        };
        let bar = shared.lines.as_ref().map(|lines| lines.line(&name, traffic));
        let mut active = shared.active.lock().unwrap_or_else(PoisonError::into_inner);
        let number = active.last_key_value().map_or(0, |(number, _)| number + 1);
        active.insert(number, Active { name, traffic: Arc::clone(traffic) });
        drop(active);
        Some(Reading { number, bar, shared })
    }

    /// Writes a line of the log above the others.
    pub(crate) fn write(&self, text: &[u8]) -> io::Result<()> {
        let write = || io::Write::write_all(&mut io::stderr().lock(), text);
        match self.shared.as_ref().and_then(|shared| shared.lines.as_ref()) {
            Some(lines) => {
                lines.logged.store(true, Relaxed);
                lines.all.suspend(write)
            }
            None => write(),
        }
    }

    /// Takes all lines away, and logs none any more.
    pub fn clear(&self) {
        let Some(shared) = &self.shared else { return };
        *shared.heart.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if let Some(lines) = &shared.lines {
            lines.last.finish_and_clear();
            // There is nobody to tell.
            let _ = lines.all.clear();
            *lines.no_echo.lock().unwrap_or_else(PoisonError::into_inner) = None;
            // What is told in the end stands apart from the log.
            if lines.logged.swap(false, Relaxed) {
                let _ = io::Write::write_all(&mut io::stderr().lock(), b"\n");
            }
        }
    }
}

impl Lines {
    /// The line of a resource.
    fn line(&self, name: &str, traffic: &Arc<Traffic>) -> ProgressBar {
        let traffic = Arc::clone(traffic);
        let width = name_width(terminal_columns());
        let style = style(&format!("  {{prefix:{width}!}} {{state}}")).with_key(
            "state",
            move |state: &ProgressState, line: &mut dyn Write| {
                let (time, columns) = (state.elapsed(), room(width));
                let shown = Shown { traffic: &traffic, time, columns }.to_string();
                let _ = write!(line, "{}", console::truncate_str(&shown, columns, ""));
            },
        );
        let line = ProgressBar::new_spinner().with_style(style).with_prefix(shortened(name, width));
        let line = self.all.insert_before(&self.last, line);
        line.enable_steady_tick(TICK);
        line
    }
}

impl Shared {
    /// Logs how far all is, and what waits for whom.
    fn log(&self) {
        let active = self.active.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = active.values().map(|one| one.traffic.requests.load(Relaxed)).sum::<u64>();
        let requests = self.sum.requests.load(Relaxed) + under_way;
        let resting = active.values().find_map(|one| one.traffic.rest_left());
        let mut named: Vec<String> = active
            .values()
            .take(MOST_NAMED)
            .map(|one| format!("{} {}", one.name, Doing(&one.traffic)))
            .collect();
        if active.len() > MOST_NAMED {
            named.push(format!("and {} more", active.len() - MOST_NAMED));
        }
        drop(active);
        info!(
            resources = self.sum.resources.load(Relaxed),
            ended = self.sum.ended.load(Relaxed),
            rows_read = self.sum.rows.load(Relaxed),
            requests,
            elapsed_s = self.begun.elapsed().as_secs(),
            resting_s = resting.map(|left| left.as_secs()),
            "{}, {} after {}: {}",
            self.sum,
            count(requests, "request", "requests"),
            whole_seconds(self.begun.elapsed()),
            named.join("; ")
        );
    }
}

impl Watch for Progress {
    fn expect(&self, resources: usize) {
        let shared = self.shared.as_ref().filter(|shared| !shared.sum.all_known.load(Relaxed));
        if let Some(shared) = shared {
            shared.sum.resources.fetch_add(resources as u64, Relaxed);
        }
    }

    fn add_rows(&self, rows: u64) {
        if let Some(shared) = &self.shared {
            shared.sum.rows.fetch_add(rows, Relaxed);
        }
    }

    fn begin(&self, resource: &str, traffic: &Arc<Traffic>) -> Box<dyn Any + Send + Sync> {
        Box::new(self.read(resource, traffic))
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut active = self.shared.active.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = &self.shared.sum;
        sum.ended.fetch_add(1, Relaxed);
        if let Some(one) = active.remove(&self.number) {
            sum.requests.fetch_add(one.traffic.requests.load(Relaxed), Relaxed);
        }
        drop(active);
        if let (Some(bar), Some(lines)) = (&self.bar, &self.shared.lines) {
            bar.finish_and_clear();
            lines.all.remove(bar);
        }
    }
}

fn terminal_columns() -> Option<usize> {
    console::Term::stderr().size_checked().map(|(_, columns)| columns.into())
}

/// The columns of a resource's name: as many as the rest leaves, within reason.
fn name_width(columns: Option<usize>) -> usize {
    const LEAST: usize = 24;
    const MOST: usize = 56;
    columns.map_or(LEAST, |columns| columns.saturating_sub(ALL + 4).clamp(LEAST, MOST))
}

/// The columns behind a name of that width: a line that wraps is not taken away again.
fn room(name: usize) -> usize {
    terminal_columns().unwrap_or(usize::MAX).saturating_sub(name + 4)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (ended, resources) = (self.ended.load(Relaxed), self.resources.load(Relaxed));
        if resources == 0 {
            return f.write_str("nothing begun yet");
        }
        let resources = count(resources, "resource", "resources");
        let rows = count(self.rows.load(Relaxed), "row", "rows");
        write!(f, "{} of {resources}, {rows}", number(ended))
    }
}

/// A span of time as it is counted down.
fn whole_seconds(time: Duration) -> String {
    span(Duration::from_secs(time.as_secs()))
}

/// What one resource has brought, and what it waits for.
struct Doing<'a>(&'a Traffic);

impl std::fmt::Display for Doing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(traffic) = self;
        let (rows, total) = (traffic.rows.load(Relaxed), traffic.total.load(Relaxed));
        match total {
            0 => f.write_str(&count(rows, "row", "rows"))?,
            total => write!(f, "{} of {}", number(rows), count(total, "row", "rows"))?,
        }
        match traffic.rest_left() {
            Some(left) => write!(f, ", waiting for the vendor, {}", whole_seconds(left)),
            None if traffic.held.load(Relaxed) > 0 => f.write_str(", at the rate limit"),
            None => Ok(()),
        }
    }
}

/// The columns of all that is told of a resource behind its name.
const ALL: usize = 50;

/// What one resource has cost and brought after some time, in fifty columns, or in as many as
/// there are: what it waits for is then said instead of the rest.
struct Shown<'a> {
    traffic: &'a Traffic,
    time: Duration,
    columns: usize,
}

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { traffic, time, columns } = self;
        let is_narrow = *columns < ALL;
        let (rows, total) = (traffic.rows.load(Relaxed), traffic.total.load(Relaxed));
        let pages = traffic.pages.load(Relaxed);
        let rest = traffic.rest_left();
        if let Some(left) = rest.filter(|_| is_narrow) {
            return write!(f, "waiting for the vendor, {}", whole_seconds(left));
        }
        let word = if rows == 1 { "row" } else { "rows" };
        write!(f, "{:>11} {word:<4}", number(rows))?;
        // Nobody is asked meanwhile, so that is all there is to say.
        if let Some(left) = rest {
            return write!(f, "  waiting for the vendor, {}", whole_seconds(left));
        }
        let is_held = traffic.held.load(Relaxed) > 0;
        if is_narrow && is_held {
            return f.write_str("  rate limit");
        }
        let word = if pages == 1 { "page" } else { "pages" };
        write!(f, " {:>7} {word:<5}", number(pages))?;
        if is_narrow {
            return Ok(());
        }
        // In the first moments, a speed says nothing, and at a limit, that is what it says.
        let speed = if is_held {
            "rate limit".to_owned()
        } else if time.as_secs() == 0 {
            String::new()
        } else {
            let speed = u128::from(rows) * 1_000 / time.as_millis();
            format!("{}/s", number(speed))
        };
        write!(f, " {speed:>10}")?;
        match rows.saturating_mul(100).checked_div(total) {
            Some(share) => write!(f, " {:>4} %", share.min(100)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    #[test]
    fn what_is_waited_for_is_said_in_a_narrow_terminal_too() {
        let resting = Traffic::default();
        resting.rest_for(Duration::from_secs(598) + Duration::from_millis(900));
        let held = Traffic::default();
        held.held.store(1, Relaxed);
        let busy = Traffic::default();
        busy.rows.store(12_345_678, Relaxed);
        let shown = |traffic: &Traffic| {
            Shown { traffic, time: Duration::from_secs(1), columns: 32 }.to_string()
        };
        let all = [&resting, &held, &busy].map(shown);
        assert_eq!(
            all,
            [
                "waiting for the vendor, 9m 58s",
                "          0 rows  rate limit",
                " 12,345,678 rows       0 pages"
            ]
        );
    }

    #[test]
    fn a_wide_terminal_has_room_for_long_names_and_one_of_a_thing_is_one() {
        let widths = [None, Some(60), Some(80), Some(120), Some(300)].map(name_width);
        assert_eq!(widths, [24, 24, 26, 56, 56]);
        let one = Traffic::default();
        one.rows.store(1, Relaxed);
        one.pages.store(1, Relaxed);
        let shown = Shown { traffic: &one, time: Duration::ZERO, columns: 32 }.to_string();
        assert_eq!(shown.trim_end(), "          1 row        1 page");
    }

    #[test]
    fn the_lines_fit_into_eighty_columns_and_leave_nothing() {
        let terminal = InMemoryTerm::new(24, 80);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::on(target, None);
        let said = |progress: &Progress| progress.shared.as_ref().map(|one| one.sum.to_string());
        assert_eq!(said(&progress).as_deref(), Some("nothing begun yet"));
        progress.expect(3);
        let busy = Arc::new(Traffic::default());
        busy.rows.store(12_345_678, Relaxed);
        busy.pages.store(123_456, Relaxed);
        busy.total.store(100_000_000, Relaxed);
        let resting = Arc::new(Traffic::default());
        resting.rest_for(Duration::from_secs(598) + Duration::from_millis(900));
        let held = Arc::new(Traffic::default());
        held.held.store(1, Relaxed);
        held.rows.store(30, Relaxed);
        held.total.store(40, Relaxed);
        progress.add_rows(12_345_678);
        let lines = [
            progress.read("item_collection_website_content_crawler", &busy),
            progress.of_connection("eu").read("users", &resting),
            progress.read("orders", &held),
        ];
        // Each is drawn once more, and by nobody else, so that no half of it is looked at.
        let last = progress.shared.as_ref().and_then(|shown| Some(&shown.lines.as_ref()?.last));
        let bars = lines.iter().filter_map(|line| line.as_ref()?.bar.as_ref()).chain(last);
        bars.clone().for_each(ProgressBar::disable_steady_tick);
        bars.for_each(ProgressBar::force_draw);
        let shown = terminal.contents();
        assert!(shown.lines().all(|line| line.chars().count() < 80), "{shown}");
        for part in [
            "  item_collection_website…  12,345,678 rows 123,456 pages",
            "   12 %",
            "  eu.users                           0 rows  waiting for the vendor, 9m 58s",
            "  orders                            30 rows       0 pages rate limit   75 %",
            "0 of 3 resources, 12,345,678 rows",
        ] {
            assert!(shown.contains(part), "no `{part}` in:\n{shown}");
        }
        drop(lines);
        progress.clear();
        assert_eq!(terminal.contents(), "");
    }
}
