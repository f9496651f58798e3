{#- Written by `vendor-connectors dbt`, which replaces it. -#}
{#- On a source: fails unless the newest run of the resource that came to its end is proved complete. -#}
{#- It names no other source, so that `dbt build` makes nothing of a table for which it fails. -#}
{% test last_run_complete(model, resource=none) %}

select newest.run_id, newest.verdict, newest.error, newest.next
from (values (1)) as always
left join lateral (
    select run_id, verdict, error, next
    from sync.resources
    where connection = '{{ model.schema | replace("'", "''") }}'
        and resource = '{{ resource or model.identifier }}'
        and finished_at is not null
    order by run_id desc
    limit 1
) as newest on true
where newest.verdict is distinct from 'complete'

{% endtest %}
