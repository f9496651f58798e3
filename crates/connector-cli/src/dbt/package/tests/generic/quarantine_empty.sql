{#- Written by `vendor-connectors dbt`, which replaces it. -#}
{#- On a source: fails while rows of the resource are set aside. What is in them is not shown. -#}
{% test quarantine_empty(model, resource=none) %}

select run_id, reason, page, seen_at
from sync.quarantine
where connection = '{{ model.schema | replace("'", "''") }}'
    and resource = '{{ resource or model.identifier }}'

{% endtest %}
