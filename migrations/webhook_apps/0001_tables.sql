-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table applications (
    id text not null,
    uid text,
    name text,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table applications is 'An application: a receiver of webhooks, with endpoints of its own.';
comment on column applications.id is 'Id of the application.';
comment on column applications.uid is 'Id that the account gave it.';
comment on column applications.name is 'Name of the application.';
comment on column applications.metadata is 'Names and texts that the account attached to it.';
comment on column applications.throttle_rate is 'Most messages that it is sent in a second.';
comment on column applications.rate_limit is 'Older name of `throttle_rate`.';
comment on column applications.created_at is 'When the application was created.';
comment on column applications.updated_at is 'When the application was last edited.';
comment on column applications._run_id is 'The run that last wrote the row.';
comment on column applications._first_seen_at is 'When the row was first seen.';
comment on column applications._last_changed_at is 'When a value of the row last changed.';
comment on column applications._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column applications._extra is 'Fields without a column, and values that do not fit theirs.';

create table event_types (
    uuid text not null,
    name text,
    description text,
    group_name text,
    archived boolean,
    deprecated boolean,
    feature_flag text,
    feature_flags jsonb,
    schemas jsonb,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uuid)
);

comment on table event_types is 'A type of event that messages are sent for.';
comment on column event_types.uuid is 'Documented as the key; the live API sends none, and `name` stands in.';
comment on column event_types.name is 'Name of the event type, such as `user.signup`; upper and lower case differ.';
comment on column event_types.description is 'Description of the event type.';
comment on column event_types.group_name is 'Name of the group that it is in.';
comment on column event_types.archived is 'Whether it is archived; left out means that it is not.';
comment on column event_types.deprecated is 'Whether it is deprecated.';
comment on column event_types.feature_flag is 'Feature flag that it is shown with, before there could be several.';
comment on column event_types.feature_flags is 'Feature flags that it is shown with.';
comment on column event_types.schemas is 'Schemas of its messages, by version; sent only if `with_content` asks for them.';
comment on column event_types.created_at is 'When the event type was created.';
comment on column event_types.updated_at is 'When the event type was last edited.';
comment on column event_types._run_id is 'The run that last wrote the row.';
comment on column event_types._first_seen_at is 'When the row was first seen.';
comment on column event_types._last_changed_at is 'When a value of the row last changed.';
comment on column event_types._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column event_types._extra is 'Fields without a column, and values that do not fit theirs.';

create table tokens (
    id text not null,
    name text,
    censored_token text,
    scopes jsonb,
    expires_at timestamptz,
    created_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table tokens is 'A token for the vendor''s API.';
comment on column tokens.id is 'Id of the token.';
comment on column tokens.name is 'Name of the token.';
comment on column tokens.censored_token is 'The token, censored by the vendor; kept as a fingerprint.';
comment on column tokens.scopes is 'What the token allows.';
comment on column tokens.expires_at is 'When the token expires.';
comment on column tokens.created_at is 'When the token was created; an edit does not move it.';
comment on column tokens._run_id is 'The run that last wrote the row.';
comment on column tokens._first_seen_at is 'When the row was first seen.';
comment on column tokens._last_changed_at is 'When a value of the row last changed.';
comment on column tokens._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column tokens._extra is 'Fields without a column, and values that do not fit theirs.';

create table endpoints (
    app_id text not null,
    id text not null,
    uid text,
    url text,
    description text,
    version bigint,
    disabled boolean,
    event_types jsonb,
    filter_types jsonb,
    channels jsonb,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (app_id, id)
);

comment on table endpoints is 'An address that messages of an application are sent to.';
comment on column endpoints.app_id is 'The key of the parent''s row.';
comment on column endpoints.id is 'Id of the endpoint.';
comment on column endpoints.uid is 'Id that the account gave it.';
comment on column endpoints.url is 'Address that messages are sent to.';
comment on column endpoints.description is 'Description of the endpoint.';
comment on column endpoints.version is 'Version of the endpoint, a number that the live API no longer promises.';
comment on column endpoints.disabled is 'Whether it is disabled; left out means that it is not.';
comment on column endpoints.event_types is 'Names of the event types that it is sent, in no order.';
comment on column endpoints.filter_types is 'Older name of `event_types`.';
comment on column endpoints.channels is 'Channels that it listens to, in no order.';
comment on column endpoints.metadata is 'Names and texts that the account attached to it.';
comment on column endpoints.throttle_rate is 'Most messages that it is sent in a second.';
comment on column endpoints.rate_limit is 'Older name of `throttle_rate`.';
comment on column endpoints.created_at is 'When the endpoint was created.';
comment on column endpoints.updated_at is 'When the endpoint was last edited.';
comment on column endpoints._run_id is 'The run that last wrote the row.';
comment on column endpoints._first_seen_at is 'When the row was first seen.';
comment on column endpoints._last_changed_at is 'When a value of the row last changed.';
comment on column endpoints._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column endpoints._extra is 'Fields without a column, and values that do not fit theirs.';

create table integrations (
    app_id text not null,
    id text not null,
    name text,
    feature_flags jsonb,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (app_id, id)
);

comment on table integrations is 'A link between an application and another tool.';
comment on column integrations.app_id is 'The key of the parent''s row.';
comment on column integrations.id is 'Id of the integration.';
comment on column integrations.name is 'Name of the integration.';
comment on column integrations.feature_flags is 'Feature flags that it has.';
comment on column integrations.created_at is 'When the integration was created.';
comment on column integrations.updated_at is 'When the integration was last edited.';
comment on column integrations._run_id is 'The run that last wrote the row.';
comment on column integrations._first_seen_at is 'When the row was first seen.';
comment on column integrations._last_changed_at is 'When a value of the row last changed.';
comment on column integrations._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column integrations._extra is 'Fields without a column, and values that do not fit theirs.';

create table ingest_source (
    id text not null,
    uid text,
    name text,
    type text,
    config jsonb,
    ingest_url text,
    metadata jsonb,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table ingest_source is 'A source of webhooks that the account receives.';
comment on column ingest_source.id is 'Id of the source.';
comment on column ingest_source.uid is 'Id that the account gave it.';
comment on column ingest_source.name is 'Name of the source.';
comment on column ingest_source.type is 'Kind of source, such as `cron` or `generic-webhook`.';
comment on column ingest_source.config is 'Settings of its kind: `schedule`, `payload` and `contentType` of `cron`, `publicKey` of some others, and mostly nothing.';
comment on column ingest_source.ingest_url is 'Address that it receives at, which has a token in it; kept as a fingerprint.';
comment on column ingest_source.metadata is 'Names and texts that the account attached to it; the document does not have them.';
comment on column ingest_source.created_at is 'When the source was created.';
comment on column ingest_source.updated_at is 'When the source was last edited.';
comment on column ingest_source._run_id is 'The run that last wrote the row.';
comment on column ingest_source._first_seen_at is 'When the row was first seen.';
comment on column ingest_source._last_changed_at is 'When a value of the row last changed.';
comment on column ingest_source._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column ingest_source._extra is 'Fields without a column, and values that do not fit theirs.';

create table ingest_source_endpoint (
    src_id text not null,
    id text not null,
    uid text,
    url text,
    description text,
    disabled boolean,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (src_id, id)
);

comment on table ingest_source_endpoint is 'An address that what a source receives is sent on to.';
comment on column ingest_source_endpoint.src_id is 'The key of the parent''s row.';
comment on column ingest_source_endpoint.id is 'Id of the endpoint.';
comment on column ingest_source_endpoint.uid is 'Id that the account gave it.';
comment on column ingest_source_endpoint.url is 'Address that messages are sent to.';
comment on column ingest_source_endpoint.description is 'Description of the endpoint.';
comment on column ingest_source_endpoint.disabled is 'Whether it is disabled; left out means that it is not.';
comment on column ingest_source_endpoint.metadata is 'Names and texts that the account attached to it.';
comment on column ingest_source_endpoint.throttle_rate is 'Most messages that it is sent in a second.';
comment on column ingest_source_endpoint.rate_limit is 'Older name of `throttle_rate`.';
comment on column ingest_source_endpoint.created_at is 'When the endpoint was created.';
comment on column ingest_source_endpoint.updated_at is 'When the endpoint was last edited.';
comment on column ingest_source_endpoint._run_id is 'The run that last wrote the row.';
comment on column ingest_source_endpoint._first_seen_at is 'When the row was first seen.';
comment on column ingest_source_endpoint._last_changed_at is 'When a value of the row last changed.';
comment on column ingest_source_endpoint._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column ingest_source_endpoint._extra is 'Fields without a column, and values that do not fit theirs.';

create table webhook_endpoint (
    id text not null,
    uid text,
    url text,
    description text,
    disabled boolean,
    event_types jsonb,
    filter_types jsonb,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table webhook_endpoint is 'An address that the vendor tells about the account''s own webhooks, such as failing ones.';
comment on column webhook_endpoint.id is 'Id of the endpoint.';
comment on column webhook_endpoint.uid is 'Id that the account gave it.';
comment on column webhook_endpoint.url is 'Address that messages are sent to.';
comment on column webhook_endpoint.description is 'Description of the endpoint.';
comment on column webhook_endpoint.disabled is 'Whether it is disabled; left out means that it is not.';
comment on column webhook_endpoint.event_types is 'Names of the event types that it is sent, in no order.';
comment on column webhook_endpoint.filter_types is 'Older name of `event_types`.';
comment on column webhook_endpoint.metadata is 'Names and texts that the account attached to it.';
comment on column webhook_endpoint.throttle_rate is 'Most messages that it is sent in a second.';
comment on column webhook_endpoint.rate_limit is 'Older name of `throttle_rate`.';
comment on column webhook_endpoint.created_at is 'When the endpoint was created.';
comment on column webhook_endpoint.updated_at is 'When the endpoint was last edited.';
comment on column webhook_endpoint._run_id is 'The run that last wrote the row.';
comment on column webhook_endpoint._first_seen_at is 'When the row was first seen.';
comment on column webhook_endpoint._last_changed_at is 'When a value of the row last changed.';
comment on column webhook_endpoint._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column webhook_endpoint._extra is 'Fields without a column, and values that do not fit theirs.';
