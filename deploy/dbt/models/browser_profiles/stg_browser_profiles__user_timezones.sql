-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t.uuid,
    t.ip,
    t.country,
    t.state_prov,
    t.city,
    t.timezone,
    t.languages,
    t.ll,
    t.accuracy,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'user_timezones') }} as t
where t._deleted_at is null
