-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('session_recording', 'session_targeting_rules') }}
select
    'session_recording' as _connection,
    t.*
from {{ source('session_recording', 'session_targeting_rule_children') }} as t
