CREATE SCHEMA session_recording;

CREATE TABLE session_recording._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE session_recording.blockrules (
    id text NOT NULL,
    blocked_ips jsonb,
    blocked_uas jsonb,
    blocked_app_ids jsonb,
    metadata jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.blockrules IS 'What is never recorded: addresses, browsers and apps.';

COMMENT ON COLUMN session_recording.blockrules.id IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN session_recording.blockrules.blocked_ips IS 'IP addresses that are blocked, as patterns such as `192.0.2.*`.';

COMMENT ON COLUMN session_recording.blockrules.blocked_uas IS 'User agents that are blocked.';

COMMENT ON COLUMN session_recording.blockrules.blocked_app_ids IS 'Ids of the apps that are blocked.';

COMMENT ON COLUMN session_recording.blockrules.metadata IS 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';

COMMENT ON COLUMN session_recording.blockrules._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.blockrules._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.blockrules._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.blockrules._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.blockrules._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.domainsettings (
    platform text NOT NULL,
    id text NOT NULL,
    only_record_known_domains boolean,
    domains jsonb,
    metadata jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.domainsettings IS 'Which domains are recorded, on one platform.';

COMMENT ON COLUMN session_recording.domainsettings.platform IS 'The parameter that the row was asked for with.';

COMMENT ON COLUMN session_recording.domainsettings.id IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN session_recording.domainsettings.only_record_known_domains IS 'Whether only the domains that are listed are recorded.';

COMMENT ON COLUMN session_recording.domainsettings.domains IS 'Domains: `domain` and `disabled` of each; their order counts, as the first match wins.';

COMMENT ON COLUMN session_recording.domainsettings.metadata IS 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';

COMMENT ON COLUMN session_recording.domainsettings._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.domainsettings._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.domainsettings._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.domainsettings._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.domainsettings._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW session_recording.domainsettings_domains AS
 SELECT domainsettings.platform,
    domainsettings.id AS domainsettings_id,
    element."position",
    (element.value ->> 'domain'::text) AS domain,
        CASE
            WHEN (jsonb_typeof((element.value -> 'disabled'::text)) = 'boolean'::text) THEN ((element.value -> 'disabled'::text))::boolean
            ELSE NULL::boolean
        END AS disabled
   FROM (session_recording.domainsettings
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(domainsettings.domains) = 'array'::text) THEN domainsettings.domains
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(value, "position"))
  WHERE (domainsettings._deleted_at IS NULL);

COMMENT ON VIEW session_recording.domainsettings_domains IS 'The domains of each platform''s settings; of those that match, the one with the lowest position wins.';

COMMENT ON COLUMN session_recording.domainsettings_domains.platform IS 'The parameter that the row was asked for with.';

COMMENT ON COLUMN session_recording.domainsettings_domains.domainsettings_id IS 'Key of the settings that it is in.';

COMMENT ON COLUMN session_recording.domainsettings_domains."position" IS 'Place in the list, from 1.';

COMMENT ON COLUMN session_recording.domainsettings_domains.domain IS 'The domain.';

COMMENT ON COLUMN session_recording.domainsettings_domains.disabled IS 'Whether it is disabled.';

CREATE TABLE session_recording.event_defs (
    event_name text NOT NULL,
    display_name text,
    has_subcategories boolean,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.event_defs IS 'A kind of event that an endpoint can be sent; which there are depends on the plan.';

COMMENT ON COLUMN session_recording.event_defs.event_name IS 'Name of the kind, such as `note.created`.';

COMMENT ON COLUMN session_recording.event_defs.display_name IS 'Name of the kind, for people.';

COMMENT ON COLUMN session_recording.event_defs.has_subcategories IS 'Whether the kind has subcategories.';

COMMENT ON COLUMN session_recording.event_defs._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.event_defs._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.event_defs._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.event_defs._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.event_defs._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.geosettings (
    id text NOT NULL,
    record_geo_mode text,
    record_geo_zones jsonb,
    metadata jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.geosettings IS 'Which regions of the world are recorded.';

COMMENT ON COLUMN session_recording.geosettings.id IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN session_recording.geosettings.record_geo_mode IS 'How the zones count, in a word of the vendor''s.';

COMMENT ON COLUMN session_recording.geosettings.record_geo_zones IS 'Zones, such as `EU`.';

COMMENT ON COLUMN session_recording.geosettings.metadata IS 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`.';

COMMENT ON COLUMN session_recording.geosettings._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.geosettings._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.geosettings._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.geosettings._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.geosettings._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.operations (
    id text NOT NULL,
    type text,
    state text,
    step text,
    estimate_pct_complete bigint,
    details jsonb,
    results jsonb,
    error_details text,
    created_at timestamp with time zone,
    finished_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.operations IS 'A long-running operation, such as an export or a deletion.';

COMMENT ON COLUMN session_recording.operations.id IS 'Id of the operation.';

COMMENT ON COLUMN session_recording.operations.type IS 'Kind: `DELETE_USER`, `SEARCH_EXPORT`, `DELETE_SESSION`, `DELETE_SEGMENT_SESSIONS` or `DELETE_SEGMENT_USERS`.';

COMMENT ON COLUMN session_recording.operations.state IS 'State: `PENDING`, `COMPLETED` or `FAILED`.';

COMMENT ON COLUMN session_recording.operations.step IS 'Step that it is at.';

COMMENT ON COLUMN session_recording.operations.estimate_pct_complete IS 'How much of it is done, estimated, in percent.';

COMMENT ON COLUMN session_recording.operations.details IS 'What is particular to its kind; an object, or an empty text.';

COMMENT ON COLUMN session_recording.operations.results IS 'What came of it, such as `searchExportId` and `expires`; an object, or an empty text.';

COMMENT ON COLUMN session_recording.operations.error_details IS 'What went wrong, if something did.';

COMMENT ON COLUMN session_recording.operations.created_at IS 'When the operation was created; its progress does not move it.';

COMMENT ON COLUMN session_recording.operations.finished_at IS 'When it came to its end; null or left out while it is pending.';

COMMENT ON COLUMN session_recording.operations._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.operations._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.operations._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.operations._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.operations._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.recordingfeatures (
    platform text NOT NULL,
    id text NOT NULL,
    enabled boolean,
    console_watcher boolean,
    ajax_watcher boolean,
    resource_uploading boolean,
    recording_shutoff boolean,
    client_side_rage_click boolean,
    metadata jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.recordingfeatures IS 'What is recorded of a session, on one platform.';

COMMENT ON COLUMN session_recording.recordingfeatures.platform IS 'The parameter that the row was asked for with.';

COMMENT ON COLUMN session_recording.recordingfeatures.id IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN session_recording.recordingfeatures.enabled IS 'Whether recording is enabled.';

COMMENT ON COLUMN session_recording.recordingfeatures.console_watcher IS 'Whether messages of the console are recorded.';

COMMENT ON COLUMN session_recording.recordingfeatures.ajax_watcher IS 'Whether requests of the page are recorded.';

COMMENT ON COLUMN session_recording.recordingfeatures.resource_uploading IS 'Whether resources of the page are uploaded.';

COMMENT ON COLUMN session_recording.recordingfeatures.recording_shutoff IS 'Whether recording is shut off.';

COMMENT ON COLUMN session_recording.recordingfeatures.client_side_rage_click IS 'Whether rage clicks are found in the browser.';

COMMENT ON COLUMN session_recording.recordingfeatures.metadata IS 'When and by whom they were made and last edited: `created`, `createdBy`, `lastUpdated` and `lastUpdatedBy`; who it was may be a name with an email address.';

COMMENT ON COLUMN session_recording.recordingfeatures._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.recordingfeatures._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.recordingfeatures._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.recordingfeatures._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.recordingfeatures._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.segments (
    id text NOT NULL,
    name text,
    creator text,
    created timestamp with time zone,
    url text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.segments IS 'A segment: a saved search for users.';

COMMENT ON COLUMN session_recording.segments.id IS 'Id of the segment; a word such as `everyone` for a built-in one.';

COMMENT ON COLUMN session_recording.segments.name IS 'Name of the segment.';

COMMENT ON COLUMN session_recording.segments.creator IS 'Email address of who created it; `system` for a built-in one.';

COMMENT ON COLUMN session_recording.segments.created IS 'When the segment was created; a built-in one has none, and an edit does not move it.';

COMMENT ON COLUMN session_recording.segments.url IS 'Address of the segment in the vendor''s app.';

COMMENT ON COLUMN session_recording.segments._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.segments._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.segments._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.segments._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.segments._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.session_targeting_rules (
    id text NOT NULL,
    notes text,
    scope text,
    conditions jsonb,
    children jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.session_targeting_rules IS 'A rule that says which sessions of a mobile app are recorded.';

COMMENT ON COLUMN session_recording.session_targeting_rules.id IS 'Id of the rule.';

COMMENT ON COLUMN session_recording.session_targeting_rules.notes IS 'Notes on the rule.';

COMMENT ON COLUMN session_recording.session_targeting_rules.scope IS 'What it lets through: `ALL_SESSIONS`, `NO_SESSIONS`, `PREVIEW_SESSIONS_ONLY` or `LIVE_SESSIONS_ONLY`.';

COMMENT ON COLUMN session_recording.session_targeting_rules.conditions IS 'Conditions: `attr`, `op`, `values` and `joinPrevious` of each.';

COMMENT ON COLUMN session_recording.session_targeting_rules.children IS 'Rules below it: `id` and `joinPrevious` of each.';

COMMENT ON COLUMN session_recording.session_targeting_rules._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.session_targeting_rules._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.session_targeting_rules._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.session_targeting_rules._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.session_targeting_rules._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW session_recording.session_targeting_rule_children AS
 SELECT session_targeting_rules.id AS rule_id,
    element."position",
    (element.value ->> 'id'::text) AS child_id,
    COALESCE((element.value ->> 'joinPrevious'::text), (element.value ->> 'join_previous'::text)) AS join_previous
   FROM (session_recording.session_targeting_rules
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(session_targeting_rules.children) = 'array'::text) THEN session_targeting_rules.children
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(value, "position"))
  WHERE (session_targeting_rules._deleted_at IS NULL);

COMMENT ON VIEW session_recording.session_targeting_rule_children IS 'The rules below each rule, in order.';

COMMENT ON COLUMN session_recording.session_targeting_rule_children.rule_id IS 'Id of the rule that it is in.';

COMMENT ON COLUMN session_recording.session_targeting_rule_children."position" IS 'Place in the list, from 1.';

COMMENT ON COLUMN session_recording.session_targeting_rule_children.child_id IS 'Id of the rule below.';

COMMENT ON COLUMN session_recording.session_targeting_rule_children.join_previous IS 'How it joins the rule before: `AND` or `OR`.';

CREATE VIEW session_recording.session_targeting_rule_conditions AS
 SELECT session_targeting_rules.id AS rule_id,
    element."position",
    (element.value ->> 'attr'::text) AS attr,
    (element.value ->> 'op'::text) AS op,
    (element.value -> 'values'::text) AS "values",
    COALESCE((element.value ->> 'joinPrevious'::text), (element.value ->> 'join_previous'::text)) AS join_previous
   FROM (session_recording.session_targeting_rules
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(session_targeting_rules.conditions) = 'array'::text) THEN session_targeting_rules.conditions
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(value, "position"))
  WHERE (session_targeting_rules._deleted_at IS NULL);

COMMENT ON VIEW session_recording.session_targeting_rule_conditions IS 'The conditions of each rule, in order.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions.rule_id IS 'Id of the rule that it is in.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions."position" IS 'Place in the list, from 1.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions.attr IS 'What is compared, such as `APP_VERSION`.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions.op IS 'How: `EQ`, `NEQ`, `LT`, `LTE`, `GT`, `GTE`, `RANGE` or `CONTAINS`.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions."values" IS 'What with: `strVal`, `intVal` or `versionVal` of each.';

COMMENT ON COLUMN session_recording.session_targeting_rule_conditions.join_previous IS 'How it joins the condition before: `AND` or `OR`.';

CREATE TABLE session_recording.sessions (
    uid text NOT NULL,
    user_id text NOT NULL,
    session_id text NOT NULL,
    created_time timestamp with time zone,
    fs_url text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.sessions IS 'A recorded session of a user.';

COMMENT ON COLUMN session_recording.sessions.uid IS 'The parameter that the row was asked for with.';

COMMENT ON COLUMN session_recording.sessions.user_id IS 'The vendor''s id of the user, a 64-bit number as text; `uid` is your app''s id.';

COMMENT ON COLUMN session_recording.sessions.session_id IS 'Id of the session among the user''s, a 64-bit number as text.';

COMMENT ON COLUMN session_recording.sessions.created_time IS 'When the session was created; epoch seconds on the wire, mostly as text.';

COMMENT ON COLUMN session_recording.sessions.fs_url IS 'Address of the session''s replay.';

COMMENT ON COLUMN session_recording.sessions._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.sessions._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.sessions._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.sessions._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.sessions._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE session_recording.webhooks (
    id text NOT NULL,
    url text,
    enabled boolean,
    event_types jsonb,
    created timestamp with time zone,
    modified timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE session_recording.webhooks IS 'An endpoint that events are sent to.';

COMMENT ON COLUMN session_recording.webhooks.id IS 'Id of the endpoint.';

COMMENT ON COLUMN session_recording.webhooks.url IS 'Address that the events are sent to.';

COMMENT ON COLUMN session_recording.webhooks.enabled IS 'Whether events are sent.';

COMMENT ON COLUMN session_recording.webhooks.event_types IS 'Kinds of event that are sent: `eventName` and `subcategory` of each.';

COMMENT ON COLUMN session_recording.webhooks.created IS 'When the endpoint was created.';

COMMENT ON COLUMN session_recording.webhooks.modified IS 'When the endpoint was last edited.';

COMMENT ON COLUMN session_recording.webhooks._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN session_recording.webhooks._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN session_recording.webhooks._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN session_recording.webhooks._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN session_recording.webhooks._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW session_recording.webhook_event_types AS
 SELECT webhooks.id AS webhook_id,
    element."position",
    COALESCE((element.value ->> 'eventName'::text), (element.value ->> 'event_name'::text)) AS event_name,
    (element.value ->> 'subcategory'::text) AS subcategory
   FROM (session_recording.webhooks
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(webhooks.event_types) = 'array'::text) THEN webhooks.event_types
            ELSE '[]'::jsonb
        END) WITH ORDINALITY element(value, "position"))
  WHERE (webhooks._deleted_at IS NULL);

COMMENT ON VIEW session_recording.webhook_event_types IS 'The kinds of event that each endpoint is sent; `event_defs` describes them.';

COMMENT ON COLUMN session_recording.webhook_event_types.webhook_id IS 'Id of the endpoint that is sent them.';

COMMENT ON COLUMN session_recording.webhook_event_types."position" IS 'Place in the list, from 1.';

COMMENT ON COLUMN session_recording.webhook_event_types.event_name IS 'Name of the kind, as in `event_defs`.';

COMMENT ON COLUMN session_recording.webhook_event_types.subcategory IS 'Subcategory of it; an empty text where there is none.';

INSERT INTO session_recording._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:55.45366+00', true, '\x16165593acc49dc8ed5afe469eb69f3d68e90d909e3d458be6b3f25a9b488487b5c63ea116394945ef10a8e23e76610f', 38058154),
	(2, 'views', '2026-11-29 13:25:55.45366+00', true, '\x279f3c38aea2dcf71db6c9aa53980cb32c7333a8c1c250005370246a94ec247ad40fcfeba3a6b23eae49deb4139eaa47', 3388521);

INSERT INTO session_recording.blockrules VALUES
	('blockrules-1', '["192.0.2.*", "198.51.100.7"]', '["ExampleBot/1.0 (\"polite\"; +https://bot.example.com)", "Robô"]', '[]', '{"created": "2020-09-08T15:57:20.830Z", "createdBy": "bela@example.com", "lastUpdated": "2023-11-14T22:13:20.268269Z", "lastUpdatedBy": "ada@example.com"}', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL);

INSERT INTO session_recording.domainsettings VALUES
	('web', 'domainsettings-web', true, '[{"domain": "staging.example.com", "disabled": true}, {"domain": "*.example.com", "disabled": false}, {"domain": "bücher.example.com", "disabled": null}, {"domain": "example.com"}, null]', '{"created": "2020-09-08T15:57:20.830Z", "createdBy": "bela@example.com", "lastUpdated": "2023-11-14T22:13:20.268269Z", "lastUpdatedBy": "ada@example.com"}', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL);

INSERT INTO session_recording.event_defs VALUES
	('segment.trend.alert', NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('例.created', 'Example
created', false, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('user.created', NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('note.created', 'changed', false, 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('note.creatednew', 'changed', false, 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('recording.event.custom', 'An event of your own: "été"', true, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO session_recording.geosettings VALUES
	('geosettings-1', 'changed', '["EU", "Zone \"Süd\""]', '{"created": "2020-09-08T15:57:20.830Z", "createdBy": null, "lastUpdated": "2023-11-14T22:13:20.268269Z", "lastUpdatedBy": "ada@example.com"}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, '{"record_geo_mode": "EXAMPLE_MODE"}');

INSERT INTO session_recording.operations VALUES
	('b3AtMw==', 'DELETE_SEGMENT_USERS', 'FAILED', '1 of 5: look up', 0, '""', NULL, 'The segment "Éxample" is gone.
Nothing was deleted.', '2023-11-14 22:25:00+00', '2023-11-14 22:25:01+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('b3AtNA==', 'DELETE_SESSION', 'PENDING', NULL, NULL, NULL, NULL, NULL, '2023-11-14 22:30:00+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('b3AtNQ==', NULL, NULL, NULL, NULL, '{}', '{}', NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('b3AtNg==', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('b3AtMQ==', 'changed', 'COMPLETED', '', 100, NULL, '{"expires": "2023-12-01T00:00:00Z", "searchExportId": "export-1"}', '', '2023-11-14 22:13:20.174736+00', '2023-11-14 22:15:00.473657+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('b3AtMQ==new', 'changed', 'COMPLETED', '', 100, NULL, '{"expires": "2023-12-01T00:00:00Z", "searchExportId": "export-1"}', '', '2023-11-14 22:13:20.174736+00', '2023-11-14 22:15:00.473657+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('b3AtMg==', 'DELETE_USER', 'PENDING', '2 of 5: gather', 40, '{"user": "user-17"}', '""', NULL, '2023-11-14 22:20:00+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO session_recording.recordingfeatures VALUES
	('web', 'recordingfeatures-web', true, true, false, NULL, false, false, '{"created": "2020-09-08T15:57:20.830Z", "createdBy": "bela@example.com", "lastUpdated": "2023-11-14T22:13:20.268269Z", "lastUpdatedBy": "Ada \"The Example\" Éxample (ada@example.com)"}', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL);

INSERT INTO session_recording.segments VALUES
	('exampleSegment3', '例の人たち
(second line)', 'bela@example.com', '2020-10-22 14:30:10.631+00', 'https://app.example.com/ui/EXAMPLE/segments/exampleSegment3', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('exampleSegment4', NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('everyone', 'changed', 'system', NULL, 'https://app.example.com/ui/EXAMPLE/segments/everyone', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('everyonenew', 'changed', 'system', NULL, 'https://app.example.com/ui/EXAMPLE/segments/everyone', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('exampleSegment1', 'Users who said "no" to the café offer ☕', 'ada@example.com', '2023-11-14 22:13:20.631+00', 'https://app.example.com/ui/EXAMPLE/segments/exampleSegment1', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('exampleSegment2', 'changed', NULL, NULL, NULL, 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO session_recording.session_targeting_rules VALUES
	('rule-3', NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('4', NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('rule-1', 'changed', 'ALL_SESSIONS', '[{"op": "RANGE", "attr": "APP_VERSION", "values": [{"intVal": 0, "strVal": "1.2", "versionVal": {"major": 1, "minor": 2}}, {"intVal": "9007199254740993", "strVal": "2.0", "versionVal": {}}], "joinPrevious": "AND"}, {"op": "CONTAINS", "attr": "LOCATION", "values": [{"strVal": "São Paulo"}, null], "joinPrevious": "OR"}]', '[{"id": "rule-2", "joinPrevious": "OR"}, {"id": "rule-3", "joinPrevious": null}]', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('rule-1new', 'changed', 'ALL_SESSIONS', '[{"op": "RANGE", "attr": "APP_VERSION", "values": [{"intVal": 0, "strVal": "1.2", "versionVal": {"major": 1, "minor": 2}}, {"intVal": "9007199254740993", "strVal": "2.0", "versionVal": {}}], "joinPrevious": "AND"}, {"op": "CONTAINS", "attr": "LOCATION", "values": [{"strVal": "São Paulo"}, null], "joinPrevious": "OR"}]', '[{"id": "rule-2", "joinPrevious": "OR"}, {"id": "rule-3", "joinPrevious": null}]', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('rule-2', '', 'PREVIEW_SESSIONS_ONLY', '[{"op": "EQ", "attr": "UID", "values": [{"str_val": "user-17"}], "join_previous": "AND"}, null]', '[]', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO session_recording.sessions VALUES
	('user-17', '1017', '2002', '2023-11-14 22:21:40+00', 'changed', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('user-17', '91017', '92002', '2023-11-14 22:21:40+00', 'changed', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('user-18', '1018', '2001', '2023-11-14 22:20:50+00', 'changed', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('user-18', '91018', '92001', '2023-11-14 22:20:50+00', 'changed', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('user-17', '1017', '2001', '2023-11-14 22:20:00+00', 'https://app.example.com/ui/EXAMPLE/session/1017:2001', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('user-18', '1018', '1999', '2023-03-28 10:40:00+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('user-17', '1017', '2000', '2023-07-22 04:26:40+00', 'changed', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO session_recording.webhooks VALUES
	('aHR0cHM6Ly9jLmV4YW1wbGUuY29t', NULL, NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('aHR0cHM6Ly9kLmV4YW1wbGUuY29t', NULL, NULL, '[null]', NULL, '2023-01-01 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('aHR0cHM6Ly9lLmV4YW1wbGUuY29t', NULL, NULL, NULL, NULL, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('aHR0cHM6Ly9hLmV4YW1wbGUuY29t', 'changed', true, '[{"eventName": "note.created", "subcategory": ""}, {"eventName": "recording.event.custom", "subcategory": "Order \"placed\" — été"}]', '2020-04-01 21:53:58.2+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('aHR0cHM6Ly9hLmV4YW1wbGUuY29tnew', 'changed', true, '[{"eventName": "note.created", "subcategory": ""}, {"eventName": "recording.event.custom", "subcategory": "Order \"placed\" — été"}]', '2020-04-01 21:53:58.2+00', '2031-01-01 00:00:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('aHR0cHM6Ly9iLmV4YW1wbGUuY29t', 'https://hooks.example.com/old', false, '[{"event_name": "segment.trend.alert", "subcategory": null}]', '2020-05-01 00:00:00+00', '2020-05-01 00:00:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO sync._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:55.420771+00', true, '\x01f7290b8b8d1d94fb6ecaff34f394c1cb5497836f081e2316cf1a51f29c8a6c13c8f54d6c390ed70eab554f49c723d8', 16476894),
	(2, 'walks', '2026-11-29 13:25:55.420771+00', true, '\x24be8601e709a3d658613ca2e8462c7c970f60b5bf55142990d2591ead65d30057b74a981823bfffe597e887088d9398', 1269575),
	(3, 'next', '2026-11-29 13:25:55.420771+00', true, '\xaaac19109c0ded30485e72b721cb49630e240592f4431cfb5d29f6925dd8a15f8724174d1f2547d050eeefed1e2975c0', 248569),
	(4, 'bounds', '2026-11-29 13:25:55.420771+00', true, '\xe3db5771b68e5a4ed084f3d851f00c8293d942a4153439b4db622ce237262b98e43ae8edf4bf25361b726de7c467db70', 792837),
	(5, 'unnoted', '2026-11-29 13:25:55.420771+00', true, '\x794fb4852dd05f30fc2c82bf48d637834d4587b4ea1654e3d4ca9439dc3de7bbf76fbccec6bdab8625e9d8cacc6905c0', 298954);

INSERT INTO sync.connections VALUES
	('session_recording', 'session_recording', 3, '31d88a5f-11b7-4c61-a3a3-149f10bc863443fc4bfa-14e0-4aea-a49d-f2712f352806', '2026-11-29 13:25:55.499476+00', 'the connection session_recording');

INSERT INTO sync.resources VALUES
	(1, 'session_recording', 'sessionTargetingRules', '2025-06-15 15:06:40.285186+00', '2026-11-29 13:25:55.693562+00', 1, 1, 1169, 0, 0, 4, 4, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.307772+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 4, "inserted": 4, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'segments', '2025-06-15 15:06:40.121056+00', '2026-11-29 13:25:55.606168+00', 1, 1, 834, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.20536+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'geosettings', '2025-06-15 15:06:40.246791+00', '2026-11-29 13:25:55.687469+00', 1, 1, 323, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.29859+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'sessions', '2025-06-15 15:06:40.119857+00', '2026-11-29 13:25:55.630038+00', 2, 2, 725, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"no_next_page": 2}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 2, "total_moved": false}', NULL, '2025-06-15 15:06:40.222112+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'operations', '2025-06-15 15:06:40.123255+00', '2026-11-29 13:25:55.644789+00', 1, 1, 1427, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.258385+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'recordingfeatures', '2025-06-15 15:06:40.261202+00', '2026-11-29 13:25:55.690345+00', 1, 1, 465, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.301851+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'blockrules', '2025-06-15 15:06:40.126339+00', '2026-11-29 13:25:55.668407+00', 1, 1, 407, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.278185+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'eventDefs', '2025-06-15 15:06:40.303882+00', '2026-11-29 13:25:55.701698+00', 1, 1, 532, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.314691+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'domainsettings', '2025-06-15 15:06:40.224458+00', '2026-11-29 13:25:55.681808+00', 1, 1, 533, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.293162+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'session_recording', 'webhooks', '2025-06-15 15:06:40.29824+00', '2026-11-29 13:25:55.694679+00', 1, 1, 1059, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.310019+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'blockrules', '2025-06-15 15:08:20.036829+00', '2026-11-29 13:25:55.803407+00', 1, 1, 335, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.078172+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'operations', '2025-06-15 15:08:20.036798+00', '2026-11-29 13:25:55.803869+00', 1, 1, 1107, 0, 0, 6, 1, 1, 4, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.081726+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 6, "inserted": 1, "short_ids": [], "unchanged": 4, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'recordingfeatures', '2025-06-15 15:08:20.098069+00', '2026-11-29 13:25:55.854344+00', 1, 1, 377, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.132394+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'sessions', '2025-06-15 15:08:20.036695+00', '2026-11-29 13:25:55.816888+00', 2, 2, 422, 0, 0, 5, 2, 2, 1, 2, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"no_next_page": 2}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 2, "total_moved": false}', NULL, '2025-06-15 15:08:20.091501+00', '{"counts": {"fused": 0, "short": [], "deleted": 2, "repeats": 0, "updated": 2, "distinct": 5, "inserted": 2, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'geosettings', '2025-06-15 15:08:20.08479+00', '2026-11-29 13:25:55.864923+00', 1, 1, 284, 0, 0, 1, 0, 1, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.136594+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'segments', '2025-06-15 15:08:20.036741+00', '2026-11-29 13:25:55.839536+00', 1, 1, 554, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.111303+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'webhooks', '2025-06-15 15:08:20.135339+00', '2026-11-29 13:25:55.910432+00', 1, 1, 826, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.182544+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'domainsettings', '2025-06-15 15:08:20.084537+00', '2026-11-29 13:25:55.859259+00', 1, 1, 419, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.134784+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'session_recording', 'sessionTargetingRules', '2025-06-15 15:10:00.088078+00', '2026-11-29 13:25:56.036431+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(2, 'session_recording', 'sessionTargetingRules', '2025-06-15 15:08:20.120631+00', '2026-11-29 13:25:55.898243+00', 1, 1, 1007, 0, 0, 4, 1, 1, 2, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 4, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.168723+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 4, "inserted": 1, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'session_recording', 'eventDefs', '2025-06-15 15:08:20.140564+00', '2026-11-29 13:25:55.898401+00', 1, 1, 368, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"no_next_page": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.174047+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'session_recording', 'blockrules', '2025-06-15 15:10:00.044374+00', '2026-11-29 13:25:56.032407+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'stopped: the requests that it may make are used up', NULL, NULL, 'run again without --full-refresh: it goes on from here', false),
	(3, 'session_recording', 'operations', '2025-06-15 15:10:00.044339+00', '2026-11-29 13:25:56.033169+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'stopped: the requests that it may make are used up', NULL, NULL, 'run again without --full-refresh: it goes on from here', false),
	(3, 'session_recording', 'domainsettings', '2025-06-15 15:10:00.085791+00', '2026-11-29 13:25:56.033261+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'session_recording', 'geosettings', '2025-06-15 15:10:00.086595+00', '2026-11-29 13:25:56.034108+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'session_recording', 'recordingfeatures', '2025-06-15 15:10:00.087461+00', '2026-11-29 13:25:56.034734+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'session_recording', 'webhooks', '2025-06-15 15:10:00.089748+00', '2026-11-29 13:25:56.037174+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'session_recording', 'eventDefs', '2025-06-15 15:10:00.090507+00', '2026-11-29 13:25:56.038184+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'session_recording', 'segments', '2025-06-15 15:10:00.044252+00', '2026-11-29 13:25:56.065956+00', 2, 2, 576, 0, 0, 4, 0, 1, 3, 0, 0, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', 'stopped: the requests that it may make are used up (page `3`)', '2025-06-15 15:10:00.11567+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 2, "quarantined": 0}, "number": 2}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'session_recording', 'sessions', '2025-06-15 15:10:00.0442+00', '2026-11-29 13:25:56.088884+00', 3, 3, 514, 0, 0, 5, 0, 1, 4, 0, 0, 'complete', '{"known": 0, "pages": 3, "total": null, "passes": 1, "endings": {"no_next_page": 2}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 2, "total_moved": false}', NULL, '2025-06-15 15:10:00.139505+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 3, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 5}', NULL, false);

INSERT INTO sync.runs OVERRIDING SYSTEM VALUE VALUES
	(1, 'session_recording', 'session_recording', 'documented', '0.1.0', '2025-06-15 15:06:40+00', '2026-11-29 13:25:55.702167+00', 'complete', 'a3bc626dfc8ffd7d', NULL, false),
	(2, 'session_recording', 'session_recording', 'documented', '0.1.0', '2025-06-15 15:08:20+00', '2026-11-29 13:25:55.911163+00', 'complete', 'a3bc626dfc8ffd7d', NULL, false),
	(3, 'session_recording', 'session_recording', 'documented', '0.1.0', '2025-06-15 15:10:00+00', '2026-11-29 13:25:56.091246+00', 'incomplete', 'a3bc626dfc8ffd7d', NULL, true);

INSERT INTO sync.seen OVERRIDING SYSTEM VALUE VALUES
	('session_recording', 'segments', '[]', 3, 1, '{6091344577834235883,5121378224773080485}'),
	('session_recording', 'segments', '[]', 3, 3, '{-6042794501174969692,-2164855698720677856}');

INSERT INTO sync.state VALUES
	('session_recording', 'domainsettings', '["web"]', 2, NULL, NULL, '2025-06-15 15:08:20.126934+00', NULL, 2, 9021050583342003908, false),
	('session_recording', 'recordingfeatures', '["web"]', 2, NULL, NULL, '2025-06-15 15:08:20.129999+00', NULL, 2, 3393274273232321189, false),
	('session_recording', 'geosettings', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.132158+00', NULL, 2, 2545182634029512688, false),
	('session_recording', 'sessionTargetingRules', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.161436+00', NULL, 2, -1332830088331241367, false),
	('session_recording', 'eventDefs', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.173216+00', NULL, 2, -7238129927104177153, false),
	('session_recording', 'webhooks', '[]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.173157+00', NULL, 2, 7097007149669761124, false),
	('session_recording', 'segments', '[]', 3, '{"asked": 11643218092446343210, "place": {"late": false, "seam": null, "total": null, "position": {"token": "4/565e4290306551f6+3498f29c8cf93f85="}, "received": 4}, "cursor": 656692210631000, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.113469+00', NULL, NULL, 2483742105181561842, false),
	('session_recording', 'sessions', '["user-18"]', 3, NULL, '2023-11-14 22:20:50+00', '2025-06-15 15:10:00.123611+00', NULL, 3, -8356083961710123867, false),
	('session_recording', 'sessions', '["user-17"]', 3, NULL, '2023-11-14 22:21:40+00', '2025-06-15 15:10:00.138542+00', NULL, 3, -8356083961710123867, false);

SELECT pg_catalog.setval('sync.quarantine_id_seq', 1, false);

SELECT pg_catalog.setval('sync.runs_run_id_seq', 3, true);

SELECT pg_catalog.setval('sync.seen_batch_seq', 5, true);

ALTER TABLE ONLY session_recording._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY session_recording.blockrules
    ADD CONSTRAINT blockrules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY session_recording.domainsettings
    ADD CONSTRAINT domainsettings_pkey PRIMARY KEY (platform, id);

ALTER TABLE ONLY session_recording.event_defs
    ADD CONSTRAINT event_defs_pkey PRIMARY KEY (event_name);

ALTER TABLE ONLY session_recording.geosettings
    ADD CONSTRAINT geosettings_pkey PRIMARY KEY (id);

ALTER TABLE ONLY session_recording.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY session_recording.recordingfeatures
    ADD CONSTRAINT recordingfeatures_pkey PRIMARY KEY (platform, id);

ALTER TABLE ONLY session_recording.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY session_recording.session_targeting_rules
    ADD CONSTRAINT session_targeting_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY session_recording.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (uid, user_id, session_id);

ALTER TABLE ONLY session_recording.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
