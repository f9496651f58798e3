-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.id,
    t.name,
    t.is_main_account,
    t.is_enabled,
    t.is_active,
    t.created_on,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'accounts') }} as t
where t._deleted_at is null
