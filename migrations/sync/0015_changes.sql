-- What changed between two runs is told by the rows' times, but for what came back.

create table sync.returns (
  connection text not null,
  resource text not null,
  key text[] not null,
  run_id bigint not null,
  primary key (connection, resource, key)
);
comment on table sync.returns is 'Rows that came back after a deletion, each with its newest return';
comment on column sync.returns.connection is 'The connection''s name';
comment on column sync.returns.resource is 'The resource';
comment on column sync.returns.key is 'The values of the row''s primary key, as texts';
comment on column sync.returns.run_id is 'The run in which it came back last';

alter table sync.connections add column forgotten_until timestamptz;
comment on column sync.connections.forgotten_until is 'Records of runs that ended before this time may be forgotten';

-- Whoever writes the run tables writes this one.
do $$
declare
  writer record;
begin
  for writer in
    select distinct a.grantee::regrole::text as name from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'sync.connections'::regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
  loop
    execute format('grant select, insert, update, delete on sync.returns to %s', writer.name);
  end loop;
end $$;
