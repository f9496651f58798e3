//! What others carry on of tables, with the programs that people carry on with.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod airbyte;
mod meltano;
mod stage;
mod standard;
mod targets;
