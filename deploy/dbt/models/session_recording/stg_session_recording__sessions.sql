-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.uid,
    t.user_id,
    t.session_id,
    t.created_time,
    t.fs_url,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'sessions') }} as t
where t._deleted_at is null
