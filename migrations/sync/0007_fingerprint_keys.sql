-- The key of fingerprints, where those who read the run tables do not see it.

create table sync.fingerprint_keys (
  connection text primary key,
  key text not null default gen_random_uuid()::text || gen_random_uuid()::text
);
comment on table sync.fingerprint_keys is 'The keys of fingerprints; for those who write the run tables, and nobody else';
comment on column sync.fingerprint_keys.connection is 'The connection''s name';
comment on column sync.fingerprint_keys.key is 'The key of the fingerprints that stand for its secret values';

insert into sync.fingerprint_keys (connection, key)
  select connection, fingerprint_key from sync.connections;
alter table sync.connections drop column fingerprint_key;

-- Whoever writes the run tables makes fingerprints, whoever owns them.
do $$
declare
  writer record;
begin
  for writer in
    select distinct a.grantee::regrole::text as name from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'sync.connections'::regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
  loop
    execute format('grant select, insert, update, delete on sync.fingerprint_keys to %s', writer.name);
  end loop;
end $$;
