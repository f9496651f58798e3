-- What the runs of a resource were like, one after the other, for those who look at all of them.

alter table sync.resources add column throttled bigint not null default 0;
comment on column sync.resources.throttled is 'Answers 429: the vendor wanted to be asked more slowly';

create index on sync.resources (connection, resource, run_id);
