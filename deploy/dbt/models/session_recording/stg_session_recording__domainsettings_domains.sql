-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('session_recording', 'domainsettings') }}
select
    'session_recording' as _connection,
    t.*
from {{ source('session_recording', 'domainsettings_domains') }} as t
