-- A resource is read in parts, each by one worker at a time, and what is gone is marked when all of them were read.

alter table sync.runs
  add column begun_at timestamptz,
  add column lease_until timestamptz,
  add column stopped text;
comment on column sync.runs.begun_at is 'When the run began, by the clock of the database';
comment on column sync.runs.lease_until is 'Until when a run without a session that keeps its lock keeps others out; each of its commits renews it';
comment on column sync.runs.stopped is 'Why its workers are to stop, if they are';

alter table sync.resources
  add column prepared jsonb,
  add column settled jsonb;
comment on column sync.resources.prepared is 'What all workers have to know before they read a part of it';
comment on column sync.resources.settled is 'What came of the rows that no listing has any more';
comment on column sync.resources.last_commit is 'Of version 0.1.0: what sync.shards has now';
comment on column sync.resources.updated_at is 'Of version 0.1.0: what sync.shards has now';

create table sync.shards (
  run_id bigint not null,
  connection text not null,
  resource text not null,
  shard integer not null,
  after text,
  upto text,
  before bigint not null,
  listings bigint not null,
  epoch integer not null default 0,
  owner text,
  state text not null default 'open' check (state in ('open', 'closed', 'lost')),
  lease_until timestamptz,
  started_at timestamptz,
  updated_at timestamptz,
  commits bigint not null default 0,
  last_commit jsonb,
  requests bigint not null default 0,
  rows_read bigint not null default 0,
  tally jsonb,
  error text,
  primary key (run_id, resource, shard)
);
comment on table sync.shards is 'The parts of the resources of a connection''s newest run, and of those that it goes on with: who reads each, and how far that is';
comment on column sync.shards.run_id is 'The run';
comment on column sync.shards.connection is 'The connection''s name';
comment on column sync.shards.resource is 'The resource';
comment on column sync.shards.shard is 'The number of the part, from 1';
comment on column sync.shards.after is 'The key of the parent''s row behind which it begins; null for the first part';
comment on column sync.shards.upto is 'The key of the last of its parent''s rows; null for the last part';
comment on column sync.shards.before is 'The number of listings in the parts before it';
comment on column sync.shards.listings is 'The number of its listings';
comment on column sync.shards.epoch is 'How often a worker began with it; every commit checks that it is still that worker''s';
comment on column sync.shards.owner is 'The worker that began with it last';
comment on column sync.shards.state is 'open until all of its listings were asked for, then closed; lost if that did not come before the resource was settled';
comment on column sync.shards.lease_until is 'Until when no other worker takes it; null if it is not shared';
comment on column sync.shards.started_at is 'When a worker began with it first';
comment on column sync.shards.updated_at is 'When its newest commit was made';
comment on column sync.shards.commits is 'The number of its newest commit';
comment on column sync.shards.last_commit is 'What that did, by which a worker whose session was lost knows whether it was made';
comment on column sync.shards.requests is 'Requests sent, repetitions included';
comment on column sync.shards.rows_read is 'Rows that the vendor sent';
comment on column sync.shards.tally is 'What came of it so far, for whoever goes on with it';
comment on column sync.shards.error is 'What went wrong, in words; never a value';

create table sync.gone (
  connection text not null,
  resource text not null,
  partition text not null,
  key text[] not null,
  run_id bigint not null
);
create index on sync.shards (connection);
create index on sync.gone (connection, resource, partition);
comment on table sync.gone is 'Rows that are in the tables and no longer in listings that were read whole, until they are marked deleted or not';
comment on column sync.gone.connection is 'The connection''s name';
comment on column sync.gone.resource is 'The resource';
comment on column sync.gone.partition is 'The partition';
comment on column sync.gone.key is 'The values of the key''s columns';
comment on column sync.gone.run_id is 'The run that found it gone';

create table sync.budgets (
  key text primary key,
  next_at timestamptz,
  rest_until timestamptz
);
comment on table sync.budgets is 'How often a vendor is asked with one key, by all who use this database';
comment on column sync.budgets.key is 'Keyed hash of the vendor''s host and the key';
comment on column sync.budgets.next_at is 'Until when requests are reserved: the next one that is comes after it';
comment on column sync.budgets.rest_until is 'Until when the vendor wants a rest';

alter table sync.state add column ended_run_id bigint;
comment on column sync.state.ended_run_id is 'The newest run that has asked for the listing, however that ended, and asks for it no more';
create index state_open on sync.state (connection, resource) where position is not null;

-- Whoever writes the run tables writes these, whoever owns them.
do $$
declare
  writer record;
begin
  for writer in
    select distinct a.grantee::regrole::text as name from pg_class c, aclexplode(c.relacl) a
    where c.oid = 'sync.connections'::regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
  loop
    execute format('grant select, insert, update, delete on sync.shards, sync.gone, sync.budgets to %s', writer.name);
  end loop;
end $$;
