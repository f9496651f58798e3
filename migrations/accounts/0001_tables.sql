-- One table for each resource. A key is never null; any other column is where the
-- vendor sends nothing, or a value that does not fit, which is then in _extra.

create table accounts (
    id bigint not null,
    name text,
    is_main_account boolean,
    is_enabled boolean,
    is_active boolean,
    created_on timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table accounts is 'An account that the key can read.';
comment on column accounts.id is 'Id of the account.';
comment on column accounts.name is 'Name of the account.';
comment on column accounts.is_main_account is 'Whether it is the main account.';
comment on column accounts.is_enabled is 'Whether the account is enabled.';
comment on column accounts.is_active is 'Whether the account is active.';
comment on column accounts.created_on is 'When the account was created; an edit does not move it.';
comment on column accounts._run_id is 'The run that last wrote the row.';
comment on column accounts._first_seen_at is 'When the row was first seen.';
comment on column accounts._last_changed_at is 'When a value of the row last changed.';
comment on column accounts._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column accounts._extra is 'Fields without a column, and values that do not fit theirs.';

create table accounts_feeds (
    id text not null,
    type text,
    who jsonb,
    verb text,
    what text,
    "when" timestamptz,
    campaign jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table accounts_feeds is 'Something that was done in the account.';
comment on column accounts_feeds.id is 'Id of what was done; text, where all other ids are numbers.';
comment on column accounts_feeds.type is 'Kind of the feed''s item, such as `campaign`.';
comment on column accounts_feeds.who is 'Who did it: `id`, `name` and `imageUrl` of the user.';
comment on column accounts_feeds.verb is 'What was done, such as `created`.';
comment on column accounts_feeds.what is 'What it was done to, such as `campaign`.';
comment on column accounts_feeds."when" is 'When it was done.';
comment on column accounts_feeds.campaign is 'Campaign concerned: `id`, `name`, `type`, `platform`, `appPlatform` and `goalId`.';
comment on column accounts_feeds._run_id is 'The run that last wrote the row.';
comment on column accounts_feeds._first_seen_at is 'When the row was first seen.';
comment on column accounts_feeds._last_changed_at is 'When a value of the row last changed.';
comment on column accounts_feeds._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column accounts_feeds._extra is 'Fields without a column, and values that do not fit theirs.';

create table users (
    id bigint not null,
    name text,
    email text,
    account bigint,
    permission text,
    title text,
    department text,
    phone text,
    country text,
    created_on timestamptz,
    last_login timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table users is 'A user of the account.';
comment on column users.id is 'Id of the user.';
comment on column users.name is 'Name of the user.';
comment on column users.email is 'Email address of the user.';
comment on column users.account is 'Id of the account that the user belongs to.';
comment on column users.permission is 'What the user may do, such as `admin`.';
comment on column users.title is 'Title of the user.';
comment on column users.department is 'Department of the user.';
comment on column users.phone is 'Phone number of the user.';
comment on column users.country is 'Country of the user.';
comment on column users.created_on is 'When the user was created; an edit does not move it.';
comment on column users.last_login is 'When the user last logged in.';
comment on column users._run_id is 'The run that last wrote the row.';
comment on column users._first_seen_at is 'When the row was first seen.';
comment on column users._last_changed_at is 'When a value of the row last changed.';
comment on column users._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column users._extra is 'Fields without a column, and values that do not fit theirs.';

create table smartcode (
    uid text not null,
    async text,
    sync text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uid)
);

comment on table smartcode is 'The code that a website includes to take part in the account''s campaigns.';
comment on column smartcode.uid is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column smartcode.async is 'The code that loads asynchronously, as HTML.';
comment on column smartcode.sync is 'The code that loads synchronously, as HTML.';
comment on column smartcode._run_id is 'The run that last wrote the row.';
comment on column smartcode._first_seen_at is 'When the row was first seen.';
comment on column smartcode._last_changed_at is 'When a value of the row last changed.';
comment on column smartcode._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column smartcode._extra is 'Fields without a column, and values that do not fit theirs.';

create table campaigns (
    id bigint not null,
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
    created_on timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table campaigns is 'A campaign, such as a test, a heatmap or a survey.';
comment on column campaigns.id is 'Id of the campaign.';
comment on column campaigns.name is 'Name of the campaign.';
comment on column campaigns.type is 'Kind: `ab`, `multivariate`, `split`, `feature-rollout`, `feature-test`, `heatmap`, `survey`, `recording` or another.';
comment on column campaigns.platform is 'Where it runs: `website`, `full-stack` or `mobile-app`.';
comment on column campaigns.status is 'State: `NOT_STARTED`, `ACTIVE`, `RUNNING`, `PAUSED`, `STOPPED`, `ARCHIVED` or `DELETED`.';
comment on column campaigns.is_deleted is 'Whether it is deleted; the live API lists deleted campaigns too.';
comment on column campaigns.is_approval_pending is 'Whether it waits for approval.';
comment on column campaigns.is_bayesian is 'Whether its statistics are Bayesian.';
comment on column campaigns.primary_goal is 'Id of the goal that matters most.';
comment on column campaigns.goals is 'Goals, in `partialCollection`: `id`, `name`, `type`, `isPrimary` and `averageData` of each.';
comment on column campaigns.variations is 'Variations, in `partialCollection`.';
comment on column campaigns.labels is 'Labels that it carries: `id` and `name` of each.';
comment on column campaigns.page_group_config is 'Pages that it runs on: `include`, `exclude` and `editorUrl`.';
comment on column campaigns.stats is 'Settings of its statistics; rates such as `expectedConversionRate` are text.';
comment on column campaigns.campaign_group is 'Groups of campaigns that it is in.';
comment on column campaigns.associated_campaign is 'Campaigns that it is associated with.';
comment on column campaigns.created_by is 'Who created it: `id`, `name` and `imageUrl` of the user.';
comment on column campaigns.created_on is 'When the campaign was created; an edit does not move it.';
comment on column campaigns._run_id is 'The run that last wrote the row.';
comment on column campaigns._first_seen_at is 'When the row was first seen.';
comment on column campaigns._last_changed_at is 'When a value of the row last changed.';
comment on column campaigns._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column campaigns._extra is 'Fields without a column, and values that do not fit theirs.';

create table custom_widgets (
    id bigint not null,
    name text,
    type text,
    description text,
    created_by text,
    created_at timestamptz,
    updated_at timestamptz,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table custom_widgets is 'A custom widget, which the vendor''s path calls a changeset.';
comment on column custom_widgets.id is 'Id of the widget.';
comment on column custom_widgets.name is 'Name of the widget.';
comment on column custom_widgets.type is 'Kind of widget.';
comment on column custom_widgets.description is 'Description of the widget.';
comment on column custom_widgets.created_by is 'Who created it, as text.';
comment on column custom_widgets.created_at is 'When the widget was created.';
comment on column custom_widgets.updated_at is 'When the widget was last edited.';
comment on column custom_widgets._run_id is 'The run that last wrote the row.';
comment on column custom_widgets._first_seen_at is 'When the row was first seen.';
comment on column custom_widgets._last_changed_at is 'When a value of the row last changed.';
comment on column custom_widgets._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column custom_widgets._extra is 'Fields without a column, and values that do not fit theirs.';

create table thresholds (
    uid text not null,
    visitors bigint,
    winning_percent double precision,
    losing_percent double precision,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uid)
);

comment on table thresholds is 'The thresholds from which on a variation counts as winning or losing.';
comment on column thresholds.uid is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column thresholds.visitors is 'Threshold of visitors, a count.';
comment on column thresholds.winning_percent is 'Threshold of winning, in percent.';
comment on column thresholds.losing_percent is 'Threshold of losing, in percent.';
comment on column thresholds._run_id is 'The run that last wrote the row.';
comment on column thresholds._first_seen_at is 'When the row was first seen.';
comment on column thresholds._last_changed_at is 'When a value of the row last changed.';
comment on column thresholds._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column thresholds._extra is 'Fields without a column, and values that do not fit theirs.';

create table integrations (
    uid text not null,
    clicktale jsonb,
    ga jsonb,
    is_ga_premium boolean,
    ua jsonb,
    gtm jsonb,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (uid)
);

comment on table integrations is 'The account''s links to other tools; a tool without a column here is in `_extra`.';
comment on column integrations.uid is 'Documented as the key; the live API sends none, and `singleton` stands in.';
comment on column integrations.clicktale is 'Clicktale: `enabled`.';
comment on column integrations.ga is 'Google Analytics: `enabled`, `prefix` and `slot`.';
comment on column integrations.is_ga_premium is 'Whether Google Analytics is the premium edition.';
comment on column integrations.ua is 'Universal Analytics: `enabled`, `prefix` and `dimension`.';
comment on column integrations.gtm is 'Google Tag Manager: `enabled`.';
comment on column integrations._run_id is 'The run that last wrote the row.';
comment on column integrations._first_seen_at is 'When the row was first seen.';
comment on column integrations._last_changed_at is 'When a value of the row last changed.';
comment on column integrations._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column integrations._extra is 'Fields without a column, and values that do not fit theirs.';

create table labels (
    id bigint not null,
    name text,
    _run_id bigint not null,
    _first_seen_at timestamptz not null,
    _last_changed_at timestamptz not null,
    _deleted_at timestamptz,
    _extra jsonb,
    primary key (id)
);

comment on table labels is 'A label that a campaign can carry.';
comment on column labels.id is 'Id of the label.';
comment on column labels.name is 'Name of the label.';
comment on column labels._run_id is 'The run that last wrote the row.';
comment on column labels._first_seen_at is 'When the row was first seen.';
comment on column labels._last_changed_at is 'When a value of the row last changed.';
comment on column labels._deleted_at is 'When a complete walk no longer found the row, whose values stay.';
comment on column labels._extra is 'Fields without a column, and values that do not fit theirs.';
