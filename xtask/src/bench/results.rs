//! What was measured: medians, ratios, and the texts that they are shown in.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;
use comfy_table::presets::{ASCII_MARKDOWN, NOTHING};
use comfy_table::{CellAlignment, Table};
use connector_core::to_json;
use serde_json::{Value, json};

use super::contestant::Contestant;
use super::workload::{Ceiling, Goal, Step, Workload};

/// One step of one contestant in one round.
#[derive(Clone, Debug)]
pub(crate) struct Measurement {
    pub(crate) workload: &'static str,
    pub(crate) step: Step,
    pub(crate) who: Contestant,
    pub(crate) rows: u64,
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) server_cpu_seconds: f64,
    pub(crate) vendor_cpu_seconds: f64,
    pub(crate) peak_kib: u64,
    pub(crate) wal_bytes: i64,
    pub(crate) dead: i64,
    pub(crate) dead_elsewhere: i64,
    pub(crate) transactions: i64,
    pub(crate) requests: u64,
    pub(crate) refused: u64,
}

/// Everything that a run of the benchmark measured.
pub(crate) struct Results {
    /// Where and with what, by name.
    pub(crate) machine: Vec<(&'static str, String)>,
    pub(crate) workloads: Vec<Workload>,
    pub(crate) measurements: Vec<Measurement>,
}

/// A step's measurements of one contestant.
struct Cell<'a>(Vec<&'a Measurement>);

impl Cell<'_> {
    fn median(&self, of: impl Fn(&Measurement) -> f64) -> Option<f64> {
        median(self.0.iter().map(|measurement| of(measurement)).collect())
    }

    fn seconds(&self) -> Option<f64> {
        self.median(|measurement| measurement.seconds)
    }
}

/// The middle one of some numbers, or the mean of the two in the middle.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    Some(f64::midpoint(numbers[last / 2], numbers[last.div_ceil(2)]))
}

impl Results {
    fn cell(&self, workload: &Workload, step: Step, who: Contestant) -> Cell<'_> {
        let mine = |measurement: &&Measurement| {
            (measurement.workload, measurement.step, measurement.who) == (workload.name, step, who)
        };
        Cell(self.measurements.iter().filter(mine).collect())
    }

    /// The seconds that a step cannot be faster than.
    fn ceiling(&self, workload: &Workload, step: Step) -> Option<f64> {
        let connector = self.cell(workload, step, Contestant::Connector);
        let requests = connector.median(|measurement| count(measurement.requests))?;
        match workload.ceiling {
            Ceiling::Postgres => self.cell(workload, step, Contestant::Postgres).seconds(),
            Ceiling::Latency(lanes) => {
                Some(requests * count(workload.latency_ms) / 1000.0 / count(lanes))
            }
            // The first one need not wait.
            Ceiling::Limit => workload.per_second.map(|limit| (requests - 1.0) / count(limit)),
        }
    }

    fn ratios(&self) -> Table {
        let mut table = Table::new();
        table.set_header([
            "workload",
            "step",
            "to the ceiling",
            "goal",
            "to the bare client",
            "dlt takes",
            "goal",
            "dlt tuned takes",
            "other build takes",
            "history takes",
            "WAL",
            "goals",
        ]);
        for (workload, step, goal) in self.steps() {
            let seconds = |who| self.cell(workload, step, who).seconds();
            let wal = |who| self.cell(workload, step, who).median(|one| signed(one.wal_bytes));
            let Some(own) = seconds(Contestant::Connector) else { continue };
            let ratio = |ratio: Option<f64>, digits: usize| {
                ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.digits$} ×"))
            };
            let goal_of = |sign: &str, goal: Option<f64>| {
                goal.map_or(String::new(), |goal| {
                    format!("{sign} {goal:.3}")
                        .trim_end_matches('0')
                        .trim_end_matches('.')
                        .to_owned()
                })
            };
            table.add_row([
                workload.name.to_owned(),
                step.name().to_owned(),
                ratio(self.ceiling(workload, step).map(|ceiling| own / ceiling), 2),
                goal_of("≤", goal.ceiling),
                ratio(seconds(Contestant::Client).map(|client| own / client), 2),
                ratio(seconds(Contestant::Dlt).map(|peer| peer / own), 1),
                goal_of("≥", goal.peer),
                ratio(seconds(Contestant::DltTuned).map(|peer| peer / own), 1),
                ratio(seconds(Contestant::Other).map(|other| other / own), 2),
                ratio(seconds(Contestant::History).map(|history| history / own), 2),
                ratio(
                    wal(Contestant::History).zip(wal(Contestant::Connector)).map(|(a, b)| a / b),
                    2,
                ),
                goal.history.map_or(String::new(), |(time, wal)| format!("≤ {time}, ≤ {wal}")),
            ]);
        }
        right(table, 2)
    }

    fn details(&self) -> Table {
        let mut table = Table::new();
        table.set_header([
            "workload",
            "step",
            "who",
            "s",
            "rows/s",
            "CPU s",
            "server CPU s",
            "vendor CPU s",
            "peak MiB",
            "WAL MiB",
            "dead",
            "dead elsewhere",
            "commits",
            "requests",
            "refused",
        ]);
        for (workload, step, _) in self.steps() {
            for who in ALL {
                let cell = self.cell(workload, step, who);
                let Some(seconds) = cell.seconds() else { continue };
                let number = |of: &dyn Fn(&Measurement) -> f64, digits: usize| {
                    format!("{:.digits$}", cell.median(of).unwrap_or_default())
                };
                let mebibytes = 1024.0 * 1024.0;
                table.add_row([
                    workload.name.to_owned(),
                    step.name().to_owned(),
                    who.name().to_owned(),
                    format!("{seconds:.2}"),
                    format!("{:.0}", count(workload.all_rows()) / seconds),
                    number(&|m| m.cpu_seconds, 2),
                    number(&|m| m.server_cpu_seconds, 2),
                    number(&|m| m.vendor_cpu_seconds, 2),
                    number(&|m| count(m.peak_kib) / 1024.0, 1),
                    number(&|m| signed(m.wal_bytes) / mebibytes, 1),
                    number(&|m| signed(m.dead), 0),
                    number(&|m| signed(m.dead_elsewhere), 0),
                    number(&|m| signed(m.transactions), 0),
                    number(&|m| count(m.requests), 0),
                    number(&|m| count(m.refused), 0),
                ]);
            }
        }
        right(table, 3)
    }

    fn steps(&self) -> impl Iterator<Item = (&Workload, Step, Goal)> {
        self.workloads.iter().flat_map(|workload| {
            workload.steps.iter().map(move |&(step, goal)| (workload, step, goal))
        })
    }

    /// What people read, in a terminal.
    pub(crate) fn to_text(&self) -> String {
        let shown = |mut table: Table| {
            table.load_style(NOTHING);
            table.to_string()
        };
        format!("{}\n\n{}", shown(self.ratios()), shown(self.details()))
    }

    fn to_markdown(&self) -> String {
        let mut text = String::new();
        for (name, value) in &self.machine {
            let _ = writeln!(text, "- {name}: {value}");
        }
        for mut table in [self.ratios(), self.details()] {
            table.load_style(ASCII_MARKDOWN);
            let _ = write!(text, "\n{table}\n");
        }
        text
    }

    fn to_value(&self) -> Value {
        let machine: serde_json::Map<String, Value> =
            self.machine.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        let measurements: Vec<Value> =
            self.measurements.iter().map(Measurement::to_value).collect();
        let ceilings = self.steps().filter(|(workload, ..)| workload.ceiling != Ceiling::Postgres);
        let ceilings: Vec<Value> = ceilings
            .map(|(workload, step, _)| {
                json!({"workload": workload.name, "step": step.name(), "seconds": self.ceiling(workload, step)})
            })
            .collect();
        json!({"machine": machine, "computed_ceilings": ceilings, "measurements": measurements})
    }

    /// Writes the results for programs, and for people.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join(format!("{name}.json")), to_json(&self.to_value())? + "\n")?;
        fs::write(folder.join(format!("{name}.md")), self.to_markdown())?;
        Ok(())
    }
}

/// All contestants, in the order in which they are shown.
const ALL: [Contestant; 7] = [
    Contestant::Connector,
    Contestant::History,
    Contestant::Other,
    Contestant::Postgres,
    Contestant::Client,
    Contestant::Dlt,
    Contestant::DltTuned,
];

impl Measurement {
    fn to_value(&self) -> Value {
        json!({
            "workload": self.workload,
            "step": self.step.name(),
            "who": self.who.name(),
            "rows": self.rows,
            "seconds": self.seconds,
            "cpu_seconds": self.cpu_seconds,
            "server_cpu_seconds": self.server_cpu_seconds,
            "vendor_cpu_seconds": self.vendor_cpu_seconds,
            "peak_kib": self.peak_kib,
            "wal_bytes": self.wal_bytes,
            "dead_tuples": self.dead,
            "dead_tuples_elsewhere": self.dead_elsewhere,
            "commits": self.transactions,
            "requests": self.requests,
            "refused": self.refused,
        })
    }
}

/// Aligns the columns from the one of that number on to the right.
pub(super) fn right(mut table: Table, first: usize) -> Table {
    for column in table.column_iter_mut().skip(first) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
fn count(number: u64) -> f64 {
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^52")]
fn signed(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(vec![]), None);
    }
}
