-- Written by `vendor-connectors dbt`, which replaces it.
select
    'webhook_apps' as _connection,
    t.src_id,
    t.id,
    t.uid,
    t.url,
    t.description,
    t.disabled,
    t.metadata,
    t.throttle_rate,
    t.rate_limit,
    t.created_at,
    t.updated_at,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('webhook_apps', 'ingest_source_endpoint') }} as t
where t._deleted_at is null
