//! The vendor of the benchmark: one resource for each shape of rows and of paging.
//!
//! `bench-vendor` serves it, `bench-connector` syncs it, `bench-client` asks it for the same
//! and makes nothing of it, and `cargo xtask bench` runs them, since a benchmark is of whole programs and not of functions.

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, Migration, Paging, Record, Resource, Retry, Total,
};
use models::{Child, Flat, Nested};

/// The vendor.
pub const CONNECTOR: Connector = Connector {
    name: "bench",
    doc: "An invented vendor to measure with",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    retry: Retry::STANDARD,
    rate: None,
    errors: &[ErrorShape { marker: "error", code: Some("error.code"), message: "error.message" }],
    params: &[],
    migrations: &[Migration { version: 1, name: "tables", sql: include_str!("../tables.sql") }],
    presets: &[],
    resources: &[
        list::<Flat>("flat", "/flat", Paging::offset("offset", 1000)),
        list::<Flat>("flat_small_pages", "/flat-small-pages", Paging::offset("offset", 50)),
        list::<Nested>("nested", "/nested", Paging::offset("offset", 1000)),
        list::<Flat>("parents", "/parents", Paging::offset("offset", 1000)),
        list::<Child>("children", "/parents/{parent_id}/children", Paging::offset("offset", 50))
            .each("parent_id", "parents", "id"),
        list::<Child>("children_with_total", "/parents/{parent_id}/children-with-total", COUNTED)
            .each("parent_id", "parents", "id"),
        list::<Flat>("pages_with_total", "/pages-with-total", COUNTED),
        list::<Flat>("pages_without_total", "/pages-without-total", Paging::offset("offset", 50)),
        list::<Flat>("pages_by_token", "/pages-by-token", TOKEN),
    ],
}
.checked();

const COUNTED: Paging =
    Paging::Offset { offset: "offset", limit: ("limit", 50), total: Some(Total::Body("total")) };

const TOKEN: Paging =
    Paging::Token { param: "token", next: "next", done: None, limit: Some(("limit", 50)) };

const fn list<T: Record>(name: &'static str, path: &'static str, paging: Paging) -> Resource {
    Resource::new::<T>(name, path).select(&["data"]).paging(paging).version("updated_at")
}
