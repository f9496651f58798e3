//! The simulated vendor, seen from a client's side.
#![expect(clippy::unwrap_used, reason = "a test's helper panics as the test does")]

mod content;
mod generated;
mod paging;
mod script;
mod shop;
mod strict;
