-- Nested lists as rows, one for each element, with the campaign's key.

create view campaign_goals as
select
    c.id as campaign_id,
    goal ->> 'id' as goal_id,
    goal ->> 'name' as name,
    goal ->> 'type' as type,
    case when jsonb_typeof(goal -> 'isPrimary') = 'boolean' then (goal ->> 'isPrimary')::boolean end as is_primary,
    goal as data
from campaigns c
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(c.goals -> 'partialCollection') = 'array' then c.goals -> 'partialCollection' else '[]' end
) as goal
where c._deleted_at is null;

comment on view campaign_goals is 'One row for each goal of a campaign.';

create view campaign_variations as
select
    c.id as campaign_id,
    variation ->> 'id' as variation_id,
    variation ->> 'name' as name,
    variation as data
from campaigns c
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(c.variations -> 'partialCollection') = 'array' then c.variations -> 'partialCollection' else '[]' end
) as variation
where c._deleted_at is null;

comment on view campaign_variations is 'One row for each variation of a campaign.';

create view campaign_labels as
select
    c.id as campaign_id,
    label ->> 'id' as label_id,
    label ->> 'name' as name
from campaigns c
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(c.labels) = 'array' then c.labels else '[]' end
) as label
where c._deleted_at is null;

comment on view campaign_labels is 'One row for each label of a campaign.';
