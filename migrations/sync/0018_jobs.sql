-- The run of a job, which its processes find by the name that all of them are told.

alter table sync.runs add column job text;
comment on column sync.runs.job is 'The job whose processes read it, by the name that they were told; null if it has none';

create unique index on sync.runs (connection, job) where job is not null;
