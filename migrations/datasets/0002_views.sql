-- Lists in a column, with a row for each element.

create view dataset_fields as
select dataset_id, id, field
from dataset,
    jsonb_array_elements_text(
        case when jsonb_typeof(fields) = 'array' then fields else '[]' end
    ) as field
where _deleted_at is null;

comment on view dataset_fields is 'A field that the items of a dataset have.';
