-- Written by `vendor-connectors dbt`, which replaces it.
select
    'browser_profiles' as _connection,
    t.br_id,
    t.uuid,
    t.domain,
    t.path,
    t.name,
    t.value,
    t.partition_key,
    t.url,
    t.same_site,
    t.secure,
    t.http_only,
    t.host_only,
    t.session,
    t.expiration_date,
    t.creation_date,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('browser_profiles', 'browser_cookies') }} as t
where t._deleted_at is null
