//! Lets a Temporal server drive runs: it decides who does what, when, and again; what is right
//! stands in Postgres.
//!
//! ```text
//! workflow `sync`: begin → for each resource, after its parent: prepare → shard, shard, … → settle → finish
//!                    │ names and numbers                                                     ▲ verdict, counts
//!                    ▼                                                                       │
//! activities       the verbs of `connector_core::run`, in this process, with its settings ───┘
//! ```
//!
//! What the server keeps is read by operators, so no key, no address and nothing of a row goes
//! there: [`names`] has all that does.

#[expect(missing_docs, reason = "the macro makes a constant of each activity")]
pub mod activities;
pub mod cli;
pub mod failures;
pub mod names;
pub mod order;
mod pulse;
pub mod server;
pub mod work;
#[expect(missing_docs, reason = "the macro makes a constant of the workflow")]
pub mod workflow;
