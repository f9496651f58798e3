//! What others read of a status and of runs, with the programs that people read with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod airflow;
mod browser;
mod collector;
mod dagster;
mod dbt;
mod editor;
mod grafana;
mod lineage;
mod metrics;
mod night;
mod outcomes;
mod page;
mod schedulers;
