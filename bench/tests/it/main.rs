//! The program as a whole: how much memory it takes at most, and when it ends.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod ends;
mod memory;
mod program;
