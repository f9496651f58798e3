-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.event_name,
    t.display_name,
    t.has_subcategories,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'event_defs') }} as t
where t._deleted_at is null
