-- What disagrees is told from what did once, and was mended since.

alter table sync.drift add column last_run_id bigint;
alter table sync.drift add column last_seen_at timestamptz;

update sync.drift set last_run_id = first_run_id, last_seen_at = first_seen_at;

comment on table sync.drift is 'Where a model and the vendor''s answers disagree, or did';
comment on column sync.drift.last_run_id is 'The run that saw it last';
comment on column sync.drift.last_seen_at is 'When it was seen last';
