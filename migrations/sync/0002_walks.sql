-- What a walk leaves for the next one, and what a person needs to look into a row.

alter table sync.state add column tail bigint;
comment on column sync.state.tail is 'Hash of the last row of a listing that was read whole, by which the next run finds its place in one that only grows';
comment on column sync.state.position is 'Where an unfinished walk is, so that the next run can go on there; null once it ended';

alter table sync.drift add column shape text;
comment on column sync.drift.shape is 'The types in the first value that was seen, without the value';

alter table sync.quarantine add column page bigint;
comment on column sync.quarantine.page is 'The page of the walk that the row came in';
