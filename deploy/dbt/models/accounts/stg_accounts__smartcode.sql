-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.uid,
    t.async,
    t.sync,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'smartcode') }} as t
where t._deleted_at is null
