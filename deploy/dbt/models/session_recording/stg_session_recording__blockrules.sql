-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.id,
    t.blocked_ips,
    t.blocked_uas,
    t.blocked_app_ids,
    t.metadata,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'blockrules') }} as t
where t._deleted_at is null
