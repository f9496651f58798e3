-- Of runs in which a listing was missing one after the other, the first one tells whether that was before.

comment on column sync.state.missing_run_id is 'The first of the runs without a break in which the vendor had no such listing, though it listed the row that it belongs to';
