-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.id,
    t.type,
    t.state,
    t.step,
    t.estimate_pct_complete,
    t.details,
    t.results,
    t.error_details,
    t.created_at,
    t.finished_at,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'operations') }} as t
where t._deleted_at is null
