-- Written by `vendor-connectors dbt`, which replaces it.
select
    'datasets' as _connection,
    t.dataset_id,
    t.offset,
    t.url,
    t.crawl,
    t.metadata,
    t.screenshot_url,
    t.text,
    t.markdown,
    t._run_id,
    t._first_seen_at,
    t._last_changed_at,
    t._extra
from {{ source('datasets', 'item_collection_website_content_crawler') }} as t
where t._deleted_at is null
