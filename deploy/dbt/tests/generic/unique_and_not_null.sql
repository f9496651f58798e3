{#- Written by `vendor-connectors dbt`, which replaces it. -#}
{#- On a model: fails for each key that two rows have, or that lacks a part. -#}
{% test unique_and_not_null(model, columns) %}

{%- set key = [] -%}
{%- for column in columns %}{% do key.append(adapter.quote(column)) %}{% endfor %}

select {{ key | join(", ") }}, count(*) as number_of_rows
from {{ model }}
group by {{ key | join(", ") }}
having count(*) > 1 or num_nulls({{ key | join(", ") }}) > 0

{% endtest %}
