#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, Migration, Paging, Param, Record, Resource, Retry, Unset, Values,
};
use models::{Dataset, Item, ListedDataset, WebsiteContent};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "datasets",
    doc: "Datasets of an analytics service: what each one is, and the items in it",
    base_url: "https://api.example.com/v2/",
    auth: Auth::BEARER,
    retry: Retry {
        statuses: &[429, 500, 502, 503, 504],
        max_retries: 3,
        backoff_factor: 2,
        ..Retry::STANDARD
    },
    // The document names none.
    rate: None,
    errors: &[ErrorShape { marker: "error", code: Some("error.type"), message: "error.message" }],
    params: &[
        param(
            "dataset_id",
            "The datasets to read, one or several, each an id or `user~name`; \
             unless set, those that `dataset_collection` lists",
            Values::Text,
        ),
        param("unnamed", "Whether `dataset_collection` lists unnamed datasets too", Values::Flag),
        param(
            "ownership",
            "Whose datasets `dataset_collection` lists, if not all",
            Values::OneOf(&["ownedByMe", "sharedWithMe"]),
        ),
        param("desc", "Whether the newest come first; `offset` counts from there", Values::Flag),
        param("clean", "Whether to leave out empty items and hidden fields", Values::Flag),
        param("skipEmpty", "Whether to leave out empty items", Values::Flag),
        param("skipHidden", "Whether to leave out fields whose names begin with `#`", Values::Flag),
        param("fields", "The only fields of an item to send, with commas between", Values::Text),
        param("omit", "The fields of an item not to send, with commas between", Values::Text),
    ],
    migrations: &[
        Migration {
            version: 1,
            name: "tables",
            sql: include_str!("../../../migrations/datasets/0001_tables.sql"),
        },
        Migration {
            version: 2,
            name: "views",
            sql: include_str!("../../../migrations/datasets/0002_views.sql"),
        },
        Migration {
            version: 3,
            name: "username",
            sql: include_str!("../../../migrations/datasets/0003_username.sql"),
        },
    ],
    presets: &[("live", include_str!("../presets/live.toml"))],
    resources: &[
        list::<ListedDataset>("dataset_collection", "/datasets")
            .select(&["data.items"])
            .params(&["unnamed", "ownership", "desc"])
            .version("modified_at")
            .tells_owner("user_id"),
        each::<Dataset>("dataset", "/datasets/{dataset_id}")
            .singleton()
            .select(&["data"])
            .version("modified_at"),
        items::<WebsiteContent>("item_collection_website_content_crawler"),
        items::<Item>("item_collection"),
    ],
}
.checked();

/// No parameter is sent unless it is set.
const fn param(name: &'static str, doc: &'static str, values: Values) -> Param {
    Param { name, doc, values, unset: Unset::Omitted }
}

/// What the document says of all four resources.
const fn list<T: Record>(name: &'static str, path: &'static str) -> Resource {
    Resource::new::<T>(name, path).paging(Paging::offset("offset", 50))
}

/// Asked for once for each dataset.
const fn each<T: Record>(name: &'static str, path: &'static str) -> Resource {
    list::<T>(name, path).each("dataset_id", "dataset_collection", "id")
}

/// What changes which items a listing holds, or how they look.
const SHAPING: &[&str] = &["desc", "clean", "skipEmpty", "skipHidden", "fields", "omit"];

/// The items of a dataset: a bare list, in which an item's position is its key.
///
/// Items are only ever added, so a walk begins behind those that are known.
const fn items<T: Record>(name: &'static str) -> Resource {
    let resource = each::<T>(name, "/datasets/{dataset_id}/items").select(&["$"]).key(&["offset"]);
    resource.params(SHAPING).append_only_unless(SHAPING).sparse_if(&["clean", "skipEmpty"])
}
