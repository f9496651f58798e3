#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, KeyFallback, Migration, Paging, Param, Record, Resource, Retry,
    Unset, Values,
};
use models::{
    Application, Endpoint, EventType, IngestSource, IngestSourceEndpoint, Integration, Token,
    WebhookEndpoint,
};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "webhook_apps",
    doc: "Webhooks of a service that sends them: applications, their endpoints and event types",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    retry: Retry {
        statuses: &[429, 500, 502, 503, 504],
        max_retries: 3,
        backoff_factor: 2,
        ..Retry::STANDARD
    },
    // The document names none.
    rate: None,
    // `detail` is a text beside a `code`, and without one a list of what is wrong with the query.
    errors: &[
        ErrorShape { marker: "code", code: Some("code"), message: "detail" },
        ErrorShape { marker: "detail", code: Some("detail.0.type"), message: "detail.0.msg" },
    ],
    params: &[
        Param {
            name: "include_archived",
            doc: "Whether `event_types` lists archived ones too",
            values: Values::OneOf(&["true", "false"]),
            unset: Unset::Omitted,
        },
        Param {
            name: "with_content",
            doc: "Whether `event_types` come with their `schemas`",
            values: Values::OneOf(&["true", "false"]),
            unset: Unset::Omitted,
        },
        Param {
            name: "environment_id",
            doc: "The environment whose `tokens` to read, where the live API wants one in their path",
            values: Values::Text,
            unset: Unset::Omitted,
        },
    ],
    migrations: &[
        Migration {
            version: 1,
            name: "tables",
            sql: include_str!("../../../migrations/webhook_apps/0001_tables.sql"),
        },
        Migration {
            version: 2,
            name: "views",
            sql: include_str!("../../../migrations/webhook_apps/0002_views.sql"),
        },
        Migration {
            version: 3,
            name: "sets",
            sql: include_str!("../../../migrations/webhook_apps/0003_sets.sql"),
        },
    ],
    presets: &[("live", include_str!("../presets/live.toml"))],
    resources: &[
        edited::<Application>("applications", "/v1/app"),
        // The live API sends no `uuid`, and no two event types have the same name.
        edited::<EventType>("event_types", "/v1/event-type")
            .key(&["uuid"])
            .or_key(KeyFallback::Columns(&["name"]))
            .params(&["include_archived", "with_content"]),
        list::<Token>("tokens", "/v1/management/authentication/api-token").cursor("created_at"),
        each_app::<Endpoint>("endpoints", "/v1/app/{app_id}/endpoint"),
        each_app::<Integration>("integrations", "/v1/app/{app_id}/integration"),
        edited::<IngestSource>("ingest_source", "/ingest/api/v1/source"),
        edited::<IngestSourceEndpoint>(
            "ingest_source_endpoint",
            "/ingest/api/v1/source/{src_id}/endpoint",
        )
        .each("src_id", "ingest_source", "id"),
        edited::<WebhookEndpoint>("webhook_endpoint", "/v1/operational-webhook/endpoint"),
    ],
}
.checked();

/// What the document says of all eight resources; where the token is, it leaves open.
const fn list<T: Record>(name: &'static str, path: &'static str) -> Resource {
    let (param, next, done) = ("iterator", "iterator", Some("done"));
    let paging = Paging::Token { param, next, done, limit: None };
    Resource::new::<T>(name, path).select(&["data"]).paging(paging)
}

/// A listing whose items tell when they were last edited.
const fn edited<T: Record>(name: &'static str, path: &'static str) -> Resource {
    list::<T>(name, path).version("updated_at")
}

/// One listing for each application.
const fn each_app<T: Record>(name: &'static str, path: &'static str) -> Resource {
    edited::<T>(name, path).each("app_id", "applications", "id")
}
