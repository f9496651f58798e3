//! What is measured, as data.

/// Rows of one resource, how they are served, and what is done with them in turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) resource: &'static str,
    /// The tables that it fills: its parent's, and its own.
    pub(crate) tables: &'static [&'static str],
    /// The number of rows of each listing without a parent.
    pub(crate) rows: u64,
    /// The number of rows of each parent.
    pub(crate) children: u64,
    /// How many rows a page is asked for with.
    pub(crate) page: u64,
    /// How long each answer takes.
    pub(crate) latency_ms: u64,
    /// How many requests are allowed in a second.
    pub(crate) per_second: Option<u64>,
    pub(crate) ceiling: Ceiling,
    pub(crate) steps: &'static [(Step, Goal)],
    /// Whether peers are measured with it.
    pub(crate) peers: bool,
    /// Whether the connector is measured with a history too.
    pub(crate) history: bool,
    /// Whether it takes so long that it is measured only where it is named.
    pub(crate) long: bool,
}

/// What a workload cannot be faster than.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ceiling {
    /// Postgres alone, with the same rows from a file.
    Postgres,
    /// The time that the vendor takes to answer, so many requests at a time.
    Latency(u64),
    /// The time that the vendor's limit makes one wait.
    Limit,
}

/// One run of a program; they follow each other in the same database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into an empty database.
    First,
    /// With the same rows again.
    Unchanged,
    /// With every tenth row changed.
    Changed,
}

impl Step {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::First => "first load",
            Self::Unchanged => "unchanged",
            Self::Changed => "10 % changed",
        }
    }
}

/// The ratios that a step is held to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Goal {
    /// The most time to the ceiling.
    pub(crate) ceiling: Option<f64>,
    /// The least time of the peer's default to the connector's.
    pub(crate) peer: Option<f64>,
    /// The most time, and the most WAL, with a history to those without one.
    pub(crate) history: Option<(f64, f64)>,
}

const NO_GOAL: Goal = Goal { ceiling: None, peer: None, history: None };

/// At most so many times the ceiling.
const fn within(ceiling: f64) -> Goal {
    Goal { ceiling: Some(ceiling), ..NO_GOAL }
}

/// The same, and the peer by default takes at least so many times as long.
const fn ahead(ceiling: f64, peer: f64) -> Goal {
    Goal { ceiling: Some(ceiling), peer: Some(peer), ..NO_GOAL }
}

const HISTORY: Goal = Goal { history: Some((1.03, 1.03)), ..NO_GOAL };
const HISTORY_CHANGED: Goal = Goal { history: Some((1.25, 2.2)), ..NO_GOAL };

const FLAT: Workload = Workload {
    name: "flat",
    resource: "flat",
    tables: &["flat"],
    rows: 100_000,
    children: 0,
    page: 1000,
    latency_ms: 0,
    per_second: None,
    ceiling: Ceiling::Postgres,
    steps: &[
        (Step::First, ahead(1.0, 12.0)),
        (Step::Unchanged, ahead(1.15, 20.0)),
        (Step::Changed, within(1.15)),
    ],
    peers: true,
    history: false,
    long: false,
};

/// 200 pages of an API that takes 50 ms for each.
const PAGES: Workload = Workload {
    rows: 10_000,
    page: 50,
    latency_ms: 50,
    ceiling: Ceiling::Latency(10),
    steps: &[(Step::First, NO_GOAL)],
    peers: false,
    ..FLAT
};

pub(crate) const ALL: &[Workload] = &[
    FLAT,
    Workload {
        name: "small-pages",
        resource: "flat_small_pages",
        tables: &["flat_small_pages"],
        page: 50,
        steps: &[(Step::First, within(1.15)), (Step::Unchanged, within(1.15))],
        ..FLAT
    },
    Workload {
        name: "nested",
        resource: "nested",
        tables: &["nested"],
        steps: &[
            (Step::First, ahead(0.95, 12.0)),
            (Step::Unchanged, within(1.0)),
            (Step::Changed, within(1.05)),
        ],
        ..FLAT
    },
    Workload {
        name: "million",
        rows: 1_000_000,
        steps: &[(Step::First, within(0.85)), (Step::Unchanged, within(1.15))],
        peers: false,
        ..FLAT
    },
    Workload {
        name: "10m",
        rows: 10_000_000,
        steps: &[(Step::First, NO_GOAL), (Step::Unchanged, NO_GOAL)],
        peers: false,
        long: true,
        ..FLAT
    },
    Workload {
        name: "history",
        steps: &[
            (Step::First, HISTORY),
            (Step::Unchanged, HISTORY),
            (Step::Changed, HISTORY_CHANGED),
        ],
        peers: false,
        history: true,
        ..FLAT
    },
    Workload {
        name: "children",
        resource: "children",
        tables: &["parents", "children"],
        rows: 5_000,
        children: 3,
        steps: &[(Step::First, NO_GOAL), (Step::Unchanged, NO_GOAL)],
        ..FLAT
    },
    // Where a total says that there is no more, one request for each parent is enough.
    Workload {
        name: "children-total",
        resource: "children_with_total",
        tables: &["parents", "children_with_total"],
        rows: 5_000,
        children: 3,
        steps: &[(Step::First, NO_GOAL), (Step::Unchanged, NO_GOAL)],
        peers: false,
        ..FLAT
    },
    Workload {
        name: "latency-total",
        resource: "pages_with_total",
        tables: &["pages_with_total"],
        // 1.15 s for 200 pages of 50 ms, ten at a time, of which each begins with a row of the one before.
        steps: &[(Step::First, within(1.12))],
        ..PAGES
    },
    Workload {
        name: "latency-offset",
        resource: "pages_without_total",
        tables: &["pages_without_total"],
        // Two seconds.
        steps: &[(Step::First, within(1.86))],
        ..PAGES
    },
    Workload {
        name: "latency-token",
        resource: "pages_by_token",
        tables: &["pages_by_token"],
        ceiling: Ceiling::Latency(1),
        ..PAGES
    },
    Workload {
        name: "latency-parents",
        resource: "children",
        tables: &["parents", "children"],
        rows: 40,
        children: 250,
        ..PAGES
    },
    Workload {
        name: "limit",
        resource: "pages_with_total",
        tables: &["pages_with_total"],
        rows: 100_000,
        per_second: Some(100),
        ceiling: Ceiling::Limit,
        // 95 % of what is allowed.
        steps: &[(Step::First, within(1.0 / 0.95))],
        ..PAGES
    },
];

impl Workload {
    /// A tenth of it, or less of what is large.
    pub(crate) fn quick(self) -> Self {
        Self { rows: (self.rows / 10).clamp(40, 10_000), ..self }
    }

    /// The number of rows of one of its tables.
    pub(crate) fn rows_of(&self, table: &str) -> u64 {
        if table.starts_with("children") { self.rows * self.children } else { self.rows }
    }

    /// The number of rows of all of its tables.
    pub(crate) fn all_rows(&self) -> u64 {
        self.tables.iter().map(|table| self.rows_of(table)).sum()
    }
}
