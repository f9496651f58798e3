-- One view for each list in a column, with a row for each of its elements.
-- A value that is no list has no rows, and neither has a row that was deleted.

create view event_type_feature_flags as
select e.uuid as event_type_uuid, e.name as event_type, f.feature_flag
from event_types as e
cross join lateral (
    select jsonb_array_elements_text(case when jsonb_typeof(e.feature_flags) = 'array' then e.feature_flags else '[]' end)
    union
    select e.feature_flag where e.feature_flag is not null
) as f (feature_flag)
where e._deleted_at is null;

comment on view event_type_feature_flags is 'A feature flag of an event type, from the list or from the one flag before it.';

create view token_scopes as
select t.id as token_id, s.scope
from tokens as t
cross join lateral jsonb_array_elements_text(case when jsonb_typeof(t.scopes) = 'array' then t.scopes else '[]' end) as s (scope)
where t._deleted_at is null;

comment on view token_scopes is 'A scope of a token; a token without a list has no row.';

create view endpoint_event_types as
select e.app_id, e.id as endpoint_id, t.event_type
from endpoints as e
cross join lateral (
    select jsonb_array_elements_text(case when jsonb_typeof(e.event_types) = 'array' then e.event_types else '[]' end)
    union
    select jsonb_array_elements_text(case when jsonb_typeof(e.filter_types) = 'array' then e.filter_types else '[]' end)
) as t (event_type)
where e._deleted_at is null;

comment on view endpoint_event_types is 'The name of an event type that an endpoint is sent, from the list under either name; an endpoint without a list has no row.';

create view endpoint_channels as
select e.app_id, e.id as endpoint_id, c.channel
from endpoints as e
cross join lateral jsonb_array_elements_text(case when jsonb_typeof(e.channels) = 'array' then e.channels else '[]' end) as c (channel)
where e._deleted_at is null;

comment on view endpoint_channels is 'A channel that an endpoint listens to; an endpoint without a list has no row.';

create view integration_feature_flags as
select i.app_id, i.id as integration_id, f.feature_flag
from integrations as i
cross join lateral jsonb_array_elements_text(case when jsonb_typeof(i.feature_flags) = 'array' then i.feature_flags else '[]' end) as f (feature_flag)
where i._deleted_at is null;

comment on view integration_feature_flags is 'A feature flag of an integration.';

create view webhook_endpoint_event_types as
select e.id as webhook_endpoint_id, t.event_type
from webhook_endpoint as e
cross join lateral (
    select jsonb_array_elements_text(case when jsonb_typeof(e.event_types) = 'array' then e.event_types else '[]' end)
    union
    select jsonb_array_elements_text(case when jsonb_typeof(e.filter_types) = 'array' then e.filter_types else '[]' end)
) as t (event_type)
where e._deleted_at is null;

comment on view webhook_endpoint_event_types is 'The name of an event type that an endpoint is sent, from the list under either name; an endpoint without a list has no row.';
