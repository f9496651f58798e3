-- Written by `vendor-connectors dbt`, which replaces it.
select
    'datasets' as _connection,
    t.id,
    t.name,
    t.user_id,
    t.username,
    t.created_at,
    t.modified_at,
    t.accessed_at,
    t.item_count,
    t.clean_item_count,
    t.act_id,
    t.act_run_id,
    t.title,
    t.schema,
    t.stats,
    t.fields,
    t.general_access,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('datasets', 'dataset_collection') }} as t
where t._deleted_at is null
