//! What the vendor sends: one struct for each resource.
//!
//! A bare type is promised in every item; an `Option` may be null or left out.
//! Times are RFC 3339 on the wire, with or without a fraction. Ids are text.
//! The document has `rateLimit` and `filterTypes`, the live API `throttleRate` and
//! `eventTypes`; an item can have both, so each has a column.
//! These docs are also the comments of the tables and their columns.

use connector_spec::{DateTime, Json, Record, Utc};

/// An application: a receiver of webhooks, with endpoints of its own.
#[derive(Record)]
pub struct Application {
    /// Id of the application.
    pub id: String,
    /// Id that the account gave it.
    pub uid: Option<String>,
    /// Name of the application.
    pub name: String,
    /// Names and texts that the account attached to it.
    pub metadata: Json,
    /// Most messages that it is sent in a second.
    pub throttle_rate: Option<i64>,
    /// Older name of `throttle_rate`.
    pub rate_limit: Option<i64>,
    /// When the application was created.
    pub created_at: DateTime<Utc>,
    /// When the application was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A type of event that messages are sent for.
#[derive(Record)]
pub struct EventType {
    /// Documented as the key; the live API sends none, and `name` stands in.
    pub uuid: Option<String>,
    /// Name of the event type, such as `user.signup`; upper and lower case differ.
    pub name: String,
    /// Description of the event type.
    pub description: String,
    /// Name of the group that it is in.
    pub group_name: Option<String>,
    /// Whether it is archived; left out means that it is not.
    pub archived: Option<bool>,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Feature flag that it is shown with, before there could be several.
    pub feature_flag: Option<String>,
    /// Feature flags that it is shown with, in no order.
    #[record(unordered)]
    pub feature_flags: Option<Json>,
    /// Schemas of its messages, by version; sent only if `with_content` asks for them.
    pub schemas: Option<Json>,
    /// When the event type was created.
    pub created_at: DateTime<Utc>,
    /// When the event type was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A token for the vendor's API.
#[derive(Record)]
pub struct Token {
    /// Id of the token.
    pub id: String,
    /// Name of the token.
    pub name: Option<String>,
    /// The token, censored by the vendor; kept as a fingerprint.
    #[record(secret)]
    pub censored_token: String,
    /// What the token allows, in no order.
    #[record(unordered)]
    pub scopes: Option<Json>,
    /// When the token expires.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the token was created; an edit does not move it.
    pub created_at: DateTime<Utc>,
}

/// An address that messages of an application are sent to.
#[derive(Record)]
pub struct Endpoint {
    /// Id of the endpoint.
    pub id: String,
    /// Id that the account gave it.
    pub uid: Option<String>,
    /// Address that messages are sent to.
    #[record(secret_address)]
    pub url: String,
    /// Description of the endpoint.
    pub description: String,
    /// Version of the endpoint, a number that the live API no longer promises.
    pub version: Option<i64>,
    /// Whether it is disabled; left out means that it is not.
    pub disabled: Option<bool>,
    /// Names of the event types that it is sent, in no order.
    #[record(unordered)]
    pub event_types: Option<Json>,
    /// Older name of `event_types`.
    #[record(unordered)]
    pub filter_types: Option<Json>,
    /// Channels that it listens to, in no order.
    #[record(unordered)]
    pub channels: Option<Json>,
    /// Names and texts that the account attached to it.
    pub metadata: Json,
    /// Most messages that it is sent in a second.
    pub throttle_rate: Option<i64>,
    /// Older name of `throttle_rate`.
    pub rate_limit: Option<i64>,
    /// When the endpoint was created.
    pub created_at: DateTime<Utc>,
    /// When the endpoint was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A link between an application and another tool.
#[derive(Record)]
pub struct Integration {
    /// Id of the integration.
    pub id: String,
    /// Name of the integration.
    pub name: String,
    /// Feature flags that it has, in no order.
    #[record(unordered)]
    pub feature_flags: Option<Json>,
    /// When the integration was created.
    pub created_at: DateTime<Utc>,
    /// When the integration was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A source of webhooks that the account receives.
#[derive(Record)]
pub struct IngestSource {
    /// Id of the source.
    pub id: String,
    /// Id that the account gave it.
    pub uid: Option<String>,
    /// Name of the source.
    pub name: String,
    /// Kind of source, such as `cron` or `generic-webhook`.
    pub r#type: String,
    /// Settings of its kind: `schedule`, `payload` and `contentType` of `cron`, `publicKey` of
    /// some others, and mostly nothing.
    pub config: Option<Json>,
    /// Address that it receives at, which has a token in it; kept as a fingerprint.
    #[record(secret)]
    pub ingest_url: Option<String>,
    /// Names and texts that the account attached to it; the document does not have them.
    pub metadata: Option<Json>,
    /// When the source was created.
    pub created_at: DateTime<Utc>,
    /// When the source was last edited.
    pub updated_at: DateTime<Utc>,
}

/// An address that what a source receives is sent on to.
#[derive(Record)]
pub struct IngestSourceEndpoint {
    /// Id of the endpoint.
    pub id: String,
    /// Id that the account gave it.
    pub uid: Option<String>,
    /// Address that messages are sent to.
    #[record(secret_address)]
    pub url: String,
    /// Description of the endpoint.
    pub description: String,
    /// Whether it is disabled; left out means that it is not.
    pub disabled: Option<bool>,
    /// Names and texts that the account attached to it.
    pub metadata: Json,
    /// Most messages that it is sent in a second.
    pub throttle_rate: Option<i64>,
    /// Older name of `throttle_rate`.
    pub rate_limit: Option<i64>,
    /// When the endpoint was created.
    pub created_at: DateTime<Utc>,
    /// When the endpoint was last edited.
    pub updated_at: DateTime<Utc>,
}

/// An address that the vendor tells about the account's own webhooks, such as failing ones.
#[derive(Record)]
pub struct WebhookEndpoint {
    /// Id of the endpoint.
    pub id: String,
    /// Id that the account gave it.
    pub uid: Option<String>,
    /// Address that messages are sent to.
    #[record(secret_address)]
    pub url: String,
    /// Description of the endpoint.
    pub description: String,
    /// Whether it is disabled; left out means that it is not.
    pub disabled: Option<bool>,
    /// Names of the event types that it is sent, in no order.
    #[record(unordered)]
    pub event_types: Option<Json>,
    /// Older name of `event_types`.
    #[record(unordered)]
    pub filter_types: Option<Json>,
    /// Names and texts that the account attached to it.
    pub metadata: Json,
    /// Most messages that it is sent in a second.
    pub throttle_rate: Option<i64>,
    /// Older name of `throttle_rate`.
    pub rate_limit: Option<i64>,
    /// When the endpoint was created.
    pub created_at: DateTime<Utc>,
    /// When the endpoint was last edited.
    pub updated_at: DateTime<Utc>,
}
