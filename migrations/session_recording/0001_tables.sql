-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table sessions (
    uid text not null,
    user_id text not null,
    session_id text not null,
    created_time timestamptz,
    fs_url text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uid, user_id, session_id)
);

comment on table sessions is 'A recorded session of a user.';
comment on column sessions.uid is 'The parameter that the row was asked for with.';
comment on column sessions.user_id is 'The vendor''s id of the user, a 64-bit number as text; `uid` is your app''s id.';
comment on column sessions.session_id is 'Id of the session among the user''s, a 64-bit number as text.';
comment on column sessions.created_time is 'When the session was created; epoch seconds on the wire, mostly as text.';
comment on column sessions.fs_url is 'Address of the session''s replay.';
comment on column sessions._run_id is 'The run that last wrote the row.';
comment on column sessions._first_seen_at is 'When the row was first seen.';
comment on column sessions._last_changed_at is 'When a value of the row last changed.';
comment on column sessions._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column sessions._extra is 'Fields without a column, and values that do not fit theirs.';

create table segments (
    id text not null,
    name text,
    creator text,
    created timestamptz,
    url text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table segments is 'A segment: a saved search for users.';
comment on column segments.id is 'Id of the segment; a word such as `everyone` for a built-in one.';
comment on column segments.name is 'Name of the segment.';
comment on column segments.creator is 'Email address of who created it; `system` for a built-in one.';
comment on column segments.created is 'When the segment was created; a built-in one has none, and an edit does not move it.';
comment on column segments.url is 'Address of the segment in the vendor''s app.';
comment on column segments._run_id is 'The run that last wrote the row.';
comment on column segments._first_seen_at is 'When the row was first seen.';
comment on column segments._last_changed_at is 'When a value of the row last changed.';
comment on column segments._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column segments._extra is 'Fields without a column, and values that do not fit theirs.';

create table operations (
    id text not null,
    type text,
    state text,
    step text,
    estimate_pct_complete bigint,
    details jsonb,
    results jsonb,
    error_details text,
    created_at timestamptz,
    finished_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table operations is 'A long-running operation, such as an export or a deletion.';
comment on column operations.id is 'Id of the operation.';
comment on column operations.type is 'Kind: `DELETE_USER`, `SEARCH_EXPORT`, `DELETE_SESSION`, `DELETE_SEGMENT_SESSIONS` or `DELETE_SEGMENT_USERS`.';
comment on column operations.state is 'State: `PENDING`, `COMPLETED` or `FAILED`.';
comment on column operations.step is 'Step that it is at.';
comment on column operations.estimate_pct_complete is 'How much of it is done, estimated, in percent.';
comment on column operations.details is 'What is particular to its kind; an object, or an empty text.';
comment on column operations.results is 'What came of it, such as `searchExportId` and `expires`; an object, or an empty text.';
comment on column operations.error_details is 'What went wrong, if something did.';
comment on column operations.created_at is 'When the operation was created; its progress does not move it.';
comment on column operations.finished_at is 'When it came to its end; null or left out while it is pending.';
comment on column operations._run_id is 'The run that last wrote the row.';
comment on column operations._first_seen_at is 'When the row was first seen.';
comment on column operations._last_changed_at is 'When a value of the row last changed.';
comment on column operations._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column operations._extra is 'Fields without a column, and values that do not fit theirs.';

create table blockrules (
    id text not null,
    blocked_ips jsonb,
    blocked_uas jsonb,
    blocked_app_ids jsonb,
    metadata jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table blockrules is 'What is never recorded: addresses, browsers and apps.';
comment on column blockrules.id is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column blockrules.blocked_ips is 'IP addresses that are blocked, as patterns such as `192.0.2.*`.';
comment on column blockrules.blocked_uas is 'User agents that are blocked.';
comment on column blockrules.blocked_app_ids is 'Ids of the apps that are blocked.';
comment on column blockrules.metadata is 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';
comment on column blockrules._run_id is 'The run that last wrote the row.';
comment on column blockrules._first_seen_at is 'When the row was first seen.';
comment on column blockrules._last_changed_at is 'When a value of the row last changed.';
comment on column blockrules._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column blockrules._extra is 'Fields without a column, and values that do not fit theirs.';

create table domainsettings (
    platform text not null,
    id text not null,
    only_record_known_domains boolean,
    domains jsonb,
    metadata jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (platform, id)
);

comment on table domainsettings is 'Which domains are recorded, on one platform.';
comment on column domainsettings.platform is 'The parameter that the row was asked for with.';
comment on column domainsettings.id is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column domainsettings.only_record_known_domains is 'Whether only the domains that are listed are recorded.';
comment on column domainsettings.domains is 'Domains: `domain` and `disabled` of each; their order counts, as the first match wins.';
comment on column domainsettings.metadata is 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';
comment on column domainsettings._run_id is 'The run that last wrote the row.';
comment on column domainsettings._first_seen_at is 'When the row was first seen.';
comment on column domainsettings._last_changed_at is 'When a value of the row last changed.';
comment on column domainsettings._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column domainsettings._extra is 'Fields without a column, and values that do not fit theirs.';

create table geosettings (
    id text not null,
    record_geo_mode text,
    record_geo_zones jsonb,
    metadata jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table geosettings is 'Which regions of the world are recorded.';
comment on column geosettings.id is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column geosettings.record_geo_mode is 'How the zones count, in a word of the vendor''s.';
comment on column geosettings.record_geo_zones is 'Zones, such as `EU`.';
comment on column geosettings.metadata is 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';
comment on column geosettings._run_id is 'The run that last wrote the row.';
comment on column geosettings._first_seen_at is 'When the row was first seen.';
comment on column geosettings._last_changed_at is 'When a value of the row last changed.';
comment on column geosettings._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column geosettings._extra is 'Fields without a column, and values that do not fit theirs.';

create table recordingfeatures (
    platform text not null,
    id text not null,
    enabled boolean,
    console_watcher boolean,
    ajax_watcher boolean,
    resource_uploading boolean,
    recording_shutoff boolean,
    client_side_rage_click boolean,
    metadata jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (platform, id)
);

comment on table recordingfeatures is 'What is recorded of a session, on one platform.';
comment on column recordingfeatures.platform is 'The parameter that the row was asked for with.';
comment on column recordingfeatures.id is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column recordingfeatures.enabled is 'Whether recording is enabled.';
comment on column recordingfeatures.console_watcher is 'Whether messages of the console are recorded.';
comment on column recordingfeatures.ajax_watcher is 'Whether requests of the page are recorded.';
comment on column recordingfeatures.resource_uploading is 'Whether resources of the page are uploaded.';
comment on column recordingfeatures.recording_shutoff is 'Whether recording is shut off.';
comment on column recordingfeatures.client_side_rage_click is 'Whether rage clicks are found in the browser.';
comment on column recordingfeatures.metadata is 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`; who it was may be a name with an email address.';
comment on column recordingfeatures._run_id is 'The run that last wrote the row.';
comment on column recordingfeatures._first_seen_at is 'When the row was first seen.';
comment on column recordingfeatures._last_changed_at is 'When a value of the row last changed.';
comment on column recordingfeatures._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column recordingfeatures._extra is 'Fields without a column, and values that do not fit theirs.';

create table session_targeting_rules (
    id text not null,
    notes text,
    scope text,
    conditions jsonb,
    children jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table session_targeting_rules is 'A rule that says which sessions of a mobile app are recorded.';
comment on column session_targeting_rules.id is 'Id of the rule.';
comment on column session_targeting_rules.notes is 'Notes on the rule.';
comment on column session_targeting_rules.scope is 'What it lets through: `ALL_SESSIONS`, `NO_SESSIONS`, `PREVIEW_SESSIONS_ONLY` or `LIVE_SESSIONS_ONLY`.';
comment on column session_targeting_rules.conditions is 'Conditions: `attr`, `op`, `values` and `joinPrevious` of each.';
comment on column session_targeting_rules.children is 'Rules below it: `id` and `joinPrevious` of each.';
comment on column session_targeting_rules._run_id is 'The run that last wrote the row.';
comment on column session_targeting_rules._first_seen_at is 'When the row was first seen.';
comment on column session_targeting_rules._last_changed_at is 'When a value of the row last changed.';
comment on column session_targeting_rules._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column session_targeting_rules._extra is 'Fields without a column, and values that do not fit theirs.';

create table webhooks (
    id text not null,
    url text,
    enabled boolean,
    event_types jsonb,
    created timestamptz,
    modified timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table webhooks is 'An endpoint that events are sent to.';
comment on column webhooks.id is 'Id of the endpoint.';
comment on column webhooks.url is 'Address that the events are sent to.';
comment on column webhooks.enabled is 'Whether events are sent.';
comment on column webhooks.event_types is 'Kinds of event that are sent: `eventName` and `subcategory` of each.';
comment on column webhooks.created is 'When the endpoint was created.';
comment on column webhooks.modified is 'When the endpoint was last edited.';
comment on column webhooks._run_id is 'The run that last wrote the row.';
comment on column webhooks._first_seen_at is 'When the row was first seen.';
comment on column webhooks._last_changed_at is 'When a value of the row last changed.';
comment on column webhooks._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column webhooks._extra is 'Fields without a column, and values that do not fit theirs.';

create table event_defs (
    event_name text not null,
    display_name text,
    has_subcategories boolean,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (event_name)
);

comment on table event_defs is 'A kind of event that an endpoint can be sent; which there are depends on the plan.';
comment on column event_defs.event_name is 'Name of the kind, such as `note.created`.';
comment on column event_defs.display_name is 'Name of the kind, for people.';
comment on column event_defs.has_subcategories is 'Whether the kind has subcategories.';
comment on column event_defs._run_id is 'The run that last wrote the row.';
comment on column event_defs._first_seen_at is 'When the row was first seen.';
comment on column event_defs._last_changed_at is 'When a value of the row last changed.';
comment on column event_defs._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column event_defs._extra is 'Fields without a column, and values that do not fit theirs.';
