-- What was out of reach of a window onto the newest rows, and stays so.

alter table sync.state add column gap_run_id bigint;
comment on column sync.state.gap_run_id is 'The newest run in which the newest rows of the listing did not reach those that were known, so that rows between may be missing';
