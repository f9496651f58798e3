-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t.br_id,
    t.id,
    t.size,
    t.last_modified,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'browser_history') }} as t
where t._deleted_at is null
