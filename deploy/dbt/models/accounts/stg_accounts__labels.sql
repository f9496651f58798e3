-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.id,
    t.name,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'labels') }} as t
where t._deleted_at is null
