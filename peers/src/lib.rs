//! Nothing but tests, which `cargo xtask peers` runs: what Airbyte's Python and its own tests of
//! sources, targets of Singer and Meltano make of the tables that are carried on to them.
