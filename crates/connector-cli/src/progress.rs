//! How far runs are, for a person who waits at a terminal.
//!
//! One line for each resource that is read, and one for all. What they show is
//! read from counters when they are drawn, so that nothing waits for a terminal.

mod echo;

use std::any::Any;
use std::fmt::Write;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use indicatif::{
    HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};

use self::echo::NoEcho;
use connector_core::ask::Traffic;
use connector_core::run::progress::Watch;

/// How often the lines are drawn.
const TICK: Duration = Duration::from_millis(200);

/// The lines of all runs of a program; none where nobody watches.
#[derive(Clone, Debug, Default)]
pub struct Progress(Option<Arc<Lines>>);

#[derive(Debug)]
struct Lines {
    all: MultiProgress,
    last: ProgressBar,
    sum: Arc<Sum>,
    /// As long as there are lines.
    no_echo: Mutex<Option<NoEcho>>,
}

/// What has come to all runs so far.
#[derive(Debug, Default)]
struct Sum {
    resources: AtomicU64,
    ended: AtomicU64,
    rows: AtomicU64,
}

/// The line of a resource, which goes away with this value.
#[derive(Debug)]
struct Line(Option<(ProgressBar, Arc<Lines>)>);

impl Progress {
    /// Lines on stderr, if that is a terminal.
    pub fn on_terminal() -> Self {
        if !io::IsTerminal::is_terminal(&io::stderr()) {
            return Self(None);
        }
        Self::on(ProgressDrawTarget::stderr(), NoEcho::begin())
    }

    fn on(target: ProgressDrawTarget, no_echo: Option<NoEcho>) -> Self {
        let all = MultiProgress::with_draw_target(target);
        let sum = Arc::new(Sum::default());
        let shown = Arc::clone(&sum);
        let style = style("{spinner} {sum}  {elapsed}").with_key(
            "sum",
            move |_: &ProgressState, line: &mut dyn Write| {
                let _ = write!(line, "{shown}");
            },
        );
        let last = all.add(ProgressBar::new_spinner().with_style(style));
        last.enable_steady_tick(TICK);
        Self(Some(Arc::new(Lines { all, last, sum, no_echo: Mutex::new(no_echo) })))
    }

    /// Adds a line for a resource, until the value that it returns is dropped.
    fn line(&self, resource: &str, traffic: &Arc<Traffic>) -> Line {
        let Some(lines) = &self.0 else { return Line(None) };
        let traffic = Arc::clone(traffic);
        let style = style("  {prefix:24!} {state}").with_key(
            "state",
            move |state: &ProgressState, line: &mut dyn Write| {
                let shown = Shown(&traffic, state.elapsed()).to_string();
                let _ = write!(line, "{}", console::truncate_str(&shown, room(), ""));
            },
        );
        let line = ProgressBar::new_spinner().with_style(style).with_prefix(resource.to_owned());
        let line = lines.all.insert_before(&lines.last, line);
        line.enable_steady_tick(TICK);
        Line(Some((line, Arc::clone(lines))))
    }

    /// Writes a line of the log above the others.
    pub(crate) fn write(&self, text: &[u8]) -> io::Result<()> {
        let write = || io::Write::write_all(&mut io::stderr().lock(), text);
        match &self.0 {
            Some(lines) => lines.all.suspend(write),
            None => write(),
        }
    }

    /// Takes all lines away.
    pub fn clear(&self) {
        if let Some(lines) = &self.0 {
            lines.last.finish_and_clear();
            // There is nobody to tell.
            let _ = lines.all.clear();
            *lines.no_echo.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Watch for Progress {
    fn expect(&self, resources: usize) {
        if let Some(lines) = &self.0 {
            lines.sum.resources.fetch_add(resources as u64, Relaxed);
        }
    }

    fn add_rows(&self, rows: u64) {
        if let Some(lines) = &self.0 {
            lines.sum.rows.fetch_add(rows, Relaxed);
        }
    }

    fn begin(&self, resource: &str, traffic: &Arc<Traffic>) -> Box<dyn Any + Send + Sync> {
        Box::new(self.line(resource, traffic))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((line, lines)) = &self.0 {
            lines.sum.ended.fetch_add(1, Relaxed);
            line.finish_and_clear();
            lines.all.remove(line);
        }
    }
}

/// The columns behind a resource's name: a line that wraps is not taken away again.
fn room() -> usize {
    const NAME: usize = 28;
    let columns = console::Term::stderr().size_checked().map(|(_, columns)| columns.into());
    columns.unwrap_or(usize::MAX).saturating_sub(NAME)
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (ended, resources) = (self.ended.load(Relaxed), self.resources.load(Relaxed));
        let rows = HumanCount(self.rows.load(Relaxed));
        write!(f, "{ended} of {resources} resources, {rows} rows")
    }
}

/// What one resource has cost and brought after some time, in fifty columns.
struct Shown<'a>(&'a Traffic, Duration);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(traffic, time) = self;
        let (rows, total) = (traffic.rows.load(Relaxed), traffic.total.load(Relaxed));
        let pages = traffic.pages.load(Relaxed);
        write!(
            f,
            "{:>11} rows {:>7} pages",
            HumanCount(rows).to_string(),
            HumanCount(pages).to_string()
        )?;
        if traffic.resting.load(Relaxed) > 0 {
            return f.write_str("  at the rate limit");
        }
        // In the first moments, a speed says nothing, and at a limit, that is what it says.
        let speed = if traffic.held.load(Relaxed) > 0 {
            "rate limit".to_owned()
        } else if time.as_secs() == 0 {
            String::new()
        } else {
            let speed = u128::from(rows) * 1_000 / time.as_millis();
            format!("{}/s", HumanCount(u64::try_from(speed).unwrap_or(u64::MAX)))
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
    fn the_lines_fit_into_eighty_columns_and_leave_nothing() {
        let terminal = InMemoryTerm::new(24, 80);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let progress = Progress::on(target, None);
        progress.expect(3);
        let busy = Arc::new(Traffic::default());
        busy.rows.store(12_345_678, Relaxed);
        busy.pages.store(123_456, Relaxed);
        busy.total.store(100_000_000, Relaxed);
        let resting = Arc::new(Traffic::default());
        resting.resting.store(1, Relaxed);
        let held = Arc::new(Traffic::default());
        held.held.store(1, Relaxed);
        held.rows.store(30, Relaxed);
        held.total.store(40, Relaxed);
        progress.add_rows(12_345_678);
        let lines = [
            progress.line("item_collection_website_content_crawler", &busy),
            progress.line("users", &resting),
            progress.line("orders", &held),
        ];
        // Each is drawn once more, and by nobody else, so that no half of it is looked at.
        let last = progress.0.as_ref().map(|shown| &shown.last);
        let bars = lines.iter().filter_map(|line| Some(&line.0.as_ref()?.0)).chain(last);
        bars.clone().for_each(ProgressBar::disable_steady_tick);
        bars.for_each(ProgressBar::force_draw);
        let shown = terminal.contents();
        assert!(shown.lines().all(|line| line.chars().count() < 80), "{shown}");
        for part in [
            "  item_collection_website_  12,345,678 rows 123,456 pages",
            "   12 %",
            "  users                              0 rows       0 pages  at the rate limit",
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
