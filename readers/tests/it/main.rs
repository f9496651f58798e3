//! What others read of a status and of runs, with the programs that people read with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod collector;
mod grafana;
mod lineage;
mod metrics;
mod night;
mod page;
