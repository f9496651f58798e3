-- Each run writes anew how far each listing was read. Where a row's page has room for the next one,
-- no index is touched, and what was there before makes room for the one after it.

alter table sync.state set (fillfactor = 45);
