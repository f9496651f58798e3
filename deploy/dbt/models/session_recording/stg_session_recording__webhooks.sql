-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.id,
    t.url,
    t.enabled,
    t.event_types,
    t.created,
    t.modified,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'webhooks') }} as t
where t._deleted_at is null
