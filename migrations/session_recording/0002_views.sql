-- One view for each list inside a row: a row for each of its elements, with the key of
-- the row that it is in. A list that is none, such as a null, has no elements.

create view domainsettings_domains as
select
    domainsettings.platform,
    domainsettings.id as domainsettings_id,
    element.position,
    element.value ->> 'domain' as domain,
    case
        when jsonb_typeof(element.value -> 'disabled') = 'boolean'
        then (element.value -> 'disabled')::boolean
    end as disabled
from domainsettings
cross join jsonb_array_elements(
    case when jsonb_typeof(domains) = 'array' then domains else '[]' end
) with ordinality as element (value, position)
where domainsettings._deleted_at is null;

comment on view domainsettings_domains is 'The domains of each platform''s settings; of those that match, the one with the lowest position wins.';
comment on column domainsettings_domains.platform is 'The parameter that the row was asked for with.';
comment on column domainsettings_domains.domainsettings_id is 'Key of the settings that it is in.';
comment on column domainsettings_domains.position is 'Place in the list, from 1.';
comment on column domainsettings_domains.domain is 'The domain.';
comment on column domainsettings_domains.disabled is 'Whether it is disabled.';

create view session_targeting_rule_conditions as
select
    session_targeting_rules.id as rule_id,
    element.position,
    element.value ->> 'attr' as attr,
    element.value ->> 'op' as op,
    element.value -> 'values' as "values",
    coalesce(element.value ->> 'joinPrevious', element.value ->> 'join_previous') as join_previous
from session_targeting_rules
cross join jsonb_array_elements(
    case when jsonb_typeof(conditions) = 'array' then conditions else '[]' end
) with ordinality as element (value, position)
where session_targeting_rules._deleted_at is null;

comment on view session_targeting_rule_conditions is 'The conditions of each rule, in order.';
comment on column session_targeting_rule_conditions.rule_id is 'Id of the rule that it is in.';
comment on column session_targeting_rule_conditions.position is 'Place in the list, from 1.';
comment on column session_targeting_rule_conditions.attr is 'What is compared, such as `APP_VERSION`.';
comment on column session_targeting_rule_conditions.op is 'How: `EQ`, `NEQ`, `LT`, `LTE`, `GT`, `GTE`, `RANGE` or `CONTAINS`.';
comment on column session_targeting_rule_conditions."values" is 'What with: `strVal`, `intVal` or `versionVal` of each.';
comment on column session_targeting_rule_conditions.join_previous is 'How it joins the condition before: `AND` or `OR`.';

create view session_targeting_rule_children as
select
    session_targeting_rules.id as rule_id,
    element.position,
    element.value ->> 'id' as child_id,
    coalesce(element.value ->> 'joinPrevious', element.value ->> 'join_previous') as join_previous
from session_targeting_rules
cross join jsonb_array_elements(
    case when jsonb_typeof(children) = 'array' then children else '[]' end
) with ordinality as element (value, position)
where session_targeting_rules._deleted_at is null;

comment on view session_targeting_rule_children is 'The rules below each rule, in order.';
comment on column session_targeting_rule_children.rule_id is 'Id of the rule that it is in.';
comment on column session_targeting_rule_children.position is 'Place in the list, from 1.';
comment on column session_targeting_rule_children.child_id is 'Id of the rule below.';
comment on column session_targeting_rule_children.join_previous is 'How it joins the rule before: `AND` or `OR`.';

create view webhook_event_types as
select
    webhooks.id as webhook_id,
    element.position,
    coalesce(element.value ->> 'eventName', element.value ->> 'event_name') as event_name,
    element.value ->> 'subcategory' as subcategory
from webhooks
cross join jsonb_array_elements(
    case when jsonb_typeof(event_types) = 'array' then event_types else '[]' end
) with ordinality as element (value, position)
where webhooks._deleted_at is null;

comment on view webhook_event_types is 'The kinds of event that each endpoint is sent; `event_defs` describes them.';
comment on column webhook_event_types.webhook_id is 'Id of the endpoint that is sent them.';
comment on column webhook_event_types.position is 'Place in the list, from 1.';
comment on column webhook_event_types.event_name is 'Name of the kind, as in `event_defs`.';
comment on column webhook_event_types.subcategory is 'Subcategory of it; an empty text where there is none.';
