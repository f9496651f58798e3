-- Written by `vendor-connectors dbt`, which replaces it.
-- depends_on: {{ source('session_recording', 'webhooks') }}
select
    'session_recording' as _connection,
    t.*
from {{ source('session_recording', 'webhook_event_types') }} as t
