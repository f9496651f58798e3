-- Written by `vendor-connectors dbt`, which replaces it.
select
    'webhook_apps' as _connection,
    t.id,
    t.name,
    t.censored_token,
    t.scopes,
    t.expires_at,
    t.created_at,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('webhook_apps', 'tokens') }} as t
where t._deleted_at is null
