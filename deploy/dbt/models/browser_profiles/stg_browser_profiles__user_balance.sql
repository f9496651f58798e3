-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t.uuid,
    t.available,
    t.total_earned,
    t.total_withdraw,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'user_balance') }} as t
where t._deleted_at is null
