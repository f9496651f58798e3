-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t._id,
    t.email,
    t.google_client_id,
    t.is_correctly_registered,
    t.profiles,
    t.plan,
    t.payment,
    t.shares,
    t.team,
    t.quiz,
    t.sharing_took_ms,
    t.created_at,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'user_metadata') }} as t
where t._deleted_at is null
