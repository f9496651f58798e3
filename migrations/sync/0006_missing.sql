-- A listing that is missing though its parent is listed: once is a moment's chance, twice is not.

alter table sync.state add column missing_run_id bigint;
comment on column sync.state.missing_run_id is 'The newest run, if the vendor had no such listing then, though it listed the row that it belongs to';
