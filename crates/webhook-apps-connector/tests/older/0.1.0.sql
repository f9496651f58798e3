CREATE SCHEMA webhook_apps;

CREATE TABLE webhook_apps._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE webhook_apps.applications (
    id text NOT NULL,
    uid text,
    name text,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.applications IS 'An application: a receiver of webhooks, with endpoints of its own.';

COMMENT ON COLUMN webhook_apps.applications.id IS 'Id of the application.';

COMMENT ON COLUMN webhook_apps.applications.uid IS 'Id that the account gave it.';

COMMENT ON COLUMN webhook_apps.applications.name IS 'Name of the application.';

COMMENT ON COLUMN webhook_apps.applications.metadata IS 'Names and texts that the account attached to it.';

COMMENT ON COLUMN webhook_apps.applications.throttle_rate IS 'Most messages that it is sent in a second.';

COMMENT ON COLUMN webhook_apps.applications.rate_limit IS 'Older name of `throttle_rate`.';

COMMENT ON COLUMN webhook_apps.applications.created_at IS 'When the application was created.';

COMMENT ON COLUMN webhook_apps.applications.updated_at IS 'When the application was last edited.';

COMMENT ON COLUMN webhook_apps.applications._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.applications._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.applications._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.applications._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.applications._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE webhook_apps.endpoints (
    app_id text NOT NULL,
    id text NOT NULL,
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
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.endpoints IS 'An address that messages of an application are sent to.';

COMMENT ON COLUMN webhook_apps.endpoints.app_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN webhook_apps.endpoints.id IS 'Id of the endpoint.';

COMMENT ON COLUMN webhook_apps.endpoints.uid IS 'Id that the account gave it.';

COMMENT ON COLUMN webhook_apps.endpoints.url IS 'Address that messages are sent to.';

COMMENT ON COLUMN webhook_apps.endpoints.description IS 'Description of the endpoint.';

COMMENT ON COLUMN webhook_apps.endpoints.version IS 'Version of the endpoint, a number that the live API no longer promises.';

COMMENT ON COLUMN webhook_apps.endpoints.disabled IS 'Whether it is disabled; left out means that it is not.';

COMMENT ON COLUMN webhook_apps.endpoints.event_types IS 'Names of the event types that it is sent, in no order.';

COMMENT ON COLUMN webhook_apps.endpoints.filter_types IS 'Older name of `event_types`.';

COMMENT ON COLUMN webhook_apps.endpoints.channels IS 'Channels that it listens to, in no order.';

COMMENT ON COLUMN webhook_apps.endpoints.metadata IS 'Names and texts that the account attached to it.';

COMMENT ON COLUMN webhook_apps.endpoints.throttle_rate IS 'Most messages that it is sent in a second.';

COMMENT ON COLUMN webhook_apps.endpoints.rate_limit IS 'Older name of `throttle_rate`.';

COMMENT ON COLUMN webhook_apps.endpoints.created_at IS 'When the endpoint was created.';

COMMENT ON COLUMN webhook_apps.endpoints.updated_at IS 'When the endpoint was last edited.';

COMMENT ON COLUMN webhook_apps.endpoints._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.endpoints._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.endpoints._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.endpoints._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.endpoints._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW webhook_apps.endpoint_channels AS
 SELECT e.app_id,
    e.id AS endpoint_id,
    c.channel
   FROM (webhook_apps.endpoints e
     CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(e.channels) = 'array'::text) THEN e.channels
            ELSE '[]'::jsonb
        END) c(channel))
  WHERE (e._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.endpoint_channels IS 'A channel that an endpoint listens to; an endpoint without a list has no row.';

CREATE VIEW webhook_apps.endpoint_event_types AS
 SELECT e.app_id,
    e.id AS endpoint_id,
    t.event_type
   FROM (webhook_apps.endpoints e
     CROSS JOIN LATERAL ( SELECT jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof(e.event_types) = 'array'::text) THEN e.event_types
                    ELSE '[]'::jsonb
                END) AS jsonb_array_elements_text
        UNION
         SELECT jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof(e.filter_types) = 'array'::text) THEN e.filter_types
                    ELSE '[]'::jsonb
                END) AS jsonb_array_elements_text) t(event_type))
  WHERE (e._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.endpoint_event_types IS 'The name of an event type that an endpoint is sent, from the list under either name; an endpoint without a list has no row.';

CREATE TABLE webhook_apps.event_types (
    uuid text NOT NULL,
    name text,
    description text,
    group_name text,
    archived boolean,
    deprecated boolean,
    feature_flag text,
    feature_flags jsonb,
    schemas jsonb,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.event_types IS 'A type of event that messages are sent for.';

COMMENT ON COLUMN webhook_apps.event_types.uuid IS 'Documented as the key; the live API sends none, and `name` stands in.';

COMMENT ON COLUMN webhook_apps.event_types.name IS 'Name of the event type, such as `user.signup`; upper and lower case differ.';

COMMENT ON COLUMN webhook_apps.event_types.description IS 'Description of the event type.';

COMMENT ON COLUMN webhook_apps.event_types.group_name IS 'Name of the group that it is in.';

COMMENT ON COLUMN webhook_apps.event_types.archived IS 'Whether it is archived; left out means that it is not.';

COMMENT ON COLUMN webhook_apps.event_types.deprecated IS 'Whether it is deprecated.';

COMMENT ON COLUMN webhook_apps.event_types.feature_flag IS 'Feature flag that it is shown with, before there could be several.';

COMMENT ON COLUMN webhook_apps.event_types.feature_flags IS 'Feature flags that it is shown with.';

COMMENT ON COLUMN webhook_apps.event_types.schemas IS 'Schemas of its messages, by version; sent only if `with_content` asks for them.';

COMMENT ON COLUMN webhook_apps.event_types.created_at IS 'When the event type was created.';

COMMENT ON COLUMN webhook_apps.event_types.updated_at IS 'When the event type was last edited.';

COMMENT ON COLUMN webhook_apps.event_types._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.event_types._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.event_types._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.event_types._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.event_types._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW webhook_apps.event_type_feature_flags AS
 SELECT e.uuid AS event_type_uuid,
    e.name AS event_type,
    f.feature_flag
   FROM (webhook_apps.event_types e
     CROSS JOIN LATERAL ( SELECT jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof(e.feature_flags) = 'array'::text) THEN e.feature_flags
                    ELSE '[]'::jsonb
                END) AS jsonb_array_elements_text
        UNION
         SELECT e.feature_flag
          WHERE (e.feature_flag IS NOT NULL)) f(feature_flag))
  WHERE (e._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.event_type_feature_flags IS 'A feature flag of an event type, from the list or from the one flag before it.';

CREATE TABLE webhook_apps.ingest_source (
    id text NOT NULL,
    uid text,
    name text,
    type text,
    config jsonb,
    ingest_url text,
    metadata jsonb,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.ingest_source IS 'A source of webhooks that the account receives.';

COMMENT ON COLUMN webhook_apps.ingest_source.id IS 'Id of the source.';

COMMENT ON COLUMN webhook_apps.ingest_source.uid IS 'Id that the account gave it.';

COMMENT ON COLUMN webhook_apps.ingest_source.name IS 'Name of the source.';

COMMENT ON COLUMN webhook_apps.ingest_source.type IS 'Kind of source, such as `cron` or `generic-webhook`.';

COMMENT ON COLUMN webhook_apps.ingest_source.config IS 'Settings of its kind: `schedule`, `payload` and `contentType` of `cron`, `publicKey` of some others, and mostly nothing.';

COMMENT ON COLUMN webhook_apps.ingest_source.ingest_url IS 'Address that it receives at, which has a token in it; kept as a fingerprint.';

COMMENT ON COLUMN webhook_apps.ingest_source.metadata IS 'Names and texts that the account attached to it; the document does not have them.';

COMMENT ON COLUMN webhook_apps.ingest_source.created_at IS 'When the source was created.';

COMMENT ON COLUMN webhook_apps.ingest_source.updated_at IS 'When the source was last edited.';

COMMENT ON COLUMN webhook_apps.ingest_source._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.ingest_source._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.ingest_source._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.ingest_source._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.ingest_source._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE webhook_apps.ingest_source_endpoint (
    src_id text NOT NULL,
    id text NOT NULL,
    uid text,
    url text,
    description text,
    disabled boolean,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.ingest_source_endpoint IS 'An address that what a source receives is sent on to.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.src_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.id IS 'Id of the endpoint.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.uid IS 'Id that the account gave it.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.url IS 'Address that messages are sent to.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.description IS 'Description of the endpoint.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.disabled IS 'Whether it is disabled; left out means that it is not.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.metadata IS 'Names and texts that the account attached to it.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.throttle_rate IS 'Most messages that it is sent in a second.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.rate_limit IS 'Older name of `throttle_rate`.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.created_at IS 'When the endpoint was created.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint.updated_at IS 'When the endpoint was last edited.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.ingest_source_endpoint._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE webhook_apps.integrations (
    app_id text NOT NULL,
    id text NOT NULL,
    name text,
    feature_flags jsonb,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.integrations IS 'A link between an application and another tool.';

COMMENT ON COLUMN webhook_apps.integrations.app_id IS 'The key of the parent''s row.';

COMMENT ON COLUMN webhook_apps.integrations.id IS 'Id of the integration.';

COMMENT ON COLUMN webhook_apps.integrations.name IS 'Name of the integration.';

COMMENT ON COLUMN webhook_apps.integrations.feature_flags IS 'Feature flags that it has.';

COMMENT ON COLUMN webhook_apps.integrations.created_at IS 'When the integration was created.';

COMMENT ON COLUMN webhook_apps.integrations.updated_at IS 'When the integration was last edited.';

COMMENT ON COLUMN webhook_apps.integrations._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.integrations._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.integrations._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.integrations._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.integrations._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW webhook_apps.integration_feature_flags AS
 SELECT i.app_id,
    i.id AS integration_id,
    f.feature_flag
   FROM (webhook_apps.integrations i
     CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(i.feature_flags) = 'array'::text) THEN i.feature_flags
            ELSE '[]'::jsonb
        END) f(feature_flag))
  WHERE (i._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.integration_feature_flags IS 'A feature flag of an integration.';

CREATE TABLE webhook_apps.tokens (
    id text NOT NULL,
    name text,
    censored_token text,
    scopes jsonb,
    expires_at timestamp with time zone,
    created_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.tokens IS 'A token for the vendor''s API.';

COMMENT ON COLUMN webhook_apps.tokens.id IS 'Id of the token.';

COMMENT ON COLUMN webhook_apps.tokens.name IS 'Name of the token.';

COMMENT ON COLUMN webhook_apps.tokens.censored_token IS 'The token, censored by the vendor; kept as a fingerprint.';

COMMENT ON COLUMN webhook_apps.tokens.scopes IS 'What the token allows.';

COMMENT ON COLUMN webhook_apps.tokens.expires_at IS 'When the token expires.';

COMMENT ON COLUMN webhook_apps.tokens.created_at IS 'When the token was created; an edit does not move it.';

COMMENT ON COLUMN webhook_apps.tokens._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.tokens._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.tokens._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.tokens._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.tokens._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW webhook_apps.token_scopes AS
 SELECT t.id AS token_id,
    s.scope
   FROM (webhook_apps.tokens t
     CROSS JOIN LATERAL jsonb_array_elements_text(
        CASE
            WHEN (jsonb_typeof(t.scopes) = 'array'::text) THEN t.scopes
            ELSE '[]'::jsonb
        END) s(scope))
  WHERE (t._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.token_scopes IS 'A scope of a token; a token without a list has no row.';

CREATE TABLE webhook_apps.webhook_endpoint (
    id text NOT NULL,
    uid text,
    url text,
    description text,
    disabled boolean,
    event_types jsonb,
    filter_types jsonb,
    metadata jsonb,
    throttle_rate bigint,
    rate_limit bigint,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE webhook_apps.webhook_endpoint IS 'An address that the vendor tells about the account''s own webhooks, such as failing ones.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.id IS 'Id of the endpoint.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.uid IS 'Id that the account gave it.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.url IS 'Address that messages are sent to.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.description IS 'Description of the endpoint.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.disabled IS 'Whether it is disabled; left out means that it is not.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.event_types IS 'Names of the event types that it is sent, in no order.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.filter_types IS 'Older name of `event_types`.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.metadata IS 'Names and texts that the account attached to it.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.throttle_rate IS 'Most messages that it is sent in a second.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.rate_limit IS 'Older name of `throttle_rate`.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.created_at IS 'When the endpoint was created.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint.updated_at IS 'When the endpoint was last edited.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN webhook_apps.webhook_endpoint._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW webhook_apps.webhook_endpoint_event_types AS
 SELECT e.id AS webhook_endpoint_id,
    t.event_type
   FROM (webhook_apps.webhook_endpoint e
     CROSS JOIN LATERAL ( SELECT jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof(e.event_types) = 'array'::text) THEN e.event_types
                    ELSE '[]'::jsonb
                END) AS jsonb_array_elements_text
        UNION
         SELECT jsonb_array_elements_text(
                CASE
                    WHEN (jsonb_typeof(e.filter_types) = 'array'::text) THEN e.filter_types
                    ELSE '[]'::jsonb
                END) AS jsonb_array_elements_text) t(event_type))
  WHERE (e._deleted_at IS NULL);

COMMENT ON VIEW webhook_apps.webhook_endpoint_event_types IS 'The name of an event type that an endpoint is sent, from the list under either name; an endpoint without a list has no row.';

INSERT INTO sync._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:56.55131+00', true, '\x01f7290b8b8d1d94fb6ecaff34f394c1cb5497836f081e2316cf1a51f29c8a6c13c8f54d6c390ed70eab554f49c723d8', 7714383),
	(2, 'walks', '2026-11-29 13:25:56.55131+00', true, '\x24be8601e709a3d658613ca2e8462c7c970f60b5bf55142990d2591ead65d30057b74a981823bfffe597e887088d9398', 1421780),
	(3, 'next', '2026-11-29 13:25:56.55131+00', true, '\xaaac19109c0ded30485e72b721cb49630e240592f4431cfb5d29f6925dd8a15f8724174d1f2547d050eeefed1e2975c0', 364381),
	(4, 'bounds', '2026-11-29 13:25:56.55131+00', true, '\xe3db5771b68e5a4ed084f3d851f00c8293d942a4153439b4db622ce237262b98e43ae8edf4bf25361b726de7c467db70', 2131765),
	(5, 'unnoted', '2026-11-29 13:25:56.55131+00', true, '\x794fb4852dd05f30fc2c82bf48d637834d4587b4ea1654e3d4ca9439dc3de7bbf76fbccec6bdab8625e9d8cacc6905c0', 320827);

INSERT INTO sync.connections VALUES
	('webhook_apps', 'webhook_apps', 3, '2f074734-9480-4ef9-b966-37deefebf45c5ee23284-0472-4391-9f56-3088ff19d6d7', '2026-11-29 13:25:56.59055+00', 'the connection webhook_apps');

INSERT INTO sync.drift VALUES
	('webhook_apps', 'event_types', 'retention', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{days: integer}'),
	('webhook_apps', 'applications', 'a_field_of_nobody', 'unknown', 'number', 2, '2025-06-15 15:08:20+00', 'integer');

INSERT INTO sync.resources VALUES
	(1, 'webhook_apps', 'tokens', '2025-06-15 15:06:40.081937+00', '2026-11-29 13:25:56.660223+00', 1, 1, 782, 0, 0, 4, 4, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.137063+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 4, "inserted": 4, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'applications', '2025-06-15 15:06:40.08185+00', '2026-11-29 13:25:56.685378+00', 1, 1, 1396, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.157837+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'integrations', '2025-06-15 15:06:40.170497+00', '2026-11-29 13:25:56.757101+00', 5, 5, 1377, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 5, "total": null, "passes": 1, "endings": {"done": 5}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 5, "total_moved": false}', NULL, '2025-06-15 15:06:40.233303+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'ingest_source', '2025-06-15 15:06:40.082016+00', '2026-11-29 13:25:56.690346+00', 1, 1, 1502, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.166059+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'endpoints', '2025-06-15 15:06:40.16609+00', '2026-11-29 13:25:56.759319+00', 5, 5, 2599, 0, 0, 7, 7, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 5, "total": null, "passes": 1, "endings": {"done": 5}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 5, "total_moved": false}', NULL, '2025-06-15 15:06:40.234225+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 7, "inserted": 7, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'webhook_endpoint', '2025-06-15 15:06:40.139991+00', '2026-11-29 13:25:56.703226+00', 1, 1, 1477, 0, 0, 4, 4, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.175723+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 4, "inserted": 4, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'ingest_source_endpoint', '2025-06-15 15:06:40.187748+00', '2026-11-29 13:25:56.76681+00', 5, 5, 1896, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 5, "total": null, "passes": 1, "endings": {"done": 5}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 5, "total_moved": false}', NULL, '2025-06-15 15:06:40.245413+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'webhook_apps', 'event_types', '2025-06-15 15:06:40.08192+00', '2026-11-29 13:25:56.721934+00', 1, 1, 2240, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.196694+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'event_types', '2025-06-15 15:08:20.04363+00', '2026-11-29 13:25:56.914129+00', 1, 1, 1875, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.119759+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'tokens', '2025-06-15 15:08:20.043684+00', '2026-11-29 13:25:56.919207+00', 1, 1, 632, 0, 0, 4, 1, 1, 2, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.128309+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 4, "inserted": 1, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'webhook_endpoint', '2025-06-15 15:08:20.132738+00', '2026-11-29 13:25:56.970076+00', 1, 1, 1318, 0, 0, 4, 1, 1, 2, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.181575+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 4, "inserted": 1, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'applications', '2025-06-15 15:08:20.043576+00', '2026-11-29 13:25:56.905551+00', 1, 1, 1370, 0, 0, 7, 1, 1, 4, 0, 1, 'incomplete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": ["rows without a place in the table, kept in sync.quarantine: 1"], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.114603+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 0, "inserted": 1, "short_ids": [], "unchanged": 4, "quarantined": 1}, "number": 1}', 'look at `reason` and `raw` there; they are taken away when a whole listing comes without them', false),
	(2, 'webhook_apps', 'integrations', '2025-06-15 15:08:20.127653+00', '2026-11-29 13:25:56.974493+00', 6, 6, 1947, 0, 0, 11, 6, 4, 1, 1, 0, 'incomplete', '{"known": 0, "pages": 6, "total": null, "passes": 1, "endings": {"done": 6}, "repeats": 0, "resumed": 0, "distinct": 11, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:08:20.180609+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 4, "distinct": 11, "inserted": 6, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'ingest_source', '2025-06-15 15:08:20.043714+00', '2026-11-29 13:25:56.905829+00', 1, 1, 1523, 0, 0, 6, 1, 1, 4, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.114642+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 6, "inserted": 1, "short_ids": [], "unchanged": 4, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'webhook_apps', 'tokens', '2025-06-15 15:10:00.047144+00', '2026-11-29 13:25:57.15843+00', 2, 2, 722, 0, 0, 4, 0, 1, 3, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.13154+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 4, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 3}', NULL, false),
	(3, 'webhook_apps', 'endpoints', '2025-06-15 15:10:00.147252+00', '2026-11-29 13:25:57.168537+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(2, 'webhook_apps', 'endpoints', '2025-06-15 15:08:20.122834+00', '2026-11-29 13:25:56.983536+00', 6, 6, 3702, 0, 0, 13, 7, 5, 1, 1, 0, 'incomplete', '{"known": 0, "pages": 6, "total": null, "passes": 1, "endings": {"done": 6}, "repeats": 0, "resumed": 0, "distinct": 13, "left_out": 0, "problems": ["its parent is not complete, so listings may be missing"], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:08:20.193011+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 5, "distinct": 13, "inserted": 7, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'webhook_apps', 'ingest_source_endpoint', '2025-06-15 15:08:20.122649+00', '2026-11-29 13:25:56.984924+00', 6, 6, 2725, 0, 0, 11, 6, 4, 1, 1, 0, 'complete', '{"known": 0, "pages": 6, "total": null, "passes": 1, "endings": {"done": 6}, "repeats": 0, "resumed": 0, "distinct": 11, "left_out": 0, "problems": [], "vanished": 0, "partitions": 6, "total_moved": false}', NULL, '2025-06-15 15:08:20.195769+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 4, "distinct": 11, "inserted": 6, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'webhook_apps', 'event_types', '2025-06-15 15:10:00.047083+00', '2026-11-29 13:25:57.152501+00', 2, 2, 1429, 0, 0, 4, 0, 1, 3, 0, 0, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', 'stopped: the requests that it may make are used up (page `3`)', '2025-06-15 15:10:00.12865+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 2}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'webhook_apps', 'integrations', '2025-06-15 15:10:00.149324+00', '2026-11-29 13:25:57.169278+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'webhook_apps', 'applications', '2025-06-15 15:10:00.047016+00', '2026-11-29 13:25:57.166446+00', 3, 3, 1489, 0, 0, 6, 0, 1, 5, 0, 0, 'complete', '{"known": 0, "pages": 3, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.146082+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 4}', NULL, false),
	(3, 'webhook_apps', 'webhook_endpoint', '2025-06-15 15:10:00.133541+00', '2026-11-29 13:25:57.157735+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'webhook_apps', 'ingest_source', '2025-06-15 15:10:00.047176+00', '2026-11-29 13:25:57.179375+00', 3, 3, 1672, 0, 0, 6, 0, 1, 5, 0, 0, 'complete', '{"known": 0, "pages": 3, "total": null, "passes": 1, "endings": {"done": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.158541+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 4}', NULL, false),
	(3, 'webhook_apps', 'ingest_source_endpoint', '2025-06-15 15:10:00.160191+00', '2026-11-29 13:25:57.180696+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false);

INSERT INTO sync.runs OVERRIDING SYSTEM VALUE VALUES
	(1, 'webhook_apps', 'webhook_apps', 'documented', '0.1.0', '2025-06-15 15:06:40+00', '2026-11-29 13:25:56.767173+00', 'complete', '11fffe2736bfbf4a', NULL, false),
	(2, 'webhook_apps', 'webhook_apps', 'documented', '0.1.0', '2025-06-15 15:08:20+00', '2026-11-29 13:25:56.988691+00', 'incomplete', '11fffe2736bfbf4a', NULL, false),
	(3, 'webhook_apps', 'webhook_apps', 'documented', '0.1.0', '2025-06-15 15:10:00+00', '2026-11-29 13:25:57.182946+00', 'incomplete', '11fffe2736bfbf4a', NULL, true);

INSERT INTO sync.seen OVERRIDING SYSTEM VALUE VALUES
	('webhook_apps', 'event_types', '[]', 3, 7, '{-2452274559715130915,-4933299316152101088}'),
	('webhook_apps', 'event_types', '[]', 3, 9, '{-4880565975346838850,-2590520832910003025}');

INSERT INTO sync.state VALUES
	('webhook_apps', 'tokens', '[]', 3, NULL, '2024-02-01 00:00:00+00', '2025-06-15 15:10:00.124355+00', NULL, 3, -8985808910529331313, false),
	('webhook_apps', 'integrations', '["app_ExampleBank0000000000000004"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'integrations', '["app_ExampleBare0000000000000003"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'integrations', '["app_ExampleCafe0000000000000002"]', 2, NULL, NULL, '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'integrations', '["app_ExampleLast0000000000000005"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'integrations', '["app_ExampleShop0000000000000001"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'integrations', '["app_ExampleShop0000000000000001new"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.176949+00', NULL, 2, 7946585320574674532, false),
	('webhook_apps', 'webhook_endpoint', '[]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.179047+00', NULL, 2, -3589048579669971896, false),
	('webhook_apps', 'endpoints', '["app_ExampleBank0000000000000004"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'endpoints', '["app_ExampleBare0000000000000003"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'endpoints', '["app_ExampleCafe0000000000000002"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'endpoints', '["app_ExampleLast0000000000000005"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'endpoints', '["app_ExampleShop0000000000000001"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'endpoints', '["app_ExampleShop0000000000000001new"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.191135+00', NULL, 2, -9210550264982006149, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExampleCron0000000001"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExampleCron0000000001new"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExampleEmpty000000005"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExampleKeyed000000003"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExamplePlain0000000004"]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'ingest_source_endpoint', '["src_ExampleHook00000000002"]', 2, NULL, NULL, '2025-06-15 15:08:20.194511+00', NULL, 2, -2263874412724277428, false),
	('webhook_apps', 'event_types', '[]', 3, '{"asked": 6899514860664416501, "place": {"late": false, "seam": null, "total": null, "position": {"token": "4/85954d62e5c5d3c1+54a072b3e6a478cb="}, "received": 4}, "cursor": 978307200000000, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.126763+00', NULL, NULL, -4829054779229758048, false),
	('webhook_apps', 'applications', '[]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.143703+00', NULL, 3, -6172557611306633063, false),
	('webhook_apps', 'ingest_source', '[]', 3, NULL, '2025-06-15 15:10:00+00', '2025-06-15 15:10:00.157209+00', NULL, 3, -8967744091065322981, false);

INSERT INTO webhook_apps._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:56.57399+00', true, '\xb6f9cf9a4a2ac46552b5ef8aab637d4b48ecfed6fbfbb8a545d9b3442a6d6b796c9aa806813461585d51a74a8c8faa30', 6518027),
	(2, 'views', '2026-11-29 13:25:56.57399+00', true, '\x9b7d07889fc57c933a38ef0b57a2b2fe235a3cb440e1245d33d03f906080b15111a9466af2a72000f672a97e24d48cc3', 6175138);

INSERT INTO webhook_apps.applications VALUES
	('app_ExampleBare0000000000000003', NULL, '', '{"plan": ""}', NULL, NULL, '2024-01-03 00:00:00+00', '2024-01-03 00:00:00.12+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('app_ExampleBank0000000000000004', 'bank:例/4', '例の銀行', '{"id": "9007199254740993"}', NULL, 65535, '2024-02-29 23:59:59.999+00', '2024-03-01 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('app_ExampleLast0000000000000005', NULL, 'O''Example & Sons', '{"tab": "a\tb", "path": "C:\\apps\\new"}', 10, NULL, '2024-03-01 00:00:00.000001+00', '2024-03-01 00:00:00.000001+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'changed', 'Example Shop', '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', NULL, 100, '2024-01-02 03:04:05.678901+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001new', 'changed', 'Example Shop', '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', NULL, 100, '2024-01-02 03:04:05.678901+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleCafe0000000000000002', 'changed', 'Café "Zum Beispiel" 🧪', '{}', NULL, NULL, '2024-01-02 03:04:05.678901+00', '2031-01-01 00:00:00+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO webhook_apps.endpoints VALUES
	('app_ExampleShop0000000000000001', 'ep_ExampleAll00000000000000003', NULL, 'https://例.example.com/hook', 'Everything', NULL, NULL, NULL, '[]', '[]', '{"note": "it''s \\ here"}', NULL, NULL, '2024-01-02 03:07:00.25+00', '2024-01-02 03:07:00.25+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('app_ExampleBank0000000000000004', 'ep_ExampleRest0000000000000005', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBank0000000000000004', 'ep_ExampleRest0000000000000005new', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBare0000000000000003', 'ep_ExampleRest0000000000000005', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBare0000000000000003', 'ep_ExampleRest0000000000000005new', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleCafe0000000000000002', 'ep_ExampleCafe0000000000000004', 'changed', 'https://cafe.example.com/webhook/', 'Größe: L', 2147483647, false, NULL, '["user.signup"]', NULL, '{}', NULL, 65535, '2024-01-03 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleCafe0000000000000002', 'ep_ExampleCafe0000000000000004new', 'changed', 'https://cafe.example.com/webhook/', 'Größe: L', 2147483647, false, NULL, '["user.signup"]', NULL, '{}', NULL, 65535, '2024-01-03 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleLast0000000000000005', 'ep_ExampleRest0000000000000005', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleLast0000000000000005', 'ep_ExampleRest0000000000000005new', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'ep_ExampleOrders00000000000001', 'changed', 'https://hooks.example.com/orders?shop=1&to=%C3%BC', 'Orders to the "warehouse";
ask Ada Example', 3, false, NULL, '["Order.Created", "order.created"]', '["tenant-1", "例"]', '{"team": "orders", "größe": "L"}', NULL, 5, '2024-01-02 03:05:00.000001+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'ep_ExampleOrders00000000000001new', 'changed', 'https://hooks.example.com/orders?shop=1&to=%C3%BC', 'Orders to the "warehouse";
ask Ada Example', 3, false, NULL, '["Order.Created", "order.created"]', '["tenant-1", "例"]', '{"team": "orders", "größe": "L"}', NULL, 5, '2024-01-02 03:05:00.000001+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001new', 'ep_ExampleRest0000000000000005', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001new', 'ep_ExampleRest0000000000000005new', 'changed', 'https://example.com/webhook/', '', 1, false, NULL, NULL, NULL, '{}', NULL, NULL, '2024-03-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'ep_ExampleUsers000000000000002', NULL, 'https://hooks.example.com/users', '', 1, true, NULL, NULL, NULL, '{}', NULL, NULL, '2024-01-02 03:06:00+00', '2024-01-02 03:06:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO webhook_apps.event_types VALUES
	('00000000-0000-4000-8000-000000000004', 'événement.créé', 'Créé par erreur — à ne pas utiliser', 'événement', NULL, false, '', '[]', '{}', '2023-11-15 00:00:00+00', '2023-11-15 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('00000000-0000-4000-8000-000000000005', 'test_ping', '%s \ {} 例', NULL, false, false, NULL, NULL, NULL, '2023-11-16 00:00:00+00', '2024-06-30 23:59:59.999999+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, '{"retention": {"days": 30}}'),
	('00000000-0000-4000-8000-000000000001', 'user.signup', 'changed', 'user', false, false, 'beta', '["beta", "early-access"]', '{"1": {"type": "object", "title": "user.signup", "$schema": "https://example.com/schemas/7#", "required": ["email"], "properties": {"email": {"type": "string", "description": "Address of the new user, such as ada@example.com"}, "größe": {"type": ["number", "null"], "maximum": 1.5}}}}', '2023-11-14 22:13:20+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('00000000-0000-4000-8000-000000000001new', 'user.signupnew', 'changed', 'user', false, false, 'beta', '["beta", "early-access"]', '{"1": {"type": "object", "title": "user.signup", "$schema": "https://example.com/schemas/7#", "required": ["email"], "properties": {"email": {"type": "string", "description": "Address of the new user, such as ada@example.com"}, "größe": {"type": ["number", "null"], "maximum": 1.5}}}}', '2023-11-14 22:13:20+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('00000000-0000-4000-8000-000000000002', 'order.created', 'Sent "once" for each order;
see https://www.example.com/docs', NULL, false, true, NULL, NULL, NULL, '2023-11-14 22:13:21.123456+00', '2023-12-01 00:00:00.123+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('00000000-0000-4000-8000-000000000003', 'Order.Created', 'changed', NULL, true, true, NULL, NULL, NULL, '2023-11-14 22:13:22+00', '2031-01-01 00:00:00+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO webhook_apps.ingest_source VALUES
	('src_ExampleKeyed000000003', NULL, 'Phones,
new', 'example-phones', '{"publicKey": "example+key/with=signs"}', NULL, NULL, '2024-04-03 00:00:00.000001+00', '2024-05-03 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('src_ExamplePlain0000000004', NULL, '', 'example-shop', '{}', NULL, NULL, '2024-04-04 00:00:00+00', '2024-04-04 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('src_ExampleEmpty000000005', '例', '例', 'generic-webhook', NULL, NULL, NULL, '2024-04-05 00:00:00+00', '2024-04-05 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('src_ExampleCron0000000001', 'changed', 'Every five minutes', 'cron', '{"payload": "{\"at\": \"now\"}", "schedule": "*/5 * * * *", "contentType": null}', NULL, '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', '2024-04-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleCron0000000001new', 'changed', 'Every five minutes', 'cron', '{"payload": "{\"at\": \"now\"}", "schedule": "*/5 * * * *", "contentType": null}', NULL, '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', '2024-04-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleHook00000000002', 'changed', 'Haken "für alles" 🪝', 'generic-webhook', NULL, 'hmac:4333857784e09be1be715a6e7073346a', '{}', '2024-04-01 00:00:01.5+00', '2031-01-01 00:00:00+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO webhook_apps.ingest_source_endpoint VALUES
	('src_ExampleCron0000000001', 'ep_ExampleBell0000000000000008', NULL, 'https://hooks.example.com/bell?n=12', 'Sans fin — 例', NULL, '{"team": "clocks"}', NULL, NULL, '2024-04-02 00:00:02.123456+00', '2024-05-02 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('src_ExampleCron0000000001', 'ep_ExampleTick0000000000000006', 'changed', 'https://hooks.example.com/tick', 'Says "tick"
every five minutes', false, '{"größe": "S"}', NULL, 1, '2024-04-02 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleCron0000000001', 'ep_ExampleTick0000000000000006new', 'changed', 'https://hooks.example.com/tick', 'Says "tick"
every five minutes', false, '{"größe": "S"}', NULL, 1, '2024-04-02 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleCron0000000001new', 'ep_ExampleOther000000000000009', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleCron0000000001new', 'ep_ExampleOther000000000000009new', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleEmpty000000005', 'ep_ExampleOther000000000000009', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleEmpty000000005', 'ep_ExampleOther000000000000009new', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleKeyed000000003', 'ep_ExampleOther000000000000009', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleKeyed000000003', 'ep_ExampleOther000000000000009new', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExamplePlain0000000004', 'ep_ExampleOther000000000000009', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExamplePlain0000000004', 'ep_ExampleOther000000000000009new', 'changed', 'https://hooks.example.com/other', '', false, '{}', NULL, NULL, '2024-04-06 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('src_ExampleCron0000000001', 'ep_ExampleTock0000000000000007', NULL, 'https://hooks.example.com/tock', '', true, '{}', NULL, NULL, '2024-04-02 00:00:01+00', '2024-04-02 00:00:01+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO webhook_apps.integrations VALUES
	('app_ExampleShop0000000000000001', 'integ_ExampleDesk0000000000000003', 'Bureau d''exemple', NULL, '2024-01-05 00:00:02.5+00', '2024-03-06 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('app_ExampleBank0000000000000004', 'integ_ExampleRest0000000000000004', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBank0000000000000004', 'integ_ExampleRest0000000000000004new', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBare0000000000000003', 'integ_ExampleRest0000000000000004', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleBare0000000000000003', 'integ_ExampleRest0000000000000004new', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleLast0000000000000005', 'integ_ExampleRest0000000000000004', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleLast0000000000000005', 'integ_ExampleRest0000000000000004new', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'integ_ExampleChat0000000000000001', 'changed', '["beta", "early-access"]', '2024-01-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'integ_ExampleChat0000000000000001new', 'changed', '["beta", "early-access"]', '2024-01-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001new', 'integ_ExampleRest0000000000000004', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001new', 'integ_ExampleRest0000000000000004new', 'changed', '["例"]', '2024-02-05 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('app_ExampleShop0000000000000001', 'integ_ExampleMail0000000000000002', 'Mail,
new', '[]', '2024-01-05 00:00:01+00', '2024-01-05 00:00:01+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO webhook_apps.tokens VALUES
	('key_example_4', 'Ada''s "laptop" 💻', 'hmac:dde8049780bb420e0637c1687c916d7d', '[]', '2024-02-02 00:00:00.5+00', '2024-02-01 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('key_example_1', 'changed', 'hmac:5512e9f48469dbf39c980cdbdcf6df29', '["read", "write"]', '2025-01-01 00:00:00+00', '2023-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('key_example_1new', 'changed', 'hmac:5512e9f48469dbf39c980cdbdcf6df29', '["read", "write"]', '2025-01-01 00:00:00+00', '2023-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('key_example_2', NULL, 'hmac:ec9794bb430db44beb13dc7a3295c4b8', NULL, NULL, '2023-06-01 12:30:00.25+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('key_example_3', 'changed', 'hmac:292f0c2a7efe585178018f1e49504420', NULL, NULL, '2024-01-01 00:00:00.000001+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO webhook_apps.webhook_endpoint VALUES
	('ep_ExampleLog00000000000000003', NULL, 'https://log.example.com/', 'Журнал событий 🎯', NULL, NULL, NULL, '{"path": "a\\b"}', NULL, NULL, '2024-05-03 00:00:00.000001+00', '2024-05-03 00:00:00.000001+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ep_ExampleOnce0000000000000004', '', 'https://once.example.com/', 'Once', false, NULL, '[]', '{}', NULL, 0, '2024-05-04 00:00:00+00', '2024-05-05 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('ep_ExampleOps00000000000000001', 'changed', 'https://ops.example.com/hook', 'Tells "operations" what fails;
ask Béla Példa', false, NULL, '["endpoint.disabled", "message.attempt.failing"]', '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', NULL, 10, '2024-05-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ep_ExampleOps00000000000000001new', 'changed', 'https://ops.example.com/hook', 'Tells "operations" what fails;
ask Béla Példa', false, NULL, '["endpoint.disabled", "message.attempt.failing"]', '{"note": "says \"hi\",\nthen leaves", "plan": "pro", "größe": "L 🧪"}', NULL, 10, '2024-05-01 00:00:00+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('ep_ExampleAudit000000000000002', NULL, 'https://audit.example.com/hook?all=%20', '', true, NULL, NULL, '{}', NULL, NULL, '2024-05-01 00:00:01+00', '2024-05-01 00:00:01+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

SELECT pg_catalog.setval('sync.quarantine_id_seq', 1, true);

SELECT pg_catalog.setval('sync.runs_run_id_seq', 3, true);

SELECT pg_catalog.setval('sync.seen_batch_seq', 10, true);

ALTER TABLE ONLY webhook_apps._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY webhook_apps.applications
    ADD CONSTRAINT applications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook_apps.endpoints
    ADD CONSTRAINT endpoints_pkey PRIMARY KEY (app_id, id);

ALTER TABLE ONLY webhook_apps.event_types
    ADD CONSTRAINT event_types_pkey PRIMARY KEY (uuid);

ALTER TABLE ONLY webhook_apps.ingest_source_endpoint
    ADD CONSTRAINT ingest_source_endpoint_pkey PRIMARY KEY (src_id, id);

ALTER TABLE ONLY webhook_apps.ingest_source
    ADD CONSTRAINT ingest_source_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook_apps.integrations
    ADD CONSTRAINT integrations_pkey PRIMARY KEY (app_id, id);

ALTER TABLE ONLY webhook_apps.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY webhook_apps.webhook_endpoint
    ADD CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (id);
