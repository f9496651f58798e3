-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.id,
    t.name,
    t.type,
    t.platform,
    t.status,
    t.is_deleted,
    t.is_approval_pending,
    t.is_bayesian,
    t.primary_url,
    t.urls,
    t.primary_goal,
    t.goals,
    t.variations,
    t.labels,
    t.page_group_config,
    t.stats,
    t.campaign_group,
    t.associated_campaign,
    t.created_by,
    t.created_on,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'campaigns') }} as t
where t._deleted_at is null
