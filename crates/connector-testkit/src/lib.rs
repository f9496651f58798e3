//! A vendor that is not there: an HTTP server that answers as a declaration says.
//!
//! Everything it does is read from the [`Connector`](connector_core::Connector),
//! so a connector and its simulated vendor cannot disagree, and a request that
//! the declaration does not explain fails the test that made it.
//!
//! ```text
//! request → route (path, key, query) → page (rows, envelope, next) → script → serve
//!                                        ↑
//!                    content: fixtures, rows given in code, or generated rows
//! ```
//!
//! ```no_run
//! # fn run(connector: &'static connector_core::Connector) -> std::io::Result<()> {
//! use connector_testkit::{Answer, Content, Vendor};
//!
//! let vendor = Vendor::start(connector, Content::fixtures("fixtures/accounts"))?;
//! vendor.on(|request, honest| match request.nth {
//!     0 => Answer::html(200, "<h1>One moment</h1>"),
//!     _ => honest,
//! });
//! // … sync from `vendor.base_url()` with `vendor.key()` …
//! vendor.edit("campaigns", |items| items.truncate(3));
//! vendor.finish();
//! # Ok(())
//! # }
//! ```

mod answer;
mod content;
mod database;
mod ddl;
mod document;
mod envelope;
mod fixture;
mod follow;
mod generate;
mod installed;
mod invent;
mod listing;
mod lost_workers;
mod older;
mod page;
mod proxy;
mod route;
mod server;
mod sockets;
mod spelling;
mod state;
mod store;
mod suite;
mod team;
mod torture;
mod twin;
mod vendor;
mod wire;

// The suite's macro brings along what its tests are made of.
#[doc(hidden)]
pub use {insta, tokio};

pub use answer::Answer;
pub use content::{Content, Holdings};
pub use database::Database;
pub use ddl::beyond_migrations;
pub use installed::{INSTALLED, installed};
pub use listing::Listing;
pub use proxy::Proxy;
pub use route::Request;
pub use server::{PROGRAMS, Server, install_postgres, programs};
pub use state::RateLimit;
pub use suite::{Suite, Synced};
pub use vendor::Vendor;
pub use wire::Count;
