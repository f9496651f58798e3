-- What a walk leaves for the next one, and what a person needs to look into a row.

alter table sync.state add column tail bigint;
comment on column sync.state.tail is 'Hash of the last row of a listing that was read whole, by which the next run finds its place in one that only grows';
comment on column sync.state.position is 'Where an unfinished walk is, so that the next run can go on there; null once it ended';

alter table sync.drift add column shape text;
comment on column sync.drift.shape is 'The types in the first value that was seen, without the value';

alter table sync.quarantine add column page bigint;
comment on column sync.quarantine.page is 'The page of the walk that the row came in';

alter table sync.state add column whole_run_id bigint;
comment on column sync.state.whole_run_id is 'The newest run in which the listing was proved whole';

alter table sync.resources
  add column updated_at timestamptz,
  add column last_commit jsonb;
comment on column sync.resources.updated_at is 'When its newest commit was made';
comment on column sync.resources.last_commit is 'The number of its newest commit and what that did, by which a run whose session was lost knows whether it was made';

alter table sync.runs
  add column asked text,
  add column continues bigint,
  add column interrupted boolean not null default false;
comment on column sync.runs.asked is 'Hash of what the run asks for, by which a later run knows whether it can go on with it';
comment on column sync.runs.continues is 'The interrupted run that this one goes on with; null if it began anew';
comment on column sync.runs.interrupted is 'Whether it was asked to stop before its end';

create view sync.last_complete as
  select distinct on (connection, resource) connection, resource, run_id, started_at, finished_at
  from sync.resources where verdict = 'complete' order by connection, resource, run_id desc;
comment on view sync.last_complete is 'The last complete run of each resource; rows with a higher _run_id were written after it';
