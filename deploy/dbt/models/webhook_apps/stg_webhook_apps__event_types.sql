-- Written by `vendor-connectors dbt`, which replaces it.
select
    'webhook_apps' as _connection,
    t.uuid,
    t.name,
    t.description,
    t.group_name,
    t.archived,
    t.deprecated,
    t.feature_flag,
    t.feature_flags,
    t.schemas,
    t.created_at,
    t.updated_at,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('webhook_apps', 'event_types') }} as t
where t._deleted_at is null
