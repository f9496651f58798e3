#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, Migration, Paging, Param, Record, Resource, Retry, Unset, Values,
};
use models::{
    Account, AccountsFeed, Campaign, CustomWidget, Integrations, Label, Smartcode, Thresholds, User,
};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "accounts",
    doc: "Accounts of an analytics service: users, campaigns, settings and what was done in them",
    base_url: "https://api.example.com",
    auth: Auth::Header { name: "api_key", prefix: "" },
    retry: Retry { statuses: &[429], max_retries: 3, backoff_factor: 2, ..Retry::STANDARD },
    // The document names none.
    rate: None,
    // Both arrive with status 200 too, observed live.
    errors: &[
        ErrorShape {
            marker: "_errors",
            code: Some("_errors.0.code"),
            message: "_errors.0.message",
        },
        ErrorShape { marker: "API_ERROR", code: None, message: "API_ERROR_DESCRIPTION" },
    ],
    params: &[
        Param {
            name: "account",
            doc: "The account to read: its id, or `current` for the key's own",
            values: Values::Text,
            unset: Unset::Default("current"),
        },
        Param {
            name: "includeCurrent",
            doc: "Whether `accounts` lists the key's own account too",
            values: Values::OneOf(&["true", "false"]),
            unset: Unset::Omitted,
        },
    ],
    migrations: &[
        Migration {
            version: 1,
            name: "tables",
            sql: include_str!("../../../migrations/accounts/0001_tables.sql"),
        },
        Migration {
            version: 2,
            name: "views",
            sql: include_str!("../../../migrations/accounts/0002_views.sql"),
        },
        Migration {
            version: 3,
            name: "urls",
            sql: include_str!("../../../migrations/accounts/0003_urls.sql"),
        },
    ],
    presets: &[("live", include_str!("../presets/live.toml"))],
    resources: &[
        list::<Account>("accounts", "/v1/accounts")
            .params(&["includeCurrent"])
            .cursor("created_on")
            .tells_owner("id"),
        list::<AccountsFeed>("accounts_feeds", "/v1/accounts/{account}/feeds").cursor("when"),
        list::<User>("users", "/v1/accounts/{account}/users")
            .cursor("created_on")
            .tells_owner("account"),
        one::<Smartcode>("smartcode", "/v1/accounts/{account}/smartcode"),
        list::<Campaign>("campaigns", "/v1/accounts/{account}/campaigns").cursor("created_on"),
        list::<CustomWidget>("custom_widgets", "/v1/accounts/{account}/changesets")
            .version("updated_at"),
        one::<Thresholds>("thresholds", "/v1/accounts/{account}/thresholds"),
        one::<Integrations>("integrations", "/v1/accounts/{account}/integrations"),
        list::<Label>("labels", "/v1/accounts/{account}/labels"),
    ],
}
.checked();

/// What the document says of all nine resources.
const fn list<T: Record>(name: &'static str, path: &'static str) -> Resource {
    Resource::new::<T>(name, path).select(&["_data"]).paging(Paging::offset("offset", 50))
}

/// Documented as a list keyed by `uid`; on the live API it is one object that has none.
const fn one<T: Record>(name: &'static str, path: &'static str) -> Resource {
    list::<T>(name, path).key(&["uid"]).singleton()
}
