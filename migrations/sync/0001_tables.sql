-- What runs leave behind, for all connections of a database.

create table sync.connections (
  connection text primary key,
  connector text not null,
  run_id bigint not null,
  fingerprint_key text not null default gen_random_uuid()::text || gen_random_uuid()::text,
  created_at timestamptz not null default now()
);
comment on table sync.connections is 'Who may write: only the newest run of a connection';
comment on column sync.connections.connection is 'The connection''s name, which is also its schema';
comment on column sync.connections.connector is 'The connector that fills the schema';
comment on column sync.connections.run_id is 'The newest run; every commit checks that it is still this one';
comment on column sync.connections.fingerprint_key is 'The key of the fingerprints that stand for secret values';
comment on column sync.connections.created_at is 'When the connection was used for the first time';

create table sync.runs (
  run_id bigint generated always as identity primary key,
  connection text not null,
  connector text not null,
  preset text not null,
  connector_version text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  verdict text not null default 'incomplete'
    check (verdict in ('complete', 'incomplete', 'failed', 'skipped'))
);
comment on table sync.runs is 'One row for each run of a connection';
comment on column sync.runs.run_id is 'The run''s number; rows carry it as _run_id';
comment on column sync.runs.connection is 'The connection''s name, which is also its schema';
comment on column sync.runs.connector is 'The connector';
comment on column sync.runs.preset is 'The preset that the run used';
comment on column sync.runs.connector_version is 'The version of the program';
comment on column sync.runs.started_at is 'When the run began';
comment on column sync.runs.finished_at is 'When the run ended; null while it runs, and if it was killed';
comment on column sync.runs.verdict is 'The worst verdict of its resources; incomplete until the run ends';
create index on sync.runs (connection, run_id);

create table sync.resources (
  run_id bigint not null references sync.runs,
  connection text not null,
  resource text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  requests bigint not null default 0,
  pages bigint not null default 0,
  bytes bigint not null default 0,
  retries bigint not null default 0,
  waited_ms bigint not null default 0,
  rows_read bigint not null default 0,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  deleted bigint not null default 0,
  quarantined bigint not null default 0,
  verdict text not null default 'incomplete'
    check (verdict in ('complete', 'incomplete', 'failed', 'skipped')),
  evidence jsonb,
  error text,
  primary key (run_id, resource)
);
comment on table sync.resources is 'One row for each resource of a run: what it cost, what it brought, and how it is known to be whole';
comment on column sync.resources.run_id is 'The run';
comment on column sync.resources.connection is 'The connection''s name';
comment on column sync.resources.resource is 'The resource, as the document names it';
comment on column sync.resources.started_at is 'When it began';
comment on column sync.resources.finished_at is 'When it ended; null while it runs, and if the run was killed';
comment on column sync.resources.requests is 'Requests sent, repetitions included';
comment on column sync.resources.pages is 'Pages read';
comment on column sync.resources.bytes is 'Bytes received, decompressed';
comment on column sync.resources.retries is 'Requests that were repetitions';
comment on column sync.resources.waited_ms is 'Milliseconds of waiting for the rate limit and before repetitions';
comment on column sync.resources.rows_read is 'Rows that the vendor sent';
comment on column sync.resources.inserted is 'Rows that were new';
comment on column sync.resources.updated is 'Rows that differed, or came back after a deletion';
comment on column sync.resources.unchanged is 'Rows that were not written, because they were the same';
comment on column sync.resources.deleted is 'Rows that got a _deleted_at, because the vendor no longer lists them';
comment on column sync.resources.quarantined is 'Rows that have no place in the table';
comment on column sync.resources.verdict is 'complete only if it is proved that the listing was read to its end';
comment on column sync.resources.evidence is 'The proof: how each walk ended, rows against totals, keys, repeats';
comment on column sync.resources.error is 'What went wrong, in words; never a value';

create table sync.state (
  connection text not null,
  resource text not null,
  partition text not null,
  run_id bigint not null,
  position jsonb,
  cursor_reached timestamptz,
  updated_at timestamptz not null,
  primary key (connection, resource, partition)
);
comment on table sync.state is 'How far each listing was read';
comment on column sync.state.connection is 'The connection''s name';
comment on column sync.state.resource is 'The resource';
comment on column sync.state.partition is 'The partition, a JSON list of its keys; [] for a resource without a parent';
comment on column sync.state.run_id is 'The run that wrote this last';
comment on column sync.state.position is 'Where an unfinished walk is; null once it ended';
comment on column sync.state.cursor_reached is 'The highest value of the cursor column in a complete walk; it never moves back';
comment on column sync.state.updated_at is 'When this was written';

create table sync.seen (
  connection text not null,
  resource text not null,
  partition text not null,
  run_id bigint not null,
  batch bigint generated always as identity,
  keys bigint[] not null,
  primary key (connection, resource, partition, batch)
);
alter table sync.seen alter column keys set storage external;
comment on table sync.seen is 'Hashes of the keys that an unfinished walk has seen, one row for each commit';
comment on column sync.seen.connection is 'The connection''s name';
comment on column sync.seen.resource is 'The resource';
comment on column sync.seen.partition is 'The partition';
comment on column sync.seen.run_id is 'The run whose walk it is';
comment on column sync.seen.batch is 'The commit';
comment on column sync.seen.keys is 'hash_record_extended of each primary key';

create table sync.quarantine (
  id bigint generated always as identity primary key,
  connection text not null,
  resource text not null,
  partition text not null,
  run_id bigint not null,
  reason text not null,
  raw text not null,
  raw_hash bigint generated always as (hashtextextended(raw, 0)) stored,
  seen_at timestamptz not null,
  unique (connection, resource, partition, raw_hash)
);
comment on table sync.quarantine is 'Rows that have no place in their table';
comment on column sync.quarantine.id is 'A number';
comment on column sync.quarantine.connection is 'The connection''s name';
comment on column sync.quarantine.resource is 'The resource';
comment on column sync.quarantine.partition is 'The partition';
comment on column sync.quarantine.run_id is 'The run that set it aside last';
comment on column sync.quarantine.reason is 'What is wrong with it';
comment on column sync.quarantine.raw is 'The row as the vendor sent it; U+0000 is written as an escape';
comment on column sync.quarantine.raw_hash is 'Tells equal rows apart from others, so that each is kept once';
comment on column sync.quarantine.seen_at is 'When it came last';

create table sync.drift (
  connection text not null,
  resource text not null,
  field text not null,
  kind text not null check (kind in ('unknown', 'misfit', 'missing', 'repeated')),
  json_type text not null,
  first_run_id bigint not null,
  first_seen_at timestamptz not null,
  primary key (connection, resource, field, kind, json_type)
);
comment on table sync.drift is 'Where a model and the vendor''s answers disagree, at first sight';
comment on column sync.drift.connection is 'The connection''s name';
comment on column sync.drift.resource is 'The resource';
comment on column sync.drift.field is 'The field''s name in the JSON';
comment on column sync.drift.kind is 'unknown to the model, a misfit for its column, missing though promised, or repeated in one row';
comment on column sync.drift.json_type is 'The JSON type that came';
comment on column sync.drift.first_run_id is 'The run that saw it first';
comment on column sync.drift.first_seen_at is 'When it was seen first';
