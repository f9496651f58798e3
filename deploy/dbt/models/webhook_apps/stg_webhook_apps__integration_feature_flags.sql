-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('webhook_apps', 'integrations') }}
select
    'webhook_apps' as _connection,
    t.*
from {{ source('webhook_apps', 'integration_feature_flags') }} as t
