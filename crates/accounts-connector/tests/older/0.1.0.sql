CREATE SCHEMA accounts;

CREATE TABLE accounts._migrations (
    version bigint NOT NULL,
    description text NOT NULL,
    installed_on timestamp with time zone DEFAULT now() NOT NULL,
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
);

CREATE TABLE accounts.accounts (
    id bigint NOT NULL,
    name text,
    is_main_account boolean,
    is_enabled boolean,
    is_active boolean,
    created_on timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.accounts IS 'An account that the key can read.';

COMMENT ON COLUMN accounts.accounts.id IS 'Id of the account.';

COMMENT ON COLUMN accounts.accounts.name IS 'Name of the account.';

COMMENT ON COLUMN accounts.accounts.is_main_account IS 'Whether it is the main account.';

COMMENT ON COLUMN accounts.accounts.is_enabled IS 'Whether the account is enabled.';

COMMENT ON COLUMN accounts.accounts.is_active IS 'Whether the account is active.';

COMMENT ON COLUMN accounts.accounts.created_on IS 'When the account was created; an edit does not move it.';

COMMENT ON COLUMN accounts.accounts._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.accounts._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.accounts._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.accounts._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.accounts._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.accounts_feeds (
    id text NOT NULL,
    type text,
    who jsonb,
    verb text,
    what text,
    "when" timestamp with time zone,
    campaign jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.accounts_feeds IS 'Something that was done in the account.';

COMMENT ON COLUMN accounts.accounts_feeds.id IS 'Id of what was done; text, where all other ids are numbers.';

COMMENT ON COLUMN accounts.accounts_feeds.type IS 'Kind of the feed''s item, such as `campaign`.';

COMMENT ON COLUMN accounts.accounts_feeds.who IS 'Who did it: `id`, `name` and `imageUrl` of the user.';

COMMENT ON COLUMN accounts.accounts_feeds.verb IS 'What was done, such as `created`.';

COMMENT ON COLUMN accounts.accounts_feeds.what IS 'What it was done to, such as `campaign`.';

COMMENT ON COLUMN accounts.accounts_feeds."when" IS 'When it was done.';

COMMENT ON COLUMN accounts.accounts_feeds.campaign IS 'Campaign concerned: `id`, `name`, `type`, `platform`, `appPlatform` and `goalId`.';

COMMENT ON COLUMN accounts.accounts_feeds._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.accounts_feeds._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.accounts_feeds._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.accounts_feeds._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.accounts_feeds._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.campaigns (
    id bigint NOT NULL,
    name text,
    type text,
    platform text,
    status text,
    is_deleted boolean,
    is_approval_pending boolean,
    is_bayesian boolean,
    primary_goal bigint,
    goals jsonb,
    variations jsonb,
    labels jsonb,
    page_group_config jsonb,
    stats jsonb,
    campaign_group jsonb,
    associated_campaign jsonb,
    created_by jsonb,
    created_on timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.campaigns IS 'A campaign, such as a test, a heatmap or a survey.';

COMMENT ON COLUMN accounts.campaigns.id IS 'Id of the campaign.';

COMMENT ON COLUMN accounts.campaigns.name IS 'Name of the campaign.';

COMMENT ON COLUMN accounts.campaigns.type IS 'Kind: `ab`, `multivariate`, `split`, `feature-rollout`, `feature-test`, `heatmap`, `survey`, `recording` or another.';

COMMENT ON COLUMN accounts.campaigns.platform IS 'Where it runs: `website`, `full-stack` or `mobile-app`.';

COMMENT ON COLUMN accounts.campaigns.status IS 'State: `NOT_STARTED`, `ACTIVE`, `RUNNING`, `PAUSED`, `STOPPED`, `ARCHIVED` or `DELETED`.';

COMMENT ON COLUMN accounts.campaigns.is_deleted IS 'Whether it is deleted; the live API lists deleted campaigns too.';

COMMENT ON COLUMN accounts.campaigns.is_approval_pending IS 'Whether it waits for approval.';

COMMENT ON COLUMN accounts.campaigns.is_bayesian IS 'Whether its statistics are Bayesian.';

COMMENT ON COLUMN accounts.campaigns.primary_goal IS 'Id of the goal that matters most.';

COMMENT ON COLUMN accounts.campaigns.goals IS 'Goals, in `partialCollection`: `id`, `name`, `type`, `isPrimary` and `averageData` of each.';

COMMENT ON COLUMN accounts.campaigns.variations IS 'Variations, in `partialCollection`.';

COMMENT ON COLUMN accounts.campaigns.labels IS 'Labels that it carries: `id` and `name` of each.';

COMMENT ON COLUMN accounts.campaigns.page_group_config IS 'Pages that it runs on: `include`, `exclude` and `editorUrl`.';

COMMENT ON COLUMN accounts.campaigns.stats IS 'Settings of its statistics; rates such as `expectedConversionRate` are text.';

COMMENT ON COLUMN accounts.campaigns.campaign_group IS 'Groups of campaigns that it is in.';

COMMENT ON COLUMN accounts.campaigns.associated_campaign IS 'Campaigns that it is associated with.';

COMMENT ON COLUMN accounts.campaigns.created_by IS 'Who created it: `id`, `name` and `imageUrl` of the user.';

COMMENT ON COLUMN accounts.campaigns.created_on IS 'When the campaign was created; an edit does not move it.';

COMMENT ON COLUMN accounts.campaigns._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.campaigns._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.campaigns._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.campaigns._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.campaigns._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE VIEW accounts.campaign_goals AS
 SELECT c.id AS campaign_id,
    (goal.value ->> 'id'::text) AS goal_id,
    (goal.value ->> 'name'::text) AS name,
    (goal.value ->> 'type'::text) AS type,
        CASE
            WHEN (jsonb_typeof((goal.value -> 'isPrimary'::text)) = 'boolean'::text) THEN ((goal.value ->> 'isPrimary'::text))::boolean
            ELSE NULL::boolean
        END AS is_primary,
    goal.value AS data
   FROM (accounts.campaigns c
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof((c.goals -> 'partialCollection'::text)) = 'array'::text) THEN (c.goals -> 'partialCollection'::text)
            ELSE '[]'::jsonb
        END) goal(value))
  WHERE (c._deleted_at IS NULL);

COMMENT ON VIEW accounts.campaign_goals IS 'One row for each goal of a campaign.';

CREATE VIEW accounts.campaign_labels AS
 SELECT c.id AS campaign_id,
    (label.value ->> 'id'::text) AS label_id,
    (label.value ->> 'name'::text) AS name
   FROM (accounts.campaigns c
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof(c.labels) = 'array'::text) THEN c.labels
            ELSE '[]'::jsonb
        END) label(value))
  WHERE (c._deleted_at IS NULL);

COMMENT ON VIEW accounts.campaign_labels IS 'One row for each label of a campaign.';

CREATE VIEW accounts.campaign_variations AS
 SELECT c.id AS campaign_id,
    (variation.value ->> 'id'::text) AS variation_id,
    (variation.value ->> 'name'::text) AS name,
    variation.value AS data
   FROM (accounts.campaigns c
     CROSS JOIN LATERAL jsonb_array_elements(
        CASE
            WHEN (jsonb_typeof((c.variations -> 'partialCollection'::text)) = 'array'::text) THEN (c.variations -> 'partialCollection'::text)
            ELSE '[]'::jsonb
        END) variation(value))
  WHERE (c._deleted_at IS NULL);

COMMENT ON VIEW accounts.campaign_variations IS 'One row for each variation of a campaign.';

CREATE TABLE accounts.custom_widgets (
    id bigint NOT NULL,
    name text,
    type text,
    description text,
    created_by text,
    created_at timestamp with time zone,
    updated_at timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.custom_widgets IS 'A custom widget, which the vendor''s path calls a changeset.';

COMMENT ON COLUMN accounts.custom_widgets.id IS 'Id of the widget.';

COMMENT ON COLUMN accounts.custom_widgets.name IS 'Name of the widget.';

COMMENT ON COLUMN accounts.custom_widgets.type IS 'Kind of widget.';

COMMENT ON COLUMN accounts.custom_widgets.description IS 'Description of the widget.';

COMMENT ON COLUMN accounts.custom_widgets.created_by IS 'Who created it, as text.';

COMMENT ON COLUMN accounts.custom_widgets.created_at IS 'When the widget was created.';

COMMENT ON COLUMN accounts.custom_widgets.updated_at IS 'When the widget was last edited.';

COMMENT ON COLUMN accounts.custom_widgets._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.custom_widgets._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.custom_widgets._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.custom_widgets._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.custom_widgets._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.integrations (
    uid text NOT NULL,
    clicktale jsonb,
    ga jsonb,
    is_ga_premium boolean,
    ua jsonb,
    gtm jsonb,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.integrations IS 'The account''s links to other tools; a tool without a column here is in `_extra`.';

COMMENT ON COLUMN accounts.integrations.uid IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN accounts.integrations.clicktale IS 'Clicktale: `enabled`.';

COMMENT ON COLUMN accounts.integrations.ga IS 'Google Analytics: `enabled`, `prefix` and `slot`.';

COMMENT ON COLUMN accounts.integrations.is_ga_premium IS 'Whether Google Analytics is the premium edition.';

COMMENT ON COLUMN accounts.integrations.ua IS 'Universal Analytics: `enabled`, `prefix` and `dimension`.';

COMMENT ON COLUMN accounts.integrations.gtm IS 'Google Tag Manager: `enabled`.';

COMMENT ON COLUMN accounts.integrations._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.integrations._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.integrations._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.integrations._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.integrations._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.labels (
    id bigint NOT NULL,
    name text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.labels IS 'A label that a campaign can carry.';

COMMENT ON COLUMN accounts.labels.id IS 'Id of the label.';

COMMENT ON COLUMN accounts.labels.name IS 'Name of the label.';

COMMENT ON COLUMN accounts.labels._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.labels._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.labels._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.labels._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.labels._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.smartcode (
    uid text NOT NULL,
    async text,
    sync text,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.smartcode IS 'The code that a website includes to take part in the account''s campaigns.';

COMMENT ON COLUMN accounts.smartcode.uid IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN accounts.smartcode.async IS 'The code that loads asynchronously, as HTML.';

COMMENT ON COLUMN accounts.smartcode.sync IS 'The code that loads synchronously, as HTML.';

COMMENT ON COLUMN accounts.smartcode._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.smartcode._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.smartcode._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.smartcode._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.smartcode._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.thresholds (
    uid text NOT NULL,
    visitors bigint,
    winning_percent double precision,
    losing_percent double precision,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.thresholds IS 'The thresholds from which on a variation counts as winning or losing.';

COMMENT ON COLUMN accounts.thresholds.uid IS 'Documented as the key; the live API sends none, and `singleton` stands in.';

COMMENT ON COLUMN accounts.thresholds.visitors IS 'Threshold of visitors, a count.';

COMMENT ON COLUMN accounts.thresholds.winning_percent IS 'Threshold of winning, in percent.';

COMMENT ON COLUMN accounts.thresholds.losing_percent IS 'Threshold of losing, in percent.';

COMMENT ON COLUMN accounts.thresholds._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.thresholds._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.thresholds._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.thresholds._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.thresholds._extra IS 'Fields without a column, and values that do not fit theirs.';

CREATE TABLE accounts.users (
    id bigint NOT NULL,
    name text,
    email text,
    account bigint,
    permission text,
    title text,
    department text,
    phone text,
    country text,
    created_on timestamp with time zone,
    last_login timestamp with time zone,
    _run_id bigint NOT NULL,
    _first_seen_at timestamp with time zone NOT NULL,
    _last_changed_at timestamp with time zone NOT NULL,
    _deleted_at timestamp with time zone,
    _extra jsonb
);

COMMENT ON TABLE accounts.users IS 'A user of the account.';

COMMENT ON COLUMN accounts.users.id IS 'Id of the user.';

COMMENT ON COLUMN accounts.users.name IS 'Name of the user.';

COMMENT ON COLUMN accounts.users.email IS 'Email address of the user.';

COMMENT ON COLUMN accounts.users.account IS 'Id of the account that the user belongs to.';

COMMENT ON COLUMN accounts.users.permission IS 'What the user may do, such as `admin`.';

COMMENT ON COLUMN accounts.users.title IS 'Title of the user.';

COMMENT ON COLUMN accounts.users.department IS 'Department of the user.';

COMMENT ON COLUMN accounts.users.phone IS 'Phone number of the user.';

COMMENT ON COLUMN accounts.users.country IS 'Country of the user.';

COMMENT ON COLUMN accounts.users.created_on IS 'When the user was created; an edit does not move it.';

COMMENT ON COLUMN accounts.users.last_login IS 'When the user last logged in.';

COMMENT ON COLUMN accounts.users._run_id IS 'The run that last wrote the row.';

COMMENT ON COLUMN accounts.users._first_seen_at IS 'When the row was first seen.';

COMMENT ON COLUMN accounts.users._last_changed_at IS 'When a value of the row last changed.';

COMMENT ON COLUMN accounts.users._deleted_at IS 'When a complete walk no longer found the row, whose values stay.';

COMMENT ON COLUMN accounts.users._extra IS 'Fields without a column, and values that do not fit theirs.';

INSERT INTO accounts._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:58.453803+00', true, '\x30cee0a940e2872cfdce3a0d7aed42e8be51173a592164b75dbc7607fe4e94e355879dc2785341d2a7ec25ef34a35bb6', 11026201),
	(2, 'views', '2026-11-29 13:25:58.453803+00', true, '\xf4524f6d7c9cdc2dc93139e4e8e0e70264f8a0fcacb8d48750731ddd150dc61d906350d754fb2bcc769ba5de0c6ab30e', 3212900);

INSERT INTO accounts.accounts VALUES
	(9007199254740993, NULL, NULL, NULL, NULL, '2023-11-14 22:13:20+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(115, '例の会社', false, false, NULL, '2023-11-14 22:13:21+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(111, 'changed', true, true, true, '2020-09-13 12:26:40+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(1000111, 'changed', true, true, true, '2020-09-13 12:26:40+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(113, 'changed', NULL, NULL, NULL, '2022-04-15 05:20:00+00', 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL),
	(112, 'Café "Zum Beispiel" 🧪', false, true, false, '2021-02-03 09:47:58+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL);

INSERT INTO accounts.accounts_feeds VALUES
	('2', NULL, NULL, NULL, NULL, '2023-11-14 22:16:40+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('feed-0001', NULL, NULL, 'created', 'campaign', '2023-11-14 22:15:00+00', '{"id": 12, "name": "Landing page"}', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('feed-0000', NULL, NULL, NULL, NULL, '2020-09-13 12:26:40+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	('feed-0005', 'changed', '{"id": 7, "name": "Ada Example", "imageUrl": "https://example.com/images/ada.png"}', 'started', 'campaign', '2023-11-14 22:21:40+00', '{"id": 9007199254740993, "name": "Checkout: \"Buy now\" against \"Order\"", "type": "ab", "goalId": null, "platform": "website", "appPlatform": null}', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('feed-0005new', 'changed', '{"id": 7, "name": "Ada Example", "imageUrl": "https://example.com/images/ada.png"}', 'started', 'campaign', '2023-11-14 22:21:40+00', '{"id": 9007199254740993, "name": "Checkout: \"Buy now\" against \"Order\"", "type": "ab", "goalId": null, "platform": "website", "appPlatform": null}', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	('feed-0004', 'goal', '{"id": 8, "name": "Béla Példa", "imageUrl": null}', 'created', 'goal', '2023-11-14 22:20:00+00', '{"id": 13, "name": "Onboarding, mobile", "type": "feature-test", "goalId": 9007199254740995, "platform": "mobile-app", "appPlatform": "android"}', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL),
	('feed-0003', 'changed', '{"id": 7, "name": "Ada Example", "imageUrl": "https://example.com/images/ada.png"}', 'invited', 'user', '2023-11-14 22:18:20+00', NULL, 3, '2025-06-15 15:06:40+00', '2025-06-15 15:10:00+00', NULL, NULL);

INSERT INTO accounts.campaigns VALUES
	(13, 'Onboarding, mobile', 'feature-test', 'mobile-app', 'NOT_STARTED', false, NULL, NULL, 22, '{"offset": 0, "totalCount": 1, "partialCollection": [{"id": 22, "name": null, "type": "custom", "isPrimary": true}]}', NULL, NULL, NULL, NULL, '[{"id": 1, "name": "Onboarding"}, 2]', NULL, NULL, '2023-09-18 01:20:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(14, 'Исследование: 100 % de réussite 🎯
Première étape — une longue description dans le nom, parce que rien n''empêche un auteur d''y écrire tout ce qu''il pense de sa campagne: le public visé, la durée prévue, l''hypothèse de départ, le nom de la personne qui l''a proposée, et la raison pour laquelle la précédente n''a pas abouti.', 'survey', 'website', 'ARCHIVED', false, NULL, NULL, NULL, NULL, NULL, '[{"id": 4, "name": "Priorität: hoch"}]', NULL, NULL, NULL, NULL, NULL, '2022-04-15 05:25:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(15, NULL, NULL, NULL, 'DELETED', true, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2021-02-03 09:50:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(16, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2021-02-03 09:51:40+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(17, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2021-02-03 09:53:20+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(9007199254740993, 'changed', 'ab', 'website', 'RUNNING', false, false, true, 9007199254740995, '{"offset": 0, "totalCount": 2, "partialCollection": [{"id": 9007199254740995, "name": "Order placed", "type": "visitPage", "isPrimary": true, "averageData": [0.125, 12, null]}, {"id": 21, "name": "Basket opened", "type": "clickElement", "isPrimary": false, "averageData": []}]}', '{"totalCount": 2, "partialCollection": [{"id": 1, "name": "Control", "isControl": true, "percentSplit": 50}, {"id": 2, "name": "Variation-1: “Order”", "isControl": false, "percentSplit": 50}]}', '[{"id": 3, "name": "checkout"}, {"id": 4, "name": "Priorität: hoch"}]', '{"exclude": [], "include": [{"id": "page-1", "operator": 5, "rOperandValue": "^https:\\/\\/www\\.example\\.com\\/checkout(\\?.*)?$", "configurations": {"caseInsensitive": true, "ignoreOnlyHashFrag": true, "ignoreOnlyQueryParams": false}, "queryElementType": "url"}, null], "editorUrl": ["https://www.example.com/checkout", null]}', '{"delayDecision": false, "reportingView": 1, "testingApproach": "sequential", "reportingVersion": 2, "peekingCorrection": true, "thresholdOfCaring": "0.75", "multipleCorrection": true, "expectedDailyVisitors": 1250, "expectedConversionRate": "2.50", "expectedImprovementRate": "10", "expectedRevenuePerVisitor": "0.75", "pauseCampaignAfterFinalDay": false}', '[]', '[{"id": 12, "name": "Landing page"}]', '{"id": 7, "name": "Ada Example", "imageUrl": "https://example.com/images/ada.png"}', '2023-11-14 22:14:50+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(9007199255740993, 'changed', 'ab', 'website', 'RUNNING', false, false, true, 9007199254740995, '{"offset": 0, "totalCount": 2, "partialCollection": [{"id": 9007199254740995, "name": "Order placed", "type": "visitPage", "isPrimary": true, "averageData": [0.125, 12, null]}, {"id": 21, "name": "Basket opened", "type": "clickElement", "isPrimary": false, "averageData": []}]}', '{"totalCount": 2, "partialCollection": [{"id": 1, "name": "Control", "isControl": true, "percentSplit": 50}, {"id": 2, "name": "Variation-1: “Order”", "isControl": false, "percentSplit": 50}]}', '[{"id": 3, "name": "checkout"}, {"id": 4, "name": "Priorität: hoch"}]', '{"exclude": [], "include": [{"id": "page-1", "operator": 5, "rOperandValue": "^https:\\/\\/www\\.example\\.com\\/checkout(\\?.*)?$", "configurations": {"caseInsensitive": true, "ignoreOnlyHashFrag": true, "ignoreOnlyQueryParams": false}, "queryElementType": "url"}, null], "editorUrl": ["https://www.example.com/checkout", null]}', '{"delayDecision": false, "reportingView": 1, "testingApproach": "sequential", "reportingVersion": 2, "peekingCorrection": true, "thresholdOfCaring": "0.75", "multipleCorrection": true, "expectedDailyVisitors": 1250, "expectedConversionRate": "2.50", "expectedImprovementRate": "10", "expectedRevenuePerVisitor": "0.75", "pauseCampaignAfterFinalDay": false}', '[]', '[{"id": 12, "name": "Landing page"}]', '{"id": 7, "name": "Ada Example", "imageUrl": "https://example.com/images/ada.png"}', '2023-11-14 22:14:50+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(12, 'Landing page', 'split', 'website', 'PAUSED', false, true, false, NULL, '{"offset": 0, "totalCount": 0, "partialCollection": []}', '{"totalCount": 0, "partialCollection": {}}', '[]', NULL, '{"expectedDailyVisitors": null, "expectedConversionRate": null}', NULL, NULL, '{"id": 8, "name": "Béla Példa", "imageUrl": ""}', '2023-07-22 04:26:40+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO accounts.custom_widgets VALUES
	(9007199254740999, NULL, NULL, NULL, NULL, NULL, '2023-07-22 04:30:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(8, NULL, NULL, NULL, 'Béla Példa', '2022-04-15 05:20:00+00', '2022-04-15 05:20:00+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(9, 'C:\widgets\new', 'widget', '', 'O''Example, Cleo', '2022-04-15 05:26:40+00', '2022-04-15 05:28:20+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(5, 'changed', 'widget', 'Counts down to the end of a "sale".

Put it above the fold; it hides itself at zero.', 'Ada Example', '2023-07-22 04:26:40+00', '2030-03-17 17:46:40+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(1000005, 'changed', 'widget', 'Counts down to the end of a "sale".

Put it above the fold; it hides itself at zero.', 'Ada Example', '2023-07-22 04:26:40+00', '2030-03-17 17:46:40+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(6, 'Bannière', 'widget', NULL, NULL, NULL, '2023-07-22 04:28:20+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO accounts.integrations VALUES
	('integrations-111', '{"enabled": false}', '{"slot": 4, "prefix": "EX \"test\"", "enabled": true}', false, '{"prefix": null, "enabled": true, "dimension": 1}', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, '{"exampleTool": {"events": ["view", "click"], "enabled": true}}');

INSERT INTO accounts.labels VALUES
	(5, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(6, NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(9007199254741001, 'it''s "quoted", with a \ and a	tab', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(3, 'changed', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(1000003, 'changed', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(4, 'Priorität: hoch', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO accounts.smartcode VALUES
	('smartcode-111', 'changed', '<script src=''https://cdn.example.com/code-sync.js?a=111&amp;s=1''></script>
<noscript>Без JavaScript кампании не работают.</noscript>
', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL);

INSERT INTO accounts.thresholds VALUES
	('thresholds-111', 100, 95, 2.5, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL);

INSERT INTO accounts.users VALUES
	(9, 'O''Example, Cleo
(on leave)', 'cleo+tests@example.com', 112, 'viewer', '', NULL, NULL, NULL, '2022-04-15 05:21:40+00', '2022-04-15 05:23:20+00', 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(9007199254740997, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2023-11-14 22:13:30+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(11, '例 太郎', 'taro@example.com', 9007199254740993, 'viewer', NULL, NULL, '+1 555 0101', NULL, '2023-11-14 22:13:40+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(12, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2023-11-14 22:13:50+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', NULL, NULL),
	(7, 'changed', 'ada@example.com', 111, 'admin', 'Head of "Examples"', 'Research', '+1 555 0100', 'Exampleland', '2020-09-13 12:28:20+00', '2023-11-14 22:30:00+00', 2, '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(1000007, 'changed', 'ada@example.com', 111, 'admin', 'Head of "Examples"', 'Research', '+1 555 0100', 'Exampleland', '2020-09-13 12:28:20+00', '2023-11-14 22:30:00+00', 2, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20+00', NULL, NULL),
	(8, 'Béla Példa', 'bela@example.com', 111, 'editor', NULL, 'Design & Développement', NULL, NULL, '2021-02-03 09:48:20+00', NULL, 1, '2025-06-15 15:06:40+00', '2025-06-15 15:06:40+00', '2025-06-15 15:08:20+00', NULL);

INSERT INTO sync._migrations VALUES
	(1, 'tables', '2026-11-29 13:25:58.402344+00', true, '\x01f7290b8b8d1d94fb6ecaff34f394c1cb5497836f081e2316cf1a51f29c8a6c13c8f54d6c390ed70eab554f49c723d8', 23058755),
	(2, 'walks', '2026-11-29 13:25:58.402344+00', true, '\x24be8601e709a3d658613ca2e8462c7c970f60b5bf55142990d2591ead65d30057b74a981823bfffe597e887088d9398', 7146831),
	(3, 'next', '2026-11-29 13:25:58.402344+00', true, '\xaaac19109c0ded30485e72b721cb49630e240592f4431cfb5d29f6925dd8a15f8724174d1f2547d050eeefed1e2975c0', 1530062),
	(4, 'bounds', '2026-11-29 13:25:58.402344+00', true, '\xe3db5771b68e5a4ed084f3d851f00c8293d942a4153439b4db622ce237262b98e43ae8edf4bf25361b726de7c467db70', 6790102),
	(5, 'unnoted', '2026-11-29 13:25:58.402344+00', true, '\x794fb4852dd05f30fc2c82bf48d637834d4587b4ea1654e3d4ca9439dc3de7bbf76fbccec6bdab8625e9d8cacc6905c0', 543297);

INSERT INTO sync.connections VALUES
	('accounts', 'accounts', 3, '31b959f5-1110-4ffa-82b4-457de5260778a50a426a-e57a-49ea-adac-cb39270b2734', '2026-11-29 13:25:58.474668+00', 'the connection accounts, account=current');

INSERT INTO sync.drift VALUES
	('accounts', 'integrations', 'exampleTool', 'unknown', 'object', 1, '2025-06-15 15:06:40+00', '{enabled: boolean, events: [string]}'),
	('accounts', 'accounts', 'a_field_of_nobody', 'unknown', 'number', 2, '2025-06-15 15:08:20+00', 'integer');

INSERT INTO sync.resources VALUES
	(1, 'accounts', 'integrations', '2025-06-15 15:06:40.196128+00', '2026-11-29 13:25:58.625949+00', 1, 1, 318, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.247549+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'smartcode', '2025-06-15 15:06:40.110096+00', '2026-11-29 13:25:58.557421+00', 1, 1, 1196, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.183036+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'labels', '2025-06-15 15:06:40.203521+00', '2026-11-29 13:25:58.608591+00', 2, 2, 272, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.234737+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'accounts_feeds', '2025-06-15 15:06:40.109978+00', '2026-11-29 13:25:58.565167+00', 2, 2, 1548, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.189982+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'accounts', '2025-06-15 15:06:40.109916+00', '2026-11-29 13:25:58.566633+00', 2, 2, 868, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.187838+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'custom_widgets', '2025-06-15 15:06:40.192494+00', '2026-11-29 13:25:58.612114+00', 2, 2, 1122, 0, 0, 5, 5, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.234489+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 5, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'campaigns', '2025-06-15 15:06:40.184878+00', '2026-11-29 13:25:58.568827+00', 2, 2, 4964, 0, 0, 7, 7, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.195539+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 7, "inserted": 7, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'thresholds', '2025-06-15 15:06:40.193944+00', '2026-11-29 13:25:58.638945+00', 1, 1, 116, 0, 0, 1, 1, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.260816+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 1, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(1, 'accounts', 'users', '2025-06-15 15:06:40.110059+00', '2026-11-29 13:25:58.576136+00', 2, 2, 1701, 0, 0, 6, 6, 0, 0, 0, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:06:40.195366+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 6, "inserted": 6, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'smartcode', '2025-06-15 15:08:20.052237+00', '2026-11-29 13:25:58.804981+00', 1, 1, 221, 0, 0, 1, 0, 1, 0, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.125644+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'users', '2025-06-15 15:08:20.052204+00', '2026-11-29 13:25:58.832934+00', 2, 2, 1273, 0, 0, 6, 1, 1, 4, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.150415+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 6, "inserted": 1, "short_ids": [], "unchanged": 4, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'custom_widgets', '2025-06-15 15:08:20.130392+00', '2026-11-29 13:25:58.836653+00', 2, 2, 988, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.158682+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'campaigns', '2025-06-15 15:08:20.128522+00', '2026-11-29 13:25:58.854821+00', 2, 2, 6039, 0, 0, 7, 1, 1, 5, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 7, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.168062+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 7, "inserted": 1, "short_ids": [], "unchanged": 5, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'accounts', '2025-06-15 15:08:20.052081+00', '2026-11-29 13:25:58.80332+00', 2, 2, 527, 0, 0, 6, 1, 1, 3, 0, 1, 'incomplete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": ["rows without a place in the table, kept in sync.quarantine: 1"], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.125686+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 0, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 1}, "number": 1}', 'look at `reason` and `raw` there; they are taken away when a whole listing comes without them', false),
	(2, 'accounts', 'accounts_feeds', '2025-06-15 15:08:20.052134+00', '2026-11-29 13:25:58.826441+00', 2, 2, 1407, 0, 0, 6, 1, 1, 4, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 6, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.146508+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 6, "inserted": 1, "short_ids": [], "unchanged": 4, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'accounts', 'campaigns', '2025-06-15 15:10:00.10241+00', '2026-11-29 13:25:59.005681+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(2, 'accounts', 'thresholds', '2025-06-15 15:08:20.151734+00', '2026-11-29 13:25:58.855549+00', 1, 1, 89, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.176692+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'integrations', '2025-06-15 15:08:20.158149+00', '2026-11-29 13:25:58.867573+00', 1, 1, 258, 0, 0, 1, 0, 0, 1, 0, 0, 'complete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {"single_page": 1}, "repeats": 0, "resumed": 0, "distinct": 1, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.185829+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 0, "distinct": 1, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', NULL, false),
	(2, 'accounts', 'labels', '2025-06-15 15:08:20.161791+00', '2026-11-29 13:25:58.879361+00', 2, 2, 213, 0, 0, 5, 1, 1, 3, 1, 0, 'complete', '{"known": 0, "pages": 2, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:08:20.203281+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 1, "distinct": 5, "inserted": 1, "short_ids": [], "unchanged": 3, "quarantined": 0}, "number": 1}', NULL, false),
	(3, 'accounts', 'smartcode', '2025-06-15 15:10:00.05264+00', '2026-11-29 13:25:59.00189+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'stopped: the requests that it may make are used up', NULL, NULL, 'run again without --full-refresh: it goes on from here', false),
	(3, 'accounts', 'custom_widgets', '2025-06-15 15:10:00.105867+00', '2026-11-29 13:25:59.006446+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'accounts', 'thresholds', '2025-06-15 15:10:00.106546+00', '2026-11-29 13:25:59.006964+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'accounts', 'integrations', '2025-06-15 15:10:00.10728+00', '2026-11-29 13:25:59.009703+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'accounts', 'labels', '2025-06-15 15:10:00.109854+00', '2026-11-29 13:25:59.010343+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'not tried: the run was stopped', NULL, NULL, NULL, false),
	(3, 'accounts', 'accounts_feeds', '2025-06-15 15:10:00.052546+00', '2026-11-29 13:25:59.016287+00', 1, 1, 519, 0, 0, 2, 0, 1, 1, 0, 0, 'incomplete', '{"known": 0, "pages": 1, "total": null, "passes": 1, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', 'stopped: the requests that it may make are used up (page `2`)', '2025-06-15 15:10:00.113755+00', '{"counts": {"fused": 0, "short": [], "deleted": 0, "repeats": 0, "updated": 1, "distinct": 0, "inserted": 0, "short_ids": [], "unchanged": 1, "quarantined": 0}, "number": 1}', 'run again without --full-refresh: it goes on from here', false),
	(3, 'accounts', 'users', '2025-06-15 15:10:00.052609+00', '2026-11-29 13:25:59.027898+00', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'skipped', '{"known": 0, "pages": 0, "total": null, "passes": 0, "endings": {}, "repeats": 0, "resumed": 0, "distinct": 0, "left_out": 0, "problems": [], "vanished": 0, "partitions": 0, "total_moved": false}', 'stopped: the requests that it may make are used up', NULL, NULL, 'run again without --full-refresh: it goes on from here', false),
	(3, 'accounts', 'accounts', '2025-06-15 15:10:00.052475+00', '2026-11-29 13:25:59.081883+00', 5, 5, 874, 0, 0, 5, 0, 1, 4, 1, 0, 'complete', '{"known": 0, "pages": 5, "total": null, "passes": 1, "endings": {"last_row": 1}, "repeats": 0, "resumed": 0, "distinct": 5, "left_out": 0, "problems": [], "vanished": 0, "partitions": 1, "total_moved": false}', NULL, '2025-06-15 15:10:00.180134+00', '{"counts": {"fused": 0, "short": [], "deleted": 1, "repeats": 0, "updated": 0, "distinct": 5, "inserted": 0, "short_ids": [], "unchanged": 0, "quarantined": 0}, "number": 5}', NULL, false);

INSERT INTO sync.runs OVERRIDING SYSTEM VALUE VALUES
	(1, 'accounts', 'accounts', 'documented', '0.1.0', '2025-06-15 15:06:40+00', '2026-11-29 13:25:58.642049+00', 'complete', '0d38f69e67b16062', NULL, false),
	(2, 'accounts', 'accounts', 'documented', '0.1.0', '2025-06-15 15:08:20+00', '2026-11-29 13:25:58.882078+00', 'incomplete', '0d38f69e67b16062', NULL, false),
	(3, 'accounts', 'accounts', 'documented', '0.1.0', '2025-06-15 15:10:00+00', '2026-11-29 13:25:59.084718+00', 'incomplete', '0d38f69e67b16062', NULL, true);

INSERT INTO sync.seen OVERRIDING SYSTEM VALUE VALUES
	('accounts', 'accounts_feeds', '[]', 3, 2, '{-1742513682515370470,2203791255178715342}');

INSERT INTO sync.state VALUES
	('accounts', 'campaigns', '[]', 2, NULL, '2023-11-14 22:14:50+00', '2025-06-15 15:08:20.164359+00', -6332667762158357305, 2, -414494526627148693, false),
	('accounts', 'labels', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.202621+00', -4671701568775868992, 2, 6845004682313667678, false),
	('accounts', 'integrations', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.18404+00', -6270621829775760150, 2, 8247923545858995815, false),
	('accounts', 'custom_widgets', '[]', 2, NULL, '2025-06-15 15:08:20+00', '2025-06-15 15:08:20.157045+00', -4096457901659209890, 2, 7649767424790232707, false),
	('accounts', 'thresholds', '[]', 2, NULL, NULL, '2025-06-15 15:08:20.174579+00', -8962674379954624726, 2, -7364275081277803897, false),
	('accounts', 'accounts', '[]', 3, NULL, '2023-11-14 22:13:21+00', '2025-06-15 15:10:00.177219+00', 3503139566334282253, 3, 3138670370617733537, false),
	('accounts', 'accounts_feeds', '[]', 3, '{"asked": 3983584251393117044, "place": {"late": false, "seam": 8655637851370299706, "total": null, "position": {"offset": 2}, "received": 2}, "cursor": 753315700000000, "repeats": 0, "rejected": 0, "first_run": 3}', NULL, '2025-06-15 15:10:00.112384+00', NULL, NULL, 9211114665231140951, false);

SELECT pg_catalog.setval('sync.quarantine_id_seq', 1, true);

SELECT pg_catalog.setval('sync.runs_run_id_seq', 3, true);

SELECT pg_catalog.setval('sync.seen_batch_seq', 5, true);

ALTER TABLE ONLY accounts._migrations
    ADD CONSTRAINT _migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY accounts.accounts_feeds
    ADD CONSTRAINT accounts_feeds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.campaigns
    ADD CONSTRAINT campaigns_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.custom_widgets
    ADD CONSTRAINT custom_widgets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.integrations
    ADD CONSTRAINT integrations_pkey PRIMARY KEY (uid);

ALTER TABLE ONLY accounts.labels
    ADD CONSTRAINT labels_pkey PRIMARY KEY (id);

ALTER TABLE ONLY accounts.smartcode
    ADD CONSTRAINT smartcode_pkey PRIMARY KEY (uid);

ALTER TABLE ONLY accounts.thresholds
    ADD CONSTRAINT thresholds_pkey PRIMARY KEY (uid);

ALTER TABLE ONLY accounts.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
