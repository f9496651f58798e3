-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.id,
    t.notes,
    t.scope,
    t.conditions,
    t.children,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'session_targeting_rules') }} as t
where t._deleted_at is null
