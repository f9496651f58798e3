//! What others read of a status, with the programs that people read with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod browser;
mod grafana;
mod lineage;
mod metrics;
mod night;
mod page;
