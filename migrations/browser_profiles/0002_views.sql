-- One row for each element of a nested list, with the key of the row that it is
-- in. A value that is no list has no elements; a row that is gone has none either.

create view profile_tags as
select
    profile.id as profile_id,
    element.position,
    element.tag ->> '_id' as tag_id,
    element.tag ->> 'title' as title,
    element.tag ->> 'color' as color,
    element.tag ->> 'field' as field,
    case when jsonb_typeof(element.tag) = 'string' then element.tag #>> '{}' end as plain
from profiles as profile
cross join lateral jsonb_array_elements(
    case when jsonb_typeof(profile.tags) = 'array' then profile.tags else '[]' end
) with ordinality as element (tag, position)
where profile._deleted_at is null;

comment on view profile_tags is 'A tag of a profile.';
comment on column profile_tags.profile_id is 'Id of the profile.';
comment on column profile_tags.position is 'Place of the tag in the profile''s list, from 1.';
comment on column profile_tags.tag_id is 'Id of the tag.';
comment on column profile_tags.title is 'Title of the tag.';
comment on column profile_tags.color is 'Color of the tag.';
comment on column profile_tags.field is 'Field that the tag belongs to.';
comment on column profile_tags.plain is 'The tag, where the vendor sends a text alone.';

create view profile_folders as
select
    profile.id as profile_id,
    element.position,
    element.folder
from profiles as profile
cross join lateral jsonb_array_elements_text(
    case when jsonb_typeof(profile.folders) = 'array' then profile.folders else '[]' end
) with ordinality as element (folder, position)
where profile._deleted_at is null;

comment on view profile_folders is 'A folder that a profile is in, as the profile says.';
comment on column profile_folders.profile_id is 'Id of the profile.';
comment on column profile_folders.position is 'Place of the folder in the profile''s list, from 1.';
comment on column profile_folders.folder is 'Name of the folder.';

create view folder_profiles as
select
    folder.id as folder_id,
    element.position,
    element.profile_id
from folders as folder
cross join lateral jsonb_array_elements_text(
    case
        when jsonb_typeof(folder.associated_profiles) = 'array' then folder.associated_profiles
        else '[]'
    end
) with ordinality as element (profile_id, position)
where folder._deleted_at is null;

comment on view folder_profiles is 'A profile that is in a folder, as the folder says.';
comment on column folder_profiles.folder_id is 'Id of the folder.';
comment on column folder_profiles.position is 'Place of the profile in the folder''s list, from 1.';
comment on column folder_profiles.profile_id is 'Id of the profile.';
