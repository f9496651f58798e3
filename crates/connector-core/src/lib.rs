//! The engine that all connectors share: from a declaration to typed tables.
//!
//! ```text
//! declaration → partition → walk (ask · retry · rate limit · paging) → select → decode → batch → stage (copy) → merge → commit → verdict → report
//! ```
//!
//! One direction, and one owner for each effect: sockets in `ask`, SQL in `store`, the
//! environment in `environment`. What is between socket and SQL is pure. Each module uses
//! those above it in this list, and none below:
//!
//! ```text
//! words error foreign memory stop budget environment params   what everybody needs
//! ask                                                         the vendor
//! walk                                                        which page comes next
//! read                                                        from an answer to tuples
//! verdict                                                     what is proved
//! store                                                       the database
//! run                                                         the order of it all
//! ```

pub mod ask;
pub mod budget;
pub mod environment;
pub mod error;
pub mod foreign;
pub mod params;
mod pieces;
mod read;
pub mod run;
pub mod stop;
pub mod store;
pub mod verdict;
mod walk;
pub mod words;

pub use chrono::{DateTime, TimeDelta, Utc};
pub use connector_spec::{
    Auth, Column, Connector, DOCUMENTED, EachParam, ErrorShape, Filter, Fit, Json, KeyFallback,
    METADATA, METADATA_COLUMNS, Migration, Paging, Param, Parent, Rate, Record, Resource, Retry,
    SINGLETON_KEY, Source, SqlType, TimeFormat, TimeUnit, Total, Unset, Value, Values,
};
pub use error::{Error, ErrorKind, Result};
pub use foreign::to_json;
pub use read::chosen::Choice;
pub use run::{Connection, plan, sync, sync_all};
pub use secrecy::{ExposeSecret, SecretString};
pub use stop::Stop;
pub use store::{EMBEDDED_DIRECTORY, OLDEST_SERVER, database_url, embedded_programs};
pub use verdict::{Change, Changes, DriftReport, Evidence, Look, Report, ResourceReport, Verdict};
pub use walk::Ending;
