-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.id,
    t.name,
    t.email,
    t.account,
    t.permission,
    t.title,
    t.department,
    t.phone,
    t.country,
    t.created_on,
    t.last_login,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'users') }} as t
where t._deleted_at is null
