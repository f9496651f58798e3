-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('webhook_apps', 'endpoints') }}
select
    'webhook_apps' as _connection,
    t.*
from {{ source('webhook_apps', 'endpoint_event_types') }} as t
