-- How each resource stands, in one place for whoever watches by SQL: one that settings leave out
-- is not waited for any more, however its last run came out.

alter table sync.connections add column resources text[];
comment on column sync.connections.resources is 'The resources that its settings sync; null before the first run that noted them';

create view sync.status as
select c.connection, s.resource, r.run_id, r.started_at, r.finished_at, r.verdict, r.error, r.next,
       l.started_at as complete_at
from sync.connections c
cross join lateral (
  select unnest(c.resources) as resource
  union all
  select distinct k.resource from sync.resources k where c.resources is null and k.connection = c.connection
) s
left join lateral (
  select n.* from sync.resources n
  where n.connection = c.connection and n.resource = s.resource and n.finished_at is not null
  order by n.run_id desc limit 1
) r on true
left join lateral (
  select k.started_at from sync.last_complete k where k.connection = c.connection and k.resource = s.resource
) l on true;
comment on view sync.status is 'How each resource stands that a connection syncs: its newest run that ended (run_id, started_at, finished_at, verdict, error, next), and when its last complete one began (complete_at)';
