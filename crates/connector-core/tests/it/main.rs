//! The engine against a simulated vendor, over real sockets into a real Postgres.

mod answers;
mod deletes;
mod listings;
mod rows;
mod runs;
mod shop;
