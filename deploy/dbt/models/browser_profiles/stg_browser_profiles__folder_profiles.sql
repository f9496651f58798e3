-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('browser_profiles', 'folders') }}
select
    'browser_profiles' as _connection,
    t.*
from {{ source('browser_profiles', 'folder_profiles') }} as t
