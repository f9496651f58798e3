-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('webhook_apps', 'tokens') }}
select
    'webhook_apps' as _connection,
    t.*
from {{ source('webhook_apps', 'token_scopes') }} as t
