//! The engine that all connectors share: from a declaration to typed tables.
//!
//! ```text
//! declaration → partition → walk (http · retry · rate limit · paging) → select → decode → batch → stage (copy) → merge → commit → report
//! ```
//!
//! One direction, and one owner for each effect: sockets in `http`, SQL in
//! `store`, environment and files in `settings`, the clock and the terminal in
//! `cli`. What is between socket and SQL is pure.

extern crate self as connector_core;

mod auth;
mod bookmark;
mod budget;
mod cli;
mod column;
mod decode;
mod error;
mod foreign;
mod http;
mod json;
#[cfg(test)]
mod mangled;
mod memory;
mod paging;
mod partition;
mod preset;
mod probe;
mod progress;
mod record;
mod report;
mod resource;
mod retry;
mod secret;
mod select;
mod settings;
mod stop;
mod store;
mod sync;
mod words;

pub use chrono::{DateTime, TimeDelta, Utc};
pub use cli::{
    LogFormat, block_on, columns_as_markdown, commands_as_markdown, main, now, prepare, print,
    print_error, print_report, resources_as_markdown, start_logging, stop_on_signals, to_json,
};
pub use column::{Column, Fit, Json, Source, SqlType, TimeUnit, Value};
pub use connector_derive::Record;
pub use error::{Error, ErrorKind, Result};
pub use paging::{Ending, Paging, Total};
pub use preset::DOCUMENTED;
pub use progress::Progress;
pub use record::Record;
pub use report::{Change, Changes, DriftReport, Evidence, Look, Report, ResourceReport};
pub use resource::{
    Auth, Connector, EachParam, ErrorShape, Filter, KeyFallback, METADATA, Migration, Param,
    Parent, Rate, Resource, Retry, SINGLETON_KEY, TimeFormat, Unset, Values,
};
pub use secrecy::{ExposeSecret, SecretString};
pub use settings::{
    CONFIG_FILE, Connection, EMBEDDED_DIRECTORY, File, Flags, database_url, embedded_programs,
};
pub use stop::Stop;
pub use store::{OLDEST_SERVER, Verdict};
pub use sync::{plan, sync, sync_all};
