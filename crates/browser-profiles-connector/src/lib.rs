#![doc = include_str!("../README.md")]

pub mod models;

use connector_spec::{
    Auth, Connector, ErrorShape, KeyFallback, Migration, Paging, Rate, Record, Resource, Retry,
};
use models::{
    BrowserCookie, BrowserHistory, Folder, Profile, Tag, User, UserBalance, UserMetadata,
    UserTimezones,
};

/// The vendor, as its document describes it.
pub const CONNECTOR: Connector = Connector {
    name: "browser_profiles",
    doc: "Browser profiles: their stored versions and cookies, folders, tags, and the user who owns them",
    base_url: "https://api.example.com",
    auth: Auth::BEARER,
    retry: Retry {
        statuses: &[429, 500, 502, 503, 504],
        max_retries: 3,
        backoff_factor: 2,
        ..Retry::STANDARD
    },
    // The document names none, but the live API takes the key away from who asks faster than five times a second.
    rate: Some(Rate::per_second(4)),
    // An error has one of these, which no answer with rows has.
    errors: &[said_in("message"), said_in("error"), said_in("reason")],
    params: &[],
    migrations: &[
        Migration {
            version: 1,
            name: "tables",
            sql: include_str!("../../../migrations/browser_profiles/0001_tables.sql"),
        },
        Migration {
            version: 2,
            name: "views",
            sql: include_str!("../../../migrations/browser_profiles/0002_views.sql"),
        },
        Migration {
            version: 3,
            name: "profiles",
            sql: include_str!("../../../migrations/browser_profiles/0003_profiles.sql"),
        },
        Migration {
            version: 4,
            name: "cookies",
            sql: include_str!("../../../migrations/browser_profiles/0004_cookies.sql"),
        },
    ],
    presets: &[("live", include_str!("../presets/live.toml"))],
    resources: &[
        list::<Profile>("profiles", "/v1/profiles").select(&["profiles"]).version("updated_at"),
        of_profile::<BrowserHistory>("browser_history", "/v1/browser/{br_id}/history")
            .version("last_modified"),
        of_profile::<BrowserCookie>("browser_cookies", "/v1/browser/{br_id}/cookies")
            .key(&["uuid"])
            // What browsers tell cookies apart by: a host alone and its domain differ by a dot.
            .or_key(KeyFallback::Columns(&["domain", "path", "name"]))
            .or_key_if_sent(&["partition_key"])
            .cursor("creation_date"),
        list::<Folder>("folders", "/v1/folders"),
        list::<Tag>("tags", "/v1/tags/all").select(&["tags"]).key(&["_id"]),
        list::<User>("user", "/v1/user")
            .key(&["_id"])
            .singleton()
            .cursor("created_at")
            .tells_owner("_id"),
        list::<UserMetadata>("user_metadata", "/v1/user/metadata")
            .singleton()
            .key(&["_id"])
            .cursor("created_at"),
        one::<UserBalance>("user_balance", "/v1/user/balance"),
        one::<UserTimezones>("user_timezones", "/v1/timezone"),
    ],
}
.checked();

/// What the document says of nearly all nine resources; its `page` is an offset, which counts rows.
const fn list<T: Record>(name: &'static str, path: &'static str) -> Resource {
    Resource::new::<T>(name, path).select(&["data"]).paging(Paging::offset("page", 30))
}

/// One listing for each profile.
const fn of_profile<T: Record>(name: &'static str, path: &'static str) -> Resource {
    list::<T>(name, path).each("br_id", "profiles", "id")
}

/// Documented as a list keyed by `uuid`; on the live API it is one object that has none.
const fn one<T: Record>(name: &'static str, path: &'static str) -> Resource {
    list::<T>(name, path).key(&["uuid"]).singleton()
}

/// An error whose message is this member of the body.
const fn said_in(member: &'static str) -> ErrorShape {
    ErrorShape { marker: member, code: Some("statusCode"), message: member }
}
