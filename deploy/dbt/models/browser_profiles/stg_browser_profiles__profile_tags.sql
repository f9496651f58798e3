-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('browser_profiles', 'profiles') }}
select
    'browser_profiles' as _connection,
    t.*
from {{ source('browser_profiles', 'profile_tags') }} as t
