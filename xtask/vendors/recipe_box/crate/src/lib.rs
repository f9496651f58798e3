#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{Auth, Connector, Migration, Paging, Resource, Retry};
use models::{Author, Recipe};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "recipe_box",
    doc: "Recipes, and who wrote them",
    base_url: "https://api.example.com",
    auth: Auth::Header { name: "x-api-key", prefix: "" },
    retry: Retry::STANDARD,
    rate: None,
    errors: &[],
    params: &[],
    migrations: &[Migration {
        version: 1,
        name: "tables",
        sql: include_str!("../../../migrations/recipe_box/0001_tables.sql"),
    }],
    presets: &[],
    resources: &[
        Resource::new::<Recipe>("recipes", "/recipes")
            .select(&["results"])
            .key(&["slug"])
            .paging(Paging::NextUrl { path: "links.next", limit: Some(("size", 2)) })
            .version("edited"),
        Resource::new::<Author>("authors", "/authors")
            .paging(Paging::LinkHeader { limit: Some(("size", 2)) }),
    ],
}
.checked();
