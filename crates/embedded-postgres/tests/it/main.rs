//! The promises of the crate, each against a server that really runs.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "panic and output are how tests speak"
)]

mod directories;
mod programs;
mod support;
mod trouble;
mod users;
