//! The engine against a simulated vendor, over real sockets into a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod anything;
mod away;
mod bounds;
mod cost;
mod deletes;
mod endless;
mod evolves;
mod first_load;
mod histories;
mod histories_of_parts;
mod histories_of_versions;
mod history;
mod hostile_ends;
mod hostile_links;
mod hostile_moving;
mod hostile_rows;
mod hostile_runs;
mod hostile_secrets;
mod hostile_shapes;
mod hostile_statuses;
mod hostile_text;
mod hostile_timeouts;
mod hostile_values;
mod large;
mod listings;
mod lists;
mod made_keys;
mod missing_children;
mod others;
mod owners;
mod plans;
mod refusals;
mod refused;
mod resume;
mod rows;
mod runs;
mod shop;
mod sparse;
mod spellings;
mod support;
mod trouble;
mod versions;
mod windows;
