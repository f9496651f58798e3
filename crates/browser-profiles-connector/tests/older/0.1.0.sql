CREATE SCHEMA browser_profiles;

CREATE TABLE browser_profiles._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE browser_profiles.browser_cookies (
    br_id text NOT NULL,
    uuid text NOT NULL,
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
    expiration_date timestamp with time zone,
    creation_date timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.browser_cookies IS 'A cookie in a profile''s browser.';

COMMENT ON COLUMN browser_profiles.browser_cookies.br_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN browser_profiles.browser_cookies.uuid IS 'Documented as the key; the live API sends none, and domain, path and name stand in.';

COMMENT ON COLUMN browser_profiles.browser_cookies.domain IS 'Domain that the cookie is sent to.';

COMMENT ON COLUMN browser_profiles.browser_cookies.path IS 'Path that the cookie is sent to.';

COMMENT ON COLUMN browser_profiles.browser_cookies.name IS 'Name of the cookie.';

COMMENT ON COLUMN browser_profiles.browser_cookies.value IS 'Value of the cookie; only a fingerprint is kept.';

COMMENT ON COLUMN browser_profiles.browser_cookies.url IS 'Address that set the cookie.';

COMMENT ON COLUMN browser_profiles.browser_cookies.same_site IS 'Which requests of other sites carry it: `unspecified`, `no_restriction`, `lax` or `strict`.';

COMMENT ON COLUMN browser_profiles.browser_cookies.secure IS 'Whether it is sent over HTTPS only.';

COMMENT ON COLUMN browser_profiles.browser_cookies.http_only IS 'Whether scripts cannot read it.';

COMMENT ON COLUMN browser_profiles.browser_cookies.host_only IS 'Whether subdomains do not get it.';

COMMENT ON COLUMN browser_profiles.browser_cookies.session IS 'Whether it ends with the browser''s session.';

COMMENT ON COLUMN browser_profiles.browser_cookies.expiration_date IS 'When the cookie expires; 1970 where the vendor sends 0.';

COMMENT ON COLUMN browser_profiles.browser_cookies.creation_date IS 'When the cookie was created; an edit does not move it.';

COMMENT ON COLUMN browser_profiles.browser_cookies._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.browser_cookies._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.browser_cookies._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.browser_cookies._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.browser_cookies._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles.browser_history (
    br_id text NOT NULL,
    id text NOT NULL,
    size bigint,
    last_modified timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.browser_history IS 'A part of a profile''s browsing history.';

COMMENT ON COLUMN browser_profiles.browser_history.br_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN browser_profiles.browser_history.id IS 'Id of the part, within its profile.';

COMMENT ON COLUMN browser_profiles.browser_history.size IS 'Size of the part.';

COMMENT ON COLUMN browser_profiles.browser_history.last_modified IS 'When the part was last modified.';

COMMENT ON COLUMN browser_profiles.browser_history._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.browser_history._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.browser_history._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.browser_history._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.browser_history._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles.folders (
    id text NOT NULL,
    name text,
    shared boolean,
    "order" double precision,
    associated_profiles jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.folders IS 'A folder of profiles.';

COMMENT ON COLUMN browser_profiles.folders.id IS 'Id of the folder.';

COMMENT ON COLUMN browser_profiles.folders.name IS 'Name of the folder.';

COMMENT ON COLUMN browser_profiles.folders.shared IS 'Whether the folder is shared.';

COMMENT ON COLUMN browser_profiles.folders."order" IS 'Position of the folder among the others.';

COMMENT ON COLUMN browser_profiles.folders.associated_profiles IS 'Ids of the profiles in it.';

COMMENT ON COLUMN browser_profiles.folders._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.folders._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.folders._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.folders._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.folders._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW browser_profiles.folder_profiles AS
 SELECT folder.id AS folder_id,
    element."position",
    element.profile_id
   FROM (browser_profiles.folders folder
     CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(folder.associated_profiles) = 'array'::text) THEN folder.associated_profiles
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(profile_id, "position"))
  WHERE (folder._deleted_at IS NULL);

COMMENT ON VIEW browser_profiles.folder_profiles IS 'A profile that is in a folder, as the folder says.';

COMMENT ON COLUMN browser_profiles.folder_profiles.folder_id IS 'Id of the folder.';

COMMENT ON COLUMN browser_profiles.folder_profiles."position" IS 'Place of the profile in the folder''s list, from 1.';

COMMENT ON COLUMN browser_profiles.folder_profiles.profile_id IS 'Id of the profile.';

CREATE TABLE browser_profiles.profiles (
    id text NOT NULL,
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
    last_activity timestamp with time zone,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.profiles IS 'A browser profile: a browser with an identity of its own.';

COMMENT ON COLUMN browser_profiles.profiles.id IS 'Id of the profile.';

COMMENT ON COLUMN browser_profiles.profiles.name IS 'Name of the profile.';

COMMENT ON COLUMN browser_profiles.profiles.notes IS 'Notes on the profile.';

COMMENT ON COLUMN browser_profiles.profiles.role IS 'What the user is to the profile, such as `owner`.';

COMMENT ON COLUMN browser_profiles.profiles.os IS 'Operating system that it shows: `win`, `mac`, `lin`, `android` or `android-cloud`.';

COMMENT ON COLUMN browser_profiles.profiles.os_spec IS 'Version of that operating system, such as `win11` or `M1`; can be empty.';

COMMENT ON COLUMN browser_profiles.profiles.is_m1 IS 'Whether it shows an M1 processor.';

COMMENT ON COLUMN browser_profiles.profiles.browser_type IS 'Browser that it shows, such as `chrome`.';

COMMENT ON COLUMN browser_profiles.profiles.auto_lang IS 'Whether its language is set automatically.';

COMMENT ON COLUMN browser_profiles.profiles.navigator IS 'What it tells websites: `userAgent`, `resolution`, `language`, `platform`, `hardwareConcurrency`, `deviceMemory` and `maxTouchPoints`.';

COMMENT ON COLUMN browser_profiles.profiles.geolocation IS 'Where it says it is: `mode`, `enabled`, `customize`, `fillBasedOnIp`, `isCustomCoordinates`, `latitude`, `longitude` and `accuracy`.';

COMMENT ON COLUMN browser_profiles.profiles.timezone IS 'Time zone that it shows: `enabled`, `fillBasedOnIp` and `timezone`.';

COMMENT ON COLUMN browser_profiles.profiles.proxy_enabled IS 'Whether it uses a proxy.';

COMMENT ON COLUMN browser_profiles.profiles.proxy_type IS 'Kind of proxy, such as `none`.';

COMMENT ON COLUMN browser_profiles.profiles.proxy_region IS 'Region of the proxy.';

COMMENT ON COLUMN browser_profiles.profiles.proxy IS 'Proxy: `id`, `mode`, `host`, `port`, `username`, `password`, `customName`, `changeIpUrl`, `autoProxyRegion` and `torProxyRegion`; user name and password are fingerprints.';

COMMENT ON COLUMN browser_profiles.profiles.archived_proxy IS 'Proxy that is archived: `id`, `name` and `country`.';

COMMENT ON COLUMN browser_profiles.profiles.tags IS 'Tags: `_id`, `title`, `color` and `field` of each, or a text.';

COMMENT ON COLUMN browser_profiles.profiles.folders IS 'Names of the folders that it is in.';

COMMENT ON COLUMN browser_profiles.profiles.folder_ids IS 'Ids of the folders that it is in.';

COMMENT ON COLUMN browser_profiles.profiles."order" IS 'Position of the profile among the others.';

COMMENT ON COLUMN browser_profiles.profiles.is_pinned IS 'Whether it is pinned.';

COMMENT ON COLUMN browser_profiles.profiles.shared_emails IS 'Who it is shared with, as email addresses.';

COMMENT ON COLUMN browser_profiles.profiles.is_shared IS 'Whether it is shared.';

COMMENT ON COLUMN browser_profiles.profiles.share_id IS 'Id under which it is shared.';

COMMENT ON COLUMN browser_profiles.profiles.shares_count IS 'How often it is shared.';

COMMENT ON COLUMN browser_profiles.profiles.permissions IS 'What the user may do with it, such as `editProfile`, as flags.';

COMMENT ON COLUMN browser_profiles.profiles.chrome_extensions IS 'Extensions of the browser.';

COMMENT ON COLUMN browser_profiles.profiles.user_chrome_extensions IS 'Extensions that the user added.';

COMMENT ON COLUMN browser_profiles.profiles.bookmarks IS 'Bookmarks.';

COMMENT ON COLUMN browser_profiles.profiles.is_bookmarks_synced IS 'Whether the bookmarks are kept in step.';

COMMENT ON COLUMN browser_profiles.profiles.facebook_account_data IS 'Data of a Facebook account, with its credentials; only a fingerprint is kept.';

COMMENT ON COLUMN browser_profiles.profiles.default_props IS 'What is still as at first: `profileNameIsDefault` and `profileNotesIsDefault`.';

COMMENT ON COLUMN browser_profiles.profiles.is_auto_generated IS 'Whether it was made automatically.';

COMMENT ON COLUMN browser_profiles.profiles.can_be_running IS 'Whether it can be run.';

COMMENT ON COLUMN browser_profiles.profiles.is_running IS 'Whether it is running.';

COMMENT ON COLUMN browser_profiles.profiles.running_user_email IS 'Email address of the user who runs it.';

COMMENT ON COLUMN browser_profiles.profiles.is_run_disabled IS 'Whether running it is disabled.';

COMMENT ON COLUMN browser_profiles.profiles.run_disabled_reason IS 'Why running it is disabled.';

COMMENT ON COLUMN browser_profiles.profiles.is_disabled IS 'Whether it is disabled.';

COMMENT ON COLUMN browser_profiles.profiles.lock_enabled IS 'Whether its lock is enabled.';

COMMENT ON COLUMN browser_profiles.profiles.debug_mode IS 'Whether it runs in debug mode.';

COMMENT ON COLUMN browser_profiles.profiles.is_web IS 'Whether it is a web profile.';

COMMENT ON COLUMN browser_profiles.profiles.remote_orbita_url IS 'Address of the remote browser.';

COMMENT ON COLUMN browser_profiles.profiles.update_ua_last_chosen_browser_v IS 'Version of the browser that was last chosen for its user agent.';

COMMENT ON COLUMN browser_profiles.profiles.status IS 'State of the profile.';

COMMENT ON COLUMN browser_profiles.profiles.last_activity IS 'When it was last used.';

COMMENT ON COLUMN browser_profiles.profiles.created_at IS 'When the profile was created.';

COMMENT ON COLUMN browser_profiles.profiles.updated_at IS 'When the profile was last edited.';

COMMENT ON COLUMN browser_profiles.profiles._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.profiles._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.profiles._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.profiles._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.profiles._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW browser_profiles.profile_folders AS
 SELECT profile.id AS profile_id,
    element."position",
    element.folder
   FROM (browser_profiles.profiles profile
     CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(profile.folders) = 'array'::text) THEN profile.folders
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(folder, "position"))
  WHERE (profile._deleted_at IS NULL);

COMMENT ON VIEW browser_profiles.profile_folders IS 'A folder that a profile is in, as the profile says.';

COMMENT ON COLUMN browser_profiles.profile_folders.profile_id IS 'Id of the profile.';

COMMENT ON COLUMN browser_profiles.profile_folders."position" IS 'Place of the folder in the profile''s list, from 1.';

COMMENT ON COLUMN browser_profiles.profile_folders.folder IS 'Name of the folder.';

CREATE VIEW browser_profiles.profile_tags AS
 SELECT profile.id AS profile_id,
    element."position",
    (element.tag ->> '_id'::text) AS tag_id,
    (element.tag ->> 'title'::text) AS title,
    (element.tag ->> 'color'::text) AS color,
    (element.tag ->> 'field'::text) AS field,
        CASE
            WHEN (jsonb_typeof(element.tag) = 'string'::text) THEN (element.tag #>> '{}'::text[])
            ELSE NULL::text
        END AS plain
   FROM (browser_profiles.profiles profile
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(profile.tags) = 'array'::text) THEN profile.tags
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(tag, "position"))
  WHERE (profile._deleted_at IS NULL);

COMMENT ON VIEW browser_profiles.profile_tags IS 'A tag of a profile.';

COMMENT ON COLUMN browser_profiles.profile_tags.profile_id IS 'Id of the profile.';

COMMENT ON COLUMN browser_profiles.profile_tags."position" IS 'Place of the tag in the profile''s list, from 1.';

COMMENT ON COLUMN browser_profiles.profile_tags.tag_id IS 'Id of the tag.';

COMMENT ON COLUMN browser_profiles.profile_tags.title IS 'Title of the tag.';

COMMENT ON COLUMN browser_profiles.profile_tags.color IS 'Color of the tag.';

COMMENT ON COLUMN browser_profiles.profile_tags.field IS 'Field that the tag belongs to.';

COMMENT ON COLUMN browser_profiles.profile_tags.plain IS 'The tag, where the vendor sends a text alone.';

CREATE TABLE browser_profiles.tags (
    _id text NOT NULL,
    title text,
    color text,
    field text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.tags IS 'A tag that a profile can carry.';

COMMENT ON COLUMN browser_profiles.tags._id IS 'Id of the tag.';

COMMENT ON COLUMN browser_profiles.tags.title IS 'Title of the tag.';

COMMENT ON COLUMN browser_profiles.tags.color IS 'Color of the tag, such as `#00ff00`.';

COMMENT ON COLUMN browser_profiles.tags.field IS 'Field that the tag belongs to, such as `name`.';

COMMENT ON COLUMN browser_profiles.tags._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.tags._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.tags._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.tags._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.tags._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles."user" (
    _id text NOT NULL,
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
    created_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles."user" IS 'The user whose key it is.';

COMMENT ON COLUMN browser_profiles."user"._id IS 'Id of the user.';

COMMENT ON COLUMN browser_profiles."user".email IS 'Email address of the user.';

COMMENT ON COLUMN browser_profiles."user".is_email_confirmed IS 'Whether the email address is confirmed.';

COMMENT ON COLUMN browser_profiles."user".is_two_fa_enabled IS 'Whether a second factor is asked for at login.';

COMMENT ON COLUMN browser_profiles."user".google_client_id IS 'Id of the user at Google.';

COMMENT ON COLUMN browser_profiles."user".is_correctly_registered IS 'Whether the user is correctly registered.';

COMMENT ON COLUMN browser_profiles."user".registration_lead IS 'How the user came: `referer`, `registerType` and `url`.';

COMMENT ON COLUMN browser_profiles."user".invited_by_link IS 'Link that the user was invited by.';

COMMENT ON COLUMN browser_profiles."user".invited_by_user IS 'User who invited the user.';

COMMENT ON COLUMN browser_profiles."user".aff_link_domain IS 'Domain of the user''s affiliate link.';

COMMENT ON COLUMN browser_profiles."user".default_workspace IS 'Id of the workspace that opens by default.';

COMMENT ON COLUMN browser_profiles."user".profiles IS 'Number of the user''s profiles.';

COMMENT ON COLUMN browser_profiles."user".profiles_count_with_shares IS 'Number of profiles, those that others share with the user included.';

COMMENT ON COLUMN browser_profiles."user".folders IS 'Folders: `id`, `name`, `shared` and `associatedProfiles` of each.';

COMMENT ON COLUMN browser_profiles."user".shared_folders IS 'Folders that others share with the user.';

COMMENT ON COLUMN browser_profiles."user".templates IS 'Templates of profiles: `id`, `user`, `profileName`, `proxy` and `browser` of each.';

COMMENT ON COLUMN browser_profiles."user".plan IS 'Plan: `_id`, `name`, `priceForMonth`, `restEnabled`, `maxProfiles`, `maxShares` and `maxFingerprints`.';

COMMENT ON COLUMN browser_profiles."user".plan_expire_date IS 'When the plan expires, as the vendor writes it.';

COMMENT ON COLUMN browser_profiles."user".first_plan_selected IS 'Whether a first plan was chosen.';

COMMENT ON COLUMN browser_profiles."user".force_old_pricing IS 'Whether prices of old apply.';

COMMENT ON COLUMN browser_profiles."user".subscription IS 'Subscription, with its `payment`.';

COMMENT ON COLUMN browser_profiles."user".payment IS 'Last payment: `_id`, `createdAt`, `expiresIn`, `isTrial`, `discountId`, `paymentMethod` and `additionalParams`.';

COMMENT ON COLUMN browser_profiles."user".has_success_payment IS 'Whether a payment has succeeded.';

COMMENT ON COLUMN browser_profiles."user".is_last_payment_trial_ended IS 'Whether the last payment was a trial that has ended.';

COMMENT ON COLUMN browser_profiles."user".card IS 'Card on file: `_id`.';

COMMENT ON COLUMN browser_profiles."user".paypal_subscription_id IS 'Id of the subscription at `PayPal`.';

COMMENT ON COLUMN browser_profiles."user".paypal_subs_count IS 'Number of subscriptions at `PayPal`.';

COMMENT ON COLUMN browser_profiles."user".is_proxy_server_check_enabled IS 'Whether proxies are checked by a server.';

COMMENT ON COLUMN browser_profiles."user".proxy_checker_ignore_codes IS 'Codes that the check of a proxy ignores.';

COMMENT ON COLUMN browser_profiles."user".is_quick_settings_enabled IS 'Whether quick settings are enabled.';

COMMENT ON COLUMN browser_profiles."user".is_quick_settings_steps_visible IS 'Whether the steps of the quick settings are shown.';

COMMENT ON COLUMN browser_profiles."user".run_profiles_in_sync_min_orbita_ver IS 'Lowest version of the browser that runs profiles in sync.';

COMMENT ON COLUMN browser_profiles."user".last_app_version IS 'Version of the app that the user last ran.';

COMMENT ON COLUMN browser_profiles."user".last_browser_version IS 'Version of the browser that the user last ran.';

COMMENT ON COLUMN browser_profiles."user".first_profile_started IS 'Whether a first profile was started.';

COMMENT ON COLUMN browser_profiles."user".target_page_shown IS 'Whether the target page was shown.';

COMMENT ON COLUMN browser_profiles."user".hints IS 'Hints: `articleId`, `titleTranslationKey` and `subtitleTranslationKey` of each.';

COMMENT ON COLUMN browser_profiles."user".hint_preferences IS 'Preferences of hints: `locationChanged` and `locationIsUnmasked`.';

COMMENT ON COLUMN browser_profiles."user".new_features IS 'Features that are switched on, such as `workspaces`, as flags.';

COMMENT ON COLUMN browser_profiles."user".migration_data IS 'Data of a migration.';

COMMENT ON COLUMN browser_profiles."user".gologin_metadata IS 'Further data of the user.';

COMMENT ON COLUMN browser_profiles."user".created_at IS 'When the user was created; an edit does not move it.';

COMMENT ON COLUMN browser_profiles."user"._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles."user"._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles."user"._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles."user"._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles."user"._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles.user_balance (
    uuid text NOT NULL,
    available double precision,
    total_earned double precision,
    total_withdraw double precision,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.user_balance IS 'The user''s balance.';

COMMENT ON COLUMN browser_profiles.user_balance.uuid IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN browser_profiles.user_balance.available IS 'Amount that is available.';

COMMENT ON COLUMN browser_profiles.user_balance.total_earned IS 'Amount that was ever earned.';

COMMENT ON COLUMN browser_profiles.user_balance.total_withdraw IS 'Amount that was ever withdrawn.';

COMMENT ON COLUMN browser_profiles.user_balance._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.user_balance._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.user_balance._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.user_balance._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.user_balance._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles.user_metadata (
    _id text NOT NULL,
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
    created_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.user_metadata IS 'The user in short, with what the plan allows and how much of it is used.';

COMMENT ON COLUMN browser_profiles.user_metadata._id IS 'Id of the user.';

COMMENT ON COLUMN browser_profiles.user_metadata.email IS 'Email address of the user.';

COMMENT ON COLUMN browser_profiles.user_metadata.google_client_id IS 'Id of the user at Google.';

COMMENT ON COLUMN browser_profiles.user_metadata.is_correctly_registered IS 'Whether the user is correctly registered.';

COMMENT ON COLUMN browser_profiles.user_metadata.profiles IS 'Profiles: their `count`.';

COMMENT ON COLUMN browser_profiles.user_metadata.plan IS 'Plan: `_id`, `name`, `maxProfiles`, `maxShares` and `maxAccountShares`.';

COMMENT ON COLUMN browser_profiles.user_metadata.payment IS 'Last payment: `_id`, `name`, `createdAt` and `expiresIn`.';

COMMENT ON COLUMN browser_profiles.user_metadata.shares IS 'What is shared.';

COMMENT ON COLUMN browser_profiles.user_metadata.team IS 'Team of the user.';

COMMENT ON COLUMN browser_profiles.user_metadata.quiz IS 'Quiz of the user.';

COMMENT ON COLUMN browser_profiles.user_metadata.sharing_took_ms IS 'Milliseconds that sharing took; differs with each request.';

COMMENT ON COLUMN browser_profiles.user_metadata.created_at IS 'When the user was created; an edit does not move it.';

COMMENT ON COLUMN browser_profiles.user_metadata._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.user_metadata._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.user_metadata._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.user_metadata._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.user_metadata._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE browser_profiles.user_timezones (
    uuid text NOT NULL,
    ip text,
    country text,
    state_prov text,
    city text,
    timezone text,
    languages text,
    ll jsonb,
    accuracy double precision,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE browser_profiles.user_timezones IS 'The place and time zone of the address that asks; no list of time zones.';

COMMENT ON COLUMN browser_profiles.user_timezones.uuid IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN browser_profiles.user_timezones.ip IS 'Address that the request came from.';

COMMENT ON COLUMN browser_profiles.user_timezones.country IS 'Country of the address, such as `US`.';

COMMENT ON COLUMN browser_profiles.user_timezones.state_prov IS 'State or province of the address.';

COMMENT ON COLUMN browser_profiles.user_timezones.city IS 'City of the address.';

COMMENT ON COLUMN browser_profiles.user_timezones.timezone IS 'Time zone of the address, such as `America/New_York`.';

COMMENT ON COLUMN browser_profiles.user_timezones.languages IS 'Languages of the country.';

COMMENT ON COLUMN browser_profiles.user_timezones.ll IS 'Latitude and longitude, in this order.';

COMMENT ON COLUMN browser_profiles.user_timezones.accuracy IS 'Accuracy of the place.';

COMMENT ON COLUMN browser_profiles.user_timezones._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN browser_profiles.user_timezones._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN browser_profiles.user_timezones._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN browser_profiles.user_timezones._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN browser_profiles.user_timezones._extra IS 'Fields without a column, and values that do not fit theirs.';

INSERT INTO browser_profiles._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:59.541748+00', true, '\xb80b77fe7b01eb235405f880744f7ab435897ccd01111c54824c40ee1796b66a4d5dbfef5432097b09355c60ff75e177', 13803425),
	(2, 'views', '2026-11-29 13:25:59.541748+00', true, '\xc9cdbdf79a7b9db109b65ec511a1aa11d89297afcde31c500503eda10d69ee235538881cc8138282b02119d74bd37cb4', 2955228);

INSERT INTO browser_profiles.browser_cookies VALUES
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000003', 'www.example.com', '/', 'visit', 'hmac:a0032fafbe7b8e56f55cbb354ac282a7', 'https://www.example.com/', 'no_restriction', false, false, true, true, NULL, '2025-01-01 00:00:01+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000004', '.example.com', '/', 'größe 例', 'hmac:487343f1665e9e5f6c7808624132f9d1', 'https://example.com/', 'unspecified', NULL, NULL, NULL, NULL, NULL, '2025-01-01 00:00:02.125+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000005', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2025-01-01 00:00:03+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000006', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '1970-01-01 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000009', '.example.com', '/', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, '1970-01-01 00:00:00+00', '2025-01-01 00:00:04+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', true, true, false, false, '2026-01-01 00:00:00+00', '2025-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', true, true, false, false, '2026-01-01 00:00:00+00', '2025-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001new', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001new', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', '00000000-0000-4000-8000-000000000007', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', true, true, false, false, '2026-01-01 00:00:00+00', '2025-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', '00000000-0000-4000-8000-000000000007new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', true, true, false, false, '2026-01-01 00:00:00+00', '2025-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000003', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000003', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000004', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000004', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000005', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000005', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000006', '00000000-0000-4000-8000-000000000001', '.example.com', '/', 'visit', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000006', '00000000-0000-4000-8000-000000000001new', '.example.comnew', '/new', 'visitnew', 'hmac:5e3ce3e3243b05aac7cbe59182b6e479', 'https://example.com/', 'lax', false, false, false, true, NULL, '2024-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001', '00000000-0000-4000-8000-000000000002', '.example.com', '/shop', 'visit', 'hmac:6520612db926a0be65b9cf9367072219', 'https://example.com/shop', 'strict', true, false, false, false, '2026-01-01 00:00:00.5+00', '2025-01-01 00:00:00.25+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('64b0f1a00000000000000002', '00000000-0000-4000-8000-000000000008', '.shop.example.com', '/a "path"', '[1, 2]', 'hmac:0db1f68d37bb7bb1d207e62bfb61dd1d', 'https://shop.example.com/a "path"', NULL, true, NULL, NULL, false, '2027-01-01 00:00:00+00', '2025-01-02 00:00:00.999+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO browser_profiles.browser_history VALUES
	('64b0f1a00000000000000001', 'hist-3', 9007199254740993, '2024-01-31 23:59:59.999+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', 'hist-4', NULL, '2024-01-30 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', 'hist-1', 1024, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001', 'hist-1new', 1024, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001new', 'hist-1', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001new', 'hist-1new', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', 'hist-1', 0, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', 'hist-1new', 0, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000003', 'hist-1', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000003', 'hist-1new', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000004', 'hist-1', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000004', 'hist-1new', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000005', 'hist-1', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000005', 'hist-1new', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000006', 'hist-1', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000006', 'hist-1new', 512, '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', 'Verlauf "2" 🧪', 2048, '2024-02-01 01:04:05.678+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('64b0f1a00000000000000001', 'hist-2', NULL, '2024-02-02 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO browser_profiles.folders VALUES
	('64b0f1c00000000000000004', NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1c00000000000000005', '', false, NULL, '[]', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1c00000000000000001', 'changed', false, 1, '["64b0f1a00000000000000001", "64b0f1a00000000000000002", "64b0f1a00000000000000006"]', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1c00000000000000001new', 'changed', false, 1, '["64b0f1a00000000000000001", "64b0f1a00000000000000002", "64b0f1a00000000000000006"]', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1c00000000000000002', 'Équipe "B"', true, 1.5, '["64b0f1a00000000000000001", null]', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('64b0f1c00000000000000003', 'changed', NULL, NULL, NULL, 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO browser_profiles.profiles VALUES
	('64b0f1a00000000000000003', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-01-15 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000004', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-01-10 12:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000005', 'profile-5', NULL, 'owner', 'android', '', false, 'chrome', NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, '[{"_id": "64b0f1d00000000000000003", "color": null, "field": null, "title": "例え 🧪"}, null]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-01-02 03:04:05.681+00', '2024-01-09 08:07:06.5+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000006', 'O''Example, Cleo
(on leave)', 'Исследование: 100 % de réussite 🎯
Une longue note, parce que rien n''empêche un auteur d''y écrire tout ce qu''il pense de son profil: à quoi il sert, depuis quand, pour qui, avec quel proxy, et pourquoi le précédent n''a pas suffi.', 'administrator', 'lin', '', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '["team-a"]', '["64b0f1c00000000000000001"]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2023-12-31 23:59:59.999+00', '2023-12-01 00:00:00+00', '2023-12-31 23:59:59.999+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1a00000000000000001', 'changed', 'First line.
Second "line" — with a \ and a	tab.', 'owner', 'win', 'win11', false, 'chrome', true, '{"language": "en-US,en;q=0.9", "platform": "Win32", "userAgent": "Example/1.0 (Windows NT 10.0; Win64; x64)", "resolution": "1920x1080", "deviceMemory": 8, "maxTouchPoints": 0, "hardwareConcurrency": 8}', '{"mode": "prompt", "enabled": true, "accuracy": 10, "latitude": 0, "customize": false, "longitude": 0, "fillBasedOnIp": true, "isCustomCoordinates": false}', '{"enabled": true, "timezone": "", "fillBasedOnIp": true}', true, 'http', 'us', '{"id": "proxy-1", "host": "proxy.example.com", "mode": "http", "port": 8080, "password": "hmac:d410dbcd3dd7ca6887df7d52fb51dc23", "username": "hmac:d410dbcd3dd7ca6887df7d52fb51dc23", "customName": "Office", "changeIpUrl": "hmac:319226635031c939c2d2d3c42337fa08", "torProxyRegion": "us", "autoProxyRegion": "us"}', '{"id": "proxy-0", "name": "Old office", "country": "US"}', '[{"_id": "64b0f1d00000000000000001", "color": "#00ff00", "field": "name", "title": "vip"}, {"_id": "64b0f1d00000000000000002", "color": "#ff8800", "field": "notes", "title": "Priorität: \"hoch\""}]', '["team-a", "Équipe \"B\""]', '["64b0f1c00000000000000001", "64b0f1c00000000000000002"]', 1, true, '["bela@example.com", "cleo+tests@example.com"]', true, 'share-1', 2, '{"updateUA": true, "runProfile": true, "editProfile": true, "viewProfile": true, "cloneProfile": true, "shareProfile": true, "addProfileTag": true, "deleteProfile": true, "exportProfile": true, "manageFolders": true, "runProfileWeb": true, "addVpnUfoProxy": true, "viewShareLinks": true, "transferProfile": true, "createShareLinks": true, "deleteShareLinks": true, "removeProfileTag": true, "updateShareLinks": true, "viewCustomExtensions": true, "transferToMyWorkspace": true}', '["exampleextensionone"]', '["exampleextensiontwo"]', '{"roots": {"bookmark_bar": {"name": "Bar", "children": [{"url": "https://www.example.com/", "name": "Example"}]}}}', true, '"hmac:c5c97756e4be4e34b9c3302a62933e43"', '{"profileNameIsDefault": false, "profileNotesIsDefault": false}', false, true, true, 'ada@example.com', false, '', false, true, false, false, 'https://browser.example.com/1', '134', '{"name": "ready"}', '2024-02-03 10:11:12.131+00', '2024-01-02 03:04:05.678+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000001new', 'changed', 'First line.
Second "line" — with a \ and a	tab.', 'owner', 'win', 'win11', false, 'chrome', true, '{"language": "en-US,en;q=0.9", "platform": "Win32", "userAgent": "Example/1.0 (Windows NT 10.0; Win64; x64)", "resolution": "1920x1080", "deviceMemory": 8, "maxTouchPoints": 0, "hardwareConcurrency": 8}', '{"mode": "prompt", "enabled": true, "accuracy": 10, "latitude": 0, "customize": false, "longitude": 0, "fillBasedOnIp": true, "isCustomCoordinates": false}', '{"enabled": true, "timezone": "", "fillBasedOnIp": true}', true, 'http', 'us', '{"id": "proxy-1", "host": "proxy.example.com", "mode": "http", "port": 8080, "password": "hmac:d410dbcd3dd7ca6887df7d52fb51dc23", "username": "hmac:d410dbcd3dd7ca6887df7d52fb51dc23", "customName": "Office", "changeIpUrl": "hmac:319226635031c939c2d2d3c42337fa08", "torProxyRegion": "us", "autoProxyRegion": "us"}', '{"id": "proxy-0", "name": "Old office", "country": "US"}', '[{"_id": "64b0f1d00000000000000001", "color": "#00ff00", "field": "name", "title": "vip"}, {"_id": "64b0f1d00000000000000002", "color": "#ff8800", "field": "notes", "title": "Priorität: \"hoch\""}]', '["team-a", "Équipe \"B\""]', '["64b0f1c00000000000000001", "64b0f1c00000000000000002"]', 1, true, '["bela@example.com", "cleo+tests@example.com"]', true, 'share-1', 2, '{"updateUA": true, "runProfile": true, "editProfile": true, "viewProfile": true, "cloneProfile": true, "shareProfile": true, "addProfileTag": true, "deleteProfile": true, "exportProfile": true, "manageFolders": true, "runProfileWeb": true, "addVpnUfoProxy": true, "viewShareLinks": true, "transferProfile": true, "createShareLinks": true, "deleteShareLinks": true, "removeProfileTag": true, "updateShareLinks": true, "viewCustomExtensions": true, "transferToMyWorkspace": true}', '["exampleextensionone"]', '["exampleextensiontwo"]', '{"roots": {"bookmark_bar": {"name": "Bar", "children": [{"url": "https://www.example.com/", "name": "Example"}]}}}', true, '"hmac:c5c97756e4be4e34b9c3302a62933e43"', '{"profileNameIsDefault": false, "profileNotesIsDefault": false}', false, true, true, 'ada@example.com', false, '', false, true, false, false, 'https://browser.example.com/1', '134', '{"name": "ready"}', '2024-02-03 10:11:12.131+00', '2024-01-02 03:04:05.678+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1a00000000000000002', 'changed', '', 'guest', 'mac', 'M1', true, 'chrome', false, '{"language": "de-DE", "userAgent": "Example/1.0 (Macintosh; Intel Mac OS X 10_15_7)", "resolution": "1440x900"}', '{"mode": "allow", "enabled": true, "accuracy": 100, "latitude": 52.52, "customize": true, "longitude": 13.405, "fillBasedOnIp": false}', '{"timezone": "Europe/Berlin", "fillBasedOnIp": false}', false, 'none', '', '{"host": "", "mode": "none", "port": 80, "password": "", "username": "", "torProxyRegion": "us", "autoProxyRegion": "us"}', NULL, '["vip", "Priorität: \"hoch\""]', '["team-a"]', NULL, 1.5, false, '[]', NULL, NULL, 0, '{"editProfile": false, "viewProfile": true}', '[]', '[]', '{}', false, NULL, '{"profileNameIsDefault": false, "profileNotesIsDefault": true}', true, false, false, NULL, true, 'The plan allows 1 profile, and it''s "used up".', true, false, true, true, NULL, NULL, '{}', '2024-02-02 03:04:05.678+00', '2024-01-02 03:04:05.679+00', '2031-01-01 00:00:00+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, '{"exampleField": {"list": [1, 2.5, "three"], "unknown": true}}');

INSERT INTO browser_profiles.tags VALUES
	('64b0f1d00000000000000004', NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1d00000000000000005', NULL, 'rgba(0, 0, 0, 0.5)', 'name', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('64b0f1d00000000000000001', 'changed', '#00ff00', 'name', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1d00000000000000001new', 'changed', '#00ff00', 'name', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('64b0f1d00000000000000002', 'Priorität: "hoch"', '#ff8800', 'notes', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('64b0f1d00000000000000003', 'changed', NULL, NULL, 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO browser_profiles."user" VALUES
	('64b0f1b00000000000000001', 'changed', true, false, NULL, true, '{"url": "https://app.example.com/register", "referer": "https://www.example.com/?q=\"profiles\"", "registerType": "email"}', '', '64b0f1b00000000000000002', 'example.com', '64b0f1e00000000000000001', 6, 7, '[{"id": "64b0f1c00000000000000001", "name": "team-a", "shared": false, "associatedProfiles": ["64b0f1a00000000000000001", "64b0f1a00000000000000002", "64b0f1a00000000000000006"]}, {"id": "64b0f1c00000000000000002", "name": "Équipe \"B\"", "shared": true, "associatedProfiles": ["64b0f1a00000000000000001", null]}]', '[]', '[{"id": "template-1", "user": "64b0f1b00000000000000001", "proxy": {"quickProfileCreate": "none"}, "browser": {"os": "win", "dns": "", "osSpec": "win11", "storage": {"local": true, "history": true, "session": true, "bookmarks": true, "indexedDb": false, "passwords": true, "extensions": true, "enableExternalExtensions": false}, "autoLang": true, "language": "en-US", "startUrl": "https://www.example.com/", "bookmarks": {}, "navigator": {"userAgent": "Example/1.0"}, "maxResolution": "1920x1080", "minResolution": "1280x720", "uaUserVersion": "134", "launchArguments": "--example=\"yes\""}, "profileName": {"dropFiles": "name"}}]', '{"_id": "plan-1", "name": "Professional", "maxShares": 10, "maxProfiles": 100, "restEnabled": true, "priceForMonth": 49.5, "maxFingerprints": 1000}', '2025-01-01T00:00:00.000Z', true, false, '{"payment": {"_id": "payment-1", "isTrial": false, "createdAt": "2023-01-01T00:00:00.000Z", "expiresIn": "2025-01-01T00:00:00.000Z", "discountId": null, "paymentMethod": "card"}}', '{"_id": "payment-1", "isTrial": false, "createdAt": "2023-01-01T00:00:00.000Z", "expiresIn": "2025-01-01T00:00:00.000Z", "discountId": null, "paymentMethod": "card", "additionalParams": {"receiptUrl": "https://www.example.com/receipts/1", "amountInCurrency": "49,50 €"}}', true, NULL, '{"_id": "card-1"}', NULL, 0, true, '[407, "timeout"]', true, false, 134, '3.4.5', '134.0.0.0', true, true, '[{"articleId": "article-1", "titleTranslationKey": "hints.title", "subtitleTranslationKey": "hints.subtitle"}]', '{"locationChanged": "show", "locationIsUnmasked": "hide"}', '{"workspaces": false, "dragAndDrop": true, "cloudBrowser": true}', '{}', NULL, '2023-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO browser_profiles.user_balance VALUES
	('balance-1', 12.5, 100, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL);

INSERT INTO browser_profiles.user_metadata VALUES
	('64b0f1b00000000000000001', 'changed', NULL, true, '{"count": 6}', '{"_id": "plan-1", "name": "Professional", "maxShares": 10, "maxProfiles": 100, "maxAccountShares": 1}', '{"_id": "payment-1", "name": "Professional", "createdAt": "2023-01-01T00:00:00.000Z", "expiresIn": "2025-01-01T00:00:00.000Z"}', '{}', '{}', '{"answer": "„Beispiel“ 🧪"}', 3, '2023-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO browser_profiles.user_timezones VALUES
	('timezone-1', 'changed', 'US', 'New York', 'Example "City"', 'America/New_York', 'en-US,es-US', '["40.7", "-74.0"]', 20, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO sync._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:59.522673+00', true, '\x01f7290b8b8d1d94fb6ecaff34f394c1cb5497836f081e2316cf1a51f29c8a6c13c8f54d6c390ed70eab554f49c723d8', 9035725),
	(2, 'walks', '2026-11-29 13:25:59.522673+00', true, '\x24be8601e709a3d658613ca2e8462c7c970f60b5bf55142990d2591ead65d30057b74a981823bfffe597e887088d9398', 1311807),
	(3, 'next', '2026-11-29 13:25:59.522673+00', true, '\xaaac19109c0ded30485e72b721cb49630e240592f4431cfb5d29f6925dd8a15f8724174d1f2547d050eeefed1e2975c0', 266155),
	(4, 'bounds', '2026-11-29 13:25:59.522673+00', true, '\xe3db5771b68e5a4ed084f3d851f00c8293d942a4153439b4db622ce237262b98e43ae8edf4bf25361b726de7c467db70', 666750),
	(5, 'unnoted', '2026-11-29 13:25:59.522673+00', true, '\x794fb4852dd05f30fc2c82bf48d637834d4587b4ea1654e3d4ca9439dc3de7bbf76fbccec6bdab8625e9d8cacc6905c0', 300436);

INSERT INTO sync.connections VALUES
	('browser_profiles', 'browser_profiles', 3, '989190d6-6ac1-4467-8aa2-4136b4365de229dce64e-b42a-4a4e-8a7c-61ab49e3b6b4', '2026-11-29 13:25:59.563268+00', 'the connection browser_profiles');

INSERT INTO sync.drift VALUES
	('browser_profiles', 'profiles', 'exampleField', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{unknown: boolean, list: [integer]}'),
	('browser_profiles', 'profiles', 'a_field_of_nobody', 'unknown', 'number', 2, '2025-06-15 15:08:20+00', 'integer');

INSERT INTO sync.resources VALUES
	(1, 'browser_profiles', 'folders', '2025-06-15 15:06:40.097393+00', '2026-11-29 13:25:59.657054+00', 2, 2, 821, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.1665+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'user_metadata', '2025-06-15 15:06:40.170652+00', '2026-11-29 13:25:59.724017+00', 1, 1, 651, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.235964+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'profiles', '2025-06-15 15:06:40.097311+00', '2026-11-29 13:25:59.665817+00', 2, 2, 9029, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.17062+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'user_timezones', '2025-06-15 15:06:40.22952+00', '2026-11-29 13:25:59.749851+00', 1, 1, 263, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.259771+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'browser_history', '2025-06-15 15:06:40.179048+00', '2026-11-29 13:25:59.735392+00', 12, 12, 1027, 0, 0, 10, 10, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 12, "total": null, "passes": 1, "endings": {"last_row": 2, "empty_page": 4}, "repeats": 0, "resumed": 0, "distinct": 10, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:06:40.244798+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 10, "inserted": 10, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'tags', '2025-06-15 15:06:40.097414+00', '2026-11-29 13:25:59.671818+00', 2, 2, 630, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.178962+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'user', '2025-06-15 15:06:40.09747+00', '2026-11-29 13:25:59.672063+00', 1, 1, 3898, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.179024+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'user_balance', '2025-06-15 15:06:40.185297+00', '2026-11-29 13:25:59.716571+00', 1, 1, 112, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.226414+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'browser_profiles', 'browser_cookies', '2025-06-15 15:06:40.184744+00', '2026-11-29 13:25:59.742487+00', 12, 12, 5008, 0, 0, 13, 13, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 12, "total": null, "passes": 1, "endings": {"last_row": 2, "empty_page": 4}, "repeats": 0, "resumed": 0, "distinct": 13, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:06:40.251103+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 13, "inserted": 13, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'profiles', '2025-06-15 15:08:20.069407+00', '2026-11-29 13:25:59.905876+00', 2, 2, 8830, 0, 0, 8, 1, 1, 5, 0, 1, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": ["rows without a place in the table, kept in sync.quarantine: 1"], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.122681+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 0, "inserted": 1, "short_ids": [], "unchanged": 5, "quarantined": 1}, "number": 1}', 'look at `reason` and `raw` there; they are taken away when a whole listing comes without them', false),
	(2, 'browser_profiles', 'user_metadata', '2025-06-15 15:08:20.170313+00', '2026-11-29 13:25:59.97586+00', 1, 1, 484, 0, 0, 1, 0, 1, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.208542+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'tags', '2025-06-15 15:08:20.069563+00', '2026-11-29 13:25:59.933263+00', 2, 2, 494, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.16508+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'user', '2025-06-15 15:08:20.069593+00', '2026-11-29 13:25:59.934818+00', 1, 1, 2808, 0, 0, 1, 0, 1, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.167608+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'user_timezones', '2025-06-15 15:08:20.211194+00', '2026-11-29 13:26:00.012264+00', 1, 1, 201, 0, 0, 1, 0, 1, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.245336+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'folders', '2025-06-15 15:08:20.069489+00', '2026-11-29 13:25:59.943205+00', 2, 2, 782, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.167962+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'browser_history', '2025-06-15 15:08:20.140876+00', '2026-11-29 13:25:59.992177+00', 14, 14, 1680, 0, 0, 16, 8, 6, 2, 2, 0, 'incomplete', '{"known": 0, "pages": 14, "total": null, "passes": 1, "endings": {"last_row": 7}, "repeats": 0, "resumed": 0, "distinct": 16, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:08:20.221153+00', '{"counts": {"fused": 0, "short": [], "deleted": 2, "repeats": 0, "updated": 6, "distinct": 16, "inserted": 8, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'browser_cookies', '2025-06-15 15:08:20.168223+00', '2026-11-29 13:26:00.000771+00', 14, 14, 6784, 0, 0, 19, 8, 6, 5, 2, 0, 'incomplete', '{"known": 0, "pages": 14, "total": null, "passes": 1, "endings": {"last_row": 7}, "repeats": 0, "resumed": 0, "distinct": 19, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 7, "total_moved": false}', NULL, '2025-06-15 15:08:20.230542+00', '{"counts": {"fused": 0, "short": [], "deleted": 2, "repeats": 0, "updated": 6, "distinct": 19, "inserted": 8, "short_ids": [], "unchanged": 5, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'browser_profiles', 'user_balance', '2025-06-15 15:08:20.179295+00', '2026-11-29 13:26:00.000201+00', 1, 1, 85, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.231017+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'browser_profiles', 'user_metadata', '2025-06-15 15:10:00.158673+00', '2026-11-29 13:26:00.202087+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'browser_profiles', 'user_balance', '2025-06-15 15:10:00.162995+00', '2026-11-29 13:26:00.203939+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'browser_profiles', 'profiles', '2025-06-15 15:10:00.026295+00', '2026-11-29 13:26:00.232999+00', 7, 7, 14856, 0, 0, 7, 0, 1, 6, 0, 0, 'complete', '{"known": 0, "pages": 7, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.192203+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 7, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 7}', NULL, false),
	(3, 'browser_profiles', 'folders', '2025-06-15 15:10:00.02674+00', '2026-11-29 13:26:00.197712+00', 2, 2, 442, 0, 0, 3, 0, 1, 2, 0, 0, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', 'stopped: the requests that it may make are used up (page `3`)', '2025-06-15 15:10:00.153209+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 2}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'browser_profiles', 'user_timezones', '2025-06-15 15:10:00.164853+00', '2026-11-29 13:26:00.20618+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'browser_profiles', 'tags', '2025-06-15 15:10:00.02684+00', '2026-11-29 13:26:00.215173+00', 5, 5, 726, 0, 0, 5, 0, 1, 4, 0, 0, 'complete', '{"known": 0, "pages": 5, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.172975+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 5}', NULL, false),
	(3, 'browser_profiles', 'user', '2025-06-15 15:10:00.026875+00', '2026-11-29 13:26:00.220944+00', 1, 1, 2808, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.179024+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 2}', NULL, false),
	(3, 'browser_profiles', 'browser_history', '2025-06-15 15:10:00.193973+00', '2026-11-29 13:26:00.234839+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'browser_profiles', 'browser_cookies', '2025-06-15 15:10:00.195728+00', '2026-11-29 13:26:00.236509+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false);

INSERT INTO sync.runs OVERRIDING SYSTEM VALUE VALUES
	(1, 'browser_profiles', 'browser_profiles', 'documented', '0.1.0', '2025-06-15 15:06:40+00', '2026-11-29 13:25:59.750262+00', 'complete', 'f916721ff5b06d23', NULL, false),
	(2, 'browser_profiles', 'browser_profiles', 'documented', '0.1.0', '2025-06-15 15:08:20+00', '2026-11-29 13:26:00.012751+00', 'incomplete', 'f916721ff5b06d23', NULL, false),
	(3, 'browser_profiles', 'browser_profiles', 'documented', '0.1.0', '2025-06-15 15:10:00+00', '2026-11-29 13:26:00.237249+00', 'incomplete', 'f916721ff5b06d23', NULL, true);

INSERT INTO sync.seen OVERRIDING SYSTEM VALUE VALUES
	('browser_profiles', 'folders', '[]', 3, 6, '{7176681126823863223,8692344442898757451}'),
	('browser_profiles', 'folders', '[]', 3, 9, '{-7208174781353684757}');

INSERT INTO sync.state VALUES
	('browser_profiles', 'user_metadata', '[]', 2, NULL, '2023-01-01 00:00:00+00', '2025-06-15 15:08:20.20416+00', -5271901018863180140, 2, 8435221461948753285, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000001"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', 13544793145284997, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000001new"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', -1846087085977599548, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000002"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', 8089637596744925723, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000003"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', 364478640417352485, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000004"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', 5991526348270582436, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000005"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', -8554794123536949698, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_history', '["64b0f1a00000000000000006"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.216513+00', -3471275837505447521, 2, 4166420862676686508, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000001"]', 2, NULL, '2025-01-01 00:00:04+00', '2025-06-15 15:08:20.226546+00', -7186535026704536834, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000001new"]', 2, NULL, '2024-01-01 00:00:00+00', '2025-06-15 15:08:20.226546+00', -8781192762690983825, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000002"]', 2, NULL, '2025-01-02 00:00:00.999+00', '2025-06-15 15:08:20.226546+00', -8074776963070154986, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000003"]', 2, NULL, '2024-01-01 00:00:00+00', '2025-06-15 15:08:20.226546+00', -257138387645460236, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000004"]', 2, NULL, '2024-01-01 00:00:00+00', '2025-06-15 15:08:20.226546+00', 1028737963569465347, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000005"]', 2, NULL, '2024-01-01 00:00:00+00', '2025-06-15 15:08:20.226546+00', 7091673700107579430, 2, -988384537602336883, false),
	('browser_profiles', 'browser_cookies', '["64b0f1a00000000000000006"]', 2, NULL, '2024-01-01 00:00:00+00', '2025-06-15 15:08:20.226546+00', -8025992063791854786, 2, -988384537602336883, false),
	('browser_profiles', 'user_balance', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.228529+00', -3840325998882795570, 2, 1936079644788601864, false),
	('browser_profiles', 'user_timezones', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.241533+00', -5938413461752375016, 2, 6658143250876895432, false),
	('browser_profiles', 'folders', '[]', 3, '{"asked": 17214120930467055262, "place": {"late": false, "seam": 15984744824174582531, "total": null, "position": {"offset": 3}, "received": 3}, "cursor": null, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.149475+00', NULL, NULL, -4053552805101872731, false),
	('browser_profiles', 'tags', '[]', 3, NULL, NULL, '2025-06-15 15:10:00.171939+00', 2972298688552321387, 3, 5014922768724790418, false),
	('browser_profiles', 'user', '[]', 3, NULL, '2023-01-01 00:00:00+00', '2025-06-15 15:10:00.167154+00', -5271901018863180140, 3, -7854552705952288185, false),
	('browser_profiles', 'profiles', '[]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.189931+00', -2999082798767305361, 3, 4358172159069455649, false);

SELECT pg_catalog.setval('sync.quarantine_id_seq', 1, true);

SELECT pg_catalog.setval('sync.runs_run_id_seq', 3, true);

SELECT pg_catalog.setval('sync.seen_batch_seq', 13, true);

ALTER TABLE ONLY browser_profiles._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY browser_profiles.browser_cookies
    ADD CONSTRAINT browser_cookies_pkey PRIMARY KEY (br_id, uuid);

ALTER TABLE ONLY browser_profiles.browser_history
    ADD CONSTRAINT browser_history_pkey PRIMARY KEY (br_id, id);

ALTER TABLE ONLY browser_profiles.folders
    ADD CONSTRAINT folders_pkey PRIMARY KEY (id);

ALTER TABLE ONLY browser_profiles.profiles
    ADD CONSTRAINT profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY browser_profiles.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (_id);

ALTER TABLE ONLY browser_profiles.user_balance
    ADD CONSTRAINT user_balance_pkey PRIMARY KEY (uuid);

ALTER TABLE ONLY browser_profiles.user_metadata
    ADD CONSTRAINT user_metadata_pkey PRIMARY KEY (_id);

ALTER TABLE ONLY browser_profiles."user"
    ADD CONSTRAINT user_pkey PRIMARY KEY (_id);

ALTER TABLE ONLY browser_profiles.user_timezones
    ADD CONSTRAINT user_timezones_pkey PRIMARY KEY (uuid);
