#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, Migration, Paging, Param, Record, Resource, Retry, Unset, Values,
};
use models::{
    BlockRules, DomainSettings, EventDef, GeoSettings, Operation, RecordingFeatures, Segment,
    Session, SessionTargetingRule, Webhook,
};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "session_recording",
    doc: "Session recording of an analytics service: sessions, segments, settings and webhooks",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    // The document names the same statuses, tries and factor.
    retry: Retry::STANDARD,
    // The document names none.
    rate: None,
    // No record has either member, so at the root of a body they can only be an error's.
    errors: &[
        ErrorShape { marker: "message", code: Some("code"), message: "message" },
        ErrorShape { marker: "error", code: Some("code"), message: "error" },
    ],
    params: &[
        Param {
            name: "uid",
            doc: "The user whose sessions to read: the id that your app gave, one or several",
            values: Values::Text,
            unset: Unset::Required,
        },
        Param {
            name: "platform",
            doc: "The platform whose settings to read: `web` (the default), `mobile` or both",
            values: Values::OneOf(&["web", "mobile"]),
            unset: Unset::Implied("web"),
        },
    ],
    migrations: &[
        Migration {
            version: 1,
            name: "tables",
            sql: include_str!("../../../migrations/session_recording/0001_tables.sql"),
        },
        Migration {
            version: 2,
            name: "views",
            sql: include_str!("../../../migrations/session_recording/0002_views.sql"),
        },
    ],
    presets: &[("live", include_str!("../presets/live.toml"))],
    resources: &[
        list::<Session>("sessions", "/sessions/v2", &["sessions"])
            .each_param("uid")
            .key(&["user_id", "session_id"])
            .cursor("created_time"),
        list::<Segment>("segments", "/segments/v1", &["segments"]).cursor("created"),
        list::<Operation>("operations", "/operations/v1", &["operations"]).cursor("created_at"),
        one::<BlockRules>("blockrules", "/settings/recording/v1/blocking", &["blockrules"]),
        one::<DomainSettings>(
            "domainsettings",
            "/settings/recording/v1/domain",
            &["domainsettings"],
        )
        .each_param("platform"),
        one::<GeoSettings>("geosettings", "/settings/recording/v1/geo", &["geosettings"]),
        one::<RecordingFeatures>(
            "recordingfeatures",
            "/settings/recording/v1/features",
            &["recordingfeatures"],
        )
        .each_param("platform"),
        list::<SessionTargetingRule>(
            "sessionTargetingRules",
            "/settings/recording/v1/targeting",
            &["sessionTargetingRules"],
        )
        .table("session_targeting_rules"),
        list::<Webhook>("webhooks", "/webhooks/v1/endpoints", &["webhooks"]).version("modified"),
        list::<EventDef>("eventDefs", "/webhooks/v1/event-types", &["eventDefs"])
            .table("event_defs")
            .key(&["event_name"]),
    ],
}
.checked();

/// What the document says of all ten resources.
const fn list<T: Record>(
    name: &'static str,
    path: &'static str,
    place: &'static [&'static str],
) -> Resource {
    Resource::new::<T>(name, path)
        .select(place)
        .paging(Paging::token("pagination_token", "nextPaginationToken"))
}

/// Documented as a list keyed by `id`; on the live API it is one object that has none.
const fn one<T: Record>(
    name: &'static str,
    path: &'static str,
    place: &'static [&'static str],
) -> Resource {
    list::<T>(name, path, place).singleton()
}
