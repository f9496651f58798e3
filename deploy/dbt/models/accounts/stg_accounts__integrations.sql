-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.uid,
    t.clicktale,
    t.ga,
    t.is_ga_premium,
    t.ua,
    t.gtm,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'integrations') }} as t
where t._deleted_at is null
