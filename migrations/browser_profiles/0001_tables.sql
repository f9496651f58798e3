-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table profiles (
    id text not null,
    name text,
    notes text,
    role text,
    os text,
    os_spec text,
    is_m1 boolean,
    browser_type text,
    auto_lang boolean,
    navigator jsonb,
    geolocation jsonb,
    timezone jsonb,
    proxy_enabled boolean,
    proxy_type text,
    proxy_region text,
    proxy jsonb,
    archived_proxy jsonb,
    tags jsonb,
    folders jsonb,
    folder_ids jsonb,
    "order" double precision,
    is_pinned boolean,
    shared_emails jsonb,
    is_shared boolean,
    share_id text,
    shares_count bigint,
    permissions jsonb,
    chrome_extensions jsonb,
    user_chrome_extensions jsonb,
    bookmarks jsonb,
    is_bookmarks_synced boolean,
    facebook_account_data jsonb,
    default_props jsonb,
    is_auto_generated boolean,
    can_be_running boolean,
    is_running boolean,
    running_user_email text,
    is_run_disabled boolean,
    run_disabled_reason text,
    is_disabled boolean,
    lock_enabled boolean,
    debug_mode boolean,
    is_web boolean,
    remote_orbita_url text,
    update_ua_last_chosen_browser_v text,
    status jsonb,
    last_activity timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table profiles is 'A browser profile: a browser with an identity of its own.';
comment on column profiles.id is 'Id of the profile.';
comment on column profiles.name is 'Name of the profile.';
comment on column profiles.notes is 'Notes on the profile.';
comment on column profiles.role is 'What the user is to the profile, such as `owner`.';
comment on column profiles.os is 'Operating system that it shows: `win`, `mac`, `lin`, `android` or `android-cloud`.';
comment on column profiles.os_spec is 'Version of that operating system, such as `win11` or `M1`; can be empty.';
comment on column profiles.is_m1 is 'Whether it shows an M1 processor.';
comment on column profiles.browser_type is 'Browser that it shows, such as `chrome`.';
comment on column profiles.auto_lang is 'Whether its language is set automatically.';
comment on column profiles.navigator is 'What it tells websites: `userAgent`, `resolution`, `language`, `platform`, `hardwareConcurrency`, `deviceMemory` and `maxTouchPoints`.';
comment on column profiles.geolocation is 'Where it says it is: `mode`, `enabled`, `customize`, `fillBasedOnIp`, `isCustomCoordinates`, `latitude`, `longitude` and `accuracy`.';
comment on column profiles.timezone is 'Time zone that it shows: `enabled`, `fillBasedOnIp` and `timezone`.';
comment on column profiles.proxy_enabled is 'Whether it uses a proxy.';
comment on column profiles.proxy_type is 'Kind of proxy, such as `none`.';
comment on column profiles.proxy_region is 'Region of the proxy.';
comment on column profiles.proxy is 'Proxy: `id`, `mode`, `host`, `port`, `username`, `password`, `customName`, `changeIpUrl`, `autoProxyRegion` and `torProxyRegion`; user name and password are fingerprints.';
comment on column profiles.archived_proxy is 'Proxy that is archived: `id`, `name` and `country`.';
comment on column profiles.tags is 'Tags: `_id`, `title`, `color` and `field` of each, or a text.';
comment on column profiles.folders is 'Names of the folders that it is in.';
comment on column profiles.folder_ids is 'Ids of the folders that it is in.';
comment on column profiles."order" is 'Position of the profile among the others.';
comment on column profiles.is_pinned is 'Whether it is pinned.';
comment on column profiles.shared_emails is 'Who it is shared with, as email addresses.';
comment on column profiles.is_shared is 'Whether it is shared.';
comment on column profiles.share_id is 'Id under which it is shared.';
comment on column profiles.shares_count is 'How often it is shared.';
comment on column profiles.permissions is 'What the user may do with it, such as `editProfile`, as flags.';
comment on column profiles.chrome_extensions is 'Extensions of the browser.';
comment on column profiles.user_chrome_extensions is 'Extensions that the user added.';
comment on column profiles.bookmarks is 'Bookmarks.';
comment on column profiles.is_bookmarks_synced is 'Whether the bookmarks are kept in step.';
comment on column profiles.facebook_account_data is 'Data of a Facebook account, with its credentials; only a fingerprint is kept.';
comment on column profiles.default_props is 'What is still as at first: `profileNameIsDefault` and `profileNotesIsDefault`.';
comment on column profiles.is_auto_generated is 'Whether it was made automatically.';
comment on column profiles.can_be_running is 'Whether it can be run.';
comment on column profiles.is_running is 'Whether it is running.';
comment on column profiles.running_user_email is 'Email address of the user who runs it.';
comment on column profiles.is_run_disabled is 'Whether running it is disabled.';
comment on column profiles.run_disabled_reason is 'Why running it is disabled.';
comment on column profiles.is_disabled is 'Whether it is disabled.';
comment on column profiles.lock_enabled is 'Whether its lock is enabled.';
comment on column profiles.debug_mode is 'Whether it runs in debug mode.';
comment on column profiles.is_web is 'Whether it is a web profile.';
comment on column profiles.remote_orbita_url is 'Address of the remote browser.';
comment on column profiles.update_ua_last_chosen_browser_v is 'Version of the browser that was last chosen for its user agent.';
comment on column profiles.status is 'State of the profile.';
comment on column profiles.last_activity is 'When it was last used.';
comment on column profiles.created_at is 'When the profile was created.';
comment on column profiles.updated_at is 'When the profile was last edited.';
comment on column profiles._run_id is 'The run that last wrote the row.';
comment on column profiles._first_seen_at is 'When the row was first seen.';
comment on column profiles._last_changed_at is 'When a value of the row last changed.';
comment on column profiles._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column profiles._extra is 'Fields without a column, and values that do not fit theirs.';

create table browser_history (
    br_id text not null,
    id text not null,
    size bigint,
    last_modified timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (br_id, id)
);

comment on table browser_history is 'A part of a profile''s browsing history.';
comment on column browser_history.br_id is 'The key of the parent''s row.';
comment on column browser_history.id is 'Id of the part, within its profile.';
comment on column browser_history.size is 'Size of the part.';
comment on column browser_history.last_modified is 'When the part was last modified.';
comment on column browser_history._run_id is 'The run that last wrote the row.';
comment on column browser_history._first_seen_at is 'When the row was first seen.';
comment on column browser_history._last_changed_at is 'When a value of the row last changed.';
comment on column browser_history._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column browser_history._extra is 'Fields without a column, and values that do not fit theirs.';

create table browser_cookies (
    br_id text not null,
    uuid text not null,
    domain text,
    path text,
    name text,
    value text,
    url text,
    same_site text,
    secure boolean,
    http_only boolean,
    host_only boolean,
    session boolean,
    expiration_date timestamptz,
    creation_date timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (br_id, uuid)
);

comment on table browser_cookies is 'A cookie in a profile''s browser.';
comment on column browser_cookies.br_id is 'The key of the parent''s row.';
comment on column browser_cookies.uuid is 'Documented as the key; the live API sends none, and domain, path and name stand in.';
comment on column browser_cookies.domain is 'Domain that the cookie is sent to.';
comment on column browser_cookies.path is 'Path that the cookie is sent to.';
comment on column browser_cookies.name is 'Name of the cookie.';
comment on column browser_cookies.value is 'Value of the cookie; only a fingerprint is kept.';
comment on column browser_cookies.url is 'Address that set the cookie.';
comment on column browser_cookies.same_site is 'Which requests of other sites carry it: `unspecified`, `no_restriction`, `lax` or `strict`.';
comment on column browser_cookies.secure is 'Whether it is sent over HTTPS only.';
comment on column browser_cookies.http_only is 'Whether scripts cannot read it.';
comment on column browser_cookies.host_only is 'Whether subdomains do not get it.';
comment on column browser_cookies.session is 'Whether it ends with the browser''s session.';
comment on column browser_cookies.expiration_date is 'When the cookie expires; 1970 where the vendor sends 0.';
comment on column browser_cookies.creation_date is 'When the cookie was created; an edit does not move it.';
comment on column browser_cookies._run_id is 'The run that last wrote the row.';
comment on column browser_cookies._first_seen_at is 'When the row was first seen.';
comment on column browser_cookies._last_changed_at is 'When a value of the row last changed.';
comment on column browser_cookies._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column browser_cookies._extra is 'Fields without a column, and values that do not fit theirs.';

create table folders (
    id text not null,
    name text,
    shared boolean,
    "order" double precision,
    associated_profiles jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table folders is 'A folder of profiles.';
comment on column folders.id is 'Id of the folder.';
comment on column folders.name is 'Name of the folder.';
comment on column folders.shared is 'Whether the folder is shared.';
comment on column folders."order" is 'Position of the folder among the others.';
comment on column folders.associated_profiles is 'Ids of the profiles in it.';
comment on column folders._run_id is 'The run that last wrote the row.';
comment on column folders._first_seen_at is 'When the row was first seen.';
comment on column folders._last_changed_at is 'When a value of the row last changed.';
comment on column folders._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column folders._extra is 'Fields without a column, and values that do not fit theirs.';

create table tags (
    _id text not null,
    title text,
    color text,
    field text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (_id)
);

comment on table tags is 'A tag that a profile can carry.';
comment on column tags._id is 'Id of the tag.';
comment on column tags.title is 'Title of the tag.';
comment on column tags.color is 'Color of the tag, such as `#00ff00`.';
comment on column tags.field is 'Field that the tag belongs to, such as `name`.';
comment on column tags._run_id is 'The run that last wrote the row.';
comment on column tags._first_seen_at is 'When the row was first seen.';
comment on column tags._last_changed_at is 'When a value of the row last changed.';
comment on column tags._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column tags._extra is 'Fields without a column, and values that do not fit theirs.';

create table "user" (
    _id text not null,
    email text,
    is_email_confirmed boolean,
    is_two_fa_enabled boolean,
    google_client_id text,
    is_correctly_registered boolean,
    registration_lead jsonb,
    invited_by_link text,
    invited_by_user text,
    aff_link_domain text,
    default_workspace text,
    profiles bigint,
    profiles_count_with_shares bigint,
    folders jsonb,
    shared_folders jsonb,
    templates jsonb,
    plan jsonb,
    plan_expire_date text,
    first_plan_selected boolean,
    force_old_pricing boolean,
    subscription jsonb,
    payment jsonb,
    has_success_payment boolean,
    is_last_payment_trial_ended boolean,
    card jsonb,
    paypal_subscription_id text,
    paypal_subs_count bigint,
    is_proxy_server_check_enabled boolean,
    proxy_checker_ignore_codes jsonb,
    is_quick_settings_enabled boolean,
    is_quick_settings_steps_visible boolean,
    run_profiles_in_sync_min_orbita_ver double precision,
    last_app_version text,
    last_browser_version text,
    first_profile_started boolean,
    target_page_shown boolean,
    hints jsonb,
    hint_preferences jsonb,
    new_features jsonb,
    migration_data jsonb,
    gologin_metadata jsonb,
    created_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (_id)
);

comment on table "user" is 'The user whose key it is.';
comment on column "user"._id is 'Id of the user.';
comment on column "user".email is 'Email address of the user.';
comment on column "user".is_email_confirmed is 'Whether the email address is confirmed.';
comment on column "user".is_two_fa_enabled is 'Whether a second factor is asked for at login.';
comment on column "user".google_client_id is 'Id of the user at Google.';
comment on column "user".is_correctly_registered is 'Whether the user is correctly registered.';
comment on column "user".registration_lead is 'How the user came: `referer`, `registerType` and `url`.';
comment on column "user".invited_by_link is 'Link that the user was invited by.';
comment on column "user".invited_by_user is 'User who invited the user.';
comment on column "user".aff_link_domain is 'Domain of the user''s affiliate link.';
comment on column "user".default_workspace is 'Id of the workspace that opens by default.';
comment on column "user".profiles is 'Number of the user''s profiles.';
comment on column "user".profiles_count_with_shares is 'Number of profiles, those that others share with the user included.';
comment on column "user".folders is 'Folders: `id`, `name`, `shared` and `associatedProfiles` of each.';
comment on column "user".shared_folders is 'Folders that others share with the user.';
comment on column "user".templates is 'Templates of profiles: `id`, `user`, `profileName`, `proxy` and `browser` of each.';
comment on column "user".plan is 'Plan: `_id`, `name`, `priceForMonth`, `restEnabled`, `maxProfiles`, `maxShares` and `maxFingerprints`.';
comment on column "user".plan_expire_date is 'When the plan expires, as the vendor writes it.';
comment on column "user".first_plan_selected is 'Whether a first plan was chosen.';
comment on column "user".force_old_pricing is 'Whether prices of old apply.';
comment on column "user".subscription is 'Subscription, with its `payment`.';
comment on column "user".payment is 'Last payment: `_id`, `createdAt`, `expiresIn`, `isTrial`, `discountId`, `paymentMethod` and `additionalParams`.';
comment on column "user".has_success_payment is 'Whether a payment has succeeded.';
comment on column "user".is_last_payment_trial_ended is 'Whether the last payment was a trial that has ended.';
comment on column "user".card is 'Card on file: `_id`.';
comment on column "user".paypal_subscription_id is 'Id of the subscription at `PayPal`.';
comment on column "user".paypal_subs_count is 'Number of subscriptions at `PayPal`.';
comment on column "user".is_proxy_server_check_enabled is 'Whether proxies are checked by a server.';
comment on column "user".proxy_checker_ignore_codes is 'Codes that the check of a proxy ignores.';
comment on column "user".is_quick_settings_enabled is 'Whether quick settings are enabled.';
comment on column "user".is_quick_settings_steps_visible is 'Whether the steps of the quick settings are shown.';
comment on column "user".run_profiles_in_sync_min_orbita_ver is 'Lowest version of the browser that runs profiles in sync.';
comment on column "user".last_app_version is 'Version of the app that the user last ran.';
comment on column "user".last_browser_version is 'Version of the browser that the user last ran.';
comment on column "user".first_profile_started is 'Whether a first profile was started.';
comment on column "user".target_page_shown is 'Whether the target page was shown.';
comment on column "user".hints is 'Hints: `articleId`, `titleTranslationKey` and `subtitleTranslationKey` of each.';
comment on column "user".hint_preferences is 'Preferences of hints: `locationChanged` and `locationIsUnmasked`.';
comment on column "user".new_features is 'Features that are switched on, such as `workspaces`, as flags.';
comment on column "user".migration_data is 'Data of a migration.';
comment on column "user".gologin_metadata is 'Further data of the user.';
comment on column "user".created_at is 'When the user was created; an edit does not move it.';
comment on column "user"._run_id is 'The run that last wrote the row.';
comment on column "user"._first_seen_at is 'When the row was first seen.';
comment on column "user"._last_changed_at is 'When a value of the row last changed.';
comment on column "user"._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column "user"._extra is 'Fields without a column, and values that do not fit theirs.';

create table user_metadata (
    _id text not null,
    email text,
    google_client_id text,
    is_correctly_registered boolean,
    profiles jsonb,
    plan jsonb,
    payment jsonb,
    shares jsonb,
    team jsonb,
    quiz jsonb,
    sharing_took_ms double precision,
    created_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (_id)
);

comment on table user_metadata is 'The user in short, with what the plan allows and how much of it is used.';
comment on column user_metadata._id is 'Id of the user.';
comment on column user_metadata.email is 'Email address of the user.';
comment on column user_metadata.google_client_id is 'Id of the user at Google.';
comment on column user_metadata.is_correctly_registered is 'Whether the user is correctly registered.';
comment on column user_metadata.profiles is 'Profiles: their `count`.';
comment on column user_metadata.plan is 'Plan: `_id`, `name`, `maxProfiles`, `maxShares` and `maxAccountShares`.';
comment on column user_metadata.payment is 'Last payment: `_id`, `name`, `createdAt` and `expiresIn`.';
comment on column user_metadata.shares is 'What is shared.';
comment on column user_metadata.team is 'Team of the user.';
comment on column user_metadata.quiz is 'Quiz of the user.';
comment on column user_metadata.sharing_took_ms is 'Milliseconds that sharing took; differs with each request.';
comment on column user_metadata.created_at is 'When the user was created; an edit does not move it.';
comment on column user_metadata._run_id is 'The run that last wrote the row.';
comment on column user_metadata._first_seen_at is 'When the row was first seen.';
comment on column user_metadata._last_changed_at is 'When a value of the row last changed.';
comment on column user_metadata._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column user_metadata._extra is 'Fields without a column, and values that do not fit theirs.';

create table user_balance (
    uuid text not null,
    available double precision,
    total_earned double precision,
    total_withdraw double precision,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uuid)
);

comment on table user_balance is 'The user''s balance.';
comment on column user_balance.uuid is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column user_balance.available is 'Amount that is available.';
comment on column user_balance.total_earned is 'Amount that was ever earned.';
comment on column user_balance.total_withdraw is 'Amount that was ever withdrawn.';
comment on column user_balance._run_id is 'The run that last wrote the row.';
comment on column user_balance._first_seen_at is 'When the row was first seen.';
comment on column user_balance._last_changed_at is 'When a value of the row last changed.';
comment on column user_balance._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column user_balance._extra is 'Fields without a column, and values that do not fit theirs.';

create table user_timezones (
    uuid text not null,
    ip text,
    country text,
    state_prov text,
    city text,
    timezone text,
    languages text,
    ll jsonb,
    accuracy double precision,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uuid)
);

comment on table user_timezones is 'The place and time zone of the address that asks; no list of time zones.';
comment on column user_timezones.uuid is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column user_timezones.ip is 'Address that the request came from.';
comment on column user_timezones.country is 'Country of the address, such as `US`.';
comment on column user_timezones.state_prov is 'State or province of the address.';
comment on column user_timezones.city is 'City of the address.';
comment on column user_timezones.timezone is 'Time zone of the address, such as `America/New_York`.';
comment on column user_timezones.languages is 'Languages of the country.';
comment on column user_timezones.ll is 'Latitude and longitude, in this order.';
comment on column user_timezones.accuracy is 'Accuracy of the place.';
comment on column user_timezones._run_id is 'The run that last wrote the row.';
comment on column user_timezones._first_seen_at is 'When the row was first seen.';
comment on column user_timezones._last_changed_at is 'When a value of the row last changed.';
comment on column user_timezones._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column user_timezones._extra is 'Fields without a column, and values that do not fit theirs.';
