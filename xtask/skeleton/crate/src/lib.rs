#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{Auth, Connector, Migration, Paging, Resource, Retry};
use models::Item;

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "new_vendor",
    doc: "Items of an invented service",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    retry: Retry::STANDARD,
    // The document names none.
    rate: None,
    errors: &[],
    params: &[],
    migrations: &[Migration {
        version: 1,
        name: "tables",
        sql: include_str!("../../../migrations/new_vendor/0001_tables.sql"),
    }],
    presets: &[],
    resources: &[Resource::new::<Item>("items", "/v1/items")
        .select(&["data"])
        .paging(Paging::offset("offset", 50))
        .version("updated_at")],
}
.checked();
