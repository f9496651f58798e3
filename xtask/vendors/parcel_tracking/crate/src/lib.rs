#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{Auth, Connector, ErrorShape, Migration, Paging, Resource, Retry, Total};
use models::{Event, Shipment};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "parcel_tracking",
    doc: "Parcels on their way: shipments, and what happened to each of them",
    base_url: "https://api.example.com/v3",
    auth: Auth::Query { name: "key" },
    retry: Retry { statuses: &[429, 503], max_retries: 5, backoff_factor: 2, ..Retry::STANDARD },
    rate: None,
    errors: &[ErrorShape { marker: "error", code: Some("error.code"), message: "error.message" }],
    params: &[],
    migrations: &[Migration {
        version: 1,
        name: "tables",
        sql: include_str!("../../../migrations/parcel_tracking/0001_tables.sql"),
    }],
    presets: &[],
    resources: &[
        Resource::new::<Shipment>("shipments", "/shipments")
            .select(&["shipments"])
            .paging(Paging::Page {
                page: "page",
                first: 1,
                limit: Some(("per_page", 2)),
                total: Some(Total::Body("meta.total")),
            })
            .version("updated_at"),
        Resource::new::<Event>("events", "/shipments/{shipment_id}/events")
            .each("shipment_id", "shipments", "id")
            .cursor("at"),
    ],
}
.checked();
