-- Written by `vendor-connectors dbt`, which replaces it.
select
    'accounts' as _connection,
    t.id,
    t.type,
    t.who,
    t.verb,
    t.what,
    t.when,
    t.campaign,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('accounts', 'accounts_feeds') }} as t
where t._deleted_at is null
