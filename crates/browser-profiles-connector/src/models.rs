//! What the vendor sends: one struct for each resource.
//!
//! A bare type is promised in every item; an `Option` may be null or left out.
//! Times are RFC 3339 on the wire, but those of a cookie, which are epoch
//! seconds and can have a fraction. Ids are text.
//! These docs are also the comments of the tables and their columns.

#![expect(clippy::pub_underscore_fields, reason = "a column keeps its wire name's underscore")]

use connector_spec::{DateTime, Json, Record, Utc};

/// A browser profile: a browser with an identity of its own.
#[derive(Record)]
pub struct Profile {
    /// Id of the profile.
    pub id: String,
    /// Name of the profile.
    pub name: Option<String>,
    /// Notes on the profile.
    pub notes: Option<String>,
    /// What the user is to the profile, such as `owner`.
    pub role: Option<String>,
    /// Operating system that it shows: `win`, `mac`, `lin`, `android` or `android-cloud`.
    pub os: Option<String>,
    /// Version of that operating system, such as `win11` or `M1`; can be empty.
    pub os_spec: Option<String>,
    /// Whether it shows an M1 processor.
    pub is_m1: Option<bool>,
    /// Browser that it shows, such as `chrome`.
    pub browser_type: Option<String>,
    /// Whether its language is set automatically.
    pub auto_lang: Option<bool>,
    /// What it tells websites: `userAgent`, `resolution`, `language`, `platform`,
    /// `hardwareConcurrency`, `deviceMemory` and `maxTouchPoints`.
    pub navigator: Option<Json>,
    /// What it tells websites of its graphics: `vendor`, `renderer` and `mode`.
    #[record(wire = "webGLMetadata")]
    pub webgl_metadata: Option<Json>,
    /// Fonts that it shows, and whether they are masked.
    pub fonts: Option<Json>,
    /// Where it says it is: `mode`, `enabled`, `customize`, `fillBasedOnIp`,
    /// `isCustomCoordinates`, `latitude`, `longitude` and `accuracy`.
    pub geolocation: Option<Json>,
    /// Time zone that it shows: `enabled`, `fillBasedOnIp` and `timezone`.
    pub timezone: Option<Json>,
    /// Host of the proxy, as it stands beside `proxy`.
    pub host: Option<String>,
    /// Port of the proxy, as it stands beside `proxy`.
    pub port: Option<i64>,
    /// Whether it uses a proxy.
    pub proxy_enabled: Option<bool>,
    /// Kind of proxy, such as `none`.
    pub proxy_type: Option<String>,
    /// Region of the proxy.
    pub proxy_region: Option<String>,
    /// Proxy: `id`, `mode`, `host`, `port`, `username`, `password`, `customName`, `changeIpUrl`,
    /// `autoProxyRegion` and `torProxyRegion`; user name and password are fingerprints.
    #[record(secret_members("username", "password", "changeIpUrl"))]
    pub proxy: Option<Json>,
    /// Proxy that is archived: `id`, `name` and `country`.
    pub archived_proxy: Option<Json>,
    /// Tags: `_id`, `title`, `color` and `field` of each, or a text.
    pub tags: Option<Json>,
    /// Names of the folders that it is in.
    pub folders: Option<Json>,
    /// Ids of the folders that it is in.
    pub folder_ids: Option<Json>,
    /// Position of the profile among the others.
    pub order: Option<f64>,
    /// Whether it is pinned.
    pub is_pinned: Option<bool>,
    /// Who it is shared with, as email addresses.
    pub shared_emails: Option<Json>,
    /// Whether it is shared.
    pub is_shared: Option<bool>,
    /// Id under which it is shared.
    pub share_id: Option<String>,
    /// How often it is shared.
    pub shares_count: Option<i64>,
    /// What the user may do with it, such as `editProfile`, as flags.
    pub permissions: Option<Json>,
    /// Extensions of the browser.
    pub chrome_extensions: Option<Json>,
    /// Extensions that the user added.
    pub user_chrome_extensions: Option<Json>,
    /// Bookmarks.
    pub bookmarks: Option<Json>,
    /// Whether the bookmarks are kept in step.
    pub is_bookmarks_synced: Option<bool>,
    /// Data of a Facebook account, with its credentials; only a fingerprint is kept.
    #[record(secret)]
    pub facebook_account_data: Option<Json>,
    /// What is still as at first: `profileNameIsDefault` and `profileNotesIsDefault`.
    pub default_props: Option<Json>,
    /// Whether it was made automatically.
    pub is_auto_generated: Option<bool>,
    /// Whether it can be run.
    pub can_be_running: Option<bool>,
    /// Whether it is running.
    pub is_running: Option<bool>,
    /// Email address of the user who runs it.
    pub running_user_email: Option<String>,
    /// Whether running it is disabled.
    pub is_run_disabled: Option<bool>,
    /// Why running it is disabled.
    pub run_disabled_reason: Option<String>,
    /// Whether it is disabled.
    pub is_disabled: Option<bool>,
    /// Whether its lock is enabled.
    pub lock_enabled: Option<bool>,
    /// Whether it runs in debug mode.
    pub debug_mode: Option<bool>,
    /// Whether it is a web profile.
    pub is_web: Option<bool>,
    /// Address of the remote browser.
    pub remote_orbita_url: Option<String>,
    /// Version of the browser that was last chosen for its user agent.
    #[record(wire = "updateUALastChosenBrowserV")]
    pub update_ua_last_chosen_browser_v: Option<String>,
    /// State of the profile.
    pub status: Option<Json>,
    /// When it was last used.
    pub last_activity: Option<DateTime<Utc>>,
    /// When the profile was created.
    pub created_at: Option<DateTime<Utc>>,
    /// When the profile was last edited.
    pub updated_at: DateTime<Utc>,
}

/// A stored version of a profile's data; not a page that was visited.
#[derive(Record)]
pub struct BrowserHistory {
    /// Id of the version, within its profile.
    pub id: String,
    /// Size of the stored data.
    pub size: Option<i64>,
    /// When the version was stored.
    pub last_modified: DateTime<Utc>,
}

/// A cookie in a profile's browser.
#[derive(Record)]
pub struct BrowserCookie {
    /// Documented as the key; the live API sends none, and domain, path, name and partition stand in.
    pub uuid: Option<String>,
    /// Domain that the cookie is sent to.
    pub domain: Option<String>,
    /// Path that the cookie is sent to.
    pub path: Option<String>,
    /// Name of the cookie.
    pub name: Option<String>,
    /// Value of the cookie; only a fingerprint is kept.
    #[record(secret)]
    pub value: Option<String>,
    /// Site below which the cookie is kept apart, as `topLevelSite` and `hasCrossSiteAncestor`, or as text.
    pub partition_key: Option<Json>,
    /// Address that set the cookie.
    pub url: Option<String>,
    /// Which requests of other sites carry it: `unspecified`, `no_restriction`, `lax` or `strict`.
    pub same_site: Option<String>,
    /// Whether it is sent over HTTPS only.
    pub secure: Option<bool>,
    /// Whether scripts cannot read it.
    pub http_only: Option<bool>,
    /// Whether subdomains do not get it.
    pub host_only: Option<bool>,
    /// Whether it ends with the browser's session.
    pub session: Option<bool>,
    /// When the cookie expires; 1970 where the vendor sends 0.
    #[record(unit = "seconds")]
    pub expiration_date: Option<DateTime<Utc>>,
    /// When the cookie was created; an edit does not move it. Null where the vendor sends
    /// none, or counts from 1601 as browsers do.
    #[record(unit = "seconds")]
    pub creation_date: Option<DateTime<Utc>>,
}

/// A folder of profiles.
#[derive(Record)]
pub struct Folder {
    /// Id of the folder.
    #[record(alias = "_id")]
    pub id: String,
    /// Name of the folder.
    pub name: Option<String>,
    /// Whether the folder is shared.
    pub shared: Option<bool>,
    /// Position of the folder among the others.
    pub order: Option<f64>,
    /// Ids of the profiles in it.
    pub associated_profiles: Option<Json>,
}

/// A tag that a profile can carry.
#[derive(Record)]
pub struct Tag {
    /// Id of the tag.
    pub _id: String,
    /// Title of the tag.
    pub title: Option<String>,
    /// Color of the tag, such as `#00ff00`.
    pub color: Option<String>,
    /// Field that the tag belongs to, such as `name`.
    pub field: Option<String>,
}

/// The user whose key it is.
#[derive(Record)]
pub struct User {
    /// Id of the user.
    pub _id: String,
    /// Email address of the user.
    pub email: Option<String>,
    /// Whether the email address is confirmed.
    pub is_email_confirmed: Option<bool>,
    /// Whether a second factor is asked for at login.
    pub is_two_fa_enabled: Option<bool>,
    /// Id of the user at Google.
    pub google_client_id: Option<String>,
    /// Whether the user is correctly registered.
    pub is_correctly_registered: Option<bool>,
    /// How the user came: `referer`, `registerType` and `url`.
    pub registration_lead: Option<Json>,
    /// Link that the user was invited by.
    pub invited_by_link: Option<String>,
    /// User who invited the user.
    pub invited_by_user: Option<String>,
    /// Domain of the user's affiliate link.
    pub aff_link_domain: Option<String>,
    /// Id of the workspace that opens by default.
    pub default_workspace: Option<String>,
    /// Number of the user's profiles.
    pub profiles: Option<i64>,
    /// Number of profiles, those that others share with the user included.
    pub profiles_count_with_shares: Option<i64>,
    /// Folders: `id`, `name`, `shared` and `associatedProfiles` of each.
    pub folders: Option<Json>,
    /// Folders that others share with the user.
    pub shared_folders: Option<Json>,
    /// Templates of profiles: `id`, `user`, `profileName`, `proxy` and `browser` of each.
    pub templates: Option<Json>,
    /// Plan: `_id`, `name`, `priceForMonth`, `restEnabled`, `maxProfiles`, `maxShares` and
    /// `maxFingerprints`.
    pub plan: Option<Json>,
    /// When the plan expires, as the vendor writes it.
    pub plan_expire_date: Option<String>,
    /// Whether a first plan was chosen.
    pub first_plan_selected: Option<bool>,
    /// Whether prices of old apply.
    pub force_old_pricing: Option<bool>,
    /// Subscription, with its `payment`.
    pub subscription: Option<Json>,
    /// Last payment: `_id`, `createdAt`, `expiresIn`, `isTrial`, `discountId`, `paymentMethod` and
    /// `additionalParams`.
    pub payment: Option<Json>,
    /// Whether a payment has succeeded.
    pub has_success_payment: Option<bool>,
    /// Whether the last payment was a trial that has ended.
    pub is_last_payment_trial_ended: Option<bool>,
    /// Card on file: `_id`.
    pub card: Option<Json>,
    /// Id of the subscription at `PayPal`.
    pub paypal_subscription_id: Option<String>,
    /// Number of subscriptions at `PayPal`.
    pub paypal_subs_count: Option<i64>,
    /// Whether proxies are checked by a server.
    pub is_proxy_server_check_enabled: Option<bool>,
    /// Codes that the check of a proxy ignores.
    pub proxy_checker_ignore_codes: Option<Json>,
    /// Whether quick settings are enabled.
    pub is_quick_settings_enabled: Option<bool>,
    /// Whether the steps of the quick settings are shown.
    pub is_quick_settings_steps_visible: Option<bool>,
    /// Lowest version of the browser that runs profiles in sync.
    pub run_profiles_in_sync_min_orbita_ver: Option<f64>,
    /// Version of the app that the user last ran.
    pub last_app_version: Option<String>,
    /// Version of the browser that the user last ran.
    pub last_browser_version: Option<String>,
    /// Whether a first profile was started.
    pub first_profile_started: Option<bool>,
    /// Whether the target page was shown.
    pub target_page_shown: Option<bool>,
    /// Hints: `articleId`, `titleTranslationKey` and `subtitleTranslationKey` of each.
    pub hints: Option<Json>,
    /// Preferences of hints: `locationChanged` and `locationIsUnmasked`.
    pub hint_preferences: Option<Json>,
    /// Features that are switched on, such as `workspaces`, as flags.
    pub new_features: Option<Json>,
    /// Data of a migration.
    pub migration_data: Option<Json>,
    /// Further data of the user.
    pub gologin_metadata: Option<Json>,
    /// When the user was created; an edit does not move it.
    pub created_at: DateTime<Utc>,
}

/// The user in short, with what the plan allows and how much of it is used.
#[derive(Record)]
pub struct UserMetadata {
    /// Id of the user.
    pub _id: String,
    /// Email address of the user.
    pub email: Option<String>,
    /// Id of the user at Google.
    pub google_client_id: Option<String>,
    /// Whether the user is correctly registered.
    pub is_correctly_registered: Option<bool>,
    /// Profiles: their `count`.
    pub profiles: Option<Json>,
    /// Plan: `_id`, `name`, `maxProfiles`, `maxShares` and `maxAccountShares`.
    pub plan: Option<Json>,
    /// Last payment: `_id`, `name`, `createdAt` and `expiresIn`.
    pub payment: Option<Json>,
    /// What is shared.
    pub shares: Option<Json>,
    /// Team of the user.
    pub team: Option<Json>,
    /// Quiz of the user.
    pub quiz: Option<Json>,
    /// Milliseconds that sharing took; differs with each request.
    #[record(volatile)]
    pub sharing_took_ms: Option<f64>,
    /// When the user was created; an edit does not move it.
    pub created_at: DateTime<Utc>,
}

/// The user's balance.
#[derive(Record)]
pub struct UserBalance {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub uuid: Option<String>,
    /// Amount that is available.
    pub available: Option<f64>,
    /// Amount that was ever earned.
    pub total_earned: Option<f64>,
    /// Amount that was ever withdrawn.
    pub total_withdraw: Option<f64>,
}

/// The place and time zone of the address that asks; no list of time zones.
#[derive(Record)]
pub struct UserTimezones {
    /// Documented as the key; the live API sends none, and `singleton` stands in.
    pub uuid: Option<String>,
    /// Address that the request came from.
    pub ip: Option<String>,
    /// Country of the address, such as `US`.
    pub country: Option<String>,
    /// State or province of the address.
    pub state_prov: Option<String>,
    /// City of the address.
    pub city: Option<String>,
    /// Time zone of the address, such as `America/New_York`.
    pub timezone: Option<String>,
    /// Languages of the country.
    pub languages: Option<String>,
    /// Latitude and longitude, in this order.
    pub ll: Option<Json>,
    /// Accuracy of the place.
    pub accuracy: Option<f64>,
}
