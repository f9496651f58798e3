//! All connectors in one program, and what is about all of them.

pub mod cli;
pub mod connectors;
pub mod demo;
pub mod process;
pub mod psql;
