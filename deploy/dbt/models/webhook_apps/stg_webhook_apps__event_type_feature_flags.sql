-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('webhook_apps', 'event_types') }}
select
    'webhook_apps' as _connection,
    t.*
from {{ source('webhook_apps', 'event_type_feature_flags') }} as t
