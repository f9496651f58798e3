-- What a schema and a listing hold, so that nothing that is known of others is taken for it.

alter table sync.connections add column scope text;
comment on column sync.connections.scope is 'Whose rows they are: the connection in the settings, and parameters that are part of all addresses, such as the account';

alter table sync.state add column asked bigint;
comment on column sync.state.asked is 'Hash of the listing''s address, parameters and paging; what is known of another one is forgotten';

alter table sync.resources add column ranged boolean not null default false;
comment on column sync.resources.ranged is 'Whether a part was asked for (--since, --until, --changed-parents-only), which says nothing about how fresh the rest is';

create or replace view sync.last_complete as
  select distinct on (connection, resource) connection, resource, run_id, started_at, finished_at
  from sync.resources where verdict = 'complete' and not ranged order by connection, resource, run_id desc;
