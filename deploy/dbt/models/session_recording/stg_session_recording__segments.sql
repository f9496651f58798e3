-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.id,
    t.name,
    t.creator,
    t.created,
    t.url,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'segments') }} as t
where t._deleted_at is null
