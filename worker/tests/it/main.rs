//! A real Temporal server drives runs, by worker processes of the program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod ends;
mod engine;
mod losses;
mod play;
mod runs;
mod scale;
mod schedules;
