-- Written by `vendor-connectors dbt`, which replaces it.
select
    'session_recording' as _connection,
    t.platform,
    t.id,
    t.only_record_known_domains,
    t.domains,
    t.metadata,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('session_recording', 'domainsettings') }} as t
where t._deleted_at is null
