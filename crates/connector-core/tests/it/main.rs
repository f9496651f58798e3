//! The engine against a simulated vendor, over real sockets into a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod deletes;
#[cfg(feature = "open-cases")]
mod hostile_ends;
#[cfg(feature = "open-cases")]
mod hostile_links;
#[cfg(feature = "open-cases")]
mod hostile_moving;
#[cfg(feature = "open-cases")]
mod hostile_rows;
#[cfg(feature = "open-cases")]
mod hostile_runs;
#[cfg(feature = "open-cases")]
mod hostile_secrets;
#[cfg(feature = "open-cases")]
mod hostile_shapes;
#[cfg(feature = "open-cases")]
mod hostile_statuses;
#[cfg(feature = "open-cases")]
mod hostile_timeouts;
#[cfg(feature = "open-cases")]
mod hostile_values;
mod listings;
mod rows;
mod runs;
mod shop;
#[cfg(feature = "open-cases")]
mod support;
