{#- Written by `vendor-connectors dbt`, which replaces it. -#}
{#- On a column: fails for each value that is in no row of another model of the same connection. -#}
{% test relationship_within_connection(model, column_name, to, field) %}

select child._connection, child.{{ column_name }} as orphan, count(*) as number_of_rows
from {{ model }} as child
where not exists (
    select from {{ to }} as parent
    where parent._connection = child._connection
        and cast(parent.{{ field }} as text) = child.{{ column_name }}
)
group by 1, 2

{% endtest %}
