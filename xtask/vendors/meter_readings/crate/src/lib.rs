#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, Migration, Paging, Param, Resource, Retry, Total, Unset, Values,
};
use models::{Meter, Reading};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "meter_readings",
    doc: "Meters for water and heat, and what was read from them",
    base_url: "https://api.example.com/metering",
    auth: Auth::Basic,
    retry: Retry::STANDARD,
    rate: None,
    errors: &[],
    params: &[Param {
        name: "site",
        doc: "The site whose meters are read: its id, or `own`",
        values: Values::Text,
        unset: Unset::Default("own"),
    }],
    migrations: &[Migration {
        version: 1,
        name: "tables",
        sql: include_str!("../../../migrations/meter_readings/0001_tables.sql"),
    }],
    presets: &[],
    resources: &[
        Resource::new::<Meter>("meters", "/sites/{site}/meters").select(&["data"]).paging(
            Paging::Offset {
                offset: "skip",
                limit: ("top", 2),
                total: Some(Total::Header("x-total-count")),
            },
        ),
        Resource::new::<Reading>("readings", "/sites/{site}/readings")
            .select(&["data.items"])
            .key(&["meter", "at"])
            .paging(Paging::Token {
                param: "after",
                next: "data.next",
                done: Some("data.done"),
                limit: Some(("top", 2)),
            })
            .cursor("at"),
    ],
}
.checked();
