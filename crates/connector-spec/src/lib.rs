//! What a vendor's API offers, as data.
//!
//! A connector is a `const` of these types: how to ask, what there is, and the tables
//! that it fills. Nothing here opens a socket, a file or a database; the engine reads a
//! declaration and does what it says.
//!
//! ```text
//! record (a model) → column → resource (path, paging, key) → Connector ← preset (TOML over it)
//! ```

extern crate self as connector_spec;

mod column;
pub mod json;
mod paging;
mod preset;
mod record;
mod resource;

pub use chrono::{DateTime, Utc};
pub use column::{Column, Fit, Json, Source, SqlType, TimeUnit, Value, postgres_micros};
pub use connector_derive::Record;
pub use paging::{Paging, Total};
pub use preset::{DOCUMENTED, PresetError};
pub use record::Record;
pub use resource::{
    Auth, Connector, EachParam, ErrorShape, Filter, KeyFallback, MAX_KEY_COLUMNS, METADATA,
    METADATA_COLUMNS, Migration, Param, Parent, Rate, Resource, Retry, SINGLETON_KEY, TimeFormat,
    Unset, Values, binary_of, placeholder,
};
