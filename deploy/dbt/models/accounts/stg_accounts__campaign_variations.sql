-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('accounts', 'campaigns') }}
select
    'accounts' as _connection,
    t.*
from {{ source('accounts', 'campaign_variations') }} as t
