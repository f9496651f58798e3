-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t.id,
    t.name,
    t.shared,
    t.order,
    t.associated_profiles,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'folders') }} as t
where t._deleted_at is null
