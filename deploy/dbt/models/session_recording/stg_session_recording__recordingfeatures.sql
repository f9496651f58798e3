-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.platform,
    t.id,
    t.enabled,
    t.console_watcher,
    t.ajax_watcher,
    t.resource_uploading,
    t.recording_shutoff,
    t.client_side_rage_click,
    t.metadata,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'recordingfeatures') }} as t
where t._deleted_at is null
