-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('datasets', 'dataset') }}
select
    'datasets' as _connection,
    t.*
from {{ source('datasets', 'dataset_fields') }} as t
