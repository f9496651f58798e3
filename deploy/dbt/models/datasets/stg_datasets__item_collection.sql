-- Written by `vendor-connectors dbt`, which replaces it.
select
    'datasets' as _connection,
    t.dataset_id,
    t.offset,
    t.data,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('datasets', 'item_collection') }} as t
where t._deleted_at is null
