//! What the vendor sends: one struct for each resource.
//!
//! The vendor promises no field, so each is an `Option`, which may be null or
//! left out; a row without its key is set aside. Ids are text, even where they
//! are 64-bit numbers. Times are RFC 3339, except a session's.
//! These docs are also the comments of the tables and their columns.

use connector_spec::{DateTime, Json, Record, Utc};

/// A recorded session of a user.
#[derive(Record)]
pub struct Session {
    /// The vendor's id of the user, a 64-bit number as text; `uid` is your app's id.
    pub user_id: Option<String>,
    /// Id of the session among the user's, a 64-bit number as text.
    pub session_id: Option<String>,
    /// When the session was created; epoch seconds on the wire, mostly as text.
    #[record(unit = "seconds")]
    pub created_time: Option<DateTime<Utc>>,
    /// Address of the session's replay.
    pub fs_url: Option<String>,
}

/// A segment: a saved search for users.
#[derive(Record)]
pub struct Segment {
    /// Id of the segment; a word such as `everyone` for a built-in one.
    pub id: Option<String>,
    /// Name of the segment.
    pub name: Option<String>,
    /// Email address of who created it; `system` for a built-in one.
    pub creator: Option<String>,
    /// When the segment was created; a built-in one has none, and an edit does not move it.
    pub created: Option<DateTime<Utc>>,
    /// Address of the segment in the vendor's app.
    pub url: Option<String>,
}

/// A long-running operation, such as an export or a deletion.
#[derive(Record)]
pub struct Operation {
    /// Id of the operation.
    pub id: Option<String>,
    /// Kind: `DELETE_USER`, `SEARCH_EXPORT`, `DELETE_SESSION`, `DELETE_SEGMENT_SESSIONS` or
    /// `DELETE_SEGMENT_USERS`.
    pub r#type: Option<String>,
    /// State: `PENDING`, `COMPLETED` or `FAILED`.
    pub state: Option<String>,
    /// Step that it is at.
    pub step: Option<String>,
    /// How much of it is done, estimated, in percent.
    pub estimate_pct_complete: Option<i64>,
    /// What is particular to its kind; an object, or an empty text.
    pub details: Option<Json>,
    /// What came of it, such as `searchExportId` and `expires`; an object, or an empty text.
    pub results: Option<Json>,
    /// What went wrong, if something did.
    pub error_details: Option<String>,
    /// When the operation was created; its progress does not move it.
    pub created_at: Option<DateTime<Utc>>,
    /// When it came to its end; null or left out while it is pending.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What is never recorded: addresses, browsers and apps.
#[derive(Record)]
pub struct BlockRules {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub id: Option<String>,
    /// IP addresses that are blocked, as patterns such as `192.0.2.*`.
    pub blocked_ips: Option<Json>,
    /// User agents that are blocked.
    pub blocked_uas: Option<Json>,
    /// Ids of the apps that are blocked.
    pub blocked_app_ids: Option<Json>,
    /// When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and
    /// `lastUpdatedBy`.
    pub metadata: Option<Json>,
}

/// Which domains are recorded, on one platform.
#[derive(Record)]
pub struct DomainSettings {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub id: Option<String>,
    /// Whether only the domains that are listed are recorded.
    pub only_record_known_domains: Option<bool>,
    /// Domains: `domain` and `disabled` of each; their order counts, as the first match wins.
    pub domains: Option<Json>,
    /// When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and
    /// `lastUpdatedBy`.
    pub metadata: Option<Json>,
}

/// Which regions of the world are recorded.
#[derive(Record)]
pub struct GeoSettings {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub id: Option<String>,
    /// How the zones count, in a word of the vendor's.
    #[record(alias = "record_geo_mode")]
    pub record_geo_mode: Option<String>,
    /// Zones, such as `EU`.
    #[record(alias = "record_geo_zones")]
    pub record_geo_zones: Option<Json>,
    /// When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and
    /// `lastUpdatedBy`.
    pub metadata: Option<Json>,
}

/// What is recorded of a session, on one platform.
#[derive(Record)]
pub struct RecordingFeatures {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub id: Option<String>,
    /// Whether recording is enabled.
    pub enabled: Option<bool>,
    /// Whether messages of the console are recorded.
    pub console_watcher: Option<bool>,
    /// Whether requests of the page are recorded.
    pub ajax_watcher: Option<bool>,
    /// Whether resources of the page are uploaded.
    pub resource_uploading: Option<bool>,
    /// Whether recording is shut off.
    pub recording_shutoff: Option<bool>,
    /// Whether rage clicks are found in the browser.
    pub client_side_rage_click: Option<bool>,
    /// When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and
    /// `lastUpdatedBy`; who it was may be a name with an email address.
    pub metadata: Option<Json>,
}

/// A rule that says which sessions of a mobile app are recorded.
#[derive(Record)]
pub struct SessionTargetingRule {
    /// Id of the rule.
    pub id: Option<String>,
    /// Notes on the rule.
    pub notes: Option<String>,
    /// What it lets through: `ALL_SESSIONS`, `NO_SESSIONS`, `PREVIEW_SESSIONS_ONLY` or
    /// `LIVE_SESSIONS_ONLY`.
    pub scope: Option<String>,
    /// Conditions: `attr`, `op`, `values` and `joinPrevious` of each.
    pub conditions: Option<Json>,
    /// Rules below it: `id` and `joinPrevious` of each.
    pub children: Option<Json>,
}

/// An endpoint that events are sent to.
#[derive(Record)]
pub struct Webhook {
    /// Id of the endpoint.
    pub id: Option<String>,
    /// Address that the events are sent to.
    #[record(secret_address)]
    pub url: Option<String>,
    /// Whether events are sent.
    pub enabled: Option<bool>,
    /// Kinds of event that are sent: `eventName` and `subcategory` of each.
    #[record(alias = "event_types")]
    pub event_types: Option<Json>,
    /// When the endpoint was created.
    pub created: Option<DateTime<Utc>>,
    /// When the endpoint was last edited.
    pub modified: Option<DateTime<Utc>>,
}

/// A kind of event that an endpoint can be sent; which there are depends on the plan.
#[derive(Record)]
pub struct EventDef {
    /// Name of the kind, such as `note.created`.
    pub event_name: Option<String>,
    /// Name of the kind, for people.
    pub display_name: Option<String>,
    /// Whether the kind has subcategories.
    pub has_subcategories: Option<bool>,
}
