//! The engine against a simulated vendor, over real sockets into a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod deletes;
mod listings;
mod rows;
mod runs;
mod shop;
